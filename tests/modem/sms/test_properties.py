"""What holds for all messages: values survive, canonical octets come back, the rest is named."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modem.sms import (
    Address,
    AnyMessage,
    Command,
    Deliver,
    DeliverReport,
    Encoding,
    InformationElement,
    StatusReport,
    Submit,
    SubmitReport,
    ValidityFormat,
    build_deliver,
    build_submit,
    decode_dcs,
    decode_pdu,
)
from modem.sms.checks import findings
from modem.sms.layout import octet_septets
from tests.modem.sms.examining import examine, named_octets
from tests.modem.sms.generated import CASES, ELEMENTS, Case, header_octets
from tests.modem.sms.long_messages import only_deliver
from tests.modem.sms.rebuilding import rebuilt
from tests.modem.sms.vectors import Row, params, rows

ANY_CASE = st.one_of(*CASES.values())


def _read(case: Case) -> AnyMessage:
    """The message as `decode_pdu` has it; a SUBMIT-REPORT that reads as a SUBMIT, as what it is."""
    octets = case.message().octets
    if not isinstance(case.message(), SubmitReport):
        return decode_pdu(octets, from_device=case.from_device, strict=True)
    message = decode_pdu(octets)
    if isinstance(message, Submit):
        assert message.udl_at + 1 + message.ud_octets == len(octets), "no SUBMIT either"
        assert message.address.toa & 0x80, "no SUBMIT either"
        return SubmitReport.at(octets, message.start)
    return decode_pdu(octets, strict=True)


def _asked(message: AnyMessage, argument: str) -> object:
    """What a message answers for an argument of `build_...`."""
    if argument == "dcs":
        return message.dcs.value
    if argument == "validity":
        assert isinstance(message, Submit)
        return message.validity.format, message.validity.octets
    answer: object = getattr(
        message, {"elements": "udh", "data": "payload"}.get(argument, argument)
    )
    return answer


def _answer(argument: str, value: Any) -> object:
    """What it should answer; a field that TP-PI doesn't announce counts as zeros."""
    if argument == "validity":
        return value.format, value.octets
    return {"pid": 0, "dcs": 0, "payload": b""}.get(argument) if value is None else value


@pytest.mark.parametrize("name", CASES)
@settings(max_examples=250)
@given(data=st.data())
def test_values_survive(name: str, data: st.DataObject) -> None:
    case = data.draw(CASES[name])
    message = _read(case)
    assert message.name == name
    assert message == case.message()
    assert message.warnings == ()
    assert message.text == case.text
    for argument, value in case.arguments.items():
        assert _asked(message, argument) == _answer(argument, value), argument
    assert message.tpdu_length == len(message.tpdu) <= 164


@pytest.mark.parametrize("name", CASES)
@settings(max_examples=250)
@given(data=st.data(), has_smsc=st.booleans())
def test_canonical_octets_come_back(name: str, data: st.DataObject, has_smsc: bool) -> None:
    case = data.draw(CASES[name])
    given_message = case.message()
    octets = given_message.octets if has_smsc else given_message.tpdu
    message = type(given_message).at(octets, given_message.start if has_smsc else 0)
    assert rebuilt(message).octets[-len(octets) :] == octets


@settings(max_examples=150)
@given(
    st.integers(0, 255),
    ELEMENTS,
    st.lists(
        st.builds(InformationElement, st.integers(0, 255), st.binary(max_size=12)), max_size=3
    ),
    st.binary(max_size=160),
)
def test_any_user_data_comes_back(
    dcs: int,
    known: tuple[InformationElement, ...],
    others: list[InformationElement],
    payload: bytes,
) -> None:
    """Septets without a character, half surrogates and elements without sense are octets too."""
    elements = (*known, *others)
    if decode_dcs(dcs).encoding is Encoding.GSM7:
        room = 160 - octet_septets(header_octets(elements))
        payload = bytes(octet & 0x7F for octet in payload)
    else:
        room = 140 - header_octets(elements)
    if room < 0:
        return
    built = build_submit(Address("1", 0x81), dcs=dcs, elements=elements, payload=payload[:room])
    message = decode_pdu(built.octets, strict=True)
    assert (message.udh, message.payload) == (elements, payload[:room])
    assert rebuilt(message).octets == built.octets


