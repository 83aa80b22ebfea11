"""Queclink's trackers: @Track of GL200, GL300, GMT100 and the like, and AT@ of GL601. Pure.

    message  = "AT+GTBSI=" password "," APN "," user "," pass ",,,,," serial "$"
             | "AT+GTRTO=" password ",3,,,,,," serial "$"                        restart
             | "AT@APN=" password ",," APN "," user "," pass "," auth ",," serial "$"
             | "AT@APN?" password ",," serial "$"                                read
    serial   = 4 hexadecimal digits
    auth     = "0" none | "1" PAP | "2" CHAP | ""

Fields go by their place. The reserved ones have to be empty; where a device keeps a second APN in
them the message is "unsupported". A message without the final `$` was cut off, and is refused.

Empty clears the value: an APN too, which leaves the choice to the network, and no room for a user.
An empty auth leaves it as it is; 3, "PAP or CHAP", is refused, as nothing here could ask a modem
for it. The serial number comes back with the answer: it is the tag. The sub-commands of GTRTO
except the restart, and everything else that begins so, are "unsupported".

An answer has fields that have no counterpart here: the protocol's version is 000000 (C031,10,0 in
the AT@ form, as the manual's example has it), the device's name is empty, the count is 0000. The
IMEI is the modem's, 15 zeros where it isn't known. A failure has no documented form: it is told in
the plain dialect's words.

Faults: the password is in clear text, and the model's name by default; no counter (the serial
number may repeat). A comma or a `$` within a value can't be said.

Sources: GL300 @Tracker Air Interface Protocol 1.02 p. 15 (manualshive.com, queclink/gl300), GMT100
p. 10 (manymanuals); traccar/traccar, protocol/Gl200ProtocolEncoder.java;
qdc.queclinksz.com, gl601, Network_Settings/APN; emnify/product-docs,
docs/quickstart/apn-configuration/gps-trackers.md.
"""

from __future__ import annotations

import re
from dataclasses import replace

from apn_config.dialects import fields
from apn_config.dialects.dialect import Around, Dialect, PasswordForm
from apn_config.dialects.fields import Asked, Frame, Refused
from apn_config.dialects.settings import apn_request
from apn_config.dialects.words import Word
from apn_config.model import Apn, AuthType, Form, Outcome, Password, Verb

_HEAD = re.compile(r"AT(?:\+GT[A-Z]{3}=|@[A-Z]{3}[=?])", re.ASCII | re.IGNORECASE)
_SERIAL = re.compile(r"[0-9A-Fa-f]{4}")
# By the head in lower case: how many fields there are, the serial number among them.
_FIELDS = {"at+gtbsi=": 9, "at+gtrto=": 8, "at@apn=": 8, "at@apn?": 3}
_RESTART = "3"
_AUTHS = {"0": AuthType.NONE, "1": AuthType.PAP, "2": AuthType.CHAP}
_NO_IMEI = "0" * 15
_VERSION, _AT_VERSION, _COUNT = "000000", "C031,10,0", "0000"


def _recognise(text: Word) -> Frame | None:
    head = _HEAD.match(text.text)
    if head is None:
        return None
    rest = Word(text.text[head.end() :], text.at + head.end())
    given = fields.split(Word(rest.text.removesuffix("$"), rest.at), ",")
    password, serial = given[0].text, given[-1].text
    whole = rest.text.endswith("$") and len(given) > 1 and _SERIAL.fullmatch(serial)
    verb = head[0].lower()
    return Frame(
        verb,
        rest,
        Password(password) if password else None,
        tag=serial if whole else None,
        echo=(verb,),
    )


def _understand(frame: Frame) -> Asked:
    given = fields.split(fields.until(frame.rest, "$"), ",")
    if len(given) != _FIELDS.get(frame.verb):
        raise Refused("unsupported", frame.rest.at)
    if frame.tag is None:
        raise Refused("bad-tag", given[-1].at)
    return _READERS[frame.verb](given[1:-1])


def _bsi(given: list[Word]) -> Asked:
    name, user, password, *reserved = given
    fields.all_empty(reserved)
    return Asked(Verb.APN_SET, apn_request(name, user, password))


def _at(given: list[Word]) -> Asked:
    before, name, user, password, auth, behind = given
    fields.all_empty([before, behind])
    asked = fields.one_of(_AUTHS, auth if auth.text else None, "bad-auth")
    return Asked(Verb.APN_SET, replace(apn_request(name, user, password), auth=asked))


def _query(given: list[Word]) -> Asked:
    fields.all_empty(given)
    return Asked(Verb.APN_READ)


def _rto(given: list[Word]) -> Asked:
    action, *arguments = given
    if action.text != _RESTART:
        raise Refused("unsupported", action.at)
    fields.all_empty(arguments)
    return Asked(Verb.REBOOT_MODEM)


_READERS = {"at+gtbsi=": _bsi, "at+gtrto=": _rto, "at@apn=": _at, "at@apn?": _query}


def _say(outcome: Outcome, form: Form, around: Around) -> str | None:
    imei = around.device.imei or _NO_IMEI
    end = f"{form.tag},{around.now:%Y%m%d%H%M%S},{_COUNT}$"
    if not fields.succeeded(outcome) or form.tag is None:
        return None
    if form.echo == ("at+gtbsi=",):
        return fields.fitted(f"+ACK:GTBSI,{_VERSION},{imei},,{end}")
    if form.echo == ("at@apn=",):
        return fields.fitted(f"+ACK:APN,{imei},{_AT_VERSION},,{end}")
    if form.echo == ("at@apn?",) and outcome.apn is not None:
        answer = f"+QRY:APN,{imei},{_AT_VERSION},1,1,,{_shown(outcome.apn)},,{end}"
        # One that was cut would have neither the serial number nor its end.
        return fields.fitted(answer) if len(answer) <= fields.MAX_SEPTETS else None
    return None


def _shown(apn: Apn) -> str:
    """APN, user, no password and type of authentication; what isn't known is empty."""
    credentials = apn.credentials
    user = "" if credentials is None else credentials.user
    auth = None if credentials is None else fields.key_of(_AUTHS, credentials.auth)
    name, user = (each.replace(",", "?").replace("$", "?") for each in (apn.name, user))
    return f"{name},{user},,{auth or ''}"


DIALECT = Dialect(
    name="queclink",
    summary="Queclink GL200, GL300, GMT100, GL601: AT+GTBSI=gl300,em,,,,,,,0002$",
    parse=fields.parser("queclink", _recognise, _understand),
    say=_say,
    claims=(
        "AT+GTBSI=gl300,em,u,p,,,,,0002$",
        "AT+GTRTO=gl300,3,,,,,,FFFF$",
        "AT+GTRTO=gl300,1,,,,,,FFFF$",
        "AT@APN=gl601###,,em,u,p,1,,012F$",
        "AT@APN?gl601###,,0C37$",
    ),
    password=PasswordForm.WORD,
)
