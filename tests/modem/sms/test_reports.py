"""Reports: acknowledged or refused, what TP-PI announces, and SUBMIT or SUBMIT-REPORT."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from modem.sms import (
    DeliverReport,
    PduError,
    StatusReport,
    Submit,
    SubmitReport,
    build_deliver_report,
    build_submit,
    build_submit_report,
    decode_pdu,
    parse_number,
)
from modem.sms.status import StatusGroup

SCTS, DT = "42506070809000", "42506070909000"
NOW = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
STATUS_REPORT = "06 07 0381 21F3" + SCTS + DT + "30"


def _status_report(rest: str, *, first: str = "06", strict: bool = True) -> StatusReport:
    """A STATUS-REPORT with TP-PI and what follows it, which stand at octet 22."""
    octets = bytes.fromhex("00" + first + STATUS_REPORT[2:] + rest)
    message = decode_pdu(octets, strict=strict)
    assert isinstance(message, StatusReport)
    return message


def _deliver_report(tpdu: str) -> DeliverReport:
    message = decode_pdu(bytes.fromhex(tpdu), from_device=True, has_smsc=False)
    assert isinstance(message, DeliverReport)
    return message


@pytest.mark.parametrize("failure", [None, *range(0x80, 0x100)])
def test_every_cause(failure: int | None) -> None:
    """23.040 9.2.3.22: TP-FCS stands in a report of an RP-ERROR, not in one of an RP-ACK."""
    for report in (
        build_deliver_report(failure=failure, pid=1),
        build_submit_report(NOW, failure=failure, pid=1),
    ):
        assert (report.failure, report.parameters, report.pid) == (failure, 1, 1)
        cause = report.cause
        assert (cause and cause.value) == failure
        assert cause is None or cause.meaning
        assert report.warnings == ()


def test_a_status_has_a_meaning() -> None:
    report = _status_report("")
    assert (report.status, report.outcome.group) == (0x30, StatusGroup.STILL_TRYING)
    assert (report.parameters, report.text, report.data, report.warnings) == (None,) * 3 + ((),)


@pytest.mark.parametrize(
    ("rest", "parameters", "pid", "dcs", "text", "data"),
    [
        ("00", 0x00, 0, 0x00, None, None),
        ("01 3F", 0x01, 0x3F, 0x00, None, None),
        ("02 08", 0x02, 0, 0x08, None, None),
        ("03 3F 08", 0x03, 0x3F, 0x08, None, None),
        ("04 02 C834", 0x04, 0, 0x00, "Hi", None),
        ("05 3F 02 C834", 0x05, 0x3F, 0x00, "Hi", None),
        ("06 08 02 0041", 0x06, 0, 0x08, "A", None),
        ("07 3F 04 02 0041", 0x07, 0x3F, 0x04, None, b"\x00A"),
    ],
)
def test_what_tp_pi_announces(
    rest: str, parameters: int, pid: int, dcs: int, text: str | None, data: bytes | None
) -> None:
    report = _status_report(rest)
    assert (report.parameters, report.pid, report.dcs.value) == (parameters, pid, dcs)
    assert (report.text, report.data, report.warnings) == (text, data, ())
    same = _deliver_report("00" + rest)
    assert (same.parameters, same.pid, same.dcs.value) == (parameters, pid, dcs)
    assert (same.text, same.data, same.warnings) == (text, data, ())


@pytest.mark.parametrize(
    ("rest", "warnings"),
    [
        ("48", ["pi at octet 22: reserved bits 01001000 are not zero; they are ignored"]),
        ("80 00", ["pi at octet 22: another TP-PI is announced, of which nothing is defined"]),
        ("81 00 3F", ["pi at octet 22: another TP-PI is announced, of which nothing is defined"]),
        ("01", ["pid at octet 23: announced by TP-PI, but not there"]),
        ("03 3F", ["dcs at octet 24: announced by TP-PI, but not there"]),
        (
            "06",
            [
                "dcs at octet 23: announced by TP-PI, but not there",
                "udl at octet 23: announced by TP-PI, but not there",
            ],
        ),
        ("00 FFFF", ["pi at octet 23: 2 octets behind the report"]),
        ("01 3F FF", ["pi at octet 24: 1 octet behind the report"]),
        ("04 01 48 FF", ["ud at octet 25: 1 octet behind the user data"]),
    ],
    ids=[
        "reserved", "extended", "extended-and-pid", "pid", "dcs", "dcs-and-udl", "behind",
        "behind-pid", "behind-text",
    ],
)  # fmt: skip
def test_odd_reports_are_read_and_flagged(rest: str, warnings: list[str]) -> None:
    report = _status_report(rest)
    assert report.warnings == tuple(f"status_report.{word}" for word in warnings)


def test_an_extended_tp_pi_stands_before_what_it_announces() -> None:
    report = _status_report("81 80 00 3F")
    assert (report.parameters, report.pid) == (0x81, 0x3F)


def test_padding_by_ones_is_no_user_data() -> None:
    """As in gammu's tests/at-sms/32.dump: it reads as a TP-PI that goes on for ever."""
    report = _status_report("FF" * 20)
    assert (report.parameters, report.text, report.data, report.pid) == (0xFF, None, None, 0)


