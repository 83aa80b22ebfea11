"""What a modem says unasked, as typed events: from a URC and a profile to a ModemEvent. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TypeAlias

from modem.at.events import Urc
from modem.at.parameters import split
from modem.commands.answer import integer
from modem.commands.network import Domain, parse_registration_text
from modem.profiles.model import Profile
from modem.registration import DomainState


@dataclass(frozen=True, slots=True)
class MessageStored:
    """A message lies in a memory (+CMTI, +CDSI). Either field is None where the modem didn't say:
    `+CMTI: ,-1` of a SIM7000 announces a message that can't be read.
    """

    memory: str | None
    index: int | None


@dataclass(frozen=True, slots=True)
class MessageDirect:
    """A message that was not stored (+CMT, +CDS): store it, then `Modem.acknowledge`."""

    pdu: str = field(repr=False)
    octets: int | None = None


@dataclass(frozen=True, slots=True)
class StorageFull:
    """No room for further messages; the network keeps them until some are deleted."""


@dataclass(frozen=True, slots=True)
class RegistrationChanged:
    """A domain's registration is now `state`."""

    domain: Domain
    state: DomainState


@dataclass(frozen=True, slots=True)
class ContextChanged:
    """Something became of a context; `text` is +CGEV's (27.007 10.1.19)."""

    text: str


@dataclass(frozen=True, slots=True)
class SimChanged:
    """The card was exchanged, removed or refreshed; an applet's refresh is no fault."""

    text: str


@dataclass(frozen=True, slots=True)
class Restarted:
    """The modem began anew and has forgotten its settings: initialise again.

    Or this program was `asked` to, of a modem that did nothing of that kind.
    """

    why: str
    asked: bool = False


ModemEvent: TypeAlias = (
    MessageStored
    | MessageDirect
    | StorageFull
    | RegistrationChanged
    | ContextChanged
    | SimChanged
    | Restarted
)

_HEX = re.compile(r"[0-9A-Fa-f]{2,}")
_MEMORY = re.compile(r"[A-Z]{2}")
_DOMAINS = {domain.value: domain for domain in Domain}
# +QUSIM: Quectel, at boot and at a refresh; +USIM: EG800Q and EG91xQ (manual 1.1, 12.6).
_CARD = frozenset({"+QUSIM", "+USIM"})
_CARD_GONE = frozenset({"NOT READY", "NOT INSERTED", "SIM REMOVED"})


def event_of(urc: Urc, profile: Profile) -> ModemEvent | None:
    """The event a URC is; None for those that nobody needs to hear of."""
    if urc.prefix in ("+CMTI", "+CDSI"):
        return _stored(urc.text)
    if urc.prefix in ("+CMT", "+CDS"):
        return _direct(urc)
    if urc.prefix in _DOMAINS:
        state = parse_registration_text(urc.text)
        return None if state is None else RegistrationChanged(_DOMAINS[urc.prefix], state)
    if urc.prefix == "+CGEV":
        return ContextChanged(urc.text)
    if urc.prefix in _CARD:
        return SimChanged(f"{urc.prefix}: {urc.text}")
    if urc.prefix == "+CPIN":
        return _card(urc.text)
    if urc.prefix in profile.driver.boot_urcs:
        return Restarted(urc.prefix)
    whole = f"{urc.prefix}: {urc.text}" if urc.text else urc.prefix
    if whole.startswith(profile.driver.storage_full_urcs):
        return StorageFull()
    return None


def _stored(text: str) -> MessageStored:
    """`"SM",4`, `,-1`, and a WAP push's further fields (SIM900)."""
    memory, index = [*split(text), None, None][:2]
    known = memory is not None and _MEMORY.fullmatch(memory) is not None
    return MessageStored(memory if known else None, integer(index))


def _direct(urc: Urc) -> ModemEvent | None:
    pdu = urc.data[0].strip() if urc.data else ""
    if _HEX.fullmatch(pdu):
        return MessageDirect(pdu.upper(), integer(urc.text.rpartition(",")[2]))
    # A text where a PDU was asked for: +CMGF has fallen back to its default, and this message
    # can't be told from its bytes.
    return Restarted(f"{urc.prefix} in text mode") if pdu else None


def _card(text: str) -> ModemEvent | None:
    text = text.strip().strip('"').upper()
    if text.startswith(("SIM PIN", "SIM PUK")):
        return Restarted(f"the card asks for {text}")
    return Restarted(f"+CPIN: {text}") if text in _CARD_GONE else None
