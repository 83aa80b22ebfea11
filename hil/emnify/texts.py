"""A text as the calls that send it: alphabet, parts, sender. Pure.

The platform takes 160 characters a call; a longer text is a call a part, each with the header that
joins them again (its guidelines, "Concatenated SMS").
"""

from __future__ import annotations

import re
from datetime import datetime

from hil.emnify.errors import RequestError
from hil.emnify.models import ALPHANUMERIC, INTERNATIONAL, NATIONAL, SmsRequest
from modem import sms

# The platform routes what a device sends to at most so many digits to the portal and the webhook
# (documents since 2024; eight before): longer ones are P2P.
MAX_SHORT_DIGITS = 7
_NUMBER = re.compile(r"\+?[0-9]{1,17}")
_MAX_NAME = 11
_UCS2_DCS, _OCTETS_DCS = 8, 4
_MAX_OCTETS = 140


def sender_type(sender: str) -> int:
    """The id of a sender's type. Raises RequestError for what can be none."""
    if _NUMBER.fullmatch(sender):
        return INTERNATIONAL if sender.startswith("+") else NATIONAL
    if sender.startswith("+") or sender.isdigit():
        raise RequestError(f"sender {sender!r}: a number has at most 17 digits")
    if len(sender) > _MAX_NAME or not sms.is_gsm7_basic(sender):
        raise RequestError(f"sender {sender!r}: a name has at most 11 characters, of GSM 7-bit")
    return ALPHANUMERIC


def answers_go_astray(sender: str) -> bool:
    """Would an answer to this sender go to a subscriber, and not to the webhook?"""
    digits = sender.removeprefix("+")
    return digits.isdigit() and len(digits) > MAX_SHORT_DIGITS


def requests_for(
    text: str, *, sender: str = "", expiry: datetime | None = None, reference: int = 0
) -> tuple[SmsRequest, ...]:
    """The calls that send a text, in order; `reference` (0 to 255) joins its parts.

    No sender is left out. A text in GSM 7-bit goes without `dcs`, as recorded calls do; another as
    UCS-2 with `dcs` 8. National tables aren't used: whether the platform passes them on is unknown.
    """
    if not text:
        raise RequestError("there is no text to send")
    gsm7 = sms.gsm7_length(text) is not None
    try:
        parts = sms.compose("1", text, alphabet="gsm7" if gsm7 else "ucs2", reference=reference)
    except sms.ComposeError as error:
        raise RequestError(f"the text can't be sent: {error}") from error
    kind = sender_type(sender) if sender else None
    return tuple(
        SmsRequest(
            payload=part.text or "",
            # The type says what the plus would.
            source_address=sender.removeprefix("+") or None,
            source_address_type=kind,
            expiry_date=expiry,
            udh=f"050003{reference:02X}{part.total:02X}{part.seq:02X}" if part.total > 1 else None,
            dcs=None if gsm7 else _UCS2_DCS,
        )
        for part in parts
    )


def octets_request(
    octets: bytes, *, sender: str = "", expiry: datetime | None = None
) -> SmsRequest:
    """The call for octets, in one SMS. Its form is unknown: a guess, which `send_sms` refuses
    unless it is told that nobody has verified it.
    """
    if not 1 <= len(octets) <= _MAX_OCTETS:
        raise RequestError(f"wanted 1 to {_MAX_OCTETS} octets, got {len(octets)}")
    return SmsRequest(
        payload=octets.hex().upper(),
        source_address=sender.removeprefix("+") or None,
        source_address_type=sender_type(sender) if sender else None,
        expiry_date=expiry,
        dcs=_OCTETS_DCS,
    )
