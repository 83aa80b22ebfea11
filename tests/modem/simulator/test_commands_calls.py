"""Calls and services of a network, indicators, time (3GPP TS 27.007 6, 7, 8)."""

import pytest

from modem.profiles import GENERIC
from modem.simulator import NetworkSettings
from modem.simulator.plmn import OPERATORS, Operator, Welcome
from tests.modem.simulator.bench import Bench, lines

WHO = Bench().modem.who

# Of a generic modem with echo off and CMEE 1: lines of the answer.
ANSWERS: dict[str, list[str]] = {
    "AT+CHUP": ["OK"],
    "AT+CHUP=?": ["OK"],
    "AT+CLCC": ["OK"],
    "AT+CLIP=?": ["+CLIP: (0-1)", "OK"],
    "AT+CLIP=1;+CLIP?": ["+CLIP: 1,0", "OK"],  # the network has no voice service for it
    "AT+CLIP=2": ["+CME ERROR: 50"],
    "AT+CLIR=2;+CLIR?": ["+CLIR: 2,0", "OK"],
    "AT+COLP?": ["+COLP: 0,0", "OK"],
    "AT+CCWA=1;+CCWA?": ["+CCWA: 1", "OK"],
    "AT+CCWA=1,2": ["+CCWA: 0,7", "OK"],
    "AT+CCWA=1,1,1": ["+CME ERROR: 4"],
    "AT+CCWA=2": ["+CME ERROR: 50"],
    "AT+CCWA=?": ["+CCWA: (0,1)", "OK"],
    "AT+CRC=1;+CRC?": ["+CRC: 1", "OK"],
    "AT+CR=1;+CR?": ["+CR: 1", "OK"],
    "AT+CSSN=1,1;+CSSN?": ["+CSSN: 1,1", "OK"],
    "AT+CSSN=?": ["+CSSN: (0,1),(0,1)", "OK"],
    "AT+CVHU=0": ["OK"],
    "AT+CEER": ["+CEER: No cause information available", "OK"],
    "AT+CSTA=145;+CSTA?": ["+CSTA: 145", "OK"],
    "AT+CSTA=1": ["+CME ERROR: 50"],
    "AT+CUSD=?": ["+CUSD: (0-2)", "OK"],
    "AT+CUSD=1;+CUSD?": ["+CUSD: 1", "OK"],
    "AT+CUSD=3": ["+CME ERROR: 50"],
    "AT+CUSD=2": ["OK"],
    'AT+CSCS="UCS2";+CUSD=1,"*100#"': ["+CME ERROR: 25"],
    # 8.9, 8.10
    "AT+CIND=?": [
        '+CIND: ("battchg",(0-5)),("signal",(0-5)),("service",(0,1)),("call",(0,1)),("roam",(0,1))',
        "OK",
    ],
    "AT+CIND?": ["+CIND: 5,5,1,0,1", "OK"],
    "AT+CIND=1": ["+CME ERROR: 4"],
    "AT+CMER=?": ["+CMER: (0-3),(0),(0),(0-2),(0,1)", "OK"],
    "AT+CMER=3,0,0,1;+CMER?": ["+CMER: 3,0,0,1,0", "OK"],
    "AT+CMER=3,0,1": ["+CME ERROR: 50"],
    # 8.15, 8.40, 8.41
    "AT+CCLK?": ['+CCLK: "26/03/01,12:00:00+00"', "OK"],
    'AT+CCLK="24/02/29,23:59:58-20";+CCLK?': ['+CCLK: "24/02/29,23:59:58-20"', "OK"],
    'AT+CCLK="24/02/29,23:59:58"': ["OK"],
    'AT+CCLK="23/02/29,23:59:58+00"': ["+CME ERROR: 50"],
    'AT+CCLK="24/01/01,00:00:00+99"': ["+CME ERROR: 50"],
    "AT+CCLK=now": ["+CME ERROR: 50"],
    "AT+CTZU=1;+CTZU?": ["+CTZU: 1", "OK"],
    "AT+CTZU=?": ["+CTZU: (0,1)", "OK"],
    "AT+CTZR=3": ["+CME ERROR: 50"],
}


@pytest.mark.parametrize(("line", "answer"), ANSWERS.items(), ids=ANSWERS)
def test_answer(line: str, answer: list[str]) -> None:
    bench = Bench(GENERIC)
    bench.ask("AT+CMEE=1")
    assert lines(bench.ask(line)) == answer


# ---- +CUSD: requests in turn, and what the network says to each

DIALOGUES: dict[str, list[tuple[str, str]]] = {
    "number": [
        ('AT+CUSD=1,"*100#",15', '+CUSD: 1,"1 My number\n2 My network\n0 Leave",15'),
        ('AT+CUSD=1,"1"', f'+CUSD: 0,"+{WHO.msisdn}",15'),
    ],
    "network": [
        ("ATD*100#;", '+CUSD: 1,"1 My number\n2 My network\n0 Leave",15'),
        ('AT+CUSD=1,"2"', '+CUSD: 0,"Simulated Network",15'),
    ],
    "left": [('AT+CUSD=1,"*100#"', "+CUSD: 1"), ('AT+CUSD=1,"0"', '+CUSD: 0,"Bye",15')],
    "not in the menu": [('AT+CUSD=1,"*100#"', "+CUSD: 1"), ('AT+CUSD=1,"9"', "+CUSD: 2")],
    "no such code": [('AT+CUSD=1,"*123#"', "+CUSD: 4")],
    "cancelled": [
        ('AT+CUSD=1,"*100#"', "+CUSD: 1"), ("AT+CUSD=2", ""), ('AT+CUSD=1,"1"', "+CUSD: 4"),
    ],
    "not shown": [('AT+CUSD=0,"*100#"', "")],
    "in UCS2": [('AT+CSCS="UCS2"', ""), ('AT+CUSD=1,"002A0031003000300023"', '+CUSD: 1,"00310020')],
}  # fmt: skip


