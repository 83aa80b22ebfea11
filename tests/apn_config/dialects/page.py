"""docs/dialects.md, made from the dialects and their tables, with the words of page.md.

    python -m tests.apn_config.dialects.page

writes it; a test holds that it is what the tables say.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from apn_config.dialects import dialect_named, known
from apn_config.dialects.dialect import Dialect, PasswordForm
from apn_config.model import Command, Message
from apn_config.reader import Reader, redacted
from tests.apn_config.dialects.table_cases import AROUND, CASES, TABLES, Case, read

PAGE = Path(__file__).parents[3] / "docs" / "dialects.md"
# Those that have a page of their own.
ELSEWHERE = {
    "plain": "[SMS commands](reference/sms-commands.md)",
    "signed": "[Signed commands](signed-commands.md)",
    "omacp": "[OMA Client Provisioning](omacp.md)",
}
PROVEN = {
    PasswordForm.NONE: "nothing: it has no place for a password",
    PasswordForm.WORD: "a password",
    PasswordForm.LOGIN: "a login name and a password",
}
# As many of each as show the forms; the rest are for the tests.
COMMANDS, REFUSALS = 8, 4

WORDS = Path(__file__).with_suffix(".md")
PLACE = "<!-- the tables -->\n"


def page() -> str:
    """The page's text."""
    tables = "\n".join([*_overview(), "", *_sections()])
    return WORDS.read_text().replace(PLACE, tables)


def _overview() -> Iterator[str]:
    yield "| name | devices | proven by |"
    yield "|---|---|---|"
    for name in known():
        dialect = dialect_named(name)
        where = ELSEWHERE.get(name, f"[`{name}`](#{name})")
        proven = "see there" if name in ELSEWHERE else PROVEN[dialect.password]
        shown = f"`{name}`: {where}" if name in ELSEWHERE else where
        yield f"| {shown} | {_summary(dialect)} | {proven} |"


def _sections() -> Iterator[str]:
    for name in known():
        if name not in ELSEWHERE:
            yield from _section(dialect_named(name))


def _section(dialect: Dialect) -> Iterator[str]:
    listed = [case for case in CASES if case.dialect == dialect.name]
    source = tomllib.loads((TABLES / f"{dialect.name}.toml").read_text())["source"]
    yield f"## {dialect.name}\n"
    yield f"{_summary(dialect)}. Proven by {PROVEN[dialect.password]}."
    if dialect.names_device:
        yield "Its messages name the device, by the end of the IMEI or by `device_id`."
    yield "\n| SMS | what it does | answer |\n|---|---|---|"
    commands = [case for case in listed if "verb" in case.keys]
    for case in commands[:COMMANDS]:
        yield f"| {_code(case.text)} | {_does(case)} | {_answer(case)} |"
    refused = [case for case in listed if "refused" in case.keys and case.text.isprintable()]
    for case in refused[:REFUSALS]:
        yield f"| {_code(case.text)} | refused: {case.keys['refused']} | {_answer(case)} |"
    yield f"\nFrom {source}.\n"


def _summary(dialect: Dialect) -> str:
    devices, colon, example = dialect.summary.partition(": ")
    return f"{devices}: {_code(example)}" if colon else devices


def _does(case: Case) -> str:
    parsed = Reader([dialect_named(case.dialect)]).read(Message(case.text))
    assert isinstance(parsed, Command)
    return _code(redacted(parsed, Message(case.text)).removeprefix(f"[{case.dialect}] "))


def _answer(case: Case) -> str:
    said = dialect_named(case.dialect).say(case.outcome, read(case).form, AROUND)
    return "in plain words" if said is None else _code(said)


def _code(text: str) -> str:
    """A text as it stands in a table."""
    shown = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)
    return f"`{shown}`".replace("|", "\\|") if "`" not in shown else f"`` {shown} ``"


if __name__ == "__main__":
    sys.stdout.write(f"{PAGE}\n")
    PAGE.write_text(page())
