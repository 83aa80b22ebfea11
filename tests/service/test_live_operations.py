"""Somebody works at the modem beside the daemon: AT lines, watching, recording, searching."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from apn_config.batch import Taken
from apn_config.config import AccessConfig
from apn_config.control import BadRequest, ControlError, Json
from apn_config.operations import ATTENDED
from apn_config.operations_network import is_search
from modem.at import Urc
from modem.errors import MisuseError, ModemSilent
from modem.sms import build_deliver, compose_deliver, parse_number
from tests.service.bench import CONFIG, EPOCH, OPERATOR
from tests.service.daemon_bench import DaemonBench, Play

WORD = "Xk4821q"
SECRET = f"PIN {WORD} STATUS"


@asynccontextmanager
async def running(bench: DaemonBench, op: str, **args: object) -> AsyncIterator[list[Json]]:
    """An endless operation; its events so far. It has begun when this is entered."""
    events: list[Json] = []
    task = asyncio.ensure_future(bench.daemon._table[op](args, events.append))
    await bench.passes(0.3)
    try:
        yield events
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def of(events: list[Json], kind: str) -> list[Any]:
    return [event[kind] for event in events if kind in event]


def cnmi(bench: DaemonBench) -> int:
    return bench.simulated.state.settings.cnmi.mt


# --- AT lines -------------------------------------------------------------------------------------


def test_a_line_is_answered_as_a_channel_wants_it(play_daemon: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        answer = await bench.do("at", line="at+csq")
        assert (answer["final"], answer["ok"], answer["code"]) == ("OK", True, None)
        assert answer["lines"][0].startswith("+CSQ: ")
        refused = await bench.do("at", line="AT+CPBR=999")
        assert (refused["final"], refused["ok"], refused["code"]) == ("+CME ERROR: 21", False, 21)

    play_daemon(story)


@pytest.mark.parametrize(
    ("args", "error"),
    [
        ({}, BadRequest),
        ({"line": "AT", "force": 1}, BadRequest),
        ({"line": "AT", "timeout_s": "5"}, BadRequest),
        ({"line": "AT", "timeout_s": 0}, BadRequest),
        ({"line": "AT", "timeout_s": float("nan")}, BadRequest),
        ({"line": "AT", "timeout_s": 1e9}, BadRequest),
        ({"line": "AT", "payload": 5}, BadRequest),
        ({"line": "AT\r\x1a"}, MisuseError),
        ({"line": "12345"}, MisuseError),
    ],
    ids=lambda value: json.dumps(value) if isinstance(value, dict) else "",
)
def test_faulty_lines_reach_no_modem(
    play_daemon: Play, args: dict[str, object], error: type[Exception]
) -> None:
    async def story(bench: DaemonBench) -> None:
        before = list(bench.commands)
        with pytest.raises(error) as told:
            await bench.do("at", **args)
        assert getattr(told.value, "exit_code", None) == 2
        assert bench.commands == before

    play_daemon(story)


def test_what_takes_the_daemon_s_ground_needs_force_and_is_taken_back(play_daemon: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        with pytest.raises(ControlError, match="--force") as told:
            await bench.do("at", line="AT+CNMI=0,0")
        assert told.value.exit_code == 4
        assert "AT+CNMI=0,0" not in bench.commands
        await bench.do("at", line="AT+CNMI=0,0", force=True)
        await bench.until(lambda: cnmi(bench) == 1, "the modem is set up again", 60)
        bench.send("#1 PING")
        await bench.answer("#1 OK PING", 60)

    play_daemon(story)


def test_a_console_keeps_what_it_forced_until_it_goes(play_daemon: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        async with running(bench, "watch", console="a"):
            async with running(bench, "watch"), running(bench, "watch", console="b"):
                await bench.do("at", line="AT+CNMI=0,0", force=True, console="a")
                await bench.passes(60)
            assert cnmi(bench) == 0
            await bench.passes(60)
            assert cnmi(bench) == 0
        await bench.until(lambda: cnmi(bench) == 1, "the modem is set up again", 60)

    play_daemon(story)


@pytest.mark.parametrize("console", [{}, {"console": "gone"}], ids=["none", "one that has gone"])
def test_a_console_that_looks_on_keeps_nothing_that_others_forced(
    play_daemon: Play, console: dict[str, str]
) -> None:
    async def story(bench: DaemonBench) -> None:
        async with running(bench, "watch", console="a"):
            await bench.do("at", line="AT+CNMI=0,0", force=True, **console)
            await bench.until(lambda: cnmi(bench) == 1, "the modem is set up again", 60)

    play_daemon(story)


def test_setting_it_up_again_is_no_sign_of_a_bad_power_supply(play_daemon: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        for _ in range(10):
            await bench.do("at", line="AT+CNMI=0,0", force=True)
            await bench.until(lambda: cnmi(bench) == 1, "the modem is set up again", 60)
        await bench.passes(60)
        recovery = (await bench.status())["recovery"]
        assert (recovery["trouble"], recovery["remedies"]) == (None, [])

    play_daemon(story)


@pytest.mark.parametrize("console", [None, "a"], ids=["no console", "a console stays"])
def test_another_memory_chosen_while_slots_are_emptied_costs_no_message(
    play_daemon: Play, console: str | None
) -> None:
    early, late = [f"#{number} PING" for number in range(6)], ["#a PING", "#b PING", "#c PING"]

    async def story(bench: DaemonBench) -> None:
        choosing: list[asyncio.Future[None]] = []

        async def choose() -> None:
            await bench.do("at", line='AT+CPMS="SM","SM","SM"', force=True, console=console)
            for text in late:
                bench.send(text)

        def begin(line: str) -> None:
            if "AT+CMGD=" in line and not choosing:
                choosing.append(asyncio.ensure_future(choose()))

        bench.listeners.append(begin)
        async with running(bench, "watch", console=console):
            for text in early:
                bench.send(text)
            await bench.passes(60)
        await bench.passes(3600)
        assert choosing[0].done()
        assert sorted(bench.answers) == sorted(
            f"{text.split()[0]} OK PING" for text in (*early, *late)
        )
        assert bench.stored_in_modem() == 0

    play_daemon(story)


def test_another_memory_to_read_costs_no_message_while_a_console_stays(play_daemon: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        async with running(bench, "watch", console="a"):
            await bench.do("at", line='AT+CPMS="SM"', force=True, console="a")
            bench.send("#1 PING")
            await bench.answer("#1 OK PING", 60)

    play_daemon(story)


def test_no_answer_goes_out_in_text_mode(play_daemon: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        agent = bench.daemon._agent
        assert agent is not None

        def make_one_due(line: str) -> None:
            if line.endswith("AT+CMGF=1"):
                now = bench.clock.now()
                bench.db.now(lambda store: store.outbox.add("1234", "due", now))
                agent.outgoing.wake()

        bench.listeners.append(make_one_due)
        await bench.do("at", line="AT+CMGF=1", force=True)
        await bench.until(lambda: bench.answers == ["due"], "it is sent", 60)
        text_mode = bench.commands.index("AT+CMGF=1")
        sent = next(at for at, line in enumerate(bench.commands) if line.startswith("AT+CMGS="))
        assert "AT+CMGF=0" in bench.commands[text_mode:sent]

    play_daemon(story)


def searches(bench: DaemonBench) -> int:
    return sum(line == "AT+COPS=?" for line in bench.commands)


def test_an_impatient_client_loses_the_daemon_no_modem(play_daemon: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        async with running(bench, "watch") as events:
            for _ in range(6):
                with suppress(ModemSilent):
                    await bench.do("at", line="AT+COPS=?", timeout_s=0.01)
            await bench.passes(60)
        assert of(events, "link") == [{"phase": "ready", "why": None}]

    play_daemon(story)


SEARCHES = {
    "AT+COPS=?": True,
    "at+csq;+cops = ?": True,
    'AT+COPS=4,2,"26201"': True,
    "AT+QSCAN=3": True,
    "AT^NETSCAN": True,
    "AT+COPS?": False,
    "AT+COPS=3,2": False,
    "AT+CSQ": False,
}


@pytest.mark.parametrize(("line", "searches"), SEARCHES.items(), ids=SEARCHES)
def test_what_a_search_is(line: str, searches: bool) -> None:
    assert is_search(line) is searches


def test_one_client_at_a_time_searches(play_daemon: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        bench.network.settings = replace(bench.network.settings, scan_s=150.0)
        first = asyncio.ensure_future(bench.do("at", line="AT+COPS=?"))
        await bench.passes(1)
        for args in ({"op": "at", "line": "AT+CSQ;+COPS=?"}, {"op": "network.scan"}):
            with pytest.raises(ControlError, match="another client searches") as told:
                await bench.do(**args)
            assert told.value.exit_code == 7
        bench.send("#1 PING")
        await bench.answer("#1 OK PING", 200)
        assert (await first)["ok"]
        assert searches(bench) == 1
        assert (await bench.do("network.scan"))["networks"]

    play_daemon(story)


def test_a_forced_line_holds_nothing_up_while_it_waits_for_its_turn(play_daemon: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        bench.network.settings = replace(bench.network.settings, scan_s=150.0)
        search = asyncio.ensure_future(bench.do("at", line="AT+COPS=?"))
        await bench.passes(1)
        forced = asyncio.ensure_future(bench.do("at", line="AT+CNMI=2,1", force=True))
        await bench.passes(1)
        agent = bench.daemon._agent
        assert agent is not None
        assert not agent.intake.at_work.locked()
        assert not agent.sending.locked()
        assert (await search)["ok"]
        assert (await forced)["ok"]

    play_daemon(story)


def test_clients_take_turns_with_the_daemon(play_daemon: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        slow = [asyncio.ensure_future(bench.do("at", line="AT+CSQ")) for _ in range(200)]
        await bench.passes(0)
        known = len(bench.commands)
        bench.send("#1 PING")
        await bench.until(lambda: any("CMGR" in each for each in bench.commands[known:]), "", 60)
        asked = [line for line in bench.commands[known:] if line == "AT+CSQ"]
        assert len(asked) < 10
        await asyncio.gather(*slow)

    play_daemon(story)


def test_a_client_that_hangs_up_leaves_the_queue(play_daemon: Play) -> None:
    assert "at" in ATTENDED

    async def story(bench: DaemonBench) -> None:
        bench.network.settings = replace(bench.network.settings, scan_s=150.0)
        for _ in range(12):
            async with running(bench, "at", line="AT+COPS=?"):
                await bench.passes(1)
        bench.send("#1 PING")
        await bench.answer("#1 OK PING", 200)
        assert bench.manager.longest_hunger_s() < 30
        assert (await bench.status())["recovery"]["remedies"] == []

    play_daemon(story)


# --- no secret leaves -----------------------------------------------------------------------------


def pdu_of(alphabet: str, text: str = SECRET) -> tuple[str, int]:
    if alphabet == "8 bit":
        made = build_deliver(parse_number(OPERATOR), EPOCH, payload=text.encode(), dcs=4)
        return made.pdu, made.tpdu_length
    (part,) = compose_deliver(OPERATOR, text, timestamp=EPOCH, alphabet=alphabet)  # type: ignore[arg-type]
    return part.pdu, part.tpdu_length


def assert_no_secret(found: object) -> None:
    shown = json.dumps(found).lower()
    forms = (WORD.lower(), WORD.encode().hex(), WORD.encode("utf-16-be").hex())
    assert not any(form in shown for form in forms)


@pytest.mark.parametrize("alphabet", ["gsm7", "ucs2", "8 bit"])
def test_a_pin_word_leaves_neither_by_an_answer_nor_by_a_recording(
    play_daemon: Play, alphabet: str
) -> None:
    pdu, _length = pdu_of(alphabet)

    async def story(bench: DaemonBench) -> None:
        reading: list[asyncio.Future[Any]] = []
        agent = bench.daemon._agent
        assert agent is not None

        def read_too(urc: Urc) -> None:
            """Before the daemon has deleted it."""
            if urc.prefix == "+CMTI":
                index = urc.text.partition(",")[2]
                reading.append(asyncio.ensure_future(bench.do("at", line=f"AT+CMGR={index}")))

        async with running(bench, "record") as recorded, running(bench, "watch") as watched:
            agent.tap.hear(read_too)
            bench.simulated.deliver_pdu(pdu)
            await bench.until(lambda: bench.stored_in_modem() == 0, "it is taken", 60)
            await bench.passes(5)
            answers = [await each for each in reading]
        assert any(line.startswith("+CMGR") for answer in answers for line in answer["lines"])
        assert of(watched, "sms")
        said = "".join(event["data"] for event in recorded)
        assert "+CMGR: " in said
        for found in (answers, watched, said):
            assert_no_secret(found)
            assert pdu.lower() not in json.dumps(found).lower()

    play_daemon(story)


def test_nor_in_text_mode(play_daemon: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        bench.announce_nothing()
        async with running(bench, "watch", console="a"), running(bench, "record") as recorded:
            await bench.do("at", line="AT+CNMI=0,0", force=True, console="a")
            bench.send(SECRET)
            await bench.do("at", line="AT+CMGF=1", force=True, console="a")
            answer = await bench.do("at", line='AT+CMGL="ALL"')
            await bench.passes(5)
        assert answer["lines"][0].startswith("+CMGL: ")
        assert_no_secret(answer)
        assert_no_secret([event["data"] for event in recorded])

    play_daemon(story)


def test_a_pin_word_in_a_misspelt_command_is_shown_to_nobody(
    play_daemon: Play, tmp_path: Path
) -> None:
    (tmp_path / "pin").write_text(WORD)
    access = AccessConfig(senders=(OPERATOR,), pin_file=tmp_path / "pin")

    async def story(bench: DaemonBench) -> None:
        bench.announce_nothing()
        async with running(bench, "watch") as watched:
            bench.send(f"P1N {WORD} APN em")
            found: list[Json] = [
                await bench.do("sms.list"),
                await bench.do("sms.read", memory="ME", index=0),
                await bench.do("at", line="AT+CMGL=4"),
            ]
            await bench.until(lambda: of(watched, "sms"), "it is taken")
            bench.send(f"#{WORD} PIN {WORD} STATUS")
            await bench.until(lambda: len(of(watched, "sms")) == 2, "it is taken")
            await bench.until(lambda: bench.answers, "it is answered")
            await bench.passes(5)
            found += [await bench.do("sms.list"), await bench.do("sms.read", id=2)]
        assert found[0]["modem"][0]["text"] == "P1N *** APN em"
        assert found[-1]["inbox"]["text"] == "#*** PIN *** STATUS"
        assert found[-1]["inbox"]["answers"][0]["text"].startswith("#*** OK")
        assert_no_secret([found, watched])

    play_daemon(story, config=replace(CONFIG, access=access))


# --- watching -------------------------------------------------------------------------------------


def test_a_watcher_hears_urcs_messages_and_the_link(play_daemon: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        async with running(bench, "watch") as events:
            assert events == [{"link": {"phase": "ready", "why": None}}]
            bench.send("#1 PING")
            await bench.answer("#1 OK PING", 60)
            bench.send("x" * 200, sender="4917112345678")
            await bench.until(lambda: len(of(events, "sms")) == 2, "both are told", 60)
            bench.unplug()
            await bench.until(lambda: len(of(events, "link")) > 1, "it is told", 60)
            bench.port.touch()
            await bench.until(lambda: of(events, "link")[-1]["phase"] == "ready", "it is back", 600)
        first, second = of(events, "sms")
        assert (first["from"], first["text"]) == (OPERATOR, "#1 PING")
        assert (second["from"], second["text"]) == ("***********78", "[200 characters]")
        assert any(urc["lines"][0].startswith("+CMTI: ") for urc in of(events, "urc"))
        assert of(events, "link")[1]["why"]

    play_daemon(story)


def test_who_returns_is_told_what_came_meanwhile(play_daemon: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        for number in range(3):
            bench.send(f"#{number} PING")
            await bench.answer(f"#{number} OK PING", 60)
        async with running(bench, "watch", after=1) as events:
            assert [sms["id"] for sms in of(events, "sms")] == [2, 3]

    play_daemon(story)


def test_who_returns_is_told_of_all_that_became_whole(play_daemon: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        first, *others = bench.network_parts("hello " * 50)
        bench.simulated.deliver_pdu(first)
        for number in range(60):
            bench.send(f"#{number} PING")
            await bench.passes(3)
        for each in others:
            bench.simulated.deliver_pdu(each)
        await bench.passes(10)
        async with running(bench, "watch", after=10) as events:
            await bench.passes(5)
        assert [sms["id"] for sms in of(events, "sms")] == [1, *range(11, 62)]

    play_daemon(story)


def test_one_that_is_told_as_missed_is_not_told_as_coming(play_daemon: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        agent = bench.daemon._agent
        assert agent is not None
        bench.send("#1 PING")
        await bench.answer("#1 OK PING", 60)
        listen = agent.taken.listen

        def amid_a_commit(listener: Callable[[Taken], None]) -> Callable[[], None]:
            """Its row is there for who reads now, and it is told of only then."""
            end = listen(listener)
            listener(Taken(None, False, False, (), whole=(1,)))
            return end

        bench.monkeypatch.setattr(agent.taken, "listen", amid_a_commit)
        async with running(bench, "watch", after=0) as events:
            await bench.passes(5)
        assert [sms["id"] for sms in of(events, "sms")] == [1]

    play_daemon(story)


def test_a_watcher_is_no_worker_that_is_stuck_and_ends_with_its_life(play_daemon: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        watching = asyncio.ensure_future(bench.do("watch"))
        recording = asyncio.ensure_future(bench.do("record"))
        await bench.passes(3 * 3600)
        assert bench.manager.fed_within(30)
        bench.daemon.reload()
        for task in (watching, recording):
            with pytest.raises(ControlError, match="began anew"):
                await task

    play_daemon(story)


def test_a_forgotten_watcher_leaves_no_listener(play_daemon: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        agent = bench.daemon._agent
        assert agent is not None
        async with running(bench, "watch"), running(bench, "record"):
            assert agent.taken._listeners
            assert agent.tap._listeners
        assert [agent.taken._listeners, agent.tap._listeners, agent.tap._hearers] == [[], [], []]

    play_daemon(story)


# --- networks -------------------------------------------------------------------------------------


def test_a_scan_tells_how_long_it_takes(play_daemon: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        events: list[Json] = []
        found = await bench.daemon._table["network.scan"]({}, events.append)
        assert {each["state"] for each in found["networks"]} >= {"current", "forbidden"}
        elapsed = of(events, "elapsed_s")
        assert elapsed == sorted(elapsed)
        assert len(elapsed) >= bench.network.settings.scan_s - 2

    play_daemon(story)


def test_a_scan_that_nobody_waits_for_leaves_the_modem_usable(play_daemon: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        async with running(bench, "network.scan"):
            pass
        bench.send("#1 PING")
        await bench.answer("#1 OK PING", 300)

    play_daemon(story)


@pytest.mark.parametrize("op", ["network.scan", "network.select"])
def test_not_amid_a_change(play_daemon: Play, op: str) -> None:
    async def story(bench: DaemonBench) -> None:
        bench.send("APN other")
        await bench.until(lambda: bench.state == "verifying", "it is under way", 60)
        with pytest.raises(ControlError, match="APN change") as told:
            await bench.do(op)
        assert told.value.exit_code == 4
        await bench.answer("OK APN other")

    play_daemon(story)


@pytest.mark.parametrize("plmn", ["00101", "99999"], ids=["there", "not there"])
def test_a_network_is_chosen_and_names_stay_names(play_daemon: Play, plmn: str) -> None:
    async def story(bench: DaemonBench) -> None:
        chosen = await bench.do("network.select", plmn=plmn)
        assert chosen["plmn"] == "00101"
        assert chosen["wanted"] == plmn
        assert chosen["registration"] == "roaming"
        assert (await bench.status())["modem"]["operator"] == "Simulated Network"
        assert chosen["operator"] == "Simulated Network"

    play_daemon(story)


def test_names_stay_names_for_who_cuts_a_choice_off(play_daemon: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        choosing = asyncio.ensure_future(bench.do("network.select"))
        bench.listeners.append(lambda line: choosing.cancel() if "+COPS=3,2" in line else None)
        await asyncio.wait({choosing})
        assert choosing.cancelled()
        await bench.passes(30)
        assert (await bench.status())["modem"]["operator"] == "Simulated Network"

    play_daemon(story)


@pytest.mark.parametrize("plmn", ["262", '26201"', "Telekom", ""])
def test_a_network_s_number_is_digits(play_daemon: Play, plmn: str) -> None:
    async def story(bench: DaemonBench) -> None:
        with pytest.raises(BadRequest):
            await bench.do("network.select", plmn=plmn)

    play_daemon(story)
