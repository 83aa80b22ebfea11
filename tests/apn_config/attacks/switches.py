"""Each check of the corpus, and how a test switches it off: by the one place where it is made.

A patch replaces a function, a constant or a setting; there is no such switch in the product. The
code of a function is replaced where others have imported it by its name.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import FunctionType, SimpleNamespace
from typing import Any

import pytest

from apn_config import access, admission, apn_syntax, proofs, rules
from apn_config.access import Access, Allowed
from apn_config.admission import Admission
from apn_config.clock import Moment
from apn_config.config import AccessConfig, Rule
from apn_config.dialects import fields, plain, plain_options, raw_at, signed
from apn_config.dialects.omacp import napdef, security
from apn_config.dialects.words import Pair
from apn_config.model import AuthType, Command, Message, NotForUs, Parsed, Security, Verb
from apn_config.reader import Reader
from apn_config.store import Took
from apn_config.store import counters as store_counters
from apn_config.store.counters import Counters
from apn_config.store.guards import DIALECT, Guards
from apn_config.verbs import choosing, own, reboot, smsc
from modem import sms
from tests.apn_config.attacks.chain import Change
from tests.apn_config.attacks.worlds import Setting

Patch = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True, slots=True)
class Switch:
    """Takes a check away. `where` names its place."""

    where: str
    patch: Patch = lambda _patch: None
    change: Change = lambda setting: setting


class _AllPap(dict[str, AuthType]):
    """Every way is PAP."""

    def __contains__(self, _item: object) -> bool:
        return True

    def __missing__(self, _item: str) -> AuthType:
        return AuthType.PAP


class _Everything(str):
    """A set of letters with all of them."""

    __slots__ = ()

    def __contains__(self, _item: object) -> bool:
        return True


def _attribute(owner: Any, name: str, value: Any) -> Patch:
    return lambda patch: patch.setattr(owner, name, value)


def _result(owner: Any, name: str, value: Any) -> Patch:
    """The function always says so."""
    return _attribute(owner, name, lambda *_given, **_named: value)


def _code(function: Any, instead: Callable[..., Any]) -> Patch:
    """For a function that others have imported."""
    assert isinstance(function, FunctionType)
    assert isinstance(instead, FunctionType)
    assert not instead.__closure__
    return lambda patch: patch.setattr(function, "__code__", instead.__code__)


# --- rules ----------------------------------------------------------------------------------------


def _of_rules(listed: bool, **parts: Any) -> Patch:
    """A part of the configured rules, or of the list of senders, is about all."""
    made = access._Compiled.__init__

    def make(self: Any, rule: Rule, senders: Any, secrets: Any, **named: Any) -> None:
        if (rule.name == access.LISTED) == listed:
            senders = parts.get("senders", senders)
            rule = replace(rule, **parts)
        made(self, rule, senders, secrets, **named)

    return _attribute(access._Compiled, "__init__", make)


def _also_signed(patch: pytest.MonkeyPatch) -> None:
    """The list of senders is about signed messages, too."""
    made = access._Compiled.__init__
    patch.setattr(
        access._Compiled,
        "__init__",
        lambda self, rule, senders, secrets, **_named: made(self, rule, senders, secrets),
    )


def _begins(word: str, first: str | None) -> bool:
    """Has it that first word, whatever it does?"""
    return first is None or word.split()[0] == first


def _with_access(setting: Setting) -> Setting:
    open_to_all = AccessConfig(rules=(Rule("anybody"),))
    return replace(setting, config=replace(setting.config, access=open_to_all))


def _accepting_all(setting: Setting) -> Setting:
    return replace(setting, secrets=replace(setting.secrets, omacp_accept=frozenset(Security)))


def _without_login(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        proofs.Secrets,
        "is_password",
        lambda self, dialect, given: proofs.same(given.word, self.passwords[dialect].word),
    )


# --- counters -------------------------------------------------------------------------------------


def _letting(took: Took) -> Patch:
    """A counter of that kind is taken."""
    take = Counters.take

    def taken(self: Counters, key: str, counter: int, *, changing: bool) -> Took:
        found = take(self, key, counter, changing=changing)
        return Took.TAKEN if found is took else found

    return _attribute(Counters, "take", taken)


# --- reading --------------------------------------------------------------------------------------


def _first_claim(patch: pytest.MonkeyPatch) -> None:
    read = Reader.read

    def read_one(self: Reader, message: Message) -> Parsed:
        found = read(self, message)
        if isinstance(found, NotForUs) and found.why.startswith("ambiguous"):
            return next(each for each in self._others(message) if not isinstance(each, NotForUs))
        return found

    patch.setattr(Reader, "read", read_one)


def _unlimited(patch: pytest.MonkeyPatch) -> None:
    """All that have the number by its name."""
    for module in (plain, fields):
        patch.setattr(module, "MAX_TEXT", 10**6)


def _any_argument(head: Any, name: str) -> Command:
    given = [each.whole if isinstance(each, Pair) else each for each in head.rest]
    head.rest = []
    found: Command = head.command(Verb.OWN, name, *(word.text for word in given))
    return found


def _each_its_own(patch: pytest.MonkeyPatch) -> None:
    """No message is the same as another."""
    numbers = itertools.count()
    patch.setattr(sms.Deliver, "key", property(lambda _self: next(numbers).to_bytes(32, "big")))


def _rate(kind: str) -> Patch:
    is_spent = admission.Rate.is_spent
    return _attribute(
        admission.Rate,
        "is_spent",
        lambda self, store, now: self.kind != kind and is_spent(self, store, now),
    )


def _unlocked(dialects: bool) -> Patch:
    locked_s = Guards.locked_s

    def of_others(self: Guards, who: str, now: Moment) -> float:
        return 0.0 if who.startswith(DIALECT) == dialects else locked_s(self, who, now)

    return _attribute(Guards, "locked_s", of_others)


def _rebooting(setting: Setting) -> Setting:
    commands = replace(setting.config.commands, reboot_host=("/nowhere/reboot",))
    return replace(setting, config=replace(setting.config, commands=commands))


def _any_context(patch: pytest.MonkeyPatch) -> None:
    every = range(1000)
    patch.setattr(plain_options, "_CIDS", every)
    patch.setattr(raw_at, "_CIDS", {str(cid): cid for cid in every})


def _no_wait(patch: pytest.MonkeyPatch) -> None:
    """For an answer that nobody sends."""
    patch.setattr(reboot, "ANSWER_S", 0.0)


def _all_cids(setting: Setting) -> Setting:
    apn = replace(setting.config.apn, allowed_cids=tuple(range(16)))
    return replace(setting, config=replace(setting.config, apn=apn))


def _any_number(patch: pytest.MonkeyPatch) -> None:
    for module in (plain, smsc):
        patch.setattr(module, "_NUMBER", _ANYTHING)


def _any_network(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(plain, "_PLMN", _ANYTHING)
    patch.setattr(choosing, "is_plmn", lambda _word: True)


_ANYTHING = re.compile(".*", re.DOTALL)

SWITCHES: dict[str, Switch] = {
    # Who may do what.
    "access section": Switch("[access]", change=_with_access),
    "sender list": Switch("access._Compiled", _of_rules(True, senders=None)),
    "sender pattern": Switch("access._Compiled", _of_rules(False, senders=None)),
    "dialects of a rule": Switch("access._Compiled", _of_rules(False, dialects=None)),
    "keys of a rule": Switch("access._Compiled", _of_rules(False, keys=None)),
    "senders beside keys": Switch("access._compiled", _also_signed),
    "verbs of a rule": Switch("access.covers", _result(access, "covers", True)),
    "errors for who may look": Switch("rules._may_begin", _code(rules._may_begin, _begins)),
    "nonsense": Switch("_Compiled._is_narrow", _result(access._Compiled, "_is_narrow", False)),
    "oneself": Switch("access._digits", _result(access, "_digits", "")),
    "device id": Switch("Access._is_us", _result(access.Access, "_is_us", True)),
    # Proofs.
    "PIN word": Switch("proofs.pin_fault", _result(proofs, "pin_fault", None)),
    "dialect password": Switch("proofs.password_fault", _result(proofs, "password_fault", None)),
    "login name": Switch("Secrets.is_password", _without_login),
    "no way around the PIN word": Switch(
        "Secrets.demanded", _attribute(proofs.Secrets, "demanded", property(lambda _self: False))
    ),
    "set-up code": Switch("proofs.same", _result(access, "same", True)),
    "set-up window": Switch(
        "admission.is_first_contact", _result(admission, "is_first_contact", True)
    ),
    "set-up closed": Switch(
        "proofs.Secrets.set_up", _attribute(proofs.Secrets, "set_up", property(lambda _: False))
    ),
    "set-up verbs": Switch("access.SET_UP_WORDS", _attribute(access, "SET_UP_WORDS", ("*",))),
    # Signed commands.
    "signature": Switch("signed.verify", _result(signed, "verify", True)),
    "signature's card": Switch("signed.device_id", _result(signed, "device_id", "1")),
    "signature's domain": Switch(
        "signed._ANSWER", _attribute(signed, "_ANSWER", "modem-helper command")
    ),
    "signed texts are the signed dialect's": Switch(
        "signed.is_signed", _result(signed, "is_signed", False)
    ),
    "counter taken": Switch("Counters.take", _letting(Took.REPLAYED)),
    "counter window": Switch("Counters.take", _letting(Took.TOO_OLD)),
    "counter order": Switch("Counters.take", _letting(Took.STALE)),
    "counter jump": Switch("Counters.take", _letting(Took.TOO_FAR)),
    "counter known": Switch("Counters.take", _letting(Took.UNKNOWN)),
    "code of SYNC": Switch(
        "hmac.compare_digest",
        _attribute(store_counters, "hmac", SimpleNamespace(compare_digest=lambda *_words: True)),
    ),
    "key retired": Switch("Admission._is_retired", _result(Admission, "_is_retired", False)),
    # OMA CP.
    "MAC": Switch("security.verify", _result(security, "verify", True)),
    "SEC accepted": Switch("dialects.omacp.accept", change=_accepting_all),
    "USERPINMAC": Switch("proofs.mac_fault", _result(proofs, "mac_fault", None)),
    "MAC seen": Switch("Guards.take_mac", _result(Guards, "take_mac", True)),
    "one access point": Switch("napdef._same", _result(napdef, "_same", True)),
    "access point of an APN": Switch("napdef._kind", _result(napdef, "_kind", "APN")),
    "access point for MMS": Switch("napdef._is_mms", _result(napdef, "_is_mms", False)),
    "way of authentication": Switch("napdef._AUTH", _attribute(napdef, "_AUTH", _AllPap())),
    # What may be said.
    "letters of an APN": Switch(
        "apn_syntax._LETTERS_DIGITS", _attribute(apn_syntax, "_LETTERS_DIGITS", _Everything())
    ),
    "length of an APN": Switch("apn_syntax.MAX_APN", _attribute(apn_syntax, "MAX_APN", 10**6)),
    "labels of an APN": Switch(
        "apn_syntax.apn_offence", _code(apn_syntax.apn_offence, lambda name: None)
    ),
    "reserved beginning": Switch(
        "apn_syntax.RESERVED_PREFIXES", _attribute(apn_syntax, "RESERVED_PREFIXES", ())
    ),
    "reserved end": Switch(
        "apn_syntax.RESERVED_SUFFIX", _attribute(apn_syntax, "RESERVED_SUFFIX", "\0")
    ),
    "letters of user and password": Switch(
        "apn_syntax._CREDENTIAL", _attribute(apn_syntax, "_CREDENTIAL", _Everything())
    ),
    "length of user and password": Switch(
        "apn_syntax.MAX_CREDENTIAL", _attribute(apn_syntax, "MAX_CREDENTIAL", 10**6)
    ),
    "length of a text": Switch("plain.MAX_TEXT", _unlimited),
    "one meaning": Switch("Reader.read", _first_claim),
    "forms of trackers": Switch("Reader._others", _result(Reader, "_others", ())),
    "answers are no commands": Switch("plain._ANSWERS", _attribute(plain, "_ANSWERS", frozenset())),
    "number of a network": Switch("plain._PLMN", _any_network),
    "number of a service centre": Switch("plain._NUMBER", _any_number),
    "letters of arguments": Switch("plain._own", _attribute(plain, "_own", _any_argument)),
    "number of a context": Switch("plain_options._CIDS", _any_context),
    "length of a trial": Switch(
        "plain_options.MAX_TRIAL_S", _attribute(plain_options, "MAX_TRIAL_S", 1e12)
    ),
    # How often.
    "lock-out of a sender": Switch("Guards.locked_s", _unlocked(dialects=False)),
    "lock-out of a dialect": Switch("Guards.locked_s", _unlocked(dialects=True)),
    "rate of commands": Switch("Rate.is_spent", _rate(admission.COMMAND)),
    "rate of answers": Switch("Rate.is_spent", _rate(admission.ANSWER)),
    "identity": Switch("sms.Deliver.key", _each_its_own),
    # When it is to be carried out.
    "stale by time": Switch("access.is_stale", _result(access, "is_stale", False)),
    "contexts that are allowed": Switch("apn.allowed_cids", change=_all_cids),
    "patterns of arguments": Switch("own.refused", _result(own, "refused", None)),
    "commands that are configured": Switch("commands.reboot_host", _no_wait, _rebooting),
    "judged again": Switch("Access.still_allows", _result(Access, "still_allows", Allowed())),
}


@contextmanager
def off(*names: str) -> Iterator[Change]:
    """These checks are switched off; how the setting is to be changed."""
    with pytest.MonkeyPatch.context() as patch:
        for name in names:
            SWITCHES[name].patch(patch)

        def change(setting: Setting) -> Setting:
            for name in names:
                setting = SWITCHES[name].change(setting)
            return setting

        yield change
