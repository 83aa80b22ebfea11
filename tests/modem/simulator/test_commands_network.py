"""Registration, operators, technologies, signal (3GPP TS 27.007 5.9, 7, 8, 10.1)."""

import pytest

from modem.errors import MisuseError
from modem.profiles import GENERIC, profile_named
from modem.simulator import Act, NetworkSettings
from modem.simulator.plmn import OPERATORS, Cell, Operator, Welcome
from tests.modem.simulator.bench import Bench, lines

WHO = Bench().modem.who
HOME = Operator("90199", "Home Network", "Home", (Act.EUTRAN, Act.GSM), Welcome.HOME)

# Of a generic modem with echo off and CMEE 1, registered on LTE: lines of the answer.
ANSWERS: dict[str, list[str]] = {
    "AT+CREG?": ["+CREG: 0,5", "OK"],
    "AT+CREG=?": ["+CREG: (0-2)", "OK"],
    "AT+CREG=3": ["+CME ERROR: 50"],
    "AT+CREG=1;+CREG=;+CREG?": ["+CREG: 0,5", "OK"],
    "AT+CREG=2;+CREG?": ['+CREG: 2,5,"1A2B","01C3D4E5",7', "OK"],
    "AT+CEREG=2;+CEREG?": ['+CEREG: 2,5,"1A2B","01C3D4E5",7', "OK"],
    "AT+CGREG?": ["+CGREG: 0,5", "OK"],
    # 7.3
    "AT+COPS?": ['+COPS: 0,0,"Simulated Network",7', "OK"],
    "AT+COPS=3,1;+COPS?": ['+COPS: 0,1,"Simulated",7', "OK"],
    "AT+COPS=3,2;+COPS?": ['+COPS: 0,2,"00101",7', "OK"],
    "AT+COPS=3": ["+CME ERROR: 50"],
    "AT+COPS=3,3": ["+CME ERROR: 50"],
    "AT+COPS=0": ["OK"],
    "AT+COPS=0,2;+COPS?": ['+COPS: 0,2,"00101",7', "OK"],
    "AT+COPS=1": ["+CME ERROR: 50"],
    'AT+COPS=1,2,"00101",1': ["+CME ERROR: 50"],
    "AT+COPS=5": ["+CME ERROR: 50"],
    "AT+COPS=2;+COPS?;+CREG?": ["+COPS: 2", "+CREG: 0,0", "OK"],
    # 8.5, 8.69
    "AT+CSQ": [f"+CSQ: {WHO.rssi},99", "OK"],
    "AT+CSQ=?": ["+CSQ: (0-31,99),(0-7,99)", "OK"],  # an A7670's words
    "AT+CESQ": [f"+CESQ: 99,99,255,255,20,{2 * WHO.rssi}", "OK"],
    # 10.1.9
    "AT+CGATT?": ["+CGATT: 1", "OK"],
    "AT+CGATT=?": ["+CGATT: (0,1)", "OK"],
    "AT+CGATT=2": ["+CME ERROR: 50"],
    # 5.9
    "AT+WS46=?": ["+WS46: (12,22,25,28,29,30,31)", "OK"],
    "AT+WS46?": ["+WS46: 25", "OK"],
    "AT+WS46=28;+WS46?": ["+WS46: 28", "OK"],
    "AT+WS46=99": ["+CME ERROR: 50"],
    # 7.19, 7.20
    "AT+CPLS=0;+CPOL=,2;+CPOL?": ['+CPOL: 1,2,"90199",1,0,1,1', "OK"],
    "AT+CPLS=1;+CPOL?": ["OK"],
    'AT+CPLS=1;+CPOL=2,2,"00101"': ["+CME ERROR: 3"],
    'AT+CPOL=3,2,"26201",1,0,0,1;+CPOL=1;+CPOL?': ['+CPOL: 3,2,"26201",1,0,0,1', "OK"],
    'AT+CPOL=,2,"310410";+CPOL?': [
        '+CPOL: 1,2,"90199",1,0,1,1', '+CPOL: 2,2,"310410",1,0,1,1', "OK",
    ],
    'AT+CPOL=9,2,"00101"': ["+CME ERROR: 50"],
    'AT+CPOL=2,0,"Simulated Network"': ["+CME ERROR: 4"],
    'AT+CPOL=2,2,"x"': ["+CME ERROR: 50"],
    "AT+CPOL=?": ["+CPOL: (1-8),(2)", "OK"],
    # 10.1.28
    "AT+CEMODE?": ["+CEMODE: 0", "OK"],
    "AT+CEMODE=?": ["+CEMODE: (0-3)", "OK"],
}  # fmt: skip


