"""Kannada, 3GPP TS 23.038 A.2.7 and A.3.7. Data only: see the package."""

from __future__ import annotations

from modem.sms.charsets.indic import COMMON

# 0x24: A.3.7 prints 0CAA (V9.1.1 to V18.0.0), which stands at 0x3D, too. 0CA1 is meant: the letters
# stand in Unicode's order, and without it the language's own name could not be written. Android and
# warthog618/sms read it so, CyberChef and gsmcodecs as printed.
LOCKING = (
    "\ufffd\u0c82\u0c83\u0c85\u0c86\u0c87\u0c88\u0c89"
    "\u0c8a\u0c8b\n\u0c8c\ufffd\r\u0c8e\u0c8f"
    "\u0c90\ufffd\u0c92\u0c93\u0c94\u0c95\u0c96\u0c97"
    "\u0c98\u0c99\u0c9a\x1b\u0c9b\u0c9c\u0c9d\u0c9e"
    " !\u0c9f\u0ca0\u0ca1\u0ca2\u0ca3\u0ca4"
    ")(\u0ca5\u0ca6,\u0ca7.\u0ca8"
    "01234567"
    "89:;\ufffd\u0caa\u0cab?"
    "\u0cac\u0cad\u0cae\u0caf\u0cb0\u0cb1\u0cb2\u0cb3"
    "\ufffd\u0cb5\u0cb6\u0cb7\u0cb8\u0cb9\u0cbc\u0cbd"
    "\u0cbe\u0cbf\u0cc0\u0cc1\u0cc2\u0cc3\u0cc4\ufffd"
    "\u0cc6\u0cc7\u0cc8\ufffd\u0cca\u0ccb\u0ccc\u0ccd"
    "\u0cd5abcdefg"
    "hijklmno"
    "pqrstuvw"
    "xyz\u0cd6\u0ce0\u0ce1\u0ce2\u0ce3"
)

SINGLE = COMMON | {
    0x19: "\u0964", 0x1A: "\u0965", 0x1C: "\u0ce6", 0x1D: "\u0ce7", 0x1E: "\u0ce8",
    0x1F: "\u0ce9", 0x20: "\u0cea", 0x21: "\u0ceb", 0x22: "\u0cec", 0x23: "\u0ced",
    0x24: "\u0cee", 0x25: "\u0cef", 0x26: "\u0cde", 0x27: "\u0cf1", 0x2A: "\u0cf2",
}  # fmt: skip
