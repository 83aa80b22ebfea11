"""A typed line with a payload, and the answer to one as a value."""

from __future__ import annotations

import pytest

from modem.answers import AtAnswer, answer_of, refusal_of, urc_lines
from modem.at import Command, Response, Urc
from modem.at.results import parse_final
from modem.commands.typed import MAX_PAYLOAD, takes_payload, typed_line
from modem.errors import CommandRefused, MisuseError


@pytest.mark.parametrize(
    ("line", "payload", "sent"),
    [
        pytest.param("AT+CMGS=17", "0001AB", b"0001AB", id="a PDU"),
        pytest.param('at+cmgs="1234"', "hello", b"hello", id="a text"),
        pytest.param("AT+CMGW=17", "00", b"00", id="stored"),
        pytest.param("AT+CMGW", "hello", b"hello", id="stored, without a number"),
        pytest.param("AT +CM GS = 17", "00", b"00", id="blanks"),
        pytest.param('AT+CMGS="1"', "one\ntwo\r\nthree", b"one\rtwo\rthree", id="line ends"),
    ],
)
def test_a_payload_goes_with_the_command_that_asks_for_it(
    line: str, payload: str, sent: bytes
) -> None:
    assert takes_payload(line)
    assert typed_line(line, payload=payload).payload == sent


@pytest.mark.parametrize(
    ("line", "payload"),
    [
        pytest.param("AT+CSQ", "hello", id="a command without a prompt"),
        pytest.param("AT+CMGS=1;+CSQ", "00", id="chained behind"),
        pytest.param("AT+CSQ;+CMGS=1", "00", id="chained before"),
        pytest.param("AT+CMGS=1", "00\x1aAT+CFUN=0", id="Ctrl-Z ends the payload"),
        pytest.param("AT+CMGS=1", "00\x1b", id="ESC gives it up"),
        pytest.param('AT+CMGS="1"', "grüß", id="not ASCII"),
        pytest.param("AT+CMGS=1", "0" * (MAX_PAYLOAD + 1), id="too long"),
        pytest.param("AT+CMGS=1", None, id="no payload"),
        pytest.param("AT+CMGS=1", "", id="nothing to send"),
        pytest.param('AT+CMGS="1"', " \n", id="blanks to send"),
        pytest.param("ATA?", None, id="answers at once"),
        pytest.param("ATE0O=?", None, id="goes online at once"),
        pytest.param("AT+CMGW", None, id="no payload, no parameter"),
        pytest.param("AT+CMGS=?", "00", id="asks what it takes"),
    ],
)
def test_payloads_that_are_not_sent(line: str, payload: str | None) -> None:
    with pytest.raises(MisuseError):
        typed_line(line, payload=payload)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("ATE0D*99#", id="behind another, without a separator"),
        pytest.param("ATX1D*99***1#", id="behind its number"),
        pytest.param("ATS0=0D123", id="behind a register"),
        pytest.param("ATE0A", id="A"),
        pytest.param("ATA;+CSQ", id="A, and another"),
        pytest.param("ATE0O", id="O"),
        pytest.param("AT&C1 O1", id="O1"),
        pytest.param('AT+CNMA="1",5', id="quoted"),
        pytest.param("AT+CNMA=01,5", id="two digits"),
        pytest.param("AT+CG DATA", id="a blank in the name"),
        pytest.param('AT+CSQ="a;D112', id="behind an unclosed quote"),
        pytest.param("ATE0+CMGS=17", id="a prompt"),
        pytest.param("AT+CSQ+CMUX=0", id="the separator forgotten"),
        pytest.param("AT+CMUX?;D112", id="behind one that only asks"),
    ],
)
def test_lines_that_would_leave_command_mode(line: str) -> None:
    with pytest.raises(MisuseError, match="data mode"):
        typed_line(line)


@pytest.mark.parametrize(
    "line",
    [
        "AT",
        "ATI",
        "ATE0V1&D2",
        "AT&A",
        "AT\\D1",
        "ATS0?",
        "AT+CNMA",
        "AT+CNMA=1",
        "AT+CMGS=?",
        "AT+CMUX=?",
        "AT+CMUX?",
        "AT+CGDATA=?",
        'AT+CPBF="D"',
        'AT+CGDCONT=1,"IP","a;d"',
        "AT*D=1",
        "AT%DNCPDN?",
        "AT_OWANCALL=1,1,1",
        "AT@DUMP",
        "AT-SDR=1,1,1",
        "AT!GSTATUS?",
        "AT^DSCI=1;+CSQ",
    ],
)
def test_lines_that_leave_the_modem_in_command_mode(line: str) -> None:
    assert typed_line(line).text == line


@pytest.mark.parametrize(
    ("line", "prefixes"),
    [
        ("ATI", ()),
        ("at+csq;+creg?", ("+CSQ", "+CREG")),
        ("AT+ CSQ", ("+CSQ",)),
        ("AT_OWANCALL?", ("_OWANCALL",)),
        ('AT+CGDCONT=1,"IP","+x"', ("+CGDCONT",)),
    ],
)
def test_what_belongs_to_the_answer(line: str, prefixes: tuple[str, ...]) -> None:
    assert typed_line(line).prefixes == prefixes


@pytest.mark.parametrize(
    ("final", "answer"),
    [
        pytest.param("OK", AtAnswer("ATI", ("X",), "OK", True), id="OK"),
        pytest.param("CONNECT 9600", AtAnswer("ATI", ("X",), "CONNECT 9600", True, None, "9600")),
    ],
)
def test_answers(final: str, answer: AtAnswer) -> None:
    parsed = parse_final(final)
    assert parsed is not None
    assert answer_of(Response(Command("ATI"), ("X",), parsed)) == answer


@pytest.mark.parametrize(
    ("line", "kind", "code", "name", "final"),
    [
        pytest.param("AT+CPIN?", "CME", 10, "SIM not inserted", "+CME ERROR: 10", id="CME"),
        pytest.param("AT+CMGR=1", "CMS", 321, "invalid memory index", "+CMS ERROR: 321", id="CMS"),
        pytest.param("AT+FOO", "ERROR", None, "", "ERROR", id="plain"),
        pytest.param("AT+FOO", "CME", None, "operator's words", "+CME ERROR: operator's words"),
    ],
)
def test_refusals(line: str, kind: str, code: int | None, name: str, final: str) -> None:
    answer = refusal_of(Command(line), CommandRefused(line, kind, code, name, ("+A: 1",)))
    assert answer == AtAnswer(line, ("+A: 1",), final, False, code, name or None)


@pytest.mark.parametrize("name", ["AT+CPIN", "AT+ CPIN", "at+c pin"])
def test_a_secret_line_is_shown_without_its_values(name: str) -> None:
    command = typed_line(f'{name}="1234"')
    assert refusal_of(command, CommandRefused(command.shown, "CME", 16)).line == f"{name}=***"


@pytest.mark.parametrize(
    ("urc", "lines"),
    [
        pytest.param(Urc("RDY"), ("RDY",), id="a word"),
        pytest.param(Urc("+CMTI", '"ME",3'), ('+CMTI: "ME",3',), id="with values"),
        pytest.param(Urc("+CMT", ",24", ("07914",)), ("+CMT: ,24", "07914"), id="with a PDU"),
    ],
)
def test_urcs_as_lines(urc: Urc, lines: tuple[str, ...]) -> None:
    assert urc_lines(urc) == lines
