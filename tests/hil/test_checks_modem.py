"""What is told of a bench's port and card: who holds the one, and what a PIN may cost."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from apn_config.who_drives import Drivers
from hil.bench import Bench, parse
from hil.checks import Check, Finding, Verdict, examine
from hil.checks import port as port_module
from modem import driver, start
from modem.commands import control
from modem.simulator import parse_plan
from tests.hil.checking import (
    Desk,
    desk,
    examined,
    verdicts,
    write_secret,
)

# --- the card -------------------------------------------------------------------------------------


def with_pin(pin: str) -> Callable[[Desk], Bench]:
    def change(found: Desk) -> Bench:
        if not (found.home / "pin").exists():
            write_secret(found.home / "pin", pin)
        return found.bench(modem=f'pin_file = "{found.home}/pin"')

    return change


def test_no_card(tmp_path: Path) -> None:
    plan = '[[fault]]\naction = "refuse"\nprefix = "AT+CPIN?"\ncode = "CME 10"\n'
    found = examined(tmp_path, lambda d: d.modem.set_faults(parse_plan(plan, "plan")))
    failure = found.first_failure()
    assert failure is not None
    assert (failure.check, failure.exit_code) == (Check.SIM, 9)
    assert "there is no card in the modem" in failure.message
    assert verdicts(found)[Check.MODEM] is Verdict.OK
    assert verdicts(found)[Check.NETWORK] is Verdict.SKIPPED
    assert verdicts(found)[Check.POLICY] is Verdict.OK, "the platform needs no modem"
    assert verdicts(found)[Check.CARD] is Verdict.SKIPPED


def test_the_right_pin_may_be_given_again_and_again(tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, pin="4821") as found:
            bench = with_pin("4821")(found)
            for _ in range(2):
                result = await examine(bench, lambda _finding: None)
                assert result.first_failure() is None
                assert not (tmp_path / "pin.tried").exists()
                found.modem.restart()
                found.modem.state.card.power_up()

    asyncio.run(main())


def test_no_pin(tmp_path: Path) -> None:
    failure = examined(tmp_path, lambda _desk: None, pin="4821").first_failure()
    assert failure is not None
    assert (failure.check, failure.exit_code) == (Check.SIM, 9)
    assert "set [modem] pin_file in" in failure.message


def test_a_wrong_pin_is_given_once(tmp_path: Path) -> None:
    async def main() -> list[str]:
        async with desk(tmp_path, pin="4821") as found:
            said: list[str] = []
            card = found.modem.state.card
            for pin in ("1111", "1111", "2222", "3333"):
                if pin != "1111" or not said:
                    (tmp_path / "pin").unlink(missing_ok=True)
                bench = with_pin(pin)(found)
                os.utime(tmp_path / "pin", ns=(0, int(pin)))
                failure = (await examine(bench, lambda _finding: None)).first_failure()
                assert failure is not None
                assert (failure.check, failure.exit_code) == (Check.SIM, 9)
                assert pin not in failure.message
                said.append(f"{card.pin1.tries} {failure.found}")
            return said

    first, second, third, fourth = asyncio.run(main())
    assert first.startswith("2 the card refused the configured PIN")
    assert second.startswith("2 the PIN in")
    assert "was tried before" in second
    assert third.startswith("1 the card refused the configured PIN")
    assert fourth.startswith("1 the SIM has 1 try left for its PIN, so none is made")


def test_a_pin_file_that_is_none(tmp_path: Path) -> None:
    failure = examined(tmp_path, with_pin("12"), pin="4821").first_failure()
    assert failure is not None
    assert (failure.check, failure.exit_code) == (Check.SIM, 78)
    assert "modem.pin_file: wanted a file with 4 to 8 digits" in failure.message


# --- the port -------------------------------------------------------------------------------------


@contextmanager
def held(port: Path) -> Iterator[None]:
    """By another process."""
    hold = "import sys; f = open(sys.argv[1], 'rb+', 0); print(1, flush=True); input()"
    command = [sys.executable, "-c", hold, str(port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"1\n"
        yield
        holder.communicate(b"\n")


def test_a_port_that_another_process_holds(tmp_path: Path) -> None:
    async def main() -> Finding | None:
        async with desk(tmp_path) as found:
            with held(tmp_path / "modem0"):
                return (await examine(found.bench(), lambda _finding: None)).first_failure()

    failure = asyncio.run(main())
    assert failure is not None
    assert (failure.check, failure.exit_code) == (Check.PORT, 7)
    assert "in use: python" in failure.message
    assert "stop that program" in failure.message


def test_a_port_that_the_daemon_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(port_module, "_DAEMON", tmp_path / "daemon")
    with socket.socket(socket.AF_UNIX) as daemon:
        daemon.bind(str(tmp_path / "daemon"))
        daemon.listen()
        assert "sudo systemctl stop modem-helper" in port_module._daemon_advice()
    assert port_module._daemon_advice() == "stop that program for the test"


class Ports:
    """What is on USB, as far as a bench's check asks."""

    def __init__(self, *names: str) -> None:
        self._names = names

    def __call__(self, vendor: str, product: str, interface: str) -> tuple[str, ...]:
        assert (vendor, product, interface) == ("1e0e", "9001", "02")
        return self._names


@pytest.mark.parametrize(
    ("names", "words", "code"),
    [
        ((), "1e0e:9001", 3),
        (("/dev/ttyUSB2", "/dev/ttyUSB7"), "/dev/ttyUSB2 and /dev/ttyUSB7", 78),
    ],
    ids=["none", "two alike"],
)
def test_a_port_by_its_usb_id(
    tmp_path: Path,
    names: tuple[str, ...],
    words: str,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hil.checks.port.find_ports", Ports(*names))
    bench = parse(b'[modem]\nusb = "1e0e:9001"', tmp_path / "bench.toml")
    failure = asyncio.run(examine(bench, lambda _finding: None)).first_failure()
    assert failure is not None
    assert (failure.check, failure.exit_code) == (Check.PORT, code)
    assert words in failure.message


def test_a_modem_manager_that_may_talk_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(port_module, "drivers_of", lambda _port: Drivers(modem_manager=True))
    found = examined(tmp_path, lambda _desk: None)
    assert found.first_failure() is None
    assert verdicts(found)[Check.PORT] is Verdict.WARNING


def test_what_is_no_modem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "MUTE_WINDOW_S", 0.0)
    monkeypatch.setattr(control, "ECHO_TIMEOUT_S", 0.1)
    monkeypatch.setattr(driver, "SYNC_WAITS_S", (0.1,))
    with socket.create_server(("127.0.0.1", 0)) as mute:
        text = f'[modem]\nport = "tcp://127.0.0.1:{mute.getsockname()[1]}"'
        bench = parse(text.encode(), tmp_path / "bench.toml")
        failure = asyncio.run(examine(bench, lambda _finding: None)).first_failure()
    assert failure is not None
    assert (failure.check, failure.exit_code) == (Check.MODEM, 8)
    assert "is this the AT port" in failure.message
