"""What all tests with foreign programs share: a simulated modem beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.clients import table
from tests.clients.station import Station, simulated

StartModem = Callable[..., Station]


@pytest.fixture
def start_modem(tmp_path: Path) -> Iterator[StartModem]:
    """Starts simulated modems, each in a directory of its own: start_modem("ec25", ...)."""
    with ExitStack() as stack:
        started = 0

        def start(profile: str, *options: str) -> Station:
            nonlocal started
            home = tmp_path / f"station{started}"
            home.mkdir()
            started += 1
            return stack.enter_context(simulated(home, profile, *options))

        yield start


@pytest.fixture
def modem(start_modem: StartModem) -> Station:
    """A simulated SIM7600."""
    return start_modem("sim7600")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show which program was tried in which version."""
    found = table.rows(terminalreporter.stats)
    if found:
        terminalreporter.section("programs")
    for file, row in found.items():
        terminalreporter.write_line(table.line(file, row))
