"""Words and numbers that the page and the terminal share."""

from __future__ import annotations

from hil.report.values import Outcome, Run

_UNITS = {"s": "s", "dbm": "dBm", "db": "dB", "sms": "SMS", "bytes": "bytes", "percent": "%"}
# What a reader would not guess from the measure's own name.
_NAMES = {"mt": "MT", "mo": "MO", "rtt": "round trip", "rssi": "RSSI", "rsrp": "RSRP", "apn": "APN"}
_MINUTE_S = 60


def span(seconds: float) -> str:
    """A time as people say it: `12 ms`, `1.24 s`, `34.2 s`, `3 min 23 s`."""
    if seconds < 0:
        return "-" + span(-seconds)
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 9.995:
        return f"{seconds:.2f} s"
    if seconds < 99.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), _MINUTE_S)
    if minutes < _MINUTE_S:
        return f"{minutes} min {rest} s"
    return f"{minutes // _MINUTE_S} h {minutes % _MINUTE_S} min"


def measure_name(name: str) -> str:
    """`registration_s` -> `registration`, `mt_s` -> `MT`: the value has the unit."""
    words = name.split("_")
    if len(words) > 1 and words[-1] in _UNITS:
        words.pop()
    return " ".join(_NAMES.get(word, word) for word in words)


def measured(name: str, value: float) -> str:
    """A measure's value with the unit that its name ends in."""
    unit = name.rpartition("_")[2]
    if unit == "s":
        return span(value)
    number = f"{value:g}"
    return f"{number} {_UNITS[unit]}" if unit in _UNITS and unit != name else number


def count(number: int, noun: str) -> str:
    """`1 test`, `2 tests`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def verdict(run: Run) -> str:
    """What came out, in one sentence."""
    counts = run.counts()
    total, bad = len(run.tests), counts[Outcome.FAILED] + counts[Outcome.ERROR]
    skipped = counts[Outcome.SKIPPED]
    rest = f"; {skipped} skipped" if skipped else ""
    if run.stopped is not None:
        before = f"{counts[Outcome.PASSED]} of {count(total, 'test')} had passed"
        return f"The bench broke during the run: {run.stopped.rstrip('.')}. {before}{rest}."
    if bad:
        return f"{bad} of {count(total, 'test')} failed{rest}."
    if not counts[Outcome.PASSED]:
        return f"Nothing was tested{rest}."
    passed = counts[Outcome.PASSED]
    return f"{'All ' if passed > 1 else ''}{count(passed, 'test')} passed{rest}."


def modem_words(run: Run) -> str:
    """Manufacturer and model, or that it isn't known."""
    known = (run.modem.get("manufacturer", ""), run.modem.get("model", ""))
    return " ".join(word for word in known if word) or "unknown modem"


def network_words(run: Run) -> str:
    """Operator and radio access, `emnify (lte)`."""
    operator, rat = run.network.get("operator", ""), run.network.get("rat", "")
    if operator and rat:
        return f"{operator} ({rat})"
    return operator or rat or "unknown network"


def sms_words(run: Run) -> str:
    """What was spent of the budget."""
    return f"{run.sms_spent} of {run.sms_budget} ({sms_parts(run)})"


def sms_parts(run: Run) -> str:
    """By direction."""
    return f"{run.sms_sent} to the device, {run.sms_received} from it"
