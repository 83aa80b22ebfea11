"""Reachfar trackers and the watches of their kind: `apn,em#`, or with `pw,` before. Pure.

    message = "apn" "," name [ "," "plmn" "," digits ] "#"                           set
            | "pw" "," password "," "apn" "," name [ "," user [ "," password ] ] "#"  set
            | "pw" "," password "," "ts" "#"                                         status

`plmn` names the network whose card the APN is for; it is set for the card that is in. An empty user
or password clears, an absent one stays, an empty name is refused.

Not understood: the list of numbers (`123456,sos1,49170#`, `pw,123456,center,49170#`), and every
other command behind `pw,`. `apn,em,u,p#` is left to the dialects that have it.

Weak: `apn,em#` has no password, the number that was bound before is all; `pw,` has a fixed one in
clear text, 123456 by default. No counter. No answer is documented, so the plain one is sent.

Sources: emnify product documentation, GPS trackers; github.com/CreoValis/G36Tool, SMSCommands.md
(the commands behind `pw,`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from apn_config.dialects import fields
from apn_config.dialects.dialect import Dialect, PasswordForm
from apn_config.dialects.fields import APN, Asked, Frame, Refused
from apn_config.dialects.settings import apn_request, bare, plain_words
from apn_config.dialects.words import Word
from apn_config.model import Password, Verb

_SOS = re.compile(r"sos[1-9]")
_PLMN = re.compile(r"[0-9]{5,6}")


def _recognise(text: Word) -> Frame | None:
    rest = fields.tracker_command(text)
    if rest is None:
        return None
    given = [bare(each) for each in fields.split(rest, ",")]
    words = [each.upper.lower() for each in given]
    if words[0] == "apn" and fields.is_plain(rest.text.partition(",")[2]):
        return None
    if words[0] == "apn" and (len(words) == 2 or (len(words) == 4 and words[2] == "plmn")):
        return Frame("apn", rest)
    if words[0] == "pw" and len(words) > 2:
        return Frame(f"pw {words[2]}", rest, Password(given[1].text) if given[1].text else None)
    if len(words) == 3 and words[0].isalnum() and _SOS.fullmatch(words[1]):
        return Frame("sos", rest, Password(given[0].text))
    return None


def _understand(frame: Frame) -> Asked:
    given = [bare(each) for each in fields.split(frame.rest, ",")]
    if frame.verb == "apn":
        if len(given) > 2 and _PLMN.fullmatch(given[3].text) is None:
            raise Refused("unsupported", given[3].at, APN)
        return _set(given[1:2])
    if frame.verb == "pw apn":
        return _set(given[3:])
    if frame.verb != "pw ts":
        raise Refused("unsupported")
    fields.no_more(given[3:])
    return Asked(Verb.STATUS)


def _set(given: Sequence[Word]) -> Asked:
    fields.no_more(given[3:], APN)
    if not given or not given[0].text:
        raise Refused("empty-value", given[0].at if given else None, APN)
    user, secret = (*given[1:], None, None)[:2]
    return Asked(Verb.APN_SET, apn_request(given[0], user, secret))


DIALECT = Dialect(
    name="reachfar",
    summary="Reachfar: apn,em,plmn,90143#",
    parse=fields.parser("reachfar", _recognise, _understand),
    say=plain_words,
    claims=("apn,em#", "apn,em,plmn,90143#", "pw,123456,apn,em,u,p#", "pw,123456,ts#"),
    password=PasswordForm.WORD,
)
