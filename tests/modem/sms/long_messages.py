"""Parts of long messages, for the tests of what makes messages of them and stores them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from modem.sms import Deliver, compose_deliver, decode_pdu

NOW = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
LONG = "".join(f"{number:03} " for number in range(100))
OTHER = LONG.replace("0", "x")


def parts_of(
    text: str = LONG, *, sender: str = "12345", reference: int = 7, timestamp: datetime = NOW
) -> list[Deliver]:
    """The parts of a text from a sender."""
    composed = compose_deliver(sender, text, timestamp=timestamp, reference=reference)
    return [only_deliver(part.pdu) for part in composed]


def only_deliver(pdu: str | bytes, *, has_smsc: bool = True) -> Deliver:
    """What a PDU is decoded to, which is a DELIVER."""
    message = decode_pdu(pdu, has_smsc=has_smsc)
    assert isinstance(message, Deliver)
    return message


A1, A2, A3 = parts_of()
B1, B2, B3 = parts_of(OTHER)
SENDER1, SENDER2, SENDER3 = parts_of(OTHER, sender="54321")
WIDE1, WIDE2, WIDE3 = parts_of(OTHER, reference=0x0107)
LATER1, LATER2, LATER3 = parts_of(OTHER, timestamp=NOW + timedelta(days=2))
