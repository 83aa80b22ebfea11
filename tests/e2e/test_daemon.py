"""The daemon as its service manager and its disk see it: processes, signals, mounts, sockets."""

from __future__ import annotations

import ctypes
import fcntl
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.bench import Bench, Process, until
from tests.e2e.namespaces import needs_namespaces, other_boot, remount_writable, seen_by, small_disk
from tests.e2e.test_json import check

WATCHDOG_S = 0.4


class Manager:
    """A service manager's socket, and what was told it."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.setblocking(False)
        self.heard: list[str] = []

    def listen(self) -> list[str]:
        """All that was told so far, a line each."""
        while True:
            try:
                self.heard += self._socket.recv(4096).decode().splitlines()
            except BlockingIOError:
                return self.heard

    def until_told(self, line: str, count: int = 1) -> None:
        """Wait until a line that begins so was told so often."""
        until(
            lambda: sum(heard.startswith(line) for heard in self.listen()) >= count,
            f"{line} is told {count} times",
            also=lambda: "\n".join(self.heard),
        )

    def forget(self) -> None:
        """What was told before is told again to be heard."""
        self.listen()
        self.heard.clear()

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def manager(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Iterator[Manager]:
    path = bench.home / "notify"
    monkeypatch.setenv("NOTIFY_SOCKET", str(path))
    monkeypatch.setenv("WATCHDOG_USEC", str(round(WATCHDOG_S * 1e6)))
    made = Manager(path)
    yield made
    made.close()


def test_what_a_service_manager_hears(bench: Bench, manager: Manager) -> None:
    daemon = bench.run(ready=False)
    manager.until_told("READY=1")
    assert bench.socket.is_socket()
    manager.until_told(f"STATUS=waiting, {bench.link}: can't open")
    manager.until_told("WATCHDOG=1", 5)
    bench.simulate("--start-apn", "em", "--apn", "em", "--apn", "other")
    manager.until_told(f"STATUS=ready, {bench.link}")
    manager.forget()
    daemon.popen.send_signal(signal.SIGHUP)
    manager.until_told("READY=1")
    assert manager.heard[0] == "RELOADING=1"
    assert manager.heard[1].startswith("MONOTONIC_USEC=")
    told_s = int(manager.heard[1].partition("=")[2]) / 1e6
    assert 0 <= time.monotonic() - told_s < 20
    bench.until_ready(daemon)
    assert daemon.end() == 0
    manager.until_told("STOPPING=1")


@pytest.mark.proof
def test_a_stopped_process_is_not_fed(bench: Bench, manager: Manager) -> None:
    """What a blocked event loop looks like from outside."""
    daemon = bench.run(ready=False)
    manager.until_told("WATCHDOG=1", 2)
    daemon.popen.send_signal(signal.SIGSTOP)
    until(lambda: "T (stopped)" in Path(f"/proc/{daemon.pid}/status").read_text(), "it is stopped")
    manager.forget()
    with pytest.raises(AssertionError, match="not within"):
        until(manager.listen, "it is fed", 5 * WATCHDOG_S)
    daemon.popen.send_signal(signal.SIGCONT)
    manager.until_told("WATCHDOG=1")


# --- the end --------------------------------------------------------------------------------------


def changing(bench: Bench, *options: str) -> Process:
    """A daemon in the middle of a change."""
    bench.simulate("--start-apn", "em", "--lte-only", *options)
    daemon = bench.run()
    bench.inject("#1 APN nosuch")
    bench.until_row("SELECT 1 FROM changes WHERE state = 'verifying'")
    return daemon


def test_a_change_is_brought_to_its_end_before_the_daemon_s(bench: Bench) -> None:
    assert changing(bench).end() == 0
    assert bench.rows("SELECT state FROM changes") == [("rolled-back",)]
    assert not bench.socket.exists()
    shown = bench.json("apn", "show")
    assert (shown["apn"], shown["active"]) == ("em", True)
    bench.run(ready=False)
    bench.answer("#1 ROLLBACK APN nosuch kept=em")
    assert len(bench.answers()) == 1


@pytest.mark.proof
@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT], ids=lambda each: each.name)
def test_a_second_signal_ends_it_at_once(bench: Bench, second: signal.Signals) -> None:
    daemon = changing(bench)
    daemon.popen.send_signal(signal.SIGTERM)
    daemon.until_logged("ending")
    began_s = time.monotonic()
    assert daemon.end(second) == 0
    assert time.monotonic() - began_s < 2
    assert bench.rows("SELECT count(*) FROM changes WHERE finished_s IS NULL") == [(1,)]
    bench.run(ready=False)
    bench.answer("#1 ROLLBACK APN nosuch kept=em")


# --- another configuration ------------------------------------------------------------------------


def test_the_configuration_is_read_again(bench: Bench) -> None:
    bench.simulate()
    daemon = bench.run()
    good = bench.config.read_text()
    bench.config.write_text(good.replace('"1234"', '"no number"'))
    daemon.popen.send_signal(signal.SIGHUP)
    daemon.until_logged("the configuration stays as it was")
    # A command that can't read the file either has to be told where the daemon is.
    assert bench.do("info")[0] == 78
    status = bench.json("info", "--socket", bench.socket, config=False)
    check("info", status)
    assert "reply.to" in status["config"]["error"]
    bench.inject("#1 PING")
    bench.answer("#1 OK PING")
    pin = bench.home / "pin-word"
    pin.write_text("watchword\n")
    pin.chmod(0o600)
    bench.config.write_text(good.replace("[apn]", f'pin_file = "{pin}"\n[apn]'))
    daemon.popen.send_signal(signal.SIGHUP)
    daemon.until_logged("the configuration has taken effect")
    bench.until_ready(daemon)
    bench.inject("#2 PING")
    bench.until_row("SELECT 1 FROM inbox WHERE verdict = 'pin-missing'")
    bench.inject("#3 PIN watchword PING")
    bench.answer("#3 OK PING")
    # What a secret file holds is read again, too.
    pin.write_text("shibboleth\n")
    daemon.popen.send_signal(signal.SIGHUP)
    until(lambda: daemon.log.count("has taken effect") == 2, "it is read again")
    bench.until_ready(daemon)
    bench.inject("#4 PIN shibboleth PING")
    bench.answer("#4 OK PING")
    assert bench.json("info")["config"]["error"] is None
    assert not any(word in bench.logs() for word in ("watchword", "shibboleth"))


# --- a store that can't be had --------------------------------------------------------------------


def waits_for_store(bench: Bench, words: str) -> dict[str, Any]:
    """The daemon says that it waits for its store, and why; its status."""

    def says_why() -> dict[str, Any] | None:
        status = bench.status()
        return status if status and words in (status["store"]["why"] or "") else None

    status = until(says_why, f"the status says {words!r}", also=bench.logs)
    assert status["store"]["state"] == "waiting"
    check("info", status)
    code, shown, _ = bench.do("info")
    assert code == 0
    assert words in shown
    code, _, errors = bench.do("apn", "show")
    assert code == 1
    assert words in errors
    return status


def is_cured(bench: Bench) -> None:
    """What was sent meanwhile is answered, all of it, once."""
    bench.answer("#1 OK PING")
    until(lambda: bench.storage_used() == 0, "nothing is left in the modem", also=bench.logs)
    status = bench.status()
    assert status is not None
    assert status["store"]["state"] == "ok"
    assert bench.answers() == ["#1 OK PING"]


def _without_root_s_privileges() -> None:
    """So that file modes hold for root, too (prctl(2), capabilities(7)); no effect for others."""
    for capability in (1, 2, 3):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER
        ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)


def forbid_directory(bench: Bench) -> Callable[[], None]:
    bench.database.parent.mkdir(mode=0o500)
    return lambda: bench.database.parent.chmod(0o700)


def forbid_file(bench: Bench) -> Callable[[], None]:
    daemon = bench.run()
    daemon.end()
    bench.database.chmod(0)
    return lambda: bench.database.chmod(0o600)


def hold_lock(bench: Bench) -> Callable[[], None]:
    bench.database.parent.mkdir(mode=0o700)
    held = Path(f"{bench.database}.lock").open("w")  # noqa: SIM115 -- closed by the cure
    fcntl.flock(held, fcntl.LOCK_EX)
    return held.close


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        pytest.param(
            forbid_directory, "no permission", id="directory not writable", marks=pytest.mark.proof
        ),
        pytest.param(forbid_file, "no permission", id="file not readable", marks=pytest.mark.proof),
        pytest.param(hold_lock, "holds it", id="held by another process"),
    ],
)
def test_a_store_that_can_not_be_opened(
    bench: Bench, spoil: Callable[[Bench], Callable[[], None]], words: str
) -> None:
    bench.simulate()
    cure = spoil(bench)
    daemon = bench.start("run", "-v", preexec_fn=_without_root_s_privileges)
    bench.inject("#1 PING")
    waits_for_store(bench, words)
    assert daemon.popen.poll() is None
    cure()
    is_cured(bench)
    assert daemon.end() == 0


def fill(path: Path) -> None:
    """Write until there is no room."""
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(4096)):
            pass


@needs_namespaces
def test_a_disk_that_is_full_for_a_while(bench: Bench) -> None:
    """The store opens, works, fails in the middle of its work, and goes on."""
    bench.simulate()
    bench.database.parent.mkdir(mode=0o700)
    disk = small_disk(bench.database.parent, 1024)
    daemon = bench.start("run", "-v", preexec_fn=disk)
    bench.until_ready(daemon)
    filler = seen_by(daemon.pid, bench.database.parent) / "filler"
    fill(filler)
    bench.inject("#1 PING")
    waits_for_store(bench, "No space left")
    filler.unlink()
    is_cured(bench)
    assert daemon.end() == 0


@pytest.mark.proof
@needs_namespaces
def test_a_disk_that_is_read_only_for_a_while(bench: Bench) -> None:
    bench.simulate()
    bench.database.parent.mkdir(mode=0o700)
    disk = small_disk(bench.database.parent, 1024, read_only=True)
    daemon = bench.start("run", "-v", preexec_fn=disk)
    bench.inject("#1 PING")
    waits_for_store(bench, "can't be written")
    remount_writable(daemon.pid, bench.database.parent)
    is_cured(bench)
    assert daemon.end() == 0


# --- another boot ---------------------------------------------------------------------------------


@needs_namespaces
@pytest.mark.parametrize("boot", ["the same", "another"])
def test_a_reboot_that_was_cut_off(bench: Bench, boot: str) -> None:
    """Never begun again; done where the host was booted, too, and unknown where it wasn't."""
    _, tap = bench.tapped()
    daemon = bench.run()
    bench.inject("#1 REBOOT MODEM")
    bench.until_row("SELECT 1 FROM inbox WHERE state = 'started'")
    daemon.kill()
    identity = bench.home / "boot_id"
    identity.write_text("00000000-0000-4000-8000-000000000001\n")
    if boot == "another":
        daemon = bench.start("run", "-v", preexec_fn=other_boot(identity))
        bench.answer("#1 OK REBOOT MODEM")
        status = bench.status()
        assert status is not None
        assert status["daemon"]["boot_id"] == identity.read_text().strip()
    else:
        bench.run(ready=False)
        bench.answer("#1 ")
        # Some daemons are killed a moment too late: the modem may say that it boots then.
        done = bench.answers() == ["#1 OK REBOOT MODEM"]
        assert done or bench.answers() == ["#1 ERR reason=interrupted"]
        assert not done or tap.commands(rb"AT\+CRESET")
    assert len(bench.answers()) == 1
