"""REBOOT MODEM and REBOOT HOST: answered, once, and never again after a restart."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from apn_config.appliers import ApplierRefused, ApplierUnavailable
from apn_config.appliers.processes import Finished
from apn_config.config import Config
from apn_config.config_commands import CommandsConfig
from apn_config.store import InboxState, Rung
from modem.profiles import GENERIC, profile_named
from modem.simulator.answers import Cms, CmsRefusal, Reply
from modem.simulator.services.table import Entry
from modem.simulator.state import State
from tests.service.bench import CONFIG, Bench, Play

PROGRAM = ("/usr/bin/systemctl", "reboot")
ALLOWED = replace(CONFIG, commands=CommandsConfig(reboot_host=PROGRAM))


class Program:
    """Stands in for the configured program: what was run, and when."""

    def __init__(self, bench: Bench, end: Finished | Exception) -> None:
        self.runs: list[tuple[str, ...]] = []
        self.answers_before: list[list[str]] = []
        self._bench = bench
        self._end = end
        bench.monkeypatch.setattr("apn_config.verbs.reboot.run_program", self._run)

    async def _run(self, command: tuple[str, ...], *, timeout_s: float) -> Finished:
        assert timeout_s == 60
        self.runs.append(command)
        self.answers_before.append(list(self._bench.answers))
        if isinstance(self._end, Exception):
            raise self._end
        return self._end


OK = Finished(0, "", "")


def boot(bench: Bench, name: str) -> None:
    """The host begins anew."""
    bench.clock.boot_id, bench.clock.booted_s = name, bench.loop.time()


def state(bench: Bench) -> InboxState | None:
    rows = bench.db.now(lambda store: store.inbox.recent(1))
    return rows[0].state if rows else None


# --- the host -------------------------------------------------------------------------------------


def test_without_a_program_it_is_refused(play: Play) -> None:
    async def story(bench: Bench) -> None:
        bench.send("#1 REBOOT HOST")
        await bench.answer("#1 ERR reason=unsupported")

    play(story)


def test_it_is_answered_first_and_done_after_the_boot(play: Play) -> None:
    async def story(bench: Bench) -> None:
        program = Program(bench, OK)
        bench.send("#1 REBOOT HOST")
        await bench.answer("#1 OK REBOOT HOST")
        await bench.until(lambda: program.runs, "it is run")
        assert program.runs == [PROGRAM]
        assert program.answers_before == [["#1 OK REBOOT HOST"]]
        assert state(bench) is InboxState.STARTED
        # The service manager ends the daemon, which waits for nothing.
        began_s = bench.loop.time()
        await bench.agent.wind_down(60)
        assert bench.loop.time() - began_s < 1
        assert state(bench) is InboxState.STARTED
        await bench.kill()
        boot(bench, "boot-2")
        await bench.start()
        await bench.until(lambda: bench.verdicts() == ["done"], "it is settled")
        await bench.passes(300)
        assert bench.answers == ["#1 OK REBOOT HOST"]
        assert len(program.runs) == 1

    play(story, config=ALLOWED)


def test_it_is_written_down_before_it_is_done(play: Play) -> None:
    async def story(bench: Bench) -> None:
        seen: list[InboxState | None] = []

        async def look(_command: tuple[str, ...], *, timeout_s: float) -> Finished:
            seen.append(state(bench))
            return Finished(int(timeout_s), "", "")

        bench.monkeypatch.setattr("apn_config.verbs.reboot.run_program", look)
        bench.send("#1 REBOOT HOST")
        await bench.answer("#1 ERR reason=exit-60")
        assert seen == [InboxState.STARTED]

    play(story, config=ALLOWED)


def test_without_service_it_is_done_after_a_minute(play: Play) -> None:
    async def story(bench: Bench) -> None:
        program = Program(bench, OK)
        bench.refuse("+CMGS")
        bench.send("#1 REBOOT HOST")
        took_s = await bench.until(lambda: program.runs, "it is run", 200)
        assert 60 <= took_s < 70
        assert program.answers_before == [[]]

    play(story, config=ALLOWED)


FAILURES: dict[str, tuple[Finished | Exception, str]] = {
    "exit code": (Finished(1, "", "Interactive authentication required."), "exit-1"),
    "signal": (Finished(-9, "", ""), "signal-9"),
    "not there": (ApplierRefused("can't be started: No such file"), "not-started"),
    "hangs": (ApplierUnavailable("wasn't done within 60 s"), "timeout"),
}


@pytest.mark.parametrize(("end", "reason"), FAILURES.values(), ids=FAILURES)
def test_a_program_that_fails_is_told_of(
    play: Play, end: Finished | Exception, reason: str
) -> None:
    async def story(bench: Bench) -> None:
        program = Program(bench, end)
        bench.send("#1 REBOOT HOST")
        await bench.answer(f"#1 ERR reason={reason}")
        assert bench.answers == ["#1 OK REBOOT HOST", f"#1 ERR reason={reason}"]
        assert bench.verdicts() == [reason]
        assert len(program.runs) == 1

    play(story, config=ALLOWED)


def test_a_failure_takes_the_place_of_an_answer_that_is_not_sent(play: Play) -> None:
    async def story(bench: Bench) -> None:
        Program(bench, Finished(1, "", ""))
        allow = bench.refuse("+CMGS")
        bench.send("#1 REBOOT HOST")
        await bench.until(lambda: bench.verdicts() == ["exit-1"], "it is settled", 200)
        allow()
        await bench.answer("#1 ERR reason=exit-1")
        assert bench.answers == ["#1 ERR reason=exit-1"]

    play(story, config=ALLOWED)


def test_a_host_that_stays_up_is_told_of(play: Play) -> None:
    async def story(bench: Bench) -> None:
        Program(bench, OK)
        bench.send("#1 REBOOT HOST")
        _, took_s = await bench.answer("#1 ERR reason=no-reboot")
        assert 180 <= took_s < 200

    play(story, config=ALLOWED)


def test_a_daemon_that_was_killed_within_it_does_not_begin_again(play: Play) -> None:
    async def story(bench: Bench) -> None:
        program = Program(bench, OK)
        bench.send("#1 REBOOT HOST")
        await bench.until(lambda: program.runs, "it is run")
        await bench.kill()
        await bench.start()
        await bench.answer("#1 ERR reason=interrupted")
        await bench.passes(300)
        assert len(program.runs) == 1

    play(story, config=ALLOWED)


def test_killed_before_the_answer_is_sent_it_is_not_done(play: Play) -> None:
    async def story(bench: Bench) -> None:
        program = Program(bench, OK)
        allow = bench.refuse("+CMGS")
        bench.send("#1 REBOOT HOST")
        await bench.until(lambda: state(bench) is InboxState.STARTED, "it has begun")
        await bench.kill()
        allow()
        await bench.start()
        await bench.until(lambda: bench.verdicts() == ["interrupted"], "it is settled")
        await bench.until(
            lambda: bench.db.now(lambda store: store.outbox.pending_count()) == 0, "it is told"
        )
        assert bench.answers[-1] == "#1 ERR reason=interrupted"
        assert not program.runs

    play(story, config=ALLOWED)


def test_stopped_before_the_answer_is_sent_it_is_not_done(play: Play) -> None:
    """Whoever stops the service doesn't want the host to be rebooted a minute later."""

    async def story(bench: Bench) -> None:
        program = Program(bench, OK)
        allow = bench.refuse("+CMGS")
        bench.send("#1 REBOOT HOST")
        await bench.until(lambda: state(bench) is InboxState.STARTED, "it has begun")
        began_s = bench.loop.time()
        await bench.agent.wind_down(60)
        assert bench.loop.time() - began_s < 1
        await bench.passes(300)
        assert not program.runs
        await bench.kill()
        allow()
        await bench.start()
        await bench.answer("#1 ERR reason=interrupted")
        assert bench.answers == ["#1 ERR reason=interrupted"]
        assert not program.runs

    play(story, config=ALLOWED)


