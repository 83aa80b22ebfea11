"""Final result codes of V.250, 27.005 and 27.007, and the names of their numbers.

Pure: what a line means by itself. Whether it ends the pending command is the engine's to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum


class FinalKind(Enum):
    """How a command ended (ITU-T V.250 5.7.1; 3GPP TS 27.005 3.2.5; 27.007 9.2)."""

    OK = "OK"
    CONNECT = "CONNECT"
    ERROR = "ERROR"
    CME = "CME"
    CMS = "CMS"
    NO_CARRIER = "NO CARRIER"
    NO_DIALTONE = "NO DIALTONE"
    BUSY = "BUSY"
    NO_ANSWER = "NO ANSWER"


@dataclass(frozen=True, slots=True)
class Final:
    """A final result: its kind, its number if it has one, and its meaning or the modem's words."""

    kind: FinalKind
    code: int | None = None
    text: str = ""

    @property
    def ok(self) -> bool:
        """Did the command succeed?"""
        return self.kind in (FinalKind.OK, FinalKind.CONNECT)


CME_NAMES: dict[int, str] = {  # 3GPP TS 27.007 9.2.1 to 9.2.3
    0: "phone failure",
    1: "no connection to phone",
    2: "phone-adaptor link reserved",
    3: "operation not allowed",
    4: "operation not supported",
    5: "PH-SIM PIN required",
    6: "PH-FSIM PIN required",
    7: "PH-FSIM PUK required",
    10: "SIM not inserted",
    11: "SIM PIN required",
    12: "SIM PUK required",
    13: "SIM failure",
    14: "SIM busy",
    15: "SIM wrong",
    16: "incorrect password",
    17: "SIM PIN2 required",
    18: "SIM PUK2 required",
    20: "memory full",
    21: "invalid index",
    22: "not found",
    23: "memory failure",
    24: "text string too long",
    25: "invalid characters in text string",
    26: "dial string too long",
    27: "invalid characters in dial string",
    30: "no network service",
    31: "network timeout",
    32: "network not allowed - emergency calls only",
    40: "network personalization PIN required",
    41: "network personalization PUK required",
    42: "network subset personalization PIN required",
    43: "network subset personalization PUK required",
    44: "service provider personalization PIN required",
    45: "service provider personalization PUK required",
    46: "corporate personalization PIN required",
    47: "corporate personalization PUK required",
    48: "hidden key required",
    49: "EAP method not supported",
    50: "incorrect parameters",
    51: "command implemented but currently disabled",
    52: "command aborted by user",
    53: "not attached to network due to MT functionality restrictions",
    54: "modem not allowed - MT restricted to emergency calls only",
    55: "operation not allowed because of MT functionality restrictions",
    56: "fixed dial number only allowed",
    57: "temporarily out of service due to other MT usage",
    58: "language/alphabet not supported",
    59: "unexpected data value",
    60: "system failure",
    61: "data missing",
    62: "call barred",
    63: "message waiting indication subscription failure",
    100: "unknown",
    103: "illegal MS",
    106: "illegal ME",
    107: "GPRS services not allowed",
    108: "GPRS services and non-GPRS services not allowed",
    111: "PLMN not allowed",
    112: "location area not allowed",
    113: "roaming not allowed in this location area",
    114: "GPRS services not allowed in this PLMN",
    115: "no suitable cells in location area",
    122: "congestion",
    125: "not authorized for this CSG",
    126: "insufficient resources",
    127: "missing or unknown APN",
    128: "unknown PDP address or PDP type",
    129: "user authentication failed",
    130: "activation rejected by GGSN, Serving GW or PDN GW",
    131: "activation rejected, unspecified",
    132: "service option not supported",
    133: "requested service option not subscribed",
    134: "service option temporarily out of order",
    140: "feature not supported",
    141: "semantic error in the TFT operation",
    142: "syntactical error in the TFT operation",
    143: "unknown PDP context",
    144: "semantic errors in packet filter(s)",
    145: "syntactical errors in packet filter(s)",
    146: "PDP context without TFT already activated",
    148: "unspecified GPRS error",
    149: "PDP authentication failure",
    150: "invalid mobile class",
}

