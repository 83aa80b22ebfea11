"""Coban's trackers (TK103, TK104, GPS103, GPS303 ...), Xexun's, TK-Star, and their clones. Pure.

    message  = "apn" password name [ user pass ]
             | "check" password                                                  status
             | "reset" password
             | "CXZT"                                                            status
    password = 4 to 8 digits, glued to the word before

Between the others stands a blank. User and password come with the APN or not at all: `apnuser` and
`apnpasswd` in messages of their own are "unsupported", as each would change half of a setting.
Nothing can be cleared; another APN drops the credentials of the former one. begin (factory
settings), imei, admin, gprs and other commands of these devices are recognised, and "unsupported".

check and CXZT are answered with what has a counterpart: signal from 0 to 31, APN, the card's
number. The device's own IP and PORT are its server's. A failure is told in the plain dialect's
words: the devices' is a sentence in Chinese.

Faults: the password is 123456 by default, in clear text; CXZT needs none; no counter. A blank
within a value can't be said.

Sources: traccar.org, protocol/5006-xexun; gist FoxNeo/06923b4e12c437a79750fe5756cafed6;
tentone/car-tracker-ionic, README.md; rewire 103-RS manual p. 29; the form in one message:
RealLionelMuhire/Byt_gps_app, docs/usage/CONFIGURATION_GUIDE.md; emnify/product-docs,
docs/quickstart/apn-configuration/gps-trackers.md.
"""

from __future__ import annotations

import re

from apn_config.dialects import fields
from apn_config.dialects.dialect import Around, Dialect, PasswordForm
from apn_config.dialects.fields import APN, Asked, Frame, Refused
from apn_config.dialects.words import Word
from apn_config.model import ApnRequest, Form, Outcome, Password, Verb

_SIMPLE = {"check": Verb.STATUS, "reset": Verb.REBOOT_MODEM, "cxzt": Verb.STATUS}
# One at a time, each in a message of its own; the third is how a firmware spells it.
_CREDENTIALS = ("apnuser", "apnpasswd", "apnpasswrod", "apnpassword")
_OTHERS = ("begin", "imei", "admin", "noadmin", "adminip", "password", "gprs")
_HEAD = re.compile(
    rf"(apn|check|reset|{'|'.join((*_CREDENTIALS, *_OTHERS))})([0-9]{{4,8}})",
    re.ASCII | re.IGNORECASE,
)


def _recognise(text: Word) -> Frame | None:
    if text.upper == "CXZT":
        return Frame("cxzt", echo=("cxzt",))
    first = text.text.partition(" ")[0]
    head = _HEAD.fullmatch(first)
    if head is None:
        return None
    verb, rest = head[1].lower(), fields.behind(text, len(first))
    return Frame(verb, rest, Password(head[2]), echo=(verb,))


def _understand(frame: Frame) -> Asked:
    values = fields.words(frame.rest)
    if frame.verb in _SIMPLE:
        fields.no_more(values)
        return Asked(_SIMPLE[frame.verb])
    if frame.verb in _CREDENTIALS:
        raise Refused("unsupported", verb=APN)
    if frame.verb != "apn":
        raise Refused("unsupported")
    return Asked(Verb.APN_SET, _request(values))


def _request(values: list[Word]) -> ApnRequest:
    fields.no_more(values[3:], APN)
    if len(values) == 2:
        raise Refused("unsupported", values[1].at, APN)
    return fields.request(*fields.padded(values, 3))


def _say(outcome: Outcome, form: Form, around: Around) -> str | None:
    if not fields.succeeded(outcome):
        return None
    if form.echo == ("apn",):
        return "apn ok"
    if form.echo == ("reset",):
        return "reset ok"
    if form.echo in (("check",), ("cxzt",)):
        return _status(outcome, around, form.echo[0])
    return None


def _status(outcome: Outcome, around: Around, verb: str) -> str | None:
    pairs = fields.told(outcome)
    signal, name = fields.csq(pairs.get("rssi")), pairs.get("apn")
    if signal is None or name is None:
        return None
    if verb == "check":
        return fields.fitted(f"GSM Signal: {signal} APN: {name}")
    return fields.fitted(f"APN:{name} GSM:{signal} ICCID:{around.device.iccid}")


DIALECT = Dialect(
    name="coban",
    summary="Coban TK103, GPS103, GPS303, Xexun and clones: apn123456 em",
    parse=fields.parser("coban", _recognise, _understand),
    say=_say,
    claims=(
        "apn123456 em",
        "apn123456 em u p",
        "apnuser123456 u",
        "apnpasswd123456 p",
        "check123456",
        "reset123456",
        "begin123456",
        "CXZT",
    ),
    password=PasswordForm.WORD,
)
