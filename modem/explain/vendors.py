"""Answers of makers' commands: cell and signal of Quectel, SIMCom and Huawei."""

from __future__ import annotations

from collections.abc import Sequence

from modem.explain.answer import Answer, asked, at
from modem.explain.network import lte_cell_words, plmn_words
from modem.explain.signal import (
    csq_strength,
    ecno_words,
    rscp_words,
    rsrp_words,
    rsrq_words,
    rssi_words,
    sinr_words,
)
from modem.explain.words import both_ways, joined, number, shown

# <dlbw> and <ulbw> of SIMCom's and Quectel's LTE cells.
_BANDWIDTHS = ("1.4", "3", "5", "10", "15", "20")
# SIM7600s write tenths; no LTE cell is weaker than -156 dBm (36.133 9.1.4).
_WEAKEST = -156


def cpsi(answer: Answer) -> tuple[str, ...]:
    """SIMCom: +CPSI: LTE,Online,<MCC>-<MNC>,<TAC>,<cell>,<PCI>,<band>,<earfcn>,<bw>,<bw>,..."""
    fields = answer.fields
    mode = at(fields, 0)
    if not mode or not asked(answer):
        return ()
    if mode.upper().startswith("NO SERVICE"):
        return ("no service: no network is in use",)
    first = joined(
        (
            f"{shown(mode)} {shown(at(fields, 1)).lower()}",
            plmn_words(at(fields, 2).replace("-", "")),
        )
    )
    if not mode.upper().startswith("LTE"):
        return (first,)
    band = joined(
        (shown(at(fields, 6)), f"channel {shown(at(fields, 7))}", _bandwidth(at(fields, 8)))
    )
    cell = number(at(fields, 4))
    place = joined(
        (
            f"TAC {both_ways(at(fields, 3))}",
            "" if cell is None else f"cell {cell}: {lte_cell_words(cell)}",
        )
    )
    return tuple(line for line in (first, place, band, _cpsi_signal(fields)) if line)


def _bandwidth(code: str) -> str:
    value = number(code)
    known = value is not None and 0 <= value < len(_BANDWIDTHS)
    return f"{_BANDWIDTHS[value]} MHz" if known and value is not None else ""


def _cpsi_signal(fields: Sequence[str | None]) -> str:
    """RSRQ, RSRP, RSSI and SNR, where the scale can be told: whole numbers, or tenths of them.

    An A7670 writes them without sign in a scale of its own.
    """
    rsrq, rsrp, rssi, snr = (number(at(fields, place)) for place in range(10, 14))
    if rsrp is None or rsrp >= 0:
        return ""
    scale = 10 if rsrp < _WEAKEST else 1
    return "signal: " + joined(
        (
            rsrp_words(rsrp / scale),
            rsrq_words(rsrq / scale) if rsrq is not None and rsrq < 0 else "",
            f"RSSI {rssi_words(rssi / scale)}" if rssi is not None and rssi < 0 else "",
            sinr_words(snr) if snr is not None else "",
        )
    )


def qcsq(answer: Answer) -> tuple[str, ...]:
    """Quectel: +QCSQ: "LTE",<rssi>,<rsrp>,<sinr>,<rsrq>; SINR is in steps of 0.2 dB from -20."""
    fields = answer.fields
    mode = at(fields, 0)
    values = [number(field) for field in fields[1:5]]
    values += [None] * (4 - len(values))
    if not mode or not asked(answer):
        return ()
    if mode.upper() == "NOSERVICE":
        return ("no service: no network is in use",)
    first, second, third, fourth = values
    if mode.upper() == "GSM":
        words = "" if first is None else rssi_words(first)
    elif mode.upper() in ("WCDMA", "TDSCDMA"):
        words = _umts(first, second, third)
    else:
        words = joined(
            (
                rssi_words(first) if first is not None else "",
                rsrp_words(second) if second is not None else "",
                rsrq_words(fourth) if fourth is not None else "",
                sinr_words(third / 5 - 20) if third is not None and 0 <= third <= 250 else "",
            )
        )
    return (f"{shown(mode)}: {words}",) if words else ()


