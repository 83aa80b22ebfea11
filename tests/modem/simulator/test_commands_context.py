"""Contexts, attach and data connections (3GPP TS 27.007 10.1, 10.2; ITU-T V.250 6.3)."""

from dataclasses import replace

import pytest

from modem.profiles import GENERIC, SIM7600
from modem.simulator import Act, NetworkSettings
from tests.modem.simulator.bench import Bench, lines

# Of a SIM7600 with echo off and CMEE 1, registered on LTE with the APN "em": lines of the answer.
ANSWERS: dict[str, list[str]] = {
    "AT+CGDCONT?": [
        '+CGDCONT: 1,"IP","em","10.65.0.2",0,0,0,0',
        '+CGDCONT: 2,"IPV4V6","ims","0.0.0.0",0,0,0,0',
        '+CGDCONT: 3,"IPV4V6","sos","0.0.0.0",0,0,0,0',
        "OK",
    ],
    "AT+CGDCONT=?": [
        '+CGDCONT: (1-16),"IP",,,(0-2),(0-4),(0,1),(0-2)',
        '+CGDCONT: (1-16),"IPV6",,,(0-2),(0-4),(0,1),(0-2)',
        '+CGDCONT: (1-16),"IPV4V6",,,(0-2),(0-4),(0,1),(0-2)',
        "OK",
    ],
    "AT+CGDCONT=0": ["+CME ERROR: 50"],
    'AT+CGDCONT=17,"IP","em"': ["+CME ERROR: 50"],
    'AT+CGDCONT=1,"X25","em"': ["+CME ERROR: 50"],
    f'AT+CGDCONT=1,"IP","{"a" * 101}"': ["+CME ERROR: 50"],
    'AT+CGDCONT=1,"IP","em","10.0.0.300"': ["+CME ERROR: 50"],
    'AT+CGDCONT=1,"IP","em","",3': ["+CME ERROR: 50"],
    'AT+CGDCONT=1,"IP","em","",0,0,0,0,0': ["+CME ERROR: 50"],
    'AT+CGDCONT=2;+CGDCONT=3;+CGDCONT=4,"ip","other";+CGDCONT?': [
        '+CGDCONT: 1,"IP","em","10.65.0.2",0,0,0,0',
        '+CGDCONT: 4,"IP","other","0.0.0.0",0,0,0,0',
        "OK",
    ],
    'AT+CGDCONT=2;+CGDCONT=3;+CGDCONT=1,"IP","em","10.1.2.3",1,2,0,1;+CGDCONT?': [
        '+CGDCONT: 1,"IP","em","10.65.0.2",1,2,0,1',
        "OK",
    ],
    "AT+CGACT?": ["+CGACT: 1,1", "+CGACT: 2,0", "+CGACT: 3,0", "OK"],
    "AT+CGACT=?": ["+CGACT: (0,1)", "OK"],
    "AT+CGACT=": ["+CME ERROR: 50"],
    "AT+CGACT=1,1": ["OK"],
    "AT+CGACT=1,4": ["+CME ERROR: 50"],
    "AT+CGACT=2,1": ["+CME ERROR: 50"],
    "AT+CGACT=0,1": ["+CME ERROR: 3"],  # LTE's last bearer
    'AT+CGDCONT=2,"IP","nowhere";+CGACT=1,2': ["+CME ERROR: 127"],
    'AT+CGDCONT=2,"IPV6","em";+CGACT=1,2': ["+CME ERROR: 128"],
    "AT+CGPADDR": [
        '+CGPADDR: 1,"10.65.0.2"',
        '+CGPADDR: 2,"0.0.0.0"',
        '+CGPADDR: 3,"0.0.0.0"',
        "OK",
    ],
    "AT+CGPADDR=1,3,5": [
        '+CGPADDR: 1,"10.65.0.2"',
        '+CGPADDR: 3,"0.0.0.0"',
        "OK",
    ],
    "AT+CGPADDR=?": ["+CGPADDR: (1,2,3)", "OK"],
    "AT+CGCONTRDP": [
        '+CGCONTRDP: 1,5,"em.mnc099.mcc901.gprs","10.65.0.2.255.255.0.0","10.65.0.1",'
        '"10.64.0.53","10.64.0.54"',
        "OK",
    ],
    "AT+CGCONTRDP=2": ["OK"],
    "AT+CGCONTRDP=?": ["+CGCONTRDP: (1)", "OK"],
    "AT+CGAUTH=?": ["+CGAUTH: (1-16),(0-3),(127),(127)", "OK"],
    "AT+CGEREP=?": ["+CGEREP: (0-2),(0,1)", "OK"],
    "AT+CGEREP=2;+CGEREP?": ["+CGEREP: 2,0", "OK"],
    "AT+CGEREP=3": ["+CME ERROR: 50"],
    "AT+CGSMS=3;+CGSMS?": ["+CGSMS: 3", "OK"],
    "AT+CGCLASS?": ['+CGCLASS: "A"', "OK"],
    'AT+CGDATA="M-HEX"': ["+CME ERROR: 50"],
    "AT+CGDATA=?": ['+CGDATA: ("PPP")', "OK"],
    'AT+CGDATA="PPP",9': ["+CME ERROR: 50"],
    'AT+CGDCONT=2,"IP","nowhere";+CGDATA="PPP",2': ["+CME ERROR: 127"],
}


