"""What an error means for the answer that couldn't be sent, and when to try again. Pure.

The numbers of +CMS ERROR are three lists in one (3GPP TS 27.005 3.2.5): causes of the network
(24.011 E-2) up to 127, of the service centre (TP-FCS, 23.040 9.2.3.22) up to 255, the modem's own
from 300 on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from modem import CommandRefused, MisuseError, ModemError


class Meaning(Enum):
    """Whose fault it is that an answer wasn't taken, and so who has to wait."""

    NO_SERVICE = "no service"
    """No network, or no card to register with: all wait for the registration."""
    LATER = "later"
    """The network or the service centre can't at the moment: all wait, longer each time."""
    BUSY = "busy"
    """The modem or the card is at something else: all wait a moment."""
    REFUSED = "refused"
    """This answer won't be taken, the next one may be."""
    UNCLEAR = "unclear"
    """Nobody can tell. Often the network without saying so: a SIM7000 whose CREG is denied, with
    CEREG 5, ends each +CMGS in 500. So all wait at first, and then this answer alone."""


_CMS: Mapping[Meaning, tuple[int, ...]] = {
    Meaning.NO_SERVICE: (
        *(310, 311, 312, 313, 315, 316, 317, 318),  # the card is absent, locked or broken
        *(331, 332),  # no network service, network timeout
    ),
    Meaning.LATER: (
        *(17, 38, 41),  # network failure, network out of order, temporary failure
        *(22, 42, 47),  # congestion, resources unavailable
        27,  # destination out of service: all answers go to the same one
        *(192, 194),  # the service centre is busy, or failed
        *(208, 211, 322),  # no room in card or modem; what fills it is read and deleted meanwhile
        330,  # the service centre's number isn't known: for seconds after a start it isn't yet
    ),
    Meaning.BUSY: (
        *(212, 314),  # the card, its toolkit
        301,  # the SMS service of the modem is reserved
    ),
    Meaning.REFUSED: (
        *(1, 195),  # no such number
        *(8, 10, 29, 50, 69, 193, 196),  # barred, not subscribed to, not implemented
        28,  # unidentified subscriber
        *(81, 95, 96, 97, 99),  # the message makes no sense to the network
        *range(128, 192),  # nor to the service centre: TP-PID, TP-DCS, TP-Command, TPDU
        *(197, 198, 199),  # a duplicate; TP-VPF or TP-VP not supported
        *(302, 303, 304, 305),  # nor to the modem
    ),
}  # fmt: skip
# 3GPP TS 27.007 9.2; where +CMEE rules +CMGS, too, or before the message is typed.
_CME: Mapping[Meaning, tuple[int, ...]] = {
    Meaning.NO_SERVICE: (
        *(5, 6, 7, 10, 11, 12, 13, 15, 17, 18),  # the card is absent, locked or broken
        *(30, 31, 32),  # no network service, network timeout, emergency calls only
    ),
    Meaning.LATER: (20, 122, 126),  # memory full, congestion, insufficient resources
    Meaning.BUSY: (14, 57),  # SIM busy, other use of the modem
    Meaning.REFUSED: (3, 4, 24, 25, 26, 27, 50),  # not allowed, not supported, bad parameters
}
_BY_CODE: Mapping[tuple[str, int | None], Meaning] = {
    (kind, code): meaning
    for kind, table in (("CMS", _CMS), ("CME", _CME))
    for meaning, codes in table.items()
    for code in codes
}


def meaning_of(error: ModemError) -> Meaning:
    """Whose fault an error of sending is."""
    if isinstance(error, CommandRefused):
        return _BY_CODE.get((error.kind, error.code), Meaning.UNCLEAR)
    return Meaning.REFUSED if isinstance(error, MisuseError) else Meaning.UNCLEAR


@dataclass(frozen=True, slots=True)
class _Wait:
    first_s: float
    longest_s: float

    def after(self, tries: int) -> float:
        return min(self.first_s * 2.0 ** min(tries - 1, 20), self.longest_s)


# The answer that proves a change has 300 s: none of these keeps it from several tries.
_WAITS: Mapping[Meaning, _Wait] = {
    # +CREG announces when the network is back; this is the net under it.
    Meaning.NO_SERVICE: _Wait(10.0, 60.0),
    Meaning.LATER: _Wait(5.0, 120.0),
    Meaning.BUSY: _Wait(2.0, 30.0),
    Meaning.REFUSED: _Wait(5.0, 300.0),
    Meaning.UNCLEAR: _Wait(5.0, 300.0),
}
# A refusal may be a network's whim: so many tries before it is believed.
REFUSED_TRIES = 3
# What is unclear holds up the answers behind it for so many tries: 5 + 10 s.
UNCLEAR_TRIES = 3


@dataclass(frozen=True, slots=True)
class Retry:
    """What comes after a failed try.

    `wait_s` None: no further one. `alone` says that only this answer waits; else all do, so that
    none overtakes another.
    """

    wait_s: float | None
    alone: bool


def retry(meaning: Meaning, tries: int) -> Retry:
    """What comes after `tries` failed tries, 1 at least, of which the last one meant this."""
    wait_s = _WAITS[meaning].after(tries)
    match meaning:
        case Meaning.REFUSED:
            return Retry(None if tries >= REFUSED_TRIES else wait_s, alone=True)
        case Meaning.UNCLEAR:
            return Retry(wait_s, alone=tries >= UNCLEAR_TRIES)
    return Retry(wait_s, alone=False)
