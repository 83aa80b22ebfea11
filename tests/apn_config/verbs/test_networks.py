"""NETWORK SCAN, NETWORK <number> and NETWORK AUTO on a simulated network of several operators."""

from __future__ import annotations

from datetime import timedelta

import pytest

from modem.simulator import Action, Fault, FaultPlan, NetworkSettings
from modem.simulator.answers import Cme, CmeRefusal, Reply
from modem.simulator.plmn import Act, Operator, Welcome
from modem.simulator.services.table import Entry
from modem.simulator.state import State
from tests.service.bench import Bench, Play

ONE = Operator("00101", "Simulated Network", "Simulated")
TWO = Operator("00103", "Second Network", "Second")
FORBIDDEN = Operator("00102", "Forbidden Network", "Forbidden", (Act.GSM,), Welcome.FORBIDDEN)
SETTINGS = NetworkSettings(apns=("em", "other"), operators=(ONE, TWO, FORBIDDEN))


def plmn(bench: Bench) -> str | None:
    """Where the modem is registered."""
    subscriber = bench.simulated.state.subscriber
    registered = subscriber.registered and subscriber.operator is not None
    return subscriber.operator.plmn if registered and subscriber.operator else None


def chosen(bench: Bench) -> str | None:
    """What the host has chosen by hand."""
    return bench.simulated.state.subscriber.chosen


# --- scan -----------------------------------------------------------------------------------------


def test_a_scan_is_answered_and_the_channel_goes_on(play: Play) -> None:
    async def story(bench: Bench) -> None:
        bench.send("#1 NETWORK SCAN")
        await bench.until(lambda: bench.count(r"AT\+COPS=\?"), "it looks")
        bench.send("#2 PING")
        answer, _ = await bench.answer("#1 ")
        assert answer == (
            "#1 OK NETWORK SCAN Simulated-Networ/00101=current Second-Network/00103=available"
            " Forbidden-Networ/00102=forbidden"
        )
        await bench.until(lambda: "#2 OK PING" in bench.answers, "the other one is answered")
        assert bench.count(r"AT\+COPS=\?") == 1

    play(story, settings=SETTINGS)


def test_a_scan_that_is_refused_is_not_tried_again(play: Play) -> None:
    async def story(bench: Bench) -> None:
        table = bench.simulated._table
        entry = table["+COPS"]

        def refuse(_state: State, _text: str) -> Reply:
            raise CmeRefusal(Cme.NOT_ALLOWED)

        bench.simulated._table = {
            **table,
            "+COPS": Entry(set=entry.set, read=entry.read, test=refuse),
        }
        bench.send("#1 NETWORK SCAN")
        await bench.answer("#1 ERR reason=refused")
        assert bench.count(r"AT\+COPS=\?") == 1

    play(story, settings=SETTINGS)


def test_a_scan_that_takes_too_long_is_not_tried_again(play: Play) -> None:
    async def story(bench: Bench) -> None:
        bench.send("#1 NETWORK SCAN")
        _, took_s = await bench.answer("#1 ERR reason=timeout")
        assert 180 <= took_s < 300
        assert bench.count(r"AT\+COPS=\?") == 1

    play(story, settings=NetworkSettings(operators=(ONE,), scan_s=200.0))


def test_no_apn_is_changed_during_a_scan(play: Play) -> None:
    async def story(bench: Bench) -> None:
        bench.send("#1 NETWORK SCAN")
        await bench.until(lambda: bench.count(r"AT\+COPS=\?"), "it looks")
        assert bench.agent.changes.changing.locked()
        await bench.answer("#1 OK")
        assert not bench.agent.changes.changing.locked()

    play(story, settings=SETTINGS)


# --- choose ---------------------------------------------------------------------------------------


