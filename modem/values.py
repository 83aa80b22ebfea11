"""What a modem tells of itself, its contexts and its messages: frozen values, nothing that acts."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the modem and its card are. IMSI and ICCID are None where the card can't be read.

    The card is known by its ICCID: an applet may change the IMSI at any time.
    """

    manufacturer: str
    model: str
    revision: str
    imei: str
    imsi: str | None = None
    iccid: str | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """How strong the network is heard; None where the modem doesn't know (27.007 8.5, 8.69)."""

    rssi_dbm: int | None = None
    rsrp_dbm: int | None = None
    rsrq_db: float | None = None


@dataclass(frozen=True, slots=True)
class PdpContext:
    """A context as it is defined, and whether it is active; `type` in the standard's words."""

    cid: int
    type: str
    apn: str
    address: str | None = None
    active: bool = False


@dataclass(frozen=True, slots=True)
class ContextAuth:
    """How a context is authenticated: 0 none, 1 PAP, 2 CHAP, 3 either (27.007 10.1.31).

    `password` is None where the modem doesn't give it back. `swapped`: to be written in the other
    order than the family's profile says.
    """

    type: int
    user: str = ""
    password: str | None = field(default="", repr=False)
    swapped: bool = False


NO_AUTH = ContextAuth(0)


@dataclass(frozen=True, slots=True)
class ContextSettings:
    """What a context is set to; `type` is "IP", "IPV6", "IPV4V6" or another word of 27.007 10.1.1.

    `auth` None is "can't be told" when it was read, "leave what is there" when it is written.
    """

    cid: int
    type: str
    apn: str
    auth: ContextAuth | None = None


@dataclass(frozen=True, slots=True)
class LiveContext:
    """What the network gave a context.

    `apn` is the one that the network uses, without the operator's identifier; None where the modem
    can't tell.
    """

    active: bool
    address: str | None = None
    apn: str | None = None


@dataclass(frozen=True, slots=True)
class StorageState:
    """How full the memory is that received messages go to."""

    memory: str
    used: int
    total: int

    @property
    def full(self) -> bool:
        """Does the network hold back what comes next?"""
        return self.total > 0 and self.used >= self.total


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A message in one of the modem's memories.

    `stat` is 0 for unread, 1 for read (27.005 3.1; messages that were written here, 2 and 3, are
    never shown), `octets` the length that the modem states, which may be wrong.
    """

    memory: str
    index: int
    stat: int
    pdu: str = field(repr=False)
    octets: int | None = None
