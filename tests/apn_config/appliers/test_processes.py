"""Running programs: real ones that hang, fork, shout, fail and die."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest

from apn_config.appliers.errors import ApplierRefused, ApplierUnavailable
from apn_config.appliers.processes import MAX_OUTPUT_OCTETS, Finished, run_program


def _shell(script: str, *, timeout_s: float = 10.0, **environment: str) -> Finished:
    return asyncio.run(
        run_program(("/bin/sh", "-c", script), timeout_s=timeout_s, environment=environment)
    )


def _runs(pid: int) -> bool:
    """A zombie doesn't."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def _ended(pid: int) -> bool:
    """Is it gone, once the kernel has had time for it?"""
    deadline_s = time.monotonic() + 5
    while _runs(pid) and time.monotonic() < deadline_s:
        time.sleep(0.01)
    return not _runs(pid)


@pytest.mark.parametrize(
    ("script", "code", "output", "errors"),
    [
        pytest.param("echo out; echo err >&2", 0, "out\n", "err\n", id="well"),
        pytest.param("exit 75", 75, "", "", id="exit code"),
        pytest.param("kill -SEGV $$", -signal.SIGSEGV, "", "", id="signal"),
        pytest.param("printf '\\377'", 0, "\ufffd", "", id="no UTF-8"),
        pytest.param("cat", 0, "", "", id="has no input"),
        pytest.param("pwd", 0, "/\n", "", id="runs in the root directory"),
        pytest.param("exec >&- 2>&-; exit 3", 3, "", "", id="closes its output"),
    ],
)
def test_runs_it_to_its_end(script: str, code: int, output: str, errors: str) -> None:
    assert _shell(script) == Finished(code, output, errors)


def test_megabytes_are_bounded_and_do_not_block_it() -> None:
    done = _shell("yes | head -c 20000000; yes | head -c 20000000 >&2; exit 4")
    assert done.code == 4
    assert len(done.output) == len(done.errors) == MAX_OUTPUT_OCTETS


def test_its_environment_is_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LD_PRELOAD_NOT", "ours")
    lines = _shell("env", MODEM_HELPER_APN="em").output.splitlines()
    names = {line.partition("=")[0] for line in lines}
    assert names <= {"PATH", "LANG", "HOME", "MODEM_HELPER_APN", "PWD", "SHLVL", "_", "OLDPWD"}
    assert "MODEM_HELPER_APN=em" in lines


def test_it_has_a_session_of_its_own() -> None:
    assert int(_shell("ps -o sid= -p $$ 2>/dev/null || cut -d' ' -f6 /proc/$$/stat").output) != (
        os.getsid(0)
    )


def test_no_descriptor_of_ours_is_open_in_it(tmp_path: Path) -> None:
    with (tmp_path / "secret").open("w") as file:
        os.set_inheritable(file.fileno(), True)
        assert "secret" not in _shell("ls -l /proc/self/fd").output


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("echo $$; exec sleep 60", id="hangs"),
        pytest.param("echo $$; trap '' TERM INT HUP; while :; do sleep 1; done", id="traps"),
        pytest.param("sleep 60 & echo $!; wait", id="waits for a child"),
    ],
)
def test_what_hangs_is_killed_with_its_children(script: str, tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    with pytest.raises(ApplierUnavailable, match=r"/bin/sh wasn't done within 0\.5 s"):
        _shell(f"({script}) > {pid_file}", timeout_s=0.5)
    assert _ended(int(pid_file.read_text()))


def test_what_it_leaves_behind_is_ended_with_it() -> None:
    done = _shell("sleep 60 & echo $!")
    assert done.code == 0
    assert _ended(int(done.output))


def test_a_child_in_a_session_of_its_own_does_not_hold_us_up() -> None:
    """It keeps the pipes open; what starts a service has to start one that stays."""
    began_s = time.monotonic()
    done = _shell("setsid sh -c 'echo $$; exec sleep 20' & sleep 0.3; exit 5")
    assert done.code == 5
    assert time.monotonic() - began_s < 5
    pid = int(done.output)
    assert _runs(pid)
    os.kill(pid, signal.SIGKILL)


def test_a_cancelled_run_is_killed(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"

    async def main() -> None:
        script = f"echo $$ > {pid_file}.new; mv {pid_file}.new {pid_file}; exec sleep 60"
        task = asyncio.create_task(run_program(("/bin/sh", "-c", script), timeout_s=60))
        while not pid_file.exists():  # noqa: ASYNC110 -- another process makes it
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert _ended(int(pid_file.read_text()))


def _not_executable(directory: Path) -> Path:
    path = directory / "program"
    path.write_text("#!/bin/sh\n")
    path.chmod(0o644)
    return path


def _no_program(directory: Path) -> Path:
    path = directory / "program"
    path.write_text("text")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("make", "why"),
    [
        pytest.param(lambda at: at / "none", "No such file", id="missing"),
        pytest.param(_not_executable, "Permission denied", id="not executable"),
        pytest.param(_no_program, "Exec format error", id="no program"),
        pytest.param(lambda at: at, "Permission denied", id="a directory"),
    ],
)
def test_what_cannot_be_started(tmp_path: Path, make: object, why: str) -> None:
    path = make(tmp_path)  # type: ignore[operator]
    with pytest.raises(ApplierRefused, match=f"{path} can't be started: {why}"):
        asyncio.run(run_program((str(path),), timeout_s=5))