@pytest.mark.parametrize(("line", "answer"), ANSWERS.items(), ids=ANSWERS)
def test_answer(line: str, answer: list[str]) -> None:
    bench = Bench(SIM7600)
    bench.ask("AT+CMEE=1")
    assert lines(bench.ask(line)) == answer


# ---- dialling: 10.2.1.1

DIALLED = {
    "context 1": ("ATD*99#", "CONNECT 150000000"),
    "tone": ("ATDT*99#", "CONNECT 150000000"),
    "with blanks": ("ATD *99# ", "CONNECT 150000000"),
    "named": ("ATD*99***1#", "CONNECT 150000000"),
    "with the protocol": ("ATD*99**PPP*1#", "CONNECT 150000000"),
    "older": ("ATD*98*1#", "CONNECT 150000000"),
    "behind other commands": ("ATX0E0D*99#", "CONNECT"),
    "by another command": ('AT+CGDATA="PPP",1', "CONNECT 150000000"),
    "by another command, all left out": ("AT+CGDATA=", "CONNECT 150000000"),
    "not defined": ("ATD*99***7#", "NO CARRIER"),
    "refused by the network": ("ATD*99***2#", "NO CARRIER"),
    "no such number": ("ATD*99***99#", "ERROR"),
    "no such protocol": ("ATD*99**X25*1#", "ERROR"),
    "too many fields": ("ATD*99*1*1*1*1#", "ERROR"),
    "not ended": ("ATD*99", "NO CARRIER"),
    "voice": ("ATD+4917012345678;", "NO CARRIER"),
    "voice to an emergency number": ("ATD112;", "NO CARRIER"),
    "circuit switched data": ("ATD123456", "NO CARRIER"),
    "nothing": ("ATD", "NO CARRIER"),
}


@pytest.mark.parametrize(("line", "result"), DIALLED.values(), ids=DIALLED)
def test_dialled(line: str, result: str) -> None:
    bench = Bench(GENERIC)
    bench.ask('AT+CMEE=1;+CGDCONT=2,"IP","nowhere"')
    assert lines(bench.ask(line)) == [result]


BEFORE_DIALLING = {
    "radio off": "AT+CFUN=4",
    "detached": "AT+CGATT=0",
    "deregistered": "AT+COPS=2",
}


@pytest.mark.parametrize("before", BEFORE_DIALLING.values(), ids=BEFORE_DIALLING)
def test_nothing_to_connect_through(before: str) -> None:
    bench = Bench(GENERIC)
    bench.ask(before)
    assert lines(bench.ask("ATD*99#")) == ["NO CARRIER"]
    bench.ask("AT+CMEE=1")
    assert lines(bench.ask('AT+CGDATA="PPP",1')) == ["+CME ERROR: 30"]


def connected(line: str = "ATD*99#") -> Bench:
    bench = Bench(GENERIC)
    bench.ask('AT+CMEE=1;+CGDCONT=2,"IP","other"')
    assert lines(bench.ask(line)) == ["CONNECT 150000000"]
    return bench


def escape(bench: Bench) -> None:
    bench.wait(1.1)
    assert bench.send(b"+++") == ""
    assert lines(bench.wait(1.1)) == ["OK"]


