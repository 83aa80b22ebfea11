"""Teltonika's telematics devices (FMB, FMC, FMM, FT, AT, TAT and relatives). Pure.

    message  = [ [ login ] password ] command
    command  = "setparam" id ":" value *( ";" id ":" value )
             | "getparam" id *( ";" id )
             | "getstatus" | "getinfo" | "cpureset"
    id       = "2001" APN | "2002" user | "2003" password                        FMB and later
             | "2016" ( "0" none | "1" PAP | "2" CHAP )
             | "2090" ( "1" IPv4 | "2" IPv6 | "3" IPv4v6 )
             | "2025" "0"                                                        no automatic APN
             | "1242" APN | "1243" user | "1244" password                        FM36
    APN      = [ "pap:" | "chap:" ] name                                         FM36

Between the words stands a blank. Devices want two blanks (newer ones one) in front of a command
without login and password; some phones take them away, so they are not asked for here. A login may
have no password of its own: one word before the command is the password.

Understood: what sets the APN, with what belongs to it in the same message; reading it, all but the
password; the status; a restart. Any other parameter makes the whole message "unsupported": it is
not done by half. So does a user or a password without the APN. getver and the like are recognised
and "unsupported". Empty clears a user or a password; an APN must not be empty. What isn't named
stays. Answers never repeat the password, as a device's would.

Faults: login and password in clear text, the same for ever, no counter; the device takes commands
without either until they are set. There is no escaping: a value with `;` can't be said.

Sources: wiki.teltonika-gps.com (Template:FMM_SMS/GPRS_Commands, SMS/GPRS_command_-_setparam,
FMB_getparam, TEST-DM, ATC700_Parameter_List, Template:FM36_GSM_Parameters,
Template:FMA2_GSM_settings); emnify/product-docs, docs/quickstart/apn-configuration/gps-trackers.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from apn_config.dialects import fields
from apn_config.dialects.dialect import Around, Dialect, PasswordForm
from apn_config.dialects.fields import APN, Asked, Frame, Refused
from apn_config.dialects.words import Word
from apn_config.model import Apn, ApnRequest, AuthType, Form, Outcome, Password, PdpType, Verb

_SIMPLE = {"getstatus": Verb.STATUS, "getinfo": Verb.STATUS, "cpureset": Verb.REBOOT_MODEM}
# Documented, and nothing that this program could tell or do.
_OTHERS = (
    *("getver", "getgps", "ggps", "getio", "readio", "getimeiccid", "getimsi", "getrecord"),
    *("fwstats", "setdigout", "deleterecords", "defaultcfg", "web_connect"),
)
_VERBS = frozenset({"setparam", "getparam", *_SIMPLE, *_OTHERS})
_NAME, _USER, _PASSWORD, _AUTH, _TYPE, _AUTOMATIC = "2001", "2002", "2003", "2016", "2090", "2025"
_FM36 = {"1242": _NAME, "1243": _USER, "1244": _PASSWORD}
_SETTABLE = frozenset({_NAME, _USER, _PASSWORD, _AUTH, _TYPE, _AUTOMATIC})
# A password is in no answer, and the automatic APN isn't known here.
_READABLE = frozenset({_NAME, _USER, _AUTH, _TYPE})
_AUTHS = {"0": AuthType.NONE, "1": AuthType.PAP, "2": AuthType.CHAP}
_TYPES = {"1": PdpType.IP, "2": PdpType.IPV6, "3": PdpType.IPV4V6}
# How FM36 has it in the APN, as the number that later devices have for it.
_IN_NAME = {"pap:": "1", "chap:": "2"}


def _recognise(text: Word) -> Frame | None:
    found = fields.find_verb(text, _VERBS, 2)
    if found is None or (found.verb.endswith("param") and not _has_number(found.rest)):
        return None
    # 2N's gateways have `sys getinfo`, with a password or none before.
    if found.verb == "getinfo" and [word.upper for word in found.before[-1:]] == ["SYS"]:
        return None
    login = found.before[0].text if len(found.before) > 1 else ""
    proof = Password(found.before[-1].text, login) if found.before else None
    return Frame(found.verb, found.rest, proof, echo=(found.verb,))


def _has_number(rest: Word) -> bool:
    """Does it begin with an id? Bitrek's devices have the same verbs, with a 0 before their ids."""
    number = rest.text.replace(";", ":").partition(":")[0]
    return number.isascii() and number.isdigit() and not number.startswith("0")


def _understand(frame: Frame) -> Asked:
    if frame.verb == "setparam":
        return _set(frame.rest)
    if frame.verb == "getparam":
        return _get(frame.rest)
    if frame.verb not in _SIMPLE:
        raise Refused("unsupported")
    fields.no_more(fields.words(frame.rest))
    return Asked(_SIMPLE[frame.verb])


