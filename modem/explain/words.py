"""Text for people: printable whatever it came from, tables, numbers with their units."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

# What of a line is read: a search for networks is 2 kB in a city, and fields are parted in a time
# that grows with the square of the length.
MAX_LINE = 4096
# Longer than any message of one part, shorter than what would bury the rest.
MAX_TEXT = 512
# What is longer in a table's cell is cut; the raw answer beside it has it all.
MAX_CELL = 60
MAX_ROWS = 1000


def shown(text: str, limit: int = MAX_TEXT) -> str:
    """A stranger's text, safe for a terminal: control characters and marks of direction escaped."""
    text = text if len(text) <= limit else text[: limit - 1] + "…"
    if text.isascii() and text.isprintable() and "\\" not in text:
        return text
    from modem.sms.view import escaped

    return escaped(text)


def quoted(text: str, limit: int = MAX_TEXT) -> str:
    """The same in quotes, as texts of messages and names are shown."""
    return f'"{shown(text, limit)}"'


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """Aligned lines below a head; columns in which no row has anything are left out.

    The cells are `shown` already.
    """
    cells = [[_cut(cell) for cell in row] for row in rows if any(row)]
    if not cells:
        return ()
    more = len(cells) - MAX_ROWS
    cells = cells[:MAX_ROWS]
    used = [at for at in range(len(head)) if any(at < len(row) and row[at] for row in cells)]
    picked = [[row[at] if at < len(row) else "" for at in used] for row in (list(head), *cells)]
    widths = [max(len(row[at]) for row in picked) for at in range(len(used))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in picked
    ]
    return (*lines, f"... and {more} more") if more > 0 else tuple(lines)


def _cut(cell: str) -> str:
    return cell if len(cell) <= MAX_CELL else cell[: MAX_CELL - 1] + "…"


def number(text: str | None, most_digits: int = 10) -> int | None:
    """A decimal number with or without a sign, None for anything else."""
    text = (text or "").strip()
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= most_digits):
        return None
    return int(text)


def hex_number(text: str | None) -> int | None:
    """A hexadecimal number of up to 9 digits, with or without 0x."""
    text = (text or "").strip().strip('"').lower().removeprefix("0x")
    if not text or len(text) > 9 or not all(digit in "0123456789abcdef" for digit in text):
        return None
    return int(text, 16)


def both_ways(text: str | None) -> str:
    """A hexadecimal number as both: `0x1A2D (6701)`; "" for none."""
    value = hex_number(text)
    return "" if value is None else f"0x{value:04X} ({value})"


def graded(value: float, steps: Sequence[tuple[float, str]], worst: str) -> str:
    """The word of the first step that the value reaches; the steps fall."""
    return next((word for least, word in steps if value >= least), worst)


def joined(parts: Iterable[str | None]) -> str:
    """What isn't empty, with commas."""
    return ", ".join(part for part in parts if part)
