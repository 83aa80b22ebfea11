"""Teltonika's routers and gateways (RUT, RUTX, RUTM, TRB). Pure.

    message  = [ key ] rule
    rule     = "cellular" 1*( option )
             | "reboot" | "status"
    option   = "apn=" name | "username=" value | "password=" value
             | "auth_mode=" ( "none" | "pap" | "chap" )
             | "dialnumber=" | "service="                 only without a value

Between the words stands a blank, options in any order. The key is the router's serial number or its
administrator's password, as each rule is set there; a rule may want none. A value may stand in
double quotes.

Understood: the rule cellular with an APN, and the rules reboot and status, also called send_status,
behind a key. Without a key `reboot` and `status` are words that anybody sends, and the plain
dialect's. Another number to dial or another service makes the whole message "unsupported"; so does
a user without an APN. The rules that change the router (mobileon, mobileoff, reset_conn,
switch_sim, fw_upgrade, config_reload, uci, api) are recognised behind a key, and "unsupported".
Empty clears a user or a password; an APN must not be empty. What isn't named stays.

Faults: the key is the administrator's password in clear text, or printed on the device; no counter.
Rules can be set to want no key at all, from any number. What they answer is a text that the
router's owner writes: there is none of its own, so the answers are the plain dialect's.

Sources: wiki.teltonika-networks.com (RUT955 SMS Utilities (legacy WebUI), RUT360 Mobile Utilities);
emnify/product-docs, docs/quickstart/apn-configuration/industrial-routers.md.
"""

from __future__ import annotations

from dataclasses import replace

from apn_config.dialects import fields
from apn_config.dialects.dialect import Dialect, PasswordForm
from apn_config.dialects.fields import APN, Asked, Frame, Refused
from apn_config.dialects.settings import plain_words
from apn_config.dialects.words import Pair, Word, words_of
from apn_config.model import ApnRequest, AuthType, Password, Verb

_SIMPLE = {"reboot": Verb.REBOOT_MODEM, "status": Verb.STATUS, "send_status": Verb.STATUS}
_OTHERS = ("mobileon", "mobileoff", "reset_conn", "switch_sim", "fw_upgrade", "config_reload")
# Those have arguments, and are ordinary words without them.
_WITH_ARGUMENTS = {"uci": ("get", "set", "show"), "api": ("get", "post", "put", "delete")}
_RULES = frozenset({"cellular", *_SIMPLE, *_OTHERS, *_WITH_ARGUMENTS})
_AUTHS = {"none": AuthType.NONE, "pap": AuthType.PAP, "chap": AuthType.CHAP}
_OPTIONS = frozenset({"apn", "username", "password", "auth_mode", "dialnumber", "service"})


def _recognise(text: Word) -> Frame | None:
    found = fields.find_verb(text, _RULES, 1)
    if found is None or not _is_rule(found):
        return None
    key = found.before[0].text if found.before else None
    return Frame(found.verb, found.rest, None if key is None else Password(key))


def _is_rule(found: fields.Found) -> bool:
    """Is it more than an ordinary word?"""
    if found.verb == "cellular":
        return "=" in found.rest.text.partition(" ")[0]
    # A key of that kind is the plain dialect's tag.
    if not found.before or found.before[0].text.startswith("#"):
        return False
    arguments = _WITH_ARGUMENTS.get(found.verb)
    if arguments is not None:
        return found.rest.text.partition(" ")[0].lower() in arguments
    return not found.rest.text


def _understand(frame: Frame) -> Asked:
    if frame.verb in _SIMPLE:
        return Asked(_SIMPLE[frame.verb])
    if frame.verb != "cellular":
        raise Refused("unsupported")
    return Asked(Verb.APN_SET, _request(_options(frame.rest)))


def _options(rest: Word) -> dict[str, Word]:
    given: dict[str, Word] = {}
    for option in words_of(rest.text):
        at = rest.at + option.at - 1
        if not isinstance(option, Pair) or option.key not in _OPTIONS:
            raise Refused("unknown-option", at, APN)
        if option.key in given:
            raise Refused("duplicate-option", at, APN)
        given[option.key] = Word(option.value.text, rest.at + option.value.at - 1)
    fields.all_empty([given[key] for key in ("dialnumber", "service") if key in given])
    return given


def _request(given: dict[str, Word]) -> ApnRequest:
    request = fields.request(*map(given.get, ("apn", "username", "password")))
    return replace(request, auth=fields.one_of(_AUTHS, given.get("auth_mode"), "bad-auth"))


DIALECT = Dialect(
    name="teltonika-router",
    summary="Teltonika RUT, RUTX, TRB: key cellular apn=em",
    parse=fields.parser("teltonika-router", _recognise, _understand),
    say=plain_words,
    claims=(
        "cellular apn=em",
        "admin01 cellular apn=em auth_mode=pap username=u password=p",
        "admin01 reboot",
        "admin01 status",
        "admin01 mobileoff",
        "admin01 uci show network",
        "admin01 api get /network",
    ),
    password=PasswordForm.WORD,
)
