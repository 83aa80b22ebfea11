"""The reference of the configuration file, from the program itself.

What a key means is the comment beside it in the file that `config init` writes; what it takes is
what the reader says that it wanted when it is given something else; its default is in that file,
too, where a key that is commented out shows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from apn_config.config import ConfigError, parse
from apn_config.config_recovery import SWITCH_KINDS
from apn_config.config_template import render

_SECTION = re.compile(r"(?:# )?\[{1,2}([A-Za-z.]+)\]{1,2}")
_KEY = re.compile(r"(?P<off># )?(?P<name>[a-z_]+) = (?P<value>.+?)(?: {2,}# (?P<meaning>.+))?")
# Sections that the reader wants whole: what has to stand beside the key that is asked about.
_BESIDE = {
    "apn.probe": {"kind": '"ping"', "target": '"192.0.2.1"'},
    "apn.fallback": {"apn": '"em"'},
    "apn.ppp": {"peer": '"/peer"'},
    "apn.script": {"apply": '"/apply"'},
    "recovery.power": {"kind": '"usb"', "device": '"1-1"'},
    "commands.own.DOOR": {"program": '["/door"]'},
}
# Sections of which there may be several, and those that have a name of the user's choice.
_SEVERAL = frozenset({"access.rules"})
_TITLES = {
    "access.rules": "[access.rules]",
    "dialects.teltonika": "dialects.NAME",
    "commands.own.DOOR": "commands.own.NAME",
    "commands.own.LAMP": "commands.own.NAME, with a function",
}
# What no key takes. The later ones pass where only a type is wanted, and show the limits then.
_NONSENSE = ("2000-01-01", '""', '"ftp://x"', f'"{"?" * 99}"', f'["{"?" * 99}"]', "[999]")
# A value in these sections is an example; elsewhere it is the default.
_NO_DEFAULTS = (
    "access.rules",
    "apn.fallback",
    "apn.ppp",
    "apn.probe",
    "apn.script",
    "commands",
    "commands.own.DOOR",
    "commands.own.LAMP",
    "dialects",
    "dialects.omacp",
    "dialects.signed",
    "dialects.teltonika",
    "recovery.power",
)
_ALSO_DEFAULTS = frozenset({"timeout_s", "tries", "proof", "accept", "answers", "output"})
# Keys that are commented out with an example, since without them nothing is set.
_NOT_SET = frozenset({"sim_pin_file", "pin_file", "setup_code_file", "connection"})


@dataclass(frozen=True, slots=True)
class Key:
    """One key: its section, what the file says it means, and the value that stands there.

    `shared`: its meaning is told with the key before it.
    """

    section: str
    name: str
    value: str
    meaning: str
    shared: bool
    is_default: bool


@dataclass(frozen=True, slots=True)
class Section:
    """One section of the file and what is said of it as a whole."""

    name: str
    meaning: str
    keys: tuple[Key, ...]


def sections() -> tuple[Section, ...]:
    """The sections in the order of the file."""
    found: list[Section] = []
    comment: list[str] = []
    keys: list[Key] = []
    for line in render("/dev/ttyUSB2", "1234", ["12345"]).splitlines():
        if head := _SECTION.fullmatch(line):
            keys = []
            found.append(Section(head[1], " ".join(comment), ()))
            comment = []
        elif key := _KEY.fullmatch(line):
            meaning = key["meaning"] or " ".join(comment)
            keys.append(_key(found[-1].name, key, meaning, bool(keys) and not meaning))
            found[-1] = Section(found[-1].name, found[-1].meaning, tuple(keys))
            comment = []
        elif line.startswith("# "):
            comment.append(line.removeprefix("# "))
        else:
            comment = []
    return tuple(found)


def _key(section: str, line: re.Match[str], meaning: str, shared: bool) -> Key:
    name = line["name"]
    is_default = line["off"] is not None and name not in _NOT_SET
    if section in _NO_DEFAULTS:
        is_default = name in _ALSO_DEFAULTS
    return Key(section, name, line["value"], meaning, shared, is_default)


def wanted(section: str, key: str) -> str:
    """What the reader says that it wants of a key."""
    found = ""
    for nonsense in _NONSENSE:
        beside = {**_BESIDE.get(section, {}), key: nonsense}
        lines = "".join(f"{name} = {value}\n" for name, value in beside.items())
        head = f"[[{section}]]" if section in _SEVERAL else f"[{section}]"
        try:
            parse(f"{head}\n{lines}".encode(), Path("config.toml"))
        except ConfigError as error:
            if said := re.match(r"wanted (.+?), got ", error.problem):
                found = _better(found, said[1])
    return found


def _better(former: str, said: str) -> str:
    """Of two answers the one that tells more than a type."""
    plain = ("a string", "an array", "printable strings", "")
    return said if any(former.startswith(word) or not former for word in plain if word) else former


def page() -> str:
    """The sections as Markdown."""
    return "\n".join(line for section in sections() for line in _section(section))


def _section(section: Section) -> Iterator[str]:
    yield f"## [{_TITLES.get(section.name, section.name)}]\n"
    if section.meaning:
        yield f"{_prose(section.meaning)}\n"
    yield "| key | takes | default | meaning |"
    yield "|---|---|---|---|"
    for key in section.keys:
        default = f"`{key.value}`" if key.is_default else ""
        meaning = "as above" if key.shared and section.name not in _NO_DEFAULTS else key.meaning
        takes = _prose(wanted(section.name, key.name))
        yield f"| `{key.name}` | {takes} | {default} | {_prose(meaning)} |"
    yield ""
    if section.name == "recovery.power":
        yield from _switches()


def _switches() -> Iterator[str]:
    yield "Which keys each kind wants; examples and times are in [the page on recovery]"
    yield "(../recovery.md#power-switches):\n"
    yield "| kind | wants | may have |"
    yield "|---|---|---|"
    for kind, (needs, may) in SWITCH_KINDS.items():
        cells = (", ".join(f"`{key}`" for key in keys) for keys in (needs, may))
        yield f"| `{kind}` | {' | '.join(cells)} |"
    yield ""


def _prose(text: str) -> str:
    """Values in code, since Markdown would make curly quotes of theirs."""
    text = text.replace("|", "\\|")
    return re.sub(r'("[^"]*"|\[[a-z.]+\]|PIN word APN em)', r"`\1`", text)
