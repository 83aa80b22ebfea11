"""What the service manager is told, by the protocol of sd_notify(3): a datagram of assignments.

Where no service manager listens nothing is sent and nothing fails. What is told, and when, is
service.py's; how it is known that the daemon is alive is in vitals.py.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import MutableMapping

logger = logging.getLogger(__name__)

# The manager reads at once. Where it doesn't, the daemon's work goes on without it.
SEND_S = 1.0


class Notifier:
    """Tells the service manager. `watchdog_s` is how soon it wants to hear WATCHDOG=1 again."""

    def __init__(self, address: str | None = None, watchdog_s: float | None = None) -> None:
        self.watchdog_s = watchdog_s
        self._address = address
        self._socket: socket.socket | None = None

    @classmethod
    def from_environment(cls, environment: MutableMapping[str, str]) -> Notifier:
        """What the manager left for this process; taken out, so that no child speaks for it.

        A watchdog meant for another process (WATCHDOG_PID) is none (sd_watchdog_enabled(3)).
        """
        address = environment.pop("NOTIFY_SOCKET", "")
        microseconds = environment.pop("WATCHDOG_USEC", "")
        ours = environment.pop("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        watched = ours and microseconds.isdecimal() and int(microseconds) > 0
        # "vsock:" is for virtual machines, which speak to another manager.
        return cls(
            address if address.startswith(("/", "@")) else None,
            int(microseconds) / 1e6 if watched else None,
        )

    @property
    def listened_to(self) -> bool:
        """Is there a manager that wants to be told?"""
        return self._address is not None

    def tell(self, **assignments: str | int) -> None:
        """Send `NAME=value` each. Never raises; a value is one line of printable characters."""
        if self._address is None:
            return
        lines = "\n".join(f"{name}={_one_line(value)}" for name, value in assignments.items())
        # A leading @ is the abstract namespace's NUL (unix(7)).
        address = self._address.replace("@", "\0", 1) if self._address[0] == "@" else self._address
        try:
            if self._socket is None:
                self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                self._socket.settimeout(SEND_S)
            self._socket.sendto(lines.encode(), address)
        except OSError as error:
            logger.debug("the service manager can't be told: %s", error)

    def close(self) -> None:
        """Nothing more is told."""
        self._address = None
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def _one_line(value: str | int) -> str:
    return "".join(c if c.isprintable() else " " for c in str(value))
