"""TP-FCS: why a DELIVER or a SUBMIT was refused, all of its 256 values. 3GPP TS 23.040 9.2.3.22.

+CMS ERROR has the same numbers from 128 on (3GPP TS 27.005 3.2.5). What became of a message that
was accepted is `status`'s.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple


class FailureCause(NamedTuple):
    """A cause as it came, and what it means in a few words."""

    value: int
    meaning: str


_DEFINED = {
    0x80: "telematic interworking not supported",
    0x81: "short message type 0 not supported",
    0x82: "cannot replace short message",
    0x8F: "unspecified TP-PID error",
    0x90: "data coding scheme (alphabet) not supported",
    0x91: "message class not supported",
    0x9F: "unspecified TP-DCS error",
    0xA0: "command cannot be actioned",
    0xA1: "command unsupported",
    0xAF: "unspecified TP-Command error",
    0xB0: "TPDU not supported",
    0xC0: "SC busy",
    0xC1: "no SC subscription",
    0xC2: "SC system failure",
    0xC3: "invalid SME address",
    0xC4: "destination SME barred",
    0xC5: "SM rejected - duplicate SM",
    0xC6: "TP-VPF not supported",
    0xC7: "TP-VP not supported",
    0xD0: "(U)SIM SMS storage full",
    0xD1: "no SMS storage capability in (U)SIM",
    0xD2: "error in MS",
    0xD3: "memory capacity exceeded",
    0xD4: "(U)SIM application toolkit busy",
    0xD5: "(U)SIM data download error",
    0xFF: "unspecified error cause",
}
# What the others are, up to and with that value.
_OTHERS = (
    (0x7F, "reserved"),
    (0x8F, "reserved TP-PID error"),
    (0x9F, "reserved TP-DCS error"),
    (0xAF, "reserved TP-Command error"),
    (0xDF, "reserved"),
    (0xFE, "application specific"),
)


@lru_cache(maxsize=256)
def decode_failure(value: int) -> FailureCause:
    """What a TP-FCS octet means."""
    meaning = _DEFINED.get(value)
    if meaning is None:
        meaning = next(other for last, other in _OTHERS if value <= last)
    return FailureCause(value, meaning)
