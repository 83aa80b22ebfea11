"""SMSC <number>: proven by the answer that goes through it, or put back."""

from __future__ import annotations

from contextlib import suppress

import pytest

from apn_config.store import InboxState
from modem.simulator import Action, Fault, FaultPlan
from modem.simulator.answers import Cms, CmsRefusal, Reply
from modem.simulator.services.table import Entry
from modem.simulator.state import State
from tests.service.bench import Bench, Play

FORMER, OTHER = "+883990000001", "+491710760000"


def smsc(bench: Bench) -> str:
    card = bench.simulated.state.card
    assert card is not None
    return card.smsc or ""


def sets_nothing(bench: Bench, number: str) -> None:
    """The modem says OK and keeps the old one."""
    table = bench.simulated._table
    entry = table["+CSCA"]

    def assign(state: State, text: str) -> Reply:
        if number in text:
            return ()
        assert entry.set is not None
        return entry.set(state, text)

    bench.simulated._table = {**table, "+CSCA": Entry(set=assign, read=entry.read)}


def takes_nothing_by(bench: Bench, number: str) -> None:
    """The network hands nothing on to that service centre."""
    table = bench.simulated._table
    entry = table["+CMGS"]

    def submit(state: State, text: str) -> Reply:
        if smsc(bench) == number:
            raise CmsRefusal(Cms.NO_NETWORK_SERVICE)
        assert entry.set is not None
        return entry.set(state, text)

    bench.simulated._table = {**table, "+CMGS": Entry(set=submit, test=entry.test)}


def undo(bench: Bench) -> list[str | None]:
    return [row.undo for row in bench.db.now(lambda store: store.inbox.recent(100))]


def due(bench: Bench) -> int:
    return bench.db.now(lambda store: store.outbox.pending_count())


def test_it_is_set_and_the_answer_goes_by_it(play: Play) -> None:
    async def story(bench: Bench) -> None:
        bench.send(f"#1 SMSC {OTHER}")
        await bench.answer(f"#1 OK SMSC {OTHER}")
        assert smsc(bench) == OTHER
        await bench.until(lambda: bench.verdicts() == ["done"], "it is settled")
        assert bench.count(rf'AT\+CSCA="\{OTHER}",145') == 1
        assert undo(bench) == [None]
        bench.send("#2 SMSC")
        await bench.answer(f"#2 OK SMSC {OTHER}")

    play(story)


def test_a_national_number_is_of_unknown_type(play: Play) -> None:
    async def story(bench: Bench) -> None:
        bench.send("#1 SMSC 01710760000")
        await bench.answer("#1 OK SMSC 01710760000")
        assert bench.count(r'AT\+CSCA="01710760000",129') == 1

    play(story)


def test_the_former_number_is_on_the_disk_before_the_modem_is_told(play: Play) -> None:
    async def story(bench: Bench) -> None:
        seen: list[tuple[InboxState, str | None]] = []

        def look(line: str) -> None:
            if line.startswith("AT+CSCA="):
                (row,) = bench.db.now(lambda store: store.inbox.recent(1))
                seen.append((row.state, row.undo))

        bench.on_command = look
        bench.send(f"#1 SMSC {OTHER}")
        await bench.answer("#1 OK")
        assert seen == [(InboxState.STARTED, FORMER)]

    play(story)


def test_one_by_which_nothing_is_taken_is_put_back(play: Play) -> None:
    async def story(bench: Bench) -> None:
        takes_nothing_by(bench, OTHER)
        bench.send(f"#1 SMSC {OTHER}")
        answer, took_s = await bench.answer("#1 ")
        assert answer == "#1 ERR reason=not-sent"
        assert 120 <= took_s < 180
        assert smsc(bench) == FORMER
        assert bench.verdicts() == ["not-sent"]
        assert bench.answers == ["#1 ERR reason=not-sent"]

    play(story)


