"""Who may command, and what is too old to be obeyed. Pure: rules, secrets and times come in.

The first rule that is about a message decides, as in a firewall; the listed senders make the last
one. A sender's number can be forged by anybody with access to an SMSC, so a rule wants a proof
wherever one is configured. What has to be remembered of messages is admission.py's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from apn_config import proofs
from apn_config.config import AccessConfig, Rule
from apn_config.model import (
    Command,
    Device,
    Form,
    Malformed,
    Sender,
    SetupCode,
    Signature,
)
from apn_config.proofs import OMACP, PLAIN, SIGNED, SigningKey, same
from apn_config.proofs import Secrets as Secrets
from apn_config.rules import covers, sender_pattern

# The network's time may jump by this much on one message's word; further needs a second one.
_LEAP = timedelta(hours=24)
_NUMBER = re.compile(r"\+?[0-9*# ]*[0-9][0-9*# ]*")
LISTED: Final = "senders"
SET_UP: Final = "set-up"
# What the code of the first contact is for: an APN, and how it goes.
SET_UP_WORDS: Final = ("APN", "STATUS", "SIGNAL", "PING", "HELP")
# Every GSM module's IMEI begins with its type; fewer digits of its end may be another's, too.
_LEAST_ID_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Allowed:
    """The message may do what it asks for, by that rule; `key` is the signing key's fingerprint."""

    rule: str = ""
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Denied:
    """It may not; `reason` is for the log and the journal, never for an answer.

    `offence`: a secret was given, and it was wrong. `rule` is the one that wanted it.
    """

    reason: str
    offence: bool = False
    rule: str | None = None


Verdict: TypeAlias = Allowed | Denied


