"""SMSC <number>: proven by the answer that goes through it, or put back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest

from apn_config.config import AccessConfig, Config
from apn_config.config_dialects import DialectsConfig
from apn_config.store import InboxState, OutboxState, Store
from modem.simulator import Action, Fault, FaultPlan
from modem.simulator.answers import Cms, CmsRefusal, Reply
from modem.simulator.services.table import Entry
from modem.simulator.state import State
from tests.service.bench import CONFIG, Bench, Play

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


def takes_nothing_by(bench: Bench, number: str, error: Cms = Cms.NO_NETWORK_SERVICE) -> None:
    """The network hands nothing on to that service centre."""
    table = bench.simulated._table
    entry = table["+CMGS"]

    def submit(state: State, text: str) -> Reply:
        if smsc(bench) == number:
            raise CmsRefusal(error)
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


def test_where_there_was_no_number_none_is_put_back(play: Play) -> None:
    """Nothing could be sent before, either: what was set stays, and is told of."""

    async def story(bench: Bench) -> None:
        card = bench.simulated.state.card
        assert card is not None
        card.smsc = ""
        allow = bench.refuse("+CMGS")
        bench.send(f"#1 SMSC {OTHER}")
        await bench.until(lambda: bench.verdicts() == ["not-restored"], "it is settled", 150)
        allow()
        await bench.answer("#1 ERR reason=not-restored")
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


def tells_no_number(_text: int) -> Reply:
    raise CmsRefusal(Cms.SIM_FAILURE)


def tells_nonsense(_text: int) -> Reply:
    return ("+CSCA: +8839900",)


def tells_another_each_time(count: int) -> Reply:
    return (f'+CSCA: "+88399000000{count % 10}",145',)


TELLS = {
    "refused": tells_no_number,
    "garbled": tells_nonsense,
    "a digit garbled": tells_another_each_time,
}


@pytest.mark.parametrize("tells", TELLS.values(), ids=TELLS)
def test_a_former_number_that_is_not_told_is_not_taken_for_none(
    play: Play, tells: Callable[[int], Reply]
) -> None:
    """Nothing could be put back, so nothing is begun."""

    async def story(bench: Bench) -> None:
        table = bench.simulated._table
        entry = table["+CSCA"]

        def read(_state: State, _text: str) -> Reply:
            return tells(bench.count(r"AT\+CSCA\?"))

        bench.simulated._table = {**table, "+CSCA": Entry(set=entry.set, read=read)}
        bench.send(f"#1 SMSC {OTHER}")
        await bench.answer("#1 ERR reason=modem-error")
        assert smsc(bench) == FORMER
        assert undo(bench) == [None]
        assert bench.count(r"AT\+CSCA=.*") == 0

    play(story)


@pytest.mark.parametrize("number", ["", None], ids=["empty", "refused"])
def test_no_number_is_told_where_there_is_none(play: Play, number: str | None) -> None:
    async def story(bench: Bench) -> None:
        card = bench.simulated.state.card
        assert card is not None
        card.smsc = ""
        if number is None:
            table = bench.simulated._table
            read = Entry(read=lambda _state, _text: tells_no_number(0))
            bench.simulated._table = {**table, "+CSCA": read}
        bench.send("#1 SMSC")
        await bench.until(lambda: bench.verdicts()[:1] not in ([], [None]), "it is answered")
        assert bench.verdicts() == ["answered" if number == "" else "modem-error"]

    play(story)


def test_what_others_are_answered_meanwhile_is_not_lost(play: Play) -> None:
    """A network that refuses, as 28 or 50, is believed after three tries."""

    async def story(bench: Bench) -> None:
        takes_nothing_by(bench, OTHER, Cms.NOT_ALLOWED)
        bench.send(f"#1 SMSC {OTHER}")
        await bench.until(lambda: smsc(bench) == OTHER, "it is set")
        bench.send("#2 PING")
        bench.send("#3 HELP")
        # Given up, so nobody waits for the two minutes.
        took_s = await bench.until(lambda: smsc(bench) == FORMER, "it is put back")
        assert took_s < 40
        await bench.until(lambda: due(bench) == 0, "all is sent", 400)
        starts = sorted(text[:6] for text in bench.answers)
        assert starts == ["#1 ERR", "#2 OK ", "#3 OK "]

    play(story)


def failed(bench: Bench) -> int:
    def count(store: Store) -> int:
        answers = [store.outbox.of_message(row.id) for row in store.inbox.recent(100)]
        return sum(row.state is OutboxState.FAILED for rows in answers for row in rows)

    return bench.db.now(count)


def test_what_was_given_up_before_a_kill_is_not_lost(play: Play) -> None:
    async def story(bench: Bench) -> None:
        takes_nothing_by(bench, OTHER, Cms.NOT_ALLOWED)
        # The trial's own answer isn't given up.
        bench.monkeypatch.setattr("apn_config.verbs.place.Place.sent", never)
        bench.send(f"#1 SMSC {OTHER}")
        await bench.until(lambda: smsc(bench) == OTHER, "it is set")
        bench.send("#2 PING")
        await bench.until(lambda: failed(bench) == 2, "both are given up")
        await bench.kill()
        await bench.start()
        await bench.until(lambda: bench.verdicts() == ["interrupted", "answered"], "it is settled")
        await bench.until(lambda: due(bench) == 0, "all is sent", 400)
        assert sorted(bench.answers) == ["#1 ERR reason=interrupted", "#2 OK PING"]

    play(story)


async def never(*_arguments: object) -> bool:
    await asyncio.sleep(1e6)
    return False


def test_others_are_answered_while_it_is_put_back(play: Play) -> None:
    async def story(bench: Bench) -> None:
        takes_nothing_by(bench, "", Cms.NOT_ALLOWED)
        sets_nothing(bench, FORMER)
        allow = bench.refuse("+CMGS")
        bench.send(f"#1 SMSC {OTHER}")
        await bench.until(lambda: bench.count(rf'AT\+CSCA="\{FORMER}".*') > 1, "it is put back")
        allow()
        bench.send("#2 PING")
        _, took_s = await bench.answer("#2 OK PING")
        assert took_s < 30
        assert bench.verdicts()[0] is None
        await bench.answer("#1 ERR reason=not-restored")

    play(story)


NOBODY = replace(CONFIG, access=AccessConfig(senders=("99999",)))
OTHER_LANGUAGE = replace(CONFIG, dialects=DialectsConfig(enabled=("teltonika",)))


@pytest.mark.parametrize("config", [NOBODY, OTHER_LANGUAGE], ids=["sender", "dialect"])
def test_it_is_put_back_although_nobody_may_command_it_any_more(play: Play, config: Config) -> None:
    """It was allowed when it began."""

    async def story(bench: Bench) -> None:
        takes_nothing_by(bench, OTHER)
        bench.send(f"#1 SMSC {OTHER}")
        await bench.until(lambda: due(bench) == 1, "it is to be sent")
        await bench.kill()
        bench.config = config
        await bench.start()
        await bench.answer("#1 ERR reason=interrupted")
        await bench.passes(300)
        assert smsc(bench) == FORMER
        assert bench.answers == ["#1 ERR reason=interrupted"]

    play(story)


def test_a_stop_leaves_it_to_the_next_start(play: Play) -> None:
    async def story(bench: Bench) -> None:
        takes_nothing_by(bench, OTHER)
        bench.send(f"#1 SMSC {OTHER}")
        await bench.until(lambda: due(bench) == 1, "it is to be sent")
        began_s = bench.loop.time()
        await bench.agent.wind_down(60)
        assert bench.loop.time() - began_s < 1
        assert smsc(bench) == OTHER
        await bench.kill()
        await bench.start()
        await bench.answer("#1 ERR reason=interrupted")
        assert smsc(bench) == FORMER

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