def _set(rest: Word) -> Asked:
    given: dict[str, Word] = {}
    echo = ["setparam"]
    for item in _items(rest):
        number, colon, text = item.text.partition(":")
        meant = _FM36.get(number, number)
        if meant not in _SETTABLE or not colon:
            raise Refused("unsupported", item.at)
        value = Word(text, item.at + len(number) + 1)
        if number == "1242":
            value, *auth = _name_and_auth(value)
            given.update(zip([_AUTH], auth, strict=False))
        if meant in given:
            raise Refused("duplicate-option", item.at, APN)
        given[meant] = value
        if meant != _PASSWORD:
            echo.append(item.text)
    return Asked(Verb.APN_SET, _request(given), tuple(echo))


def _items(rest: Word) -> list[Word]:
    """What stands between semicolons; one more may end the text."""
    items = [fields.trimmed(item) for item in fields.split(rest, ";")]
    return items[:-1] if len(items) > 1 and not items[-1].text else items


def _name_and_auth(value: Word) -> list[Word]:
    """The APN, and the type of authentication where FM36's form of the APN begins with it."""
    for prefix, auth in _IN_NAME.items():
        if value.text.lower().startswith(prefix):
            return [Word(value.text[len(prefix) :], value.at + len(prefix)), Word(auth, value.at)]
    return [value]


def _request(given: dict[str, Word]) -> ApnRequest:
    request = fields.request(given.get(_NAME), given.get(_USER), given.get(_PASSWORD))
    automatic = given.get(_AUTOMATIC)
    if automatic is not None and automatic.text != "0":
        raise Refused("unsupported", automatic.at, APN)
    auth = fields.one_of(_AUTHS, given.get(_AUTH), "bad-auth")
    return replace(request, auth=auth, type=fields.one_of(_TYPES, given.get(_TYPE), "bad-type"))


def _get(rest: Word) -> Asked:
    items = _items(rest)
    for item in items:
        if _FM36.get(item.text, item.text) not in _READABLE:
            raise Refused("unsupported", item.at)
    return Asked(Verb.APN_READ, echo=("getparam", *(item.text for item in items)))


def _say(outcome: Outcome, form: Form, around: Around) -> str | None:
    verb, *told = form.echo or ("",)
    if verb == "setparam":
        return _said_of_set(outcome, told)
    if verb == "getparam":
        return _said_of_get(outcome, told)
    return None


def _said_of_set(outcome: Outcome, told: Sequence[str]) -> str | None:
    if fields.succeeded(outcome):
        return fields.joined([f"New value {told[0]}", *told[1:]], ";") if told else None
    # What is refused has no verb: the device says so of ids and values that it doesn't take.
    if outcome.verb is None:
        return fields.with_reason("WARNING: Not supported Param ID or Value detected", outcome)
    return fields.with_reason("Error while configuring parameters", outcome)


def _said_of_get(outcome: Outcome, told: Sequence[str]) -> str | None:
    if outcome.verb is None:
        return fields.with_reason("Invalid parameter id provided", outcome)
    if outcome.apn is None:
        return None
    values = _values(told, outcome.apn)
    if not values:
        return None
    first = "Param ID:{} Value:{}".format(*values[0])
    return fields.joined([first, *(f"{number}:{value}" for number, value in values[1:])], ";")


def _values(numbers: Sequence[str], apn: Apn) -> list[tuple[str, str]]:
    """What is known of each id that was asked for."""
    credentials = apn.credentials
    known = {_NAME: apn.name, _TYPE: fields.key_of(_TYPES, apn.type)}
    if credentials is not None:
        known |= {_USER: credentials.user, _AUTH: fields.key_of(_AUTHS, credentials.auth)}
    meant = [(number, known.get(_FM36.get(number, number))) for number in numbers]
    return [(number, value) for number, value in meant if value is not None]


DIALECT = Dialect(
    name="teltonika",
    summary="Teltonika FMB, FMC, FMM, FT, AT, TAT: login pass setparam 2001:em",
    parse=fields.parser("teltonika", _recognise, _understand),
    say=_say,
    claims=(
        "login pass setparam 2001:em;2002:u;2003:p",
        "pass setparam 2001:em",
        "setparam 1242:chap:em;1243:u;1244:p",
        "login pass getparam 2001;2002",
        "login pass getstatus",
        "login pass getinfo",
        "login pass getver",
        "login pass cpureset",
    ),
    password=PasswordForm.LOGIN,
)
