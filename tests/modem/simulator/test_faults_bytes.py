"""Faults of the line: bytes that come late, spoilt, in pieces or in bunches."""

from __future__ import annotations

from modem.simulator import Action, Direction, Fault
from tests.modem.simulator.test_faults import OK, bench

IN = Direction.TO_MODEM


def test_bytes_come_later_and_in_order() -> None:
    made = bench(Fault(Action.DELAY, seconds=2, nth=1))
    assert made.ask("AT+CMEE?") == ""
    assert made.ask("AT") == ""  # behind the others
    assert made.wait(1.9) == ""
    assert made.wait(0.2) == "\r\n+CMEE: 1\r\n" + OK + OK


def test_bytes_are_dropped() -> None:
    made = bench(Fault(Action.DROP, octets=3, nth=1))
    assert len(made.ask("AT")) == len(OK) - 3
    assert made.ask("AT") == OK
    made = bench(Fault(Action.DROP, octets=1000, nth=1))
    assert made.ask("AT") == ""


def test_bytes_are_garbled() -> None:
    made = bench(Fault(Action.GARBLE, octets=2, nth=1))
    found = made.ask("AT")
    assert len(found) == len(OK)
    assert sum(one != other for one, other in zip(found, OK, strict=True)) == 2


def test_what_the_host_says_is_spoilt_too() -> None:
    made = bench(Fault(Action.DROP, octets=1000, direction=IN, nth=1))
    assert made.ask("AT+CMEE=2") == ""
    assert made.ask("AT+CMEE?") == "\r\n+CMEE: 1\r\n" + OK


def test_a_portion_in_pieces() -> None:
    made = bench(Fault(Action.SPLIT, octets=4, seconds=0.1, nth=1))
    pieces = [made.ask("AT"), made.wait(0.101)]
    assert pieces == ["\r\nOK", "\r\n"]


def test_portions_in_one_piece() -> None:
    made = bench(Fault(Action.GLUE, seconds=1, nth=1))
    assert made.ask("AT") == ""
    assert made.ask("AT+CMEE?") == ""
    assert made.wait(1.1) == OK + "\r\n+CMEE: 1\r\n" + OK
    assert made.ask("AT") == OK


def test_a_restart_forgets_what_is_under_way() -> None:
    made = bench(Fault(Action.DELAY, seconds=2, nth=1))
    made.ask("AT")
    made.modem.restart()
    assert "OK" not in made.wait(60)
