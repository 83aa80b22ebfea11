"""What each command answers, to the byte, and what it refuses with which code."""

import pytest

from modem.profiles import EC25, GENERIC, SIM7600, Profile
from modem.simulator import Login, NetworkSettings
from tests.modem.simulator.bench import EPOCH, Bench, lines

WHO = Bench().modem.who

# Of a SIM7600 with echo off and CMEE 1, registered on LTE with the APN "em": lines of the answer.
ANSWERS: dict[str, list[str]] = {
    "AT+CGMI": ["SIMCOM INCORPORATED", "OK"],
    "AT+GMM": ["SIMCOM_SIM7600G-H", "OK"],
    "AT+CGMR": ["LE20B05SIM7600G22", "OK"],
    "AT+CGSN": [WHO.imei, "OK"],
    "AT+CGSN=?": ["OK"],
    "AT+CGSN?": ["+CME ERROR: 4"],
    "AT+GCAP": ["+GCAP: +CGSM", "OK"],
    "AT+CMEE=?": ["+CMEE: (0-2)", "OK"],
    "AT+CMEE=3": ["+CME ERROR: 50"],
    "AT+CFUN?": ["+CFUN: 1", "OK"],
    "AT+CFUN=7": ["+CME ERROR: 50"],
    "AT+CFUN=3": ["+CME ERROR: 50"],
    "AT+CCLK?": [f'+CCLK: "{EPOCH:%y/%m/%d,%H:%M:%S}+00"', "OK"],
    'AT+CSCS="GSM";+CSCS?': ['+CSCS: "GSM"', "OK"],
    "ATX4&C1&D2L1M0H": ["OK"],
    # the card
    "AT+CPIN?": ["+CPIN: READY", "OK"],
    "AT+CPIN=1234": ["+CME ERROR: 3"],
    "AT+CIMI": [WHO.imsi, "OK"],
    "AT+CCID": [f"+CCID: {WHO.iccid}", "OK"],
    "AT+CNUM": [f'+CNUM: ,"+{WHO.msisdn}",145', "OK"],
    "AT+CPINR": ["+CPINR: SIM PIN,3", "+CPINR: SIM PUK,10", "OK"],
    'AT+CPINR="SIM PUK"': ["+CPINR: SIM PUK,10", "OK"],
    "AT+CPINR=X": ["+CME ERROR: 50"],
    "AT+CRSM=176,1,0,0,0": ["+CRSM: 106,130", "OK"],
    "AT+CRSM=192,12258": ["+CRSM: 109,0", "OK"],
    "AT+CRSM=176,12258,0,2,3": [
        f'+CRSM: 144,0,"{WHO.iccid[5]}{WHO.iccid[4]}'
        f'{WHO.iccid[7]}{WHO.iccid[6]}{WHO.iccid[9]}{WHO.iccid[8]}"',
        "OK",
    ],
    # registration and signal
    "AT+CREG?": ["+CREG: 0,5", "OK"],
    "AT+CREG=?": ["+CREG: (0-2)", "OK"],
    "AT+CREG=3": ["+CME ERROR: 50"],
    "AT+CEREG=2;+CEREG?": ['+CEREG: 2,5,"1A2B","01C3D4E5",7', "OK"],
    "AT+CGREG?": ["+CGREG: 0,5", "OK"],
    "AT+COPS?": ['+COPS: 0,0,"Simulated Network",7', "OK"],
    "AT+COPS=3,2;+COPS?": ['+COPS: 0,2,"00101",7', "OK"],
    "AT+COPS=3": ["+CME ERROR: 50"],
    'AT+COPS=1,2,"00101"': ["+CME ERROR: 4"],
    "AT+COPS=?": ['+COPS: (2,"Simulated Network","Simulated","00101",7),,(0-4),(0-2)', "OK"],
    "AT+CSQ": [f"+CSQ: {WHO.rssi},99", "OK"],
    "AT+CESQ": [f"+CESQ: 99,99,255,255,20,{2 * WHO.rssi}", "OK"],
    "AT+CGATT?": ["+CGATT: 1", "OK"],
    "AT+CGATT=2": ["+CME ERROR: 50"],
    # contexts
    "AT+CGDCONT?": [
        '+CGDCONT: 1,"IP","em","10.65.0.2",0,0,0,0',
        '+CGDCONT: 2,"IPV4V6","ims","0.0.0.0",0,0,0,0',
        '+CGDCONT: 3,"IPV4V6","sos","0.0.0.0",0,0,0,0',
        "OK",
    ],
    "AT+CGDCONT=0": ["+CME ERROR: 50"],
    'AT+CGDCONT=17,"IP","em"': ["+CME ERROR: 50"],
    'AT+CGDCONT=1,"X25","em"': ["+CME ERROR: 50"],
    f'AT+CGDCONT=1,"IP","{"a" * 101}"': ["+CME ERROR: 50"],
    'AT+CGDCONT=2;+CGDCONT=3;+CGDCONT=4,"ip","other";+CGDCONT?': [
        '+CGDCONT: 1,"IP","em","10.65.0.2",0,0,0,0',
        '+CGDCONT: 4,"IP","other","0.0.0.0",0,0,0,0',
        "OK",
    ],
    "AT+CGACT?": ["+CGACT: 1,1", "+CGACT: 2,0", "+CGACT: 3,0", "OK"],
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
    "AT+CGCONTRDP": [
        '+CGCONTRDP: 1,5,"em.mnc099.mcc901.gprs","10.65.0.2.255.255.0.0","10.65.0.1",'
        '"10.64.0.53","10.64.0.54"',
        "OK",
    ],
    "AT+CGCONTRDP=2": ["OK"],
    "AT+QICSGP=1": ["+CME ERROR: 100"],
    # messages
    "AT+CSMS?": ["+CSMS: 0,1,1,1", "OK"],
    "AT+CSMS=1;+CSMS?": ["+CSMS: 1,1,1", "+CSMS: 1,1,1,1", "OK"],
    "AT+CSMS=2": ["+CMS ERROR: 303"],
    "AT+CMGF=0;+CMGF?": ["+CMGF: 0", "OK"],
    "AT+CMGF=1": ["+CMS ERROR: 303"],
    "AT+CPMS=?": ['+CPMS: ("ME","MT","SM","SR"),("ME","MT","SM"),("ME","SM")', "OK"],
    "AT+CPMS?": ['+CPMS: "ME",0,23,"ME",0,23,"ME",0,23', "OK"],
    'AT+CPMS="SM"': ["+CPMS: 0,40,0,23,0,23", "OK"],
    'AT+CPMS="sm","MT","SM";+CPMS?': [
        "+CPMS: 0,40,0,63,0,40",
        '+CPMS: "SM",0,40,"MT",0,63,"SM",0,40',
        "OK",
    ],
    'AT+CPMS="ME","ME","MT"': ["+CMS ERROR: 303"],
    'AT+CPMS="BM"': ["+CMS ERROR: 303"],
    "AT+CPMS=": ["+CMS ERROR: 304"],
    "AT+CNMI=?": ["+CNMI: (0-2),(0-3),(0,2),(0-2),(0,1)", "OK"],
    "AT+CNMI=2,1;+CNMI=,,,2;+CNMI?": ["+CNMI: 2,1,0,2,0", "OK"],
    "AT+CNMI=3,1": ["+CMS ERROR: 303"],
    "AT+CNMI=2,1,0,0,0,0": ["+CMS ERROR: 304"],
    "AT+CNMI=x": ["+CMS ERROR: 304"],
    "AT+CNMA": ["+CMS ERROR: 340"],
    "AT+CSCA?": ['+CSCA: "+883990000001",145', "OK"],
    'AT+CSCA="0123";+CSCA?': ['+CSCA: "0123",129', "OK"],
    'AT+CSCA="12x"': ["+CMS ERROR: 304"],
    "AT+CMGL": ["OK"],
    "AT+CMGL=5": ["+CMS ERROR: 304"],
    'AT+CMGL="ALL"': ["+CMS ERROR: 304"],
    "AT+CMGR=0": ["+CMS ERROR: 321"],
    "AT+CMGR=23": ["+CMS ERROR: 321"],
    "AT+CMGR=": ["+CMS ERROR: 304"],
    "AT+CMGD=0": ["OK"],
    "AT+CMGD=23": ["+CMS ERROR: 321"],
    "AT+CMGD=0,5": ["+CMS ERROR: 304"],
    "AT+CMGD=?": ["+CMGD: (),(0-4)", "OK"],
    "AT+CMGS=6": ["+CMS ERROR: 304"],
    "AT+CMGS=165": ["+CMS ERROR: 304"],
    'AT+CMGS="+123"': ["+CMS ERROR: 304"],
}


