"""Answers that the network doesn't take at once: order, retries, expiry, and status reports."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest

from apn_config.outgoing import NO_SMS_AFTER
from apn_config.store import OutboxRow, OutboxState, Report, Store
from modem import ModemError
from modem.at.results import CMS_NAMES
from modem.profiles import SIM7600
from modem.sms import build_status_report, parse_number
from tests.service.bench import CONFIG, EPOCH, Bench, Play

HOUR_S = 3600.0
REPORTING = replace(CONFIG, reply=replace(CONFIG.reply, status_report=True))
SHORT_LIVED = replace(CONFIG, reply=replace(CONFIG.reply, expire_h=2.0))


def owe(bench: Bench, *texts: str, to: str = "1234") -> list[int]:
    """Answers become due, as if commands had been carried out; their ids."""

    def add(store: Store) -> list[int]:
        return [store.outbox.add(to, text, bench.clock.now()) for text in texts]

    ids = bench.db.now(add)
    bench.agent.outgoing.wake()
    return ids


def row(bench: Bench, number: int) -> OutboxRow:
    """An answer as it is kept."""
    found = bench.db.now(lambda store: store.outbox.get(number))
    assert found is not None
    return found


def tries(bench: Bench) -> int:
    """How often an answer was given to the modem; a PDU's end stands before the next command."""
    return sum("AT+CMGS=" in line for line in bench.commands)


def journal(bench: Bench, subject: int) -> list[dict[str, str | int | None]]:
    """What is said of an answer."""
    entries = bench.db.now(lambda store: store.journal.tail(500))
    return [
        dict(entry.detail)
        for entry in entries
        if (entry.kind, entry.subject) == ("answer", str(subject))
    ]


# So many failures of that code, after which all is well again within so many seconds. A busy card
# is asked five times by the modem itself before that counts as one.
WAITED_FOR = {
    "no-network-service": (331, 2, 40),
    "network-out-of-order": (38, 2, 20),
    "congestion": (42, 2, 20),
    "service-centre-busy": (192, 2, 20),
    "card-busy": (314, 10, 30),
    "memory-full": (322, 2, 20),
    "unknown-error": (500, 2, 20),
}


@pytest.mark.parametrize(("code", "failures", "limit_s"), WAITED_FOR.values(), ids=WAITED_FOR)
def test_no_answer_overtakes_one_that_waits(
    play: Play, code: int, failures: int, limit_s: float
) -> None:
    async def story(bench: Bench) -> None:
        bench.network.smsc.refuse(code, count=failures)
        for number in range(3):
            bench.send(f"#{number} PING")
            await bench.passes(0.5)
        owe(bench, "#3 OK PING")
        await bench.until(lambda: len(bench.answers) == 4, "all are answered", limit_s)
        assert [text.split()[0] for text in bench.answers] == ["#0", "#1", "#2", "#3"]
        assert row(bench, 1).last_error is not None
        assert str(code) in row(bench, 1).last_error  # type: ignore[operator]

    play(story)


def test_what_the_network_never_takes_holds_up_nobody(play: Play) -> None:
    async def story(bench: Bench) -> None:
        bench.network.smsc.refuse(195, to="999")  # invalid SME address
        (bad,) = owe(bench, "to nobody", to="999")
        bench.send("#1 PING")
        _, took_s = await bench.answer("#1 OK PING")
        assert took_s < 2
        assert row(bench, bad).state is OutboxState.DUE
        await bench.passes(60)
        assert (row(bench, bad).state, row(bench, bad).attempts) == (OutboxState.FAILED, 2)
        assert "+CMS ERROR 195" in str(journal(bench, bad)[-1]["failed"])

    play(story)


def test_other_troubles_are_no_refusals(play: Play) -> None:
    async def story(bench: Bench) -> None:
        bench.network.smsc.refuse(38, to="999")
        (number,) = owe(bench, "to somebody", to="999")
        await bench.until(lambda: tries(bench) == 5, "it is tried", 300)
        bench.network.smsc.refuse(195, to="999", count=2)
        await bench.until(lambda: tries(bench) == 7, "it is refused twice", 300)
        bench.network.smsc.relent()
        await bench.answer("to somebody", 300)
        assert row(bench, number).state is OutboxState.SENT

    play(story)


