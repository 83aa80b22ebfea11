"""The real daemon with Debian's faketime around it: its wall clock jumps by ten years, forth and
back, in the middle of a change.

Other processes, the simulated modem among them, have the machine's own time.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.clients.programs import program
from tests.e2e.bench import Bench, until

pytestmark = pytest.mark.clients

YEARS = 10
VERIFY_S = 10.0  # as the bench configures it


class Clock:
    """What the daemon takes for the time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.offset_years = 0
        self.jump(0)

    def jump(self, years: int) -> None:
        """So far from the machine's time from now on."""
        self.offset_years = years
        new = self.path.with_suffix(".new")
        new.write_text(f"{years:+d}y\n")
        new.rename(self.path)

    def year(self) -> int:
        return datetime.now(tz=UTC).year + self.offset_years


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """For the processes that are started from now on."""
    program("faketime", "faketime")
    library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
    if library is None:
        pytest.skip("libfaketimeMT.so.1 is missing: sudo apt-get install libfaketime")
    made = Clock(tmp_path / "offset")
    for name, value in {
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(made.path),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_DONT_RESET": "1",
    }.items():
        monkeypatch.setenv(name, value)
    return made


def started(bench: Bench, request: pytest.FixtureRequest, *options: str) -> Clock:
    """A modem in the machine's time, a daemon in its own."""
    control = str(bench.home / "sim")
    apns = ("--start-apn", "em", "--apn", "em", "--apn", "other")
    bench.simulate(*apns, "--control", control, *options)
    found: Clock = request.getfixturevalue("clock")
    bench.run()
    return found


def years_shown(bench: Bench) -> set[int]:
    """The years of what the daemon wrote into its journal since."""
    return {datetime.fromisoformat(entry["time"]).year for entry in bench.ask("journal")}


@pytest.mark.parametrize("years", [YEARS, -YEARS])
def test_a_deadline_is_kept_though_the_clock_jumps(
    bench: Bench, request: pytest.FixtureRequest, years: int
) -> None:
    # A network that takes seconds, so that it can be switched off meanwhile.
    clock = started(bench, request, "--time-scale", "0.5")
    bench.inject("#1 APN other")
    bench.until_row("SELECT 1 FROM changes WHERE state = 'verifying'")
    began_s = time.monotonic()
    sim_control(bench, request, "coverage", "off")
    clock.jump(years)
    bench.until_row("SELECT 1 FROM changes WHERE state = 'rolling-back'", 3 * VERIFY_S)
    assert VERIFY_S - 3 <= time.monotonic() - began_s <= VERIFY_S + 10
    assert clock.year() in years_shown(bench)
    # And back again in the next state.
    clock.jump(-years)
    sim_control(bench, request, "coverage", "on")
    bench.answer("#1 ROLLBACK APN other kept=em reason=not-registered")
    assert clock.year() in years_shown(bench)


def test_a_change_succeeds_though_the_clock_jumps(
    bench: Bench, request: pytest.FixtureRequest
) -> None:
    clock = started(bench, request)
    for tag, name, years in (("1", "other", YEARS), ("2", "em", -YEARS), ("3", "other", 0)):
        clock.jump(years)
        bench.inject(f"#{tag} APN {name}")
        bench.answer(f"#{tag} OK APN {name}")
    assert len(bench.answers()) == 3
    until(lambda: bench.storage_used() == 0, "nothing is left in the modem", also=bench.logs)


def sim_control(bench: Bench, request: pytest.FixtureRequest, *words: str) -> None:
    """Do something to the simulated modem, from a process in the machine's time."""
    with pytest.MonkeyPatch.context() as patched:
        patched.delenv("LD_PRELOAD")
        code, _, errors = bench.do("sim-control", str(bench.home / "sim"), *words, config=False)
    assert code == 0, errors
