"""Digi Connect gateways: `#` glued to the command, a password behind a comma. Pure.

    message = "#" command [ "," password ]
    command = "ping" | "help" [ word ] | "cli" line | "cwm" | "dcloud" | "idigi"

`ping` and `help` are carried out. A line for the command line interface is refused: no form of it
that sets the APN is in the sources, and such a line is never passed on. So are the other commands.
The first character is the default one.

`#17 STATUS` is the plain dialect's tag. So what may be both is left to it: `#help ping` without a
password, and `#cli` unless a word of the command line interface follows.

Weak: a fixed password in clear text, off by default; no counter. A device answers with ACK and NAK,
both off by default and their wording in no source, so the plain answers are sent.

Sources: docs.digi.com 90000753 (global SMS settings) and 90000566 (set smscell), Digi application
note "Configuring and using SMS features on Digi Connect WAN 3G", January 2012.
"""

from __future__ import annotations

import re

from apn_config.dialects import fields
from apn_config.dialects.dialect import Dialect, PasswordForm
from apn_config.dialects.fields import Asked, Frame, Refused
from apn_config.dialects.settings import bare, plain_words
from apn_config.dialects.words import Word
from apn_config.model import Password, Verb

_COMMANDS = frozenset({"cli", "help", "cwm", "dcloud", "idigi", "ping"})
_CLI_WORDS = frozenset({"boot", "display", "info", "revert", "set", "show"})
_VERBS = {"ping": Verb.PING, "help": Verb.HELP}
_COMMAND = re.compile(r"#([a-z]+)", re.ASCII | re.IGNORECASE)


def _recognise(text: Word) -> Frame | None:
    command = _COMMAND.match(text.text)
    if command is None or command.group(1).lower() not in _COMMANDS:
        return None
    rest = Word(text.text[command.end() :], text.at + command.end())
    head, comma, password = rest.text.rpartition(",")
    arguments = bare(Word(head if comma else rest.text, rest.at))
    proof = Password(password.strip(" ")) if password.strip(" ") and comma else None
    verb = command.group(1).lower()
    if not _is_digi(verb, arguments.text.lower(), comma):
        return None
    return Frame(verb, arguments, proof)


def _is_digi(verb: str, arguments: str, comma: str) -> bool:
    if verb == "cli":
        return arguments.partition(" ")[0] in _CLI_WORDS
    if verb == "help" and comma:
        return not arguments or arguments in _COMMANDS
    return not arguments


def _understand(frame: Frame) -> Asked:
    if frame.verb not in _VERBS:
        raise Refused("unsupported")
    return Asked(_VERBS[frame.verb])


DIALECT = Dialect(
    name="digi",
    summary="Digi Connect: #ping,password",
    parse=fields.parser("digi", _recognise, _understand),
    say=plain_words,
    claims=("#ping", "#ping,digi", "#help", "#help ping,digi", "#cli show smscell,digi", "#idigi"),
    password=PasswordForm.WORD,
)