def test_what_is_unclear_holds_up_the_others_for_seconds_alone(play: Play) -> None:
    async def story(bench: Bench) -> None:
        bench.network.smsc.refuse(500, to="999")
        (bad,) = owe(bench, "to nobody", to="999")
        bench.send("#1 PING")
        _, took_s = await bench.answer("#1 OK PING")
        assert 15 <= took_s < 20
        assert row(bench, bad).state is OutboxState.DUE
        bench.network.smsc.relent()
        await bench.answer("to nobody", 60)

    play(story)


UNCOMPOSABLE = {
    "no-number": ("emnify", "text"),
    "no-recipient": ("", "text"),
    "too-long": ("1234", "x" * 255 * 160),
}


@pytest.mark.parametrize(("to", "text"), UNCOMPOSABLE.values(), ids=UNCOMPOSABLE)
def test_what_the_codec_cannot_compose_holds_up_nobody(play: Play, to: str, text: str) -> None:
    async def story(bench: Bench) -> None:
        (bad,) = owe(bench, text, to=to)
        bench.send("#1 PING")
        await bench.answer("#1 OK PING", 2)
        assert row(bench, bad).state is OutboxState.FAILED
        assert journal(bench, bad) == [{"failed": "it can't be composed"}]

    play(story)


def test_service_that_returns_is_used_at_once(play: Play) -> None:
    async def story(bench: Bench) -> None:
        bench.simulated.set_coverage(False)
        await bench.passes(60)
        owe(bench, "#1 OK PING")
        await bench.passes(2 * HOUR_S)
        assert bench.answers == []
        bench.simulated.set_coverage(True)
        await bench.answer("#1 OK PING", 15)  # most of it is the registration

    play(story)


def test_days_without_service_write_next_to_nothing(play: Play) -> None:
    async def story(bench: Bench) -> None:
        bench.simulated.set_coverage(False)
        await bench.passes(60)
        (number,) = owe(bench, "#1 OK PING")
        await bench.passes(60)
        assert row(bench, number).attempts == 1
        connection = bench.db._open_store._database._connection  # type: ignore[union-attr]
        before = connection.total_changes
        before_tries = tries(bench)
        await bench.passes(20 * HOUR_S)
        assert 1000 < tries(bench) - before_tries <= 1200  # one a minute
        assert row(bench, number).attempts == 1
        assert connection.total_changes - before <= 30  # the running time, once an hour

    play(story)


def test_an_answer_that_is_too_old_is_not_sent(play: Play) -> None:
    async def story(bench: Bench) -> None:
        bench.network.smsc.refuse(38)
        (old,) = owe(bench, "#1 OK PING")
        await bench.passes(1.5 * HOUR_S)
        (new,) = owe(bench, "#2 OK PING")
        await bench.passes(0.6 * HOUR_S)
        assert row(bench, old).state is OutboxState.EXPIRED
        assert "38" in str(journal(bench, old)[-1]["expired"])
        bench.network.smsc.relent()
        await bench.answer("#2 OK PING", 150)
        assert row(bench, new).state is OutboxState.SENT
        assert len(bench.answers) == 1

    play(story, config=SHORT_LIVED)


def test_an_answer_that_waited_too_long_for_a_modem_is_not_sent(play: Play) -> None:
    async def story(bench: Bench) -> None:
        async def gone(*_: object, **__: object) -> None:
            raise ModemError("no such port")

        assert bench.link is not None
        with bench.monkeypatch.context() as patched:
            patched.setattr("modem.device.open_link", gone)
            bench.link.break_wire()
            await bench.passes(10)
            (old,) = owe(bench, "#1 OK PING")
            # Handed over, as the intake does.
            bench.agent.outgoing.wake(row(bench, old))
            await bench.passes(3 * HOUR_S)
        bench.send("#2 PING")
        await bench.answer("#2 OK PING", 120)
        assert row(bench, old).state is OutboxState.EXPIRED
        assert len(bench.answers) == 1

    play(story, config=SHORT_LIVED)


# --- SMS that don't work ------------------------------------------------------------------------


def complaints(bench: Bench) -> list[str]:
    """What the ladder of recovery is told from now on."""
    told: list[str] = []
    bench.monkeypatch.setattr(bench.agent.keeper, "no_sms", told.append)
    return told


