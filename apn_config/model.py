"""The values that the rest of this package speaks of. Nothing here does anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias


class AuthType(Enum):
    """How a context's user and password are given to the network."""

    NONE = "none"
    PAP = "pap"
    CHAP = "chap"
    EITHER = "pap-or-chap"  # some modems have it; it is restored, never asked for


class PdpType(Enum):
    """The type of a PDP context (3GPP TS 27.007 10.1.1)."""

    IP = "ip"
    IPV6 = "ipv6"
    IPV4V6 = "ipv4v6"


@dataclass(frozen=True, slots=True)
class Credentials:
    """User, password and how they are given. The password is in no repr.

    `swapped`: the modem takes the two in the other order than its family's profile says, which is
    known once it worked so (the sources for u-blox SARA-R4 disagree).
    """

    auth: AuthType = AuthType.NONE
    user: str = ""
    password: str = field(default="", repr=False)
    swapped: bool = False


NO_CREDENTIALS = Credentials()


@dataclass(frozen=True, slots=True)
class Apn:
    """What a context is set to. `credentials` is None where nobody can tell what they are."""

    name: str
    type: PdpType = PdpType.IP
    credentials: Credentials | None = NO_CREDENTIALS


@dataclass(frozen=True, slots=True)
class ApnRequest:
    """What a command asks of a context. None is "as it is", the empty string is "cleared".

    With `trial_s` it goes back by itself after so many seconds, unless it is kept.
    """

    name: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    auth: AuthType | None = None
    type: PdpType | None = None
    cid: int | None = None
    trial_s: float | None = None


class Verb(Enum):
    """What a command does; the values are the plain dialect's words, as the journal shows them.

    A changing verb touches the device. A repeatable one may be run again after a crash without
    harm; one that isn't is started at most once.
    """

    APN_READ = "APN"
    APN_SET = "APN SET"
    APN_ROLLBACK = "APN ROLLBACK"
    APN_KEEP = "APN KEEP"
    APN_HISTORY = "APN HISTORY"
    STATUS = "STATUS"
    PING = "PING"
    HELP = "HELP"
    REBOOT_MODEM = "REBOOT MODEM"

    @property
    def changing(self) -> bool:
        """Does it change the device?"""
        return self in _CHANGING

    @property
    def repeatable(self) -> bool:
        """May it be run twice?"""
        return self is not Verb.REBOOT_MODEM


_CHANGING = frozenset({Verb.APN_SET, Verb.APN_ROLLBACK, Verb.APN_KEEP, Verb.REBOOT_MODEM})


@dataclass(frozen=True, slots=True)
class Sender:
    """Who a message says it is from: digits, + where international, or a name; may be empty."""

    address: str
    alphanumeric: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """A message that a dialect has understood. `pin` is the PIN word it carries."""

    verb: Verb
    tag: str | None = None
    request: ApnRequest | None = None
    pin: str | None = field(default=None, repr=False)

    @property
    def secret(self) -> bool:
        """Does its text hold a PIN word or a password?"""
        return self.pin is not None or bool(self.request and self.request.password)


@dataclass(frozen=True, slots=True)
class Malformed:
    """A message that is meant for us and can't be carried out.

    `verb` is the first word of the verb where it was understood ("APN"), `at` the position of the
    offence, as the dialect counts it.
    """

    reason: str
    tag: str | None = None
    verb: str | None = None
    at: int | None = None
    pin: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class NotForUs:
    """A message that no dialect claims; `why` is for the log."""

    why: str


Parsed: TypeAlias = Command | Malformed | NotForUs
