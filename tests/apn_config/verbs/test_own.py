"""Verbs of the user's own: real programs, functions, and what of them gets into an answer."""

from __future__ import annotations

import asyncio
import re
import sys
import threading
from collections.abc import Callable, Coroutine
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apn_config.config_commands import CommandsConfig, OwnCommand
from apn_config.model import Outcome, Result, Verb
from apn_config.store import InboxState
from apn_config.verbs import own
from apn_config.verbs.own import GROUP, carry_out, refused, said
from modem import sms
from tests.service.bench import CONFIG, Bench, Play

T = TypeVar("T")


def really(work: Coroutine[Any, Any, T]) -> T:
    """On the real clock: programs take real time."""
    return asyncio.run(work)


def script(home: Path, text: str) -> tuple[str, ...]:
    path = home / "program.py"
    path.write_text(text)
    return (sys.executable, "-I", "-S", str(path))


def program(home: Path, text: str, **fields: Any) -> OwnCommand:
    return OwnCommand(script(home, text), timeout_s=20, **fields)


def ok(text: str | None = None) -> Outcome:
    return Outcome(Result.OK, Verb.OWN, "UPDATE", text=text)


def err(reason: str, text: str | None = None) -> Outcome:
    return Outcome(Result.ERR, reason=reason, text=text)


# --- programs -------------------------------------------------------------------------------------

PROGRAMS: dict[str, tuple[str, Outcome]] = {
    "prints": ("print('3 packages')", ok("3 packages")),
    "prints nothing": ("", ok()),
    "prints lines": ("print('a\\n\\n  b\\r\\n\\tc\\n')", ok("a b c")),
    "prints what no SMS holds": ("print('\\x1b[2Jx\\0y \\u20ac \\u4e2d {}')", ok("?[2Jx?y ? ? ??")),
    "prints no text": ("import sys; sys.stdout.buffer.write(b'a\\xff\\xfeb')", ok("a??b")),
    "fails": ("import sys; print('disk full'); sys.exit(3)", err("exit-3", "disk full")),
    "fails and says so elsewhere": ("import sys; sys.exit('no disk')", err("exit-1", "no disk")),
    "fails without a word": ("raise SystemExit(7)", err("exit-7")),
    "is killed": ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", err("signal-9")),
    "reads nothing": ("import sys; print(repr(sys.stdin.read()))", ok("''")),
    "is in the root": ("import os; print(os.getcwd())", ok("/")),
    "leads a session": ("import os; print(os.getsid(0) == os.getpid())", ok("True")),
    "knows its verb": ("import os; print(os.environ['MODEM_HELPER_COMMAND'])", ok("UPDATE")),
}


@pytest.mark.parametrize(("text", "outcome"), PROGRAMS.values(), ids=PROGRAMS)
def test_a_program(tmp_path: Path, text: str, outcome: Outcome) -> None:
    expected = outcome
    if outcome.text is not None and "[2J" in outcome.text:
        expected = replace(outcome, text="??2Jx?y ? ? ??")  # [ has two septets
    assert really(carry_out(program(tmp_path, text), "UPDATE", ())) == expected


def test_a_program_gets_nothing_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMNIFY_APPLICATION_TOKEN", "sesame")
    text = "import os; print(' '.join(sorted(os.environ)))"
    outcome = really(carry_out(program(tmp_path, text), "UPDATE", ()))
    assert set((outcome.text or "").split()) - {"LC_CTYPE"} == {
        *("HOME", "LANG", "MODEM_HELPER_COMMAND", "PATH")
    }


def test_no_shell_reads_the_arguments(tmp_path: Path) -> None:
    text = "import sys; print(', '.join(sys.argv[1:]))"
    command = program(tmp_path, text, arguments=(re.compile(".*"),) * 3, output=160)
    given = ("$(touch x)", "; reboot `id` && x > y", "a b*?~")
    outcome = really(carry_out(command, "UPDATE", given))
    assert outcome.text == "$(touch x), ; reboot ?id? && x > y, a b*??"


def test_what_is_printed_is_cut_and_never_held_whole(tmp_path: Path) -> None:
    text = "import sys\nfor _ in range(2000): sys.stdout.write('x' * 10000)"
    outcome = really(carry_out(program(tmp_path, text, output=5), "UPDATE", ()))
    assert outcome == ok("xxxxx")


def test_without_room_nothing_is_told(tmp_path: Path) -> None:
    assert really(carry_out(program(tmp_path, "print(1)", output=0), "UPDATE", ())) == ok()


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    command = OwnCommand((str(tmp_path / "nothing"),))
    assert really(carry_out(command, "UPDATE", ())) == err("not-started")


