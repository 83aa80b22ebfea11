"""What the control socket passes of a modem's words: no PIN word, no password, in any alphabet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from apn_config import message_secrets
from apn_config.cli_omacp import make_omacp
from apn_config.dialects import dialect_named
from apn_config.dialects.omacp.encode import AccessPoint
from apn_config.model import AuthType, Security
from apn_config.reader import Reader
from apn_config.veil import Veil
from modem.sms import (
    build_deliver,
    build_status_report,
    compose,
    compose_deliver,
    parse_number,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)
NUMBER = parse_number("12345")
WORD = "Xk4821q"
SECRETS = {
    "a PIN word": f"PIN {WORD} STATUS",
    "in small letters, tagged": f"#7 pin {WORD} apn em",
    "a password": f"APN em user=me pass={WORD}",
    "not understood": f"please use the pin {WORD} thanks",
}
HEADERS = {
    "CMGR": "+CMGR: 0,,{}",
    "CMGL": "+CMGL: 3,1,,{}",
    "CMT": "+CMT: ,{}",
    "QCMGR": "+QCMGR: 0,,{}",
    "small letters": "+cmgr: 0,,{}",
    "CMGRD": "+CMGRD: 0,,{}",
    "SMGR": "^SMGR: 0,,{}",
    "SMGL": "^SMGL: 3,1,,{}",
}


def without_secrets(lines: Sequence[str], word: str | None = None) -> tuple[str, ...]:
    return message_secrets.without_secrets(lines, Veil(words=[word] if word else ()))


def _forms(word: str) -> set[str]:
    """The word as it may be read off a line."""
    octets = [word.encode(), word.encode("utf-16-be")]
    return {word, *(each.hex() for each in octets)}


def _assert_hidden(lines: tuple[str, ...], pdus: list[str]) -> None:
    shown = "\n".join(lines).lower()
    assert not any(form.lower() in shown for form in _forms(WORD))
    assert not any(pdu.lower() in shown for pdu in pdus)


def _pdu(text: str, alphabet: str) -> tuple[str, int]:
    if alphabet == "8 bit":
        message = build_deliver(NUMBER, NOW, payload=text.encode(), dcs=4)
        return message.pdu, message.tpdu_length
    (part,) = compose_deliver("12345", text, timestamp=NOW, alphabet=alphabet)  # type: ignore[arg-type]
    return part.pdu, part.tpdu_length


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
@pytest.mark.parametrize("alphabet", ["gsm7", "ucs2", "8 bit"])
@pytest.mark.parametrize("text", SECRETS.values(), ids=SECRETS)
def test_a_pdu_with_a_secret_is_hidden(text: str, alphabet: str, header: str) -> None:
    pdu, length = _pdu(text, alphabet)
    head = header.format(length)
    lines = without_secrets([head, pdu])
    _assert_hidden(lines, [pdu])
    assert [len(line) for line in lines] == [len(head), len(pdu)]
    assert lines[0] == head


@pytest.mark.parametrize("between", [",", " ", ", "])
@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_a_pdu_on_the_header_s_own_line(header: str, between: str) -> None:
    (pdu, length), (harmless, other) = (
        _pdu(text, "gsm7") for text in (SECRETS["a PIN word"], "PING")
    )
    head, harmless_line = header.format(length), header.format(other) + between + harmless
    lines = without_secrets([head + between + pdu, "", harmless_line])
    _assert_hidden(lines, [pdu])
    assert lines == (f"{head}{between}{'*' * len(pdu)}", "", harmless_line)
    # One of a length that isn't its own may be anything.
    cut = harmless_line[:-2]
    assert without_secrets([cut]) != (cut,)


@pytest.mark.parametrize("alphabet", ["gsm7", "ucs2", "8 bit"])
@pytest.mark.parametrize("text", ["PING", "Good morning", "APN em type=ip"])
def test_a_harmless_pdu_is_passed_as_it_is(text: str, alphabet: str) -> None:
    pdu, length = _pdu(text, alphabet)
    assert without_secrets([f"+CMGR: 1,,{length}", pdu]) == (f"+CMGR: 1,,{length}", pdu)


def test_each_part_of_a_long_message_is_hidden() -> None:
    parts = compose_deliver("12345", "nothing secret here " * 20, timestamp=NOW, reference=7)
    for part in parts:
        lines = without_secrets([f"+CMT: ,{part.tpdu_length}", part.pdu])
        _assert_hidden(lines, [part.pdu])


TEXT_HEAD = '+CMGR: "REC UNREAD","+12345",,"26/01/01,00:00:00+00"'
TEXT_MODE = {
    "a command": [f"PIN {WORD} STATUS"],
    "on two lines": ["PIN", f"{WORD} STATUS"],
    "a part, which may be the end of a password": [f"{WORD} auth=pap"],
    "an ordinary text, which may be a part": [f"hello {WORD}"],
    "hex digits of UCS-2": [f"PIN {WORD} STATUS".encode("utf-16-be").hex().upper()],
    "hex digits of 8 bit": [f"PIN {WORD} STATUS".encode().hex().upper()],
    "a part in UCS-2": [f"{WORD} auth=pap".encode("utf-16-be").hex()],
}


@pytest.mark.parametrize("details", ["", ',145,4,0,8,"+491",145,{}'], ids=["", "with +CSDH=1"])
@pytest.mark.parametrize("body", TEXT_MODE.values(), ids=TEXT_MODE)
def test_text_mode(body: list[str], details: str) -> None:
    head = TEXT_HEAD + details.format(len(body[0]))
    lines = without_secrets(["ok", head, *body, "", head, "HELP"])
    _assert_hidden(lines, body)
    # What holds no secret for sure is shown all the same.
    assert lines[-2:] == (head, "HELP")
    assert lines[0] == "ok"


UNKNOWN_FORMS = {
    "a vendor's header": ['+ZMGR: "REC READ","+12345"', f"PIN {WORD} STATUS"],
    "a text on the header's own line": [f'{TEXT_HEAD},"PIN {WORD} STATUS"'],
}


@pytest.mark.parametrize("lines", UNKNOWN_FORMS.values(), ids=UNKNOWN_FORMS)
def test_a_command_in_a_form_that_nobody_knows(lines: list[str]) -> None:
    _assert_hidden(without_secrets(lines), [])


MISSPELT = f"P1N {WORD} APN em"
WHEREVER = {
    "in a PDU": ["+CMGR: 0,,{}", "{}"],
    "in text mode": [TEXT_HEAD, MISSPELT],
    "in words of the modem's": [f"+NOTE: {MISSPELT}"],
    "in a header": [f'+CMGR: "REC READ","{WORD.upper()}"', "HELP"],
}


@pytest.mark.parametrize("lines", WHEREVER.values(), ids=WHEREVER)
def test_the_configured_pin_word_is_hidden_wherever_it_stands(lines: list[str]) -> None:
    pdu, length = _pdu(MISSPELT, "gsm7")
    filled = [line.format(given) for line, given in zip(lines, (length, pdu), strict=False)]
    _assert_hidden(without_secrets(filled, WORD), [pdu])


def test_a_short_pin_word_spoils_no_answer() -> None:
    assert without_secrets(["+CSQ: 20,99"], "9") == ("+CSQ: 20,99",)
    assert without_secrets([TEXT_HEAD, "#9 PING"], "9") == (TEXT_HEAD, "#* ****")


DIALECTS = ("plain", "robustel", "raw-at", "meitrack", "ruptela", "coban")
NUMBERS = (
    "+CCID: 8988303000000123456",
    '+CEREG: 2,5,"1A2B","00000001",7',
    "490154200003518",
    "490154212345618",
)


def among_dialects(lines: Sequence[str], *words: str) -> tuple[str, ...]:
    reader = Reader([dialect_named(name) for name in DIALECTS])
    return message_secrets.without_secrets(lines, Veil(reader, words))


@pytest.mark.parametrize("number", NUMBERS)
def test_a_password_of_digits_spoils_no_longer_number(number: str) -> None:
    assert among_dialects([number], "0000", "123456") == (number,)


def test_a_password_of_digits_is_hidden_where_it_stands_by_itself() -> None:
    assert among_dialects(["+NOTE: x123456y"], "123456") == ("+NOTE: x******y",)


@pytest.mark.parametrize("text", ["AT+CGDCONT?", 'AT+CGDCONT=1,"IP","em"', "getapn"])
@pytest.mark.parametrize("head", [[], [TEXT_HEAD]], ids=["a line", "text mode"])
def test_a_dialects_command_without_a_secret_is_shown(head: list[str], text: str) -> None:
    assert among_dialects([*head, text]) == (*head, text)


def test_a_dialects_number_is_shown() -> None:
    assert among_dialects(["0003"]) == ("0003",)
    # Behind a header it may be the digits of a PDU.
    assert among_dialects([TEXT_HEAD, "0003"]) == (TEXT_HEAD, "****")


FOREIGN_SECRETS = {
    "a command": f"{WORD} getapn",
    "a login for the network": f"setconnection em,u,{WORD}",
    "a user": f"setconnection em,{WORD}",
    "refused": f"setconnection em,u,{WORD};x",
    "refused, with a password": f"{WORD}:0000",
}


@pytest.mark.parametrize("text", FOREIGN_SECRETS.values(), ids=FOREIGN_SECRETS)
@pytest.mark.parametrize("head", [[], [TEXT_HEAD]], ids=["a line", "text mode"])
def test_a_dialects_secret_is_hidden(head: list[str], text: str) -> None:
    _assert_hidden(among_dialects([*head, text]), [])


def test_a_record_of_the_card_is_hidden() -> None:
    pdu, _ = _pdu(SECRETS["a PIN word"], "gsm7")
    record = f"01{pdu}".ljust(352, "F")
    (line,) = without_secrets([f'+CRSM: 144,0,"{record}"'])
    assert pdu not in line
    assert line.startswith('+CRSM: 144,0,"****')


PASSED = {
    "an identity": ["SIMCOM INCORPORATED", "+CGMR: LE20B04SIM7600G22", "860000000000001"],
    "an ICCID of 20 digits": ["+CCID: 89883030000000000017"],
    "a network's list": ['+COPS: (2,"Telekom","TDG","26201",7),,(0-4),(0-2)'],
    "a card's state": ["+CPIN: SIM PIN"],
    "a file of the card": ['+CRSM: 144,0,"62178202412183026F078A01058B036F06038002000988"'],
    "an announcement": ['+CMTI: "ME",3'],
    "a header alone": ["+CMGR: 0,,0"],
}


@pytest.mark.parametrize("lines", PASSED.values(), ids=PASSED)
def test_what_holds_no_message_is_passed(lines: list[str]) -> None:
    assert without_secrets(lines) == tuple(lines)


def test_a_report_is_passed() -> None:
    report = build_status_report(NUMBER, NOW, NOW, reference=1)
    lines = (f"+CDS: {report.tpdu_length}", report.pdu)
    assert without_secrets(lines) == lines


def test_what_is_no_pdu_is_hidden_behind_a_header() -> None:
    assert without_secrets(["+CMGR: 0,,3", "0004"]) == ("+CMGR: 0,,3", "****")


def test_a_draft_is_looked_at_too() -> None:
    (part,) = compose("12345", f"PIN {WORD} STATUS")
    _assert_hidden(without_secrets([f"+CMGR: 2,,{part.tpdu_length}", part.pdu]), [part.pdu])


@pytest.mark.parametrize("header", [b"", bytes.fromhex("0605040B8423F0")], ids=["data", "header"])
def test_octets_of_a_message_alone_are_hidden(header: bytes) -> None:
    """As a terminal shows user data: a document has the APN's password in clear text."""
    point = AccessPoint("em", "me", WORD, AuthType.PAP)
    digits = (header + make_omacp(point, Security.USERPIN, pin="4821").push).hex().upper()
    (shown,) = message_secrets.without_secrets([digits], Veil(Reader([dialect_named("omacp")])))
    assert shown == "*" * len(digits)