@pytest.mark.parametrize(("line", "answer"), ANSWERS.items(), ids=ANSWERS)
def test_answer(line: str, answer: list[str]) -> None:
    bench = Bench(GENERIC)
    bench.ask("AT+CMEE=1")
    assert lines(bench.ask(line)) == answer


def test_list_of_preferred_operators_is_full_at_some_time() -> None:
    bench = Bench(GENERIC)
    bench.ask("AT+CMEE=1")
    for number in range(7):
        assert lines(bench.ask(f'AT+CPOL=,2,"0010{number}"')) == ["OK"]
    assert lines(bench.ask('AT+CPOL=,2,"00199"')) == ["+CME ERROR: 20"]


# ---- scan


def test_scan_takes_its_time_and_lists_what_can_be_heard() -> None:
    bench = Bench(GENERIC)
    assert bench.ask("AT+COPS=?") == ""
    assert bench.ask("AT") == ""  # the line is busy
    assert bench.wait(19) == ""
    assert lines(bench.wait(2)) == [
        '+COPS: (2,"Simulated Network","Simulated","00101",7),'
        '(1,"Simulated Network","Simulated","00101",2),'
        '(1,"Simulated Network","Simulated","00101",0),'
        '(3,"Forbidden Network","Forbidden","00102",0),,(0-4),(0-2)',
        "OK",
        "OK",
    ]


@pytest.mark.parametrize("lte_only", [True, False], ids=["LTE only", "with 2G and 3G"])
def test_scan_hears_what_modem_and_place_allow(lte_only: bool) -> None:
    bench = Bench(GENERIC, lte_only=lte_only)
    bench.modem.state.subscriber.hear([Act.EUTRAN, Act.GSM])
    bench.ask("AT+COPS=?")
    (answer, _) = lines(bench.wait(21))
    assert answer.count("(") - 2 == (1 if lte_only else 3)


@pytest.mark.parametrize("before", ["AT+CFUN=4", "no coverage"])
def test_nothing_is_scanned_without_radio(before: str) -> None:
    bench = Bench(GENERIC)
    bench.ask("AT+CMEE=1")
    if before == "no coverage":
        bench.modem.set_coverage(False)
    else:
        bench.ask(before)
    assert lines(bench.ask("AT+COPS=?")) == ["+CME ERROR: 30"]


# ---- by hand: the line, the answer after a few seconds, +COPS? and <stat> then
BY_HAND = {
    "by its number": ('1,2,"00101"', "OK", '+COPS: 1,2,"00101",7', 5),
    "by its name": ('1,0,"simulated network"', "OK", '+COPS: 1,0,"Simulated Network",7', 5),
    "on 3G": ('1,2,"00101",2', "OK", '+COPS: 1,2,"00101",2', 5),
    "on 2G": ('1,2,"00101",0', "OK", '+COPS: 1,2,"00101",0', 5),
    "forbidden": ('1,2,"00102"', "+CME ERROR: 32", "+COPS: 1", 3),
    "not there": ('1,2,"26201"', "+CME ERROR: 30", "+COPS: 1", 0),
    "there, but not so": ('1,2,"00102",7', "+CME ERROR: 30", "+COPS: 1", 0),
    "not there, else any": ('4,2,"26201"', "OK", '+COPS: 0,2,"00101",7', 5),
    "forbidden, else any": ('4,2,"00102"', "OK", '+COPS: 0,2,"00101",7', 5),
}