def test_a_network_is_chosen_proven_and_given_up_again(play: Play) -> None:
    async def story(bench: Bench) -> None:
        assert plmn(bench) == "00101"
        bench.send("#1 NETWORK 00103")
        answer, _ = await bench.answer("#1 ")
        assert answer == '#1 OK NETWORK 00103 op="Second Network" plmn=00103 reg=roaming rat=lte'
        assert (plmn(bench), chosen(bench)) == ("00103", "00103")
        await bench.until(lambda: bench.verdicts() == ["done"], "it is settled")
        bench.send("#2 NETWORK AUTO")
        answer, _ = await bench.answer("#2 ")
        assert answer == (
            '#2 OK NETWORK AUTO op="Simulated Network" plmn=00101 reg=roaming rat=lte'
        )
        assert (plmn(bench), chosen(bench)) == ("00101", None)

    play(story, settings=SETTINGS)


@pytest.mark.parametrize("number", ["00102", "99999"], ids=["forbidden", "nobody's"])
def test_a_network_that_is_not_to_be_had_is_given_up(play: Play, number: str) -> None:
    """In mode 4 the modem goes elsewhere by itself; that isn't what was asked for."""

    async def story(bench: Bench) -> None:
        bench.send(f"#1 NETWORK {number}")
        answer, took_s = await bench.answer("#1 ")
        assert answer == "#1 ERR reason=not-registered"
        assert took_s < 400
        assert (plmn(bench), chosen(bench)) == ("00101", None)
        assert bench.verdicts() == ["not-registered"]

    play(story, settings=SETTINGS)


def test_a_network_without_sms_is_given_up(play: Play) -> None:
    """Registered and mute: nobody would ever hear of it."""

    async def story(bench: Bench) -> None:
        allow = bench.refuse("+CMGS")
        bench.send("#1 NETWORK 00103")
        await bench.until(lambda: plmn(bench) == "00103", "it is registered")
        await bench.until(lambda: bench.verdicts() == ["not-sent"], "it is given up", 1000)
        assert (plmn(bench), chosen(bench)) == ("00101", None)
        allow()
        await bench.answer("#1 ERR reason=not-sent")
        assert not [text for text in bench.answers if "OK NETWORK" in text]

    play(story, settings=SETTINGS)


def test_a_choice_that_was_interrupted_is_undone(play: Play) -> None:
    async def story(bench: Bench) -> None:
        allow = bench.refuse("+CMGS")
        bench.send("#1 NETWORK 00103")
        await bench.until(lambda: plmn(bench) == "00103", "it is registered")
        await bench.kill()
        await bench.start()
        await bench.until(lambda: bench.verdicts() == ["interrupted"], "it is settled", 1000)
        allow()
        await bench.answer("#1 ERR reason=interrupted")
        assert (plmn(bench), chosen(bench)) == ("00101", None)
        assert bench.count(r"AT\+COPS=4.*") == 1

    play(story, settings=SETTINGS)


@pytest.mark.parametrize("does", [True, False], ids=["its answer is lost", "it chooses nothing"])
def test_a_modem_that_is_silent_at_the_undo_blocks_nobody(play: Play, does: bool) -> None:
    async def story(bench: Bench) -> None:
        bench.simulated.set_faults(FaultPlan((Fault(Action.NO_ANSWER, prefix="AT+COPS=0"),)))
        if not does:
            table = bench.simulated._table
            by_hand = Entry(set=table["+COPS"].set, read=lambda *_: ('+COPS: 4,2,"00103",7',))
            bench.simulated._table = {**table, "+COPS": by_hand}
        allow = bench.refuse("+CMGS")
        bench.send("#1 NETWORK 00103")
        await bench.until(lambda: bench.count(r"AT\+COPS=0"), "it is put back", 1000)
        allow()
        bench.send("#2 PING")
        await bench.answer("#2 OK PING", 400)
        reason = "not-sent" if does else "not-restored"
        await bench.until(lambda: bench.verdicts()[0] == reason, "it is settled", 1000)
        assert bench.count(r"AT\+COPS=0") == (1 if does else 3)

    play(story, settings=SETTINGS)


def test_an_older_choice_is_stale(play: Play) -> None:
    async def story(bench: Bench) -> None:
        now = bench.network.wall()
        bench.send("#1 NETWORK 00103", at=now)
        await bench.answer("#1 OK NETWORK 00103")
        bench.send("#2 NETWORK AUTO", at=now - timedelta(seconds=1))
        await bench.answer("#2 ERR reason=stale")
        assert plmn(bench) == "00103"

    play(story, settings=SETTINGS)
