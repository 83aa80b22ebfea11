"""All that a daemon says to SQLite in a long story goes by an index."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from apn_config.control import Json
from apn_config.operations import Operations
from apn_config.status import Standing
from tests.apn_config.store_growth import walks
from tests.service.bench import CONFIG, DAY_S, Bench, Play

REPORTING = replace(CONFIG, reply=replace(CONFIG.reply, status_report=True))
# Words, and how the answer begins; in this order.
COMMANDS = {
    "#1 PING": "#1 OK PING",
    "#2 STATUS": "#2 OK STATUS",
    "#3 APN": "#3 OK APN em",
    "#4 APN other": "#4 OK APN other",
    "#5 APN ROLLBACK": "#5 OK APN em",
    "#6 APN nosuch": "#6 ROLLBACK APN nosuch",
    "#7 APN other for=10m": "#7 OK APN other for=10m",
    "#8 APN KEEP": "#8 OK APN KEEP",
    "#9 APN HISTORY": "#9 OK APN HISTORY",
    "#A REBOOT MODEM": "#A OK REBOOT MODEM",
    "#B APN em cid=9": "#B ERR",
    "#C FLY": "#C ERR",
}


async def ask(bench: Bench, op: str, **args: object) -> Json:
    """An operation of the control socket."""
    now = bench.clock.now()
    operations = Operations(lambda: bench.agent, Standing(bench.config, now, now), bench.clock)
    found: Json = await operations.table[op](args, lambda _event: None)
    return found


def connection(bench: Bench) -> sqlite3.Connection:
    """The daemon's own."""
    assert bench.db._open_store is not None
    return bench.db._open_store._database._connection


async def live(bench: Bench) -> None:
    """Everything that a daemon does, once."""
    for words, answer in COMMANDS.items():
        bench.send(words)
        await bench.answer(answer)
    bench.send("#1 PING", sender="4915112345678")
    repeated = bench.send("#D PING")
    await bench.answer("#D OK PING")
    bench.simulated.deliver_pdu(repeated[0])
    bench.send("x" * 300)
    bench.network.smsc.refuse(38, count=2)
    bench.send("#E PING")
    await bench.answer("#E OK PING")
    for op in ("status", "sms.list", "apn.show", "apn.history", "journal"):
        await ask(bench, op)
    await ask(bench, "apn.set", apn="em")
    await bench.passes(DAY_S / 10)


def test_no_statement_walks_through_a_table(play: Play) -> None:
    async def story(bench: Bench) -> None:
        said: set[str] = set()
        for _ in range(2):
            connection(bench).set_trace_callback(said.add)
            await live(bench)
            bench.clock.booted_s -= 31 * DAY_S  # what is kept for 30 days is deleted
            await bench.passes(2000)
            await bench.kill()
            await bench.start()
        assert {"INSERT", "SELECT", "UPDATE", "DELETE"} <= {sql.split()[0] for sql in said}
        assert any(sql.startswith("DELETE FROM inbox") for sql in said)
        assert any("report = 'delivered'" in sql for sql in said)
        assert len(said) > 500
        found = {sql: walks(connection(bench), sql) for sql in said}
        assert {sql: lines for sql, lines in found.items() if lines} == {}

    play(story, config=REPORTING)
