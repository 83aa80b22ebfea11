"""Spanish, 3GPP TS 23.038 A.2.2. Data only: see the package."""

from __future__ import annotations

# There is no locking shift table: A.3.2 is void.
LOCKING = None

SINGLE = {
    0x09: "ç", 0x0A: "\f", 0x14: "^", 0x28: "{", 0x29: "}", 0x2F: "\\", 0x3C: "[", 0x3D: "~",
    0x3E: "]", 0x40: "|", 0x41: "Á", 0x49: "Í", 0x4F: "Ó", 0x55: "Ú", 0x61: "á", 0x65: "€",
    0x69: "í", 0x6F: "ó", 0x75: "ú",
}  # fmt: skip
