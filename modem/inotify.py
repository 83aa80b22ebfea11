"""Who opens and closes device files: inotify(7), through the C library."""

from __future__ import annotations

import asyncio
import ctypes
import os
import struct
from collections.abc import Callable
from enum import Enum
from pathlib import Path

_IN_CLOSE_WRITE = 0x08
_IN_CLOSE_NOWRITE = 0x10
_IN_OPEN = 0x20
_HEADER = struct.Struct("iIII")  # wd, mask, cookie, len
_READ_BYTES = 4096


class Opening(Enum):
    """What happened to a file."""

    OPENED = "opened"
    CLOSED = "closed"


class OpenWatcher:
    """Tells, in order, when others open and close files.

    One serves any number of files: a user has few inotify instances (128 by default), and each has
    many watches. OSError when the kernel gives none.
    """

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._descriptor: int = self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if self._descriptor < 0:
            raise _error("inotify")
        self._listeners: dict[int, Callable[[Opening], None]] = {}
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._descriptor, self.poll)

    def watch(self, path: Path, listener: Callable[[Opening], None]) -> int:
        """Have `listener` called for that file; the number is for `unwatch`."""
        mask = _IN_OPEN | _IN_CLOSE_WRITE | _IN_CLOSE_NOWRITE
        number: int = self._libc.inotify_add_watch(self._descriptor, os.fsencode(path), mask)
        if number < 0:
            raise _error(str(path))
        self._listeners[number] = listener
        return number

    def unwatch(self, number: int) -> None:
        """No more calls for that file."""
        del self._listeners[number]
        self._libc.inotify_rm_watch(self._descriptor, number)

    def poll(self) -> None:
        """Tell what has happened by now."""
        while data := self._read():
            self._tell(data)

    def _read(self) -> bytes:
        try:
            return os.read(self._descriptor, _READ_BYTES)
        except BlockingIOError:
            return b""

    def _tell(self, data: bytes) -> None:
        offset = 0
        while offset < len(data):
            number, mask, _, name_bytes = _HEADER.unpack_from(data, offset)
            offset += _HEADER.size + name_bytes
            listener = self._listeners.get(number)
            if listener is not None and mask & _IN_OPEN:
                listener(Opening.OPENED)
            elif listener is not None and mask & (_IN_CLOSE_WRITE | _IN_CLOSE_NOWRITE):
                listener(Opening.CLOSED)

    def close(self) -> None:
        """Stop watching."""
        self._loop.remove_reader(self._descriptor)
        os.close(self._descriptor)


def _error(what: str) -> OSError:
    number = ctypes.get_errno()
    return OSError(number, os.strerror(number), what)
