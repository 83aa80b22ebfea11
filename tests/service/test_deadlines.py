"""The default deadlines, each held once: 300 s to verify, 600 to roll back, 300 for the channel."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.service.bench import Bench, Play, play, with_apn

STATES = ["applying", "verifying", "proving", "rolling-back"]
SHORT = {"verify_timeout_s": 20.0, "rollback_timeout_s": 30.0, "channel_timeout_s": 25.0}


async def lose_coverage_when_applied(bench: Bench) -> None:
    """The network goes away as soon as the wanted APN is tried: neither yes nor no."""
    bench.send("#1 APN other")
    await bench.until(lambda: bench.state == "verifying", "it is being verified")
    bench.simulated.set_coverage(False)


def test_verification_and_roll_back_end_at_their_deadlines(play: Play) -> None:
    async def story(bench: Bench) -> None:
        await lose_coverage_when_applied(bench)
        verified_s = await bench.until(lambda: bench.state == "rolling-back", "given up")
        assert verified_s == pytest.approx(300, abs=3)
        rolled_back_s = await bench.until(lambda: bench.state == "failed", "given up again")
        assert rolled_back_s == pytest.approx(600, abs=5)
        # The former APN stands there, and the answer goes when there is a network again.
        assert bench.apn == "em"
        assert bench.answers == []
        bench.simulated.set_coverage(True)
        text, _ = await bench.answer("#1 ROLLBACK APN other kept=em reason=not-registered")
        assert bench.serves == "em"
        assert bench.answers == [text]

    play(story)


def test_a_network_that_returns_in_time_is_no_failure(play: Play) -> None:
    async def story(bench: Bench) -> None:
        await lose_coverage_when_applied(bench)
        await bench.passes(290)
        bench.simulated.set_coverage(True)
        text, took_s = await bench.answer("#1 OK APN other")
        assert took_s < 10
        assert bench.answers == [text]

    play(story)


def test_an_answer_that_nobody_takes_is_withdrawn(play: Play) -> None:
    """Data works with the new APN, SMS doesn't: it isn't one to stay with."""

    async def story(bench: Bench) -> None:
        allow = bench.refuse("+CMGS")
        bench.send("#1 APN other")
        await bench.until(lambda: bench.state == "proving", "it waits for the answer")
        (row,) = bench.db.now(lambda store: store.outbox.of_change(1))
        assert row.text.startswith("#1 OK APN other")
        waited_s = await bench.until(lambda: bench.state == "rolling-back", "withdrawn")
        assert waited_s == pytest.approx(300, abs=1)
        rows = bench.db.now(lambda store: store.outbox.of_change(1))
        assert [row.state.value for row in rows] == ["withdrawn"]
        await bench.until(lambda: bench.state == "rolled-back", "rolled back", 60)
        assert bench.serves == "em"
        allow()
        text, _ = await bench.answer("#1 ROLLBACK APN other kept=em reason=timeout")
        assert bench.answers == [text]
        assert bench.db.now(lambda store: store.records.get(bench.simulated.who.iccid, 1)) is None

    play(story)


def test_an_answer_that_is_taken_late_commits(play: Play) -> None:
    async def story(bench: Bench) -> None:
        allow = bench.refuse("+CMGS")
        bench.send("#1 APN other")
        await bench.until(lambda: bench.state == "proving", "it waits for the answer")
        await bench.passes(200)
        allow()
        await bench.answer("#1 OK APN other", 100)
        assert bench.state == "committed"
        assert len(bench.answers) == 1

    play(story)


def test_a_refusal_ends_verification_long_before_its_deadline(play: Play) -> None:
    async def story(bench: Bench) -> None:
        bench.send("#1 APN nosuch")
        _, took_s = await bench.answer("#1 ROLLBACK APN nosuch kept=em reason=refused")
        # Five tries and the back-off that follows them, twice: before and after a radio cycle.
        assert took_s < 200
        assert bench.serves == "em"

    play(story, lte_only=True)


def test_what_remains_of_a_deadline_survives_a_restart(play: Play) -> None:
    """100 s before the kill, 50 s nobody runs, and the rest after it: 300 s in all."""

    async def story(bench: Bench) -> None:
        await lose_coverage_when_applied(bench)
        began_s = bench.loop.time()
        await bench.passes(100)
        await bench.kill()
        await bench.passes(50)
        await bench.start()
        assert bench.state == "verifying"
        await bench.until(lambda: bench.state == "rolling-back", "given up")
        assert bench.loop.time() - began_s == pytest.approx(300, abs=5)

    play(story)


def test_what_remains_of_a_deadline_goes_on_after_a_boot(play: Play) -> None:
    """The time without power isn't known, so it doesn't count."""

    async def story(bench: Bench) -> None:
        await lose_coverage_when_applied(bench)
        await bench.passes(100)
        await bench.kill()
        await bench.passes(5000)
        bench.clock.boot_id, bench.clock.booted_s = "boot-2", bench.loop.time()
        bench.clock.wall_offset = timedelta(days=-3650)
        began_s = bench.loop.time()
        await bench.start()
        assert bench.state == "verifying"
        await bench.until(lambda: bench.state == "rolling-back", "given up")
        # What was written down last is the state's begin: at most the whole is given again.
        assert 195 <= bench.loop.time() - began_s <= 305

    play(story)


async def timeline(bench: Bench, jump_in: str | None, years: int) -> list[tuple[str, float]]:
    """A change that goes through all states: when each began. The wall clock jumps in one."""
    began_s = bench.loop.time()
    found: list[tuple[str, float]] = []

    def note() -> bool:
        state = bench.state
        if state is not None and (not found or found[-1][0] != state):
            found.append((state, round(bench.loop.time() - began_s, 1)))
            if state == jump_in:
                bench.clock.wall_offset = timedelta(days=365.25 * years)
        return len(bench.answers) == 1

    # In memory a state may be over within one moment of the clock: each command is a look, too.
    bench.on_command = lambda _line: note()
    allow = bench.refuse("+CMGS")
    bench.send("APN other")
    await bench.until(lambda: note() or bench.state == "rolled-back", "it is rolled back", 3000)
    allow()
    await bench.until(note, "it is answered", 3000)
    assert bench.answers[0].startswith("ROLLBACK APN other kept=em reason=timeout")
    return found


@pytest.mark.parametrize("years", [10, -10])
@pytest.mark.parametrize("state", STATES)
def test_the_wall_clock_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: str, years: int
) -> None:
    lines: dict[str | None, list[tuple[str, float]]] = {}
    for jump_in in (None, state):

        async def story(bench: Bench, jump_in: str | None = jump_in) -> None:
            lines[jump_in] = await timeline(bench, jump_in, years)

        home = tmp_path / str(jump_in)
        play(story, home, monkeypatch, config=with_apn(**SHORT))
    assert [name for name, _ in lines[None]] == [*STATES, "rolled-back"]
    assert lines[state] == lines[None]
