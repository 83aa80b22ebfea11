"""The bench's PIN: given once, and never again for the same file unless the card took it.

A bench is started again and again, and three wrong PINs lock a card. So a mark lies beside the PIN
file before the PIN is sent: the file's time of change, for a clock may be wrong.
"""

from __future__ import annotations

import os
from pathlib import Path

from hil.bench import Bench
from modem import SimLocked

# With one try left nobody but a person with the PUK at hand may risk it.
LEAST_TRIES = 2
_WANTED = "SIM PIN"


class OnePin:
    """A modem's `PinSource` from a bench's file."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    async def __call__(self, card: str, tries_left: int | None) -> str:
        """The PIN. Raises SimLocked where there is none or it must not be tried, ConfigError."""
        pin, file = self._bench.pin(), self._bench.modem.pin_file
        if pin is None or file is None:
            raise SimLocked(
                _WANTED, f"the SIM wants its PIN; set [modem] pin_file in {self._bench.path}"
            )
        if tries_left is not None and tries_left < LEAST_TRIES:
            raise SimLocked(
                _WANTED,
                f"the SIM has {tries_left} try left for its PIN, so none is made; enter it in a "
                "telephone, which sets the tries back",
            )
        self._note_try(file)
        return pin

    async def accepted(self) -> None:
        """The card took it: it may be given again."""
        if self._bench.modem.pin_file is not None:
            _mark_of(self._bench.modem.pin_file).unlink(missing_ok=True)

    async def refused(self) -> None:
        """The mark stays."""

    def _note_try(self, file: Path) -> None:
        mark, changed = _mark_of(file), f"{file.stat().st_mtime_ns}\n"
        try:
            if mark.exists() and mark.read_text("utf-8") == changed:
                raise SimLocked(
                    _WANTED,
                    f"the PIN in {file} was tried before and wasn't accepted, so it isn't tried "
                    f"again; put the right one there (or delete {mark} for another card)",
                )
            with mark.open("w", encoding="utf-8") as written:
                written.write(changed)
                written.flush()
                os.fsync(written.fileno())
        except OSError as error:
            raise SimLocked(
                _WANTED, f"{mark} can't be written ({error.strerror}), so the PIN isn't tried"
            ) from error


def _mark_of(file: Path) -> Path:
    return file.with_name(f"{file.name}.tried")
