"""Which lines do lasting harm; the daemon minds each of them, too."""

from __future__ import annotations

import pytest

from modem.explain import ground, harm
from modem.explain.harm_rules import _WHY

HARMFUL = [
    pytest.param('AT+CPIN="1234"', "PIN", id="PIN"),
    pytest.param("at+cpin=1234", "PIN", id="small"),
    pytest.param('AT+CSQ;+CPIN="1234"', "PIN", id="chained"),
    pytest.param('AT+CLCK="SC",0,"1234"', "PIN", id="lock"),
    pytest.param('AT+CPWD="SC","1111","2222"', "PIN", id="password"),
    pytest.param("AT&F", "factory", id="factory"),
    pytest.param("AT+CSQ;&F0", "factory", id="factory, chained"),
    pytest.param("AT+IPR=9600", "speed", id="speed"),
    pytest.param("AT+CMGD=1,4", "deletes", id="delete all"),
    pytest.param("AT+CRSM=214,28486,0,0,3,000000", "card", id="write to the card"),
    pytest.param("AT+CSIM=14,A0A40000026F07", "card", id="any card command"),
    pytest.param("AT+QPOWD=1", "off", id="off"),
    pytest.param("AT+CPOF", "off", id="off, by itself"),
    pytest.param("AT#SHDN", "off", id="off, Telit"),
    pytest.param("AT^SMSO", "off", id="off, Cinterion"),
    pytest.param("AT#SYSHALT", "off", id="off, Telit's halt"),
    pytest.param("ATE0&F", "factory", id="factory, behind another"),
    pytest.param("ATZ&F0", "factory", id="factory, behind Z"),
    pytest.param("AT& F", "factory", id="factory, a blank in it"),
    pytest.param("AT+CMGD=1,04", "deletes", id="delete all, a leading zero"),
    pytest.param('AT+CMGD="1","4"', "deletes", id="delete all, quoted"),
    pytest.param("AT+CMGD=,4", "deletes", id="delete all, no index"),
    pytest.param('AT+CMGDA="DEL ALL"', "deletes", id="delete all, SIMCom"),
    pytest.param("AT+CMGDA=6", "deletes", id="delete all, by number"),
    pytest.param('AT+QMGDA="DEL ALL"', "deletes", id="delete all, Quectel"),
    pytest.param('AT+ CPIN="1234"', "PIN", id="PIN, a blank in the name"),
    pytest.param("AT+CPIN=  ?1", "PIN", id="PIN, a question mark before it"),
    pytest.param('AT+CPIN="1234"?', "PIN", id="PIN, a question mark behind it"),
    pytest.param('AT+CSQ="x;+CPIN=1234', "PIN", id="PIN, behind an unclosed quote"),
    pytest.param('AT+EGMR=1,7,"490154203237518"', "for good", id="the IMEI"),
    pytest.param("AT+CUSBPIDSWITCH=9011,1,1", "for good", id="other ports"),
    pytest.param("AT#USBCFG=1", "for good", id="other ports, Telit"),
    pytest.param("AT+CFOTASWITCH=1", "for good", id="firmware"),
    pytest.param('AT+IPR="9600"', "speed", id="speed, quoted"),
    pytest.param("AT+CGLA=1,4,0000", "card", id="a channel to the card"),
]


@pytest.mark.parametrize(("line", "word"), HARMFUL)
def test_lasting_harm(line: str, word: str) -> None:
    assert word in (harm(line) or "")
    assert ground(line) is not None


@pytest.mark.parametrize("name", sorted(_WHY))
def test_a_daemon_minds_it_too(name: str) -> None:
    line = f"AT{name}" if name == "&F" else f"AT{name}=1,4"
    assert harm(line) is not None
    assert ground(line) is not None


@pytest.mark.parametrize(
    "line",
    [
        "ATI",
        "AT+CPIN?",
        "AT+CPIN=?",
        'AT+CLCK="SC",2',
        "AT+IPR?",
        "AT+IPR=?",
        "AT+CMGD=1",
        "AT+CMGD=?",
        "AT+CMGF=1",
        "AT+CFUN=1,1",
        "AT+CRSM=176,12258,0,0,10",
        "AT+QPOWD=?",
        "AT&V",
        "AT+CMGD=1,0",
        "AT+CMGD=1;+CSQ",
        "AT+EGMR=0,7",
        "AT#USBCFG?",
        "AT#SHDN=?",
        "AT+CPIN",
    ],
)
def test_what_can_be_set_right_again(line: str) -> None:
    assert harm(line) is None