def test_a_program_that_takes_too_long_is_killed_with_all_it_started(tmp_path: Path) -> None:
    text = f"""
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-I", "-S", "-c", "import time; time.sleep(600)"])
with open({str(tmp_path / "pids")!r} + ".new", "w") as file:
    file.write(f"{{os.getpid()}} {{child.pid}}")
os.rename({str(tmp_path / "pids")!r} + ".new", {str(tmp_path / "pids")!r})
print("half", flush=True)
time.sleep(600)
"""
    command = replace(program(tmp_path, text), timeout_s=3)
    assert really(carry_out(command, "UPDATE", ())) == err("timeout")
    pids = [int(pid) for pid in (tmp_path / "pids").read_text().split()]
    assert len(pids) == 2
    really(until(lambda: not any(map(alive, pids))))


def alive(pid: int) -> bool:
    """A zombie that nobody waits for is dead."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


# --- arguments ------------------------------------------------------------------------------------

ARGUMENTS: dict[str, tuple[tuple[str, ...], tuple[str, ...], str | None]] = {
    "none": ((), (), None),
    "matches": (("on|off",), ("on",), None),
    "one too many": (("on|off",), ("on", "on"), "wrong-count wanted=1"),
    "one too few": (("on|off",), (), "wrong-count wanted=1"),
    "in part": (("on|off",), ("on;reboot",), "bad-argument argument=1"),
    "behind a line end": (("on|off",), ("on\n",), "bad-argument argument=1"),
    "in another case": (("on|off",), ("ON",), "bad-argument argument=1"),
    "the second": (("[0-9]+", "[a-z]+"), ("1", "2"), "bad-argument argument=2"),
    "other digits": (("[0-9]+",), ("\u0661",), "bad-argument argument=1"),
    "an option": ((".*",), ("--force",), "bad-argument argument=1"),
    "a dash": ((".*",), ("-",), "bad-argument argument=1"),
    "an option that is allowed": (("--force|--dry-run",), ("--dry-run",), None),
    "a dash within": ((".*",), ("a-b",), None),
    "NUL": (("(?s).*",), ("a\0b",), "bad-argument argument=1"),
    "a mark of direction": ((".*",), ("a\u202eb",), "bad-argument argument=1"),
    "half a character": ((".*",), ("\ud83d",), "bad-argument argument=1"),
    "empty": ((".*",), ("",), None),
}


@pytest.mark.parametrize(("patterns", "words", "wanted"), ARGUMENTS.values(), ids=ARGUMENTS)
def test_arguments(patterns: tuple[str, ...], words: tuple[str, ...], wanted: str | None) -> None:
    command = OwnCommand(("/bin/true",), arguments=tuple(map(re.compile, patterns)))
    refusal = refused(command, "UPDATE", words)
    if wanted is None:
        assert refusal is None
    else:
        assert refusal is not None
        assert refusal.word == "UPDATE"
        assert f"{refusal.reason} {'='.join(refusal.pairs[0])}" == wanted


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=300), st.integers(0, 160))
def test_whatever_is_said_is_a_line_of_basic_characters(text: str, most: int) -> None:
    told = said(text, most)
    assert told is None or 1 <= len(told) <= most
    assert sms.is_gsm7_basic(told or "")
    assert not set(told or "") & set("\r\n\f\x1b")


# --- functions ------------------------------------------------------------------------------------


def shout(arguments: tuple[str, ...]) -> str:
    return " ".join(arguments).upper() + "\n" + threading.current_thread().name


def fail(_arguments: tuple[str, ...]) -> str:
    raise ValueError("sesame")


def leave(_arguments: tuple[str, ...]) -> str:
    raise SystemExit(3)


def number(_arguments: tuple[str, ...]) -> str:
    return 7  # type: ignore[return-value]


GOES_ON = threading.Event()


def hang(_arguments: tuple[str, ...]) -> str:
    GOES_ON.wait(60)
    return "late"


@pytest.fixture
def functions(monkeypatch: pytest.MonkeyPatch) -> None:
    """The functions of this file as entry points."""
    known = {
        name: EntryPoint(name, f"{__name__}:{name}", GROUP)
        for name in ("shout", "fail", "leave", "number", "hang", "nowhere")
    }
    here = globals()

    class Found(EntryPoint):
        def load(self) -> Any:
            if self.name not in here:
                raise ImportError(self.name)
            return here[self.name]

    def entry_points(*, group: str, name: str) -> list[EntryPoint]:
        assert group == GROUP
        point = known.get(name)
        return [] if point is None else [Found(point.name, point.value, point.group)]

    monkeypatch.setattr("importlib.metadata.entry_points", entry_points)


@pytest.mark.usefixtures("functions")
@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("shout", ok("A B command shout")),
        ("fail", err("failed")),
        ("leave", err("failed")),
        ("number", err("failed")),
        ("nowhere", err("failed")),
        ("unknown", err("not-started")),
    ],
)
def test_a_function(name: str, outcome: Outcome, caplog: pytest.LogCaptureFixture) -> None:
    command = OwnCommand(function=name, arguments=(re.compile(".*"),) * 2)
    assert really(carry_out(command, "UPDATE", ("a", "b"))) == outcome
    assert "sesame" not in caplog.text


@pytest.mark.usefixtures("functions")
def test_a_function_that_takes_too_long_is_left_alone(
    play: Play, caplog: pytest.LogCaptureFixture
) -> None:
    command = OwnCommand(function="hang", timeout_s=0.05)
    GOES_ON.clear()

    async def twice() -> list[Outcome]:
        first = await carry_out(command, "UPDATE", ())
        assert own._running == {"hang"}
        return [first]

    try:
        assert really(twice()) == [err("timeout")]

        async def story(bench: Bench) -> None:
            bench.send("#1 UPDATE")
            await bench.answer("#1 ERR reason=busy")

        play(story, config=configured(command))
    finally:
        GOES_ON.set()
    thread = next((t for t in threading.enumerate() if t.name == "command hang"), None)
    if thread is not None:
        thread.join(10)
    assert own._running == set()


# --- once -----------------------------------------------------------------------------------------


def configured(command: OwnCommand) -> Any:
    return replace(CONFIG, commands=CommandsConfig(own={"UPDATE": command}))


def carried_out(bench: Bench, outcome: Outcome) -> list[tuple[str, ...]]:
    """Stands in for the program."""
    runs: list[tuple[str, ...]] = []

    async def run(_own: OwnCommand, name: str, arguments: list[str]) -> Outcome:
        (row,) = bench.db.now(lambda store: store.inbox.recent(1))
        assert row.state is InboxState.STARTED
        runs.append((name, *arguments))
        if outcome.result is Result.ROLLBACK:  # it takes for ever
            await bench.passes(3600)
        return outcome

    bench.monkeypatch.setattr(own, "carry_out", run)
    return runs


TAKES = OwnCommand(("/bin/true",), arguments=(re.compile("[a-z]+"),))


def test_by_sms(play: Play) -> None:
    async def story(bench: Bench) -> None:
        runs = carried_out(bench, ok("3 packages"))
        bench.send("#1 update now")
        await bench.answer("#1 OK UPDATE 3 packages")
        assert runs == [("UPDATE", "now")]
        assert bench.verdicts() == ["done"]
        (row,) = bench.db.now(lambda store: store.inbox.recent(1))
        assert row.text == "#1 UPDATE ***"

    play(story, config=configured(TAKES))


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("UPDATE 7", "#1 ERR UPDATE reason=bad-argument argument=1"),
        ("UPDATE", "#1 ERR UPDATE reason=wrong-count wanted=1"),
        ("UPDATE a b", "#1 ERR UPDATE reason=wrong-count wanted=1"),
    ],
)
def test_what_does_not_match_is_not_begun(play: Play, text: str, answer: str) -> None:
    async def story(bench: Bench) -> None:
        runs = carried_out(bench, ok())
        bench.send(f"#1 {text}")
        assert (await bench.answer("#1 "))[0] == answer
        assert runs == []

    play(story, config=configured(TAKES))


def test_a_daemon_that_was_killed_within_it_does_not_begin_again(play: Play) -> None:
    async def story(bench: Bench) -> None:
        runs = carried_out(bench, Outcome(Result.ROLLBACK))
        bench.send("#1 UPDATE now")
        await bench.until(lambda: runs, "it is run")
        await bench.kill()
        await bench.start()
        await bench.answer("#1 ERR reason=interrupted")
        assert len(runs) == 1

    play(story, config=configured(TAKES))


def test_messages_are_taken_while_it_runs(play: Play) -> None:
    async def story(bench: Bench) -> None:
        runs = carried_out(bench, Outcome(Result.ROLLBACK))
        bench.send("#1 UPDATE now")
        await bench.until(lambda: runs, "it is run")
        bench.send("#2 PING")
        await bench.answer("#2 OK PING", 60)

    play(story, config=configured(TAKES))


def test_it_ends_with_the_daemon(tmp_path: Path) -> None:
    """Cancelled, the program is killed."""
    text = f"""
import os, time
with open({str(tmp_path / "pid")!r} + ".new", "w") as file:
    file.write(str(os.getpid()))
os.rename({str(tmp_path / "pid")!r} + ".new", {str(tmp_path / "pid")!r})
time.sleep(600)
"""

    async def main() -> None:
        running = asyncio.ensure_future(carry_out(program(tmp_path, text), "UPDATE", ()))
        await until((tmp_path / "pid").exists)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    really(main())
    pid = int((tmp_path / "pid").read_text())
    really(until(lambda: not alive(pid)))


async def until(condition: Callable[[], bool]) -> None:
    for _ in range(2000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("not within 20 s")