@pytest.mark.parametrize(("line", "answer"), ANSWERS.items(), ids=ANSWERS)
def test_answer(line: str, answer: list[str]) -> None:
    bench = Bench()
    bench.ask("AT+CMEE=1")
    assert lines(bench.ask(line)) == answer


def test_lines_of_one_answer_stand_in_one_block() -> None:
    bench = Bench()
    assert bench.ask("AT+CPINR") == ("\r\n+CPINR: SIM PIN,3\r\n+CPINR: SIM PUK,10\r\n\r\nOK\r\n")


def test_every_listed_command_is_known() -> None:
    bench = Bench()
    bench.ask("AT+CMEE=1")
    names = lines(bench.ask("AT+CLAC"))[:-1]
    assert "AT+CMGS" in names
    for name in names:
        if name.startswith("AT+"):
            assert bench.ask(f"{name}=?").endswith("\r\nOK\r\n"), name


# ---- what differs by family

FAMILIES = {
    "EC25 identity": (EC25, "ATI", ["Quectel", "EC25", "Revision: EC25EFAR06A01M4G", "OK"]),
    "generic identity": (GENERIC, "ATI", ["modem-helper", "SIMULATED", "Revision: 1.0", "OK"]),
    "EC25 MT is ME": (
        EC25,
        'AT+CPMS="MT","MT","MT"',
        ["+CPMS: 0,255,0,255,0,255", "OK"],
    ),
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
    "EC25 other settings": (EC25, 'AT+QCFG="usbnet"', ["+CME ERROR: 100"]),
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
