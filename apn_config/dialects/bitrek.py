"""Bitrek trackers: `setparam` with a blank before the value, commands between semicolons. Pure.

    message = [ login password ] command *( ";" command ) [ ";" ]
    command = "setparam" id value | "getparam" "0242" | "getstatus" | "cpureset"
    id      = "0242" | "0243" | "0244"     APN, user, password
            | "0917"                       roaming

`setparam 0917 1` (roaming) beside an APN is taken, since roaming is always on here; so is a final
`cpureset`, which is how the tracker takes the APN over. User and password that are absent stay. An
empty value is refused: what it does is in no source. 0243 and 0244 are told by the order in which
`flush` tells APN, login and password, and by 0245 and 0246, which are the server's.

Not understood: every other id (0020 to 0099 list networks), the second profile (1242), several
questions in one message. A single word is taken only with its semicolon: without it, it may be a
Teltonika's.

Weak: a fixed password in clear text, or none; no counter.

Sources: BI-810 TREK operating manual, pages 11 and 17 (manualshive.com 2758745), BI-530P TREK, page
14 (2758744), BI-820 OBD TREK, page 13 (2758746); emnify product documentation, GPS trackers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from apn_config.dialects import fields
from apn_config.dialects.dialect import Around, Dialect, PasswordForm
from apn_config.dialects.fields import APN, Asked, Frame, Refused
from apn_config.dialects.settings import apn_request, bare, once
from apn_config.dialects.words import Word
from apn_config.model import Form, Outcome, Password, Verb

_NAME, _USER, _SECRET, _ROAMING = "0242", "0243", "0244", "0917"
_PARAMETER = re.compile(r"0[0-9]{3}")
_WITH_ID = frozenset({"setparam", "getparam"})
_ALONE = {"getstatus": Verb.STATUS, "cpureset": Verb.REBOOT_MODEM}
_OTHERS = frozenset({"getver", "getio", "getgps", "flush", "rstallprof", "deleterecords"})


def _recognise(text: Word) -> Frame | None:
    first = fields.words(fields.split(text, ";")[0])
    for skipped in (0, 2):
        given = [each.text.lower() for each in first[skipped : skipped + 2]]
        if _is_bitrek(given, ";" in text.text):
            proof = Password(first[1].text, first[0].text) if skipped else None
            start = first[skipped].at - text.at
            return Frame(given[0], Word(text.text[start:], first[skipped].at), proof)
    return None


def _is_bitrek(given: Sequence[str], ended: bool) -> bool:
    if not given:
        return False
    if given[0] in _WITH_ID:
        return len(given) > 1 and _PARAMETER.fullmatch(given[1]) is not None
    return ended and len(given) == 1 and (given[0] in _ALONE or given[0] in _OTHERS)


def _understand(frame: Frame) -> Asked:
    commands = [fields.words(bare(each), 2) for each in fields.split(frame.rest, ";")]
    commands = [each for each in commands if each]
    if frame.verb == "setparam":
        return _set(commands)
    if len(commands) > 1:
        raise Refused("unsupported", commands[1][0].at)
    if frame.verb in _ALONE:
        return Asked(_ALONE[frame.verb])
    if frame.verb != "getparam" or [each.text for each in commands[0][1:]] != [_NAME]:
        raise Refused("unsupported", commands[0][-1].at)
    return Asked(Verb.APN_READ)


def _set(commands: Sequence[list[Word]]) -> Asked:
    if [each.text.lower() for each in commands[-1]] == ["cpureset"]:
        commands = commands[:-1]
    found = once(_setting(each) for each in commands)
    roaming = found.pop(_ROAMING, None)
    if roaming is not None and (roaming.text != "1" or not found):
        raise Refused("unsupported", roaming.at)
    return Asked(Verb.APN_SET, apn_request(found.get(_NAME), found.get(_USER), found.get(_SECRET)))


def _setting(command: list[Word]) -> tuple[str, Word]:
    known = (_NAME, _USER, _SECRET, _ROAMING)
    if command[0].text.lower() != "setparam" or len(command) < 2 or command[1].text not in known:
        raise Refused("unsupported", command[0].at)
    if len(command) < 3:
        raise Refused("empty-value", command[1].at + len(command[1].text), APN)
    return command[1].text, command[2]


def _say(outcome: Outcome, form: Form, around: Around) -> str | None:
    """What was set or read; nothing else has a documented answer."""
    if not fields.succeeded(outcome):
        return None
    if outcome.verb is Verb.APN_SET and outcome.name is not None:
        return fields.fitted(f"Param ID {_NAME} New Val: {outcome.name}")
    if outcome.verb is Verb.APN_READ and outcome.apn is not None:
        return fields.fitted(f"Param ID {_NAME} Val: {outcome.apn.name}")
    return None


DIALECT = Dialect(
    name="bitrek",
    summary="Bitrek: setparam 0242 em",
    parse=fields.parser("bitrek", _recognise, _understand),
    say=_say,
    claims=(
        "setparam 0242 em",
        "setparam 0242 em; setparam 0917 1",
        "abcd 1234 setparam 0242 em; setparam 0243 u; setparam 0244 p;",
        "getparam 0242;",
        "getstatus;",
        "cpureset;",
    ),
    password=PasswordForm.LOGIN,
)
