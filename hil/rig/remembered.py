"""What the modem's context was set to before a run, on the disk until it is so again.

A run that is killed, or a machine that loses power, leaves another APN behind; the next run on the
bench knows by this file what to put back. It lies beside the bench's file and has no password.
"""

from __future__ import annotations

import json
import os

from hil.bench import Bench
from modem import ContextAuth, ContextSettings

_SUFFIX = ".apn"


class Remembered:
    """The file of one bench, by its name too, since boards of a lab share a bench's file.

    `imei` tells whether it is about the modem that is there now.
    """

    def __init__(self, bench: Bench, imei: str) -> None:
        self._path = bench.path.with_name(f"{bench.path.name}.{bench.name}{_SUFFIX}")
        self._imei = imei

    def settings(self) -> ContextSettings | None:
        """What a run that didn't come to its end found; None where there was none."""
        try:
            found = json.loads(self._path.read_bytes())
            if found["imei"] != self._imei:
                return None
            auth = found["auth"]
            return ContextSettings(
                int(found["cid"]),
                str(found["type"]),
                str(found["apn"]),
                None if auth is None else ContextAuth(int(auth["type"]), str(auth["user"]), None),
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep(self, settings: ContextSettings) -> None:
        """A run begins with these. Raises OSError."""
        auth = settings.auth
        words = {
            "imei": self._imei,
            "cid": settings.cid,
            "type": settings.type,
            "apn": settings.apn,
            "auth": None if auth is None else {"type": auth.type, "user": auth.user},
        }
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(words, file)
            file.flush()
            os.fsync(file.fileno())

    def forget(self) -> None:
        """It is set so again."""
        self._path.unlink(missing_ok=True)
