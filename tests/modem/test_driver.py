"""The driver on a wire in memory, with a virtual clock: the test is the modem."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.at import Command, Response, Urc
from modem.driver import PROMPT_TIMEOUT_S, SYNC_TIMEOUT_S, SYNC_WAITS_S, AtDriver
from modem.errors import CommandRefused, LinkLost, MisuseError, ModemError, ModemSilent
from modem.memory_link import MemoryLink, memory_links
from tests.virtual_time import run

MARKER = b"AT+CMEE?\r"
MARKED = b"\r\n+CMEE: 1\r\n\r\nOK\r\n"
OK = b"\r\nOK\r\n"

CSQ = Command("AT+CSQ", prefixes=("+CSQ",))
CSQ_ANSWER = b"\r\n+CSQ: 17,99\r\n\r\nOK\r\n"
CEREG = Command("AT+CEREG?", prefixes=("+CEREG",))
CGDCONT = Command('AT+CGDCONT=1,"IP","m2m.example"')
CMGS = Command("AT+CMGS=23", prefixes=("+CMGS",), payload=b"0011000B91", timeout_s=60.0)
CMEE = Command("AT+CMEE?", prefixes=("+CMEE",))
LOGIN = Command('AT+CGAUTH=1,1,"user","hunter2"', secret=True)
LOGIN_READ = Command("AT+CGAUTH?", prefixes=("+CGAUTH",), secret=True)


async def turns(count: int = 8) -> None:
    """Let the loop deliver what is under way, without moving the clock."""
    for _ in range(count):
        await asyncio.sleep(0)


class Bench:
    """A driver, the far end of its wire, and what the driver reported."""

    def __init__(self) -> None:
        self.urcs: list[Urc] = []
        self.echoes = 0
        self.losses: list[LinkLost] = []
        self.driver = AtDriver(
            on_urc=self.urcs.append, on_echo=self._count_echo, on_lost=self.losses.append
        )
        self.far = self.plug_in()

    def _count_echo(self) -> None:
        self.echoes += 1

    def plug_in(self) -> MemoryLink:
        near, self.far = memory_links(self.driver)
        self.driver.attach(near)
        return self.far

    def start(self, command: Command) -> asyncio.Task[Response]:
        return asyncio.create_task(self.driver.execute(command))

    async def says(self, data: bytes) -> None:
        """The modem says something, and the driver hears it."""
        self.far.write(data)
        await turns()

    async def hears(self) -> bytes:
        """What the driver has written since the last time."""
        await turns()
        return self.far.read()

    async def settle(self) -> None:
        """Get over the resynchronisation that a new link begins with."""
        task = self.start(Command("AT"))
        assert await self.hears() == b"\x1b" + MARKER
        await self.says(MARKED)
        assert await self.hears() == b"AT\r"
        await self.says(OK)
        await task

    async def time_out(self, command: Command) -> None:
        task = self.start(command)
        with pytest.raises(ModemSilent):
            await task
        self.far.read()


def on_bench(scenario: Callable[[Bench], Coroutine[Any, Any, None]]) -> None:
    """Run `scenario(bench)` on a link that is in step."""

    async def prepared() -> None:
        bench = Bench()
        await bench.settle()
        await scenario(bench)

    run(prepared())


def now() -> float:
    return asyncio.get_running_loop().time()


# --- answers --------------------------------------------------------------------------------------


def test_an_answer_reaches_its_caller_two_turns_after_the_bytes_left() -> None:
    async def scenario(bench: Bench) -> None:
        task = bench.start(CSQ)
        assert await bench.hears() == b"AT+CSQ\r"
        bench.far.write(CSQ_ANSWER)
        await asyncio.sleep(0)  # the wire
        await asyncio.sleep(0)  # the task wakes
        assert task.done()
        assert (await task).lines == ("+CSQ: 17,99",)

    on_bench(scenario)


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        pytest.param(b"\r\nERROR\r\n", "ERROR", None, id="verbose"),
        pytest.param(b"\r\n+CME ERROR: 10\r\n", "CME", 10, id="cme"),
        pytest.param(b"\r\n+CMS ERROR: 500\r\n", "CMS", 500, id="cms"),
        pytest.param(b"\r\nNO CARRIER\r\n", "NO CARRIER", None, id="no-carrier"),
    ],
)
def test_a_refusal_carries_what_the_modem_said(answer: bytes, kind: str, code: int | None) -> None:
    async def scenario(bench: Bench) -> None:
        task = bench.start(CSQ)
        await bench.says(answer)
        with pytest.raises(CommandRefused) as caught:
            await task
        assert (caught.value.command, caught.value.kind, caught.value.code) == (
            "AT+CSQ",
            kind,
            code,
        )

    on_bench(scenario)


def test_a_refused_secret_stays_secret() -> None:
    async def scenario(bench: Bench) -> None:
        task = bench.start(LOGIN)
        await bench.says(b"\r\nERROR\r\n")
        with pytest.raises(CommandRefused) as caught:
            await task
        assert "hunter2" not in str(caught.value)

    on_bench(scenario)


def test_what_cannot_be_sent_is_refused_and_the_next_command_works() -> None:
    async def scenario(bench: Bench) -> None:
        with pytest.raises(MisuseError):
            await bench.driver.execute(Command("AT+X\rATZ"))
        task = bench.start(CSQ)
        assert await bench.hears() == b"AT+CSQ\r"
        await bench.says(CSQ_ANSWER)
        assert (await task).final.ok

    on_bench(scenario)


def test_a_silent_modem_is_given_up_at_the_deadline() -> None:
    async def scenario(bench: Bench) -> None:
        began = now()
        with pytest.raises(ModemSilent) as caught:
            await bench.driver.execute(Command("AT+COPS=?", timeout_s=180.0))
        assert now() - began == pytest.approx(180.0)
        assert (caught.value.command, caught.value.waited_s) == ("AT+COPS=?", 180.0)

    on_bench(scenario)


# --- order ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_urcs_around_and_inside_an_answer_come_in_the_order_of_the_bytes(size: int) -> None:
    stream = (
        b'\r\n+CMTI: "ME",1\r\n\r\n+CSQ: 17,99\r\n\r\n+CMTI: "ME",2\r\n'
        b'\r\nOK\r\n\r\n+CMTI: "ME",3\r\n\r\n+CMTI: "ME",4\r\n'
    )

    async def scenario(bench: Bench) -> None:
        task = bench.start(CSQ)
        await turns()
        for at in range(0, len(stream), size):
            bench.far.write(stream[at : at + size])
        assert (await task).lines == ("+CSQ: 17,99",)
        await turns()
        assert [urc.text for urc in bench.urcs] == [f'"ME",{n}' for n in (1, 2, 3, 4)]

    on_bench(scenario)


def test_failing_handlers_cost_neither_answer_nor_later_urcs(
    caplog: pytest.LogCaptureFixture,
) -> None:
    seen: list[str] = []

    def on_urc(urc: Urc) -> None:
        seen.append(urc.prefix)
        if urc.prefix == "RING":
            raise ValueError("a bug in the handler")

    def on_echo() -> None:
        raise ValueError("another one")

    async def scenario(bench: Bench) -> None:
        bench.driver._on_urc = on_urc
        bench.driver._on_echo = on_echo
        bench.driver.expect_echo(False)
        task = bench.start(CSQ)
        await turns()
        await bench.says(b'AT+CSQ\r\r\nRING\r\n\r\n+CMTI: "ME",1\r\n' + CSQ_ANSWER)
        assert (await task).final.ok

    on_bench(scenario)
    assert seen == ["RING", "+CMTI"]
    assert "the handler of RING failed" in caplog.text
    assert "the handler of an echo failed" in caplog.text


def test_commands_take_turns_in_the_order_they_were_asked_for() -> None:
    async def scenario(bench: Bench) -> None:
        tasks = [bench.start(Command(f"AT+T={n}")) for n in range(5)]
        for n, task in enumerate(tasks):
            assert await bench.hears() == f"AT+T={n}\r".encode()
            await bench.says(OK)
            assert (await task).command.text == f"AT+T={n}"

    on_bench(scenario)


def test_the_wait_for_others_does_not_count_for_the_deadline() -> None:
    async def scenario(bench: Bench) -> None:
        first = bench.start(Command("AT+FIRST", timeout_s=100.0))
        second = bench.start(Command("AT+SECOND", timeout_s=1.0))
        await asyncio.sleep(50.0)
        await bench.says(OK)
        await bench.says(OK)
        assert (await first).final.ok
        assert (await second).final.ok

    on_bench(scenario)


# --- payloads -------------------------------------------------------------------------------------


def test_the_payload_follows_the_prompt_once() -> None:
    async def scenario(bench: Bench) -> None:
        task = bench.start(CMGS)
        assert await bench.hears() == b"AT+CMGS=23\r"
        await bench.says(b"\r\n> ")
        assert await bench.hears() == b"0011000B91\x1a"
        await bench.says(b"\r\n> ")
        assert await bench.hears() == b""
        await bench.says(b"\r\n+CMGS: 12\r\n\r\nOK\r\n")
        assert (await task).lines == ("+CMGS: 12",)

    on_bench(scenario)


def test_a_refusal_may_come_in_the_place_of_the_prompt() -> None:
    async def scenario(bench: Bench) -> None:
        task = bench.start(CMGS)
        await bench.says(b"\r\n+CMS ERROR: 304\r\n")
        with pytest.raises(CommandRefused):
            await task
        assert await bench.hears() == b"AT+CMGS=23\r"

    on_bench(scenario)


@pytest.mark.parametrize(
    ("prompted", "waited_s"),
    [
        pytest.param(False, PROMPT_TIMEOUT_S, id="no-prompt"),
        pytest.param(True, CMGS.timeout_s, id="no-result"),
    ],
)
def test_prompt_and_result_have_deadlines_of_their_own(prompted: bool, waited_s: float) -> None:
    async def scenario(bench: Bench) -> None:
        began = now()
        task = bench.start(CMGS)
        await turns()
        if prompted:
            await bench.says(b"\r\n> ")
        bench.far.read()
        with pytest.raises(ModemSilent):
            await task
        assert now() - began == pytest.approx(waited_s)
        assert await bench.hears() == (b"\x1b" if prompted else b"AT+CMGS=23\r\x1b")[-1:]

    on_bench(scenario)


def test_a_prompt_in_the_moment_of_the_time_out_gets_no_payload() -> None:
    async def scenario(bench: Bench) -> None:
        task = bench.start(CMGS)
        await bench.hears()
        asyncio.get_running_loop().call_later(
            PROMPT_TIMEOUT_S, bench.driver.data_received, b"\r\n> "
        )
        with pytest.raises(ModemSilent):
            await task
        assert await bench.hears() == b"\x1b"

    on_bench(scenario)


# --- loss -----------------------------------------------------------------------------------------


def test_a_loss_fails_the_pending_and_all_waiting_commands_at_once() -> None:
    async def scenario(bench: Bench) -> None:
        tasks = [bench.start(CSQ) for _ in range(20)]
        await turns()
        began = now()
        bench.far.break_wire("unplugged")
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(result) for result in results] == [LinkLost] * 20
        assert now() == began
        assert [loss.reason for loss in bench.losses] == ["unplugged"]
        with pytest.raises(LinkLost, match="unplugged"):
            await bench.driver.execute(CSQ)

    on_bench(scenario)


def test_a_command_that_waited_on_the_old_link_is_not_run_on_the_new_one() -> None:
    async def scenario(bench: Bench) -> None:
        tasks = [bench.start(CSQ) for _ in range(3)]
        await turns()
        bench.far.break_wire()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        bench.plug_in()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(result) for result in results] == [LinkLost] * 3
        assert await bench.hears() == b""
        await bench.settle()

    on_bench(scenario)


@pytest.mark.parametrize("again", [False, True], ids=["gone", "replaced"])
@pytest.mark.parametrize("said", [MARKED, OK], ids=["marker", "late-ok"])
def test_a_loss_in_the_turn_of_a_resynchronising_answer_fails_at_once(
    said: bytes, again: bool
) -> None:
    async def scenario(bench: Bench) -> None:
        await bench.time_out(CGDCONT)
        task = bench.start(CSQ)
        await turns()
        began = now()
        bench.driver.data_received(said)
        bench.driver.link_lost(LinkLost("memory:a", "unplugged"))
        if again:
            bench.plug_in()
        with pytest.raises(LinkLost, match="unplugged"):
            await task
        assert now() == began
        assert await bench.hears() in (b"", MARKER)
        if again:
            await bench.settle()

    on_bench(scenario)


def test_another_link_takes_the_place_of_the_first() -> None:
    async def scenario(bench: Bench) -> None:
        task = bench.start(CSQ)
        await turns()
        bench.plug_in()
        with pytest.raises(LinkLost):
            await task
        await bench.settle()

    on_bench(scenario)


def test_execute_before_any_link_is_a_lost_link() -> None:
    with pytest.raises(LinkLost):
        run(AtDriver(on_urc=lambda _: None).execute(CSQ))


def test_close_leaves_the_prompt_and_fails_the_pending_command() -> None:
    async def scenario(bench: Bench) -> None:
        task = bench.start(CMGS)
        assert await bench.hears() == b"AT+CMGS=23\r"
        await bench.driver.close()
        with pytest.raises(LinkLost):
            await task
        assert await bench.hears() == b"\x1b"
        assert bench.losses == []
        await bench.driver.close()

    on_bench(scenario)


# --- late answers ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stale", "late"),
    [
        pytest.param(CGDCONT, MARKED, id="never-answered"),
        pytest.param(CGDCONT, OK + MARKED, id="late-ok"),
        pytest.param(CGDCONT, OK + OK + OK + MARKED, id="several-late-oks"),
        pytest.param(CGDCONT, b"\r\nERROR\r\n" + MARKED, id="late-error"),
        pytest.param(CGDCONT, b"\r\n+CME ERROR: 100\r\n" + MARKED, id="late-cme-error"),
        pytest.param(CEREG, b"\r\n+CEREG: 0,0\r\n" + OK + MARKED, id="late-lines"),
        pytest.param(CMGS, b"\r\n+CMGS: 12\r\n" + OK + MARKED, id="late-reference"),
        pytest.param(CMGS, b"\r\n> \r\n" + OK + MARKED, id="late-prompt"),
        pytest.param(CMGS, b"\r\n> \r\n+CMGS: 12\r\n" + OK + MARKED, id="late-prompt-and-result"),
        pytest.param(CMEE, MARKED + MARKED, id="late-marker-alike"),
    ],
)
@pytest.mark.parametrize("size", [1, 1000], ids=["bytewise", "whole"])
def test_late_answers_are_nobody_elses(stale: Command, late: bytes, size: int) -> None:
    async def scenario(bench: Bench) -> None:
        await bench.time_out(stale)
        task = bench.start(CSQ)
        heard = await bench.hears()
        assert heard.endswith(MARKER)
        assert heard.startswith(b"\x1b") == (stale.payload is not None)
        for at in range(0, len(late), size):
            await bench.says(late[at : at + size])
        began = now()
        assert await bench.hears() == b"AT+CSQ\r"
        assert now() == began, "the answers to all markers are in: nothing to wait for"
        await bench.says(CSQ_ANSWER)
        assert (await task).lines == ("+CSQ: 17,99",)
        assert bench.urcs == []

    on_bench(scenario)


def test_urcs_among_late_answers_are_reported() -> None:
    async def scenario(bench: Bench) -> None:
        await bench.time_out(CEREG)
        task = bench.start(CSQ)
        await turns()
        await bench.says(
            b'\r\n+CMTI: "ME",1\r\n\r\n+CEREG: 0,0\r\n\r\n+CEREG: 5\r\n\r\nOK\r\n'
            b'\r\n+CMTI: "ME",2\r\n' + MARKED + b'\r\n+CMTI: "ME",3\r\n'
        )
        await bench.says(CSQ_ANSWER)
        assert (await task).final.ok
        assert [(urc.prefix, urc.text) for urc in bench.urcs] == [
            ("+CMTI", '"ME",1'),
            ("+CEREG", "5"),
            ("+CMTI", '"ME",2'),
            ("+CMTI", '"ME",3'),
        ]

    on_bench(scenario)


def test_sim7000_answers_slip_by_one() -> None:
    """A SIM7000G's late OKs, as in github.com/Xinyuan-LilyGO/LilyGO-T-SIM7000G issue 140.

    Two AT+CGDCONT are echoed and not answered in time; their OKs come after the third command,
    before the answer to it.
    """
    second = Command('AT+CGDCONT=13,"IP","m2m.example"')

    async def scenario(bench: Bench) -> None:
        first = bench.start(CGDCONT)
        assert await bench.hears() == CGDCONT.text.encode() + b"\r"
        await bench.says(CGDCONT.text.encode() + b"\r\r\n")
        with pytest.raises(ModemSilent):
            await first

        silent = bench.start(second)
        with pytest.raises(ModemSilent):  # not even the marker is answered
            await silent
        assert await bench.hears() == MARKER * len(SYNC_WAITS_S)

        query = bench.start(CEREG)
        assert await bench.hears() == MARKER
        await bench.says(MARKER + b"\r\nOK\r\n" + b"\r\nOK\r\n")
        await bench.says(MARKED * (1 + len(SYNC_WAITS_S)))
        assert await bench.hears() == b"AT+CEREG?\r"
        await bench.says(b"AT+CEREG?\r\r\n+CEREG: 0,0\r\n\r\nOK\r\n")
        assert (await query).lines == ("+CEREG: 0,0",)

    on_bench(scenario)


def test_a_late_answer_of_a_marker_is_waited_for() -> None:
    async def scenario(bench: Bench) -> None:
        await bench.time_out(CGDCONT)
        task = bench.start(CSQ)
        await asyncio.sleep(SYNC_WAITS_S[0] + 1.0)
        assert await bench.hears() == MARKER * 2
        await bench.says(OK + MARKED)
        await asyncio.sleep(0.3)
        assert await bench.hears() == b"", "the second marker's answer may still come"
        await bench.says(MARKED)
        assert await bench.hears() == b"AT+CSQ\r"
        await bench.says(CSQ_ANSWER)
        assert (await task).lines == ("+CSQ: 17,99",)

    on_bench(scenario)


def test_a_lost_marker_costs_half_a_second() -> None:
    async def scenario(bench: Bench) -> None:
        await bench.time_out(CGDCONT)
        task = bench.start(CSQ)
        await asyncio.sleep(SYNC_WAITS_S[0] + 1.0)
        assert await bench.hears() == MARKER * 2
        await bench.says(MARKED)
        await asyncio.sleep(0.6)
        assert await bench.hears() == b"AT+CSQ\r"
        await bench.says(CSQ_ANSWER)
        assert (await task).final.ok

    on_bench(scenario)


def test_a_modem_without_the_marker_is_asked_until_a_quiet_ok() -> None:
    async def scenario(bench: Bench) -> None:
        await bench.time_out(CGDCONT)
        task = bench.start(CSQ)
        assert await bench.hears() == MARKER
        await bench.says(OK + b"\r\nERROR\r\n")
        await asyncio.sleep(0.6)
        assert await bench.hears() == b"AT\r"
        await bench.says(OK)
        await asyncio.sleep(0.3)
        assert await bench.hears() == b"", "not quiet yet"
        await bench.says(OK)
        await asyncio.sleep(0.6)
        assert await bench.hears() == b"AT+CSQ\r"
        await bench.says(CSQ_ANSWER)
        assert (await task).lines == ("+CSQ: 17,99",)

    on_bench(scenario)


def test_a_mute_modem_ends_the_resynchronisation_in_bounded_time() -> None:
    async def scenario(bench: Bench) -> None:
        await bench.time_out(CGDCONT)
        began = now()
        with pytest.raises(ModemSilent):
            await bench.driver.execute(CSQ)
        assert now() - began == pytest.approx(sum(SYNC_WAITS_S))
        assert await bench.hears() == MARKER * len(SYNC_WAITS_S)

    on_bench(scenario)


def test_a_modem_that_never_stops_answering_ends_it_too() -> None:
    async def babble(bench: Bench) -> None:
        while True:
            await asyncio.sleep(0.2)
            bench.far.write(OK)

    async def scenario(bench: Bench) -> None:
        await bench.time_out(CGDCONT)
        babbler = asyncio.create_task(babble(bench))
        began = now()
        with pytest.raises(ModemSilent):
            await bench.driver.execute(CSQ)
        assert now() - began == pytest.approx(SYNC_TIMEOUT_S)
        babbler.cancel()

    on_bench(scenario)


@pytest.mark.parametrize("command", [CGDCONT, CMGS], ids=["plain", "payload"])
def test_a_cancelled_command_is_followed_by_a_resynchronisation(command: Command) -> None:
    async def scenario(bench: Bench) -> None:
        task = bench.start(command)
        await turns()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        bench.far.read()
        following = bench.start(CSQ)
        heard = await bench.hears()
        assert heard.endswith(MARKER)
        await bench.says(OK + MARKED)
        await bench.says(CSQ_ANSWER)
        assert (await following).lines == ("+CSQ: 17,99",)

    on_bench(scenario)


def test_a_cancelled_resynchronisation_begins_again() -> None:
    async def scenario(bench: Bench) -> None:
        await bench.time_out(CGDCONT)
        task = bench.start(CSQ)
        assert await bench.hears() == MARKER
        task.cancel()
        await turns()
        following = bench.start(CSQ)
        assert await bench.hears() == MARKER
        await bench.says(OK + MARKED)
        assert await bench.hears() == b"", "one marker is still owed"
        await bench.says(MARKED)
        assert await bench.hears() == b"AT+CSQ\r"
        await bench.says(CSQ_ANSWER)
        assert (await following).final.ok

    on_bench(scenario)


def test_an_answer_in_the_moment_of_the_time_out_leaves_the_link_clean() -> None:
    async def scenario(bench: Bench) -> None:
        task = bench.start(CGDCONT)
        await bench.hears()
        # In the turn in which the deadline passes, before the caller hears of it.
        asyncio.get_running_loop().call_later(CGDCONT.timeout_s, bench.driver.data_received, OK)
        with pytest.raises(ModemSilent):
            await task
        following = bench.start(CSQ)
        assert await bench.hears() == b"AT+CSQ\r"
        await bench.says(CSQ_ANSWER)
        assert (await following).lines == ("+CSQ: 17,99",)

    on_bench(scenario)


class SlowModem:
    """Answers in order, each command after its own time; command N says N in its answer."""

    def __init__(self, delays_s: list[float]) -> None:
        self._delays_s = delays_s
        self._queue: asyncio.Queue[bytes] = asyncio.Queue()
        self._buffer = b""
        self.link: MemoryLink | None = None

    def data_received(self, data: bytes) -> None:
        *lines, self._buffer = (self._buffer + data).split(b"\r")
        for line in lines:
            self._queue.put_nowait(line.lstrip(b"\x1b"))

    def link_lost(self, error: LinkLost) -> None:
        raise AssertionError(error)

    async def answer(self) -> None:
        assert self.link is not None
        while True:
            line = await self._queue.get()
            head, _, number = line.partition(b"=")
            if head == b"AT+T":
                await asyncio.sleep(self._delays_s[int(number)])
                self.link.write(self._answer(int(number)))
            else:
                assert line == b"AT+CMEE?"
                self.link.write(MARKED)

    @staticmethod
    def _answer(number: int) -> bytes:
        if number % 3 == 0:
            return b"\r\n+CME ERROR: %d\r\n" % number
        return b"\r\n+T: %d\r\n\r\nOK\r\n" % number


@given(delays_s=st.lists(st.floats(0.0, 40.0), min_size=2, max_size=8))
def test_whatever_the_delays_an_answer_is_the_commands_own(delays_s: list[float]) -> None:
    async def scenario() -> int:
        modem = SlowModem(delays_s)
        driver = AtDriver(on_urc=lambda _: None)
        near, modem.link = memory_links(driver, modem)
        driver.attach(near)
        answering = asyncio.create_task(modem.answer())
        answered = 0
        for number in range(len(delays_s)):
            command = Command(f"AT+T={number}", prefixes=("+T",), timeout_s=2.0)
            try:
                response = await driver.execute(command)
                own = response.lines == (f"+T: {number}",)
            except CommandRefused as refused:
                own = refused.code == number
            except ModemSilent:
                continue
            assert own
            answered += 1
        answering.cancel()
        return answered

    quick = sum(delay < 2.0 for delay in delays_s)
    answered = run(scenario())
    if quick == len(delays_s):
        assert answered == quick


# --- a new link -----------------------------------------------------------------------------------


def test_what_the_last_user_of_the_port_left_behind_is_cleared_away() -> None:
    async def scenario() -> None:
        bench = Bench()
        task = bench.start(CSQ)
        # The last user died at the prompt: ESC, before anything becomes the text of an SMS.
        assert await bench.hears() == b"\x1b" + MARKER
        await bench.says(b'\r\n+CGDCONT: 1,"IP","other"\r\n\r\nOK\r\n\r\n+CREG: 0,1\r\n' + OK)
        await bench.says(MARKED)
        assert await bench.hears() == b"AT+CSQ\r"
        await bench.says(CSQ_ANSWER)
        assert (await task).lines == ("+CSQ: 17,99",)
        assert "+CREG" not in {urc.prefix for urc in bench.urcs}

    run(scenario())


# --- echo and log ---------------------------------------------------------------------------------


def test_an_echo_that_is_back_is_reported_once() -> None:
    async def echoed(bench: Bench) -> None:
        task = bench.start(CSQ)
        await turns()
        await bench.says(b"AT+CSQ\r" + CSQ_ANSWER)
        assert (await task).lines == ("+CSQ: 17,99",)

    async def scenario(bench: Bench) -> None:
        await echoed(bench)
        assert bench.echoes == 0, "echo is what a modem starts with"
        bench.driver.expect_echo(False)
        await echoed(bench)
        await echoed(bench)
        assert bench.echoes == 1
        bench.driver.expect_echo(False)
        await echoed(bench)
        assert bench.echoes == 2

    on_bench(scenario)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        pytest.param(LOGIN, LOGIN.text.encode() + b"\r\r\nOK\r\n", id="echo"),
        pytest.param(LOGIN_READ, b'\r\n+CGAUTH: 1,1,"user","hunter2"\r\n\r\nOK\r\n', id="answer"),
        pytest.param(LOGIN_READ, b"\r\nnoise hunter2\r\n\r\nOK\r\n", id="noise"),
        pytest.param(CMGS, b"\r\n> ", id="payload"),
    ],
)
@pytest.mark.parametrize("late", [False, True], ids=["in-time", "late"])
def test_no_secret_reaches_the_log(
    command: Command, said: bytes, late: bool, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario(bench: Bench) -> None:
        if late:
            await bench.time_out(command)
            await bench.says(said)
            task = bench.start(CSQ)
            await turns()
            await bench.says(said + MARKED)
            await bench.says(CSQ_ANSWER)
        else:
            task = bench.start(command)
            await turns()
            await bench.says(said)
            await bench.says(b"\r\n+CMGS: 1\r\n\r\nOK\r\n")
        await task

    caplog.set_level(logging.DEBUG)
    on_bench(scenario)
    assert command.shown in caplog.text
    assert "hunter2" not in caplog.text
    assert "0011000B91" not in caplog.text
    assert "hunter2" not in str(caplog.records)


def test_what_the_last_user_asked_for_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        bench = Bench()
        task = bench.start(CSQ)
        await turns()
        await bench.says(b'\r\n+CGAUTH: 1,1,"user","hunter2"\r\nhunter2\r\n' + OK + MARKED)
        await bench.says(CSQ_ANSWER)
        assert (await task).final.ok

    caplog.set_level(logging.DEBUG)
    run(scenario())
    assert "+CGAUTH" in caplog.text
    assert "hunter2" not in caplog.text


def test_the_log_caps_and_escapes_what_the_modem_says(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(bench: Bench) -> None:
        await bench.says(b"\r\n+CUSD: 0,\x1b[2J" + b"A" * 3000 + b"\r\n")
        await bench.says(b"\r\n\x1b[2J" + b"B" * 3000 + b"\r\n")

    caplog.set_level(logging.DEBUG)
    on_bench(scenario)
    assert "\x1b" not in caplog.text
    assert max(len(record.getMessage()) for record in caplog.records) < 300
    assert "AAAA" in caplog.text


@given(st.lists(st.binary(max_size=60), max_size=8))
def test_after_any_bytes_the_next_commands_work(chunks: list[bytes]) -> None:
    async def scenario(bench: Bench) -> None:
        task = bench.start(CSQ)
        for chunk in chunks:
            await bench.says(chunk)
        with contextlib.suppress(ModemError):
            await task
        await bench.says(b"\r\n" * 2)
        following = bench.start(CSQ)
        if (await bench.hears()).endswith(MARKER):
            await bench.says(MARKED)
        await bench.says(CSQ_ANSWER)
        assert "+CSQ: 17,99" in (await following).lines

    on_bench(scenario)
