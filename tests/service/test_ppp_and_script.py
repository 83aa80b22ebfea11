"""A change by SMS on a device whose APN is in pppd's files, or in a user's program's hands."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest

from apn_config.appliers.processes import Finished
from apn_config.config import Config
from apn_config.config_apn import PppConfig, ScriptConfig
from tests.service.bench import Bench, Play, Story, play, with_apn

T = TypeVar("T")

# No unit, so that no systemd is asked: the APN stands in the script, which chat reads each time.
# `lo` stands for pppd's interface, and has an address all the time.
PEER = "connect 'chat -f {home}/chat'\nifname lo\npersist\n"
CHAT = "'' AT\nOK 'AT+CGDCONT=1,\"IP\",\"em\"'\nOK ATD*99#\nCONNECT\n"
PROGRAM = """\
#!/bin/sh
case $MODEM_HELPER_ACTION in
read) cat '{home}/state' ;;
*) printf 'apn=%s\\n' "$MODEM_HELPER_APN" > '{home}/new' && mv '{home}/new' '{home}/state' ;;
esac
"""
STATE = "apn=em\n"
ENDS = ("committed", "rolled-back")
# The device whose modem the program speaks to.
BENCHES: list[Bench] = []


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads and programs take real time, which the virtual clock would jump over.

    The program tells the modem too, as it could over QMI.
    """

    async def to_thread(work: Callable[..., T], /, *arguments: object) -> T:
        await asyncio.sleep(0)
        return work(*arguments)

    async def run_program(
        command: Sequence[str], *, environment: Mapping[str, str], **_: object
    ) -> Finished:
        await asyncio.sleep(0)
        return _run_now(command, environment)

    monkeypatch.setattr(asyncio, "to_thread", to_thread)
    monkeypatch.setattr("apn_config.appliers.script.run_program", run_program)


def _run_now(command: Sequence[str], environment: Mapping[str, str]) -> Finished:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if "MODEM_HELPER_APN" in environment:
        contexts = BENCHES[0].simulated.state.contexts
        contexts[1] = replace(contexts[1], apn=environment["MODEM_HELPER_APN"])
    return Finished(done.returncode, done.stdout, done.stderr)


