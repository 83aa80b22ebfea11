"""Cutting the power of a bench's modem."""

from __future__ import annotations

from pathlib import Path

import pytest

from hil.bench import parse
from hil.rig.rig import Rig
from modem.power import PowerSwitch


class Switch:
    """Counts its cycles."""

    def __init__(self, *, toggles: bool) -> None:
        self.toggles = toggles
        self.cycles = 0

    async def cycle(self) -> None:
        self.cycles += 1


@pytest.mark.parametrize(("toggles", "cycles"), [(False, 1), (True, 2)], ids=["relay", "key"])
def test_a_key_is_pressed_twice(
    toggles: bool, cycles: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = parse(
        b'[modem]\nport = "/dev/ttyUSB2"\n[power]\nkind = "usb"\ndevice = "1-1"\n', tmp_path
    )
    switch = Switch(toggles=toggles)

    def made(_config: object) -> PowerSwitch:
        return switch

    monkeypatch.setattr("hil.rig.rig.switch_of", made)
    rig = Rig(bench, tmp_path)
    rig.cycle_power()
    rig.close()
    assert switch.cycles == cycles