@pytest.mark.parametrize("code", [38, 331, 500], ids=str)
def test_the_ladder_hears_of_a_network_that_takes_nothing(play: Play, code: int) -> None:
    async def story(bench: Bench) -> None:
        told = complaints(bench)
        bench.network.smsc.refuse(code)
        owe(bench, "#1 OK PING")
        await bench.until(lambda: tries(bench) == NO_SMS_AFTER - 1, "four tries", 600)
        await bench.passes(0.5)
        assert told == []
        await bench.until(lambda: told, "the fifth try", 600)
        assert str(code) in told[0]
        assert tries(bench) == NO_SMS_AFTER

    play(story)


def test_the_ladder_hears_nothing_without_registration(play: Play) -> None:
    async def story(bench: Bench) -> None:
        told = complaints(bench)
        bench.simulated.set_coverage(False)
        await bench.passes(60)
        owe(bench, "#1 OK PING")
        await bench.passes(HOUR_S)
        assert tries(bench) > NO_SMS_AFTER
        assert told == []

    play(story)


@pytest.mark.parametrize("code", [195, 314], ids=["refused", "card-busy"])
def test_the_ladder_hears_nothing_of_other_troubles(play: Play, code: int) -> None:
    async def story(bench: Bench) -> None:
        told = complaints(bench)
        bench.network.smsc.refuse(code)
        owe(bench, *(f"#{number} OK PING" for number in range(4)))
        await bench.passes(HOUR_S)
        assert tries(bench) > NO_SMS_AFTER
        assert told == []

    play(story)


def test_an_answer_that_is_taken_ends_the_count(play: Play) -> None:
    async def story(bench: Bench) -> None:
        told = complaints(bench)
        for number in range(4):
            bench.network.smsc.refuse(38, count=NO_SMS_AFTER - 1)
            owe(bench, f"#{number} OK PING")
            await bench.answer(f"#{number} OK PING", 300)
        assert told == []

    play(story)


# --- status reports -----------------------------------------------------------------------------

REPORTS: dict[str, tuple[tuple[int, ...], Report, int | None, list[str]]] = {
    "delivered": ((0x00,), Report.DELIVERED, 0x00, ["received by the SME"]),
    "failed": ((0x46,), Report.FAILED, 0x46, ["validity period expired"]),
    "given-up": ((0x60,), Report.FAILED, 0x60, ["congestion"]),
    "still-trying": ((0x30,), Report.AWAITED, 0x30, ["SC specific"]),
    "late": ((0x22, 0x00), Report.DELIVERED, 0x00, ["no response from SME", "received by the SME"]),
    "none": ((), Report.AWAITED, None, []),
    "reserved": ((0xFF,), Report.FAILED, 0xFF, []),
}


@pytest.mark.parametrize(("statuses", "report", "status", "told"), REPORTS.values(), ids=REPORTS)
def test_a_report_is_matched_to_its_answer(
    play: Play, statuses: tuple[int, ...], report: Report, status: int | None, told: list[str]
) -> None:
    async def story(bench: Bench) -> None:
        bench.network.smsc.report(*statuses)
        bench.send("#1 PING")
        await bench.answer("#1 OK PING")
        await bench.passes(30)
        found = row(bench, 1)
        assert (found.state, found.report, found.report_status) == (
            OutboxState.SENT,
            report,
            status,
        )
        assert (found.reported is None) == (status is None)
        reports = [detail["report"] for detail in journal(bench, 1) if "report" in detail]
        assert len(reports) == len(statuses)
        assert not told or reports == told
        assert bench.stored_in_modem() == 0

    play(story, config=REPORTING)


def test_no_report_is_asked_for_unless_it_is_configured(play: Play) -> None:
    async def story(bench: Bench) -> None:
        bench.send("#1 PING")
        await bench.answer("#1 OK PING")
        await bench.passes(30)
        assert row(bench, 1).report is None

    play(story)


def test_of_a_long_answer_the_last_part_is_reported_on(play: Play) -> None:
    async def story(bench: Bench) -> None:
        (number,) = owe(bench, "x" * 300)
        await bench.until(lambda: len(bench.sent) == 2, "both parts", 10)
        await bench.passes(10)
        assert row(bench, number).reference == bench.sent[-1].reference
        assert row(bench, number).report is Report.DELIVERED
        entries = bench.db.now(lambda store: store.journal.tail(100))
        assert not [entry for entry in entries if entry.kind == "report"]

    play(story, config=REPORTING)


def reported(bench: Bench, number: str, reference: int, status: int = 0) -> None:
    """The network reports on a submission to that number."""
    report = build_status_report(
        parse_number(number), EPOCH, EPOCH, reference=reference, status=status
    )
    bench.simulated.deliver_pdu(report.pdu)


