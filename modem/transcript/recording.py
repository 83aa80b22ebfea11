"""A recording, written while it runs. The clock is handed in; no AT here."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from modem.transcript.errors import RecordingError
from modem.transcript.format import Writer, header_line
from modem.transcript.masking import Masker
from modem.transcript.values import Chunk, Note, Step, Way

# 64 MB hold weeks of a modem that is asked every ten seconds.
LIMIT_BYTES = 64 * 1000 * 1000
_MODE, _PRIVATE_MODE = 0o644, 0o600


@contextmanager
def create_recording(path: Path, *, private: bool) -> Iterator[TextIO]:
    """A new file for a recording, readable by its owner alone if `private`. RecordingError.

    What can't be written any more when it is closed, the recorder has told before.
    """
    mode = _PRIVATE_MODE if private else _MODE
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    except FileExistsError:
        raise RecordingError(f"{path}: is there already; choose another name") from None
    except OSError as error:
        raise RecordingError(f"{path}: {error.strerror}") from error
    out = os.fdopen(descriptor, "w", encoding="utf-8")
    try:
        yield out
    finally:
        with suppress(OSError):
            out.close()


class Recorder:
    """Writes steps as they come, masked unless told otherwise.

    Each is handed to the kernel at once, so that a kill loses nothing; the kernel brings it to the
    disk every half a minute, which is as much as an SD card should bear. At `limit_bytes` it ends
    with a note, and where the disk is full without one. `clock` gives seconds.
    """

    def __init__(
        self,
        out: TextIO,
        headers: Iterable[tuple[str, str]],
        clock: Callable[[], float],
        *,
        masked: bool = True,
        limit_bytes: int = LIMIT_BYTES,
    ) -> None:
        self.to_modem_bytes = 0
        self.from_modem_bytes = 0
        self.ended: str | None = None
        """Why nothing more is written; None while it goes on."""
        self.failed = False
        """It ended because it couldn't be written."""
        self._out = out
        self._clock = clock
        self._began_s = clock()
        self._masker = Masker() if masked else None
        self._writer = Writer()
        self._room = limit_bytes
        self._put([header_line(key, value) for key, value in headers])
        self._put([header_line("masked", "yes" if masked else "no"), ""])

    def passes(self, way: Way, data: bytes) -> None:
        """These bytes pass now."""
        self.add(Chunk(self._now_s(), way, data))

    def note(self, text: str) -> None:
        """Something happened that isn't bytes."""
        self.add(Note(self._now_s(), text))

    def add(self, step: Step) -> None:
        """A step with a time of its own, from the recording's beginning."""
        if isinstance(step, Chunk):
            if step.way is Way.TO_MODEM:
                self.to_modem_bytes += len(step.data)
            else:
                self.from_modem_bytes += len(step.data)
        self._write([step] if self._masker is None else self._masker.feed(step))

    def settle(self) -> None:
        """Write what waits for the end of its line: nothing has come for a while."""
        if self._masker is not None:
            self._write(self._masker.flush())

    def close(self) -> None:
        """Write what is left, and the time until now."""
        self.settle()
        if self.ended is None:
            self._put(self._writer.silence(self._now_s()))

    def _now_s(self) -> float:
        return self._clock() - self._began_s

    def _write(self, steps: Iterable[Step]) -> None:
        for step in steps:
            if self.ended is None:
                self._put(self._writer.lines(step))

    def _put(self, lines: list[str]) -> None:
        text = "".join(f"{line}\n" for line in lines)
        self._room -= len(text)
        if self._room < 0:
            self.ended = "it is as long as its limit allows"
            text = "## the limit of this recording is reached\n"
        try:
            self._out.write(text)
            self._out.flush()
        except OSError as error:
            # Who passes bytes on goes on doing so, whatever becomes of the recording.
            self.ended = error.strerror or str(error)
            self.failed = True
