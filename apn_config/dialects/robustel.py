"""Robustel modems and routers: numbers of commands behind an optional password. Pure.

    message = [ password ":" ] command *( ";" command ) [ ";" ]
    command = number *( "," argument )
    number  = "0003" | "0001"             status, restart

The number that sets an APN is in no source, so others are refused, and so are several commands in
one message. The models differ: 0003 asks a M1000 for its status and makes a R3000 Lite save and
restart; here it reads. 0004 saves and restarts, or dials, so it is refused.

Without a password a text is taken only where each number is one of the manuals', and a single one
has no arguments: `0000,A81,em,,` is another vendor's.

Weak: a fixed password in clear text, or none; no counter. No answer is documented, so the plain one
is sent.

Sources: M1000 user guide 5.3 (azmanual.top 571601, page 71), R3000-3P user guide 4.7 (easymanua.ls,
page 90), R3000 Lite user guide 4.2.2 (manualsdir.com 571593, page 97; easymanua.ls, page 116).
"""

from __future__ import annotations

import re

from apn_config.dialects import fields
from apn_config.dialects.dialect import Dialect, PasswordForm
from apn_config.dialects.fields import Asked, Frame, Refused
from apn_config.dialects.settings import bare, plain_words
from apn_config.dialects.words import Word
from apn_config.model import Password, Verb

_COMMAND = re.compile(r"([0-9]{4})(?:,.*)?", re.DOTALL)
_PASSWORD = re.compile(r"[^ ,;:]+")
_KNOWN = frozenset({*(f"{number:04}" for number in range(11)), "1000", "1001", "1002"})
_VERBS = {"0003": Verb.STATUS, "0001": Verb.REBOOT_MODEM}


def _recognise(text: Word) -> Frame | None:
    head, colon, _ = text.text.partition(":")
    if not colon:
        return _frame(text, None)
    if _PASSWORD.fullmatch(head) is None:
        return None
    return _frame(fields.behind(text, len(head) + 1), Password(head))


def _frame(text: Word, proof: Password | None) -> Frame | None:
    commands = [bare(each) for each in fields.split(text, ";")]
    if len(commands) > 1 and not commands[-1].text:
        commands.pop()
    numbers = [each.group(1) for each in map(_match, commands) if each]
    if len(numbers) < len(commands) or numbers[0] not in _KNOWN:
        return None
    alone = len(commands) == 1 and "," in commands[0].text
    if proof is None and (alone or not _KNOWN.issuperset(numbers)):
        return None
    return Frame(";".join(each.text for each in commands), text, proof)


def _match(command: Word) -> re.Match[str] | None:
    return _COMMAND.fullmatch(command.text)


def _understand(frame: Frame) -> Asked:
    if frame.verb not in _VERBS:
        raise Refused("unsupported")
    return Asked(_VERBS[frame.verb])


DIALECT = Dialect(
    name="robustel",
    summary="Robustel: 1234:0003",
    parse=fields.parser("robustel", _recognise, _understand),
    say=plain_words,
    claims=("1234:0003", "0003", "1234:0001", "0001"),
    password=PasswordForm.WORD,
)
