"""The line as a data connection: how it begins, what it swallows, and the ways out of it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from modem.simulator.answers import Deferred, Online, PlainRefusal, Reply
from modem.simulator.escape import GUARD_S
from modem.simulator.services.table import Entry
from modem.simulator.state import State
from tests.modem.simulator.bench import Bench

CONNECT = "\r\nCONNECT 150000000\r\n"
OK = "\r\nOK\r\n"
NO_CARRIER = "\r\nNO CARRIER\r\n"


@dataclass
class Ended:
    """How often a connection ended."""

    times: int = 0

    def __call__(self) -> None:
        self.times += 1


def bench(ended: Ended, *, takes_s: float = 0.0) -> Bench:
    """A modem with commands of the test's own: to connect, to go on, and to end."""
    made = Bench()
    online = Online(ended, "CONNECT 150000000")

    def connect(_state: State, _text: str) -> Reply:
        if not takes_s:
            return online
        answer = Deferred()
        made.network.agenda.after(takes_s, lambda: answer.connect(online))
        return answer

    def go_on(state: State, _text: str) -> Reply:
        if state.call is None:
            raise PlainRefusal("NO CARRIER")
        return state.call

    def end(state: State, _text: str) -> Reply:
        state.end_call()
        return ()

    table = {"+DATA": Entry(run=connect), "O": Entry(run=go_on), "H": Entry(run=end)}
    made.modem._table = {**made.modem._table, **table}
    return made


def test_data_is_swallowed_and_urcs_wait() -> None:
    ended = Ended()
    made = bench(ended)
    made.ask("AT+CNMI=2,1")
    assert made.ask("AT+DATA") == CONNECT
    assert made.modem.report()["data_mode"] is True
    made.modem.deliver("123", "x")
    assert made.send(b"~\xff}#\xc0!AT\r") == ""
    made.modem.hang_up()
    assert made.said() == NO_CARRIER + '\r\n+CMTI: "ME",0\r\n'
    assert ended.times == 1
    assert made.modem.report()["data_mode"] is False
    assert made.ask("AT") == OK


def test_what_stands_behind_the_command_is_data() -> None:
    made = bench(Ended())
    assert made.send(b"AT+DATA\rAT\r") == CONNECT
    made = bench(Ended(), takes_s=2)
    assert made.send(b"AT+DATA\rAT\r") == ""
    assert made.wait(3) == CONNECT


def test_numeric_result() -> None:
    made = bench(Ended())
    made.ask("ATV0")
    assert made.ask("AT+DATA") == "1\r"


def test_hanging_up_without_a_connection_says_nothing() -> None:
    made = bench(Ended())
    made.modem.hang_up()
    assert made.said() == ""


def test_escape_and_back() -> None:
    ended = Ended()
    made = bench(ended)
    made.ask("AT+DATA")
    made.wait(GUARD_S)
    assert made.send(b"+++") == ""
    assert made.wait(GUARD_S) == OK
    assert ended.times == 0
    assert made.ask("AT") == OK
    assert made.ask("ATO") == CONNECT
    assert made.send(b"AT\r") == ""
    made.wait(GUARD_S)
    made.send(b"+++")
    made.wait(GUARD_S)
    assert made.ask("ATH") == OK
    assert ended.times == 1
    assert made.ask("ATO") == NO_CARRIER


# What is sent with which pauses before -> is it the escape?
ESCAPES: dict[str, tuple[list[tuple[float, bytes]], bool]] = {
    "at once": ([(GUARD_S, b"+++")], True),
    "byte by byte": ([(GUARD_S, b"+"), (0.1, b"+"), (0.1, b"+")], True),
    "no silence before": ([(GUARD_S, b"x"), (0.1, b"+++")], False),
    "no silence behind": ([(GUARD_S, b"+++"), (0.5, b"x")], False),
    "four": ([(GUARD_S, b"++++")], False),
    "a fourth soon": ([(GUARD_S, b"+++"), (0.5, b"+")], False),
    "data with it": ([(GUARD_S, b"+++ATH\r")], False),
    "another character between": ([(GUARD_S, b"+"), (0.1, b"x"), (0.1, b"++")], False),
    "anew after a silence": ([(GUARD_S, b"+"), (GUARD_S, b"+++")], True),
}


@pytest.mark.parametrize(("sent", "escapes"), ESCAPES.values(), ids=ESCAPES)
def test_what_is_an_escape(sent: list[tuple[float, bytes]], escapes: bool) -> None:
    made = bench(Ended())
    made.ask("AT+DATA")
    for pause_s, data in sent:
        made.wait(pause_s)
        assert made.send(data) == ""
    assert made.wait(GUARD_S) == (OK if escapes else "")


@pytest.mark.parametrize("how", ["restart", "unplug"])
def test_what_else_ends_it(how: str) -> None:
    ended = Ended()
    made = bench(ended)
    made.ask("AT+DATA")
    getattr(made.modem, how)()
    assert ended.times == 1
    assert made.modem.report()["data_mode"] is False


def test_a_connection_that_comes_too_late_does_not_begin() -> None:
    made = bench(Ended(), takes_s=2)
    made.ask("AT+DATA")
    made.modem.restart()
    made.wait(60)
    assert made.ask("AT").endswith(OK)
