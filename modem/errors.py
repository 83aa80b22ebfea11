"""What can go wrong with a modem, as one tree; a caller tells five guilts apart.

ModemError
├── CommandRefused      the modem said no: the code, its name and the command
├── ModemSilent         the modem said nothing in time
├── LinkLost            the port or the connection is gone
├── ProtocolError       the modem's bytes make no sense
├── MisuseError         the caller asked for what can't be done
├── ModemUnsteady       the modem restarts again and again
├── NoReception         the device can't receive SMS at all
├── PortError           the port can't be opened
│   ├── PortMissing
│   ├── PortForbidden
│   └── PortBusy
└── SimError            the card can't be used
    ├── SimAbsent
    └── SimLocked       a PIN or PUK is wanted, wrong, or must not be tried

Every class carries `exit_code`, the exit code of a one-shot command that ends in it.
No message holds a PIN, a password or the text of an SMS.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


class ModemError(Exception):
    """The base of all errors of this package."""

    exit_code: ClassVar[int] = 1


class CommandRefused(ModemError):
    """The modem answered a command with an error (3GPP TS 27.007 9, 27.005 3.2.5).

    `kind` is "CME", "CMS" or the verbose result itself ("ERROR", "NO CARRIER", ...); `code` is the
    number where there is one, `name` its meaning, `lines` what it said before, if it may be shown.
    """

    # 27.007 9.2 and 27.005 3.2.5: SIM busy; please wait (Quectel, SIMCom).
    _BUSY = frozenset({("CME", 14), ("CME", 515), ("CMS", 314), ("CMS", 515)})

    def __init__(
        self,
        command: str,
        kind: str,
        code: int | None = None,
        name: str = "",
        lines: tuple[str, ...] = (),
    ) -> None:
        self.command = command
        self.lines = lines
        self.kind = kind
        self.code = code
        self.name = name
        what = f"+{kind} ERROR" if kind in ("CME", "CMS") else kind
        number = "" if code is None else f" {code}"
        meaning = f" ({name})" if name else ""
        super().__init__(f"the modem refused {command}: {what}{number}{meaning}")

    @property
    def busy(self) -> bool:
        """Is the card at something else, so that the same command may be taken in a moment?"""
        return (self.kind, self.code) in self._BUSY


class ModemSilent(ModemError):
    """The modem gave no final answer within the command's deadline."""

    exit_code = 8

    def __init__(self, command: str, waited_s: float) -> None:
        self.command = command
        self.waited_s = waited_s
        super().__init__(
            f"the modem gave no answer to {command} within {waited_s:g} s; "
            "is this the AT port, is the baud rate right, is the modem switched on?"
        )


class LinkLost(ModemError):
    """The port went away or the other end closed the connection."""

    exit_code = 8

    def __init__(self, port: str, reason: str) -> None:
        self.port = port
        self.reason = reason
        super().__init__(f"the link to the modem on {port} is gone: {reason}")


class ProtocolError(ModemError):
    """An answer has not the form that the standard or the modem's manual gives it."""

    def __init__(self, command: str, lines: tuple[str, ...], wanted: str) -> None:
        self.command = command
        self.lines = lines
        self.wanted = wanted
        shown = " | ".join(lines)[:160] or "nothing"
        super().__init__(f"the answer to {command} makes no sense: wanted {wanted}, got {shown!r}")


class MisuseError(ModemError):
    """The caller asked for something that can't be sent or isn't possible in this state."""

    exit_code = 2


class ModemUnsteady(ModemError):
    """The modem restarts again and again while it is being initialised."""

    def __init__(self, port: str, restarts: int) -> None:
        super().__init__(
            f"the modem on {port} restarted {restarts} times while it was being initialised; "
            "is its power supply strong enough?"
        )


class NoReception(ModemError):
    """The device can send messages at best: it has no storage, and doesn't deliver directly."""

    def __init__(self, why: str) -> None:
        super().__init__(f"this device can't receive SMS: {why}")


class PortError(ModemError):
    """The port can't be opened."""

    def __init__(self, port: str, message: str) -> None:
        self.port = port
        super().__init__(message)


class PortMissing(PortError):
    """There is no such device file, or nobody listens at the address."""

    exit_code = 3


class PortForbidden(PortError):
    """The user may not open the device file."""

    exit_code = 6


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that has a port open."""

    pid: int
    name: str


class PortBusy(PortError):
    """Another program holds the port; `holders` are those that /proc tells."""

    exit_code = 7

    def __init__(self, port: str, message: str, holders: tuple[Holder, ...] = ()) -> None:
        self.holders = holders
        super().__init__(port, message)


class SimError(ModemError):
    """The card in the modem can't be used."""

    exit_code = 9


class SimAbsent(SimError):
    """No card, or one that the modem can't read."""


class SimLocked(SimError):
    """The card wants a PIN or PUK that isn't there, was wrong, or must not be tried again.

    `wanted` is what the modem asks for, in the words of +CPIN? ("SIM PIN", "SIM PUK", ...).
    """

    def __init__(self, wanted: str, message: str) -> None:
        self.wanted = wanted
        super().__init__(message)
