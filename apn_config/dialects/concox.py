"""Concox' and Jimi's trackers (GT06N, JM-VL, WeTrack, TR02 and relatives), and Elinz'. Pure.

    message  = "APN" ( "," | blank ) [ password "," ] name [ "," user "," pass ] "#"
             | "APN#"                                                            read
    password = 4 to 6 digits

The blank is for a name alone. Digits in front of a name, or of name, user and password, are the
password of those models that want one; digits alone, or before two values, could mean either thing
and are "unsupported". So are a user without a password, and the other commands of these devices
(SERVER, SOS, GPRSON). An empty user or password is cleared, an empty APN is refused.

What the plain dialect has words for is left to it: `APN KEEP#`, `APN ROLLBACK#`, `APN HISTORY#`, a
name in quotes, options (`APN em user=u#`). `apn,em,plmn,90143#` is Reachfar's. A `#` within the
text, or `@OK#` at its end, is GoTrack's answer or somebody else's grammar.

"OK!" is all of the device's answer that is true here: it goes on to say that it restarts. A failure
has no documented form, nor has what `APN#` answers: they are told in the plain dialect's words.

Faults: most models take commands from anybody; a password is 666666 by default, in clear text; no
counter. A comma or a `#` within a value can't be said.

Sources: emnify/product-docs, docs/quickstart/apn-configuration/gps-trackers.md; scribd.com
714584785 (Vehicle Tracker Command List). The form with user and password is the vendors' usual one,
without a primary text at hand.
"""

from __future__ import annotations

import re

from apn_config.dialects import fields
from apn_config.dialects.dialect import Around, Dialect, PasswordForm
from apn_config.dialects.fields import APN, Asked, Frame, Refused
from apn_config.dialects.settings import bare
from apn_config.dialects.words import Word
from apn_config.model import ApnRequest, Form, Outcome, Password, Verb

_HEAD = re.compile(
    r"(?:APN(?=[, ]|$)|SERVER(?=,|$)|SOS(?=,|$)|GPRSON(?=,|$))", re.ASCII | re.IGNORECASE
)
# Behind a blank: a name alone, in no quotes.
_ONE_WORD = re.compile(r' +[^ ,="]+')
_PASSWORD_DIGITS = range(4, 7)


def _recognise(text: Word) -> Frame | None:
    body = fields.tracker_command(text)
    head = None if body is None else _HEAD.match(body.text)
    if body is None or head is None:
        return None
    verb, rest = head[0].lower(), Word(body.text[head.end() :], text.at + head.end())
    if verb != "apn":
        return Frame(verb)
    values = _values(rest)
    if _is_elsewhere(rest, values):
        return None
    proof = Password(values[0].text) if _has_password(values) else None
    return Frame(verb, rest, proof, echo=(verb,))


def _values(rest: Word) -> list[Word]:
    """The values behind the comma, or behind the blank."""
    given = fields.split(Word(rest.text[1:], rest.at + 1), ",") if rest.text else []
    return [bare(each) for each in given]


def _is_elsewhere(rest: Word, values: list[Word]) -> bool:
    """Is it another dialect's form of APN?"""
    if rest.text.startswith(" ") and not _ONE_WORD.fullmatch(rest.text):
        return True
    return fields.is_plain(rest.text[1:]) or [each.upper for each in values[1:2]] == ["PLMN"]


def _has_password(values: list[Word]) -> bool:
    return len(values) in (2, 4) and _like_a_password(values[0])


def _like_a_password(word: Word) -> bool:
    return word.text.isascii() and word.text.isdigit() and len(word.text) in _PASSWORD_DIGITS


def _understand(frame: Frame) -> Asked:
    if frame.verb != "apn":
        raise Refused("unsupported")
    values = _values(frame.rest)
    if frame.proof is None and values and _like_a_password(values[0]):
        raise Refused("unsupported", values[0].at, APN)
    if frame.proof is not None:
        values = values[1:]
    if not values:
        return Asked(Verb.APN_READ)
    return Asked(Verb.APN_SET, _request(values))


def _request(values: list[Word]) -> ApnRequest:
    fields.no_more(values[3:], APN)
    if len(values) == 2:
        raise Refused("unsupported", values[1].at, APN)
    return fields.request(*fields.padded(values, 3))


def _say(outcome: Outcome, form: Form, around: Around) -> str | None:
    return "OK!" if fields.succeeded(outcome) and outcome.verb is Verb.APN_SET else None


DIALECT = Dialect(
    name="concox",
    summary="Concox and Jimi GT06N, JM-VL, TR02: APN,em#",
    parse=fields.parser("concox", _recognise, _understand),
    say=_say,
    claims=(
        "APN,em#",
        "APN em#",
        "APN,666666,em#",
        "APN,em,u,p#",
        "APN,666666,em,u,p#",
        "APN#",
        "SERVER#",
        "SOS,A,13800138000#",
        "GPRSON,1#",
    ),
    password=PasswordForm.WORD,
)
