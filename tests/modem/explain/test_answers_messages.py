"""Messages in words: PDUs and text mode. An id names the transcript or the device."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from modem import sms
from modem.explain import explain, explain_urc
from modem.sms.gsm7 import encode_septets

# From transcript huawei-e1752-rssi-boot.
TEST = "07913366003051F5040B913366304381F900005180719120348004D4F29C0E"
TEST_WORDS = 'from +33660334189, 2015-08-17 19:02:43+02:00, "Test"'
# From transcript eg25-send-text-and-pdu.
HELLO = "0011000A9121436587090008011C00480065006C006C006F002C005100750065006300740065006C0021"
NOW = datetime(2026, 5, 6, 7, 8, 9, tzinfo=UTC)
REPORT = sms.build_status_report(sms.parse_number("+4917012345678"), NOW, NOW, reference=40).pdu


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        pytest.param(["+CMGR: 0,,23", TEST], f"received, unread: {TEST_WORDS}", id="unread"),
        pytest.param(["+CMGR: 1,,23", TEST.lower()], f"received, read: {TEST_WORDS}", id="read"),
        pytest.param([f"+CMGR: 1,,23 {TEST}"], f"received, read: {TEST_WORDS}", id="one-line"),
        pytest.param(["+cmgr: 1,,23", TEST], f"received, read: {TEST_WORDS}", id="lower case"),
        pytest.param(
            ["+CMGR: 2,,41", HELLO], 'stored, unsent: to +1234567890, "Hello,Quectel!"', id="eg25"
        ),
        pytest.param(
            ["+CMGR: 1,,26", REPORT],
            "received, read: report on message 40 to +4917012345678, 2026-05-06 07:08:09+00:00,"
            " completed: received by the SME",
            id="report",
        ),
        pytest.param(
            ["+CMGR: 1,,99", TEST],
            f"received, read: {TEST_WORDS}; warning: 99 octets are stated, 23 are there",
            id="another length",
        ),
        pytest.param(
            ['+CMGR: "REC READ","+49170","","20/12/16,19:03:40+04"', "Hello", "you"],
            'received, read: +49170, 20/12/16,19:03:40+04, "Hello\\nyou"',
            id="text mode",
        ),
        pytest.param(
            [
                '+CMGR: "REC READ","002B0031003200330034003500360037003800390030","",'
                '"20/12/16,19:03:40+04"',
                "00410072007200EA007400650072",
            ],
            'received, read: +1234567890, 20/12/16,19:03:40+04, "Arrêter"',
            id="sim800-urcs-before-cmgr: UCS2",
        ),
        pytest.param(
            [
                '+CMGR: "REC UNREAD",6,21,"123456789",129,"22/12/01,07:33:58+04",'
                '"22/12/01,07:33:59+04",0'
            ],
            "received, unread: report on message 21 to 123456789, 22/12/01,07:33:59+04,"
            " completed: received by the SME",
            id="gammu-cdsi-text-mode-report",
        ),
        pytest.param([], "no message in that place", id="tl-mr6400: an empty slot"),
    ],
)
def test_cmgr(answer: list[str], words: str) -> None:
    assert explain("AT+CMGR=1", answer, "OK") == (words,)


def test_a_pdu_that_is_none_says_why() -> None:
    (line,) = explain("AT+CMGR=1", ["+CMGR: 1,,23", TEST[:30]], "OK")
    assert "warning: no PDU: " in line


def test_a_part_says_which() -> None:
    parts = sms.compose_deliver("emnify", "x" * 200, timestamp=NOW)
    lines = [text for part in parts for text in ("+CMGR: 1,,1", part.pdu)]
    (line,) = explain("AT+CMGR=1", lines[:2], "OK")
    assert "from emnify" in line
    assert "part 1 of 2" in line


def test_cmgl_is_a_table() -> None:
    parts = sms.compose_deliver("emnify", "y" * 200, timestamp=NOW)
    answer = ["+CMGL: 0,1,,23", TEST, "+CMGL: 7,0,,5", parts[1].pdu, "+CMGL: 12,2,,41", HELLO]
    head, first, second, third = explain("AT+CMGL=4", answer, "OK")
    assert head.split() == ["index", "state", "number", "time", "part", "text", "warning"]
    assert first.split()[0] == "0"
    assert '"Test"' in first
    assert "2/2" in second
    assert "octets are stated" in second
    assert "to +1234567890" in third
    columns = [line.index(text) for line, text in ((head, "text"), (first, '"Test"'))]
    assert len(set(columns)) == 1


def test_cmgl_of_text_mode() -> None:
    answer = [
        '+CMGL: 3,"REC READ","+49170",,"26/11/22,10:00:00+04"',
        "Hello",
        '+CMGL: 4,"STO UNSENT","+49171",',
        "Bye",
    ]
    _, first, second = explain('AT+CMGL="ALL"', answer, "OK")
    assert first.split() == ["3", "received,", "read", "+49170", "26/11/22,10:00:00+04", '"Hello"']
    assert second.split() == ["4", "stored,", "unsent", "+49171", '"Bye"']


def test_300_messages_are_300_rows() -> None:
    answer = [line for index in range(300) for line in (f"+CMGL: {index},1,,23", TEST)]
    lines = explain("AT+CMGL=4", answer, "OK")
    assert len(lines) == 301
    assert len(set(map(len, lines[1:]))) == 1
    assert lines[300].startswith("299 ")


@pytest.mark.parametrize("answer", [[], [""]], ids=["no line", "a blank one"])
def test_an_empty_memory(answer: list[str]) -> None:
    assert explain("AT+CMGL=4", answer, "OK") == ("no messages in this memory",)


def test_a_text_can_not_move_the_cursor() -> None:
    text = "a\x1b[2Jb\u202ec\\d"
    part = sms.compose_deliver("emnify", text, alphabet="ucs2", timestamp=NOW)[0]
    (line,) = explain("AT+CMGR=1", ["+CMGR: 1,,1", part.pdu], "OK")
    assert '"a\\x1b[2Jb\\u202ec\\\\d"' in line
    _, row = explain("AT+CMGL=4", ["+CMGL: 0,1,,1", part.pdu], "OK")
    assert '"a\\x1b[2Jb\\u202ec\\\\d"' in row, "escaped once, not twice"


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        pytest.param(["+CMT: ,23", TEST], f"a message was handed over: {TEST_WORDS}", id="CMT"),
        pytest.param(['+CMT: "Bob",23', TEST], TEST_WORDS, id="CMT with a name"),
        pytest.param(
            ['+CMT: "+49170",,"26/11/22,10:00:00+04"', "Hello"],
            '+49170, 26/11/22,10:00:00+04, "Hello"',
            id="CMT in text mode",
        ),
        pytest.param(["+CDS: 25", REPORT], "report on message 40", id="CDS"),
        pytest.param(['+CDS: 6,40,"+49170",145,"..","..",0'], "a status report", id="CDS in text"),
        pytest.param(["+CMT: ,23"], "a message was handed over", id="CMT without its PDU"),
        pytest.param(["+CBM: 88", "00"], "cell broadcast", id="CBM"),
    ],
)
def test_messages_that_are_handed_over(lines: list[str], words: str) -> None:
    assert words in "\n".join(explain_urc(lines))


def test_septets_are_read_as_sent() -> None:
    built = sms.build_deliver(sms.parse_sender("emnify"), NOW, payload=encode_septets("€5 ok"))
    assert '"€5 ok"' in "".join(explain("AT+CMGR=0", ["+CMGR: 0,,1", built.pdu], "OK"))
