"""Is the device registered and attached, has the context an address, and is it the right APN?

`judge` is pure; `observe` asks the modem. The reasons are those of an answer by SMS.
"""

from __future__ import annotations

from dataclasses import dataclass

from apn_config.transaction import Level, Reason
from modem import CommandRefused, LiveContext, Modem, Registration, same_apn


@dataclass(frozen=True, slots=True)
class Observation:
    """What the modem said of its service at one time.

    `refused` tells that the network said no to the registration or to the context, as against not
    having answered yet.
    """

    registration: Registration
    attached: bool
    context: LiveContext
    refused: bool = False

    @property
    def level(self) -> Level:
        """How much service this is. SMS needs REGISTERED.

        A context that outlives the registration, as after a loss of coverage, is no service.
        """
        served = self.context.active and self.context.address is not None
        if served and self.registration.registered:
            return Level.ADDRESS
        return Level.REGISTERED if self.registration.sms_ready else Level.NONE


def judge(seen: Observation, apn: str) -> Reason | None:
    """What is missing for `apn` to serve; None when nothing is.

    A network may serve another APN than the one asked for (its default); where the modem tells
    which is live (3GPP TS 27.007 10.1.23, +CGCONTRDP), that is `apn-mismatch`.
    """
    if not seen.registration.registered:
        return Reason.NOT_REGISTERED
    if not seen.attached:
        return Reason.NOT_ATTACHED
    if not seen.context.active:
        return Reason.NO_CONTEXT
    if seen.context.address is None:
        return Reason.NO_ADDRESS
    if seen.context.apn is not None and not same_apn(seen.context.apn, apn):
        return Reason.APN_MISMATCH
    return None


async def observe(modem: Modem, cid: int, *, activate: bool) -> Observation:
    """Ask the modem; with `activate`, ask the network for the context where it isn't active.

    On LTE the attach brings the context up; on 2G and 3G somebody has to ask for it (AT+CGACT).
    """
    registration = await modem.registration()
    attached = await modem.attached()
    context = await modem.live_context(cid)
    refused = registration.denied
    if activate and attached and not context.active and registration.registered:
        try:
            await modem.activate(cid)
        except CommandRefused:
            refused = True
        context = await modem.live_context(cid)
    return Observation(registration, attached, context, refused)
