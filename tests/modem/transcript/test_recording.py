"""A recording while it runs: what is in the file, and when it ends."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from modem.transcript import format as text_format
from modem.transcript.errors import RecordingError
from modem.transcript.recording import Recorder, create_recording
from modem.transcript.values import Chunk, Note, Way


class Clock:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def test_all_that_passed_is_there_with_its_times() -> None:
    out, clock = io.StringIO(), Clock()
    recorder = Recorder(out, [("name", "x")], clock)
    recorder.passes(Way.TO_MODEM, b'AT+CPIN="1234"\r')
    clock.now_s += 0.25
    recorder.passes(Way.FROM_MODEM, b"\r\nO")
    recorder.passes(Way.FROM_MODEM, b"K\r\n")
    recorder.note("491701234567 called")
    clock.now_s += 2
    recorder.close()
    session = text_format.read(out.getvalue(), "it")
    assert session.headers == (("name", "x"), ("masked", "yes"))
    assert session.steps == (
        Chunk(0.0, Way.TO_MODEM, b'AT+CPIN="****"\r'),
        Chunk(0.25, Way.FROM_MODEM, b"\r\nO"),
        Chunk(0.25, Way.FROM_MODEM, b"K\r\n"),
        Note(0.25, "000000000001 called"),
    )
    assert session.rest_s == 2
    assert (recorder.to_modem_bytes, recorder.from_modem_bytes) == (15, 6)


def test_what_passed_is_in_the_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "it"
    with create_recording(path, private=False) as out:
        recorder = Recorder(out, [], Clock(), masked=False)
        recorder.passes(Way.TO_MODEM, b"AT")
        assert '>> "AT"' in path.read_text()
        assert "# masked: no" in path.read_text()


def test_half_a_line_waits_and_is_settled_when_that_is_wanted() -> None:
    out = io.StringIO()
    recorder = Recorder(out, [], Clock())
    recorder.passes(Way.FROM_MODEM, b"+CLIP: 49170")
    assert "<<" not in out.getvalue()
    recorder.settle()
    assert '<< "xxxxxxxxxxxx"' in out.getvalue()


def test_a_limit_ends_it_with_a_note() -> None:
    out = io.StringIO()
    recorder = Recorder(out, [], Clock(), limit_bytes=200)
    for _ in range(100):
        recorder.passes(Way.TO_MODEM, b"AT+CSQ\r")
    recorder.close()
    assert recorder.ended == "it is as long as its limit allows"
    assert not recorder.failed
    assert len(out.getvalue()) < 250
    session = text_format.read(out.getvalue(), "it")
    assert session.steps[-1] == Note(0.0, "the limit of this recording is reached")


def test_a_disk_that_is_full_ends_it_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "full"
    with create_recording(path, private=False) as out:
        full = os.open("/dev/full", os.O_WRONLY)
        os.dup2(full, out.fileno())
        os.close(full)
        recorder = Recorder(out, [], Clock())
        recorder.passes(Way.TO_MODEM, b"AT+CSQ\r")
        recorder.close()
        assert recorder.ended == "No space left on device"
        assert recorder.failed


@pytest.mark.parametrize(("private", "mode"), [(True, 0o600), (False, 0o644)])
def test_who_may_read_it(tmp_path: Path, private: bool, mode: int) -> None:
    path = tmp_path / "it"
    with create_recording(path, private=private):
        pass
    assert path.stat().st_mode & 0o777 & ~0o022 == mode


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("precious")
    link = tmp_path / "link"
    link.symlink_to(target)
    for path, words in (
        (target, "is there already"),
        (link, "is there already"),
        (tmp_path / "none" / "it", "No such file"),
    ):
        with pytest.raises(RecordingError, match=words), create_recording(path, private=False):
            pass
    assert target.read_text() == "precious"