@pytest.mark.parametrize("rest", ["", "00", "01 3F"], ids=["no-pi", "empty-pi", "pid"])
def test_a_header_flag_without_user_data_is_flagged(rest: str) -> None:
    report = _status_report(rest, first="46")
    assert (report.udhi, report.udh, report.concat, report.ports) == (True, (), None, None)
    flaw = "first_octet at octet 1: TP-UDHI is set, but there is no user data"
    assert report.warnings == (f"status_report.{flaw}",)


def _report_or_submit(tpdu: str, *, strict: bool = False) -> Submit | SubmitReport:
    message = decode_pdu(bytes.fromhex(tpdu), has_smsc=False, strict=strict)
    assert isinstance(message, Submit | SubmitReport)
    return message


SUBMIT = build_submit(parse_number("+491721234567"), payload=b"Hi").tpdu.hex()
# As a SUBMIT: TP-MR 00, no digits, type 90, PID 10, DCS 00, two septets in two octets. As a report:
# TP-PI 00 and the first of September 2000, 00:20:00.
BOTH = "01 00 00 90 10 00 02 00 00"
# Of January 2000: no type of address has bit 7 clear. Of 2012: no address has 33 digits.
JANUARY = "01 00 00 10 10 00 02 00 00"
OF_2012 = "01 04 21 90 10 00 00 00 00 12" + "00" * 13 + "02 00 00"


@pytest.mark.parametrize(
    ("tpdu", "kind"),
    [
        (SUBMIT, Submit),
        ("01 00" + SCTS, SubmitReport),
        ("01 C0 00" + SCTS, SubmitReport),
        ("01 07" + SCTS + "00 00 02 C834", SubmitReport),
        (BOTH, Submit),
        (JANUARY, SubmitReport),
        (OF_2012, SubmitReport),
        (SUBMIT + "FF", Submit),
        (SUBMIT[:-2], Submit),
        ("01 00" + SCTS + "FF", None),
        ("01 78" + SCTS, None),
        ("01 00 FFFFFFFFFFFFFF", None),
    ],
    ids=[
        "submit", "ack", "error", "ack-with-text", "both", "both-of-january",
        "both-of-2012", "submit-and-more", "submit-cut",
        "report-and-more", "report-with-reserved-bits", "report-without-date",
    ],
)  # fmt: skip
def test_a_submit_report_is_read_where_it_is_one_and_no_submit(
    tpdu: str, kind: type[object] | None
) -> None:
    if kind is None:
        with pytest.raises(PduError, match=r"submit\."):
            _report_or_submit(tpdu)
    else:
        assert type(_report_or_submit(tpdu)) is kind


@pytest.mark.parametrize("tpdu", ["01 00" + SCTS, "01 C0 00" + SCTS], ids=["ack", "error"])
def test_a_device_sends_no_submit_report(tpdu: str) -> None:
    with pytest.raises(PduError, match=r"submit\.(da|ud) "):
        decode_pdu(bytes.fromhex(tpdu), from_device=True, has_smsc=False, strict=True)


@pytest.mark.parametrize("failure", ["", "C0"], ids=["ack", "error"])
def test_a_submit_report_that_is_cut_names_field_and_octet(failure: str) -> None:
    octets = bytes.fromhex("01" + failure + "00" + SCTS)
    before = octets.index(0) + 1
    for size in range(1, len(octets)):
        # That a cause stands before TP-PI, only the cause itself tells.
        field, at = ("pi", size) if size < before else ("scts", before)
        wanted = 1 if size < before else 7
        with pytest.raises(PduError) as caught:
            SubmitReport.at(octets[:size], 0)
        error = caught.value
        assert (error.field, error.octet) == (f"submit_report.{field}", at)
        missing = f"wanted {wanted} octet{'s' if wanted > 1 else ''}, {size - at} left"
        assert error.message == missing
