"""What may be seen: no control characters, no secrets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
