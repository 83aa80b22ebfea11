"""V.250 and identity: what each command answers, what it refuses; +CLAC; what families have."""

import pytest

from modem.profiles import EC25, GENERIC, SIM7600, Profile
from modem.simulator import Login, NetworkSettings
from tests.modem.simulator.bench import Bench, lines

WHO = Bench().modem.who

# Of a generic modem with echo off and CMEE 1: lines of the answer.
ANSWERS: dict[str, list[str]] = {
    # V.250 5 and 6: basic commands; a missing number is 0, another one is ERROR
    "AT": ["OK"],
    "ATE": ["OK"],
    "ATE2": ["ERROR"],
    "ATE?": ["ERROR"],
    "ATV1Q0E0": ["OK"],
    "ATX4&C1&D2L1M0TPH": ["OK"],
    "ATX5": ["ERROR"],
    "ATL4": ["ERROR"],
    "ATH2": ["ERROR"],
    "AT&K3&S0": ["OK"],
    "AT&D3": ["ERROR"],
    "ATX0X?": ["X: 0", "OK"],
    "ATO": ["NO CARRIER"],
    "ATO1": ["ERROR"],
    "ATY0": ["ERROR"],
    "AT&V": [
        "ACTIVE PROFILE:",
        "E0 Q0 V1 X4 L0 M0 &C1 &D2 &K3 &S0",
        "S0:000 S2:043 S3:013 S4:010 S5:008 S6:002 S7:060 S8:002 S10:015 S12:050",
        "OK",
    ],
    "ATI": ["modem-helper", "SIMULATED", "Revision: 1.0", "OK"],
    "ATI9": ["modem-helper", "SIMULATED", "Revision: 1.0", "OK"],
    "ATI10": ["ERROR"],
    # 5.3.2: S-parameters
    "ATS0?": ["000", "OK"],
    "ATS0=2S0?": ["002", "OK"],
    "ATS0=?": ["S0: (0-255)", "OK"],
    "ATS0=256": ["ERROR"],
    "ATS0=S0?": ["000", "OK"],
    "ATS3=13": ["OK"],
    "ATS3=14": ["ERROR"],  # the line has one end of a command line
    "ATS10=0": ["ERROR"],
    "ATS99?": ["ERROR"],
    # 5.2.1: blanks mean nothing, extended commands are parted by semicolons
    "ATQ0 V1 E0 S0=0 &C1 &D2 +FCLASS=0": ["OK"],  # wvdial's first line
    "AT +CMEE=1; +CMEE?": ["+CMEE: 1", "OK"],
    "AT+CMEE=1;;+CMEE?": ["+CMEE: 1", "OK"],
    "AT+CMEE=1E0": ["+CME ERROR: 50"],  # no semicolon between
    "AT+CMEE?;+NONSENSE;+CMEE?": ["+CMEE: 1", "+CME ERROR: 100"],
    # 6.2: rate, framing, flow; T.31: data alone. The codes are V.250's
    "AT+IPR?": ["+IPR: 115200", "OK"],
    "AT+IPR=9600;+IPR?": ["+IPR: 9600", "OK"],
    "AT+IPR=1234": ["ERROR"],
    "AT+IPR=?": [
        "+IPR: (0,300,600,1200,2400,4800,9600,19200,38400,57600,115200,230400,460800,921600)",
        "OK",
    ],
    "AT+ICF?": ["+ICF: 3,3", "OK"],
    "AT+ICF=7": ["ERROR"],
    "AT+IFC=2,2;+IFC?": ["+IFC: 2,2", "OK"],
    "AT+IFC=0;+IFC?": ["+IFC: 0,2", "OK"],
    "AT+IFC=3,0": ["ERROR"],
    "AT+IFC=0,0,0": ["ERROR"],
    "AT+FCLASS=?": ["+FCLASS: (0)", "OK"],
    "AT+FCLASS=1": ["ERROR"],
    "AT+GCAP": ["+GCAP: +CGSM", "OK"],
    # 27.007 5: identity
    "AT+CGMI": ["modem-helper", "OK"],
    "AT+GMI": ["modem-helper", "OK"],
    "AT+CGMM": ["SIMULATED", "OK"],
    "AT+GMM=?": ["OK"],
    "AT+CGMR": ["1.0", "OK"],
    "AT+CGSN": [WHO.imei, "OK"],
    "AT+GSN": [WHO.imei, "OK"],
    "AT+CGSN=0": [WHO.imei, "OK"],
    "AT+CGSN=1": [f'+CGSN: "{WHO.imei}"', "OK"],
    "AT+CGSN=2": [f'+CGSN: "{WHO.imei[:14]}78"', "OK"],
    "AT+CGSN=3": ['+CGSN: "78"', "OK"],
    "AT+CGSN=4": ["+CME ERROR: 50"],
    "AT+CGSN=?": ["+CGSN: (0-3)", "OK"],
    "AT+CGSN?": ["+CME ERROR: 4"],
    # 27.007 5.5, 8, 9: alphabets, power, errors
    'AT+CSCS="GSM";+CSCS?': ['+CSCS: "GSM"', "OK"],
    'AT+CSCS="KLINGON"': ["+CME ERROR: 50"],
    "AT+CMEE=?": ["+CMEE: (0-2)", "OK"],
    "AT+CMEE=3": ["+CME ERROR: 50"],
    "AT+CMEE": ["+CME ERROR: 4"],  # a parameter is set by `=` (V.250 5.4.4)
    "AT+CMEE=;+CMEE?": ["+CMEE: 0", "OK"],
    "AT+CFUN?": ["+CFUN: 1", "OK"],
    "AT+CFUN=?": ["+CFUN: (0,1,4),(0,1)", "OK"],
    "AT+CFUN=7": ["+CME ERROR: 50"],
    "AT+CFUN=4;+CFUN?": ["+CFUN: 4", "OK"],
    "AT+CFUN=0,2": ["+CME ERROR: 50"],
    "AT+CPAS": ["+CPAS: 0", "OK"],
    "AT+CBC": ["+CBC: 0,100", "OK"],
    "AT+CMUT=1;+CMUT?": ["+CMUT: 1", "OK"],
    "AT+CMUT=2": ["+CME ERROR: 50"],
}


