"""A session as text: times, who said what, and what it means.

         0.000  > AT+CSQ
         0.012  < +CSQ: 21,99
                < OK  (12 ms)
                  | -71 dBm, good
                ... 4.9 s
         4.912  ! +CMTI: "SM",3

`>` is the host, `<` the modem's answer, `!` what it says unasked, `?` what belongs to nothing, `#`
a note. Nothing of the session reaches a terminal as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from modem.sms.view import escaped
from modem.transcript.reading import Entry, Kind, entries
from modem.transcript.values import Note, Step, Way

# A silence that is worth a line.
GAP_S = 1.0
_TIME_WIDTH = 12
_MARKS = {
    Kind.COMMAND: ">",
    Kind.PAYLOAD: ">",
    Kind.ANSWER: "<",
    Kind.SILENCE: "<",
    Kind.URC: "!",
    Kind.NOISE: "?",
    Kind.NOTE: "#",
}
_NAMES = {0x0D: "<CR>", 0x0A: "<LF>", 0x1A: "<^Z>", 0x1B: "<ESC>", 0x7F: "<DEL>"}


def text_lines(steps: Iterable[Step]) -> Iterator[str]:
    """The session decoded, line by line, as it is read."""
    at_s: float | None = None
    for entry in entries(steps):
        yield from _gap(at_s, entry.at_s)
        at_s = entry.at_s
        time = f"{at_s:.3f}"
        for text in _told(entry):
            yield f"{time:>{_TIME_WIDTH}}  {_MARKS[entry.kind]} {text}".rstrip()
            time = ""
        for text in entry.explained:
            yield f"{'':{_TIME_WIDTH}}    | {escaped(text)}"


def raw_lines(steps: Iterable[Step]) -> Iterator[str]:
    """Each read and write as it was, with control characters by name."""
    at_s: float | None = None
    for step in steps:
        yield from _gap(at_s, step.at_s)
        at_s = step.at_s
        if isinstance(step, Note):
            yield f"{at_s:>{_TIME_WIDTH}.3f}  ## {escaped(step.text)}"
        else:
            way = ">>" if step.way is Way.TO_MODEM else "<<"
            yield f"{at_s:>{_TIME_WIDTH}.3f}  {way} {shown(step.data)}"


def shown(data: bytes) -> str:
    """Bytes as text: ASCII as it is, all else by name or in hex."""
    return "".join(
        chr(byte) if 0x20 <= byte < 0x7F else _NAMES.get(byte, f"<{byte:02X}>") for byte in data
    )


def span(seconds: float) -> str:
    """A span as people say it: 12 ms, 4.9 s, 3 min 20 s."""
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 99.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def told(entry: Entry) -> tuple[str, ...]:
    """What was said, a line each, harmless; without the final result."""
    if entry.kind is Kind.SILENCE:
        return (f"({entry.why} after {span(entry.took_s or 0.0)})",)
    return tuple(escaped(line) for line in entry.lines)


def _told(entry: Entry) -> Iterator[str]:
    lines = list(told(entry))
    if entry.final is not None:
        # A session that was written by hand has no times.
        took = f"  ({span(entry.took_s)})" if entry.took_s else ""
        lines.append(escaped(entry.final) + took)
    elif entry.kind is Kind.NOISE:
        lines = [*lines[:-1], f"{''.join(lines[-1:])}  ({entry.why})"]
    yield from lines


def _gap(before_s: float | None, at_s: float) -> Iterator[str]:
    if before_s is not None and at_s - before_s >= GAP_S:
        yield f"{'':{_TIME_WIDTH}}  ... {span(at_s - before_s)}"
