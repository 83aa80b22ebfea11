"""How much service is there, and is it that of the right APN?

`judge` is pure; `observe` asks the modem and the applier. The reasons are those of an answer by
SMS.
"""

from __future__ import annotations

from dataclasses import dataclass

from apn_config.appliers import Applier
from apn_config.transaction import Level, Reason
from modem import LiveContext, Modem, Registration, same_apn


@dataclass(frozen=True, slots=True)
class Observation:
    """What service there was at one time.

    `refused` tells that the network said no to the registration or to the context, as against not
    having answered yet.
    """

    registration: Registration
    attached: bool
    context: LiveContext
    refused: bool = False

    @property
    def level(self) -> Level:
        """How much service this is, without asking whether data passes. SMS needs REGISTERED.

        A context that outlives the registration, as after a loss of coverage, is no service.
        """
        active = self.context.active and self.registration.registered
        if active and self.context.address is not None:
            return Level.ADDRESS
        if not self.registration.sms_ready:
            return Level.NONE
        if active:
            return Level.CONTEXT
        return Level.ATTACHED if self.attached else Level.REGISTERED


_MISSING = (
    (Level.REGISTERED, Reason.NOT_REGISTERED),
    (Level.ATTACHED, Reason.NOT_ATTACHED),
    (Level.CONTEXT, Reason.NO_CONTEXT),
    (Level.ADDRESS, Reason.NO_ADDRESS),
)


def judge(seen: Observation, apn: str, wanted: Level = Level.ADDRESS) -> Reason | None:
    """What is missing for `apn` to serve as far as is wanted; None when nothing is.

    Whether data passes is the probe's to tell. A network may serve another APN than the one asked
    for (its default); where the modem tells which is live (3GPP TS 27.007 10.1.23, +CGCONTRDP),
    that is `apn-mismatch`.
    """
    reached = (
        seen.registration.registered,
        seen.attached,
        seen.context.active,
        seen.context.address is not None,
    )
    for there, (level, missing) in zip(reached, _MISSING, strict=True):
        if not wanted.reaches(level):
            break
        if not there:
            return missing
    # Without an APN of its own a context gets the network's default, whatever that is.
    live = seen.context.apn if seen.context.active and apn else None
    return None if live is None or same_apn(live, apn) else Reason.APN_MISMATCH


async def observe(applier: Applier, modem: Modem, cid: int, *, activate: bool) -> Observation:
    """Ask; with `activate`, ask the network for the context where it isn't active.

    On LTE the attach brings the context up; on 2G and 3G somebody has to ask for it (AT+CGACT).
    """
    registration = await modem.registration()
    service = await applier.serving(modem, cid, activate=activate and registration.registered)
    refused = registration.denied or service.refused
    return Observation(registration, service.attached, service.context, refused)
