"""All 256 values of TP-ST, TP-FCS, TP-PID and TP-CT, by the ranges of 3GPP TS 23.040."""

from __future__ import annotations

import pytest

from modem.sms.command_type import CommandType, command_meaning
from modem.sms.failure import FailureCause, decode_failure
from modem.sms.pid import pid_meaning
from modem.sms.status import Status, StatusGroup, decode_status

Ranges = list[tuple[str, str]]


def _spread(ranges: Ranges) -> dict[int, str]:
    """`value -> meaning` from rows as the standard has them; each of 256 values is in one row."""
    spread: dict[int, str] = {}
    for values, meaning in ranges:
        first, _, last = values.partition("..")
        for value in range(int(first, 16), int(last or first, 16) + 1):
            assert value not in spread
            spread[value] = meaning
    assert sorted(spread) == list(range(256))
    return spread


def _hex(value: int) -> str:
    return f"{value:02X}"


# 9.2.3.15, the tables by group. Its wording is shortened; "SM" and "short message" are left out.
STATUS: dict[StatusGroup, Ranges] = {
    StatusGroup.COMPLETED: [
        ("00", "received by the SME"),
        ("01", "forwarded to the SME, delivery can't be confirmed"),
        ("02", "replaced by the SC"),
        ("10..1F", "SC specific"),
    ],
    StatusGroup.STILL_TRYING: [
        ("20", "congestion"),
        ("21", "SME busy"),
        ("22", "no response from SME"),
        ("23", "service rejected"),
        ("24", "quality of service not available"),
        ("25", "error in SME"),
        ("30..3F", "SC specific"),
    ],
    StatusGroup.PERMANENT: [
        ("40", "remote procedure error"),
        ("41", "incompatible destination"),
        ("42", "connection rejected by SME"),
        ("43", "not obtainable"),
        ("44", "quality of service not available"),
        ("45", "no interworking available"),
        ("46", "validity period expired"),
        ("47", "deleted by the originating SME"),
        ("48", "deleted by SC administration"),
        ("49", "message does not exist"),
        ("50..5F", "SC specific"),
    ],
    StatusGroup.GIVEN_UP: [
        ("60", "congestion"),
        ("61", "SME busy"),
        ("62", "no response from SME"),
        ("63", "service rejected"),
        ("64", "quality of service not available"),
        ("65", "error in SME"),
        ("70..7F", "SC specific"),
    ],
    StatusGroup.RESERVED: [
        ("03..0F", "reserved"),
        ("26..2F", "reserved"),
        ("4A..4F", "reserved"),
        ("66..6F", "reserved"),
        ("80..FF", "reserved"),
    ],
}
STATUS_MEANINGS = _spread([row for rows in STATUS.values() for row in rows])


@pytest.mark.parametrize("value", range(256), ids=_hex)
def test_every_status(value: int) -> None:
    [group] = [group for group, rows in STATUS.items() if _in_rows(value, rows)]
    status = decode_status(value)
    assert status == Status(value, group, STATUS_MEANINGS[value])
    assert status.delivered == (value == 0x00)
    assert status.final == (value not in {*range(0x20, 0x26), *range(0x30, 0x40)})


def _in_rows(value: int, rows: Ranges) -> bool:
    bounds = [row[0].partition("..") for row in rows]
    return any(int(first, 16) <= value <= int(last or first, 16) for first, _, last in bounds)


