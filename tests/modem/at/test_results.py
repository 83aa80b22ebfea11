"""Final results: what ends a command, and what it means."""

from __future__ import annotations

import pytest

from modem.at.results import (
    CME_NAMES,
    CMS_NAMES,
    Final,
    FinalKind,
    parse_final,
    parse_numeric,
)
from tests.modem.at.lines import Row, rows


@pytest.mark.parametrize("row", rows("final_result"), ids=str)
def test_lines_of_devices(row: Row) -> None:
    final = parse_final(row.lines()[0])

    assert (final is not None) == row.fields["final"]
    assert (final is not None and not final.ok) == row.fields["error"]


@pytest.mark.parametrize(
    ("line", "final"),
    [
        ("OK", Final(FinalKind.OK)),
        ("ERROR", Final(FinalKind.ERROR)),
        ("CONNECT", Final(FinalKind.CONNECT)),
        ("CONNECT 115200", Final(FinalKind.CONNECT, text="115200")),
        ("NO CARRIER", Final(FinalKind.NO_CARRIER)),
        ("NO DIALTONE", Final(FinalKind.NO_DIALTONE)),
        ("NO DIAL TONE", Final(FinalKind.NO_DIALTONE)),
        ("BUSY", Final(FinalKind.BUSY)),
        ("NO ANSWER", Final(FinalKind.NO_ANSWER)),
        ("COMMAND NOT SUPPORT", Final(FinalKind.ERROR, text="COMMAND NOT SUPPORT")),
        ("TOO MANY PARAMETERS", Final(FinalKind.ERROR, text="TOO MANY PARAMETERS")),
        ("+CME ERROR: 13", Final(FinalKind.CME, 13, "SIM failure")),
        ("+CME ERROR:13", Final(FinalKind.CME, 13, "SIM failure")),
        ("+cme error: 13", Final(FinalKind.CME, 13, "SIM failure")),
        ("+CME ERROR: SIM not inserted", Final(FinalKind.CME, 10, "SIM not inserted")),
        ("+CME ERROR: sim busy", Final(FinalKind.CME, 14, "SIM busy")),
        ("+CME ERROR: Incorrect Password", Final(FinalKind.CME, 16, "incorrect password")),
        ("+CME ERROR: raspberry", Final(FinalKind.CME, None, "raspberry")),
        ("+CME ERROR: 9999", Final(FinalKind.CME, 9999, "")),
        ("+CME ERROR: 99999999999", Final(FinalKind.CME, None, "99999999999")),
        ("+CME ERROR: ", Final(FinalKind.CME, None, "")),
        ("+CME ERROR", Final(FinalKind.CME, None, "")),
        ("+CME ERROR: \u00b2", Final(FinalKind.CME, None, "\u00b2")),
        ("+CMS ERROR: 321", Final(FinalKind.CMS, 321, "invalid memory index")),
        ("+CMS ERROR: SIM busy", Final(FinalKind.CMS, 314, "(U)SIM busy")),
        ("+CMS ERROR: (U)SIM PIN required", Final(FinalKind.CMS, 311, "(U)SIM PIN required")),
        ("+CMS ERROR: Congestion", Final(FinalKind.CMS, 22, "congestion")),
        ("+CMS ERROR: 512", Final(FinalKind.CMS, 512, "")),
    ],
)
def test_verbose(line: str, final: Final) -> None:
    assert parse_final(line) == final


@pytest.mark.parametrize(
    "line",
    ["", "ok", "OKAY", "OK ", "ERRORS", "CONNECTED", "NO CARRIERS", "+CMTI: 1", "0", "RING"],
)
def test_no_final(line: str) -> None:
    assert parse_final(line) is None


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("0", FinalKind.OK),
        ("1", FinalKind.CONNECT),
        ("2", None),
        ("3", FinalKind.NO_CARRIER),
        ("4", FinalKind.ERROR),
        ("5", None),
        ("6", FinalKind.NO_DIALTONE),
        ("7", FinalKind.BUSY),
        ("8", FinalKind.NO_ANSWER),
        ("9", None),
        ("00", None),
        ("OK", None),
    ],
)
def test_numeric(line: str, kind: FinalKind | None) -> None:
    final = parse_numeric(line)

    assert (final.kind if final else None) is kind


# 3GPP TS 27.007 9.2 and 27.005 3.2.5: the numbers that people know
@pytest.mark.parametrize(
    ("code", "name"),
    [
        (3, "operation not allowed"),
        (10, "SIM not inserted"),
        (11, "SIM PIN required"),
        (12, "SIM PUK required"),
        (13, "SIM failure"),
        (14, "SIM busy"),
        (16, "incorrect password"),
        (30, "no network service"),
        (50, "incorrect parameters"),
        (100, "unknown"),
        (103, "illegal MS"),
        (132, "service option not supported"),
        (133, "requested service option not subscribed"),
        (148, "unspecified GPRS error"),
        (149, "PDP authentication failure"),
    ],
)
def test_cme_names(code: int, name: str) -> None:
    assert CME_NAMES[code] == name


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (38, "network out of order"),
        (208, "(U)SIM SMS storage full"),
        (211, "memory capacity exceeded"),
        (302, "operation not allowed"),
        (304, "invalid PDU mode parameter"),
        (310, "(U)SIM not inserted"),
        (314, "(U)SIM busy"),
        (321, "invalid memory index"),
        (322, "memory full"),
        (330, "SMSC address unknown"),
        (331, "no network service"),
        (332, "network timeout"),
        (340, "no +CNMA acknowledgement expected"),
        (500, "unknown error"),
    ],
)
def test_cms_names(code: int, name: str) -> None:
    assert CMS_NAMES[code] == name


@pytest.mark.parametrize(("kind", "names"), [("CME", CME_NAMES), ("CMS", CMS_NAMES)])
def test_each_name_comes_back_with_its_number(kind: str, names: dict[int, str]) -> None:
    shared = {"congestion": 22}
    for code, name in names.items():
        final = parse_final(f"+{kind} ERROR: {name.upper()}")
        expected = shared.get(name, code) if kind == "CMS" else code

        assert final == Final(FinalKind[kind], expected, name)
