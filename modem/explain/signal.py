"""Signal: numbers in dBm and dB, and a word for how good that is.

There is no standard for the words. The steps are those that makers of routers print (Teltonika's
and Quectel's tables agree to within 5 dB); SMS, which need little, go through well below "poor".
"""

from __future__ import annotations

from collections.abc import Callable

from modem.explain.answer import Answer, at
from modem.explain.words import graded, joined, number

Steps = tuple[tuple[float, str], ...]

_RSSI: Steps = ((-73, "excellent"), (-83, "good"), (-93, "fair"), (-109, "poor"))
_RSRP: Steps = ((-80, "excellent"), (-90, "good"), (-100, "fair"), (-120, "poor"))
_RSRQ: Steps = ((-10, "excellent"), (-15, "good"), (-18, "fair"), (-20, "poor"))
_SINR: Steps = ((20, "excellent"), (13, "good"), (0, "fair"), (-5, "poor"))
_RSCP: Steps = ((-75, "excellent"), (-85, "good"), (-95, "fair"), (-105, "poor"))
_ECNO: Steps = ((-6, "excellent"), (-10, "good"), (-14, "fair"), (-18, "poor"))
_WORST = "next to nothing"

# RXQUAL as the rate of wrong bits (3GPP TS 45.008 8.2.4).
_BIT_ERRORS = (
    "less than 0.2 %",
    "0.2 to 0.4 %",
    "0.4 to 0.8 %",
    "0.8 to 1.6 %",
    "1.6 to 3.2 %",
    "3.2 to 6.4 %",
    "6.4 to 12.8 %",
    "more than 12.8 %",
)
_UNKNOWN = "no signal known"


def rssi_words(dbm: float) -> str:
    """A strength of all that is received, with its word."""
    return _with_word("", dbm, "dBm", _RSSI)


def rsrp_words(dbm: float) -> str:
    """LTE: strength of the cell's reference signal."""
    return _with_word("RSRP ", dbm, "dBm", _RSRP)


def rsrq_words(db: float) -> str:
    """LTE: its quality."""
    return _with_word("RSRQ ", db, "dB", _RSRQ)


def sinr_words(db: float) -> str:
    """LTE: signal to noise and interference."""
    return _with_word("SINR ", db, "dB", _SINR)


def rscp_words(dbm: float) -> str:
    """UMTS: strength of the cell's code."""
    return _with_word("RSCP ", dbm, "dBm", _RSCP)


def ecno_words(db: float) -> str:
    """UMTS: its quality."""
    return _with_word("Ec/No ", db, "dB", _ECNO)


def _with_word(name: str, value: float, unit: str, steps: Steps) -> str:
    return f"{name}{value:g} {unit} ({graded(value, steps, _WORST)})"


def csq_strength(rssi: int | None) -> str:
    """<rssi> of +CSQ and ^RSSI in words (27.007 8.5; 100 to 199 are TD-SCDMA's, by Quectel)."""
    if rssi is None or rssi in (99, 199):
        return _UNKNOWN
    if 100 < rssi < 192:
        return rscp_words(-116 + rssi - 100)
    if not 0 <= rssi <= 31:
        return ""
    end = " or less" if rssi == 0 else " or more" if rssi == 31 else ""
    return rssi_words(-113 + 2 * rssi).replace(" dBm", f" dBm{end}", 1)


def csq(answer: Answer) -> tuple[str, ...]:
    """+CSQ: <rssi>,<ber>."""
    fields = answer.fields
    if not fields:
        return ()
    errors = number(at(fields, 1))
    wrong = _BIT_ERRORS[errors] if errors is not None and 0 <= errors < 8 else ""
    words = joined((csq_strength(number(at(fields, 0))), wrong and f"bit errors {wrong}"))
    return (f"signal: {words}",) if words else ()


def cesq(answer: Answer) -> tuple[str, ...]:
    """+CESQ: <rxlev>,<ber>,<rscp>,<ecno>,<rsrq>,<rsrp>, and three more for 5G (27.007 8.69).

    Each number is a step; what is shown is its lower edge.
    """
    values = [number(field) for field in answer.fields]
    values += [None] * (9 - len(values))
    rxlev, _ber, rscp, ecno, rsrq, rsrp, nr_rsrq, nr_rsrp, nr_sinr = values[:9]
    gsm = _step(rxlev, 63, lambda step: f"GSM {rssi_words(-111 + step)}")
    umts = joined(
        (
            _step(rscp, 96, lambda step: rscp_words(-121 + step)),
            _step(ecno, 49, lambda step: ecno_words(-24.5 + step / 2)),
        )
    )
    lte = joined(
        (
            _step(rsrp, 97, lambda step: rsrp_words(-141 + step)),
            _step(rsrq, 34, lambda step: rsrq_words(-20 + step / 2)),
        )
    )
    nr = joined(
        (
            _step(nr_rsrp, 126, lambda step: rsrp_words(-157 + step)),
            _step(nr_rsrq, 126, lambda step: rsrq_words(-43.5 + step / 2)),
            _step(nr_sinr, 127, lambda step: sinr_words(-23.5 + step / 2)),
        )
    )
    lines = (gsm, umts and f"UMTS {umts}", lte and f"LTE {lte}", nr and f"5G {nr}")
    found = tuple(f"signal: {line}" for line in lines if line)
    return found or ((f"signal: {_UNKNOWN}",) if answer.fields else ())


def _step(value: int | None, most: int, words: Callable[[int], str]) -> str:
    return words(value) if value is not None and 0 <= value <= most else ""
