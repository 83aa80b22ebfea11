"""docs/hil.md and docs/first-bench.md say what the suite and its commands are.

`python -m tests.hil.test_hil_docs` writes the tables of docs/hil.md anew.
"""

from __future__ import annotations

import re
import shlex
from importlib import import_module
from inspect import getdoc
from pathlib import Path
from types import ModuleType

import click
import pytest

from cli import COMMANDS
from hil import bench, plugin
from hil.bench import GIVEN_BY, Capability
from hil.checks import Check
from hil.cli_hil import hil
from hil.power import SWITCH_KINDS

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "hil.md"
FIRST = DOCS / "first-bench.md"
PAGES = [PAGE, FIRST]

# --- the tables -----------------------------------------------------------------------------------


def table_of_tests() -> str:
    """The tests in the order in which they run: what each shows, needs and costs."""
    lines = ["| test | shows | needs | SMS |", "|---|---|---|---|"]
    total = soak = 0
    for name in plugin.ORDER:
        module = import_module(f"hil.test_{name}")
        lines.append(f"| **test_{name}.py** | **{_title(module)}** | | |")
        for test, function in _tests(module).items():
            costs = _costs(module, function)
            if name == "soak":
                soak += costs
            else:
                total += costs
            needs = ", ".join(_needs(module, function))
            cells = (f"`{test}`", _title(function), needs, str(costs or ""))
            lines.append(f"| {' | '.join(cells)} |")
    lines.append(f"| | **in all, without the soak; with it {total + soak}** | | **{total}** |")
    return "\n".join(lines)


def table_of_capabilities() -> str:
    """What a test may ask for, and what in the bench's file gives it."""
    lines = ["| capability | is given by |", "|---|---|"]
    lines += [f"| `{each.value}` | `{GIVEN_BY[each]}` |" for each in Capability]
    return "\n".join(lines)


TABLES = {"tests": table_of_tests, "capabilities": table_of_capabilities}


def _tests(module: ModuleType) -> dict[str, object]:
    return {name: found for name, found in vars(module).items() if name.startswith("test_")}


def _title(documented: object) -> str:
    return (getdoc(documented) or "").partition("\n")[0].removesuffix(".")


def _marks(module: ModuleType, function: object) -> list[pytest.Mark]:
    """Of both; a module's are one or several, and still decorators."""
    of_module = getattr(module, "pytestmark", [])
    marks = of_module if isinstance(of_module, list) else [of_module]
    return [each.mark for each in marks] + getattr(function, "pytestmark", [])


def _needs(module: ModuleType, function: object) -> list[str]:
    """In the order of `Capability`."""
    marks = _marks(module, function)
    words = {word for mark in marks if mark.name == "needs" for word in mark.args}
    return [each.value for each in Capability if each.value in words]


def _costs(module: ModuleType, function: object) -> int:
    """At most, of all cases together."""
    marks = _marks(module, function)
    cases: list[list[pytest.Mark]] = [[]]
    for mark in marks:
        if mark.name == "parametrize":
            cases = [list(getattr(case, "marks", ())) for case in mark.args[1]]
    return sum(
        max((mark.args[0] for mark in marks + case if mark.name == "costs"), default=0)
        for case in cases
    )


# --- what holds the pages -------------------------------------------------------------------------


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_what_the_suite_says(name: str, pytestconfig: pytest.Config) -> None:
    for mark in plugin._MARKS:  # the suite's modules can't be imported without
        pytestconfig.addinivalue_line("markers", mark)
    assert _between(PAGE.read_text(), name).strip() == TABLES[name]()


def test_each_key_of_the_file_has_a_row() -> None:
    keys = {
        f"{section}.{key}" for section, known in bench._KEYS.items() for key in known or ("kind",)
    }
    assert set(_rows(_between(PAGE.read_text(), "keys"))) == keys


