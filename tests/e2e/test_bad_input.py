"""What can be wrong, each with its own message and exit code, and never a traceback."""

from __future__ import annotations

import ctypes
import os
import re
import signal
import subprocess
import time
import tty
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import serial

from tests.e2e.bench import OPERATOR, PATIENCE_S, Bench, Process, until

CPIN = rb'AT\+CPIN="\d+"\r'


def waits(bench: Bench, daemon: Process, words: str, limit_s: float = PATIENCE_S) -> dict[str, Any]:
    """The daemon waits, lives, and says why; its status."""

    def says_why() -> dict[str, Any] | None:
        status = bench.status()
        return status if status and words in (status["link"]["why"] or "") else None

    status = until(says_why, f"the status says {words!r}", limit_s, also=bench.logs)
    assert daemon.popen.poll() is None
    assert status["link"]["phase"] == "waiting"
    assert words in daemon.log
    code, shown, _ = bench.do("info")
    assert code == 0
    assert words in shown
    return status


@pytest.fixture(scope="module", autouse=True)
def mute_asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Process, Future[float]]]:
    """A command at a port where nobody answers, and how long it took. Begun first of all."""
    bench = Bench(tmp_path_factory.mktemp("mute"))
    master, slave = os.openpty()
    tty.setraw(slave)
    bench.link.symlink_to(os.ttyname(slave))
    command, began_s = bench.start("apn", "show"), time.monotonic()

    def ended() -> float:
        command.popen.wait(3 * PATIENCE_S)
        return time.monotonic() - began_s

    try:
        with ThreadPoolExecutor(1) as watcher:
            yield command, watcher.submit(ended)
    finally:
        bench.close()
        os.close(master)
        os.close(slave)


# --- the port -------------------------------------------------------------------------------------

ONE_SHOTS = [
    ("info",),
    ("apn", "show"),
    ("sms", "list"),
    ("sms", "send", "--to", "1", "--text", "x"),
]


@pytest.mark.parametrize("command", ONE_SHOTS, ids=" ".join)
def test_a_missing_port(bench: Bench, command: tuple[str, ...]) -> None:
    code, output, errors = bench.do(*command)
    assert (code, output) == (3, "")
    assert f"can't open {bench.link}: No such file or directory" in errors
    assert len(errors.splitlines()) == 1


@pytest.mark.parametrize("command", [("apn", "set", "em"), ("info", "--json")], ids=" ".join)
def test_a_missing_port_of_a_command_with_an_outcome(
    bench: Bench, command: tuple[str, ...]
) -> None:
    code, output, errors = bench.do(*command)
    assert (code, output) == (3, "")
    assert f"can't open {bench.link}" in errors


def test_nobody_listens_at_the_tcp_port(bench: Bench) -> None:
    bench.write_config("tcp://127.0.0.1:1")
    code, _, errors = bench.do("apn", "show")
    assert code == 3
    assert "can't connect to 127.0.0.1 port 1" in errors


def test_the_daemon_waits_for_its_port(bench: Bench) -> None:
    daemon = bench.run(ready=False)
    waits(bench, daemon, f"can't open {bench.link}")
    bench.simulate()
    bench.inject("PING")
    bench.answer("OK PING")
    status = bench.status()
    assert status is not None
    assert status["link"]["why"] is None


def test_no_permission_on_the_port(bench: Bench) -> None:
    simulator = bench.simulate()
    port = simulator.modem["port"]
    Path(port).chmod(0)
    code, _, errors = bench.do(
        "apn", "show", "--port", port, config=False, preexec_fn=_without_root_s_privileges
    )
    assert code == 6
    assert f"may not open {port}; add the user to the group" in errors
    assert "sudo usermod -aG" in errors


def _without_root_s_privileges() -> None:
    """So that file modes hold for root, too (prctl(2), capabilities(7)); no effect for others."""
    drop_from_bounding_set, dac_override, dac_read_search = 24, 1, 2
    for capability in (dac_override, dac_read_search):
        ctypes.CDLL(None).prctl(drop_from_bounding_set, capability, 0, 0, 0)


def test_a_port_that_somebody_holds(bench: Bench) -> None:
    simulator = bench.simulate()
    with Path(simulator.modem["port"]).open("rb+", buffering=0) as held:
        holder = subprocess.Popen(["sleep", "60"], stdin=held)
    try:
        until(lambda: _name(holder.pid) == "sleep", "the holder runs")
        code, _, errors = bench.do("apn", "show")
        assert code == 7
        assert f"{bench.link} is in use: sleep (pid {holder.pid})" in errors
        daemon = bench.run(ready=False)
        waits(bench, daemon, f"sleep (pid {holder.pid})")
    finally:
        holder.kill()
        holder.wait()
    bench.inject("PING")
    bench.answer("OK PING")


