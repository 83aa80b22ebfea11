"""The log: to the journal by its native protocol where stderr leads there, else to stderr.

The journal's own protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL) is a datagram of fields, so that
`journalctl MODEM_HELPER_CHANGE=7` finds what concerns change 7. A record's fields come with it, as
`logger.info("...", extra={"fields": {"change": 7}})`; elsewhere than in the journal they aren't
shown. What may be logged at all is the caller's to know: here nothing is recognised as a secret.
"""

from __future__ import annotations

import logging
import os
import socket
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TextIO

SOCKET = Path("/run/systemd/journal/socket")
IDENTIFIER = "modem-helper"
# A traceback is some kilobytes; journald itself cuts lines of a stream at 48 KiB. A datagram of
# this size always fits, so no file has to be handed over in its place.
MAX_MESSAGE_CHARS = 12_000
MAX_FIELD_CHARS = 400
# As much as libsystemd asks for: bursts are kept while journald is busy with the disk.
SEND_BUFFER_BYTES = 8 << 20
# syslog(3): what is above an error ends the daemon.
_PRIORITIES = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))
_DEBUG = 7
# The text, and the traceback where there is one.
_TEXT = logging.Formatter("%(message)s")


def set_up(level: int, *, stream: TextIO | None = None) -> None:
    """Log everything from `level` on to where stderr leads."""
    stream = sys.stderr if stream is None else stream
    handler: logging.Handler = logging.StreamHandler(stream)
    if is_journal(stream, os.environ):
        handler = JournalHandler(stream)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[handler])


def is_journal(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Does the stream lead to the journal? JOURNAL_STREAM names the file that does
    (systemd.exec(5)); whoever was given another stderr since has it in the environment, too.
    """
    try:
        found = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return environment.get("JOURNAL_STREAM") == f"{found.st_dev}:{found.st_ino}"


class JournalHandler(logging.StreamHandler[TextIO]):
    """Sends records to the journal; those that can't be go to its stream, which leads there, too.

    Never waits: a record that a journal out of breath won't take is dropped, and the next one tells
    how many were.
    """

    def __init__(self, stream: TextIO, path: Path = SOCKET) -> None:
        super().__init__(stream)
        self._path = os.fspath(path)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        self._dropped = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Send it."""
        try:
            self._socket.sendto(datagram(record, self._dropped), self._path)
        except BlockingIOError:
            self._dropped += 1
        except OSError:
            super().emit(record)
        except Exception:  # noqa: BLE001 -- a bug in a log call ends nothing, as in every handler
            self.handleError(record)
        else:
            self._dropped = 0

    def close(self) -> None:
        """Send nothing more."""
        self._socket.close()
        super().close()


def datagram(record: logging.LogRecord, dropped: int = 0) -> bytes:
    """A record in the journal's protocol. `dropped` is how many before it were lost."""
    return b"".join(_assignment(name, value) for name, value in _fields(record, dropped))


def _fields(record: logging.LogRecord, dropped: int) -> Iterator[tuple[str, str]]:
    yield "MESSAGE", _printable(_TEXT.format(record), MAX_MESSAGE_CHARS)
    yield "PRIORITY", str(next((p for at, p in _PRIORITIES if record.levelno >= at), _DEBUG))
    yield "SYSLOG_IDENTIFIER", IDENTIFIER
    yield "CODE_FILE", record.pathname
    yield "CODE_LINE", str(record.lineno)
    yield "CODE_FUNC", record.funcName or "?"
    yield "LOGGER", record.name
    if dropped:
        yield "MODEM_HELPER_DROPPED", str(dropped)
    for name, value in getattr(record, "fields", {}).items():
        if value is not None:
            yield f"MODEM_HELPER_{name.upper()}", _printable(str(value), MAX_FIELD_CHARS)


def _printable(text: str, limit: int) -> str:
    """No control characters, which journalctl would hide the whole field for, but line ends."""
    shown = "".join(c if c.isprintable() or c == "\n" else f"\\x{ord(c):02x}" for c in text[:limit])
    return shown if len(text) <= limit else f"{shown} ..."


def _assignment(name: str, value: str) -> bytes:
    """`NAME=value`, or, for a value of several lines, the name, the length and the octets."""
    octets = value.encode()
    if b"\n" not in octets:
        return b"%s=%s\n" % (name.encode(), octets)
    return b"%s\n%s%s\n" % (name.encode(), len(octets).to_bytes(8, "little"), octets)
