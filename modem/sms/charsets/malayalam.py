"""Malayalam, 3GPP TS 23.038 A.2.8 and A.3.8. Data only: see the package."""

from __future__ import annotations

from modem.sms.charsets.indic import COMMON

LOCKING = (
    "\ufffd\u0d02\u0d03\u0d05\u0d06\u0d07\u0d08\u0d09"
    "\u0d0a\u0d0b\n\u0d0c\ufffd\r\u0d0e\u0d0f"
    "\u0d10\ufffd\u0d12\u0d13\u0d14\u0d15\u0d16\u0d17"
    "\u0d18\u0d19\u0d1a\x1b\u0d1b\u0d1c\u0d1d\u0d1e"
    " !\u0d1f\u0d20\u0d21\u0d22\u0d23\u0d24"
    ")(\u0d25\u0d26,\u0d27.\u0d28"
    "01234567"
    "89:;\ufffd\u0d2a\u0d2b?"
    "\u0d2c\u0d2d\u0d2e\u0d2f\u0d30\u0d31\u0d32\u0d33"
    "\u0d34\u0d35\u0d36\u0d37\u0d38\u0d39\ufffd\u0d3d"
    "\u0d3e\u0d3f\u0d40\u0d41\u0d42\u0d43\u0d44\ufffd"
    "\u0d46\u0d47\u0d48\ufffd\u0d4a\u0d4b\u0d4c\u0d4d"
    "\u0d57abcdefg"
    "hijklmno"
    "pqrstuvw"
    "xyz\u0d60\u0d61\u0d62\u0d63\u0d79"
)

SINGLE = COMMON | {
    0x19: "\u0964", 0x1A: "\u0965", 0x1C: "\u0d66", 0x1D: "\u0d67", 0x1E: "\u0d68",
    0x1F: "\u0d69", 0x20: "\u0d6a", 0x21: "\u0d6b", 0x22: "\u0d6c", 0x23: "\u0d6d",
    0x24: "\u0d6e", 0x25: "\u0d6f", 0x26: "\u0d70", 0x27: "\u0d71", 0x2A: "\u0d72",
    0x2B: "\u0d73", 0x2C: "\u0d74", 0x2D: "\u0d75", 0x2E: "\u0d7a", 0x30: "\u0d7b",
    0x31: "\u0d7c", 0x32: "\u0d7d", 0x33: "\u0d7e", 0x34: "\u0d7f",
}  # fmt: skip
