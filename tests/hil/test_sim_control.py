"""`simulate --control`, `--faults` and `--trace`, and `sim-control`, in processes of their own."""

from __future__ import annotations

import asyncio
import json
import socket
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import serial
from click.testing import CliRunner, Result

from hil.cli_control import sim_control
from hil.simulate import Options, SimulateError, Simulation
from hil.trace import PATIENCE_S, Trace, TraceFile, shown
from modem.simulator import Direction
from modem.sms import compose
from tests.hil.test_simulate import PATIENCE_S as CLIENT_PATIENCE_S
from tests.hil.test_simulate import ask, first_line, running
from tests.virtual_time import run


def said(path: Path, *words: str) -> Result:
    return CliRunner().invoke(sim_control, [str(path), *words])


def answer(path: Path, *words: str) -> Any:
    result = said(path, *words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def state(path: Path, modem: int = 0) -> Any:
    (found,) = answer(path, "state", "--modem", str(modem))["modems"]
    return found


def test_everything_that_a_script_can_do(tmp_path: Path) -> None:
    path, trace = tmp_path / "sim", tmp_path / "trace"
    plan = tmp_path / "plan.toml"
    plan.write_text('[[fault]]\naction = "refuse"\nprefix = "AT+CSQ"\nname = "no signal"\n')
    options = ("--modems", "2", "--start-apn", "em", "--control", path, "--trace", trace)
    with running(*options, "--link", tmp_path / "modem0", "--json") as process:
        first_line(process)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert [modem["modem"] for modem in answer(path, "state")["modems"]] == [0, 1]
        with serial.Serial(str(tmp_path / "modem1"), timeout=CLIENT_PATIENCE_S) as port:
            ask(port, "ATE0+CNMI=2,1")
            (pdu,) = answer(path, "deliver", "--modem", "1", "--from", "123", "APN em")["pdus"]
            assert port.read_until(b",0\r\n").startswith(b"\r\n+CMTI")
            assert answer(path, "deliver", "--modem", "1", "--pdu", pdu) == {"pdus": [pdu]}
            port.read_until(b",1\r\n")
            assert state(path, 1)["memories"]["ME"]["used"] == 2
            assert answer(path, "coverage", "--modem", "1", "off")["covered"] is False
            assert answer(path, "coverage", "--modem", "1", "on")["covered"] is True

            counts = answer(path, "faults", "--modem", "1", str(plan))
            assert counts == {"faults": {"no signal": 0}}
            port.write(b"AT+CSQ\r")
            assert b"ERROR" in port.read_until(b"ERROR\r\n")
            assert answer(path, "faults", "--modem", "1") == {"faults": {"no signal": 1}}

            before = state(path, 1)["port"]
            assert answer(path, "unplug", "--modem", "1")["plugged"] is False
        after = answer(path, "plug", "--modem", "1", "--renamed")
        assert (after["plugged"], after["port"] != before) == (True, True)
        assert answer(path, "reboot", "--modem", "1")["running"] is False
        assert state(path, 0)["running"] is True
        assert "registration: registered" in said(path, "state", "--modem", "0").output
    lines = trace.read_text().splitlines()
    assert any(line.endswith(" 1 >> AT+CSQ<CR>") for line in lines)
    assert any(line.endswith(" 1 ** fault no signal") for line in lines)


def test_the_network_refuses(tmp_path: Path) -> None:
    path = tmp_path / "sim"
    with running("--link", tmp_path / "modem0", "--control", path, "--json") as process:
        first_line(process)
        assert answer(path, "refuse", "38", "--to", "1234") == {"code": 38}
        (part,) = compose("1234", "x")
        with serial.Serial(str(tmp_path / "modem0"), timeout=CLIENT_PATIENCE_S) as port:
            for end in (b"+CMS ERROR: 38\r\n", b"OK\r\n"):
                ask(port, "ATE0")
                port.write(f"AT+CMGS={part.tpdu_length}\r".encode())
                port.read_until(b"> ")
                port.write(part.pdu.encode() + b"\x1a")
                assert port.read_until(end).endswith(end)
                assert answer(path, "refuse", "--none") == {"code": None}


FAULTY: dict[str, tuple[Sequence[str], int, str]] = {
    "a modem that isn't there": (("reboot", "--modem", "7"), 2, "wanted a number from 0 to 0"),
    "neither sender nor PDU": (("deliver", "x"), 2, "wanted either --from or --pdu"),
    "no hex": (("deliver", "--pdu", "xyz"), 2, "SMSC and TPDU in hex"),
    "no code": (("refuse",), 2, "wanted either CODE or --none"),
}


@pytest.mark.parametrize("words", [words for words, _, _ in FAULTY.values()], ids=FAULTY)
def test_what_is_wrong_is_said(words: Sequence[str], tmp_path: Path) -> None:
    """In one process with the simulation: the client is a thread's, the server the loop's."""
    _, code, message = next(case for case in FAULTY.values() if case[0] == words)

    async def main() -> Result:
        options = Options(control=tmp_path / "sim")
        async with Simulation(options, complain=pytest.fail):
            return await asyncio.to_thread(said, tmp_path / "sim", *words)

    result = asyncio.run(main())
    found = result.output + str(result.exception)
    exit_code = getattr(result.exception, "exit_code", result.exit_code)
    assert (exit_code, message in found) == (code, True), found


def test_nobody_listens(tmp_path: Path) -> None:
    result = said(tmp_path / "none", "state")
    assert "start modem-helper simulate --control" in str(result.exception)
    assert getattr(result.exception, "exit_code", None) == 3


@pytest.mark.parametrize(
    ("make", "message"),
    [
        pytest.param(lambda path: path.write_text("precious"), "is no socket", id="a file"),
        pytest.param(lambda path: path.mkdir(), "is no socket", id="a directory"),
    ],
)
def test_paths_that_can_t_be_had(tmp_path: Path, make: Any, message: str) -> None:
    make(tmp_path / "sim")

    async def main() -> None:
        async with Simulation(Options(control=tmp_path / "sim"), complain=pytest.fail):
            pytest.fail("it started")

    with pytest.raises(SimulateError, match=message):
        asyncio.run(main())


def test_a_path_that_is_too_long(tmp_path: Path) -> None:
    async def main() -> None:
        path = tmp_path / ("x" * 120)
        async with Simulation(Options(control=path), complain=pytest.fail):
            pytest.fail("it started")

    with pytest.raises(SimulateError, match=r"--control: .* too long"):
        asyncio.run(main())


# A request -> a word of the error.
HOSTILE = {
    "no JSON": (b"deliver", "one JSON object"),
    "nested too deeply": (b"[" * 100_000, "one JSON object"),
    "no operation": (b'{"op": "at", "args": {}}', "there are coverage, deliver"),
    "a truth for a modem": (b'{"op": "reboot", "args": {"modem": true}}', "wanted a number"),
    "a text for a truth": (b'{"op": "coverage", "args": {"on": "no"}}', "wanted true or false"),
    "another key": (b'{"op": "reboot", "args": {"now": 1}}', "no key 'now'; there are modem"),
    "a plan that is none": (b'{"op": "faults", "args": {"plan": [1]}}', "wanted an object"),
    "a plan with an error": (
        b'{"op": "faults", "args": {"plan": {"fault": [{"action": "drop", "nth": 0}]}}}',
        "fault 1 (drop): nth: wanted a number from 1, got 0",
    ),
    "a code out of range": (b'{"op": "refuse", "args": {"code": 99999999}}', "code: wanted 1 to"),
    "a message too long": (
        b'{"op": "deliver", "args": {"from": "1", "text": "' + b"x" * 99_999 + b'"}}',
        "fits into SMS",
    ),
}


@pytest.mark.parametrize(("request_line", "word"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_requests(tmp_path: Path, request_line: bytes, word: str) -> None:
    async def main() -> Any:
        async with Simulation(Options(control=tmp_path / "sim"), complain=pytest.fail):
            reader, writer = await asyncio.open_unix_connection(tmp_path / "sim", limit=1 << 20)
            writer.write(request_line + b"\n")
            found = json.loads(await reader.readline())
            writer.close()
            return found

    found = asyncio.run(main())
    assert (found["ok"], found["error"]["exit_code"]) == (False, 2)
    assert word in found["error"]["message"]


def test_a_client_that_never_ends_its_line_is_dropped(tmp_path: Path) -> None:
    async def main() -> None:
        async with Simulation(Options(control=tmp_path / "sim"), complain=pytest.fail):
            loop = asyncio.get_running_loop()
            with socket.socket(socket.AF_UNIX) as hostile:
                hostile.setblocking(False)
                await loop.sock_connect(hostile, str(tmp_path / "sim"))
                with pytest.raises((BrokenPipeError, ConnectionResetError)):
                    await loop.sock_sendall(hostile, b"x" * (1 << 22))
            found = await asyncio.to_thread(said, tmp_path / "sim", "state")
            assert found.exit_code == 0

    asyncio.run(main())


# ---- faults and trace


def test_a_plan_that_is_wrong_is_a_usage_error(tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text('[[fault]]\naction = "drop"\nnth = 0\n')
    with running("--faults", plan) as process:
        _, errors = process.communicate(timeout=CLIENT_PATIENCE_S)
        assert process.returncode == 2
        assert f"{plan}: fault 1 (drop): nth: wanted a number from 1, got 0" in errors


SHOWN = {
    b"AT+CSQ\r": "AT+CSQ<CR>",
    b"\r\n> ": "<CR><LF>> ",
    b"0011\x1a": "0011<^Z>",
    b"\x00\x7f\xff\x1b": "<00><DEL><FF><ESC>",
}


@pytest.mark.parametrize(("data", "text"), SHOWN.items(), ids=SHOWN.values())
def test_control_characters_are_shown(data: bytes, text: str) -> None:
    assert shown(data) == text


def test_a_line_of_a_trace(tmp_path: Path) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        with (tmp_path / "trace").open("w") as out:
            trace = Trace(TraceFile(out, 3), loop.time())
            for byte in b"AT\r":
                trace.traffic(Direction.TO_MODEM, bytes([byte]))
                await asyncio.sleep(0.01)
            trace.traffic(Direction.FROM_MODEM, b"AT\r\r\nOK\r\n")
            trace.traffic(Direction.FROM_MODEM, b"\r\n> ")
            await asyncio.sleep(1 + PATIENCE_S)
            trace.traffic(Direction.TO_MODEM, b"00")
            trace.note("fault x")
            trace.traffic(Direction.TO_MODEM, b"11\x1a")
            trace.flush()

    run(main())
    assert (tmp_path / "trace").read_text().splitlines() == [
        "    0.000000 3 >> AT<CR>",
        "    0.030000 3 << AT<CR><CR><LF>OK<CR><LF>",
        "    0.030000 3 << <CR><LF>> ",
        "    1.230000 3 >> 00",
        "    1.230000 3 ** fault x",
        "    1.230000 3 >> 11<^Z>",
    ]
