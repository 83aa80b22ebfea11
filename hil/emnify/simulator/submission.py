"""A text of any length as SMS to a device, as the portal and automations send it."""

from __future__ import annotations

from hil.emnify.simulator.errors import Invalid
from hil.emnify.simulator.platform import Platform
from hil.emnify.simulator.records import Device, Sms, Via
from hil.emnify.simulator.wire_form import Outgoing
from modem.sms import ComposeError, compose
from modem.sms.gsm7 import find_septets

# 05 00 03 RR TT NN, as the documents have it.
_MAX_PARTS = 10
_ANYBODY = "0"  # the text is cut the same way whoever gets it


def submit_text(platform: Platform, device: Device, text: str, sender: str, via: Via) -> list[Sms]:
    """One SMS, or the parts of a long one, each with its header; raises Refused."""
    if not text:
        raise Invalid("payload", "is empty")
    reference = platform.network.next_reference()
    # The platform is given a text and a `dcs`: national tables are not for it.
    ucs2 = find_septets(text) is None
    try:
        parts = compose(_ANYBODY, text, alphabet="ucs2" if ucs2 else "gsm7", reference=reference)
    except ComposeError as error:
        raise Invalid("payload", str(error)) from error
    if len(parts) > _MAX_PARTS:
        raise Invalid("payload", f"takes {len(parts)} SMS, the most is {_MAX_PARTS}")
    sent = []
    for part in parts:
        header = f"050003{reference:02x}{part.total:02x}{part.seq:02x}" if part.total > 1 else ""
        wanted = Outgoing(part.text or "", sender, udh=header, dcs=8 if ucs2 else 0)
        sent.append(platform.terminated.send(device, wanted, via))
    return sent
