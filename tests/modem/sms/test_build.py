"""What can't be built is a ComposeError that names the argument."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from modem.sms import (
    Address,
    AnyMessage,
    ComposeError,
    InformationElement,
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
ONE = Address("1", 0x81)
ODD = InformationElement(0x70, b"")


def _submit(**given: Any) -> AnyMessage:
    return build_submit(given.pop("address", ONE), **given)


def _deliver(**given: Any) -> AnyMessage:
    return build_deliver(ONE, given.pop("timestamp", NOW), **given)


def _status_report(**given: Any) -> AnyMessage:
    wanted: dict[str, Any] = {"discharge": NOW, "reference": 0} | given
    return build_status_report(ONE, NOW, **wanted)


def _command(**given: Any) -> AnyMessage:
    wanted = {"reference": 0, "command_type": 0, "message_number": 0} | given
    return build_command(ONE, **wanted)


def _submit_report(**given: Any) -> AnyMessage:
    return build_submit_report(given.pop("timestamp", NOW), **given)


Build = Callable[..., AnyMessage]
WRONG: list[tuple[Build, dict[str, Any], str]] = [
    (_submit, {"pid": 256}, "pid: wanted 0 to 255, got 256"),
    (_submit, {"dcs": -1}, "dcs: wanted 0 to 255, got -1"),
    (_submit, {"reference": 256}, "reference: wanted 0 to 255, got 256"),
    (_command, {"command_type": 256}, "command_type: wanted 0 to 255"),
    (_command, {"message_number": -1}, "message_number: wanted 0 to 255"),
    (_status_report, {"status": 256}, "status: wanted 0 to 255"),
    (_status_report, {"pid": 256}, "pid: wanted 0 to 255"),
    (build_deliver_report, {"failure": 0x7F}, "failure: wanted 128 to 255, got 127"),
    (build_deliver_report, {"failure": 0x100}, "failure: wanted 128 to 255, got 256"),
    (_submit_report, {"failure": 0}, "failure: wanted 128 to 255, got 0"),
    (_submit, {"address": Address("12x", 0x81)}, "address: wanted at most 20 digits"),
    (_submit, {"address": Address("1" * 21, 0x81)}, "address: wanted at most 20 digits"),
    (_submit, {"address": Address("1", 256)}, "address: type of address 256"),
    (_submit, {"address": Address("twelve chars", 0xD0)}, "address: wanted at most 11 septets"),
    (_submit, {"address": Address("č", 0xD0)}, "address: wanted at most 11 septets"),
    (_submit, {"smsc": Address("1" * 21, 0x91)}, "smsc: wanted at most 20 digits"),
    (_submit, {"smsc": Address("+49", 0x91)}, "smsc: wanted at most 20 digits"),
    (_deliver, {"timestamp": b"123456"}, "timestamp: wanted 7 octets, got 6"),
    (_deliver, {"timestamp": NOW.replace(tzinfo=None)}, "timestamp: a time without a zone"),
    (_status_report, {"discharge": b""}, "discharge: wanted 7 octets, got 0"),
    (_status_report, {"discharge": NOW.replace(year=1999)}, "discharge: year 1999"),
    (_submit_report, {"timestamp": NOW + timedelta(days=36500)}, "timestamp: year 2124"),
    (_submit, {"validity": Validity(ValidityFormat.RELATIVE)}, "validity: wanted 1 octets, got 0"),
    (_submit, {"validity": Validity(ValidityFormat.ABSENT, b"1")}, "wanted 0 octets, got 1"),
    (
        _submit,
        {"payload": b"a" * 161},
        "payload: 141 octets with the header, the most there may be is 140",
    ),
    (_submit, {"payload": b"\x80"}, "payload: a septet has seven bits"),
    (
        _submit,
        {"payload": b"a" * 141, "dcs": 4},
        "payload: 141 octets with the header, the most there may be is 140",
    ),
    (_submit, {"payload": b"a" * 138, "dcs": 4, "elements": (ODD,)}, "payload: 141 octets"),
    (_submit, {"payload": b"a" * 157, "elements": (ODD,)}, "payload: 141 octets"),
    (_command, {"data": b"a" * 200}, "payload: 200 octets"),
    (_submit, {"elements": (InformationElement(256, b""),)}, "elements: element 256 of 0 octets"),
    (_submit, {"elements": (InformationElement(0, bytes(256)),)}, "element 0 of 256 octets"),
    (build_deliver_report, {"elements": (ODD,)}, "elements: a header needs user data"),
]


@pytest.mark.parametrize(
    ("build", "given", "message"), WRONG, ids=[message for _, _, message in WRONG]
)
def test_what_cant_be_built(build: Build, given: dict[str, Any], message: str) -> None:
    with pytest.raises(ComposeError) as caught:
        build(**given)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("payload", "elements", "dcs"),
    [
        (b"a" * 160, (), 0),
        (b"a" * 156, (ODD,), 0),
        (b"a" * 140, (), 4),
        (b"a" * 137, (ODD,), 4),
        (b"", (InformationElement(0x70, bytes(137)),), 0),
    ],
    ids=["septets", "septets-and-header", "octets", "octets-and-header", "header-alone"],
)
def test_as_much_as_there_is_room_for(
    payload: bytes, elements: tuple[InformationElement, ...], dcs: int
) -> None:
    built = _submit(payload=payload, elements=elements, dcs=dcs)
    message = decode_pdu(built.octets, strict=True)
    assert (message.payload, message.udh, message.warnings) == (payload, elements, ())
    assert len(message.ud) == 140


@pytest.mark.parametrize("septets", [161, 160, 0])
def test_septets_of_a_report_may_be_more_than_those_of_a_message(septets: int) -> None:
    built = build_deliver_report(payload=b"a" * septets)
    message = decode_pdu(built.octets, from_device=True, strict=True)
    assert (message.text, message.udl, message.warnings) == ("a" * septets, septets, ())
