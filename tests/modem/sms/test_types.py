"""The six types of TPDU: each octet by hand, flags, cut-offs, and which type is read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from modem.sms import (
    Address,
    AnyMessage,
    Command,
    Concat,
    Deliver,
    DeliverReport,
    InformationElement,
    PduError,
    StatusReport,
    Submit,
    SubmitReport,
    Validity,
    ValidityFormat,
    build_command,
    build_deliver,
    build_deliver_report,
    build_status_report,
    build_submit,
    build_submit_report,
    decode_pdu,
)

NOW = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
LATER = datetime(2024, 5, 6, 7, 9, 9, tzinfo=UTC)
SMSC = Address("4917212345", 0x91)
SMSC_OCTETS = "0691 9471123254"
NUMBER = Address("123", 0x81)
NAME = Address("abc", 0xD0)
PORTS = InformationElement(0x04, b"\x01\x02")
# By hand from 3GPP TS 23.040 9.2.2 and 23.038 6.1.2: "Hi" is C834, "123" as an address 0381 21F3.
HI = b"Hi"
SCTS, DT = "42506070809000", "42506070909000"

BY_HAND = [
    pytest.param(
        build_deliver(NUMBER, NOW, payload=HI),
        "04 0381 21F3 00 00" + SCTS + "02 C834",
        id="deliver",
    ),
    pytest.param(
        build_deliver(
            NAME,
            NOW,
            payload=b"\xfe\xff",
            elements=(PORTS,),
            dcs=0xF5,
            pid=0x7F,
            more_messages=True,
            loop_prevention=True,
            status_report_indication=True,
            reply_path=True,
        ),
        "E8 06D0 61F118 7F F5" + SCTS + "07 04 04020102 FEFF",
        id="deliver-with-all",
    ),
    pytest.param(build_submit(NUMBER, payload=HI), "01 00 0381 21F3 00 00 02 C834", id="submit"),
    pytest.param(
        build_submit(
            NAME,
            reference=0xAB,
            validity=Validity(ValidityFormat.RELATIVE, b"\xa7"),
            payload=b"\x30\x42",
            elements=(PORTS,),
            dcs=0x08,
            pid=0x41,
            reject_duplicates=True,
            status_report_request=True,
            reply_path=True,
        ),
        "F5 AB 06D0 61F118 41 08 A7 07 04 04020102 3042",
        id="submit-with-all",
    ),
    pytest.param(
        build_submit(NUMBER, validity=Validity(ValidityFormat.ABSOLUTE, bytes.fromhex(SCTS))),
        "19 00 0381 21F3 00 00" + SCTS + "00",
        id="submit-absolute",
    ),
    pytest.param(
        build_submit(NUMBER, validity=Validity(ValidityFormat.ENHANCED, b"\x02\x09" + bytes(5))),
        "09 00 0381 21F3 00 00 02090000000000 00",
        id="submit-enhanced",
    ),
    pytest.param(
        build_status_report(NUMBER, NOW, LATER, reference=7, status=0x30),
        "06 07 0381 21F3" + SCTS + DT + "30",
        id="status-report",
    ),
    pytest.param(
        build_status_report(
            NUMBER,
            NOW,
            LATER,
            reference=7,
            pid=0x11,
            dcs=0x04,
            payload=b"\xff",
            elements=(PORTS,),
            more_messages=True,
            loop_prevention=True,
            of_command=True,
        ),
        "6A 07 0381 21F3" + SCTS + DT + "00 07 11 04 06 04 04020102 FF",
        id="status-report-with-all",
    ),
    pytest.param(
        build_status_report(NUMBER, NOW, LATER, reference=7, payload=HI),
        "06 07 0381 21F3" + SCTS + DT + "00 04 02 C834",
        id="status-report-with-text",
    ),
    pytest.param(
        build_status_report(NUMBER, NOW, LATER, reference=7, parameters=True),
        "06 07 0381 21F3" + SCTS + DT + "00 00",
        id="status-report-with-an-empty-pi",
    ),
    pytest.param(build_deliver_report(), "00 00", id="deliver-report-ack"),
    pytest.param(
        build_deliver_report(failure=0xD3, pid=0x7F, dcs=0xF6, payload=b"\x01"),
        "00 D3 07 7F F6 01 01",
        id="deliver-report-error",
    ),
    pytest.param(
        build_deliver_report(dcs=0x04, payload=b"\x01", elements=(PORTS,)),
        "40 06 04 06 04 04020102 01",
        id="deliver-report-with-a-header",
    ),
    pytest.param(build_submit_report(NOW), "01 00" + SCTS, id="submit-report-ack"),
    pytest.param(
        build_submit_report(NOW, failure=0xC0, pid=0x00, payload=HI),
        "01 C0 05" + SCTS + "00 02 C834",
        id="submit-report-error",
    ),
    pytest.param(
        build_command(NUMBER, reference=9, command_type=2, message_number=7),
        "02 09 00 02 07 0381 21F3 00",
        id="command",
    ),
    pytest.param(
        build_command(
            NUMBER,
            reference=9,
            command_type=0,
            message_number=7,
            pid=0x20,
            data=b"\xaa",
            elements=(PORTS,),
            status_report_request=True,
        ),
        "62 09 20 00 07 0381 21F3 06 04 04020102 AA",
        id="command-with-all",
    ),
]


def _from_device(message: AnyMessage) -> bool:
    return isinstance(message, Command | DeliverReport)


@pytest.mark.parametrize(("built", "tpdu"), BY_HAND)
def test_what_is_built_is_what_the_standard_says(built: AnyMessage, tpdu: str) -> None:
    assert built.tpdu == bytes.fromhex(tpdu)
    assert (built.octets[0], built.start, built.smsc) == (0, 1, None)
    assert built.pdu == "00" + tpdu.replace(" ", "")
    assert built.warnings == ()


@pytest.mark.parametrize(("built", "tpdu"), BY_HAND)
def test_it_is_read_as_the_same_with_and_without_an_smsc(built: AnyMessage, tpdu: str) -> None:
    given: dict[str, Any] = {"from_device": _from_device(built), "strict": True}
    bare = decode_pdu(tpdu.replace(" ", ""), has_smsc=False, **given)
    assert (type(bare), bare, bare.has_smsc) == (type(built), built, False)
    assert bare.tpdu_length == built.tpdu_length == len(bytes.fromhex(tpdu))
    sent = decode_pdu(bytes.fromhex(SMSC_OCTETS + tpdu), **given)
    assert (sent.smsc, sent.tpdu, sent.has_smsc) == (SMSC, built.tpdu, True)
    assert sent != built


# Each bit of the first octet that means something: the type, the bit, and whether 1 is yes.
FLAGS = [
    (Deliver, "more_messages", 0x04, False),
    (Deliver, "loop_prevention", 0x08, True),
    (Deliver, "status_report_indication", 0x20, True),
    (Deliver, "udhi", 0x40, True),
    (Deliver, "reply_path", 0x80, True),
    (Submit, "reject_duplicates", 0x04, True),
    (Submit, "status_report_request", 0x20, True),
    (Submit, "udhi", 0x40, True),
    (Submit, "reply_path", 0x80, True),
    (StatusReport, "more_messages", 0x04, False),
    (StatusReport, "loop_prevention", 0x08, True),
    (StatusReport, "of_command", 0x20, True),
    (StatusReport, "udhi", 0x40, True),
    (Command, "status_report_request", 0x20, True),
    (Command, "udhi", 0x40, True),
    (DeliverReport, "udhi", 0x40, True),
    (SubmitReport, "udhi", 0x40, True),
]
TYPE_BITS = {Deliver: 0, Submit: 1, StatusReport: 2, Command: 2, DeliverReport: 0, SubmitReport: 1}


@pytest.mark.parametrize(
    ("kind", "name", "bit", "set_is_yes"),
    FLAGS,
    ids=[f"{kind.name}-{name}" for kind, name, *_ in FLAGS],
)
def test_flags(kind: type[AnyMessage], name: str, bit: int, set_is_yes: bool) -> None:
    """With all of the 64 values that the first octet can have, that bit alone decides."""
    for others in range(0, 256, 4):
        # The flag alone is asked for, so that there need be nothing behind it.
        message = kind(bytes((TYPE_BITS[kind] | others,)), 0, 0, 0, 0)
        assert getattr(message, name) is (bool(others & bit) is set_is_yes)


@pytest.mark.parametrize(
    ("form", "octets"), list(zip(ValidityFormat, ("", "02" + "00" * 6, "A7", SCTS), strict=True))
)
def test_the_format_of_the_validity_is_two_flags(form: ValidityFormat, octets: str) -> None:
    message = decode_pdu(f"00{1 | form << 3:02X}0000810000{octets}00")
    assert isinstance(message, Submit)
    assert (message.validity.format, message.validity.octets.hex().upper()) == (form, octets)


# The fields of a TPDU with their sizes, as far as one that is cut off is an error. By type: the
# octets, which are whole, and the fields in their order.
WHOLE = {
    "deliver": (
        "04 0381 21F3 00 00" + SCTS + "00",
        [("first_octet", 1), ("oa", 1), ("oa", 1), ("oa", 2), ("pid", 1), ("dcs", 1), ("scts", 7),
         ("udl", 1)],
    ),
    "submit": (
        "19 00 0381 21F3 00 00" + SCTS + "00",
        [("first_octet", 1), ("mr", 1), ("da", 1), ("da", 1), ("da", 2), ("pid", 1), ("dcs", 1),
         ("vp", 7), ("udl", 1)],
    ),
    "status_report": (
        "06 07 0381 21F3" + SCTS + DT + "30",
        [("first_octet", 1), ("mr", 1), ("ra", 1), ("ra", 1), ("ra", 2), ("scts", 7), ("dt", 7),
         ("st", 1)],
    ),
    "command": (
        "02 09 00 02 07 0381 21F3 00",
        [("first_octet", 1), ("mr", 1), ("pid", 1), ("ct", 1), ("mn", 1), ("da", 1), ("da", 1),
         ("da", 2), ("cdl", 1)],
    ),
    "deliver_report": ("00 00", [("first_octet", 1), ("pi", 1)]),
    # That a cause stands before TP-PI, only the cause itself tells.
    "deliver_report-error": ("00 D3 00", [("first_octet", 1), ("pi", 1), ("pi", 1)]),
}  # fmt: skip


def _cuts() -> list[Any]:
    """Each octet at which a TPDU may end, and the field that is cut off there."""
    found = []
    for name, (text, fields) in WHOLE.items():
        octets = bytes.fromhex(text)
        assert len(octets) == sum(size for _, size in fields)
        kind = name.partition("-")[0]
        at = 0
        for field, size in fields:
            for left in range(size):
                path = f"{kind}.{field}" if at + left else "pdu.first_octet"
                case = octets[: at + left], path, at, size, left
                found.append(pytest.param(kind, *case, id=f"{name}-{at + left}"))
            at += size
    return found


@pytest.mark.parametrize(("kind", "octets", "field", "at", "size", "left"), _cuts())
@pytest.mark.parametrize("smsc", ["", "00", SMSC_OCTETS], ids=["bare", "no-smsc", "smsc"])
def test_each_cut_names_field_and_octet(
    kind: str, octets: bytes, field: str, at: int, size: int, left: int, smsc: str
) -> None:
    before = bytes.fromhex(smsc)
    from_device = kind in ("command", "deliver_report")
    with pytest.raises(PduError) as caught:
        decode_pdu(before + octets, from_device=from_device, has_smsc=bool(before))
    error = caught.value
    missing = f"wanted {size} octet{'s' if size > 1 else ''}, {left} left"
    assert (error.field, error.octet, error.message) == (field, len(before) + at, missing)


USER_DATA = [
    ("04 0081 00 00" + SCTS, "deliver.ud", False),
    ("01 00 0081 00 00", "submit.ud", False),
    ("06 07 0081" + SCTS + DT + "00 04", "status_report.ud", False),
    ("02 09 00 02 07 0081", "command.cd", True),
    ("00 04", "deliver_report.ud", True),
    ("01 04" + SCTS, "submit_report.ud", False),
]


@pytest.mark.parametrize(
    ("before", "field", "from_device"), USER_DATA, ids=[field for _, field, _ in USER_DATA]
)
def test_user_data_that_is_cut_is_read_and_flagged(
    before: str, field: str, from_device: bool
) -> None:
    octets = bytes.fromhex(before + "04 C8329B")  # "Hell", packed to four octets
    if field == "submit_report.ud":
        message: AnyMessage = SubmitReport.at(octets, 0)
    else:
        message = decode_pdu(octets, from_device=from_device, has_smsc=False)
        with pytest.raises(PduError, match="wanted 4 octets, 3 left"):
            decode_pdu(octets, from_device=from_device, has_smsc=False, strict=True)
    assert message.payload == (b"\xc8\x32\x9b" if from_device and field == "command.cd" else b"Hel")
    at = len(octets) - 3
    assert message.warnings == (f"{field} at octet {at}: wanted 4 octets, 3 left",)


# A header of five octets in user data of six, up to TP-UDL; where UDHL stands.
HEADERS = [
    ("44 0081 00 04" + SCTS + "06", "deliver.udh", 13),
    ("41 00 0081 00 04 06", "submit.udh", 7),
    ("46 07 0081" + SCTS + DT + "00 06 04 06", "status_report.udh", 22),
    ("42 09 00 02 07 0081 06", "command.udh", 8),
    ("40 06 04 06", "deliver_report.udh", 4),
]


@pytest.mark.parametrize("there", range(7))
@pytest.mark.parametrize(("before", "field", "at"), HEADERS, ids=[field for _, field, _ in HEADERS])
def test_a_header_that_is_cut_is_an_error(before: str, field: str, at: int, there: int) -> None:
    octets = bytes.fromhex(before) + bytes.fromhex("05 0003010201")[:there]
    from_device = field.startswith(("command", "deliver_report"))
    if there == 6:
        message = decode_pdu(octets, from_device=from_device, has_smsc=False, strict=True)
        assert (message.concat, message.payload) == (Concat(1, 2, 1), b"")
        return
    # A report is whole without its user data; only strict decoding refuses it.
    strict = "report" in field
    with pytest.raises(PduError) as caught:
        decode_pdu(octets, from_device=from_device, has_smsc=False, strict=strict)
    error = caught.value
    if strict:
        report = decode_pdu(octets, from_device=from_device, has_smsc=False)
        assert report.warnings == (f"{error}; the user data is ignored",)
        assert (report.text, report.data, report.udh) == (None, None, ())
    missing = f"wanted 5 octets, {there - 1} left" if there else "wanted 1 octet, 0 left"
    assert (error.field, error.octet, error.message) == (field, at, missing)


@pytest.mark.parametrize(
    ("dcs", "length"), [("00", 6), ("00", 7), ("04", 5), ("04", 6)], ids=lambda value: str(value)
)
def test_a_header_ends_where_the_user_data_does_at_the_latest(dcs: str, length: int) -> None:
    """Six septets are six octets, as the header is; five would be too few for it."""
    octets = bytes.fromhex(f"44 0081 00 {dcs}" + SCTS + f"{length:02X} 05 0003010201")
    if dcs == "04" and length == 5:
        with pytest.raises(PduError, match=r"deliver\.udh at octet 13: wanted 5 octets, 4 left"):
            decode_pdu(octets, has_smsc=False)
    else:
        assert decode_pdu(octets, has_smsc=False).concat == Concat(1, 2, 1)