@pytest.mark.parametrize(("line", "answer"), ANSWERS.items(), ids=ANSWERS)
def test_answer(line: str, answer: list[str]) -> None:
    bench = Bench(GENERIC)
    bench.ask("AT+CMEE=1")
    assert lines(bench.ask(line)) == answer


def test_lines_of_one_answer_stand_in_one_block() -> None:
    bench = Bench(EC25)
    assert bench.ask("AT+CREG?;+CGREG?") == "\r\n+CREG: 0,5\r\n\r\n+CGREG: 0,5\r\n\r\nOK\r\n"
    assert bench.ask("ATI") == "\r\nQuectel\r\nEC25\r\nRevision: EC25EFAR06A01M4G\r\n\r\nOK\r\n"


def test_every_listed_command_is_known() -> None:
    bench = Bench(GENERIC)
    bench.ask("AT+CMEE=1")
    names = lines(bench.ask("AT+CLAC"))[:-1]
    assert {"AT+CMGS", "ATD", "AT&F", "AT+COPS"} <= set(names)
    for name in names:
        if name.startswith("AT+"):
            answer = bench.ask(f"{name}=?") or bench.wait(60)
            assert answer.endswith("\r\nOK\r\n"), name


# 6.2.5, 6.2.6 and 5.7.1: numbers and silence; the information text keeps its lines
NUMERIC = {
    "OK": ("AT", "0\r"),
    "ERROR": ("ATY0", "4\r"),
    "NO CARRIER": ("ATD123", "3\r"),
    "CONNECT": ("ATD*99#", "1\r"),
    "a code of 27.007": ("AT+CFUN=7", "\r\n+CME ERROR: 50\r\n"),
    "information": ("AT+CFUN?", "+CFUN: 1\r\n0\r"),
}


@pytest.mark.parametrize(("line", "answer"), NUMERIC.values(), ids=NUMERIC)
def test_numeric_results(line: str, answer: str) -> None:
    bench = Bench(GENERIC)
    bench.ask("AT+CMEE=1")
    assert bench.ask("ATV0") == "0\r"
    assert bench.ask(line) == answer


def test_quiet_line_has_information_and_no_results() -> None:
    bench = Bench(GENERIC)
    assert bench.ask("ATQ1") == ""
    assert bench.ask("AT+CFUN=7") == ""
    assert bench.ask("AT+CFUN?") == "\r\n+CFUN: 1\r\n"
    assert bench.ask("ATQ0") == "\r\nOK\r\n"


def test_last_line_is_repeated() -> None:
    bench = Bench(GENERIC)
    bench.ask("AT+CFUN?")
    assert lines(bench.send(b"A/")) == ["+CFUN: 1", "OK"]


def test_saved_settings_come_back_and_others_do_not() -> None:
    """&W, Z and &F; &W takes the line's settings alone."""
    bench = Bench(GENERIC)
    bench.ask("ATX1S7=30&D1+IFC=0,0;+CMEE=2;&W")
    bench.ask("ATX3S7=40&D0+IFC=1,1;+CREG=2;+CLIP=1")
    assert lines(bench.ask("ATZ;+IFC?;+CREG?;+CLIP?;S7?X?&D?;+CMEE?")) == [
        "+IFC: 0,0", "+CREG: 0,5", "+CLIP: 0,0", "030", "X: 1", "&D: 1", "+CMEE: 2", "OK",
    ]  # fmt: skip
    assert lines(bench.ask("AT&F;E0+IFC?;S7?X?&D?;+CMEE?"))[-6:] == [
        "+IFC: 2,2", "060", "X: 4", "&D: 2", "+CMEE: 0", "OK",
    ]  # fmt: skip


def test_settings_of_a_client_stay_for_the_next_one() -> None:
    """As on a modem whose port is closed and opened: only ATZ, &F and a restart take them back."""
    bench = Bench(GENERIC)
    bench.ask('AT+CSCS="UCS2";+CMEE=2')
    bench.modem.hang_up()
    assert lines(bench.ask("AT+CSCS?;+CMEE?")) == ['+CSCS: "UCS2"', "+CMEE: 2", "OK"]


