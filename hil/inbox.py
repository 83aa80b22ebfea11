"""Messages for simulated modems, written by scripts into a FIFO or a file.

One JSON object a line:

    {"modem": 0, "from": "12345", "text": "APN em"}
    {"modem": 0, "pdu": "07914400000000F0040B91..."}

What they do to a modem is `hil.simulate`'s.
"""

from __future__ import annotations

import asyncio
import json
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

MAX_LINE = 1 << 16
POLL_S = 0.1  # how often a plain file is looked at
_READ_BYTES = 1 << 16
_REMEMBERED = 256  # octets of what was read last, by which a rewritten file is known
_KEYS = frozenset({"modem", "from", "text", "pdu"})


class LetterError(ValueError):
    """A line that is no message; says what was wanted."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What a script wants delivered: a text from a sender, or a whole PDU."""

    modem: int
    sender: str = ""
    text: str | None = None
    pdu: str | None = None


def parse_letter(line: str, modems: int) -> Letter:
    """A line as a message for one of so many modems; raises LetterError."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise LetterError(f"wanted a JSON object, got {line[:80]!r}") from error
    if not isinstance(value, dict):
        raise LetterError(f"wanted a JSON object, got {line[:80]!r}")
    return letter_of(value, modems)


def letter_of(value: dict[str, object], modems: int) -> Letter:
    """The same out of what JSON was read into."""
    unknown = sorted(set(value) - _KEYS)
    if unknown:
        raise LetterError(f"wanted modem, from, and text or pdu, got the key {unknown[0]!r}")
    modem = value.get("modem", 0)
    if not isinstance(modem, int) or isinstance(modem, bool) or not 0 <= modem < modems:
        raise LetterError(f'"modem": wanted a number from 0 to {modems - 1}, got {modem!r}')
    if ("text" in value) == ("pdu" in value):
        raise LetterError('wanted either "text" or "pdu"')
    if "pdu" in value:
        return Letter(modem, pdu=_string(value, "pdu"))
    return Letter(modem, _string(value, "from"), _string(value, "text"))


def _string(value: dict[str, object], key: str) -> str:
    if key not in value:
        raise LetterError(f'"{key}": wanted a string, got nothing')
    text = value[key]
    if not isinstance(text, str):
        raise LetterError(f'"{key}": wanted a string, got {text!r}')
    return text


class LineBuffer:
    """Octets in, whole lines out. A JSON object at the end counts as one without its line end."""

    def __init__(self) -> None:
        self._rest = b""
        self._skipping = False

    def feed(self, data: bytes) -> Iterator[str]:
        """The lines that are whole by now, without blank ones."""
        *lines, rest = (self._rest + data).split(b"\n")
        if lines and self._skipping:
            lines[0], self._skipping = b"", False
        if self._skipping or len(rest) > MAX_LINE:
            rest, self._skipping = b"", True
        elif _is_whole(rest):
            lines.append(rest)
            rest = b""
        self._rest = rest
        for line in lines:
            if line.strip():
                yield line.decode("utf-8", "replace")

    def clear(self) -> None:
        """Forget what was begun."""
        self._rest = b""
        self._skipping = False


def _is_whole(data: bytes) -> bool:
    if not data.rstrip().endswith(b"}"):
        return False
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True


class Inbox:
    """Hands over each line that is written to `path`, from `open` to `close`.

    A path that isn't there becomes a FIFO. A plain file is followed from where it ends; one that
    was truncated, replaced or written anew is read from its start.
    """

    def __init__(self, path: Path, take: Callable[[str], None]) -> None:
        self._path = path
        self._take = take
        self._loop = asyncio.get_running_loop()
        self._lines = LineBuffer()
        self._fifo = -1
        self._poll: asyncio.TimerHandle | None = None
        self._seen = _Seen()

    def open(self) -> None:
        """Start reading; OSError when that can't be."""
        if not self._path.exists():
            os.mkfifo(self._path, 0o600)
        mode = self._path.stat().st_mode
        if stat.S_ISFIFO(mode):
            # Open for both, so that it doesn't come to an end when a writer leaves (fifo(7)).
            self._fifo = os.open(self._path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
            self._loop.add_reader(self._fifo, self._read_fifo)
        elif stat.S_ISREG(mode):
            self._seen = _Seen.all_of(self._path)
            self._poll = self._loop.call_later(POLL_S, self._look)
        else:
            raise OSError(0, "is neither a FIFO nor a plain file", str(self._path))

    def close(self) -> None:
        """Stop reading. A FIFO stays, so that its writers wait for the next reader."""
        if self._fifo >= 0:
            self._loop.remove_reader(self._fifo)
            os.close(self._fifo)
            self._fifo = -1
        if self._poll is not None:
            self._poll.cancel()
            self._poll = None

    def _read_fifo(self) -> None:
        try:
            data = os.read(self._fifo, _READ_BYTES)
        except BlockingIOError:
            return
        self._hand_over(data)

    def _look(self) -> None:
        try:
            anew, data = self._seen.what_is_new(self._path)
        except OSError:  # away; it may come back
            self._seen = _Seen()
            anew, data = True, b""
        if anew:
            self._lines.clear()
        self._hand_over(data)
        self._poll = self._loop.call_later(POLL_S, self._look)

    def _hand_over(self, data: bytes) -> None:
        for line in self._lines.feed(data):
            self._take(line)


class _Seen:
    """How far a file was read, and by what one sees that it is another one now."""

    def __init__(self) -> None:
        self._inode = -1
        self._modified_ns = -1
        self._offset = 0
        self._tail = b""

    @classmethod
    def all_of(cls, path: Path) -> _Seen:
        """A file that is taken as read."""
        seen = cls()
        seen.what_is_new(path)
        while seen.what_is_new(path)[1]:
            pass
        return seen

    def what_is_new(self, path: Path) -> tuple[bool, bytes]:
        """Whether the file starts anew, and the next piece that wasn't read yet."""
        # Never waits, even if the path has become a FIFO.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            now = os.fstat(descriptor)
            anew = self._is_another(now, descriptor)
            if anew:
                self._offset, self._tail = 0, b""
            unread = now.st_size - self._offset
            data = os.pread(descriptor, min(_READ_BYTES, unread), self._offset)
        finally:
            os.close(descriptor)
        self._inode, self._modified_ns = now.st_ino, now.st_mtime_ns
        self._offset += len(data)
        self._tail = (self._tail + data)[-_REMEMBERED:]
        return anew, data

    def _is_another(self, now: os.stat_result, descriptor: int) -> bool:
        if now.st_ino != self._inode or now.st_size < self._offset:
            return True
        if now.st_mtime_ns == self._modified_ns:
            return False
        # Written to, and no longer than before: the same text was written over itself.
        if now.st_size == self._offset and self._offset:
            return True
        return os.pread(descriptor, len(self._tail), self._offset - len(self._tail)) != self._tail
