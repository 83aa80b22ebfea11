"""Punjabi, 3GPP TS 23.038 A.2.10 and A.3.10. Data only: see the package."""

from __future__ import annotations

from modem.sms.charsets.indic import COMMON

LOCKING = (
    "\u0a01\u0a02\u0a03\u0a05\u0a06\u0a07\u0a08\u0a09"
    "\u0a0a\ufffd\n\ufffd\ufffd\r\ufffd\u0a0f"
    "\u0a10\ufffd\ufffd\u0a13\u0a14\u0a15\u0a16\u0a17"
    "\u0a18\u0a19\u0a1a\x1b\u0a1b\u0a1c\u0a1d\u0a1e"
    " !\u0a1f\u0a20\u0a21\u0a22\u0a23\u0a24"
    ")(\u0a25\u0a26,\u0a27.\u0a28"
    "01234567"
    "89:;\ufffd\u0a2a\u0a2b?"
    "\u0a2c\u0a2d\u0a2e\u0a2f\u0a30\ufffd\u0a32\u0a33"
    "\ufffd\u0a35\u0a36\ufffd\u0a38\u0a39\u0a3c\ufffd"
    "\u0a3e\u0a3f\u0a40\u0a41\u0a42\ufffd\ufffd\ufffd"
    "\ufffd\u0a47\u0a48\ufffd\ufffd\u0a4b\u0a4c\u0a4d"
    "\u0a51abcdefg"
    "hijklmno"
    "pqrstuvw"
    "xyz\u0a70\u0a71\u0a72\u0a73\u0a74"
)

SINGLE = COMMON | {
    0x19: "\u0964", 0x1A: "\u0965", 0x1C: "\u0a66", 0x1D: "\u0a67", 0x1E: "\u0a68",
    0x1F: "\u0a69", 0x20: "\u0a6a", 0x21: "\u0a6b", 0x22: "\u0a6c", 0x23: "\u0a6d",
    0x24: "\u0a6e", 0x25: "\u0a6f", 0x26: "\u0a59", 0x27: "\u0a5a", 0x2A: "\u0a5b",
    0x2B: "\u0a5c", 0x2C: "\u0a5e", 0x2D: "\u0a75",
}  # fmt: skip
