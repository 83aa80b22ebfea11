"""Named oddities, each on a modem that has no other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from modem.profiles import GENERIC, Said, profile_named
from modem.sms import compose
from tests.modem.simulator.bench import Bench, lines


def odd(**oddities: Any) -> Bench:
    """A generic modem with these oddities, and two messages in it."""
    bench = Bench(replace(GENERIC, simulator=replace(GENERIC.simulator, **oddities)))
    bench.modem.deliver("123", "one")
    bench.modem.deliver("123", "two")
    bench.said()
    bench.ask("AT+CMEE=1;+CNMI=2,1,0,2")
    return bench


def test_names_in_the_answer_to_cpms() -> None:
    bench = odd(cpms_set_names=True)
    assert lines(bench.ask('AT+CPMS="SM"')) == ['+CPMS: "SM",0,40,"ME",2,100,"ME",2,100', "OK"]
    assert lines(bench.ask('AT+CPMS="XX"')) == ["+CMS ERROR: 303"]


def test_header_and_pdu_on_one_line() -> None:
    bench = odd(cmgr_on_one_line=True)
    (line, final) = lines(bench.ask("AT+CMGR=0"))
    header, _, pdu = line.rpartition(" ")
    assert (header.startswith("+CMGR: 0,"), final) == (True, "OK")
    assert bytes.fromhex(pdu)
    assert lines(bench.ask("AT+CMGR=7")) == ["+CMS ERROR: 321"]


def test_an_empty_slot_is_no_error() -> None:
    bench = odd(empty_slot_is_ok=True)
    assert lines(bench.ask("AT+CMGR=7")) == ["OK"]
    assert len(lines(bench.ask("AT+CMGR=0"))) == 3
    assert lines(bench.ask("AT+CMGR=x")) == ["+CMS ERROR: 304"]


def test_a_memory_that_is_locked() -> None:
    bench = odd(locked_memories=("ME",))
    for command in ("AT+CMGR=0", "AT+CMGL", "AT+CMGL=4"):
        assert lines(bench.ask(command)) == ["+CMS ERROR: 321"]
    assert lines(bench.ask('AT+CPMS="ME"')) == ["+CPMS: 2,100,2,100,2,100", "OK"]
    assert lines(bench.ask('AT+CPMS="SM";+CMGL=4')) == ["+CPMS: 0,40,2,100,2,100", "OK"]


def test_small_letters_are_echoed_in_the_answer() -> None:
    bench = odd(lower_cased=("+CMGL",))
    assert lines(bench.ask("at+cmgl=?")) == ["+cmgl: (0-4)", "OK"]
    assert lines(bench.ask("at+cmgl=4"))[0].startswith("+cmgl: 0,")
    assert lines(bench.ask("AT+CMGL=?")) == ["+CMGL: (0-4)", "OK"]
    assert lines(bench.ask("at+cmgd=?"))[0].startswith("+CMGD: ")


def test_stored_twice() -> None:
    bench = odd(stored_twice=True)
    bench.modem.deliver("123", "three")
    assert lines(bench.said()) == ['+CMTI: "ME",4', '+CMTI: "ME",5']


def test_a_report_is_announced_elsewhere() -> None:
    sizes = {"SM": 40, "ME": 100, "SR": 10}
    bench = odd(report_announced_in="SM", sizes=sizes, memories=(("SM", "ME", "SR"),) * 3)
    (part,) = compose("+883123", "x", status_report=True)
    bench.ask(f"AT+CMGS={part.tpdu_length}")
    bench.send(part.pdu.encode() + b"\x1a")
    assert '+CDSI: "SM",0' in bench.wait(3)
    assert lines(bench.ask('AT+CPMS="SR"')) == ["+CPMS: 1,10,2,100,2,100", "OK"]


def test_full_is_said_once_until_there_is_room() -> None:
    bench = odd(storage_full='FULL: "{memory}"', sizes={"SM": 40, "ME": 3})
    for text in ("three", "four", "five"):
        bench.modem.deliver("123", text)
    assert lines(bench.said()) == ['+CMTI: "ME",2', 'FULL: "ME"']
    assert lines(bench.ask("AT+CMGD=0")) == ["OK", '+CMTI: "ME",0', 'FULL: "ME"']


def test_urcs_do_not_wait_for_an_answer() -> None:
    (part,) = compose("+883123", "x")
    for within, place in ((True, 0), (False, -1)):
        bench = odd(urcs_within_answers=within)
        bench.ask(f"AT+CMGS={part.tpdu_length}")
        bench.send(part.pdu.encode() + b"\x1a")
        bench.modem.state.say("^RSSI:7")
        assert lines(bench.said() + bench.wait(1))[place] == "^RSSI:7"


def test_a_urc_comes_into_a_line_that_is_being_typed() -> None:
    bench = odd(urcs_within_answers=True)
    bench.send(b"AT+C")
    bench.modem.state.say("^RSSI:7")
    assert lines(bench.said()) == ["^RSSI:7"]
    assert lines(bench.send(b"MEE?\r")) == ["+CMEE: 1", "OK"]


def test_background_comes_again_and_again_and_can_be_switched_off() -> None:
    said = (Said(10.0, "^BOOT:1"), Said(25.0, "^RSSI:{rssi}"))
    commands = profile_named("huawei").simulator.commands
    bench = odd(background_urcs=said, background_off="^CURC=0", commands=commands)
    rssi = f"^RSSI:{bench.modem.who.rssi}"
    heard = [line for _ in range(4) for line in lines(bench.wait(10.5))]
    assert heard == ["^BOOT:1", "^BOOT:1", rssi, "^BOOT:1", "^BOOT:1"]
    bench.modem.set_coverage(False)
    assert "^RSSI:99" in bench.wait(30)
    assert lines(bench.ask("AT^CURC=0")) == ["OK"]
    assert bench.wait(100) == ""
    assert lines(bench.ask("AT^CURC=1")) == ["OK"]
    assert "^BOOT:1" in bench.wait(11)
    bench.modem.switch_off()
    assert bench.wait(100) == ""


@pytest.mark.parametrize("pin", [None, "1234"], ids=["open", "PIN"])
def test_a_card_that_is_busy_after_the_start(pin: str | None) -> None:
    part = replace(GENERIC.simulator, sim_busy_s=4.0)
    bench = Bench(replace(GENERIC, simulator=part), pin=pin)
    bench.modem.restart()
    bench.wait(1.5)
    bench.ask("ATE0;+CMEE=1")
    assert lines(bench.ask("AT+CIMI")) == ["+CME ERROR: 14"]
    assert lines(bench.ask("AT+CPIN?")) == ["+CME ERROR: 14"]
    bench.wait(3.0)
    wanted = "READY" if pin is None else "SIM PIN"
    assert lines(bench.ask("AT+CPIN?")) == [f"+CPIN: {wanted}", "OK"]


def test_what_a_family_sets_at_the_start() -> None:
    bench = Bench(
        replace(
            GENERIC,
            simulator=replace(GENERIC.simulator, echo=False, cmee=2, cnmi=(2, 1, 0, 0, 0)),
        ),
        echo=True,
    )
    assert lines(bench.ask("AT+CMEE?;+CNMI?")) == ["+CMEE: 2", "+CNMI: 2,1,0,0,0", "OK"]
    bench.ask("AT+CMEE=0;+CNMI=0,0")
    assert lines(bench.ask("AT&F;+CMEE?")) == ["+CMEE: 2", "OK"]
