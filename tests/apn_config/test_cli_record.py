"""`record`: from a daemon's socket and from a port, as a user and a script see it."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from apn_config.control import ControlServer, Emit, Json
from modem.transcript import Chunk, Way
from modem.transcript import format as text_format
from modem.transcript.values import Note
from tests.modem.transcript.ptys import ModemPty, Program

ROOT = Path(__file__).parents[2]
SCHEMA: dict[str, Any] = json.loads((ROOT / "docs" / "json-schema.json").read_text())
PATIENCE_S = 20.0
EVENTS: list[Json] = [
    {"at_s": 0.5, "way": ">>", "data": "AT+CSQ\r"},
    {"at_s": 0.512, "way": "<<", "data": "\r\n+CSQ: 21,99\r\n\r\nOK\r\n"},
]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration whose socket nobody listens at yet."""
    path = tmp_path / "config.toml"
    path.write_text(f'[control]\nsocket = "{tmp_path}/control.sock"\n')
    return path


@contextmanager
def a_daemon(socket: Path) -> Iterator[None]:
    """Something that says what a daemon says of its traffic, until the client hangs up."""
    ready, ending = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def record(_args: Json, emit: Emit) -> None:
        for event in EVENTS:
            emit(event)
        await asyncio.Event().wait()

    async def serve() -> None:
        server = ControlServer(socket, {"record": record}, attended=("record",))
        await server.start()
        ready.set()
        await ending.wait()
        await server.close()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert ready.wait(PATIENCE_S)
    try:
        yield
    finally:
        loop.call_soon_threadsafe(ending.set)
        thread.join(PATIENCE_S)
        loop.close()