# ---- what differs by family

FAMILIES = {
    "EC25 identity": (EC25, "ATI", ["Quectel", "EC25", "Revision: EC25EFAR06A01M4G", "OK"]),
    "EC25 has no CGAUTH": (EC25, "AT+CGAUTH=?", ["+CME ERROR: 100"]),
    "EC25 QICSGP, never set": (EC25, "AT+QICSGP=5", ['+QICSGP: 0,"","","",0', "OK"]),
    "EC25 QICSGP and CGDCONT are one": (
        EC25,
        'AT+CGDCONT=1,"IPV4V6","other";+QICSGP=1',
        ['+QICSGP: 3,"other","","",0', "OK"],
    ),
    "EC25 QICSGP reads back": (
        EC25,
        'AT+QICSGP=1,1,"em","me","secret",2;+QICSGP=1',
        ['+QICSGP: 1,"em","me","secret",2', "OK"],
    ),
    "EC25 QICSGP blanks what is left out": (
        EC25,
        'AT+QICSGP=1,1,"em","me","secret",2;+QICSGP=1,1,"other";+QICSGP=1',
        ['+QICSGP: 1,"other","","",0', "OK"],
    ),
    "EC25 roaming": (
        EC25,
        'AT+QCFG="roamservice";+QCFG="roamservice",2,1;+QCFG="roamservice"',
        ['+QCFG: "roamservice",255', '+QCFG: "roamservice",2', "OK"],
    ),
    "EC25 without such a setting": (EC25, 'AT+QCFG="nonsense"', ["+CME ERROR: 100"]),
    # SIM7500_SIM7600 AT manual V3.00, quoted in TinyGSM pull request 794: the password comes first
    "SIM7600 CGAUTH": (
        SIM7600,
        'AT+CGAUTH=1,2,"secret","me";+CGAUTH?',
        ['+CGAUTH: 1,2,"secret","me"', "+CGAUTH: 2,0", "+CGAUTH: 3,0", "OK"],
    ),
    "CGAUTH cleared": (
        SIM7600,
        'AT+CGAUTH=1,2,"secret","me";+CGAUTH=1,0;+CGAUTH?',
        ["+CGAUTH: 1,0", "+CGAUTH: 2,0", "+CGAUTH: 3,0", "OK"],
    ),
    "CGAUTH=1,9": (SIM7600, "AT+CGAUTH=1,9", ["+CME ERROR: 50"]),
}


@pytest.mark.parametrize(("profile", "line", "answer"), FAMILIES.values(), ids=FAMILIES)
def test_family(profile: Profile, line: str, answer: list[str]) -> None:
    bench = Bench(profile)
    bench.ask("AT+CMEE=1")
    assert lines(bench.ask(line)) == answer


# The two words as each family wants them, where the network asks for user "me" and "secret".
LOGINS = {
    "SIM7600, password first": (SIM7600, 'AT+CGAUTH=1,1,"secret","me"', 5),
    "SIM7600, user first": (SIM7600, 'AT+CGAUTH=1,1,"me","secret"', 3),
    "generic, user first": (GENERIC, 'AT+CGAUTH=1,1,"me","secret"', 5),
    "generic, password first": (GENERIC, 'AT+CGAUTH=1,1,"secret","me"', 3),
    "EC25": (EC25, 'AT+QICSGP=1,1,"em","me","secret",1', 5),
    "EC25, wrong order": (EC25, 'AT+QICSGP=1,1,"em","secret","me",1', 3),
    "stored, but authentication off": (SIM7600, 'AT+CGAUTH=1,0,"secret","me"', 3),
    "none": (SIM7600, "AT", 3),
}


@pytest.mark.parametrize(("profile", "line", "stat"), LOGINS.values(), ids=LOGINS)
def test_login_is_checked_by_the_network(profile: Profile, line: str, stat: int) -> None:
    settings = NetworkSettings(apns=("em",), logins={"em": Login("me", "secret")})
    bench = Bench(profile, settings=settings, lte_only=True)
    assert lines(bench.ask("AT+CFUN=4;" + line[2:])) == ["OK"]
    bench.ask("AT+CFUN=1")
    bench.wait(5)
    assert lines(bench.ask("AT+CEREG?")) == [f"+CEREG: 0,{stat}", "OK"]


def test_wrong_login_of_a_second_context_has_its_own_code() -> None:
    settings = NetworkSettings(apns=("em", "other"), logins={"other": Login("me", "secret")})
    bench = Bench(settings=settings)
    bench.ask("AT+CMEE=1")
    assert lines(bench.ask('AT+CGDCONT=2,"IP","other";+CGACT=1,2')) == ["+CME ERROR: 149"]
    assert lines(bench.ask('AT+CGAUTH=2,1,"secret","me";+CGACT=1,2')) == ["OK"]
    assert lines(bench.ask("AT+CGACT=0,2;+CGACT?")) == [
        "+CGACT: 1,1",
        "+CGACT: 2,0",
        "+CGACT: 3,0",
        "OK",
    ]