def test_data_are_swallowed_until_the_escape() -> None:
    bench = connected()
    assert bench.send(b"AT+CSQ\r~\x7f}#\xc0!}!}!} }4") == ""
    assert bench.send(b"+++") == ""  # no silence before it
    assert bench.wait(2) == ""
    escape(bench)
    assert lines(bench.ask("AT+CPAS;+CLCC")) == ["+CPAS: 4", "+CLCC: 1,0,0,1,0", "OK"]
    assert lines(bench.ask("ATD*99#")) == ["NO CARRIER"]  # one at a time
    assert lines(bench.ask("ATO")) == ["CONNECT 150000000"]
    escape(bench)
    assert lines(bench.ask("ATH")) == ["OK"]
    assert lines(bench.ask("ATO")) == ["NO CARRIER"]
    assert lines(bench.ask("AT+CPAS;+CLCC")) == ["+CPAS: 0", "OK"]


HANG_UPS = {"ATH": "ATH", "ATZ": "ATZ", "CGACT": "AT+CGACT=0,2"}


@pytest.mark.parametrize("line", HANG_UPS.values(), ids=HANG_UPS)
def test_second_context_ends_with_its_connection(line: str) -> None:
    bench = connected("ATD*99***2#")
    escape(bench)
    assert lines(bench.ask("AT+CGACT?")) == ["+CGACT: 1,1", "+CGACT: 2,1", "OK"]
    assert lines(bench.ask(line))[-1] == "OK"
    assert lines(bench.ask("AT+CGACT?"))[-3:] == ["+CGACT: 1,1", "+CGACT: 2,0", "OK"]
    assert lines(bench.ask("ATO"))[-1] == "NO CARRIER"


def test_lte_keeps_its_default_bearer_over_a_hang_up() -> None:
    bench = connected()
    bench.modem.hang_up()
    assert lines(bench.ask("AT+CGACT?"))[-3:] == ["+CGACT: 1,1", "+CGACT: 2,0", "OK"]


# V.250 6.2.9: what becomes of the line, of bytes on it, and of the connection when DTR drops
DTR = {
    "ignored": ("AT&D0", "", "", "CONNECT 150000000"),
    "to commands": ("AT&D1", "OK", "OK", "CONNECT 150000000"),
    "hung up": ("AT&D2", "NO CARRIER", "OK", "NO CARRIER"),
}


@pytest.mark.parametrize(("setting", "said", "answer", "online"), DTR.values(), ids=DTR)
def test_drop_of_dtr(setting: str, said: str, answer: str, online: str) -> None:
    bench = Bench(GENERIC)
    bench.ask(setting)
    bench.ask("ATD*99#")
    bench.modem.hang_up()
    assert lines(bench.said()) == ([said] if said else [])
    assert lines(bench.ask("AT")) == ([answer] if answer else [])
    if not answer:
        escape(bench)
    assert lines(bench.ask("ATO")) == [online]


def test_3g_gives_its_context_back() -> None:
    bench = Bench(GENERIC)
    bench.modem.state.subscriber.hear([Act.UTRAN])
    bench.wait(5)
    assert lines(bench.ask("AT+CGACT?")) == ["+CGACT: 1,0", "OK"]
    assert lines(bench.ask("ATD*99#")) == ["CONNECT 150000000"]
    escape(bench)
    assert lines(bench.ask("AT+CGACT?;H+CGACT?")) == ["+CGACT: 1,1", "+CGACT: 1,0", "OK"]


@pytest.mark.parametrize("escaped", [False, True], ids=["in data", "escaped"])
def test_network_that_goes_away_ends_the_connection(escaped: bool) -> None:
    bench = connected()
    if escaped:
        escape(bench)
    bench.modem.set_coverage(False)
    assert lines(bench.said()) == ["NO CARRIER"]
    assert lines(bench.ask("AT+CPAS")) == ["+CPAS: 0", "OK"]


def test_urcs_wait_for_the_end_of_data() -> None:
    bench = connected()
    bench.wait(1.1)
    bench.modem.state.say("+TEST: 1")
    assert bench.said() == ""
    bench.send(b"+++")
    assert lines(bench.wait(1.1)) == ["OK", "+TEST: 1"]


# ---- attach and detach: 10.1.9


