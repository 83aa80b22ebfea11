"""The table of commands: complete, consistent, and cheap to load."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

from modem.explain import CommandHelp, commands, help_for
from modem.explain.table import by_name
from modem.profiles import PROFILES
from modem.simulator import services
from modem.simulator.services.table import Entry

ROOT = Path(__file__).parents[3]
_STANDARD = re.compile(r"(3GPP TS 27\.00[57]|ITU-T (V\.250|T\.31)) \d+(\.\d+)+(, \d+(\.\d+)+)?")


def _simulated() -> set[str]:
    names = {name for profile in PROFILES for name in profile.simulator.commands}
    for module in iter_modules(services.__path__):
        for value in vars(import_module(f"{services.__name__}.{module.name}")).values():
            if isinstance(value, dict) and value:
                names |= {name for name, entry in value.items() if isinstance(entry, Entry)}
    return names


def test_there_are_enough_of_the_standards() -> None:
    assert sum(_STANDARD.fullmatch(each.clause) is not None for each in commands()) >= 130


def test_whatever_the_simulated_modems_know_is_there() -> None:
    simulated = _simulated()
    assert len(simulated) > 100
    assert sorted(simulated - by_name().keys()) == []


@pytest.mark.parametrize("entry", commands(), ids=lambda entry: entry.name)
def test_an_entry_is_whole(entry: CommandHelp) -> None:
    assert by_name()[entry.name] is entry, "named twice"
    assert entry.name == entry.name.upper()
    assert entry.forms
    assert all(form.startswith(f"AT{entry.name}") for form in entry.forms)
    assert 3 < len(entry.summary) <= 90
    assert entry.summary[-1] != "." or entry.summary.endswith(" ...")
    standard = entry.clause.startswith(("3GPP", "ITU-T"))
    assert _STANDARD.fullmatch(entry.clause) if standard else len(entry.clause) > 8
    text = " ".join((entry.summary, *(words for pair in entry.values for words in pair)))
    assert text.isascii()
    assert text.isprintable()


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("AT+CSQ", "+CSQ"),
        ("at+cgdcont=1,", "+CGDCONT"),
        ("+cnmi=?", "+CNMI"),
        ("AT+CSQ;+CREG?", "+CREG"),
        ("AT + CMGF = 1", "+CMGF"),
        ("ATE0", "E"),
        ("AT&F", "&F"),
        ("ATS003=13", "S3"),
        ("ATD*99#", "D"),
        ('AT^AUTHDATA=1,2,"","p","u"', "^AUTHDATA"),
        ("AT", None),
        ("", None),
        ("AT+NOSUCH=1", None),
    ],
)
def test_help_for_a_line(line: str, name: str | None) -> None:
    found = help_for(line)
    assert (found.name if found else None) == name


@pytest.mark.parametrize(
    ("name", "clause"),
    [
        ("+CSQ", "3GPP TS 27.007 8.5"),
        ("+CNMI", "3GPP TS 27.005 3.4.1"),
        ("+CEREG", "3GPP TS 27.007 10.1.22"),
        ("+CGAUTH", "3GPP TS 27.007 10.1.31"),
        ("+CPSMS", "3GPP TS 27.007 7.38"),
        ("+CSCON", "3GPP TS 27.007 10.1.30"),
        ("+CPINR", "3GPP TS 27.007 8.65"),
        ("+IPR", "ITU-T V.250 6.2.10"),
    ],
)
def test_clauses(name: str, clause: str) -> None:
    assert by_name()[name].clause == clause


def test_values_name_each_parameter_once() -> None:
    values = dict(by_name()["+CNMI"].values)
    assert list(values) == ["mode", "mt", "bm", "ds", "bfr"]
    assert "1 stored, then told by +CMTI" in values["mt"]

    answer = dict(by_name()["+CBC"].values)
    assert list(answer) == ["bcs", "bcl"], "the fields of an answer, where nothing is set"


@pytest.mark.parametrize(
    ("code", "unwanted"),
    [
        pytest.param(
            "from modem.explain import ground; ground('AT+CMGF=1')",
            ("modem.explain.table", "modem.sms", "modem.profiles", "asyncio", "ipaddress"),
            id="ground needs no table",
        ),
        pytest.param(
            "from modem.explain import suggestions; suggestions('AT+C', {})",
            ("modem.sms", "modem.profiles", "asyncio", "tomllib"),
            id="completion needs no codec",
        ),
    ],
)
def test_loads_no_more_than_it_needs(code: str, unwanted: tuple[str, ...]) -> None:
    script = f"{code}\nimport sys\nprint(*sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert not set(unwanted) & set(result.stdout.split())


def test_the_functions_are_exported_whatever_was_imported_before() -> None:
    """No module of the package may have an exported name, or it would stand in its place."""
    import modem.explain

    assert not {each.name for each in iter_modules(modem.explain.__path__)} & set(
        modem.explain.__all__
    )