# 9.2.3.22: the numbers as the standard writes them.
FAILURES: Ranges = [
    ("00..7F", "reserved"),
    ("80", "telematic interworking not supported"),
    ("81", "short message type 0 not supported"),
    ("82", "cannot replace short message"),
    ("83..8E", "reserved TP-PID error"),
    ("8F", "unspecified TP-PID error"),
    ("90", "data coding scheme (alphabet) not supported"),
    ("91", "message class not supported"),
    ("92..9E", "reserved TP-DCS error"),
    ("9F", "unspecified TP-DCS error"),
    ("A0", "command cannot be actioned"),
    ("A1", "command unsupported"),
    ("A2..AE", "reserved TP-Command error"),
    ("AF", "unspecified TP-Command error"),
    ("B0", "TPDU not supported"),
    ("B1..BF", "reserved"),
    ("C0", "SC busy"),
    ("C1", "no SC subscription"),
    ("C2", "SC system failure"),
    ("C3", "invalid SME address"),
    ("C4", "destination SME barred"),
    ("C5", "SM rejected - duplicate SM"),
    ("C6", "TP-VPF not supported"),
    ("C7", "TP-VP not supported"),
    ("C8..CF", "reserved"),
    ("D0", "(U)SIM SMS storage full"),
    ("D1", "no SMS storage capability in (U)SIM"),
    ("D2", "error in MS"),
    ("D3", "memory capacity exceeded"),
    ("D4", "(U)SIM application toolkit busy"),
    ("D5", "(U)SIM data download error"),
    ("D6..DF", "reserved"),
    ("E0..FE", "application specific"),
    ("FF", "unspecified error cause"),
]


@pytest.mark.parametrize(("value", "meaning"), sorted(_spread(FAILURES).items()))
def test_every_failure_cause(value: int, meaning: str) -> None:
    assert decode_failure(value) == FailureCause(value, meaning)


# 9.2.3.9: bits 7 and 6, then bit 5, then the rest.
TELEX = "telematic interworking: "
PROTOCOLS: Ranges = [
    ("00", "an ordinary short message"),
    *((f"{value:02X}", f"SME-to-SME protocol {value}") for value in range(0x01, 0x20)),
    ("20", TELEX + "implicit"),
    ("21", TELEX + "telex"),
    ("22", TELEX + "group 3 telefax"),
    ("23", TELEX + "group 4 telefax"),
    ("24", TELEX + "voice telephone"),
    ("25", TELEX + "ERMES"),
    ("26", TELEX + "national paging system"),
    ("27", TELEX + "videotex"),
    ("28", TELEX + "teletex, carrier unspecified"),
    ("29", TELEX + "teletex, in PSPDN"),
    ("2A", TELEX + "teletex, in CSPDN"),
    ("2B", TELEX + "teletex, in analog PSTN"),
    ("2C", TELEX + "teletex, in digital ISDN"),
    ("2D", TELEX + "UCI"),
    ("2E..2F", TELEX + "reserved"),
    ("30", TELEX + "message handling facility"),
    ("31", TELEX + "X.400 message handling system"),
    ("32", TELEX + "Internet electronic mail"),
    ("33..37", TELEX + "reserved"),
    ("38..3E", TELEX + "SC specific"),
    ("3F", TELEX + "a GSM or UMTS mobile station"),
    ("40", "short message type 0"),
    ("41", "replace short message type 1"),
    ("42", "replace short message type 2"),
    ("43", "replace short message type 3"),
    ("44", "replace short message type 4"),
    ("45", "replace short message type 5"),
    ("46", "replace short message type 6"),
    ("47", "replace short message type 7"),
    ("48", "device triggering short message"),
    ("49..5D", "reserved"),
    ("5E", "enhanced message service (obsolete)"),
    ("5F", "return call message"),
    ("60..7B", "reserved"),
    ("7C", "ANSI-136 R-DATA"),
    ("7D", "ME data download"),
    ("7E", "ME de-personalization short message"),
    ("7F", "(U)SIM data download"),
    ("80..BF", "reserved"),
    ("C0..FF", "SC specific"),
]


@pytest.mark.parametrize(("value", "meaning"), sorted(_spread(PROTOCOLS).items()))
def test_every_protocol_identifier(value: int, meaning: str) -> None:
    assert pid_meaning(value) == meaning


# 9.2.3.19. The standard names nothing from 20 to DF.
COMMANDS: Ranges = [
    ("00", "enquiry about a submitted message"),
    ("01", "cancel the status report request of a submitted message"),
    ("02", "delete a submitted message"),
    ("03", "request a status report of a submitted message"),
    ("04..1F", "reserved"),
    ("20..DF", "undefined"),
    ("E0..FF", "SC specific"),
]


@pytest.mark.parametrize(("value", "meaning"), sorted(_spread(COMMANDS).items()))
def test_every_command_type(value: int, meaning: str) -> None:
    assert command_meaning(value) == meaning
    assert (value in list(CommandType)) == (value <= 0x03)