def test_detaching_costs_the_registration_on_lte() -> None:
    bench = Bench(GENERIC)
    assert lines(bench.ask("AT+CGATT=0;+CGATT?;+CREG?;+CGREG?;+CEREG?")) == [
        "+CGATT: 0", "+CREG: 0,0", "+CGREG: 0,0", "+CEREG: 0,0", "OK",
    ]  # fmt: skip


@pytest.mark.parametrize("act", [Act.UTRAN, Act.GSM], ids=["3G", "2G"])
def test_detaching_costs_packet_service_alone_elsewhere(act: Act) -> None:
    bench = Bench(GENERIC)
    bench.modem.state.subscriber.hear([act])
    bench.wait(5)
    bench.ask("AT+CMEE=1;+CGACT=1,1;+CGREG=1")
    assert lines(bench.ask("AT+CGATT=0")) == ["OK", "+CGREG: 0"]
    assert lines(bench.ask("AT+CGATT?;+CREG?;+CGACT?")) == [
        "+CGATT: 0", "+CREG: 0,5", "+CGACT: 1,0", "OK",
    ]  # fmt: skip
    assert lines(bench.ask("AT+CGACT=1,1")) == ["+CME ERROR: 30"]
    bench.ask("AT+CNMI=2,1")
    bench.modem.deliver("123", "x")
    assert '+CMTI: "ME",' in bench.said()  # by the circuit switched side
    assert lines(bench.ask("AT+CGATT=1")) == ["OK", "+CGREG: 5"]
    assert lines(bench.ask("AT+CGACT=1,1")) == ["OK"]


# ---- +CGEV: 10.1.19. What happens, and what is said of it

EVENTS = {
    "activated": ("AT+CGACT=1,2", ["+CGEV: ME PDN ACT 2"]),
    "deactivated": ("AT+CGACT=1,2;+CGACT=0,2", ["+CGEV: ME PDN ACT 2", "+CGEV: ME PDN DEACT 2"]),
    "detached": ("AT+CGATT=0", ["+CGEV: ME DETACH"]),
    "radio off": ("AT+CFUN=4", ["+CGEV: ME DETACH"]),
    "dialled": ("ATD*99***2#", []),  # held back until the line is free
}


@pytest.mark.parametrize(("line", "said"), EVENTS.values(), ids=EVENTS)
def test_packet_events(line: str, said: list[str]) -> None:
    bench = Bench(GENERIC)
    bench.ask('AT+CGDCONT=2,"IP","other";+CGEREP=2')
    assert lines(bench.ask(line))[1:] == said


def test_packet_events_of_the_network() -> None:
    bench = Bench(GENERIC)
    bench.ask("AT+CGEREP=1")
    bench.modem.state.subscriber.be_detached()
    assert lines(bench.said()) == ["+CGEV: NW DETACH"]
    assert lines(bench.wait(5)) == ["+CGEV: ME PDN ACT 1"]
    bench.modem.set_coverage(False)
    assert lines(bench.said()) == ["+CGEV: ME PDN DEACT 1"]
    bench.modem.set_coverage(True)
    assert lines(bench.wait(5)) == ["+CGEV: ME PDN ACT 1"]


def test_nothing_is_said_of_packets_unasked() -> None:
    bench = Bench(GENERIC)
    bench.ask('AT+CGDCONT=2,"IP","other"')
    assert lines(bench.ask("AT+CGACT=1,2;+CGATT=0")) == ["OK"]


# ---- what a restart forgets


@pytest.mark.parametrize("keeps", [True, False])
def test_contexts_over_a_restart(keeps: bool) -> None:
    part = replace(GENERIC.simulator, keeps_contexts=keeps)
    settings = NetworkSettings(apns=("em", "other"))
    bench = Bench(replace(GENERIC, simulator=part), settings=settings)
    bench.ask('AT+CGDCONT=1,"IP","other";+CGDCONT=2,"IP","em";+CGAUTH=1,1,"me","secret"')
    bench.modem.restart()
    bench.wait(10)
    bench.ask("ATE0")
    apns = ["other", "em"] if keeps else ["em"]
    shown = [line.split(",")[2] for line in lines(bench.ask("AT+CGDCONT?"))[:-1]]
    assert shown == [f'"{apn}"' for apn in apns]
    assert ('"secret"' in bench.ask("AT+CGAUTH?")) is keeps
