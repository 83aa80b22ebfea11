"""What `sms list` shows of a stored PDU, whatever its type."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from apn_config.operations_sms import stored_json
from apn_config.veil import Veil
from modem.sms import (
    AnyMessage,
    build_deliver,
    build_status_report,
    build_submit,
    build_submit_report,
    parse_number,
)

NOW = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
NUMBER = parse_number("1234")


@pytest.mark.parametrize(
    ("message", "sender", "text", "time"),
    [
        (build_deliver(NUMBER, NOW, payload=b"Hi"), "1234", "Hi", NOW.isoformat()),
        (build_submit(NUMBER, payload=b"Hi"), "1234", None, None),
        (build_status_report(NUMBER, NOW, NOW, reference=1), "1234", None, NOW.isoformat()),
        (build_submit_report(NOW), None, None, NOW.isoformat()),
    ],
    ids=lambda value: value.name if isinstance(value, AnyMessage) else "",
)
def test_each_type_is_shown(
    message: AnyMessage, sender: str | None, text: str | None, time: str | None
) -> None:
    shown = stored_json(message.pdu, "ME", 3, Veil())
    assert shown == {
        "memory": "ME", "index": 3, "from": sender, "text": text, "time": time, "error": None
    }  # fmt: skip


def test_what_is_no_pdu_is_shown_with_its_error() -> None:
    shown = stored_json("0004", "SM", 0, Veil())
    assert (shown["text"], shown["error"]) == (
        None,
        "deliver.oa at octet 2: wanted 1 octet, 0 left",
    )
