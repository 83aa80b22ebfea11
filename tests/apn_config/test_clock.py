"""Spans that need no right time, and the kernel's word on whether the wall clock has one."""

from __future__ import annotations

import ctypes
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from apn_config.clock import Moment, SystemClock, wall_clock_synced

WALL = datetime(2025, 3, 1, tzinfo=UTC)
YEARS = timedelta(days=3653)


@pytest.mark.parametrize("shift", [timedelta(0), YEARS, -YEARS], ids=["none", "ahead", "back"])
@pytest.mark.parametrize(
    ("boot_id", "boottime_s", "age_s"),
    [
        pytest.param("one", 150.0, 50.0, id="same-boot"),
        pytest.param("one", 100.0, 0.0, id="same-moment"),
        pytest.param("two", 30.0, 30.0, id="later-boot"),
        pytest.param("two", 500.0, 500.0, id="later-boot-that-runs-longer"),
    ],
)
def test_ages_know_no_wall_clock(
    boot_id: str, boottime_s: float, age_s: float, shift: timedelta
) -> None:
    then = Moment("one", 100.0, WALL)
    assert then.age_s(Moment(boot_id, boottime_s, WALL + shift)) == age_s


def test_the_system_clock_reads_the_kernel(tmp_path: Path) -> None:
    boot_id = tmp_path / "boot_id"
    boot_id.write_text("6a1b2c3d-0000-4000-8000-000000000001\n")
    clock = SystemClock(boot_id)
    before_s = time.clock_gettime(time.CLOCK_BOOTTIME)
    moment = clock.now()
    after_s = time.clock_gettime(time.CLOCK_BOOTTIME)
    assert moment.boot_id == "6a1b2c3d-0000-4000-8000-000000000001"
    assert before_s <= moment.boottime_s <= after_s
    assert moment.wall.utcoffset() == timedelta(0)


def test_the_boot_id_is_read_once(tmp_path: Path) -> None:
    boot_id = tmp_path / "boot_id"
    boot_id.write_text("one\n")
    clock = SystemClock(boot_id)
    boot_id.write_text("two\n")
    assert clock.now().boot_id == "one"


def test_without_a_boot_id_all_is_one_boot(tmp_path: Path) -> None:
    clock = SystemClock(tmp_path / "missing")
    assert clock.now().age_s(clock.now()) < 60.0


class FakeLibrary:
    """The C library whose adjtimex returns what the test wants, and sees what it is asked."""

    def __init__(self, result: int) -> None:
        self.result = result

    def adjtimex(self, buffer: ctypes.Array[ctypes.c_char]) -> int:
        # struct timex: its first field, `modes`, zero means that nothing is set.
        assert not any(buffer.raw)
        assert len(buffer.raw) >= 208
        return self.result


@pytest.mark.parametrize(
    ("result", "synced"),
    [
        pytest.param(0, True, id="TIME_OK"),
        pytest.param(1, True, id="TIME_INS"),
        pytest.param(4, True, id="TIME_WAIT"),
        pytest.param(5, False, id="TIME_ERROR"),
        pytest.param(-1, False, id="refused"),
    ],
)
def test_synchronised_is_what_adjtimex_says(
    result: int, synced: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda name: FakeLibrary(result))
    assert wall_clock_synced() is synced


def test_the_kernel_answers() -> None:
    assert wall_clock_synced() in (True, False)