PDU_FILES = ("pdu_deliver.jsonl", "pdu_submit.jsonl", "pdu_status_report.jsonl")


@pytest.mark.parametrize("row", params(*PDU_FILES))
def test_pdus_of_others_come_back_or_a_warning_names_the_place(row: Row) -> None:
    message = decode_pdu(row["pdu_hex"], has_smsc=row["has_smsc"])
    if any(found.breach for found in findings(message)):
        return
    again = rebuilt(message)
    assert again.smsc == message.smsc
    if again.tpdu != message.tpdu:
        assert message.start + _first_difference(message.tpdu, again.tpdu) in named_octets(message)


def test_most_pdus_of_others_come_back() -> None:
    found = [decode_pdu(row["pdu_hex"], has_smsc=row["has_smsc"]) for row in rows(*PDU_FILES)]
    flawless = [message for message in found if not message.warnings]
    assert len(flawless) > 230
    assert all(rebuilt(message).tpdu == message.tpdu for message in flawless)


def _first_difference(octets: bytes, others: bytes) -> int:
    pairs = enumerate(zip(octets, others, strict=False))
    return next((at for at, pair in pairs if pair[0] != pair[1]), min(len(octets), len(others)))


class Spare(NamedTuple):
    """Bits of an octet that mean nothing: a message may have them otherwise, and stays valid."""

    octet: int
    bits: int
    kept: bool = False
    """Whether a value has the bit all the same, as `toa` has, whose bit 7 is always set."""


def _spare(message: AnyMessage) -> list[Spare]:
    """All spare bits of a message that has none set (3GPP TS 23.040 9.2.2, 9.1.2.5, 23.038 6)."""
    found = _spare_in_flags(message)
    if message.octets[0]:
        found.append(Spare(1, 0x80, kept=True))
    if isinstance(message, Deliver | Submit | StatusReport | Command):
        found += _spare_in_address(message)
    if isinstance(message, StatusReport | DeliverReport | SubmitReport):
        found += [Spare(message.pi_at, 0x78)] * (message.parameters is not None)
    found += _spare_in_times(message)
    if isinstance(message, Submit) and message.validity.format is ValidityFormat.ENHANCED:
        found += _spare_in_validity(message)
    if message.udl_at and message.encoding is Encoding.GSM7:
        found += _spare_in_septets(message)
    return [spare for spare in found if spare.bits]


def _spare_in_flags(message: AnyMessage) -> list[Spare]:
    bits = {"deliver": 0x10, "submit": 0, "status_report": 0x90, "command": 0x9C}
    spare = bits.get(message.name, 0xBC)
    return [Spare(message.start, spare if message.udl_at else spare | 0x40)]


