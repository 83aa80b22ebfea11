"""The section [commands]: what REBOOT HOST runs, and commands of the user's own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from apn_config.config_reader import Table
from apn_config.model import Verb

COMMANDS_KEYS = ("reboot_host", "own")
_OWN_KEYS = ("program", "function", "arguments", "timeout_s", "output")
_WORD = re.compile(r"[A-Z][A-Z0-9-]{0,15}")
_RESERVED = frozenset(word for verb in Verb for word in verb.value.split()[:1]) | {
    "PIN",
    "SETUP",
    "OK",
    "ERR",
    "ROLLBACK",
    "NOTE",
}
_MAX_TIMEOUT_S = 600
_MAX_OUTPUT = 160


@dataclass(frozen=True, slots=True)
class OwnCommand:
    """A verb of the user's own: a program with its first arguments, or the name of an entry point.

    `arguments` are patterns (regular expressions); a command has to bring a word for each, which
    becomes the program's next argument. Of what the program prints `output` characters are the
    answer.
    """

    program: tuple[str, ...] = ()
    function: str | None = None
    arguments: tuple[re.Pattern[str], ...] = ()
    timeout_s: float = 10.0
    output: int = 120


@dataclass(frozen=True, slots=True)
class CommandsConfig:
    """Programs that commands run. Without `reboot_host` REBOOT HOST is refused."""

    reboot_host: tuple[str, ...] = ()
    own: Mapping[str, OwnCommand] = field(default_factory=dict)


def parse_commands(table: Table) -> CommandsConfig:
    """Read the section. Raises ConfigError."""
    own = {}
    for name, inner in table.named("own", _OWN_KEYS).items():
        if not _WORD.fullmatch(name) or name in _RESERVED:
            wanted = "a verb of A-Z, 0-9 and -, 16 characters at most, that isn't one already"
            raise table.error("own", wanted, name)
        own[name] = _own(inner)
    return CommandsConfig(table.texts("reboot_host"), own)


def _own(table: Table) -> OwnCommand:
    default = OwnCommand()
    program, function = table.texts("program"), table.text("function", None)
    if bool(program) == (function is not None):
        raise table.error("program", 'either program = ["/path/of/it"] or function = "NAME"')
    patterns = []
    for text in table.texts("arguments"):
        try:
            patterns.append(re.compile(text))
        except re.error:
            raise table.error("arguments", "regular expressions", text) from None
    return OwnCommand(
        program=program,
        function=function,
        arguments=tuple(patterns),
        timeout_s=table.positive("timeout_s", default.timeout_s, _MAX_TIMEOUT_S),
        output=table.integer("output", default.output, 0, _MAX_OUTPUT),
    )