@pytest.mark.parametrize("expires", [False, True], ids=["given up", "expired"])
def test_nobody_waits_for_an_answer_that_is_given_up(play: Play, expires: bool) -> None:
    async def story(bench: Bench) -> None:
        program = Program(bench, OK)
        error = Cms.NO_NETWORK_SERVICE if expires else Cms.NOT_ALLOWED

        def refuse(_state: State, _text: str) -> Reply:
            raise CmsRefusal(error)

        bench.simulated._table = {**bench.simulated._table, "+CMGS": Entry(set=refuse)}
        bench.send("#1 REBOOT HOST")
        took_s = await bench.until(lambda: program.runs, "it is run", 200)
        assert took_s < 40

    reply = replace(ALLOWED.reply, expire_h=10 / 3600 if expires else 24)
    play(story, config=replace(ALLOWED, reply=reply))


def test_it_needs_no_modem(play: Play) -> None:
    """One that hangs may be why it is wanted."""

    async def story(bench: Bench) -> None:
        program = Program(bench, OK)

        async def away() -> None:
            await asyncio.sleep(1e6)

        bench.monkeypatch.setattr(bench.agent.keeper, "modem", away)
        bench.send("#1 REBOOT HOST")
        took_s = await bench.until(lambda: program.runs, "it is run", 200)
        assert took_s < 70

    play(story, config=ALLOWED)