def test_the_defaults_are_those_of_the_file(tmp_path: Path) -> None:
    stated = _rows(_between(PAGE.read_text(), "keys"))
    read = bench.parse(_BARE.encode(), tmp_path / "b.toml")
    assert read.modem.usb is not None
    assert read.platform is not None
    defaults = {
        "bench.patience_s": f"{read.patience_s:g}",
        "modem.interface": str(int(read.modem.usb.interface, 16)),
        "modem.baud": str(read.modem.baud),
        "apn.unknown": read.apn.unknown,
        "apn.cid": str(read.apn.cid),
        "platform.api": read.platform.api,
        "platform.poll_s": f"{read.platform.poll_s:g}",
        "platform.binary": str(read.platform.binary).lower(),
        "budget.sms": str(read.sms_budget),
    }
    words = {"bench.name": "the file's name", "bench.lacks": "none"}
    assert {key: default for key, default in stated.items() if default} == defaults | words


def test_the_examples_can_be_read(tmp_path: Path) -> None:
    blocks = re.findall(r"```toml\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert len(blocks) > len(SWITCH_KINDS)
    for block in blocks:
        text = block if "[modem]" in block else _BARE + block
        assert bench.parse(text.encode(), tmp_path / "b.toml")


def test_each_kind_of_switch_has_an_example() -> None:
    assert set(re.findall(r'^kind = "(\w+)"$', PAGE.read_text(), re.MULTILINE)) == set(SWITCH_KINDS)


def test_each_option_is_told() -> None:
    text = PAGE.read_text()
    for command in hil.commands.values():
        for parameter in command.params:
            assert f"`{parameter.opts[-1]}" in text, f"{command.name} {parameter.opts[-1]}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_commands_are_ours(page: Path) -> None:
    """Each line of a shell that begins with modem-helper names a command and options of it."""
    lines = re.findall(r"^(?:\$ )?(?:sudo )?modem-helper (.+)$", page.read_text(), re.MULTILINE)
    assert lines
    for line in lines:
        _assert_command(line.partition(" #")[0])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_page_points_to_is_there(page: Path) -> None:
    text = page.read_text()
    for target in re.findall(r"\]\(([^)]+)\)", text):
        path, _, anchor = target.partition("#")
        if "://" in target:
            continue
        there = DOCS / path if path else page
        assert there.exists(), target
        assert not anchor or anchor in _anchors(there.read_text()), target


def test_each_line_of_the_check_is_told() -> None:
    rows = list(_rows(_between(FIRST.read_text(), "checks")))
    assert rows == [check.value for check in Check]


_BARE = """\
[modem]
usb = "1e0e:9001"
[platform]
device = 1
token_file = "token"
sender = "12345"
short_number = "1234"
"""


def _between(text: str, name: str) -> str:
    before, _, rest = text.partition(f"<!-- {name} -->")
    inside, end, _ = rest.partition(f"<!-- /{name} -->")
    assert end, f"no table <!-- {name} --> after {len(before)} characters"
    return inside


def _rows(table: str) -> dict[str, str]:
    """Its rows by their first cell, each with the second."""
    found = re.findall(r"^\| `([^`]+)` \| (.*?) ?\|", table, re.MULTILINE)
    return {first: second.strip() for first, second in found}


def _anchors(text: str) -> set[str]:
    """As GitHub makes them of headings."""
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def _assert_command(line: str) -> None:
    name, *words = shlex.split(line)
    entry = COMMANDS[name]
    command: click.Command = getattr(import_module(entry.module), entry.attribute)
    while isinstance(command, click.Group) and words:
        command = command.commands[words.pop(0)]
    known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    given = {word for word in words if word.startswith("-")}
    assert given <= known, f"{line}: {given - known}"


def _write() -> None:
    text = PAGE.read_text()
    for name, table in TABLES.items():
        inside = _between(text, name)
        mark = f"<!-- {name} -->"
        text = text.replace(f"{mark}{inside}", f"{mark}\n{table()}\n", 1)
    PAGE.write_text(text)


if __name__ == "__main__":
    _write()