@pytest.mark.parametrize("refuses", [True, False], ids=["refused", "without effect"])
def test_one_that_the_modem_does_not_keep_is_told_of(play: Play, refuses: bool) -> None:
    async def story(bench: Bench) -> None:
        if refuses:
            entry = bench.simulated._table["+CSCA"]

            def assign(state: State, text: str) -> Reply:
                if OTHER in text:
                    raise CmsRefusal(Cms.NOT_SUPPORTED)
                assert entry.set is not None
                return entry.set(state, text)

            table = {**bench.simulated._table, "+CSCA": Entry(set=assign, read=entry.read)}
            bench.simulated._table = table
        else:
            sets_nothing(bench, OTHER)
        bench.send(f"#1 SMSC {OTHER}")
        await bench.answer("#1 ERR reason=refused")
        assert smsc(bench) == FORMER

    play(story)


def test_where_no_number_was_known_none_is_put_back(play: Play) -> None:
    """Nothing could be sent before, either: what was set stays, and is told of."""

    async def story(bench: Bench) -> None:
        card = bench.simulated.state.card
        assert card is not None
        card.smsc = ""
        allow = bench.refuse("+CMGS")
        bench.send(f"#1 SMSC {OTHER}")
        await bench.until(lambda: bench.verdicts() == ["not-sent"], "it is settled", 300)
        allow()
        await bench.answer("#1 ERR reason=not-sent")
        assert smsc(bench) == OTHER
        assert bench.count(r"AT\+CSCA=.*") == 1

    play(story)


def test_a_modem_that_refuses_the_former_number_is_told_of(play: Play) -> None:
    async def story(bench: Bench) -> None:
        takes_nothing_by(bench, OTHER)
        bench.send(f"#1 SMSC {OTHER}")
        await bench.until(lambda: smsc(bench) == OTHER, "it is set")
        sets_nothing(bench, FORMER)
        await bench.until(lambda: bench.verdicts() == ["not-restored"], "it is given up", 400)
        assert 1 < bench.count(rf'AT\+CSCA="\{FORMER}",145') <= 30
        # Whoever comes next isn't kept waiting.
        card = bench.simulated.state.card
        assert card is not None
        card.smsc = FORMER
        bench.send("#2 SMSC")
        await bench.answer(f"#2 OK SMSC {FORMER}")
        assert "#1 ERR reason=not-restored" in bench.answers

    play(story)


def test_a_modem_that_goes_away_gets_it_back_when_it_returns(play: Play) -> None:
    async def story(bench: Bench) -> None:
        takes_nothing_by(bench, OTHER)
        bench.send(f"#1 SMSC {OTHER}")
        await bench.until(lambda: smsc(bench) == OTHER, "it is set")
        await bench.passes(100)
        bench.simulated.restart()
        await bench.answer("#1 ERR reason=not-sent")
        assert smsc(bench) == FORMER

    play(story)


def test_an_answer_that_is_just_being_sent_is_not_withdrawn(play: Play) -> None:
    """The network takes it after the two minutes, while the former number was to be put back."""

    async def story(bench: Bench) -> None:
        await bench.agent.sending.acquire()
        bench.send(f"#1 SMSC {OTHER}")
        await bench.until(lambda: due(bench) == 1, "it is to be sent")
        await bench.passes(150)
        assert smsc(bench) == OTHER
        assert bench.verdicts() == [None]
        bench.agent.sending.release()
        await bench.answer(f"#1 OK SMSC {OTHER}")
        await bench.until(lambda: bench.verdicts() == ["done"], "it is settled")
        assert smsc(bench) == OTHER
        assert bench.answers == [f"#1 OK SMSC {OTHER}"]

    play(story)