# --- the modem ------------------------------------------------------------------------------------


def test_the_modem_is_reset_and_counted(play: Play) -> None:
    async def story(bench: Bench) -> None:
        bench.send("#1 REBOOT MODEM")
        await bench.answer("#1 OK REBOOT MODEM")
        assert bench.count(r"AT\+CRESET") == 1
        assert bench.verdicts() == ["done"]
        used = bench.db.now(lambda store: store.rungs.used(Rung.RADIO_CYCLE, bench.clock.now()))
        assert used == 1

    play(story)


def test_a_modem_without_a_command_for_it(play: Play) -> None:
    async def story(bench: Bench) -> None:
        bench.send("#1 REBOOT MODEM")
        await bench.answer("#1 ERR reason=unsupported")

    play(story, profile=GENERIC)


def test_a_modem_that_boots_without_a_word(play: Play) -> None:
    """It restarted in silence; the echo of a line tells so."""

    async def story(bench: Bench) -> None:
        bench.send("#1 REBOOT MODEM")
        await bench.until(lambda: bench.count(r"AT\+CFUN=15"), "it is told")
        # Nobody else asks it anything.
        bench.monkeypatch.setattr("apn_config.intake.Intake._work", forever)
        _, took_s = await bench.answer("#1 OK REBOOT MODEM", 200)
        assert took_s < 60

    async def forever(*_arguments: object) -> None:
        await asyncio.sleep(1e6)

    play(story, profile=profile_named("sara-r4"))


def test_without_budget_it_is_refused(play: Play) -> None:
    async def story(bench: Bench) -> None:
        bench.send("#1 REBOOT MODEM")
        await bench.answer("#1 ERR reason=budget")
        assert bench.count(r"AT\+CRESET") == 0

    play(story, config=no_budget())


def no_budget() -> Config:
    return replace(CONFIG, recovery=replace(CONFIG.recovery, radio_cycles_per_day=0))


def test_what_is_begun_outlives_a_cancelled_wait(play: Play) -> None:
    """A daemon that is stopped while the modem boots finds it rebooted."""

    async def story(bench: Bench) -> None:
        bench.send("#1 REBOOT MODEM")
        await bench.until(lambda: bench.count(r"AT\+CRESET"), "it is told")
        await asyncio.sleep(1)
        await bench.kill()
        boot(bench, "boot-2")
        await bench.start()
        await bench.answer("#1 OK REBOOT MODEM")
        assert bench.count(r"AT\+CRESET") == 1

    play(story)
