"""What a test does to a modem and its network, by SimulatedModem's own methods."""

from __future__ import annotations

import pytest

from modem.profiles import GENERIC
from modem.simulator import Act, Cell
from modem.simulator.answers import CmeRefusal
from tests.modem.simulator.bench import Bench, lines


def test_signal() -> None:
    bench = Bench()
    bench.modem.set_signal(7)
    assert lines(bench.ask("AT+CSQ"))[0] == "+CSQ: 7,99"
    with pytest.raises(ValueError, match="0 to 31"):
        bench.modem.set_signal(32)


def test_technologies_that_can_be_heard() -> None:
    bench = Bench()
    bench.modem.hear(Act.GSM)
    bench.wait(60)
    assert bench.modem.report()["technology"] == "GSM"
    bench.modem.hear()
    assert bench.modem.report()["covered"] is False


def test_another_cell_is_told() -> None:
    bench = Bench(GENERIC)
    bench.ask("AT+CREG=2")
    bench.modem.move(Cell(0x1234, 0xABCDE))
    assert '"1234"' in bench.said()


def test_detached_by_the_network_and_back() -> None:
    bench = Bench()
    bench.ask("AT+CREG=1")
    bench.modem.be_detached()
    assert bench.modem.report()["registration"] == "searching"
    bench.wait(60)
    assert bench.modem.report()["registration"] == "registered"


def test_card_starts_again_with_another_imsi() -> None:
    bench = Bench()
    bench.modem.refresh_card(imsi="262020000000001")
    bench.wait(60)
    assert lines(bench.ask("AT+CIMI"))[0] == "262020000000001"
    with pytest.raises(CmeRefusal):
        Bench(has_card=False).modem.refresh_card()