MATCHES = {
    "number-in-international-form": ("+1234", 7, 2),
    "another-recipient": ("1235", 7, None),
    "another-reference": ("1234", 8, None),
}


@pytest.mark.parametrize(("number", "reference", "matched"), MATCHES.values(), ids=MATCHES)
def test_which_answer_a_report_is_about(
    play: Play, number: str, reference: int, matched: int | None
) -> None:
    """Of two with the same TP-MR, which wraps at 256, the newer one."""

    async def story(bench: Bench) -> None:
        def sent_before(store: Store) -> None:
            for text in ("#1 OK", "#2 OK"):
                row_id = store.outbox.add("1234", text, bench.clock.now())
                store.outbox.sent(row_id, 7, bench.clock.now(), report=Report.AWAITED)

        bench.db.now(sent_before)
        reported(bench, number, reference)
        await bench.passes(30)
        found = [row(bench, 1).report, row(bench, 2).report]
        wanted = [Report.AWAITED, Report.AWAITED if matched is None else Report.DELIVERED]
        assert found == wanted
        entries = bench.db.now(lambda store: store.journal.tail(100))
        unmatched = [dict(entry.detail) for entry in entries if entry.kind == "report"]
        assert unmatched == ([{"reference": reference, "status": 0}] if matched is None else [])
        if matched is not None:
            reported(bench, number, reference)
            await bench.passes(30)
            assert row(bench, 1).report is Report.DELIVERED

    play(story, config=REPORTING)


# --- what the operator is told ------------------------------------------------------------------


def test_the_operator_is_told_of_a_damaged_store(play: Play) -> None:
    """The messages that are still in the modem are read, as after any start."""

    async def story(bench: Bench) -> None:
        bench.send("#1 APN other")
        await bench.answer("#1 OK APN other")
        await bench.kill()
        path = bench.home / "store.db"
        connection = sqlite3.connect(path)
        page = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'journal'")
        at = (page.fetchone()[0] - 1) * 2048
        connection.close()
        with path.open("r+b") as file:
            file.seek(at)
            file.write(b"\xa5" * 2048)
        bench.send("#2 PING")
        await bench.start()
        await bench.answer("#2 OK PING", 30)
        await bench.until(lambda: len(bench.answers) == 3, "it is told", 30)
        (note,) = [text for text in bench.answers if text.startswith("NOTE")]
        assert note == (
            "NOTE database damaged, begun anew; kept records=1 changes=1 inbox=1 outbox=1"
        )
        assert len(note) <= 160
        await bench.kill()
        await bench.start()
        await bench.passes(60)
        assert len(bench.answers) == 3
        # What was committed still is.
        record = bench.db.now(lambda store: store.records.get(bench.simulated.who.iccid, 1))
        assert record is not None
        assert record.current.name == "other"

    play(story)


def test_a_single_refusal_of_any_kind_delays_an_answer_by_seconds(play: Play) -> None:
    async def story(bench: Bench) -> None:
        for code in CMS_NAMES:
            bench.network.smsc.refuse(code, count=1)
            owe(bench, f"#{code} OK PING")
            await bench.answer(f"#{code} OK PING", 15)

    play(story)


def test_a_report_that_the_modem_stores_is_read_where_it_says(play: Play) -> None:
    """+CDSI, where +CNMI offers no other way."""

    async def story(bench: Bench) -> None:
        bench.send("#1 PING")
        await bench.answer("#1 OK PING")
        await bench.passes(30)
        assert any("+CNMI=2,1,0,2" in line for line in bench.commands)
        assert row(bench, 1).report is Report.DELIVERED

    ways = "(0-2),(0-3),(0,2),(0,2),(0,1)"
    stores = replace(SIM7600.simulator, cnmi_test=ways, locked_memories=())
    play(story, config=REPORTING, profile=replace(SIM7600, simulator=stores))


def test_a_locked_memory_of_reports_disturbs_nothing(play: Play) -> None:
    async def story(bench: Bench) -> None:
        for number in range(3):
            bench.send(f"#{number} PING")
            await bench.answer(f"#{number} OK PING", 10)
            await bench.passes(30)
        assert row(bench, 1).report is Report.AWAITED

    stores = replace(SIM7600.simulator, cnmi_test="(0-2),(0-3),(0,2),(0,2),(0,1)")
    play(story, config=REPORTING, profile=replace(SIM7600, simulator=stores))
