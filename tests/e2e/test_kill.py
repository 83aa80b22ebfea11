"""kill -9 at each point of a command's way; the daemon that starts next finishes it.

Triggered from outside: by bytes that go by on the line, or by a row that has become visible. One
application is one change of the context's value, as the modem was told it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.bench import PATIENCE_S, Bench, Process, until
from tests.e2e.tap import Tap, Then, Way

WRITE = rb'AT\+CGDCONT=1,"[A-Z0-9]*","([^"]*)"'


@dataclass(frozen=True)
class Point:
    """Where the daemon dies: the trap that is set for it, and what must be visible before."""

    way: Way
    pattern: bytes
    then: Then
    sql: str | None = None


POINTS = {
    # The line has left the modem, and the daemon never sees it.
    "announced": Point(Way.FROM_MODEM, rb"\+CMTI: [^\r]*\r\n", Then.HOLD),
    # It has asked for the message, and the answer doesn't reach it.
    "asked for": Point(Way.TO_MODEM, rb"AT\+CMG[RL]=\d+\r", Then.PASS_THEN_HOLD),
    # Committed, and neither deleted in the modem nor acted on.
    "stored": Point(
        Way.FROM_MODEM,
        rb"\+CMGR: [^\r]*\r\n[0-9A-F]+\r\n\r\nOK\r\n",
        Then.PASS_THEN_HOLD,
        "SELECT 1 FROM inbox WHERE state = 'pending'",
    ),
    "context written": Point(Way.TO_MODEM, WRITE + rb"\r", Then.PASS_THEN_HOLD),
    # The radio is off, and nobody is there to switch it on.
    "radio off": Point(Way.TO_MODEM, rb"AT\+CFUN=4\r", Then.PASS_THEN_HOLD),
    "before the answer": Point(
        Way.TO_MODEM,
        rb"AT\+CMGS=\d+\r",
        Then.HOLD,
        "SELECT 1 FROM changes WHERE state = 'proving'",
    ),
    # The modem waits for the rest of the message.
    "at the prompt": Point(Way.FROM_MODEM, rb"\r\n> ", Then.HOLD),
    # The network has it, and the daemon doesn't know.
    "answer sent": Point(Way.TO_MODEM, rb"\x1a", Then.PASS_THEN_HOLD),
}


def applied(tap: Tap, start: str) -> list[str]:
    """The values that the context took, each time it changed."""
    values = [start]
    for name in tap.commands(WRITE):
        if name.decode() != values[-1]:
            values.append(name.decode())
    return values[1:]


def die(bench: Bench, tap: Tap, daemon: Process, point: Point, provoke: Callable[[], None]) -> None:
    """Provoke the point, see that it is reached, and kill the daemon there."""
    act = (lambda: None) if point.sql else daemon.kill
    sprung = tap.trap(point.way, point.pattern, act, point.then)
    provoke()
    assert sprung.wait(PATIENCE_S), f"never got there\n{bench.logs()}"
    if point.sql:
        bench.until_row(point.sql)
        daemon.kill()
    tap.release()


@pytest.mark.parametrize("point", POINTS.values(), ids=POINTS)
def test_a_killed_daemon_applies_once_and_answers(bench: Bench, point: Point) -> None:
    _, tap = bench.tapped()
    daemon = bench.run()
    die(bench, tap, daemon, point, lambda: bench.inject("#17 APN em"))
    assert len(bench.answers()) <= 1
    bench.run(ready=False)
    bench.answer("#17 OK APN em", count=2 if point is POINTS["answer sent"] else 1)
    bench.until_row("SELECT 1 FROM changes WHERE state = 'committed'")
    until(lambda: bench.storage_used() == 0, "the modem's storage is empty")
    assert applied(tap, "internet") == ["em"]
    assert len(set(bench.answers())) == 1
    assert bench.rows("SELECT verdict FROM inbox") == [("committed",)]
    assert bench.rows("SELECT text FROM outbox") == [(bench.answers()[0],)]


@pytest.mark.parametrize("which", ["wanted", "former"])
def test_a_killed_roll_back_is_finished(bench: Bench, which: str) -> None:
    """Killed when the unknown APN is written, and when the former one is written back."""
    _, tap = bench.tapped("--start-apn", "em", "--lte-only")
    daemon = bench.run()
    name = b"nosuch" if which == "wanted" else b"em"
    pattern = re.sub(rb"\(.*?\)", name, WRITE) + rb"\r"
    point = Point(Way.TO_MODEM, pattern, Then.PASS_THEN_HOLD)
    die(bench, tap, daemon, point, lambda: bench.inject("#18 APN nosuch"))
    bench.run(ready=False)
    answer = bench.answer("#18 ROLLBACK APN nosuch kept=em")
    assert "reason=" in answer
    assert bench.answers() == [answer]
    assert applied(tap, "em") == ["nosuch", "em"]
    shown = bench.json("apn", "show")
    assert (shown["apn"], shown["live_apn"], shown["active"]) == ("em", "em", True)
    assert bench.storage_used() == 0


def test_one_that_is_killed_again_and_again_still_answers(bench: Bench) -> None:
    """A supply that keeps giving way: every start gets a step further."""
    _, tap = bench.tapped()
    daemon = bench.run()
    die(bench, tap, daemon, POINTS["context written"], lambda: bench.inject("APN em"))
    for name in ("before the answer", "at the prompt", "answer sent"):
        daemon = bench.run(ready=False)
        die(bench, tap, daemon, POINTS[name], lambda: None)
    bench.run(ready=False)
    bench.answer("OK APN em", count=2)
    assert applied(tap, "internet") == ["em"]
    assert len(set(bench.answers())) == 1


def test_a_reboot_is_never_made_twice(bench: Bench) -> None:
    """Killed when the reset has reached the modem: it counts as begun, and is only answered."""
    _, tap = bench.tapped()
    daemon = bench.run()
    point = Point(Way.TO_MODEM, rb"AT\+CRESET\r", Then.PASS_THEN_HOLD)
    die(bench, tap, daemon, point, lambda: bench.inject("#3 REBOOT MODEM"))
    bench.run(ready=False)
    bench.answer("#3 ")
    assert len(tap.commands(rb"AT\+CRESET\r")) == 1
    bench.inject("#4 PING")
    bench.answer("#4 OK PING")
    assert len(bench.answers()) == 2


def test_a_killed_daemon_leaves_no_secret_behind(bench: Bench) -> None:
    """The redaction is committed, the log of writes not emptied: the next start does that."""
    _, tap = bench.tapped()
    bench.write_config(str(bench.link), access=f'pin_file = "{pin_word(bench)}"')
    daemon = bench.run()

    def holding() -> list[str]:
        files = bench.database.parent.iterdir()
        return [path.name for path in files if b"watchword" in path.read_bytes()]

    with bench.store() as reader:
        # Whoever reads keeps SQLite from emptying it.
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM inbox").fetchall()
        point = POINTS["answer sent"]
        die(bench, tap, daemon, point, lambda: bench.inject("#1 PIN watchword STATUS"))
    assert holding() == ["modem-helper.db-wal"]
    bench.run(ready=False)
    bench.answer("#1 OK STATUS", count=2)
    assert holding() == []


def pin_word(bench: Bench) -> Path:
    path = bench.home / "pin-word"
    path.write_text("watchword\n")
    path.chmod(0o600)
    return path
