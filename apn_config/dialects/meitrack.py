"""Meitrack's trackers (MT90, T333, T366, TC68, P99 and relatives). Pure.

    message  = password "," "A81" "," APN [ "," user [ "," pass ] ]
             | password "," "A21" ",,,," APN [ "," user [ "," pass ] ]
    password = 4 to 6 digits: the SMS password, or for A21 the longer super password

Fields go by their place. Those of A21 before the APN are the type of the connection, the server and
its port: one that isn't empty makes the whole message "unsupported", as it is not done by half. An
empty user or password is cleared, one that is left out at the end stays; an empty APN is refused.
Every other command (a letter from A to F and two hexadecimal digits) is recognised, and
"unsupported".

The answer begins with the tracker's id, the IMEI: 15 zeros where the modem's isn't known. A failure
has no documented form: it is told in the plain dialect's words.

Faults: 0000 and 666888 by default, in clear text; four digits are soon tried; no counter. A comma
within a value can't be said.

Sources: emnify/product-docs, docs/quickstart/apn-configuration/gps-trackers.md; the form of
answers: Unico MT90 manual p. 18 (manualshive.com, unico/mt90).
"""

from __future__ import annotations

import re

from apn_config.dialects import fields
from apn_config.dialects.dialect import Around, Dialect, PasswordForm
from apn_config.dialects.fields import APN, Asked, Frame, Refused
from apn_config.dialects.words import Word
from apn_config.model import Form, Outcome, Password, Verb

_HEAD = re.compile(r"([0-9]{4,6}),([A-F][0-9A-F]{2})(?=,|$)", re.ASCII | re.IGNORECASE)
# How many fields stand before the APN: A21 has the connection, the server and the port.
_BEFORE = {"A81": 0, "A21": 3}
_IMEI_DIGITS = 15
_NO_IMEI = "0" * _IMEI_DIGITS


def _recognise(text: Word) -> Frame | None:
    head = _HEAD.match(text.text)
    if head is None:
        return None
    verb = head[2].upper()
    rest = Word(text.text[head.end() + 1 :], text.at + head.end() + 1)
    return Frame(verb, rest, Password(head[1]), echo=(verb,))


def _understand(frame: Frame) -> Asked:
    if frame.verb not in _BEFORE:
        raise Refused("unsupported")
    given, before = fields.split(frame.rest, ","), _BEFORE[frame.verb]
    fields.all_empty(given[:before])
    fields.no_more(given[before + 3 :], APN)
    return Asked(Verb.APN_SET, fields.request(*fields.padded(given[before:], 3)))


def _say(outcome: Outcome, form: Form, around: Around) -> str | None:
    if not fields.succeeded(outcome) or outcome.verb is not Verb.APN_SET or not form.echo:
        return None
    # A shorter number would make a command of the answer, with that for its password.
    imei = around.device.imei if len(around.device.imei) >= _IMEI_DIGITS else _NO_IMEI
    return fields.fitted(f"{imei},{form.echo[0]},OK")


DIALECT = Dialect(
    name="meitrack",
    summary="Meitrack MT90, T333, T366, TC68: 0000,A81,em,u,p",
    parse=fields.parser("meitrack", _recognise, _understand),
    say=_say,
    claims=(
        "0000,A81,em,u,p",
        "666888,A21,,,,em,u,p",
        "666888,A21,1,server.meigps.com,8800,em,,",
        "0000,E91",
    ),
    password=PasswordForm.WORD,
)
