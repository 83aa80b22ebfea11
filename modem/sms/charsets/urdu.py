"""Urdu, 3GPP TS 23.038 A.2.13 and A.3.13. Data only: see the package."""

from __future__ import annotations

from modem.sms.charsets.indic import COMMON

LOCKING = (
    "\u0627\u0622\u0628\u067b\u0680\u067e\u06a6\u062a"
    "\u06c2\u067f\n\u0679\u067d\r\u067a\u067c"
    "\u062b\u062c\u0681\u0684\u0683\u0685\u0686\u0687"
    "\u062d\u062e\u062f\x1b\u068c\u0688\u0689\u068a"
    " !\u068f\u068d\u0630\u0631\u0691\u0693"
    ")(\u0699\u0632,\u0696.\u0698"
    "01234567"
    "89:;\u069a\u0633\u0634?"
    "\u0635\u0636\u0637\u0638\u0639\u0641\u0642\u06a9"
    "\u06aa\u06ab\u06af\u06b3\u06b1\u0644\u0645\u0646"
    "\u06ba\u06bb\u06bc\u0648\u06c4\u06d5\u06c1\u06be"
    "\u0621\u06cc\u06d0\u06d2\u064d\u0650\u064f\u0657"
    "\u0654abcdefg"
    "hijklmno"
    "pqrstuvw"
    "xyz\u0655\u0651\u0653\u0656\u0670"
)

SINGLE = COMMON | {
    0x19: "\u0600", 0x1A: "\u0601", 0x1C: "\u06f0", 0x1D: "\u06f1", 0x1E: "\u06f2",
    0x1F: "\u06f3", 0x20: "\u06f4", 0x21: "\u06f5", 0x22: "\u06f6", 0x23: "\u06f7",
    0x24: "\u06f8", 0x25: "\u06f9", 0x26: "\u060c", 0x27: "\u060d", 0x2A: "\u060e",
    0x2B: "\u060f", 0x2C: "\u0610", 0x2D: "\u0611", 0x2E: "\u0612", 0x30: "\u0613",
    0x31: "\u0614", 0x32: "\u061b", 0x33: "\u061f", 0x34: "\u0640", 0x35: "\u0652",
    0x36: "\u0658", 0x37: "\u066b", 0x38: "\u066c", 0x39: "\u0672", 0x3A: "\u0673",
    0x3B: "\u06cd", 0x3F: "\u06d4",
}  # fmt: skip
