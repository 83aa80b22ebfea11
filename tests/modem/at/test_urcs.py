"""The headers of PDUs: which length they name, and whether a line is that long."""

from __future__ import annotations

import pytest

from modem.at.urcs import DataHeader, is_marked, pdu_octets, split_one_line

# From transcript huawei-e1752-rssi-boot: 23 octets behind an SMSC of 8
PDU = "07913366003051F5040B913366304381F900005180719120348004D4F29C0E"


@pytest.mark.parametrize(
    ("prefix", "text", "octets"),
    [
        ("+CMT", ",23", 23),
        ("+CMT", '"Bob",23', 23),
        ("+CMT", "23", 23),
        ("+CMT", '"+49170",,"26/11/22,10:00:00+04"', None),
        ("+CMT", '"+49170",,"26/11/22,10:00:00+04",145,4,0,0,"+49",145,12', None),
        ("+CMT", "", None),
        ("+CMT", ",x", None),
        ("+CMT", ",99999", None),
        ("+CDS", "25", 25),
        ("+CDS", '6,21,"123",129,"..","..",0', None),
        ("+CBM", "88", 88),
        ("+CMGR", "1,,23", 23),
        ("+CMGR", "1,23", 23),
        ("+CMGR", '0,"Bob",23', 23),
        ("+CMGR", '"REC READ","+49",12', None),
        ("+CMGL", "0,0,,23", 23),
        ("+CMGL", "17,3,35", 35),
        ("+CMGL", '1,"REC READ","+49",,"26/11/22,10:00:00+04"', None),
        ("+CSQ", "1,2", None),
    ],
)
def test_length_in_a_header(prefix: str, text: str, octets: int | None) -> None:
    assert pdu_octets(prefix, text) == octets


@pytest.mark.parametrize(
    ("prefix", "octets", "line", "fits"),
    [
        ("+CMT", 23, PDU, True),
        ("+CMT", 23, PDU.lower(), True),
        ("+CMT", 22, PDU, False),
        ("+CMT", 23, PDU[:-1], False),
        ("+CMT", 23, PDU[:-2], False),
        ("+CMT", 23, PDU[:-1] + "g", False),
        ("+CMT", 0, "00", True),
        ("+CBM", 31, PDU, True),
        ("+CBM", 23, PDU, False),
        ("+CMT", None, PDU, False),
        ("+CMT", 0, "", False),
    ],
)
def test_fits(prefix: str, octets: int | None, line: str, fits: bool) -> None:
    assert DataHeader(prefix, "", octets, 1).fits(line) is fits


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (f",23 {PDU}", (",23", PDU)),
        (f"1,,23\t{PDU}", ("1,,23", PDU)),
        (",23", None),
        ('"+49170",,"26/11/22,10:00:00+04"', None),
        ("1,2 1234", None),
    ],
)
def test_header_and_pdu_on_one_line(text: str, parts: tuple[str, str] | None) -> None:
    assert split_one_line(text) == parts


@pytest.mark.parametrize(
    ("line", "marked"),
    [("+CMTI: 1", True), ("^a", True), ("+4917", False), ("*100#", False), ("RDY", False)],
)
def test_marks(line: str, marked: bool) -> None:
    assert is_marked(line) is marked