@pytest.mark.parametrize(("set_to", "answer", "cops", "stat"), BY_HAND.values(), ids=BY_HAND)
def test_operator_chosen_by_hand(set_to: str, answer: str, cops: str, stat: int) -> None:
    bench = Bench(GENERIC)
    bench.ask("AT+CMEE=1")
    assert bench.ask(f"AT+COPS={set_to}") == ""
    assert lines(bench.wait(10)) == [answer]
    assert lines(bench.ask("AT+COPS?;+CREG?")) == [cops, f"+CREG: 0,{stat}", "OK"]


def test_automatic_choice_ends_the_one_by_hand() -> None:
    bench = Bench(GENERIC)
    bench.ask('AT+COPS=1,2,"00102"')
    bench.wait(10)
    bench.ask("AT+COPS=0,0")
    assert lines(bench.wait(10)) == ["OK"]
    assert lines(bench.ask("AT+COPS?")) == ['+COPS: 0,0,"Simulated Network",7', "OK"]


# ---- home, roaming, forbidden

WELCOMES = {
    "home": ((HOME,), 1, '"Home Network"'),
    "home before others": ((*OPERATORS, HOME), 1, '"Home Network"'),
    "roaming": (OPERATORS, 5, '"Simulated Network"'),
    "forbidden": (OPERATORS[1:], 3, None),
}


@pytest.mark.parametrize(("operators", "stat", "name"), WELCOMES.values(), ids=WELCOMES)
def test_what_a_network_is_to_the_card(
    operators: tuple[Operator, ...], stat: int, name: str | None
) -> None:
    settings = NetworkSettings(operators=operators)
    bench = Bench(GENERIC, settings=settings)
    assert lines(bench.ask("AT+CREG?")) == [f"+CREG: 0,{stat}", "OK"]
    assert lines(bench.ask("AT+COPS?"))[0] == (f"+COPS: 0,0,{name},7" if name else "+COPS: 0")


def test_nobody_there_is_searched_for() -> None:
    bench = Bench(GENERIC, settings=NetworkSettings(operators=()))
    assert lines(bench.ask("AT+CREG?;+COPS?")) == ["+CREG: 0,2", "+COPS: 0", "OK"]


# ---- places

PLACES = {
    "LTE": (Act.EUTRAN, '5,"1A2B","01C3D4E5",7', '5,"1A2B","01C3D4E5",7'),
    "3G": (Act.UTRAN, '5,"1A2B","01C3D4E5",2', "0"),
    "2G": (Act.GSM, '5,"1A2B","D4E5",0', "0"),  # 16 bits of a cell there
}


@pytest.mark.parametrize(("act", "creg", "cereg"), PLACES.values(), ids=PLACES)
def test_location_is_told_with_the_technology(act: Act, creg: str, cereg: str) -> None:
    bench = Bench(GENERIC)
    bench.modem.state.subscriber.hear([act])
    bench.wait(5)
    bench.ask("AT+CREG=2;+CGREG=2;+CEREG=2")
    assert lines(bench.ask("AT+CREG?;+CGREG?;+CEREG?")) == [
        f"+CREG: 2,{creg}", f"+CGREG: 2,{creg}", f"+CEREG: 2,{cereg}", "OK",
    ]  # fmt: skip


def test_another_cell_is_told_to_whoever_wants_places() -> None:
    bench = Bench(GENERIC)
    bench.ask("AT+CREG=1;+CGREG=0;+CEREG=2")
    bench.modem.state.subscriber.move(Cell(0x00FF, 0x0ABCDEF0))
    assert lines(bench.said()) == ['+CEREG: 5,"00FF","0ABCDEF0",7']
    bench.modem.state.subscriber.move(Cell(0x00FF, 0x0ABCDEF0))
    assert bench.said() == ""


