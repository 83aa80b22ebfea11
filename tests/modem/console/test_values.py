"""What may be seen: no control characters, no secrets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.console.harm import harm
from modem.console.values import Kind, Line, is_private, lines_of, printable, shown_line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("+CSQ: 17,99", "+CSQ: 17,99", id="plain"),
        pytest.param("a\\b", "a\\b", id="a backslash is one"),
        pytest.param("\x1b[2J", "\\x1b[2J", id="clear the screen"),
        pytest.param("\x9b2J", "\\x9b2J", id="the same in one C1 byte"),
        pytest.param("\u202eab", "\\u202eab", id="right to left"),
        pytest.param("Grüße 你好", "Grüße 你好", id="words"),
    ],
)
def test_printable(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text())
def test_nothing_unprintable_is_shown(text: str) -> None:
    assert all(line.text.isprintable() for line in lines_of(Kind.URC, text))


def test_a_text_of_several_lines_becomes_several() -> None:
    assert lines_of(Kind.NOTE, "a\nb\r") == [Line(Kind.NOTE, "a"), Line(Kind.NOTE, "b\\r")]


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        pytest.param('AT+CPIN="4711"', "AT+CPIN=***", id="a PIN"),
        pytest.param("at+cpin = 4711", "at+cpin =***", id="blanks, small"),
        pytest.param("AT+CPIN4711", "AT+CPIN***", id="the equals sign forgotten"),
        pytest.param("AT+CPIN 4711", "AT+CPIN ***", id="a blank instead"),
        pytest.param("CPIN=4711", "CPIN=***", id="the AT forgotten"),
        pytest.param("AT+CSQ;+CPIN=4711", "AT+CSQ;+CPIN=***", id="chained"),
        pytest.param("AT+CPIN=4711;+CPIN?", "AT+CPIN=***", id="reading behind it"),
        pytest.param('AT+CGAUTH=1,1,"u","hunter2"', "AT+CGAUTH=***", id="a password"),
        pytest.param('AT+QICSGP=1,1,"em","u","hunter2",1', "AT+QICSGP=***", id="Quectel's"),
        pytest.param('AT+CPWD="SC","1111","2222"', "AT+CPWD=***", id="a new PIN"),
        pytest.param('AT+CPIN="1234"?', "AT+CPIN=***", id="a question mark behind it"),
        pytest.param("AT+CPIN4711?", "AT+CPIN***", id="the equals sign forgotten, too"),
        pytest.param("AT$QCPDPP=1,1,secret?", "AT$QCPDPP=***", id="Qualcomm's"),
        pytest.param('AT+CGAUTH=1,1,"u","who?', "AT+CGAUTH=***", id="a password's question mark"),
        pytest.param("AT+CPIN=?4711?", "AT+CPIN=***", id="question marks around it"),
        pytest.param('AT+ QICSGP=1,1,"em","u","p",1', "AT+ QICSGP=***", id="a blank in the name"),
    ],
)
def test_secrets_are_not_shown(line: str, shown: str) -> None:
    assert is_private(line)
    assert shown_line(line) == shown


@pytest.mark.parametrize(
    "line", ["AT+CPIN?", "at +cpin2 = ?", "AT+CGAUTH=?", "ATI", 'AT+CGDCONT=1,"IP","em"']
)
def test_what_holds_no_secret_is_shown(line: str) -> None:
    assert not is_private(line)
    assert shown_line(line) == line


@pytest.mark.parametrize(
    ("line", "word"),
    [
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
    ],
)
def test_lasting_harm(line: str, word: str) -> None:
    assert word in (harm(line) or "")


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
