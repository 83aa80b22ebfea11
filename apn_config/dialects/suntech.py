"""Suntech's trackers (ST300, ST340 and relatives). Pure.

    message  = "ST300NTW;" id ";02;" auth ";" APN [ ";" user [ ";" pass *( ";" ) ] ]
             | "ST300CMD;" id ";02;" ( "Preset" | "StatusReq" | "Reboot" )
    id       = 9 digits: the device's own
    auth     = "0" | ""

Preset reads. Fields go by their place. Behind the password stand the server, its port, two fields
for a second server, and the card's PIN: one that isn't empty makes the whole message "unsupported",
as it is not done by half. What an auth of 0 means isn't documented: it leaves the type as it is;
any other is refused. An empty user or password is cleared, one that is left out stays; an empty APN
is refused. Other commands (Reset, which restores the factory's settings, ReqIMSI, ReqICCID, ReqVer,
ST300GSM, ST300ADP ...) are recognised, and "unsupported".

The answer repeats the fields, without the password, and 000 for the version of the firmware. What
StatusReq is answered with has a position in it, and a failure no documented form: they are told in
the plain dialect's words.

Faults: no password; who knows the id commands, and the id is on the device. A list of numbers is
off by default. No counter. A semicolon within a value can't be said.

Sources: ST300/340 Operation Manual 1.41 p. 23, 30, 103, 104, 108 (manualshive.com,
suntech/st300-series); traccar/traccar, protocol/SuntechProtocolEncoder.java. The order of the
fields of NTW is that of the manual's answer to Preset.
"""

from __future__ import annotations

import re

from apn_config.dialects import fields
from apn_config.dialects.dialect import Around, Dialect
from apn_config.dialects.fields import APN, Asked, Frame, Refused
from apn_config.dialects.words import Word
from apn_config.model import Apn, ApnRequest, Form, Outcome, Verb

_HEAD = re.compile(r"ST300([A-Z]{3});([0-9]{9});02;", re.ASCII | re.IGNORECASE)
_COMMANDS = {"preset": Verb.APN_READ, "statusreq": Verb.STATUS, "reboot": Verb.REBOOT_MODEM}
_DEFAULT_AUTH = ("", "0")
_PASSWORD_PLACE = 3
_MOST_FIELDS = 11
_FIRMWARE = "000"


def _recognise(text: Word) -> Frame | None:
    head = _HEAD.match(text.text)
    if head is None:
        return None
    rest = Word(text.text[head.end() :], text.at + head.end())
    verb, device = head[1].lower(), head[2]
    return Frame(verb, rest, device=device, echo=(verb, device))


def _understand(frame: Frame) -> Asked:
    given = fields.split(frame.rest, ";")
    verb, device = frame.verb, frame.device or ""
    if verb == "ntw":
        told = ";".join("" if i == _PASSWORD_PLACE else each.text for i, each in enumerate(given))
        return Asked(Verb.APN_SET, _request(given), (verb, device, told))
    command = given[0].text.lower()
    if verb != "cmd" or command not in _COMMANDS:
        raise Refused("unsupported", None if verb != "cmd" else given[0].at)
    fields.no_more([each for each in given[1:] if each.text])
    return Asked(_COMMANDS[command], echo=(verb, device, command))


def _request(given: list[Word]) -> ApnRequest:
    fields.no_more(given[_MOST_FIELDS:], APN)
    auth, name, user, password = fields.padded(given, 4)
    if auth is not None and auth.text not in _DEFAULT_AUTH:
        raise Refused("bad-auth", auth.at, APN)
    fields.all_empty(given[_PASSWORD_PLACE + 1 :])
    return fields.request(name, user, password)


def _say(outcome: Outcome, form: Form, around: Around) -> str | None:
    if not fields.succeeded(outcome) or len(form.echo) != 3:
        return None
    verb, device, told = form.echo
    if verb == "ntw":
        return fields.fitted(f"ST300NTW;Res;{device};{_FIRMWARE};{told}")
    answer = f"ST300CMD;Res;{device};{_FIRMWARE};"
    if told == "preset" and outcome.apn is not None:
        answer = f"{answer}Preset;NTW;{_network(outcome.apn)}"
        return fields.fitted(answer) if len(answer) <= fields.MAX_SEPTETS else None
    return f"{answer}Reboot" if told == "reboot" else None


def _network(apn: Apn) -> str:
    """The block of the answer to Preset, without the password, the server and the PIN."""
    user = "" if apn.credentials is None else apn.credentials.user
    told = ["0", apn.name, user, *[""] * (_MOST_FIELDS - 3)]
    return ";".join(each.replace(";", "?") for each in told)


DIALECT = Dialect(
    name="suntech",
    summary="Suntech ST300, ST340: ST300NTW;100850000;02;0;em;u;p",
    parse=fields.parser("suntech", _recognise, _understand),
    say=_say,
    claims=(
        "ST300NTW;100850000;02;0;em;u;p;;;;;;",
        "ST300CMD;100850000;02;Preset",
        "ST300CMD;100850000;02;StatusReq",
        "ST300CMD;100850000;02;Reboot",
        "ST300CMD;100850000;02;ReqIMSI",
        "ST300GSM;100850000;02;0;;;;;0;;;;;;;",
    ),
    names_device=True,
)
