"""gammu through a pass-through that records it, and gammu on the recording played as a modem."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from modem.transcript import format as text_format
from modem.transcript.values import Chunk, Way
from tests.clients.programs import Daemon, daemon, program, run
from tests.clients.station import ROOT, Station, until

pytestmark = pytest.mark.clients

SMS = "Hello from gammu [x] @ 5"
NUMBER = "+491701234567"
RUNS: Sequence[Sequence[str]] = (
    ("identify",),
    ("getallsms",),
    ("sendsms", "TEXT", NUMBER, "-text", SMS),
)


class Desk:
    """A port's name, and gammu that uses whatever is there."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = home / "port"
        self._gammu = program("gammu", "gammu")
        config = home / "gammurc"
        config.write_text(f"[gammu]\ndevice = {self.port}\nconnection = at115200\n")

    def outputs(self) -> list[str]:
        """What gammu prints in each of its runs; anything but success fails the test."""
        printed: list[str] = []
        for arguments in RUNS:
            finished = run([self._gammu, "-c", str(self.home / "gammurc"), *arguments], self.home)
            assert finished.code == 0, finished.output
            printed.append(finished.output)
        return printed

    @contextmanager
    def offered_by(self, *arguments: str) -> Iterator[Daemon]:
        """The port, while one of our commands offers it."""
        home = self.home / arguments[0]
        home.mkdir(exist_ok=True)
        command = [sys.executable, "-m", "cli", *arguments, "--link", str(self.port)]
        more = {"PYTHONPATH": str(ROOT)}
        with daemon(command, home, lambda: "", more=more) as offering:
            until(self.port.is_symlink, "the port is offered", also=offering.why)
            yield offering


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk of its own."""
    return Desk(tmp_path)


def recorded(desk: Desk, modem: Station, *options: str) -> tuple[Path, list[str]]:
    """gammu's runs on the simulated modem: the recording, and what gammu printed."""
    path = desk.home / "recording.txt"
    modem.deliver("+4917200001", "first for gammu")
    arguments = ("record", "--port", modem.port, "--output", str(path), *options)
    with desk.offered_by(*arguments) as recording:
        printed = desk.outputs()
    assert "Recorded" in recording.log
    assert modem.sent_texts("491701234567") == [SMS]
    return path, printed


def test_the_recording_gives_gammu_the_same(desk: Desk, modem: Station) -> None:
    path, printed = recorded(desk, modem, "--unmasked")
    assert path.stat().st_mode & 0o777 == 0o600
    assert modem.imei in printed[0]
    assert "first for gammu" in printed[1]
    for how in ((), ("--strict",)):
        with desk.offered_by("transcript", "replay", str(path), *how) as replaying:
            assert desk.outputs() == printed
        assert "Not in the recording" not in replaying.log


def test_a_masked_recording_gives_gammu_the_same_but_for_what_is_masked(
    desk: Desk, modem: Station
) -> None:
    path, printed = recorded(desk, modem)
    text = path.read_text()
    session = text_format.read(text, path.name)
    said = {
        way: b"".join(s.data for s in session.steps if isinstance(s, Chunk) and s.way is way)
        for way in Way
    }
    for secret in (modem.imei, modem.imsi, "491701234567", SMS, "first for gammu"):
        assert secret.encode() not in said[Way.TO_MODEM] + said[Way.FROM_MODEM]
    with desk.offered_by("transcript", "replay", str(path)):
        again = desk.outputs()
    # The modem's own number is masked, and so is the text; how many there are of what is not.
    assert [len(output.splitlines()) for output in again] == [
        len(output.splitlines()) for output in printed
    ]
    assert again[2] == printed[2]
    assert "x" * len("first for gammu") in again[1]
