"""Bengali and Assamese, 3GPP TS 23.038 A.2.4 and A.3.4. Data only: see the package."""

from __future__ import annotations

from modem.sms.charsets.indic import COMMON

LOCKING = (
    "\u0981\u0982\u0983\u0985\u0986\u0987\u0988\u0989"
    "\u098a\u098b\n\u098c\ufffd\r\ufffd\u098f"
    "\u0990\ufffd\ufffd\u0993\u0994\u0995\u0996\u0997"
    "\u0998\u0999\u099a\x1b\u099b\u099c\u099d\u099e"
    " !\u099f\u09a0\u09a1\u09a2\u09a3\u09a4"
    ")(\u09a5\u09a6,\u09a7.\u09a8"
    "01234567"
    "89:;\ufffd\u09aa\u09ab?"
    "\u09ac\u09ad\u09ae\u09af\u09b0\ufffd\u09b2\ufffd"
    "\ufffd\ufffd\u09b6\u09b7\u09b8\u09b9\u09bc\u09bd"
    "\u09be\u09bf\u09c0\u09c1\u09c2\u09c3\u09c4\ufffd"
    "\ufffd\u09c7\u09c8\ufffd\ufffd\u09cb\u09cc\u09cd"
    "\u09ceabcdefg"
    "hijklmno"
    "pqrstuvw"
    "xyz\u09d7\u09dc\u09dd\u09f0\u09f1"
)

SINGLE = COMMON | {
    0x19: "\u09e6", 0x1A: "\u09e7", 0x1C: "\u09e8", 0x1D: "\u09e9", 0x1E: "\u09ea",
    0x1F: "\u09eb", 0x20: "\u09ec", 0x21: "\u09ed", 0x22: "\u09ee", 0x23: "\u09ef",
    0x24: "\u09df", 0x25: "\u09e0", 0x26: "\u09e1", 0x27: "\u09e2", 0x2A: "\u09e3",
    0x2B: "\u09f2", 0x2C: "\u09f3", 0x2D: "\u09f4", 0x2E: "\u09f5", 0x30: "\u09f6",
    0x31: "\u09f7", 0x32: "\u09f8", 0x33: "\u09f9", 0x34: "\u09fa",
}  # fmt: skip
