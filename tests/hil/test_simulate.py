"""`modem-helper simulate` as a process of its own, and its options."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import serial
from click.testing import CliRunner

from hil.cli import simulate
from hil.simulate import Options, Simulation, link_name
from modem.sms import compose

PATIENCE_S = 10.0  # of a failing test
COMMAND = (sys.executable, "-c", "from hil.cli import simulate; simulate()")
READY_KEYS = {"modem", "port", "link", "tcp", "imei", "imsi", "iccid", "msisdn"}


@contextmanager
def running(*options: str | Path) -> Iterator[subprocess.Popen[str]]:
    """The command in the background, as a script would start it."""
    process = subprocess.Popen(
        [*COMMAND, *map(str, options)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        # as in a shell without job control, where a background process ignores SIGINT
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE_S)


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def ask(port: serial.Serial, line: str) -> str:
    port.write(line.encode() + b"\r")
    return port.read_until(b"OK\r\n").decode()


def line_of(path: Path) -> str:
    """The first line of a file that is being written."""
    deadline_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline_s:
        if path.exists() and (text := path.read_text()).endswith("\n"):
            return text
        time.sleep(0.01)
    raise AssertionError(f"nothing in {path}")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_the_story_of_a_script(tmp_path: Path, number: signal.Signals) -> None:
    inbox, outbox = tmp_path / "in", tmp_path / "out"
    options = ("--link", tmp_path / "modem0", "--modems", "2", "--inbox", inbox, "--outbox", outbox)
    with running(*options, "--json") as process:
        ready = json.loads(first_line(process))
        assert list(ready) == ["modems"]
        assert [set(modem) for modem in ready["modems"]] == [READY_KEYS, READY_KEYS]
        assert [modem["link"] for modem in ready["modems"]] == [
            str(tmp_path / "modem0"),
            str(tmp_path / "modem1"),
        ]
        assert ready["modems"][1]["port"] == str((tmp_path / "modem1").readlink())
        with serial.Serial(str(tmp_path / "modem1"), timeout=PATIENCE_S) as port:
            ask(port, "ATE0+CNMI=2,1")
            inbox.write_text('no letter\n{"modem": 1, "from": "12345", "text": "APN em"}\n')
            assert port.read_until(b",0\r\n") == b'\r\n+CMTI: "ME",0\r\n'
            assert ready["modems"][1]["imei"] in ask(port, "AT+CGSN")
            (part,) = compose("1234", "OK APN em €")
            port.write(f"AT+CMGS={part.tpdu_length}\r".encode())
            assert port.read_until(b"> ") == b"\r\n> "
            port.write(part.pdu.encode() + b"\x1a")
            assert "+CMGS: 1" in port.read_until(b"OK\r\n").decode()
        sent = json.loads(line_of(outbox))
        assert list(sent) == ["modem", "to", "text", "pdu", "reference", "time"]
        assert (sent["modem"], sent["to"], sent["text"]) == (1, "1234", "OK APN em €")
        assert (sent["pdu"], sent["reference"]) == (part.pdu, 1)
        assert sent["time"].endswith("+00:00")
        process.send_signal(number)
        output, errors = process.communicate(timeout=PATIENCE_S)
        assert (process.returncode, output) == (0, "")
        assert errors.splitlines() == ["inbox line 1: wanted a JSON object, got 'no letter'"]
    assert not (tmp_path / "modem0").is_symlink()
    assert not (tmp_path / "modem1").is_symlink()


def test_file_as_inbox_and_tcp(tmp_path: Path) -> None:
    inbox = tmp_path / "in"
    inbox.touch()
    options = (
        "--tcp",
        "127.0.0.1:0",
        "--inbox",
        inbox,
        "--json",
        "--apn",
        "internet",
        "--baud",
        "115200",
    )
    with running(*options) as process:
        (modem,) = json.loads(first_line(process))["modems"]
        assert modem["link"] is None
        host, _, number = modem["tcp"].partition(":")
        with socket.create_connection((host, int(number)), timeout=PATIENCE_S) as client:
            stream = client.makefile("rwb")
            stream.write(b"ATE0+CNMI=2,1;+CEREG?\r")
            stream.flush()
            assert b"+CEREG: 0,5\r\n" in [stream.readline() for _ in range(4)]
            with inbox.open("a") as file:
                file.write('{"from": "emnify", "text": "PING"}\n')
            assert b'+CMTI: "ME",0\r\n' in [stream.readline() for _ in range(2)]
        process.terminate()
        assert process.wait(PATIENCE_S) == 0


def test_for_a_human_it_says_what_to_type_next(tmp_path: Path) -> None:
    with running("--link", tmp_path / "modem0", "--inbox", tmp_path / "in") as process:
        assert process.stdout is not None
        text = ""
        while "Ctrl-C" not in text:
            line = process.stdout.readline()
            assert line, text
            text += line
        assert f"modem-helper info --port {tmp_path}/modem0" in text
        assert f"> {tmp_path}/in" in text
        process.terminate()
        assert process.wait(PATIENCE_S) == 0


@pytest.mark.parametrize("as_json", [True, False], ids=["with --json", "for a human"])
def test_trace_leaves_the_one_line_alone(tmp_path: Path, as_json: bool) -> None:
    link = tmp_path / "modem0"
    json_option = ["--json"] if as_json else []
    with running("--link", link, *json_option, "--trace") as process:
        first = first_line(process)
        with serial.Serial(str(link), timeout=PATIENCE_S) as port:
            ask(port, "AT+CSQ")
        process.terminate()
        output, errors = process.communicate(timeout=PATIENCE_S)
    traced, other = (errors, output) if as_json else (output, errors)
    assert ">> AT+CSQ<CR>\n" in traced
    assert other == ""
    assert first.startswith("{") is as_json


# ---- bad input: one clear line, and the right exit code


def refused(*options: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(simulate, [str(option) for option in options])
    return result.exit_code, result.output


def test_names_and_places_that_can_t_be_had(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("precious")
    cases = {
        ("--link", tmp_path / "none" / "modem0"): "doesn't exist",
        ("--link", tmp_path / "file"): "is no symbolic link",
        ("--inbox", tmp_path / "none" / "in"): "No such file or directory",
        ("--outbox", tmp_path / "none" / "out"): "No such file or directory",
    }
    for options, message in cases.items():
        code, output = refused(*options)
        assert (code, message in output, output.count("\n")) == (2, True, 1), output
        assert options[0] in output
    assert (tmp_path / "file").read_text() == "precious"


BAD_OPTIONS = {
    "PIN too short": ("--pin", "12", "wanted 4 to 8 digits"),
    "PIN of letters": ("--pin", "abcd", "wanted 4 to 8 digits"),
    "address without a port": ("--tcp", "localhost", "wanted HOST:PORT"),
    "port too high": ("--tcp", "localhost:70000", "wanted HOST:PORT"),
    "APN with a quote": ("--apn", 'e"m', "wanted an APN"),
    "no modems": ("--modems", "0", "0 is not in the range"),
    "unknown profile": ("--profile", "nokia", "no profile is named 'nokia'"),
    "no profile in the file": ("--profile", "pyproject.toml", "build-system: no such key"),
    "no such file": ("--profile", "absent.toml", "No such file"),
    "no speed": ("--baud", "0", "0 is not in the range"),
    "no time": ("--time-scale", "0", "is not in the range"),
    "no number": ("--time-scale", "nan", "wanted a number"),
}


@pytest.mark.parametrize(("option", "value", "message"), BAD_OPTIONS.values(), ids=BAD_OPTIONS)
def test_bad_option(option: str, value: str, message: str) -> None:
    code, output = refused(option, value)
    assert (code, message in output) == (2, True), output
    assert option in output


def test_no_room_for_the_ports() -> None:
    code, output = refused("--tcp", "127.0.0.1:65535", "--modems", "2")
    assert (code, "no room for 2 ports" in output) == (2, True)


def test_tcp_port_in_use(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        code, output = refused("--tcp", f"127.0.0.1:{port}", "--link", tmp_path / "modem0")
    assert (code, output) == (7, f"Error: --tcp: 127.0.0.1:{port} is in use\n")
    assert not (tmp_path / "modem0").is_symlink()


# ---- in one process, as the demo uses it

LINKS = {
    "counts up": ("modem0", ["modem0", "modem1", "modem2"]),
    "counts on": ("sim7600-9", ["sim7600-9", "sim7600-10", "sim7600-11"]),
    "keeps its width": ("m08", ["m08", "m09", "m10"]),
    "has no number": ("modem", ["modem", "modem-1", "modem-2"]),
}


@pytest.mark.parametrize(("first", "names"), LINKS.values(), ids=LINKS)
def test_link_names(first: str, names: list[str]) -> None:
    assert [link_name(Path("/d", first), number) for number in range(3)] == [
        Path("/d", name) for name in names
    ]


def test_same_seed_same_devices() -> None:
    async def numbers(seed: int) -> list[object]:
        options = Options(seed=seed, modems=2)
        async with Simulation(options, complain=print) as simulation:
            return [station.described()["iccid"] for station in simulation.stations]

    assert asyncio.run(numbers(3)) == asyncio.run(numbers(3))
    assert asyncio.run(numbers(3)) != asyncio.run(numbers(4))


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ('{"from": "1", "pdu": "zz"}', 'inbox line 1: "pdu": wanted SMSC and TPDU in hex'),
        ('{"from": "much too long a name", "text": "x"}', "inbox line 1: wanted a message that"),
    ],
    ids=["pdu", "sender"],
)
def test_letter_that_can_t_be_delivered(line: str, complaint: str) -> None:
    complaints: list[str] = []

    async def main() -> None:
        async with Simulation(Options(), complain=complaints.append) as simulation:
            simulation._take_line(line)

    asyncio.run(main())
    assert complaints[0].startswith(complaint)
