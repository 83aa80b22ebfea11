"""User data that is put into another message as it stands, header and all. No state."""

from __future__ import annotations

from modem.sms import Deliver, Submit

UDHI = 0x40  # TP-UDHI in the first octet (3GPP TS 23.040 9.2.3.23)


def with_user_data(head: Deliver | Submit, user_data: bytes, *, headed: bool) -> bytes:
    """The octets of `head`, SMSC and all, with TP-UDL and TP-UD in place of its own."""
    octets = bytearray(head.octets[: head.udl_at] + user_data)
    if headed:
        octets[head.start] |= UDHI
    return bytes(octets)


def user_data_of(message: Submit) -> bytes:
    """TP-UDL and what stands behind it."""
    return message.octets[message.udl_at :]