def _umts(rssi: int | None, rscp: int | None, ecno: int | None) -> str:
    return joined(
        (
            rssi_words(rssi) if rssi is not None else "",
            rscp_words(rscp) if rscp is not None else "",
            ecno_words(ecno) if ecno is not None else "",
        )
    )


def qnwinfo(answer: Answer) -> tuple[str, ...]:
    """Quectel: +QNWINFO: "<technology>","<network>","<band>",<channel>."""
    fields = answer.fields
    technology = at(fields, 0)
    if not technology or not asked(answer):
        return ()
    if technology.upper() == "NO SERVICE" or not at(fields, 1):
        return ("no service: no network is in use",)
    channel = at(fields, 3)
    return (
        joined(
            (
                shown(technology),
                f"network {plmn_words(at(fields, 1))}",
                shown(at(fields, 2)),
                channel and f"channel {shown(channel)}",
            )
        ),
    )


_CELL_STATES = {
    "SEARCH": "searching",
    "LIMSRV": "in a cell, not registered",
    "NOCONN": "registered, idle",
    "CONNECT": "registered, connected",
}


def qeng(answer: Answer) -> tuple[str, ...]:
    """Quectel: +QENG: "servingcell",... of LTE: state, network, cell, band, signal."""
    fields = answer.fields
    if at(fields, 0).casefold() != "servingcell" or not asked(answer):
        return ()
    state = _CELL_STATES.get(at(fields, 1).upper(), "")
    technology = at(fields, 2)
    if technology.upper() not in ("LTE", "EMTC", "CAT-M", "CAT-M1"):
        return tuple(filter(None, (joined((state, shown(technology))),)))
    rsrp, rsrq, rssi = (number(at(fields, place)) for place in (13, 14, 15))
    cell = both_ways(at(fields, 6))
    signal = joined(
        (
            rsrp_words(rsrp) if rsrp is not None else "",
            rsrq_words(rsrq) if rsrq is not None else "",
            f"RSSI {rssi_words(rssi)}" if rssi is not None else "",
        )
    )
    lines = (
        joined((state, shown(technology), plmn_words(at(fields, 4) + at(fields, 5)))),
        joined(
            (
                f"TAC {both_ways(at(fields, 12))}",
                cell and f"cell {cell}",
                f"band {shown(at(fields, 9))}",
                f"channel {shown(at(fields, 8))}",
            )
        ),
        signal and f"signal: {signal}",
    )
    return tuple(line for line in lines if line)


def hcsq(answer: Answer) -> tuple[str, ...]:
    """Huawei: ^HCSQ?."""
    return hcsq_words(answer.fields) if asked(answer) else ()


def hcsq_words(fields: Sequence[str | None]) -> tuple[str, ...]:
    """^HCSQ: "LTE",<rssi>,<rsrp>,<sinr>,<rsrq>, each in steps from the weakest (255 unknown)."""
    mode = at(fields, 0).upper()
    values = [number(at(fields, place)) for place in range(1, 5)]
    first, second, third, fourth = (None if value == 255 else value for value in values)
    if mode == "NOSERVICE":
        return ("no service: no network is in use",)
    strength = rssi_words(-121 + first) if first is not None else ""
    if mode == "LTE":
        words = joined(
            (
                strength,
                rsrp_words(-141 + second) if second is not None else "",
                rsrq_words(-20 + fourth / 2) if fourth is not None else "",
                sinr_words(round(-20.2 + third / 5, 1)) if third is not None else "",
            )
        )
    elif mode == "WCDMA":
        words = joined(
            (
                strength,
                rscp_words(-121 + second) if second is not None else "",
                ecno_words(-32.5 + third / 2) if third is not None else "",
            )
        )
    else:
        words = strength if mode == "GSM" else ""
    return (f"{mode}: {words}",) if words else ()


def rssi(text: str) -> tuple[str, ...]:
    """Huawei: ^RSSI: <rssi>, as +CSQ has it."""
    words = csq_strength(number(text))
    return (f"signal: {words}",) if words else ()
