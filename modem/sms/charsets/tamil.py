"""Tamil, 3GPP TS 23.038 A.2.11 and A.3.11. Data only: see the package."""

from __future__ import annotations

from modem.sms.charsets.indic import COMMON

# 0x11 is undefined: 0B91, which CyberChef has there, is no character.
LOCKING = (
    "\ufffd\u0b82\u0b83\u0b85\u0b86\u0b87\u0b88\u0b89"
    "\u0b8a\ufffd\n\ufffd\ufffd\r\u0b8e\u0b8f"
    "\u0b90\ufffd\u0b92\u0b93\u0b94\u0b95\ufffd\ufffd"
    "\ufffd\u0b99\u0b9a\x1b\ufffd\u0b9c\ufffd\u0b9e"
    " !\u0b9f\ufffd\ufffd\ufffd\u0ba3\u0ba4"
    ")(\ufffd\ufffd,\ufffd.\u0ba8"
    "01234567"
    "89:;\u0ba9\u0baa\ufffd?"
    "\ufffd\ufffd\u0bae\u0baf\u0bb0\u0bb1\u0bb2\u0bb3"
    "\u0bb4\u0bb5\u0bb6\u0bb7\u0bb8\u0bb9\ufffd\ufffd"
    "\u0bbe\u0bbf\u0bc0\u0bc1\u0bc2\ufffd\ufffd\ufffd"
    "\u0bc6\u0bc7\u0bc8\ufffd\u0bca\u0bcb\u0bcc\u0bcd"
    "\u0bd0abcdefg"
    "hijklmno"
    "pqrstuvw"
    "xyz\u0bd7\u0bf0\u0bf1\u0bf2\u0bf9"
)

# 0x24: A.2.11 prints 0BEF (V9.1.1 to V16.0.0), the digit nine, which stands at 0x25, too. The digit
# eight is meant. Android, warthog618/sms, CyberChef and gsmcodecs read it so.
SINGLE = COMMON | {
    0x19: "\u0964", 0x1A: "\u0965", 0x1C: "\u0be6", 0x1D: "\u0be7", 0x1E: "\u0be8",
    0x1F: "\u0be9", 0x20: "\u0bea", 0x21: "\u0beb", 0x22: "\u0bec", 0x23: "\u0bed",
    0x24: "\u0bee", 0x25: "\u0bef", 0x26: "\u0bf3", 0x27: "\u0bf4", 0x2A: "\u0bf5",
    0x2B: "\u0bf6", 0x2C: "\u0bf7", 0x2D: "\u0bf8", 0x2E: "\u0bfa",
}  # fmt: skip
