"""How long things may be: user data by type, numbers, and what can be built (23.040 9.2, 9.1)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from modem.sms import (
    AnyMessage,
    ComposeError,
    PduError,
    Validity,
    build_command,
    build_deliver,
    build_deliver_report,
    build_status_report,
    build_submit,
    build_submit_report,
    decode_pdu,
    parse_number,
)
from modem.sms.checks import refuse_breaches

NOW = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
NOBODY = parse_number("1")._replace(value="")
EIGHT_BIT = 4


def _build(kind: str, octets: int) -> AnyMessage:
    data = bytes(octets)
    if kind == "deliver":
        return build_deliver(NOBODY, NOW, dcs=EIGHT_BIT, payload=data)
    if kind == "submit":
        return build_submit(NOBODY, dcs=EIGHT_BIT, payload=data)
    if kind == "status_report":
        return build_status_report(NOBODY, NOW, NOW, reference=1, dcs=EIGHT_BIT, payload=data)
    if kind == "deliver_report":
        return build_deliver_report(dcs=EIGHT_BIT, payload=data)
    if kind == "submit_report":
        return build_submit_report(NOW, dcs=EIGHT_BIT, payload=data)
    return build_command(NOBODY, reference=1, command_type=0, message_number=2, data=data)


# What is left of 164 octets of TPDU for a report, and the field's own limit for the others.
MOST = {
    "deliver": 140,
    "submit": 140,
    "status_report": 142,
    "deliver_report": 160,
    "submit_report": 153,
    "command": 157,
}


@pytest.mark.parametrize(("kind", "most"), MOST.items(), ids=MOST)
def test_the_most_octets_of_user_data(kind: str, most: int) -> None:
    built = _build(kind, most)
    from_device = kind in ("deliver_report", "command")
    assert decode_pdu(built.octets, from_device=from_device, strict=True) == built
    assert built.warnings == ()
    with pytest.raises(ComposeError, match="the most there may be is"):
        _build(kind, most + 1)


@pytest.mark.parametrize(("kind", "most"), MOST.items(), ids=MOST)
def test_one_octet_more_is_a_breach(kind: str, most: int) -> None:
    built = _build(kind, most)
    octets = bytearray(built.octets) + b"\0"
    octets[built.udl_at] += 1
    longer = type(built).at(bytes(octets), built.start)
    with pytest.raises(PduError, match=r"\.(udl|cdl) at octet \d+: \d+ octets, the most there may"):
        refuse_breaches(longer)
    assert len(longer.payload) == most + 1


@pytest.mark.parametrize(("length", "flawed"), [(11, False), (12, True), (48, True)])
def test_an_smsc_has_at_most_twenty_digits(length: int, flawed: bool) -> None:
    pdu = bytes((length, 0x91)) + b"\x21" * (length - 1) + build_deliver(NOBODY, NOW).tpdu
    assert bool(decode_pdu(pdu).warnings) is flawed
    if flawed:
        with pytest.raises(PduError, match=r"pdu\.smsc at octet 0: \d+ digits"):
            decode_pdu(pdu, strict=True)


@pytest.mark.parametrize("kind", [bytearray, memoryview])
def test_octets_of_any_kind_are_read(kind: type[bytearray]) -> None:
    octets = build_deliver(NOBODY, NOW, payload=b"Hi").octets
    assert decode_pdu(kind(octets)) == decode_pdu(octets)


@pytest.mark.parametrize(
    ("validity", "octets"),
    [
        (Validity.relative(300), "00"),
        (Validity.relative(301), "01"),
        (Validity.absolute(NOW), "42506070809000"),
        (Validity.enhanced(), "00000000000000"),
        (Validity.enhanced(single_shot=True), "40000000000000"),
        (Validity.enhanced(255), "02FF0000000000"),
        (Validity.enhanced(256, single_shot=True), "43004061000000"),
        (Validity.enhanced(100 * 3600 - 1), "03999595000000"),
    ],
    ids=["relative", "rounded-up", "absolute", "none", "once", "seconds", "clock", "longest"],
)
def test_validities_that_are_built(validity: Validity, octets: str) -> None:
    submit = build_submit(NOBODY, validity=validity)
    assert validity.octets.hex().upper() == octets
    assert (submit.validity, submit.warnings) == (validity, ())


@pytest.mark.parametrize(
    "seconds", [0, -1, 100 * 3600], ids=["nothing", "negative", "a-hundred-hours"]
)
def test_no_enhanced_validity_is_so_long(seconds: int) -> None:
    with pytest.raises(ComposeError, match="seconds"):
        Validity.enhanced(seconds)


def test_an_absolute_validity_needs_a_year_that_can_be_written() -> None:
    with pytest.raises(ComposeError, match="until"):
        Validity.absolute(NOW + timedelta(days=36500))
