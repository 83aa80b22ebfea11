"""Messages that nobody announces, in parts, while the modem is away; and what the sweeps cost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from modem.sms import compose_deliver
from tests.service.bench import CONFIG, DAY_S, EPOCH, OPERATOR, Bench, Play


async def ping(bench: Bench, tag: int) -> float:
    """A message and its answer; how long that took."""
    bench.send(f"#{tag} PING")
    _, took_s = await bench.answer(f"#{tag} OK PING", DAY_S)
    return took_s


def test_a_message_that_nobody_announced_is_found_within_ten_minutes(play: Play) -> None:
    async def story(bench: Bench) -> None:
        await bench.passes(10)
        bench.announce_nothing()
        assert 500 < await ping(bench, 1) <= 601

    play(story)


def test_unannounced_messages_make_the_sweeps_come_often(play: Play) -> None:
    """Beside ModemManager every message is one: half a minute then, and the status says so."""

    async def story(bench: Bench) -> None:
        await bench.passes(700)
        assert not bench.agent.sweeps.fast
        bench.announce_nothing()
        await ping(bench, 1)
        assert bench.agent.sweeps.fast
        for number in range(2, 5):
            await bench.passes(7)
            assert await ping(bench, number) <= 31
        # An announced message, and a day without another find, and it is quiet again.
        bench.simulated.state.settings.cnmi = replace(
            bench.simulated.state.settings.cnmi, mode=2, mt=1
        )
        assert await ping(bench, 9) < 2
        await bench.passes(DAY_S - 100)
        assert bench.agent.sweeps.fast
        await bench.passes(200)
        assert not bench.agent.sweeps.fast

    play(story)


def test_what_is_found_at_the_start_proves_nothing(play: Play) -> None:
    async def story(bench: Bench) -> None:
        await bench.kill()
        bench.send("#1 PING")
        await bench.start()
        await bench.answer("#1 OK PING")
        await bench.passes(1300)
        assert not bench.agent.sweeps.fast

    play(story)


def test_an_idle_daemon_asks_for_nothing_but_its_sweeps(play: Play) -> None:
    async def story(bench: Bench) -> None:
        await bench.passes(60)
        before = len(bench.commands)
        await bench.passes(3600)
        assert set(bench.commands[before:]) == {"AT+CMGL=4"}
        assert len(bench.commands) - before == 6

    play(story)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0)], ids=str)
def test_a_command_of_several_parts_in_any_order(play: Play, order: tuple[int, ...]) -> None:
    async def story(bench: Bench) -> None:
        text = "#1 APN other user=" + "u" * 60 + " pass=" + "p" * 60 + " auth=pap" + " " * 250
        parts = compose_deliver(OPERATOR, text, timestamp=EPOCH, reference=9)
        assert len(parts) == 3
        for number in order:
            assert bench.answers == []
            bench.simulated.deliver_pdu(parts[number].pdu)
            # The same part twice is one.
            bench.simulated.deliver_pdu(parts[number].pdu)
            await bench.passes(3600)
        await bench.until(lambda: bench.answers, "it is answered", 60)
        assert bench.answers[0].startswith("#1 OK APN other")
        assert len(bench.answers) == 1
        assert bench.stored_in_modem() == 0

    play(story)


def test_parts_survive_a_restart(play: Play) -> None:
    async def story(bench: Bench) -> None:
        text = "#1 PING" + " " * 200
        first, second = compose_deliver(OPERATOR, text, timestamp=EPOCH, reference=9)
        bench.simulated.deliver_pdu(second.pdu)
        await bench.until(lambda: bench.verdicts() == [None], "the part is stored")
        await bench.kill()
        bench.simulated.deliver_pdu(first.pdu)
        await bench.start()
        await bench.answer("#1 OK PING")

    play(story)


def test_a_part_whose_others_never_come_is_erased_after_a_day(play: Play) -> None:
    """It may hold a secret, and is of no use to anybody."""

    async def story(bench: Bench) -> None:
        text = "#1 PIN watchword PING" + " " * 200
        first, _ = compose_deliver(OPERATOR, text, timestamp=EPOCH, reference=9)
        bench.simulated.deliver_pdu(first.pdu)
        await bench.until(lambda: bench.verdicts() == [None], "the part is stored")
        await bench.passes(2 * DAY_S - 60)
        (row,) = bench.db.now(lambda store: store.inbox.recent(9))
        assert (row.state.value, row.text, row.pdu) == ("expired", None, None)
        for path in bench.home.iterdir():
            if path.is_file():
                assert first.pdu[-60:].encode() not in path.read_bytes(), path

    play(story)


def test_a_full_storage_that_nobody_announces(play: Play) -> None:
    """23 slots are full, the network holds back seven more: one sweep gets them all."""

    async def story(bench: Bench) -> None:
        await bench.passes(10)
        bench.announce_nothing()
        for number in range(30):
            bench.send(f"#{number} PING")
        assert bench.stored_in_modem() == 23
        await bench.until(lambda: len(bench.answers) == 30, "all are answered", 1300)
        assert bench.stored_in_modem() == 0

    play(story)


def test_the_link_breaks_while_messages_wait(play: Play) -> None:
    async def story(bench: Bench) -> None:
        for number in range(5):
            bench.send(f"#{number} PING")
        await bench.until(lambda: bench.answers, "the first is answered")
        assert bench.link is not None
        bench.link.break_wire()
        await bench.until(lambda: len(set(bench.answers)) >= 5, "all are answered", 120)
        # What was being handed over when the link broke may come twice, with the same text.
        assert {text.split()[0] for text in bench.answers} == {f"#{n}" for n in range(5)}
        assert len(bench.answers) <= 6

    play(story)


def test_what_couldn_t_be_sent_for_hours_goes_out_in_order(play: Play) -> None:
    async def story(bench: Bench) -> None:
        allow = bench.refuse("+CMGS")
        for number in range(3):
            bench.send(f"#{number} PING")
            await bench.passes(60)
        await bench.passes(3 * 3600)
        assert bench.answers == []
        allow()
        await bench.until(lambda: len(bench.answers) == 3, "all are sent", 600)
        assert [text.split()[0] for text in bench.answers] == ["#0", "#1", "#2"]
        assert bench.clock.now().wall - EPOCH > timedelta(hours=3)

    play(story)


def test_another_card_begins_a_new_record(play: Play) -> None:
    """State belongs to the ICCID: what was committed for one card isn't forced on the next."""

    async def story(bench: Bench) -> None:
        bench.send("#1 APN other")
        await bench.answer("#1 OK APN other")
        await bench.kill()
        card = bench.simulated.state.card
        assert card is not None
        first = card.iccid
        card.iccid = "8988303000000999999"
        bench.simulated.state.contexts[1] = replace(bench.simulated.state.contexts[1], apn="em")
        await bench.start()
        await bench.passes(30)
        assert bench.apn == "em"
        assert bench.db.now(lambda store: store.records.get(first, 1)) is not None

    play(story)


@pytest.mark.parametrize("enforce", [True, False])
def test_drift_is_put_right(play: Play, enforce: bool) -> None:
    async def story(bench: Bench) -> None:
        bench.send("#1 APN other")
        await bench.answer("#1 OK APN other")
        bench.simulated.state.contexts[1] = replace(bench.simulated.state.contexts[1], apn="em")
        bench.simulated.restart()
        await bench.passes(60)
        assert bench.apn == bench.serves == ("other" if enforce else "em")

    config = replace(CONFIG, apn=replace(CONFIG.apn, enforce=enforce))
    play(story, config=config)
