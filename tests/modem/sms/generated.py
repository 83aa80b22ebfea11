"""Values of all fields, and messages built from them: what a flawless sender may send.

`CASES` has a strategy for each of the six types. What is odd about a message is not made here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple

from hypothesis import strategies as st

from modem.sms import (
    Address,
    AnyMessage,
    Concat,
    Encoding,
    InformationElement,
    Ports,
    SpecialIndication,
    Validity,
    ValidityFormat,
    WaitingKind,
    build_command,
    build_deliver,
    build_deliver_report,
    build_status_report,
    build_submit,
    build_submit_report,
    decode_dcs,
)
from modem.sms.charsets import Language, locking_table, single_table
from modem.sms.gsm7 import DEFAULT, ESCAPE, EXTENSION, UNDEFINED
from modem.sms.layout import MAX_OCTETS, octet_septets
from modem.sms.semioctets import from_digits
from modem.sms.timestamp import encode_timestamp
from modem.sms.udh import Iei, concat_element, indication_element, ports_element, shift_element

Unit = tuple[bytes, str]
"""The septets, or octets, of one character, and the character."""


class UserData(NamedTuple):
    """User data by its parts, and the text that it is (None for octets)."""

    dcs: int
    elements: tuple[InformationElement, ...]
    payload: bytes
    text: str | None


OCTET = st.integers(0, 255)
NUMBERS = st.text("0123456789*#abc", max_size=20)
# The type of number and the plan, with the bit that is always set; 5 is a name's.
NUMBER_TYPES = st.integers(0x80, 0xFF).filter(lambda toa: toa & 0x70 != 0x50)
NAME_TYPES = st.integers(0xD0, 0xDF)
ADDRESSES = st.builds(Address, NUMBERS, NUMBER_TYPES)
CENTRES = st.none() | st.builds(Address, NUMBERS, st.integers(0x80, 0xFF))
ZONES = st.integers(-79, 79).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))
TIMES = st.datetimes(
    datetime(2000, 1, 1),  # noqa: DTZ001 - the zone is drawn
    datetime(2099, 12, 31, 23, 59, 59),  # noqa: DTZ001
    timezones=ZONES,
).map(lambda moment: moment.replace(microsecond=0))


def _units(locking: int, single: int) -> list[Unit]:
    """All characters of a pair of tables (0: the default)."""
    table = (locking_table(locking) if locking else None) or DEFAULT
    extension = single_table(single) if single else EXTENSION
    assert extension is not None
    plain = [
        (bytes((code,)), character)
        for code, character in enumerate(table)
        if code != ESCAPE and character != UNDEFINED
    ]
    return plain + [(bytes((ESCAPE, code)), shown) for code, shown in extension.items()]


_UNITS = {
    (locking, single): _units(locking, single)
    for locking in (0, *Language)
    for single in (0, *Language)
}
_UCS2_UNITS = st.characters(exclude_categories=["Cs"]).map(
    lambda character: (character.encode("utf-16-be"), character)
)


def _joined(units: list[Unit], most: int) -> Unit:
    """As many of the units, from the first, as fit into `most`."""
    octets, text = b"", ""
    for piece, character in units:
        if len(octets) + len(piece) > most:
            break
        octets += piece
        text += character
    return octets, text


NAMES = st.lists(st.sampled_from(_UNITS[0, 0]), max_size=11).map(
    lambda units: _joined(units, 11)[1]
)
PARTIES = ADDRESSES | st.builds(Address, NAMES, NAME_TYPES)

_PORTS_16 = _REFERENCES_16 = st.integers(0, 0xFFFF)
# `builds` draws a value for a field with a default too, so that each has to be given.
_CONCATS = st.integers(1, 255).flatmap(
    lambda total: (
        st.builds(Concat, OCTET, st.just(total), st.integers(1, total), st.just(8))
        | st.builds(Concat, _REFERENCES_16, st.just(total), st.integers(1, total), st.just(16))
    )
)
_PORTS = st.builds(Ports, OCTET, OCTET, st.just(8)) | st.builds(
    Ports, _PORTS_16, _PORTS_16, st.just(16)
)
_INDICATIONS = st.builds(
    SpecialIndication,
    st.sampled_from(WaitingKind),
    OCTET,
    st.booleans(),
    st.integers(1, 4),
    st.integers(0, 7),
)
_LANGUAGES = st.sampled_from([0, *Language])
ELEMENTS = st.lists(
    _CONCATS.map(concat_element)
    | _PORTS.map(ports_element)
    | _INDICATIONS.map(indication_element)
    | _LANGUAGES.map(lambda number: shift_element(Iei.LOCKING_SHIFT, number))
    | _LANGUAGES.map(lambda number: shift_element(Iei.SINGLE_SHIFT, number))
    | st.builds(
        InformationElement, OCTET.filter(lambda iei: iei not in set(Iei)), st.binary(max_size=30)
    ),
    max_size=4,
).map(tuple)


def table_number(elements: tuple[InformationElement, ...], iei: Iei) -> int:
    """The national table that the last element of that kind names; 0 for none."""
    numbers = [element.data[0] for element in elements if element.iei == iei]
    return numbers[-1] if numbers else 0


def header_octets(elements: tuple[InformationElement, ...]) -> int:
    """What the elements take with UDHL; nothing where there are none."""
    return sum(2 + len(element.data) for element in elements) + bool(elements)


@st.composite
def user_data(
    draw: st.DrawFn, dcs: int | None = None, elements: tuple[InformationElement, ...] | None = None
) -> UserData:
    """User data in which every septet is a character, and every octet of UCS-2 part of one."""
    value = draw(OCTET) if dcs is None else dcs
    header = draw(ELEMENTS) if elements is None else elements
    encoding = decode_dcs(value).encoding
    size = header_octets(header)
    if encoding is Encoding.GSM7:
        tables = table_number(header, Iei.LOCKING_SHIFT), table_number(header, Iei.SINGLE_SHIFT)
        units = draw(st.lists(st.sampled_from(_UNITS[tables]), max_size=160))
        return UserData(value, header, *_joined(units, 160 - octet_septets(size)))
    if encoding is Encoding.UCS2:
        units = draw(st.lists(_UCS2_UNITS, max_size=70))
        return UserData(value, header, *_joined(units, MAX_OCTETS - size))
    return UserData(value, header, draw(st.binary(max_size=MAX_OCTETS - size)), None)


_ENHANCED = (
    st.sampled_from(["00000000000000", "40000000000000"]).map(bytes.fromhex)
    | OCTET.map(lambda value: bytes((0x01, value, *bytes(5))))
    | st.integers(1, 255).map(lambda value: bytes((0x42, value, *bytes(5))))
    | st.times().map(lambda time: b"\x03" + from_digits(time.strftime("%H%M%S")) + bytes(3))
)
VALIDITIES = (
    st.just(Validity(ValidityFormat.ABSENT))
    | OCTET.map(lambda value: Validity(ValidityFormat.RELATIVE, bytes((value,))))
    | TIMES.map(lambda moment: Validity(ValidityFormat.ABSOLUTE, encode_timestamp(moment)))
    | _ENHANCED.map(lambda octets: Validity(ValidityFormat.ENHANCED, octets))
)


class Case(NamedTuple):
    """A message by what it is built from, and the text that is to be read in it."""

    build: Callable[..., AnyMessage]
    arguments: dict[str, Any]
    text: str | None

    def message(self) -> AnyMessage:
        """The message that the arguments make."""
        return self.build(**self.arguments)

    @property
    def from_device(self) -> bool:
        """Whether a device sends what was built; of a SUBMIT, either way of reading is right."""
        return self.build in (build_command, build_deliver_report)


@st.composite
def _case(
    draw: st.DrawFn,
    /,
    build: Callable[..., AnyMessage],
    data: st.SearchStrategy[UserData],
    **fields: st.SearchStrategy[Any],
) -> Case:
    """A message that always has user data."""
    arguments = {name: draw(strategy) for name, strategy in fields.items()}
    dcs, elements, payload, text = draw(data)
    if build is build_command:
        return Case(build, arguments | {"elements": elements, "data": payload}, text)
    return Case(build, arguments | {"dcs": dcs, "elements": elements, "payload": payload}, text)


@st.composite
def _report(
    draw: st.DrawFn, /, build: Callable[..., AnyMessage], **fields: st.SearchStrategy[Any]
) -> Case:
    """A message in which each of the fields that TP-PI announces is there or not."""
    arguments = {name: draw(strategy) for name, strategy in fields.items()}
    arguments |= {"pid": draw(st.none() | OCTET), "dcs": draw(st.none() | OCTET)}
    drawn = draw(st.none() | user_data(dcs=arguments["dcs"] or 0))
    if drawn is None:
        return Case(build, arguments | {"elements": (), "payload": None}, None)
    arguments |= {"elements": drawn.elements, "payload": drawn.payload}
    return Case(build, arguments, drawn.text)


DELIVERS = _case(
    build_deliver,
    user_data(),
    address=PARTIES,
    timestamp=TIMES,
    pid=OCTET,
    more_messages=st.booleans(),
    loop_prevention=st.booleans(),
    status_report_indication=st.booleans(),
    reply_path=st.booleans(),
    smsc=CENTRES,
)
SUBMITS = _case(
    build_submit,
    user_data(),
    address=PARTIES,
    reference=OCTET,
    validity=VALIDITIES,
    pid=OCTET,
    reject_duplicates=st.booleans(),
    status_report_request=st.booleans(),
    reply_path=st.booleans(),
    smsc=CENTRES,
)
STATUS_REPORTS = _report(
    build_status_report,
    address=PARTIES,
    timestamp=TIMES,
    discharge=TIMES,
    reference=OCTET,
    status=OCTET,
    more_messages=st.booleans(),
    loop_prevention=st.booleans(),
    of_command=st.booleans(),
    smsc=CENTRES,
)
COMMANDS = _case(
    build_command,
    user_data(dcs=0x04),
    address=PARTIES,
    reference=OCTET,
    command_type=OCTET,
    message_number=OCTET,
    pid=OCTET,
    status_report_request=st.booleans(),
    smsc=CENTRES,
)
_FAILURES = st.none() | st.integers(0x80, 0xFF)
DELIVER_REPORTS = _report(build_deliver_report, failure=_FAILURES, smsc=CENTRES)
SUBMIT_REPORTS = _report(build_submit_report, timestamp=TIMES, failure=_FAILURES, smsc=CENTRES)

CASES = {
    "deliver": DELIVERS,
    "submit": SUBMITS,
    "status_report": STATUS_REPORTS,
    "command": COMMANDS,
    "deliver_report": DELIVER_REPORTS,
    "submit_report": SUBMIT_REPORTS,
}
"""By the types' names."""