@pytest.fixture(params=["ppp", "script"])
def kind(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The applier; its files are there."""
    _make(tmp_path)
    return str(request.param)


def _make(home: Path) -> None:
    home.mkdir(exist_ok=True)
    (home / "peer").write_text(PEER.format(home=home))
    (home / "chat").write_text(CHAT)
    (home / "state").write_text(STATE)
    (home / "program").write_text(PROGRAM.format(home=home))
    (home / "program").chmod(0o755)


def _play(home: Path, monkeypatch: pytest.MonkeyPatch, story: Story, **options: object) -> None:
    play(story, home, monkeypatch, **options)


def _config(kind: str, home: Path) -> Config:
    return with_apn(
        applier=kind, ppp=PppConfig(home / "peer"), script=ScriptConfig(home / "program")
    )


def _files(home: Path) -> dict[str, str]:
    """What the user has, but for the store."""
    return {
        path.name: path.read_text()
        for path in sorted(home.iterdir())
        if path.is_file() and not path.name.startswith("store")
    }


def _with_apn(files: dict[str, str], kind: str, apn: str) -> dict[str, str]:
    name = "chat" if kind == "ppp" else "state"
    return {**files, name: files[name].replace("em", apn)}


def _is_set_to(bench: Bench, kind: str, before: dict[str, str], apn: str) -> None:
    """In the user's files, nothing else in them, and in the modem."""
    name = "chat" if kind == "ppp" else "state"
    assert _files(bench.home) == {**before, name: before[name].replace("em", apn)}
    assert (bench.apn, bench.serves) == (apn, apn)


@pytest.mark.parametrize(
    ("apn", "answer", "kept"),
    [("other", "#1 OK APN other ip=", "other"), ("nosuch", "#1 ROLLBACK", "em")],
)
def test_a_good_apn_stays_and_a_bad_one_does_not(
    play: Play, tmp_path: Path, kind: str, apn: str, answer: str, kept: str
) -> None:
    before = _files(tmp_path)

    async def story(bench: Bench) -> None:
        BENCHES[:] = [bench]
        bench.send(f"#1 APN {apn}")
        text, _ = await bench.answer("#1 ")
        assert text.startswith(answer)
        await bench.until(lambda: bench.state in ENDS, "the end")
        _is_set_to(bench, kind, before, kept)

    play(story, config=_config(kind, tmp_path), lte_only=True)


# Branches of the program that come before its own.
APPLY = "printf 'apn=%s\\n' \"$MODEM_HELPER_APN\" > '{home}/state' ;;"
UNDO = "printf 'apn=em\\n' > '{home}/state' ;;"
TROUBLE = {
    # It, and nothing else, brings the former one back.
    "its own program for undo": (f"undo) {UNDO}", "#1 ROLLBACK APN nosuch kept=em", "em"),
    # What can't be read after the change is written back all the same.
    "what can't be read any more": (
        "read) [ ! -e '{home}/applied' ] || exit 1; cat '{home}/state' ;;"
        f"apply) touch '{{home}}/applied'; {APPLY}"
        f"undo) rm '{{home}}/applied'; {UNDO}",
        "#1 ROLLBACK APN nosuch kept=em",
        "em",
    ),
    # "Not now" isn't waited for without an end, and nobody is told a tale.
    "a program that never has time": (
        f'undo) exit 75 ;; apply) [ "$MODEM_HELPER_APN" = nosuch ] || exit 75; {APPLY}',
        "#1 ERR APN reason=not-restored",
        "nosuch",
    ),
}


@pytest.mark.parametrize(("more", "answer", "state"), TROUBLE.values(), ids=TROUBLE)
def test_a_program_that_makes_trouble_at_the_roll_back(
    play: Play, tmp_path: Path, more: str, answer: str, state: str
) -> None:
    _make(tmp_path)
    lines = PROGRAM.format(home=tmp_path).replace(
        "read)", more.format(home=tmp_path) + "\nread)", 1
    )
    # The first pattern that fits is taken.
    (tmp_path / "program").write_text(lines)
    config = with_apn(
        applier="script", script=ScriptConfig(tmp_path / "program", tmp_path / "program")
    )

    async def story(bench: Bench) -> None:
        BENCHES[:] = [bench]
        bench.send("#1 APN nosuch")
        # With 3G to fall back to, there is a way for the answer.
        await bench.until(lambda: bench.answers, "it is answered", 4 * 3600)
        assert bench.answers[0].startswith(answer)
        assert (tmp_path / "state").read_text() == f"apn={state}\n"
        bench.send("#2 STATUS")
        await bench.answer("#2 OK STATUS")

    play(story, config=config)


async def _killed_at(bench: Bench, number: int, apn: str) -> bool:
    """Kill the daemon at that command of a change, start it again; was there such a command?"""
    struck = asyncio.Event()
    first = len(bench.commands)

    def count(_line: str) -> None:
        if len(bench.commands) - first == number:
            struck.set()

    bench.on_command = count
    bench.send(f"#1 APN {apn}")
    ended = asyncio.create_task(bench.answer("#1 "))
    striking = asyncio.create_task(struck.wait())
    await asyncio.wait([ended, striking], return_when=asyncio.FIRST_COMPLETED)
    for task in (ended, striking):
        task.cancel()
    if struck.is_set():
        await bench.kill()
        await bench.start()
    return struck.is_set()


def _kill_at(play: Play, home: Path, kind: str, apn: str, number: int) -> bool:
    before, seen = _files(home), []

    async def story(bench: Bench) -> None:
        BENCHES[:] = [bench]
        seen.append(await _killed_at(bench, number, apn))
        await bench.until(lambda: bench.state in ENDS and bench.answers, "the end")
        await bench.passes(60)
        # One answer; the same one again where it was being sent at the time.
        assert len(set(bench.answers)) == 1
        _is_set_to(bench, kind, before, apn if bench.state == "committed" else "em")

    play(story, config=_config(kind, home), lte_only=True)
    return seen[0]


@pytest.mark.parametrize("apn", ["other", "nosuch"])
@pytest.mark.parametrize("number", [10, 24, 38])
def test_a_daemon_that_is_killed(
    play: Play, tmp_path: Path, kind: str, apn: str, number: int
) -> None:
    _kill_at(play, tmp_path, kind, apn, number)


@pytest.mark.proof
@pytest.mark.parametrize("apn", ["other", "nosuch"])
def test_a_daemon_that_is_killed_at_each_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str, apn: str
) -> None:
    """All of a good one's; a bad one is looked at again and again until time is up."""
    for number in range(1, 80):
        home = tmp_path / str(number)
        _make(home)
        if not _kill_at(partial(_play, home, monkeypatch), home, kind, apn, number):
            break
    assert number > 40