def _name(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text().strip()


def test_what_is_no_port(bench: Bench) -> None:
    bench.write_config("rfc2217://127.0.0.1:7000")
    code, _, errors = bench.do("apn", "show")
    assert code in (2, 78)
    assert "rfc2217" in errors.lower()


# --- the card -------------------------------------------------------------------------------------


def with_pin(bench: Bench, pin: str) -> None:
    path = bench.home / "sim-pin"
    path.write_text(f"{pin}\n")
    path.chmod(0o600)
    bench.write_config(str(bench.link), modem=f'sim_pin_file = "{path}"')


def tries_left(port: str) -> int:
    """What the card itself says."""
    with serial.Serial(port, timeout=PATIENCE_S) as line:
        line.write(b"ATE0\r")
        line.read_until(b"OK\r\n")
        line.write(b'AT+CPINR="SIM PIN"\r')
        found = re.search(rb"\+CPINR: SIM PIN,(\d)", line.read_until(b"OK\r\n"))
    assert found is not None
    return int(found[1])


def test_a_right_pin_opens_the_card_at_each_start(bench: Bench) -> None:
    simulator, tap = bench.tapped("--pin", "4821")
    with_pin(bench, "4821")
    daemon = bench.run()
    bench.inject("PING")
    bench.answer("OK PING")
    assert daemon.end() == 0
    assert len(tap.commands(CPIN)) == 1
    assert "4821" not in daemon.log
    assert simulator.popen.poll() is None


def test_a_wrong_pin_is_never_tried_twice(bench: Bench) -> None:
    """Not by a daemon that waits, not after its restart, not by a command beside it or alone."""
    simulator, tap = bench.tapped("--pin", "4821")
    with_pin(bench, "1111")
    daemon = bench.run(ready=False)
    waits(bench, daemon, "PIN")
    assert len(tap.commands(CPIN)) == 1
    daemon.kill()
    code, _, errors = bench.do("apn", "show")
    assert code == 9
    assert "isn't tried again" in errors
    daemon = bench.run(ready=False)
    waits(bench, daemon, "isn't tried again")
    assert daemon.end() == 0
    assert len(tap.commands(CPIN)) == 1
    assert "1111" not in bench.logs()
    # Another PIN in the file is another try.
    with_pin(bench, "4821")
    bench.run()
    assert len(tap.commands(CPIN)) == 2
    assert simulator.popen.poll() is None


def test_with_one_try_left_none_is_made(bench: Bench) -> None:
    simulator = bench.simulate("--pin", "4821")
    with serial.Serial(simulator.modem["port"], timeout=PATIENCE_S) as line:
        for _ in range(2):
            line.write(b'AT+CPIN="0000"\r')
            line.read_until(b"ERROR")
    assert tries_left(simulator.modem["port"]) == 1
    with_pin(bench, "4821")
    code, _, errors = bench.do("apn", "show")
    assert code == 9
    assert "1 try left" in errors
    assert tries_left(simulator.modem["port"]) == 1


@pytest.mark.parametrize("command", [("apn", "show"), ("info",)], ids=" ".join)
def test_no_pin_is_configured(bench: Bench, command: tuple[str, ...]) -> None:
    simulator = bench.simulate("--pin", "4821")
    code, _, errors = bench.do(*command)
    assert code == 9
    assert "sim_pin_file" in errors
    assert tries_left(simulator.modem["port"]) == 3


def test_a_card_that_wants_its_puk(bench: Bench) -> None:
    simulator = bench.simulate("--pin", "4821")
    with serial.Serial(simulator.modem["port"], timeout=PATIENCE_S) as line:
        for _ in range(3):
            line.write(b'AT+CPIN="0000"\r')
            line.read_until(b"ERROR")
    with_pin(bench, "4821")
    code, _, errors = bench.do("apn", "show")
    assert code == 9
    assert "SIM PUK" in errors
    waits(bench, bench.run(ready=False), "SIM PUK")


def test_no_card(bench: Bench) -> None:
    _, tap = bench.tapped()
    # +CME ERROR: 10, SIM not inserted (3GPP TS 27.007 9.2)
    tap.alter = lambda data: data.replace(
        b"\r\n+CPIN: READY\r\n\r\nOK\r\n", b"\r\n+CME ERROR: 10\r\n"
    )
    code, _, errors = bench.do("apn", "show")
    assert code == 9
    assert "no card" in errors
    waits(bench, bench.run(ready=False), "no card")


# --- the configuration ----------------------------------------------------------------------------

BAD_CONFIGS: dict[str, tuple[Callable[[str], str | None], tuple[str, ...]]] = {
    "missing": (lambda _: None, ("config.toml",)),
    "no TOML": (lambda text: text + "[modem\n", ("config.toml",)),
    "unknown key": (lambda text: text.replace("[reply]", "[reply]\nfrom = 1"), ("reply.from",)),
    "wrong type": (
        lambda text: re.sub(r"verify_timeout_s = .*", 'verify_timeout_s = "x"', text),
        ("apn.verify_timeout_s", "x"),
    ),
    "long number": (lambda text: text.replace('"1234"', '"123456789"'), ("reply.to", "1 to 8")),
    "no port": (lambda text: re.sub(r"port = .*", "", text), ("modem.port",)),
    "no PIN file": (
        lambda text: text.replace("[reply]", 'sim_pin_file = "/nonexistent"\n[reply]'),
        ("modem.sim_pin_file", "/nonexistent"),
    ),
}


@pytest.mark.parametrize(("change", "words"), BAD_CONFIGS.values(), ids=BAD_CONFIGS)
def test_a_bad_configuration(
    bench: Bench, change: Callable[[str], str | None], words: tuple[str, ...]
) -> None:
    changed = change(bench.config.read_text())
    if changed is None:
        bench.config.unlink()
    else:
        bench.config.write_text(changed)
    code, output, errors = bench.do("run")
    assert (code, output) == (78, "")
    assert all(word in errors for word in words), errors
    code, _, also = bench.do("config", "check")
    assert code == 78
    assert all(word in also for word in words)


def test_a_store_that_cannot_be_had_is_waited_for(bench: Bench) -> None:
    bench.simulate()
    bench.database.parent.write_text("no directory")
    daemon = bench.run(ready=False)
    daemon.until_logged("modem-helper.db")
    assert daemon.popen.poll() is None
    bench.inject("PING")
    # Nothing is taken from a modem by a program that can't keep it.
    assert daemon.end() == 0
    assert bench.answers() == []
    bench.database.parent.unlink()
    bench.run()
    bench.answer("OK PING")


# --- the end --------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda each: each.name)
@pytest.mark.parametrize("state", ["ready", "waiting"])
def test_a_signal_ends_the_daemon_cleanly_and_soon(
    bench: Bench, state: str, number: signal.Signals
) -> None:
    """What it does first in the middle of a change is in test_daemon.py."""
    if state != "waiting":
        bench.simulate("--start-apn", "em", "--lte-only")
    daemon = bench.run(ready=state != "waiting")
    if state == "waiting":
        daemon.until_logged("can't open")
    began_s = time.monotonic()
    assert daemon.end(number) == 0
    assert time.monotonic() - began_s < 2.0
    assert not bench.socket.exists()


def test_an_interrupted_command_says_so_by_its_code(bench: Bench) -> None:
    bench.simulate("--start-apn", "em", "--lte-only")
    command = bench.start("apn", "set", "nosuch")
    bench.until_row("SELECT 1 FROM changes WHERE state = 'verifying'")
    assert command.end(signal.SIGINT) == 130
    # What it began is finished by whoever has the store next, here the daemon.
    bench.run()
    bench.until_row("SELECT 1 FROM changes WHERE state = 'rolled-back'")
    assert bench.json("apn", "show")["live_apn"] == "em"
    assert bench.outbox() == []


# --- messages -------------------------------------------------------------------------------------

UNDECODABLE = {
    "cut off": "07919471060040F5040B919471",
    "not a deliver": "0791947106004005FF",
    "one octet": "00",
}


@pytest.mark.parametrize("pdu", UNDECODABLE.values(), ids=UNDECODABLE)
def test_a_message_that_makes_no_sense_is_kept(bench: Bench, pdu: str) -> None:
    bench.simulate()
    daemon = bench.run()
    bench.inject_lines({"modem": 0, "pdu": pdu}, {"modem": 0, "from": OPERATOR, "text": "#1 PING"})
    bench.answer("#1 OK PING")
    (row,) = bench.rows("SELECT pdu FROM inbox WHERE state = 'set-aside'")
    assert row[0].upper() == pdu
    daemon.until_logged("set aside")
    until(lambda: bench.storage_used() == 0, "it is deleted in the modem")
    assert len(bench.answers()) == 1


STRANGERS = {
    "unlisted": ("666", "APN em", "not-listed"),
    "nobody": ("", "APN em", "not-listed"),
    "no PIN word": (OPERATOR, "APN em", "pin-missing"),
    "wrong PIN word": (OPERATOR, "PIN wrong APN em", "pin-wrong"),
    "chatter": (OPERATOR, "Hello, how are you?", None),
}


@pytest.mark.parametrize(("sender", "text", "why"), STRANGERS.values(), ids=STRANGERS)
def test_who_may_not_command_gets_silence(
    bench: Bench, sender: str, text: str, why: str | None
) -> None:
    bench.simulate()
    pin = bench.home / "pin-word"
    pin.write_text("right\n")
    pin.chmod(0o600)
    bench.write_config(str(bench.link), access=f'pin_file = "{pin}"')
    daemon = bench.run()
    bench.inject(text, sender=sender)
    bench.until_row("SELECT 1 FROM inbox WHERE state = 'settled'")
    bench.inject("#2 PIN right PING")
    bench.answer("#2 OK PING")
    assert len(bench.answers()) == 1
    assert bench.json("apn", "show")["apn"] == "internet"
    if why is not None:
        daemon.until_logged(why)
        journal = bench.rows("SELECT detail FROM journal WHERE kind = 'message'")
        assert any(why in detail for (detail,) in journal)


def test_a_modem_that_doesn_t_answer(mute_asked: tuple[Process, Future[float]]) -> None:
    command, took = mute_asked
    # A modem that was just switched on is mute for 35 s.
    assert took.result() < 50
    assert command.wait() == 8
    assert "Waiting for the modem" in command.log
    assert "no answer" in command.log
