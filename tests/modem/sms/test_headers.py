"""The user data header: elements that are understood, those that aren't, and broken ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.sms import (
    Concat,
    Deliver,
    InformationElement,
    PduError,
    Ports,
    SpecialIndication,
    WaitingKind,
    decode_pdu,
)
from modem.sms.udh import (
    NO_HEADER,
    concat_element,
    decode_header,
    encode_header,
    indication_element,
    ports_element,
)


def _with_header(elements: str, *, strict: bool = False) -> Deliver:
    """An 8-bit DELIVER with these elements, which stand at octet 15."""
    octets = bytes.fromhex(elements)
    size = len(octets)
    before = bytes.fromhex("00440081000442506070809000") + bytes((size + 1, size))
    message = decode_pdu(before + octets, strict=strict)
    assert isinstance(message, Deliver)
    return message


@pytest.mark.parametrize(
    ("octets", "concat", "ports", "warnings"),
    [
        ("0003050201", Concat(5, 2, 1), None, 0),
        ("080412340302", Concat(0x1234, 3, 2, 16), None, 0),
        ("0003050201 0003060202", Concat(6, 2, 2), None, 0),
        ("0003050201 080412340302", Concat(0x1234, 3, 2, 16), None, 0),
        ("0003050201 0003050000", Concat(5, 2, 1), None, 1),
        ("0003050203", None, None, 1),
        ("0003050200", None, None, 1),
        ("00020502", None, None, 1),
        ("05040B8423F0", None, Ports(2948, 9200), 0),
        ("0402FF01", None, Ports(255, 1, 8), 0),
        ("0403FF0100", None, None, 1),
        ("7000", None, None, 0),
    ],
    ids=[
        "8-bit",
        "16-bit",
        "repeated",
        "both-sizes",
        "second-makes-no-sense",
        "beyond-total",
        "part-zero",
        "short",
        "ports-16",
        "ports-8",
        "ports-too-long",
        "unknown-and-empty",
    ],
)
def test_headers(octets: str, concat: Concat | None, ports: Ports | None, warnings: int) -> None:
    header = decode_header(bytes.fromhex(octets), 0, len(bytes.fromhex(octets)))
    assert (header.concat, header.ports) == (concat, ports)
    assert encode_header(header.elements)[1:] == bytes.fromhex(octets)
    message = _with_header(octets)
    assert message.header == header
    assert (message.concat, message.ports, len(message.warnings)) == (concat, ports, warnings)


@pytest.mark.parametrize("octets", ["00030502", "000305020100", "0003050201 70", "FF"])
def test_a_header_whose_last_element_does_not_fit_is_ignored(octets: str) -> None:
    assert decode_header(bytes.fromhex(octets), 0, len(bytes.fromhex(octets))) == NO_HEADER
    message = _with_header(octets)
    assert (message.udh, message.concat, len(message.warnings)) == ((), None, 1)
    assert message.warnings[0].endswith(" left; no element is used")
    with pytest.raises(PduError, match=r"left$"):
        _with_header(octets, strict=True)


@given(
    st.lists(st.builds(InformationElement, st.integers(0, 255), st.binary(max_size=20)), max_size=6)
)
def test_elements_survive(elements: list[InformationElement]) -> None:
    written = encode_header(tuple(elements))
    assert decode_header(written, 1, len(written)).elements == tuple(elements)


@pytest.mark.parametrize(
    "concat", [Concat(0, 255, 255), Concat(255, 1, 1), Concat(0xFFFF, 2, 1, 16)]
)
def test_concatenation_survives(concat: Concat) -> None:
    written = encode_header((concat_element(concat),))
    assert decode_header(written, 1, len(written)).concat == concat


@pytest.mark.parametrize("ports", [Ports(2948, 9200), Ports(0, 0xFFFF), Ports(17, 0, 8)])
def test_ports_survive(ports: Ports) -> None:
    written = encode_header((ports_element(ports),))
    assert decode_header(written, 1, len(written)).ports == ports


# 3GPP TS 23.040 9.2.3.24.2: store, profile less one, extended kind, kind; then the number.
@pytest.mark.parametrize(
    ("octets", "indication"),
    [
        ("01020003", SpecialIndication(WaitingKind.VOICEMAIL, 3, store=False)),
        ("01028100", SpecialIndication(WaitingKind.FAX, 0, store=True)),
        ("010262FF", SpecialIndication(WaitingKind.EMAIL, 255, store=False, profile=4)),
        ("01020701", SpecialIndication(WaitingKind.OTHER, 1, store=False, extended=1)),
    ],
    ids=["voicemail", "fax-stored", "email-of-profile-4", "video"],
)
def test_special_indications(octets: str, indication: SpecialIndication) -> None:
    message = _with_header(octets)
    assert (message.indications, message.warnings) == ((indication,), ())
    assert encode_header((indication_element(indication),))[1:] == bytes.fromhex(octets)


def test_an_indication_of_another_length_is_none() -> None:
    message = _with_header("01030003FF")
    assert message.indications == ()
    assert message.warnings == (
        "deliver.udh.ie[0] at octet 15: element 01 makes no sense, not used",
    )


@pytest.mark.parametrize(
    ("element", "sensible"),
    [
        ("2401 01", True),
        ("2401 0D", True),
        ("2401 00", True),
        ("2501 03", True),
        ("2400", False),
        ("2502 0101", False),
        ("0102 0001", True),
        ("0101 00", False),
        ("0902 FFFF", True),
    ],
)
def test_elements_that_make_no_sense_are_kept_and_flagged(element: str, sensible: bool) -> None:
    octets = bytes.fromhex(element)
    message = _with_header(element)
    assert message.udh == (InformationElement(octets[0], octets[2:]),)
    flaw = f"deliver.udh.ie[0] at octet 15: element {octets[0]:02X} makes no sense, not used"
    assert message.warnings == (() if sensible else (flaw,))


def test_a_header_without_elements_is_flagged() -> None:
    message = _with_header("")
    assert (message.udh, message.data) == ((), b"")
    assert message.warnings == ("deliver.udh at octet 14: a header without any element",)


def test_octets_behind_an_empty_message_are_no_header() -> None:
    octets = bytes.fromhex("0044008100004250607080900000050003010201")
    message = decode_pdu(octets)
    assert (message.udhi, message.udh, message.concat, message.text) == (True, (), None, "")
    assert (message.header_octets, message.payload, message.ports) == (0, b"", None)
