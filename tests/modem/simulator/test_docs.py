"""The examples in docs/simulator.md do what they say."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modem.profiles import profile_from
from modem.simulator import Act, Cell
from tests.modem.simulator.bench import Bench, lines

DOCS = Path(__file__).parents[3] / "docs" / "simulator.md"


def section(heading: str) -> str:
    """What stands below a heading."""
    return DOCS.read_text(encoding="utf-8").split(f"# {heading}\n")[1].split("\n#")[0]


def test_profile_of_ones_own() -> None:
    text = section("A profile of one's own").split("```toml\n")[1].split("```")[0]
    bench = Bench(profile_from(text))
    assert lines(bench.ask("AT+XYZ")) == [f"+XYZ: {bench.modem.who.imei}", "OK"]
    assert lines(bench.ask("AT+CUSD?")) == ["ERROR"]
    assert '"ME",0,20' in bench.ask("AT+CPMS?")


def test_example_in_python() -> None:
    code = [line for line in section("In Python").splitlines() if line.startswith("    ")]
    found: dict[str, Any] = {}
    exec(textwrap.dedent("\n".join(code)), found)
    assert found["modem"].report()["memories"]["ME"]["used"] == 1


def calls() -> Iterator[str]:
    """The calls in the tables, each with what it is a method of."""
    owner = ""
    for line in section("In Python").splitlines():
        cell = line.partition(" | ")[0]
        if "method of" in cell:
            owner = "modem" if "SimulatedModem" in cell else "network.smsc"
        elif cell.startswith("| `"):
            yield from (f"{owner}.{call}" for call in re.findall(r"`(.+?)`", cell))


@pytest.mark.parametrize("call", list(calls()))
def test_what_a_test_does(call: str) -> None:
    bench = Bench()
    bench.modem.deliver("123", "x")  # for what is delivered once more
    eval(call, {"modem": bench.modem, "network": bench.network, "Act": Act, "Cell": Cell})