SIGNALS = {
    "LTE": (Act.EUTRAN, "99,99,255,255,20,40"),
    "3G": (Act.UTRAN, "99,99,40,30,255,255"),
    "2G": (Act.GSM, "38,99,255,255,255,255"),  # -73 dBm: 20 in +CSQ, 38 in RXLEV
}


@pytest.mark.parametrize(("act", "cesq"), SIGNALS.values(), ids=SIGNALS)
def test_signal_in_the_terms_of_the_technology(act: Act, cesq: str) -> None:
    bench = Bench(GENERIC)
    bench.modem.state.subscriber.hear([act])
    bench.modem.state.set_signal(20)
    bench.wait(5)
    assert lines(bench.ask("AT+CSQ;+CESQ")) == ["+CSQ: 20,99", f"+CESQ: {cesq}", "OK"]


@pytest.mark.parametrize("rssi", [-1, 32, 99])
def test_signal_out_of_range_is_a_mistake_of_the_test(rssi: int) -> None:
    with pytest.raises(ValueError, match="0 to 31"):
        Bench(GENERIC).modem.state.set_signal(rssi)


# ---- technologies

ALLOWED = {"GSM": (12, 0), "UTRAN": (22, 2), "E-UTRAN": (28, 7), "GSM and UTRAN": (29, 2)}


@pytest.mark.parametrize(("chosen", "act"), ALLOWED.values(), ids=ALLOWED)
def test_technology_that_the_host_allows(chosen: int, act: int) -> None:
    bench = Bench(GENERIC)
    bench.ask(f"AT+WS46={chosen}")
    bench.wait(5)
    assert lines(bench.ask("AT+COPS?"))[0].endswith(f",{act}")


# What a family's radio lacks is offered by no command, and the attach of LTE isn't tried.
RADIOS = {
    "GSM alone": ("sim800", "(12)", "12", 0, "(0-63,99),(0-7,99),(255),(255),(255),(255)"),
    "GSM and UTRAN": (
        "huawei",
        "(12,22,29)",
        "29",
        2,
        "(0-63,99),(0-7,99),(0-96,255),(0-49,255),(255),(255)",
    ),
}


@pytest.mark.parametrize(
    ("name", "offered", "all_of_it", "act", "cesq"), RADIOS.values(), ids=RADIOS
)
def test_family_without_lte(name: str, offered: str, all_of_it: str, act: int, cesq: str) -> None:
    bench = Bench(profile_named(name), start_apn="wrong", settings=NetworkSettings(apns=("em",)))
    bench.ask("ATE0+CMEE=1")
    bench.wait(10)
    assert lines(bench.ask("AT+WS46=?;+WS46?")) == [
        f"+WS46: {offered}",
        f"+WS46: {all_of_it}",
        "OK",
    ]
    assert lines(bench.ask("AT+COPS?"))[0].endswith(f",{act}")
    assert lines(bench.ask("AT+CREG?;+CGATT?")) == ["+CREG: 0,5", "+CGATT: 1", "OK"]
    assert lines(bench.ask("AT+CEREG?"))[-1] != "OK"
    assert "AT+CEREG" not in lines(bench.ask("AT+CLAC"))
    assert lines(bench.ask("AT+CESQ"))[0].endswith(",255,255")
    assert lines(bench.ask("AT+CESQ=?")) == [f"+CESQ: {cesq}", "OK"]
    assert bench.modem.state.subscriber.refusals == 0


@pytest.mark.parametrize("name", ["sim800", "huawei"])
def test_family_without_lte_is_no_modem_of_lte_alone(name: str) -> None:
    with pytest.raises(MisuseError, match="has no LTE"):
        Bench(profile_named(name), lte_only=True)


def test_modem_of_lte_alone_offers_nothing_else() -> None:
    bench = Bench(GENERIC, lte_only=True)
    bench.ask("AT+CMEE=1")
    assert lines(bench.ask("AT+WS46=?;+WS46?")) == ["+WS46: (28)", "+WS46: 28", "OK"]
    assert lines(bench.ask("AT+WS46=25")) == ["+CME ERROR: 50"]
