"""Which lines take the daemon's ground: every rule, and the ways to write a line."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from modem.explain import ground
from modem.explain.ground_rules import _RULES
from modem.explain.lines import requests

MINDED = [
    # messages
    ("AT+CMGF=1", "text mode"),
    ("AT+CMGF=", "text mode"),
    ("AT+CNMI=0,0", "announced"),
    ("AT+CNMI=2,1,0,2,0", "announced"),
    ("AT+CMGD=1", "delete"),
    ("AT+CMGD=1,4", "delete"),
    ('AT+CMGDA="DEL ALL"', "delete"),
    ('AT+QMGDA="DEL ALL"', "delete"),
    ("AT+CMGRD=1", "delete"),
    ('AT+CPMS="SM"', "memory"),
    ("AT+CSMS=0", "acknowledged"),
    ("AT+CNMA", "stored"),
    ("AT+CNMA=0", "stored"),
    ('AT+CSCA="+491234"', "SMS centre"),
    ("AT+CGSMS=1", "service"),
    ("AT+CSAS", "next start"),
    ("AT+CSAS=0", "next start"),
    ("AT+CRES", "saved"),
    ('AT+CSCS="UCS2"', "alphabet"),
    ('AT+QINDCFG="all",0', "announced"),
    ('AT+QINDCFG="smsincoming",0,1', "announced"),
    ('AT+QURCCFG="urcport","uart1"', "another port"),
    ("AT^PORTSEL=1", "another port"),
    # what the daemon is told
    ("AT+CMEE=0", "reason"),
    ("AT+CREG=0", "registered"),
    ("AT+CGREG=0", "registered"),
    ("AT+CEREG=0", "registered"),
    ("AT+CEREG=", "registered"),
    ("AT+CGEREP=0", "registered"),
    # the APN
    ('AT+CGDCONT=1,"IP","x"', "APN"),
    ("AT+CGDCONT=1", "APN"),
    ("AT+CGDSCONT=2,1", "APN"),
    ("AT+CGDEL=1", "APN"),
    ("AT+CGCMOD=1", "APN"),
    ('AT+CGAUTH=1,1,"u","p"', "APN"),
    ('AT+QICSGP=1,1,"x","","",0', "APN"),
    ('AT+CNCFG=0,1,"x"', "APN"),
    ('AT+UAUTHREQ=1,1,"u","p"', "APN"),
    ('AT+MGAUTH=1,1,"u","p"', "APN"),
    ('AT#PDPAUTH=1,1,"u","p"', "APN"),
    ('AT^AUTHDATA=1,1,"","p","u"', "APN"),
    ('AT$QCPDPP=1,1,"p","u"', "APN"),
    ('AT+QCGDEFCONT="IP","x"', "APN"),
    ("AT+UMNOPROF=100", "operator's"),
    ('AT+QMBNCFG="AutoSel",1', "operator's"),
    ("AT+CGATT=0", "detach"),
    ("AT+CGACT=0,1", "end a context"),
    ("AT+CNACT=0,0", "end a context"),
    # network and radio
    ("AT+COPS=2", "network"),
    ('AT+COPS=1,2,"26201"', "network"),
    ('AT+COPS=4,2,"26201"', "network"),
    ("AT+CFUN=0", "radio"),
    ("AT+CFUN=1,1", "restart"),
    ("AT+CFUN=1", "restart"),
    ("AT+CFUN", "restart"),
    ("AT+CNMP=38", "look for its network"),
    ("AT+CMNB=2", "look for its network"),
    ("AT+CNBP=0x1", "look for its network"),
    ("AT+CBANDCFG=x", "look for its network"),
    ("AT+WS46=28", "look for its network"),
    ("AT+CEMODE=0", "look for its network"),
    ("AT+URAT=7", "look for its network"),
    ('AT+QNWPREFCFG="mode_pref",LTE', "look for its network"),
    ("AT^SYSCFG=2,0,3FFFFFFF,1,2", "look for its network"),
    ('AT^SYSCFGEX="03",3FFFFFFF,1,2,7FFFFFFFFFFFFFFF,,', "look for its network"),
    ("AT^RFSWITCH=0", "radio"),
    ('AT+CPSMS=1,,,"01000011","01000011"', "sleep"),
    ('AT+CEDRXS=1,4,"0101"', "sleep"),
    ("AT+CSCLK=1", "sleep"),
    ("AT+QSCLK=1", "sleep"),
    ("AT+UPSV=1", "sleep"),
    # restart and off
    ("AT+CRESET", "restart"),
    ("AT+CREBOOT", "restart"),
    ("AT+TRB", "restart"),
    ("AT^RESET", "restart"),
    ("AT#REBOOT", "restart"),
    ("AT#ENHRST=1,0", "restart"),
    ("AT#XRESET", "restart"),
    ("AT!RESET", "restart"),
    ("AT!GRESET", "restart"),
    ("AT+CPOF", "off"),
    ("AT+CPOWD=1", "off"),
    ("AT+CPWROFF", "off"),
    ("AT+QPOWD", "off"),
    ("AT+QPOWD=1", "off"),
    ("AT^SMSO", "off"),
    ("AT#SHDN", "off"),
    ("AT#SYSHALT", "off"),
    # for good
    ('AT+QCFG="usbnet",1', "lastingly"),
    ("AT+UDCONF=20,2", "lastingly"),
    ("AT+QPRTPARA=1", "lastingly"),
    ("AT+CUSBPIDSWITCH=9011,1,1", "lastingly"),
    ("AT+GTUSBMODE=32", "lastingly"),
    ('AT+UUSBCONF=2,"ECM"', "lastingly"),
    ("AT#USBCFG=4", "lastingly"),
    ("AT#PORTCFG=1", "lastingly"),
    ('AT^SETPORT="FF;10"', "lastingly"),
    ("AT^SETMODE=1", "lastingly"),
    ('AT^SCFG="URC/DstIfc","app"', "lastingly"),
    ('AT+EGMR=1,7,"490154203237518"', "lastingly"),
    # the card
    ('AT+CPIN="1234"', "tries"),
    ("AT+CPIN=1234", "tries"),
    ('AT+CPIN2="1234"', "tries"),
    ('AT+CLCK="SC",1,"1234"', "tries"),
    ('AT+CPWD="SC","1234","0000"', "tries"),
    ('AT+CSIM=10,"00A4000000"', "card"),
    ('AT+CGLA=1,10,"00A4000000"', "card"),
    ("AT+CRSM=214,28539,0,0,12", "card"),
    ("AT+CRSM=220,28476,1,4,176", "card"),
    # the line
    ("ATE1", "echo"),
    ("ATV0", "speaks"),
    ("ATV", "speaks"),
    ("ATQ1", "answered"),
    ("ATZ", "settings"),
    ("ATZ0", "settings"),
    ("AT&F", "settings"),
    ("AT&F0", "settings"),
    ("AT&W", "next start"),
    ("ATS0=1", "calls"),
    ("ATS3=10", "speaks"),
    ("ATS003=10", "speaks"),
    ("ATS4=0", "speaks"),
    ("ATS5=0", "speaks"),
    ("AT+IPR=9600", "speed"),
    ("AT+ICF=2,1", "speaks"),
    ("AT+IFC=2,2", "speaks"),
    ("AT&K3", "speaks"),
    ("AT+FCLASS=1", "speaks"),
    ("AT+CMUX=0", "multiplexer"),
    ("ATD*99#", "data"),
    ("ATDT123;", "data"),
    ("ATA", "data"),
    ("ATO", "data"),
    ('AT+CGDATA="PPP",1', "data"),
]

HARMLESS = [
    "AT",
    "",
    "ATI",
    "ATH",
    "ATE0",
    "ATE",
    "ATV1",
    "ATQ0",
    "ATQ",
    "ATX4",
    "AT&C1&D2",
    "AT&V",
    "ATS0=0",
    "ATS0?",
    "ATS3=13",
    "AT+CSQ",
    "AT+CMGF=0",
    "AT+CMGF=00",
    "AT+CMGF?",
    "AT+CNMI?",
    "AT+CNMI=?",
    "AT+CMGL=4",
    "AT+CMGR=1",
    "AT+CMGS=23",
    "AT+CMGW=23",
    "AT+CMSS=1",
    "AT+CMMS=2",
    "AT+CMGD=?",
    "AT+CPMS?",
    "AT+CPMS=?",
    "AT+CPIN?",
    "AT+CPINR",
    'AT+CLCK="SC",2',
    "AT+CREG=2",
    "AT+CEREG=5",
    "AT+CGEREP=2",
    "AT+CMEE=1",
    "AT+CMEE=2",
    "AT+CGDCONT?",
    "AT+CGAUTH?",
    "AT+QICSGP=1",
    'AT+QCFG="roamservice"',
    "AT+QCFG=?",
    'AT+QURCCFG="urcport"',
    'AT+QINDCFG="all",1',
    'AT+QINDCFG="csq",0',
    'AT+QMBNCFG="List"',
    'AT+QENG="servingcell"',
    "AT+CGATT=1",
    "AT+CGACT=1,1",
    "AT+CNACT=0,1",
    "AT+COPS?",
    "AT+COPS=?",
    "AT+COPS=0",
    "AT+COPS=3,2",
    "AT+CFUN?",
    "AT+CFUN=?",
    "AT+CRESET=?",
    'AT+CSCS="GSM"',
    'AT+CSCS="IRA"',
    "AT+CSCS?",
    "AT+CSMP=17,167,0,0",
    "AT+CSDH=1",
    "AT+CRSM=176,12258,0,0,10",
    "AT+CRSM=242",
    "AT+CPSMS=0",
    "AT+CEDRXS=0",
    "AT+FCLASS=0",
    'AT+CUSD=1,"*100#",15',
    "AT+CCLK?",
    "AT+CLAC",
    "AT^CURC=0",
    'AT+CPBF="a;+CMGF=1"',
    "AT+NOSUCH=1",
]


@pytest.mark.parametrize(("line", "why"), MINDED, ids=[line for line, _ in MINDED])
def test_minded(line: str, why: str) -> None:
    reason = ground(line)
    assert reason is not None
    assert why in reason


@pytest.mark.parametrize("line", HARMLESS)
def test_harmless(line: str) -> None:
    assert ground(line) is None


def test_each_rule_has_its_line() -> None:
    tried = {request.name for line, _ in MINDED for request in requests(line)}
    assert _RULES.keys() - tried == set()


@pytest.mark.parametrize("name", sorted(_RULES))
def test_asking_is_harmless(name: str) -> None:
    if name in ("D", "A", "O", "Z", "&F", "&W"):  # they act at once, whatever follows
        assert ground(f"AT{name}?") is not None
        return
    assert ground(f"AT{name}?") is None
    assert ground(f"AT{name}=?") is None


@pytest.mark.parametrize(("line", "why"), MINDED, ids=[line for line, _ in MINDED])
@pytest.mark.parametrize(
    "written",
    [
        pytest.param(lambda line: line.lower(), id="lower case"),
        pytest.param(lambda line: f"  {line[:2]} {line[2:]}  ", id="blanks"),
        pytest.param(lambda line: f"at+csq;{line[2:]}", id="behind another"),
        pytest.param(lambda line: f"ATE0{line[2:]}", id="behind a basic one"),
        pytest.param(lambda line: f"AT+CSQ;;{line[2:]}", id="a semicolon too many"),
        pytest.param(lambda line: f'AT+CPBF="a;b";{line[2:]}', id="behind a text"),
        pytest.param(lambda line: f'AT+CPBF="a;{line[2:]}', id="behind a quote that stays open"),
    ],
)
def test_however_it_is_written(written: Callable[[str], str], line: str, why: str) -> None:
    assert ground(written(line)) == ground(line)


@pytest.mark.parametrize(
    "line",
    [
        "AT+CMGF=1;+CSQ",
        "AT+CMGF =1",
        "AT+CMGF= 1",
        "AT+CMGF=01",
        'AT+CMGF="1"',
        "AT+CSQ+CMGF=1",
        "AT+CMGF=0;+CMGF=1",
        "at+cmgf=1\r",
        "+CMGF=1",
        "A/",
        "a/",
    ],
)
def test_odd_lines(line: str) -> None:
    assert ground(line) is not None
