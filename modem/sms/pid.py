"""TP-PID: what else than an ordinary message it is, all of its 256 values. 3GPP TS 23.040 9.2.3.9.

Words only: what a device does with a type 0 or a replacing message is not the codec's.
"""

from __future__ import annotations

from functools import lru_cache

_DEVICES = (
    "implicit",
    "telex",
    "group 3 telefax",
    "group 4 telefax",
    "voice telephone",
    "ERMES",
    "national paging system",
    "videotex",
    "teletex, carrier unspecified",
    "teletex, in PSPDN",
    "teletex, in CSPDN",
    "teletex, in analog PSTN",
    "teletex, in digital ISDN",
    "UCI",
    "reserved",
    "reserved",
    "message handling facility",
    "X.400 message handling system",
    "Internet electronic mail",
    *["reserved"] * 5,
    *["SC specific"] * 7,
    "a GSM or UMTS mobile station",
)
_DEFINED = {
    0x00: "an ordinary short message",
    0x40: "short message type 0",
    **{0x40 + number: f"replace short message type {number}" for number in range(1, 8)},
    0x48: "device triggering short message",
    0x5E: "enhanced message service (obsolete)",
    0x5F: "return call message",
    0x7C: "ANSI-136 R-DATA",
    0x7D: "ME data download",
    0x7E: "ME de-personalization short message",
    0x7F: "(U)SIM data download",
}


@lru_cache(maxsize=256)
def pid_meaning(value: int) -> str:
    """What a TP-PID octet means, in a few words.

    A device reads reserved values, and those that it doesn't support, as an ordinary message.
    """
    if value in _DEFINED:
        return _DEFINED[value]
    if value < 0x20:
        return f"SME-to-SME protocol {value}"
    if value < 0x40:
        return f"telematic interworking: {_DEVICES[value & 0x1F]}"
    return "reserved" if value < 0xC0 else "SC specific"