CMS_NAMES: dict[int, str] = {  # 3GPP TS 27.005 3.2.5
    # 0-127: 3GPP TS 24.011 Annex E-2
    1: "unassigned (unallocated) number",
    8: "operator determined barring",
    10: "call barred",
    17: "network failure",
    21: "short message transfer rejected",
    22: "congestion",
    27: "destination out of service",
    28: "unidentified subscriber",
    29: "facility rejected",
    30: "unknown subscriber",
    38: "network out of order",
    41: "temporary failure",
    42: "congestion",
    47: "resources unavailable, unspecified",
    50: "requested facility not subscribed",
    69: "requested facility not implemented",
    81: "invalid short message transfer reference value",
    95: "invalid message, unspecified",
    96: "invalid mandatory information",
    97: "message type non-existent or not implemented",
    98: "message not compatible with short message protocol state",
    99: "information element non-existent or not implemented",
    111: "protocol error, unspecified",
    127: "interworking, unspecified",
    # 128-255: 3GPP TS 23.040 9.2.3.22
    128: "telematic interworking not supported",
    129: "short message type 0 not supported",
    130: "cannot replace short message",
    143: "unspecified TP-PID error",
    144: "data coding scheme (alphabet) not supported",
    145: "message class not supported",
    159: "unspecified TP-DCS error",
    160: "command cannot be actioned",
    161: "command unsupported",
    175: "unspecified TP-Command error",
    176: "TPDU not supported",
    192: "SC busy",
    193: "no SC subscription",
    194: "SC system failure",
    195: "invalid SME address",
    196: "destination SME barred",
    197: "SM rejected - duplicate SM",
    198: "TP-VPF not supported",
    199: "TP-VP not supported",
    208: "(U)SIM SMS storage full",
    209: "no SMS storage capability in (U)SIM",
    210: "error in MS",
    211: "memory capacity exceeded",
    212: "(U)SIM application toolkit busy",
    213: "(U)SIM data download error",
    255: "unspecified error cause",
    # 300-511: 27.005 itself
    300: "ME failure",
    301: "SMS service of ME reserved",
    302: "operation not allowed",
    303: "operation not supported",
    304: "invalid PDU mode parameter",
    305: "invalid text mode parameter",
    310: "(U)SIM not inserted",
    311: "(U)SIM PIN required",
    312: "PH-(U)SIM PIN required",
    313: "(U)SIM failure",
    314: "(U)SIM busy",
    315: "(U)SIM wrong",
    316: "(U)SIM PUK required",
    317: "(U)SIM PIN2 required",
    318: "(U)SIM PUK2 required",
    320: "memory failure",
    321: "invalid memory index",
    322: "memory full",
    330: "SMSC address unknown",
    331: "no network service",
    332: "network timeout",
    340: "no +CNMA acknowledgement expected",
    500: "unknown error",
}

_PLAIN: dict[str, Final] = {
    "OK": Final(FinalKind.OK),
    "ERROR": Final(FinalKind.ERROR),
    "NO CARRIER": Final(FinalKind.NO_CARRIER),
    "NO DIALTONE": Final(FinalKind.NO_DIALTONE),
    "NO DIAL TONE": Final(FinalKind.NO_DIALTONE),
    "BUSY": Final(FinalKind.BUSY),
    "NO ANSWER": Final(FinalKind.NO_ANSWER),
    # Qualcomm and Huawei sticks (ModemManager's tests; at_lines.jsonl)
    "COMMAND NOT SUPPORT": Final(FinalKind.ERROR, text="COMMAND NOT SUPPORT"),
    "TOO MANY PARAMETERS": Final(FinalKind.ERROR, text="TOO MANY PARAMETERS"),
}

NUMERIC_RING = "2"

# ATV0 (ITU-T V.250 table 1). 2 is RING, which ends nothing; 5 isn't defined.
_NUMERIC: dict[str, Final] = {
    "0": Final(FinalKind.OK),
    "1": Final(FinalKind.CONNECT),
    "3": Final(FinalKind.NO_CARRIER),
    "4": Final(FinalKind.ERROR),
    "6": Final(FinalKind.NO_DIALTONE),
    "7": Final(FinalKind.BUSY),
    "8": Final(FinalKind.NO_ANSWER),
}

_EQUIPMENT_ERROR = re.compile(r"\+(CM[ES])[ _]?ERROR\s*(?::\s*(.*))?", re.IGNORECASE)


def parse_final(line: str) -> Final | None:
    """The final result that a line is in verbose form (ATV1), or None.

    Codes of +CME and +CMS ERROR come with their standard name; a text that is a standard name (in
    any case, "SIM" or "(U)SIM") comes with its number, any other text as the modem wrote it.
    """
    plain = _PLAIN.get(line)
    if plain is not None:
        return plain
    if line == "CONNECT" or line.startswith("CONNECT "):
        return Final(FinalKind.CONNECT, text=line.removeprefix("CONNECT").strip())
    match = _EQUIPMENT_ERROR.fullmatch(line)
    if match is None:
        return None
    kind = FinalKind[match[1].upper()]
    return _equipment_error(kind, (match[2] or "").strip())


def parse_numeric(line: str) -> Final | None:
    """The final result that a line is in numeric form (ATV0), or None."""
    return _NUMERIC.get(line)


def _equipment_error(kind: FinalKind, words: str) -> Final:
    names = CME_NAMES if kind is FinalKind.CME else CMS_NAMES
    if words.isascii() and words.isdigit() and len(words) <= 5:
        code = int(words)
        return Final(kind, code, names.get(code, ""))
    codes = _CME_CODES if kind is FinalKind.CME else _CMS_CODES
    found = codes.get(_key(words))
    return Final(kind, found, words if found is None else names[found])


def _key(name: str) -> str:
    """A name as it is compared: without case, blanks, punctuation, and the U of (U)SIM."""
    return re.sub(r"[^a-z0-9+]", "", name.casefold().replace("(u)sim", "sim"))


def _codes(names: dict[int, str]) -> dict[str, int]:
    """Names to numbers; where two numbers share a name ("congestion") the lower one counts."""
    return {_key(name): code for code, name in sorted(names.items(), reverse=True)}


_CME_CODES = _codes(CME_NAMES) | {_key("unknown error"): 100}
_CMS_CODES = _codes(CMS_NAMES)
