"""Messages by the control socket, and what is counted of them."""

from __future__ import annotations

from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from apn_config.control import BadRequest, ControlError
from apn_config.metrics import registry_of, text_of
from tests.service.bench import OPERATOR
from tests.service.daemon_bench import DaemonBench, Play


def test_one_that_was_taken_is_read_with_its_answers(play_daemon: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        bench.send("#1 STATUS")
        await bench.answer("#1 OK STATUS", 60)
        await bench.passes(1)
        found = (await bench.do("sms.read", id=1))["inbox"]
        assert (found["from"], found["text"], found["verdict"]) == (
            OPERATOR,
            "#1 STATUS",
            "answered",
        )
        (answer,) = found["answers"]
        assert answer["text"].startswith("#1 OK STATUS")
        assert (answer["state"], answer["to"], answer["error"]) == ("sent", "1234", None)
        with pytest.raises(ControlError, match="no message 2"):
            await bench.do("sms.read", id=2)

    play_daemon(story)


def test_the_store_s_list_asks_no_modem(play_daemon: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        for number in range(3):
            bench.send(f"#{number} PING")
            await bench.answer(f"#{number} OK PING", 60)
        await bench.passes(5)
        before = list(bench.commands)
        listed = await bench.do("sms.list", taken=True, count=2)
        assert [each["id"] for each in listed["inbox"]] == [2, 3]
        assert (listed["modem"], bench.commands) == ([], before)

    play_daemon(story)


def test_what_isn_t_in_the_store_isn_t_deleted(play_daemon: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        bench.announce_nothing()
        (pdu,) = bench.send("#1 PING")
        assert bench.stored_in_modem() == 1
        found = (await bench.do("sms.read", memory="ME", index=0))["modem"]
        assert (found["from"], found["text"], found["part"]) == (OPERATOR, "#1 PING", None)
        for discard in (False, True):
            with pytest.raises(ControlError, match="isn't in the store") as told:
                await bench.do("sms.delete", memory="ME", index=0, discard=discard)
            assert told.value.exit_code == 4
        assert bench.stored_in_modem() == 1
        await bench.answer("#1 OK PING")
        # What the modem refused to give up, or what comes again, is in the store.
        bench.simulated.deliver_pdu(pdu)
        deleted = await bench.do("sms.delete", memory="me", index=0)
        assert deleted == {"memory": "ME", "index": 0, "taken": True}
        assert bench.stored_in_modem() == 0
        with pytest.raises(ControlError, match="no message in ME 0"):
            await bench.do("sms.delete", memory="ME", index=0)

    play_daemon(story)


@pytest.mark.parametrize(
    ("op", "args"),
    [
        ("sms.read", {"id": "1"}),
        ("sms.read", {"id": 0}),
        ("sms.read", {"memory": "ME"}),
        ("sms.read", {"memory": 'ME";+CMGD=1', "index": 1}),
        ("sms.delete", {"memory": "ME", "index": -1}),
        ("sms.delete", {"memory": "ME", "index": True}),
        ("sms.delete", {"memory": "ME", "index": 1, "discard": "yes"}),
        ("sms.list", {"taken": 1}),
        ("sms.list", {"taken": True, "count": 501}),
        ("watch", {"console": True}),
        ("watch", {"after": -1}),
        ("journal", {"after": "x"}),
    ],
)
def test_faulty_arguments(play_daemon: Play, op: str, args: dict[str, Any]) -> None:
    async def story(bench: DaemonBench) -> None:
        with pytest.raises(BadRequest):
            await bench.do(op, **args)

    play_daemon(story)


def test_a_journal_is_read_on_from_where_one_was(play_daemon: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        bench.send("#1 PING")
        await bench.answer("#1 OK PING", 60)
        await bench.passes(1)
        entries = await bench.do("journal")
        assert await bench.do("journal", after=entries[0]["id"]) == entries[1:]
        assert await bench.do("journal", after=entries[-1]["id"]) == []
        assert await bench.do("journal", after=0, count=1) == entries[:1]

    play_daemon(story)


# --- what is counted ------------------------------------------------------------------------------


async def samples(bench: DaemonBench) -> dict[str, float]:
    """The metrics as Prometheus reads them: name and labels -> value."""
    numbers = await bench.do("metrics")
    text = text_of(registry_of(lambda: numbers))
    return {
        " ".join([sample.name, *sorted(sample.labels.values())]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_what_happens_is_counted(play_daemon: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        before = await samples(bench)
        assert before["modem_helper_answers_total sent"] == 0
        for words, answer in {
            "#1 PING": "#1 OK PING",
            "#2 STATUS": "#2 OK STATUS",
            "#3 APN other": "#3 OK APN other",
            "#4 APN nosuch": "#4 ROLLBACK",
            "#5 FLY": "#5 ERR",
        }.items():
            bench.send(words)
            await bench.answer(answer)
        bench.send("#6 PING", sender="4917112345678")
        bench.send("Buy now at hostile.example {}\"'\\ \n", sender="4917112345678")
        await bench.passes(60)
        await bench.do("at", line="AT+CNMI=0,0", force=True)
        await bench.passes(60)
        after = await samples(bench)
        expected = {
            "modem_helper_up": 1,
            "modem_helper_messages_received_total": 7,
            "modem_helper_inbox_messages": 7,
            "modem_helper_answers_total sent": 5,
            "modem_helper_answers_total failed": 0,
            "modem_helper_commands_total PING answered": 1,
            "modem_helper_commands_total STATUS answered": 1,
            "modem_helper_commands_total APN SET committed": 1,
            "modem_helper_commands_total APN SET rolled-back": 1,
            "modem_helper_commands_total none unknown-verb": 1,
            "modem_helper_commands_total PING not-listed": 1,
            "modem_helper_commands_total none not-listed": 1,
            "modem_helper_changes_total committed": 1,
            "modem_helper_changes_total rolled-back": 1,
            "modem_helper_modem_starts_total": 2,
            "modem_helper_modem_restarts_total": 0,
            "modem_helper_registration roaming": 1,
            "modem_helper_link ready": 1,
            "modem_helper_link waiting": 0,
            "modem_helper_outbox_pending": 0,
        }
        assert {name: after.get(name) for name in expected} == expected
        assert not any("hostile" in name or "4917" in name for name in after)

    play_daemon(story)


def test_counts_go_on_over_a_reload_and_are_taken_once(play_daemon: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        bench.send("#1 PING")
        await bench.answer("#1 OK PING", 60)
        await bench.passes(5)
        for _ in range(2):
            assert (await samples(bench))["modem_helper_answers_total sent"] == 1
        bench.daemon.reload()
        await bench.until(lambda: bench.disk.opened == 2, "another life", 60)
        await bench.until(lambda: bench.phase == "ready", "it is ready", 60)
        bench.send("#2 PING")
        await bench.answer("#2 OK PING", 60)
        await bench.passes(5)
        found = await samples(bench)
        assert found["modem_helper_answers_total sent"] == 2
        assert found["modem_helper_modem_starts_total"] == 2

    play_daemon(story)


def test_a_modem_that_is_away_has_no_signal(play_daemon: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        assert (await samples(bench))["modem_helper_modem_ready"] == 1
        bench.unplug()
        await bench.passes(60)
        found = await samples(bench)
        assert (found["modem_helper_modem_ready"], found["modem_helper_link waiting"]) == (0, 1)
        assert "modem_helper_signal_rssi_dbm" not in found

    play_daemon(story)