@dataclass(frozen=True, slots=True)
class Step:
    """A rule that was looked at. `misses` is the first of its parts that is about others:
    signature, sender, dialect, key or verb; None where it is about this message. `decides`: no
    earlier one was.
    """

    rule: str
    misses: str | None
    decides: bool = False


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a message is allowed or denied. Without steps no rule was needed to tell."""

    verdict: Verdict
    steps: tuple[Step, ...] = ()


# In the order in which they are compared; the reason where that is as far as any rule goes.
_REASONS: Final = {
    "signature": "not-listed",
    "sender": "not-listed",
    "dialect": "dialect-not-allowed",
    "key": "key-not-allowed",
    "verb": "verb-not-allowed",
}
_PARTS: Final = tuple(_REASONS)


class _Compiled:
    """A rule, ready to be compared with messages. `unsigned`: it is about no signed ones."""

    def __init__(
        self,
        rule: Rule,
        senders: Sequence[Callable[[str], bool]] | None,
        secrets: Secrets,
        *,
        unsigned: bool = False,
    ) -> None:
        self.name = rule.name
        self.wants_proof = rule.proof
        self._rule = rule
        self._senders = senders
        self._secrets = secrets
        self._unsigned = unsigned

    def misses(self, who: str, parsed: Command | Malformed, key: SigningKey | None) -> str | None:
        """The first part that is about others."""
        rule, dialect = self._rule, parsed.dialect
        if rule.keys is not None and dialect != SIGNED:
            return "signature"
        if self._senders is not None and not any(fits(who) for fits in self._senders):
            return "sender"
        if self._unsigned and dialect == SIGNED:
            return "dialect"
        if rule.dialects is not None and dialect not in rule.dialects:
            return "dialect"
        if rule.keys is not None and (key is None or key.name not in rule.keys):
            return "key"
        if isinstance(parsed, Malformed) and parsed.verb is None and self._is_narrow(dialect):
            return "verb"
        return None if covers(rule.verbs, parsed) else "verb"

    def _is_narrow(self, dialect: str) -> bool:
        """Does it give some verbs to whoever says that he is somebody? Then nonsense isn't among
        them: each answer costs money.

        Whether the message holds a secret mustn't count, or it would tell of a right one.
        """
        proven = self.wants_proof and self._secrets.wants(dialect)
        return self._rule.verbs is not None and not proven


def _compiled(config: AccessConfig | None, secrets: Secrets) -> tuple[_Compiled, ...]:
    if config is None:
        return ()
    patterns = [
        None if rule.senders is None else [*map(sender_pattern, rule.senders)]
        for rule in config.rules
    ]
    rules = [
        _Compiled(rule, senders, secrets)
        for rule, senders in zip(config.rules, patterns, strict=True)
    ]
    if config.senders:
        listed = frozenset(sender_key(_listed_sender(entry)) for entry in config.senders)
        # What a key may is told by the rules that name it: with a forged sender it mustn't be more.
        by_key = any(
            rule.keys is not None or SIGNED in (rule.dialects or ()) for rule in config.rules
        )
        senders = [listed.__contains__]
        rules.append(_Compiled(Rule(LISTED), senders, secrets, unsigned=by_key))
    return tuple(rules)


class Access:
    """Who may give which command, by the configuration and the secrets of the moment."""

    def __init__(self, config: AccessConfig | None, secrets: Secrets) -> None:
        self._config = config
        self._secrets = secrets
        self._rules = _compiled(config, secrets)

    def decide(self, sender: Sender, parsed: Command | Malformed, device: Device) -> Verdict:
        """May this be done? `device` is what is known of this one."""
        return self.explain(sender, parsed, device).verdict

    def explain(self, sender: Sender, parsed: Command | Malformed, device: Device) -> Explanation:
        """As `decide`, with the rules that were looked at. All are, whichever decides."""
        early = self._before_rules(sender, parsed, device)
        if early is not None:
            return Explanation(early)
        if isinstance(parsed.proof, SetupCode):
            return self._first_contact(parsed, parsed.proof)
        who, key = sender_key(sender), None
        if parsed.dialect == SIGNED and self._knows(who, parsed):
            found = self._signer(parsed, device)
            if isinstance(found, Denied):
                return Explanation(found)
            key = found
        return self._by_rules(who, parsed, key, lambda rule: self._proven(rule, parsed, device))

    def still_allows(self, sender: Sender, command: Command, form: Form) -> Verdict:
        """May it still be done? For what was let in before: nothing is proven again.

        `form.key` says by which key it was.
        """
        if self._config is None:
            return Denied("no-access")
        if isinstance(command.proof, SetupCode):
            if self._secrets.setup_code is None:
                return Denied("no-setup-code")
            if self._secrets.set_up:
                return Denied("setup-closed")
            return self._may_set_up(command)
        key = self._secrets.key_of(form.key)
        if command.dialect == SIGNED and key is None:
            return Denied("no-key")
        return self._by_rules(
            sender_key(sender), command, key, lambda rule: self._bare(rule, command)
        ).verdict

    # --- without a rule -----------------------------------------------------------------------

    def _before_rules(
        self, sender: Sender, parsed: Command | Malformed, device: Device
    ) -> Denied | None:
        """What no rule can allow."""
        if self._config is None:
            return Denied("no-access")
        own = _digits(device.number)
        if own and not sender.alphanumeric and _digits(sender.address) == own:
            return Denied("oneself")
        if parsed.device is not None and not self._is_us(parsed.dialect, parsed.device, device):
            return Denied("other-device")
        return None

    def _is_us(self, dialect: str, named: str, device: Device) -> bool:
        """Is that the configured number, or the end of the IMEI?"""
        configured = self._secrets.devices.get(dialect)
        if configured is not None:
            return same(named, configured)
        return len(named) >= _LEAST_ID_DIGITS and device.imei.endswith(named)

    def _first_contact(self, parsed: Command | Malformed, given: SetupCode) -> Explanation:
        """The set-up code is the proof, whoever sends it; its window is admission's to look at."""
        wanted = self._secrets.setup_code
        if wanted is None:
            return Explanation(Denied("no-setup-code", rule=SET_UP))
        if self._secrets.set_up:
            # Closed for good: nothing is compared, so nobody learns or spoils anything by guessing.
            return Explanation(Denied("setup-closed", rule=SET_UP))
        if not same(given.word, wanted):
            return Explanation(_denied(proofs.SETUP_WRONG, SET_UP))
        verdict = self._may_set_up(parsed)
        misses = None if isinstance(verdict, Allowed) else "verb"
        return Explanation(verdict, (Step(SET_UP, misses, decides=True),))

    def _may_set_up(self, parsed: Command | Malformed) -> Verdict:
        if covers(SET_UP_WORDS, parsed):
            return Allowed(SET_UP)
        return Denied("verb-not-allowed", rule=SET_UP)

    # --- by rules -----------------------------------------------------------------------------

    def _knows(self, who: str, parsed: Command | Malformed) -> bool:
        """Is a rule about this sender and dialect? Strangers' signatures aren't computed."""
        found = [rule.misses(who, parsed, None) for rule in self._rules]
        return any(part in ("key", "verb", None) for part in found)

    def _by_rules(
        self,
        who: str,
        parsed: Command | Malformed,
        key: SigningKey | None,
        proven: Callable[[_Compiled], Denied | None],
    ) -> Explanation:
        found = [(rule, rule.misses(who, parsed, key)) for rule in self._rules]
        first = next((rule for rule, part in found if part is None), None)
        steps = tuple(Step(rule.name, part, rule is first) for rule, part in found)
        if first is None:
            furthest = max((_PARTS.index(part) for _, part in found if part), default=0)
            return Explanation(Denied(_REASONS[_PARTS[furthest]]), steps)
        denied = proven(first)
        allowed = Allowed(first.name, None if key is None else key.fingerprint)
        return Explanation(denied or allowed, steps)

    # --- proofs -------------------------------------------------------------------------------

    def _signer(self, parsed: Command | Malformed, device: Device) -> SigningKey | Denied:
        """Whose signature it is."""
        if not isinstance(parsed.proof, Signature):
            return Denied(parsed.reason if isinstance(parsed, Malformed) else "no-proof")
        found = proofs.signer(self._secrets, parsed.proof, device)
        return _denied(found) if isinstance(found, str) else found

    def _bare(self, rule: _Compiled, command: Command) -> Denied | None:
        """Was it let in without a secret, before one was configured?"""
        return None if command.proof is not None else self._proven(rule, command, Device())

    def _proven(
        self, rule: _Compiled, parsed: Command | Malformed, device: Device
    ) -> Denied | None:
        """Why the deciding rule denies; None where it allows."""
        secrets, proof = self._secrets, parsed.proof
        if parsed.dialect == SIGNED:
            return None  # by its signature, before
        if parsed.dialect == OMACP:
            # What is accepted is what the configuration says of proofs.
            reason = proofs.mac_fault(secrets, proof, device)
        elif not rule.wants_proof:
            return None
        elif parsed.dialect == PLAIN:
            reason = proofs.pin_fault(secrets, proof)
        else:
            reason = proofs.password_fault(secrets, parsed.dialect, proof)
        return None if reason is None else _denied(reason, rule.name)