def test_dialogue_does_not_survive_a_restart() -> None:
    bench = Bench(GENERIC)
    bench.ask('AT+CUSD=1,"*100#"')
    assert "+CUSD: 1" in bench.wait(10)
    bench.modem.restart()
    bench.wait(60)
    bench.ask('ATE0+CUSD=1,"1"')
    assert lines(bench.wait(10)) == ["+CUSD: 4"]


@pytest.mark.parametrize("story", DIALOGUES.values(), ids=DIALOGUES)
def test_dialogue_with_the_network(story: list[tuple[str, str]]) -> None:
    bench = Bench(GENERIC)
    bench.ask("AT+CUSD=1")
    for line, answer in story:
        assert bench.ask(line) == "\r\nOK\r\n", line
        said = bench.wait(1)
        assert said.startswith(f"\r\n{answer}") if answer else said == "", line


def test_request_without_a_network_is_refused() -> None:
    bench = Bench(GENERIC)
    bench.ask("AT+CMEE=1;+COPS=2")
    assert lines(bench.ask('AT+CUSD=1,"*100#"')) == ["+CME ERROR: 30"]


def test_request_is_lost_with_the_network() -> None:
    bench = Bench(GENERIC)
    bench.ask('AT+CUSD=1,"*100#"')
    bench.modem.set_coverage(False)
    assert bench.wait(2) == ""


# ---- +CIEV


def test_indicators_are_told_when_they_change() -> None:
    bench = Bench(GENERIC)
    bench.ask("AT+CMER=3,0,0,1")
    bench.modem.state.set_signal(0)
    assert lines(bench.said()) == ["+CIEV: 2,1"]
    bench.modem.set_coverage(False)
    assert lines(bench.said()) == ["+CIEV: 2,0", "+CIEV: 3,0", "+CIEV: 5,0"]
    assert lines(bench.ask("AT+CIND?")) == ["+CIND: 5,0,0,0,0", "OK"]
    bench.modem.set_coverage(True)
    assert lines(bench.wait(5)) == ["+CIEV: 2,1", "+CIEV: 3,1", "+CIEV: 5,1"]


@pytest.mark.parametrize("setting", ["AT+CMER=0,0,0,1", "AT+CMER=3,0,0,0", "AT"])
def test_indicators_are_not_told_unasked(setting: str) -> None:
    bench = Bench(GENERIC)
    bench.ask(setting)
    bench.modem.set_coverage(False)
    assert bench.said() == ""


def test_what_changed_before_is_not_told_later() -> None:
    bench = Bench(GENERIC)
    bench.modem.set_coverage(False)
    assert lines(bench.ask("AT+CMER=3,0,0,1")) == ["OK"]


def test_home_is_not_roaming() -> None:
    home = Operator("90199", "Home Network", "Home", welcome=Welcome.HOME)
    bench = Bench(GENERIC, settings=NetworkSettings(operators=(home, *OPERATORS)))
    assert lines(bench.ask("AT+CIND?")) == ["+CIND: 5,5,1,0,0", "OK"]


def test_connection_is_an_indicator() -> None:
    bench = Bench(GENERIC)
    bench.ask("AT+CMER=3,0,0,1")
    bench.ask("ATD*99#")
    bench.modem.hang_up()
    assert "+CIEV: 4,0" in lines(bench.said())


# ---- time

BERLIN = NetworkSettings(zone_quarters=8)


def test_clock_goes_on_from_where_the_host_set_it() -> None:
    bench = Bench(GENERIC)
    bench.ask('AT+CCLK="30/12/31,23:59:50+04"')
    bench.wait(15)
    assert lines(bench.ask("AT+CCLK?")) == ['+CCLK: "31/01/01,00:00:05+04"', "OK"]


@pytest.mark.parametrize(
    ("ctzu", "shown"), [(0, "20/01/01,00:00:07-04"), (1, "26/03/01,14:00:07+08")]
)
def test_network_sets_the_clock_where_it_may(ctzu: int, shown: str) -> None:
    bench = Bench(GENERIC, settings=BERLIN)
    bench.ask(f'AT+CTZU={ctzu};+CCLK="20/01/01,00:00:00-04"')
    bench.ask("AT+CFUN=4;+CFUN=1")
    bench.wait(7)
    assert lines(bench.ask("AT+CCLK?")) == [f'+CCLK: "{shown}"', "OK"]


REPORTS = {
    0: [],
    1: ['+CTZV: "+08"'],
    2: ['+CTZE: "+08",0,"2026/03/01,14:00:02"'],
}


@pytest.mark.parametrize(("ctzr", "said"), REPORTS.items())
def test_networks_time_is_told_with_the_registration(ctzr: int, said: list[str]) -> None:
    bench = Bench(GENERIC, settings=BERLIN)
    bench.ask(f"AT+CTZR={ctzr};+CFUN=4")
    bench.ask("AT+CFUN=1")
    assert lines(bench.wait(7)) == said