def test_one_that_was_interrupted_is_put_back(play: Play) -> None:
    async def story(bench: Bench) -> None:
        takes_nothing_by(bench, OTHER)
        bench.send(f"#1 SMSC {OTHER}")
        await bench.until(lambda: smsc(bench) == OTHER, "it is set")
        await bench.kill()
        await bench.start()
        await bench.answer("#1 ERR reason=interrupted")
        assert smsc(bench) == FORMER
        assert bench.answers == ["#1 ERR reason=interrupted"]
        assert bench.count(rf'AT\+CSCA="\{OTHER}".*') == 1

    play(story)


def test_one_whose_answer_was_taken_before_the_kill_stays(play: Play) -> None:
    async def story(bench: Bench) -> None:
        # Killed between the network's taking the answer and the settling of the message.
        place = bench.agent.place

        async def never(*_arguments: object) -> None:
            await bench.passes(3600)

        bench.monkeypatch.setattr(type(place), "settle", never)
        bench.send(f"#1 SMSC {OTHER}")
        await bench.answer("#1 OK SMSC")
        await bench.kill()
        bench.monkeypatch.undo()
        bench.monkeypatch.setattr("modem.device.open_link", bench._open_link)
        assert bench.answers == [f"#1 OK SMSC {OTHER}"]
        await bench.start()
        await bench.until(lambda: bench.verdicts() == ["done"], "it is settled")
        assert smsc(bench) == OTHER
        assert len(bench.answers) == 1

    play(story)


@pytest.mark.parametrize("after", range(12))
def test_killed_anywhere_it_is_the_number_that_the_last_answer_tells(
    play: Play, after: int
) -> None:
    """At each command that the modem gets from the message on."""

    async def story(bench: Bench) -> None:
        count = 0
        killed = False

        def kill(line: str) -> None:
            nonlocal count
            count += line.startswith(("AT+CSCA", "AT+CMGS", "AT+CMGD"))
            if count > after and not killed:
                bench.loop.call_soon(stop)

        def stop() -> None:
            if bench._running is not None:
                bench._running.cancel()

        bench.send(f"#1 SMSC {OTHER}")
        bench.on_command = kill
        with suppress(AssertionError):
            await bench.until(lambda: bench.answers, "it is answered", 600)
        killed = True
        bench.on_command = lambda _line: None
        await bench.kill()
        await bench.start()
        await bench.until(lambda: None not in bench.verdicts() and bench.verdicts(), "it is done")
        await bench.until(lambda: due(bench) == 0, "it is answered")
        last = bench.answers[-1]
        if last == f"#1 OK SMSC {OTHER}":
            assert smsc(bench) == OTHER
        else:
            assert last == "#1 ERR reason=interrupted"
            assert smsc(bench) == FORMER
        assert bench.count(rf'AT\+CSCA="\{OTHER}".*') <= 1

    play(story)


def test_a_former_number_that_is_not_told_is_not_taken_for_none(play: Play) -> None:
    """Nothing could be put back, so nothing is begun."""

    async def story(bench: Bench) -> None:
        table = bench.simulated._table
        entry = table["+CSCA"]

        def refuse(_state: State, _text: str) -> Reply:
            raise CmsRefusal(Cms.SIM_FAILURE)

        bench.simulated._table = {**table, "+CSCA": Entry(set=entry.set, read=refuse)}
        bench.send(f"#1 SMSC {OTHER}")
        await bench.answer("#1 ERR reason=modem-error")
        assert smsc(bench) == FORMER
        assert undo(bench) == [None]

    play(story)


def test_a_lost_answer_to_the_undo_is_no_failure_of_it(play: Play) -> None:
    async def story(bench: Bench) -> None:
        takes_nothing_by(bench, OTHER)
        lost = Fault(Action.NO_ANSWER, pattern=r"\+CSCA=.*883990000001")
        bench.simulated.set_faults(FaultPlan((lost,)))
        bench.send(f"#1 SMSC {OTHER}")
        answer, took_s = await bench.answer("#1 ")
        assert answer == "#1 ERR reason=not-sent"
        assert took_s < 240
        assert smsc(bench) == FORMER

    play(story)
