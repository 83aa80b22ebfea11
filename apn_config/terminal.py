"""Lines that are drawn again in place, with plain ANSI (ECMA-48 CUU, EL and ED)."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence


class Canvas:
    """The last lines of a terminal. `write` gets what is to be printed."""

    def __init__(
        self,
        write: Callable[[str], object],
        size: Callable[[], tuple[int, int]] = shutil.get_terminal_size,
    ) -> None:
        self._write = write
        self._size = size
        self._drawn = 0
        self._columns = 0

    @property
    def columns(self) -> int:
        """How wide a line may be; the last column stays free, where some terminals wrap."""
        return max(1, self._size()[0] - 1)

    def draw(self, lines: Sequence[str]) -> None:
        """Draw these in the place of those before; what is higher than the terminal is cut.

        A terminal that has become narrower has broken the old lines, so it is cleared.
        """
        columns, rows = self._size()
        shown = lines[: max(1, rows - 1)]
        if self._drawn and columns < self._columns:
            start = "\x1b[2J\x1b[H"
        else:
            start = f"\r\x1b[{self._drawn}A" if self._drawn else ""
        self._write(start + "".join(f"{line}\x1b[K\n" for line in shown) + "\x1b[J")
        self._drawn, self._columns = len(shown), columns
