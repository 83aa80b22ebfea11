"""Unsolicited result codes: which lines are, what follows them, and how they differ from answers.

Pure: one line at a time. What is pending, and what that makes of a line, is the engine's business;
what a URC's fields mean is that of `modem.commands`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from modem.at.parameters import split


class Shape(Enum):
    """What the shape of a line says while a query with the same prefix is pending."""

    ANSWER = "the answer"
    URC = "a URC"
    EITHER = "an answer, or a URC of a modem that repeats <n> in it"


@dataclass(frozen=True, slots=True)
class UrcForm:
    """A known URC: its prefix, the lines that follow it, and how it is told from an answer."""

    prefix: str
    data_lines: int = 0
    shape: Callable[[str], Shape] | None = None


def registration_shape(text: str) -> Shape:
    """Tells `<stat>[,...]` (a URC) from `<n>,<stat>[,...]` (the answer to a query).

    3GPP TS 27.007 7.2, 10.1.20, 10.1.22, 10.1.47. The second field decides: in a URC it is an area
    code (quoted, or hexadecimal with leading zeros), in an answer a small decimal number. Where the
    modem leaves area codes unquoted, a state has at most two digits. Some modems repeat <n> in the
    URC (Sony Ericsson MD400, Samsung Wave, ModemManager's tests): nothing in the line tells.
    """
    fields = split(text)
    first = fields[0] if fields else None
    if first is None or not _is_decimal(first):
        return Shape.ANSWER  # the answer to a test command: "(0-2)"
    if len(fields) == 1 or fields[1] is None or int(first) > _MAX_REGISTRATION_N:
        return Shape.URC
    if _second_is_quoted(text) or not _is_decimal(fields[1]):
        return Shape.URC
    if len(fields) == 2:
        return Shape.ANSWER if len(fields[1]) <= 2 else Shape.URC
    if len(fields[1]) > 2 and not _third_is_quoted(text):
        return Shape.URC
    return Shape.EITHER


_MAX_REGISTRATION_N = 5  # 27.007 10.1.22: +CEREG knows <n> 0 to 5, the others fewer


def _is_decimal(field: str) -> bool:
    return field.isascii() and field.isdigit() and len(field) <= 4


def _second_is_quoted(text: str) -> bool:
    return text.split(",")[1].strip().startswith('"')


def _third_is_quoted(text: str) -> bool:
    return text.split(",")[2].strip().startswith('"')


_FORMS: tuple[UrcForm, ...] = (
    # 3GPP TS 27.005 3.4.1, 3.5.3: with one line of PDU (or text) behind them
    UrcForm("+CMT", data_lines=1),
    UrcForm("+CDS", data_lines=1),
    UrcForm("+CBM", data_lines=1),
    # 27.007 7.2, 10.1.20, 10.1.22, 10.1.47
    UrcForm("+CREG", shape=registration_shape),
    UrcForm("+CGREG", shape=registration_shape),
    UrcForm("+CEREG", shape=registration_shape),
    UrcForm("+C5GREG", shape=registration_shape),
    *(
        UrcForm(prefix)
        for prefix in (
            # 27.005
            "+CMTI",
            "+CDSI",
            "+CBMI",
            # 27.007
            "+CCWA",
            "+CGEV",
            "+CIEV",
            "+CLIP",
            "+CPIN",
            "+CRING",
            "+CSSI",
            "+CSSU",
            "+CTZE",
            "+CTZV",
            "+CUSD",
            "+CFUN",
            # SIMCom: transcripts sim800-*, sim7080-psuttz, a7600-*, a7670-sms-full
            "*ATREADY",
            "*PSNWID",
            "*PSUTTZ",
            "+PBREADY",
            "+SMS FULL",
            # Quectel: transcripts bg96-boot, eg25-*; EG800Q manual 12.6
            "+QIND",
            "+QUSIM",
            "+USIM",
            # Huawei: transcript huawei-e1752-rssi-boot; AT^CURC=0 silences them
            "^BOOT",
            "^DSFLOWRPT",
            "^HCSQ",
            "^MODE",
            "^RSSI",
            "^SIMST",
            "^SMMEMFULL",
            "^SRVST",
            # Cinterion, Telit, Fibocom (ModemManager's plugins)
            "^SHUTDOWN",
            "^SYSSTART",
            "#QSS",
            "+SIM READY",
        )
    ),
    # Without a mark in front: only these are known for URCs
    *(
        UrcForm(line)
        for line in (
            "RDY",
            "RING",
            "APP RDY",
            "PB DONE",
            "SMS DONE",
            "Call Ready",
            "SMS Ready",
            "SIM Ready",
            "Network Available",
            "NORMAL POWER DOWN",
            "POWERED DOWN",
            "UNDER-VOLTAGE POWER DOWN",
            "UNDER-VOLTAGE WARNNING",
            "OVER-VOLTAGE POWER DOWN",
            "OVER-VOLTAGE WARNNING",
            "DST",
            "MISSED_CALL",
            "VOICE CALL",
        )
    ),
)

_KNOWN: dict[str, UrcForm] = {form.prefix.casefold(): form for form in _FORMS}

# A mark and a letter. "+491701234567" is no URC, nor is "*100#".
_MARKED = re.compile(r"[+^*#$%][A-Za-z]")

_HEX = re.compile(r"[0-9A-Fa-f]+")

# Header and PDU on one line (transcript cmgr-on-one-line). An SMSC octet and the shortest TPDU
# are longer than eight digits.
_ONE_LINE = re.compile(r"(.*\d)\s+([0-9A-Fa-f]{8,})")

# Fields of a header in PDU mode (27.005 3.4.1 to 3.4.3); more of them mean text mode.
_PDU_HEADER_FIELDS = {"+CMT": 2, "+CDS": 1, "+CBM": 1, "+CMGR": 3, "+CMGL": 4}


def split_head(line: str) -> tuple[str, str]:
    """What stands before the first colon, and what behind it, both stripped."""
    head, _, text = line.partition(":")
    return head.strip(), text.strip()


def known_form(head: str) -> UrcForm | None:
    """The known URC that begins with this head, in any case."""
    return _KNOWN.get(head.casefold())


def is_marked(line: str) -> bool:
    """Has the line the form of a URC or an information line: one of `+ ^ * # $ %` and a letter?"""
    return _MARKED.match(line) is not None


def is_hex(line: str) -> bool:
    """Is the line made of hexadecimal digits, be their number odd or even?"""
    return _HEX.fullmatch(line) is not None


def split_one_line(text: str) -> tuple[str, str] | None:
    """The parameters and the PDU of a header that has its PDU on the same line, or None."""
    match = _ONE_LINE.fullmatch(text)
    return (match[1], match[2]) if match else None


def pdu_octets(prefix: str, text: str) -> int | None:
    """The <length> in a header: octets of the TPDU (27.005 3.1). None in text mode."""
    fields = split(text)
    most = _PDU_HEADER_FIELDS.get(prefix)
    if most is None or not 0 < len(fields) <= most:
        return None
    length = fields[-1]
    if length is None or not _is_decimal(length):
        return None
    if prefix in ("+CMGR", "+CMGL") and not (fields[0] and _is_decimal(fields[0])):
        return None
    return int(length)


@dataclass(frozen=True, slots=True)
class DataHeader:
    """A header whose data line has still to come.

    `octets` are those of its TPDU, None in text mode; `line` is its number since the port opened.
    """

    prefix: str
    text: str
    octets: int | None
    line: int

    def fits(self, line: str) -> bool:
        """Is the line a PDU of that length? The SMSC address isn't counted (27.005 3.1)."""
        if self.octets is None or not is_hex(line) or len(line) % 2:
            return False
        smsc_octets = 0 if self.prefix == "+CBM" else 1 + int(line[:2], 16)
        return len(line) // 2 == self.octets + smsc_octets

    def may_take(self, line: str) -> bool:
        """Can the line be its data at all? A PDU that was cut off can."""
        return self.octets is None or is_hex(line)