def _spare_in_address(message: Deliver | Submit | StatusReport | Command) -> list[Spare]:
    at = message.start + message.address_offset
    length = message.octets[at]
    found = [Spare(at + 1, 0x80, kept=True)]
    if message.address.alphanumeric:
        used = 7 * (length * 4 // 7)
        return [*found, Spare(at + 2 + used // 8, 0xFF << used % 8 & 0xFF if used % 8 else 0)]
    return [*found, Spare(at + 1 + (length + 1) // 2, 0xF0 if length % 2 else 0)]


def _spare_in_times(message: AnyMessage) -> list[Spare]:
    """The sign of a zone of zero."""
    starts: list[int] = []
    if isinstance(message, StatusReport):
        starts = [message.scts_at, message.scts_at + 7]
    elif isinstance(message, SubmitReport):
        starts = [message.pi_at + 1]
    elif isinstance(message, Deliver) or (
        isinstance(message, Submit) and message.validity.format is ValidityFormat.ABSOLUTE
    ):
        starts = [message.dcs_at + 1]
    return [Spare(at + 6, 0x08) for at in starts if not message.octets[at + 6]]


def _spare_in_validity(message: Submit) -> list[Spare]:
    at = message.dcs_at + 1
    used = (1, 2, 2, 4)[message.octets[at] & 7]
    return [Spare(at, 0x38), *(Spare(at + behind, 0xFF) for behind in range(used, 7))]


def _spare_in_septets(message: AnyMessage) -> list[Spare]:
    """The bits that fill the header up to a septet, and those behind the last septet."""
    start = message.udl_at + 1
    header = message.header_octets
    fill = -8 * header % 7
    used = 7 * message.udl
    last = 0xFF << used % 8 & 0xFF if used % 8 else 0
    return [Spare(start + header, (1 << fill) - 1), Spare(start + used // 8, last)]


@settings(max_examples=600)
@given(ANY_CASE, st.data())
def test_each_spare_bit_that_is_otherwise_is_named(case: Case, data: st.DataObject) -> None:
    built = case.message()
    spares = _spare(built)
    chosen = data.draw(st.lists(st.sampled_from(spares), min_size=1, max_size=3, unique=True))
    octets = bytearray(built.octets)
    for octet, bits, _ in chosen:
        octets[octet] ^= data.draw(st.integers(1, 255).map(bits.__and__).filter(bool))
    message = type(built).at(bytes(octets), built.start)
    assert named_octets(message) == {spare.octet for spare in chosen}
    assert not any(found.breach for found in findings(message))
    kept = {spare.octet for spare in chosen if spare.kept}
    wanted = [octets[at] if at in kept else was for at, was in enumerate(built.octets)]
    assert rebuilt(message).octets == bytes(wanted)


# The septets of a name, the semi-octets that are said, of which other than the fewest also hold it.
NAME_LENGTHS = [
    (septets, semi_octets)
    for septets in range(12)
    for semi_octets in range(22)
    if semi_octets * 4 // 7 == septets and semi_octets != -(-7 * septets // 4)
]


@pytest.mark.parametrize(("septets", "semi_octets"), NAME_LENGTHS)
def test_a_length_of_a_name_that_is_not_the_usual_one_is_named(
    septets: int, semi_octets: int
) -> None:
    name = "abcdefghijk"[:septets]
    built = build_deliver(Address(name, 0xD0), bytes.fromhex("42506070809000"))
    at = built.start + built.address_offset
    packed = built.octets[at + 2 : at + 2 + (built.octets[at] + 1) // 2]
    packed = packed.ljust((semi_octets + 1) // 2, b"\0")
    octets = (
        bytes((0, built.first_octet, semi_octets, 0xD0)) + packed + built.octets[built.pid_at :]
    )
    message = only_deliver(octets)
    assert (message.number, named_octets(message)) == (name, {at})
    if semi_octets <= 20:
        assert rebuilt(message) == built


@settings(max_examples=800)
@given(st.binary(max_size=300), st.booleans(), st.booleans(), st.booleans())
def test_octets_raise_nothing_but_pdu_error(
    octets: bytes, from_device: bool, has_smsc: bool, strict: bool
) -> None:
    examine(octets, from_device=from_device, has_smsc=has_smsc, strict=strict)


@settings(max_examples=800)
@given(ANY_CASE, st.data(), st.booleans(), st.booleans(), st.booleans())
def test_spoiled_pdus_raise_nothing_but_pdu_error(
    case: Case, data: st.DataObject, turned: bool, has_smsc: bool, strict: bool
) -> None:
    spoiled = bytearray(case.message().octets)
    for _ in range(data.draw(st.integers(1, 4))):
        spoiled[data.draw(st.integers(0, len(spoiled) - 1))] = data.draw(st.integers(0, 255))
    octets = bytes(spoiled[: data.draw(st.integers(0, len(spoiled)))])
    octets += data.draw(st.binary(max_size=3))
    examine(octets, from_device=case.from_device ^ turned, has_smsc=has_smsc, strict=strict)


@given(
    st.text(max_size=40)
    | st.text("0123456789abcdefABCDEF \r\n\u2003", max_size=60)
    | st.binary(max_size=60).map(bytes.hex),
    st.booleans(),
)
def test_any_text_raises_nothing_but_pdu_error(text: str, strict: bool) -> None:
    examine(text, from_device=False, has_smsc=True, strict=strict)
