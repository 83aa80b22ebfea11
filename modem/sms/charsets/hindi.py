"""Hindi, 3GPP TS 23.038 A.2.6 and A.3.6. Data only: see the package."""

from __future__ import annotations

from modem.sms.charsets.indic import COMMON

LOCKING = (
    "\u0901\u0902\u0903\u0905\u0906\u0907\u0908\u0909"
    "\u090a\u090b\n\u090c\u090d\r\u090e\u090f"
    "\u0910\u0911\u0912\u0913\u0914\u0915\u0916\u0917"
    "\u0918\u0919\u091a\x1b\u091b\u091c\u091d\u091e"
    " !\u091f\u0920\u0921\u0922\u0923\u0924"
    ")(\u0925\u0926,\u0927.\u0928"
    "01234567"
    "89:;\u0929\u092a\u092b?"
    "\u092c\u092d\u092e\u092f\u0930\u0931\u0932\u0933"
    "\u0934\u0935\u0936\u0937\u0938\u0939\u093c\u093d"
    "\u093e\u093f\u0940\u0941\u0942\u0943\u0944\u0945"
    "\u0946\u0947\u0948\u0949\u094a\u094b\u094c\u094d"
    "\u0950abcdefg"
    "hijklmno"
    "pqrstuvw"
    "xyz\u0972\u097b\u097c\u097e\u097f"
)

SINGLE = COMMON | {
    0x19: "\u0964", 0x1A: "\u0965", 0x1C: "\u0966", 0x1D: "\u0967", 0x1E: "\u0968",
    0x1F: "\u0969", 0x20: "\u096a", 0x21: "\u096b", 0x22: "\u096c", 0x23: "\u096d",
    0x24: "\u096e", 0x25: "\u096f", 0x26: "\u0951", 0x27: "\u0952", 0x2A: "\u0953",
    0x2B: "\u0954", 0x2C: "\u0958", 0x2D: "\u0959", 0x2E: "\u095a", 0x30: "\u095b",
    0x31: "\u095c", 0x32: "\u095d", 0x33: "\u095e", 0x34: "\u095f", 0x35: "\u0960",
    0x36: "\u0961", 0x37: "\u0962", 0x38: "\u0963", 0x39: "\u0970", 0x3A: "\u0971",
}  # fmt: skip
