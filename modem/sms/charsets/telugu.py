"""Telugu, 3GPP TS 23.038 A.2.12 and A.3.12. Data only: see the package."""

from __future__ import annotations

from modem.sms.charsets.indic import COMMON

# 0x11 is undefined: 0C11, which CyberChef has there, is no character.
LOCKING = (
    "\u0c01\u0c02\u0c03\u0c05\u0c06\u0c07\u0c08\u0c09"
    "\u0c0a\u0c0b\n\u0c0c\ufffd\r\u0c0e\u0c0f"
    "\u0c10\ufffd\u0c12\u0c13\u0c14\u0c15\u0c16\u0c17"
    "\u0c18\u0c19\u0c1a\x1b\u0c1b\u0c1c\u0c1d\u0c1e"
    " !\u0c1f\u0c20\u0c21\u0c22\u0c23\u0c24"
    ")(\u0c25\u0c26,\u0c27.\u0c28"
    "01234567"
    "89:;\ufffd\u0c2a\u0c2b?"
    "\u0c2c\u0c2d\u0c2e\u0c2f\u0c30\u0c31\u0c32\u0c33"
    "\ufffd\u0c35\u0c36\u0c37\u0c38\u0c39\ufffd\u0c3d"
    "\u0c3e\u0c3f\u0c40\u0c41\u0c42\u0c43\u0c44\ufffd"
    "\u0c46\u0c47\u0c48\ufffd\u0c4a\u0c4b\u0c4c\u0c4d"
    "\u0c55abcdefg"
    "hijklmno"
    "pqrstuvw"
    "xyz\u0c56\u0c60\u0c61\u0c62\u0c63"
)

# 0x22 and 0x23: A.2.12 prints 06CC and 06CD in V9.1.1, which are Arabic; the digits six and seven
# are meant. 0x1C: the digit zero, for which CyberChef has 0CE6, the Kannada one.
SINGLE = COMMON | {
    0x1C: "\u0c66", 0x1D: "\u0c67", 0x1E: "\u0c68", 0x1F: "\u0c69", 0x20: "\u0c6a",
    0x21: "\u0c6b", 0x22: "\u0c6c", 0x23: "\u0c6d", 0x24: "\u0c6e", 0x25: "\u0c6f",
    0x26: "\u0c58", 0x27: "\u0c59", 0x2A: "\u0c78", 0x2B: "\u0c79", 0x2C: "\u0c7a",
    0x2D: "\u0c7b", 0x2E: "\u0c7c", 0x30: "\u0c7d", 0x31: "\u0c7e", 0x32: "\u0c7f",
}  # fmt: skip
