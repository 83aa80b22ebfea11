"""The keys of the JSON, for each type."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from modem import sms
from modem.sms import AnyMessage, WaitingKind
from modem.sms.udh import Iei, shift_element
from modem.sms.view import as_json, draw, fields
from tests.modem.sms.view_samples import (
    ALL,
    COMMAND,
    DELIVER,
    DELIVER_REPORT,
    HI,
    IDS,
    NOW,
    STATUS_REPORT,
    SUBMIT,
    SUBMIT_REPORT,
    TIME,
    TO,
    indication,
)

ROOT = Path(__file__).parents[3]
VECTORS = ROOT / "tests" / "vectors"
SCHEMA: dict[str, Any] = json.loads((ROOT / "docs" / "json-schema.json").read_text())
DECODED = Draft202012Validator({**SCHEMA, "$ref": "#/$defs/pdu-decode"})

# The contract's, and then those that were added to it.
KEYS = [
    "type", "smsc", "number", "number_type", "text", "encoding", "dcs", "pid", "class",
    "timestamp", "udh", "concat", "ports", "mr", "status", "discharge", "validity_s",
    "tpdu_length", "warnings",
    "status_group", "status_meaning", "failure", "failure_meaning", "command_type",
    "command_meaning", "message_number", "validity_until", "waiting", "locking", "single",
]  # fmt: skip


def vector_rows() -> list[Any]:
    names = ("pdu_deliver", "pdu_submit", "pdu_status_report", "pdu_invalid")
    return [
        pytest.param(row["pdu_hex"], row["has_smsc"], name == "pdu_invalid", id=f"{name}:{number}")
        for name in names
        for number, row in enumerate(
            map(json.loads, (VECTORS / f"{name}.jsonl").read_text().splitlines()), 1
        )
    ]


@pytest.mark.parametrize(("pdu", "has_smsc", "may_fail"), vector_rows())
def test_every_vector_is_drawn_whole_and_fits_the_schema(
    pdu: str, has_smsc: bool, may_fail: bool
) -> None:
    try:
        message = sms.decode_pdu(pdu, has_smsc=has_smsc)
    except sms.PduError:
        assert may_fail
    else:
        check(message)


def check(message: AnyMessage) -> None:
    """All octets are drawn once, each line is safe, the JSON is what the schema promises."""
    cut = fields(message)
    assert b"".join(field.octets for field in cut) == message.octets
    at = 0
    for field in cut:
        assert field.octets or field.bits
        assert field.offset == (at if field.octets else field.offset)
        assert field.offset < len(message.octets)
        at += len(field.octets)
    for width in (0, 100):
        assert all(line.isprintable() for line in draw(message, width))
    value = as_json(message)
    assert [key if key != "data" else "text" for key in value] == KEYS
    DECODED.validate(json.loads(json.dumps(value)))


def spoiled(message: AnyMessage, changes: list[tuple[int, int]], end: int, more: bytes) -> bytes:
    """The octets of a message with some changed, some cut off or some added."""
    octets = bytearray(message.octets)
    for at, octet in changes:
        octets[at % len(octets)] = octet
    return bytes(octets[:end]) + more


OCTETS = st.binary(min_size=1, max_size=60) | st.builds(
    spoiled,
    st.sampled_from(ALL),
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 255)), max_size=3),
    st.integers(1, 60),
    st.binary(max_size=30),
)


@example(bytes.fromhex("00 40 03 81 21F3 00 00 42506070809000 07 05 0003010201"), False)
@example(bytes.fromhex("00 04 03 81 21F3 00 08 42506070809000 03 D83D00"), False)
@example(bytes.fromhex("00 44 03 81 21F3 00 00 42506070809000 00"), False)
@given(OCTETS, st.booleans())
def test_whatever_can_be_decoded_can_be_drawn(octets: bytes, from_device: bool) -> None:
    for has_smsc in (True, False):
        try:
            message = sms.decode_pdu(octets, from_device=from_device, has_smsc=has_smsc)
        except sms.PduError:
            continue
        check(message)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (DELIVER, {
            "type": "deliver", "number": "emnify", "number_type": 0xD0, "text": "Hi", "dcs": 0,
            "pid": 0, "timestamp": TIME, "tpdu_length": 21, "warnings": [], "waiting": [],
        }),
        (SUBMIT, {"type": "submit", "number": "+4917012345678", "text": "Hi", "mr": 7}),
        (STATUS_REPORT, {
            "type": "status_report", "number": "+4917012345678", "number_type": 0x91, "mr": 9,
            "text": None, "timestamp": TIME, "discharge": TIME, "status": 0x45,
            "status_group": "permanent", "status_meaning": "no interworking available",
        }),
        (DELIVER_REPORT, {
            "type": "deliver_report", "data": "0161", "encoding": "8bit", "dcs": 4, "pid": 0x41,
            "failure": 0xD3, "failure_meaning": "memory capacity exceeded",
        }),
        (SUBMIT_REPORT, {
            "type": "submit_report", "text": "Hi", "dcs": 0, "timestamp": TIME,
            "failure": 0xC0, "failure_meaning": "SC busy",
        }),
        (COMMAND, {
            "type": "command", "number": "+4917012345678", "number_type": 0x91, "data": "FF",
            "encoding": "8bit", "pid": 0, "mr": 3, "command_type": 2,
            "command_meaning": "delete a submitted message", "message_number": 7,
        }),
    ],
    ids=IDS,
)  # fmt: skip
def test_json_of_each_type(message: AnyMessage, expected: dict[str, Any]) -> None:
    value = as_json(message)
    assert {key: value[key] for key in expected} == expected
    empty = {key: item for key, item in value.items() if key not in expected}
    always = {"type", "encoding", "tpdu_length", "warnings", "udh", "waiting", "locking", "single"}
    if message.name in ("deliver", "submit"):
        always |= {"dcs", "pid", "number_type"}
    assert {key for key, item in empty.items() if item is not None} <= always
    check(message)


def test_json_of_an_acknowledgement_names_no_failure() -> None:
    value = as_json(sms.build_submit_report(NOW))
    assert (value["failure"], value["dcs"], value["pid"], value["text"]) == (None,) * 4


def test_waiting_messages_of_dcs_and_header_in_the_json() -> None:
    element = indication(WaitingKind.EMAIL, store=False)
    message = sms.build_deliver(TO, NOW, payload=HI, elements=(element,), dcs=0xD8)
    assert as_json(message)["waiting"] == [
        {"kind": "voicemail", "active": True, "count": None, "store": True},
        {"kind": "email", "active": True, "count": 3, "store": False},
    ]
    check(message)


def test_national_tables_in_the_json() -> None:
    elements = (shift_element(Iei.LOCKING_SHIFT, 1), shift_element(Iei.SINGLE_SHIFT, 3))
    value = as_json(sms.build_deliver(TO, NOW, payload=HI, elements=elements))
    assert (value["locking"], value["single"]) == (1, 3)
    unknown = (shift_element(Iei.LOCKING_SHIFT, 99), shift_element(Iei.SINGLE_SHIFT, 99))
    value = as_json(sms.build_deliver(TO, NOW, payload=HI, elements=unknown))
    assert (value["locking"], value["single"]) == (0, 0)