@contextmanager
def recording(config: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """The command while it runs, from its first words on."""
    command = [sys.executable, "-m", "cli", "record", "--config", str(config), *options]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        try:
            assert process.stderr is not None
            words = process.stderr.readline()
            while "Recording" not in words:
                assert process.poll() is None, words
                words = process.stderr.readline()
            yield process
        finally:
            process.kill()


def ended(process: subprocess.Popen[str], number: int = signal.SIGINT) -> tuple[str, str]:
    """What it printed since, after being told to end."""
    process.send_signal(number)
    printed = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, printed
    return printed


def until(path: Path, text: str, process: subprocess.Popen[str]) -> None:
    """Wait for it to be in the file."""
    wait = threading.Event()
    for _ in range(1000):
        if path.exists() and text in path.read_text():
            return
        assert process.poll() is None
        wait.wait(0.02)
    raise AssertionError(f"{text!r} isn't in {path.read_text()}")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_from_the_daemon(tmp_path: Path, config: Path, number: int) -> None:
    out = tmp_path / "out.txt"
    with (
        a_daemon(tmp_path / "control.sock"),
        recording(config, "--output", str(out), "--json") as process,
    ):
        until(out, "+CSQ: 21", process)
        printed, words = ended(process, number)
    found = json.loads(printed)
    Draft202012Validator({**SCHEMA, "$ref": "#/$defs/record"}).validate(found)
    assert (found["to_modem_bytes"], found["from_modem_bytes"]) == (7, 21)
    assert "7 bytes to the modem, 21 from it" in words
    session = text_format.read(out.read_text(), "it")
    assert session.header("source") == "the running daemon"
    assert session.steps == (
        Chunk(0.5, Way.TO_MODEM, b"AT+CSQ\r"),
        Chunk(0.512, Way.FROM_MODEM, b"\r\n+CSQ: 21,99\r\n\r\nOK\r\n"),
    )


def test_for_a_while_to_stdout(tmp_path: Path, config: Path) -> None:
    with (
        a_daemon(tmp_path / "control.sock"),
        recording(config, "--daemon", "--seconds", "1") as process,
    ):
        printed, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0
    assert '>> "AT+CSQ\\r"' in printed


def test_a_program_through_a_port_of_ours(tmp_path: Path, config: Path) -> None:
    modem, link, out = ModemPty(), tmp_path / "modem0", tmp_path / "out.txt"
    with recording(
        config, "--port", modem.port, "--link", str(link), "--output", str(out)
    ) as process:
        program = Program(str(link))
        program.say(b'AT+CPIN="1234"\r')
        until(out, "****", process)
        assert modem.listen() == b'AT+CPIN="1234"\r'
        modem.say(b"\r\nOK\r\n")
        until(out, "OK", process)
        program.close()
        until(out, "closed", process)
        _, words = ended(process)
    modem.pull()
    assert "15 bytes to the modem, 6 from it" in words
    session = text_format.read(out.read_text(), "it")
    assert [step.text for step in session.steps if isinstance(step, Note)] == [
        "a program opened the port",
        "the program closed the port",
    ]
    assert session.header("masked") == "yes"
    assert not link.is_symlink()


def test_a_port_that_is_listened_to_ends_at_its_limit(tmp_path: Path, config: Path) -> None:
    modem, out = ModemPty(), tmp_path / "out.txt"
    with recording(
        config, "--port", modem.port, "--output", str(out), "--limit", "0.01"
    ) as process:
        modem.say(b"\r\n+CSQ: 1,2\r\n" * 200)
        until(out, "CSQ", process)
        modem.say(b"\x00" * 4000)
        modem.say(b"\r\n" * 2000)
        _, words = process.communicate(timeout=PATIENCE_S)
    modem.pull()
    assert process.returncode == 0
    assert "as long as its limit allows" in words
    assert out.stat().st_size < 10_100


def test_unmasked_is_for_its_owner_alone_and_is_warned_of(tmp_path: Path, config: Path) -> None:
    modem, out = ModemPty(), tmp_path / "out.txt"
    with recording(config, "--port", modem.port, "--output", str(out), "--unmasked") as process:
        modem.say(b'\r\n+CLIP: "+491701234567",145\r\n')
        until(out, "+491701234567", process)
        ended(process)
    modem.pull()
    assert out.stat().st_mode & 0o777 == 0o600


def _refused(config: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cli", "record", "--config", str(config), *options]
    return subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, timeout=PATIENCE_S, check=False
    )


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        pytest.param(("--daemon",), 8, "no daemon listens at", id="no daemon"),
        pytest.param((), 78, "port", id="no port"),
        pytest.param(("--port", "/dev/none"), 3, "/dev/none", id="port missing"),
        pytest.param(("--json",), 2, "--json needs --output", id="json to stdout"),
        pytest.param(("--daemon", "--link", "x"), 2, "don't go together", id="both"),
    ],
)
def test_what_can_t_be_recorded(
    tmp_path: Path, config: Path, options: tuple[str, ...], code: int, words: str
) -> None:
    result = _refused(config, *options)
    assert result.returncode == code, result.stderr
    assert words in result.stderr


def test_a_disk_that_is_full_is_a_failure(config: Path) -> None:
    modem = ModemPty()
    command = [sys.executable, "-m", "cli", "record", "--config", str(config), "--port", modem.port]
    with Path("/dev/full").open("w") as full:
        result = subprocess.run(
            command,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            timeout=PATIENCE_S,
            check=False,
        )
    modem.pull()
    assert result.returncode == 1, result.stderr
    assert "stdout: No space left on device; it isn't whole" in result.stderr
    assert "Traceback" not in result.stderr
    assert "Exception" not in result.stderr


def test_where_nothing_can_be_recorded_no_file_stays(tmp_path: Path, config: Path) -> None:
    out = tmp_path / "out.txt"
    assert _refused(config, "--port", "/dev/none", "--output", str(out)).returncode == 3
    assert not out.exists()


def test_the_daemon_gives_nothing_unmasked(tmp_path: Path, config: Path) -> None:
    with a_daemon(tmp_path / "control.sock"):
        result = _refused(config, "--unmasked")
    assert result.returncode == 4
    assert "masked sessions only" in result.stderr


def test_a_file_that_is_there_stays(tmp_path: Path, config: Path) -> None:
    modem, out = ModemPty(), tmp_path / "out.txt"
    out.write_text("precious")
    result = _refused(config, "--port", modem.port, "--output", str(out))
    modem.pull()
    assert result.returncode == 1
    assert "is there already" in result.stderr
    assert out.read_text() == "precious"