def _denied(reason: str, rule: str | None = None) -> Denied:
    return Denied(reason, reason in proofs.OFFENCES, rule)


def _digits(number: str) -> str:
    return "".join(each for each in number if each in "0123456789")


def _listed_sender(entry: str) -> Sender:
    """Whom an entry means: a number if it looks like one, else a name."""
    return Sender(entry, alphanumeric=_NUMBER.fullmatch(entry) is None)


def sender_key(sender: Sender) -> str:
    """What identifies a sender: "+49170" and "49170" are one, "emnify" and "EMnify" are one.

    A name of digits is another sender than the number. One who gives neither is "", whatever type
    the network stated.
    """
    text = sender.address.strip()
    if sender.alphanumeric and text:
        return f"name:{text.casefold()}"
    return f"number:{text.removeprefix('+').replace(' ', '')}"


@dataclass(frozen=True, slots=True)
class NetworkTime:
    """How far the network's time has come, by the stamps of authorised messages.

    `candidate` is a stamp too far ahead of `newest` to be believed before a second one confirms it;
    the first of all is one, too.
    """

    newest: datetime | None = None
    candidate: datetime | None = None


def moved(time: NetworkTime, scts: datetime | None) -> NetworkTime:
    """The network's time after an authorised message of that stamp; it never goes back.

    Of two messages that both claim a time far ahead, the earlier is believed: one wrong stamp moves
    nothing, and messages that come a month apart still move the mark.
    """
    if scts is None:
        return time
    if time.newest is not None and scts - time.newest <= _LEAP:
        newest = max(time.newest, scts)
        ahead = time.candidate is not None and time.candidate - newest > _LEAP
        return NetworkTime(newest, time.candidate if ahead else None)
    if time.candidate is None:
        return NetworkTime(time.newest, scts)
    earlier, later = sorted((time.candidate, scts))
    if later - earlier <= _LEAP:
        return NetworkTime(later)
    return NetworkTime(earlier, later)


def believable(scts: datetime, newest: datetime | None) -> bool:
    """Can the network's time have come so far? One wrong stamp must not lock a sender out."""
    return newest is None or scts - newest <= _LEAP


def is_stale(
    scts: datetime | None,
    *,
    applied: datetime | None,
    newest: datetime | None,
    max_age_h: float,
) -> bool:
    """Is a changing command too old to be obeyed?

    Older than the last one applied from the same sender, or by more than `max_age_h` than the
    newest authorised message. Without a stamp the order of arrival counts, so it isn't.
    """
    if scts is None:
        return False
    if applied is not None and scts < applied and believable(applied, newest):
        return True
    return newest is not None and (newest - scts).total_seconds() > max_age_h * 3600
