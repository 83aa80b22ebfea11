"""The APN by AT commands: the context and its credentials, then another attach.

Which command holds the credentials, and in which order, is the profile's; this file only
translates.
"""

from __future__ import annotations

import json
import logging

from apn_config.appliers import Held, Service
from apn_config.model import NO_CREDENTIALS, Apn, AuthType, Credentials, PdpType
from modem import (
    CommandRefused,
    ContextAuth,
    ContextSettings,
    MisuseError,
    Modem,
    PdpContext,
)

logger = logging.getLogger(__name__)

# 3GPP TS 27.007 10.1.31 has 0 none, 1 PAP, 2 CHAP; SIMCom and Quectel add 3, either.
_AUTH_NUMBERS = {AuthType.NONE: 0, AuthType.PAP: 1, AuthType.CHAP: 2, AuthType.EITHER: 3}
_AUTH_TYPES = {number: auth for auth, number in _AUTH_NUMBERS.items()}


class AtApplier:
    """Sets the context with AT+CGDCONT and AT+CGAUTH, or as the modem's profile says."""

    async def read(self, modem: Modem, cid: int) -> Held:
        """What the context is set to now; an empty name where it isn't defined.

        `undo` tells what the contexts hold that the family wants to have the same APN.
        """
        apn = apn_of(await modem.read_context(cid))
        others = _others(modem, cid)
        if not others:
            return Held(apn)
        defined = {context.cid: context for context in await modem.contexts()}
        found = [defined.get(other, PdpContext(other, "", "")) for other in others]
        return Held(apn, json.dumps([[each.cid, each.type, each.apn] for each in found]))

    async def write(self, modem: Modem, cid: int, apn: Apn) -> None:
        """Set the context. Unknown credentials leave in the modem what is there."""
        settings = settings_of(cid, apn)
        for other in _others(modem, cid):
            await modem.define_context(other, settings.type, settings.apn)
        await modem.write_context(settings)

    async def restore(self, modem: Modem, cid: int, held: Held) -> None:
        """Write what was there, the attach's context before all others."""
        settings = settings_of(cid, held.apn)
        try:
            await modem.write_context(settings)
        except MisuseError as error:
            # Its login can't be written. Without the APN there would be no service at all.
            logger.warning("context %s: %s", cid, error)
            await modem.define_context(cid, settings.type, settings.apn)
        for other, pdp_type, name in json.loads(held.undo or "[]"):
            try:
                await modem.define_context(other, pdp_type, name)
            except (CommandRefused, MisuseError) as error:
                logger.warning("context %s isn't as it was: %s", other, error)

    async def take_effect(self, modem: Modem) -> None:
        """Have the modem attach again: an attach context is only read at the attach."""
        await modem.reattach()

    async def serving(self, modem: Modem, cid: int, *, activate: bool) -> Service:
        """Ask the modem; a refused activation is the network's no."""
        attached = await modem.attached()
        context = await modem.live_context(cid)
        if not activate or not attached or context.active:
            return Service(attached, context)
        try:
            await modem.activate(cid)
        except CommandRefused:
            return Service(attached, await modem.live_context(cid), refused=True)
        return Service(attached, await modem.live_context(cid))


def _others(modem: Modem, cid: int) -> tuple[int, ...]:
    """The contexts beside the attach's that are to hold the same APN."""
    driver = modem.profile.driver
    return driver.also_cids if cid == driver.attach_cid else ()


def apn_of(settings: ContextSettings) -> Apn:
    """A context as the modem gives it, in this package's terms.

    MisuseError for a type that isn't IP (PPP, Non-IP): a roll-back couldn't bring it back.
    """
    known_types = {pdp_type.value: pdp_type for pdp_type in PdpType} | {"": PdpType.IP}
    pdp_type = known_types.get(settings.type.lower())
    if pdp_type is None:
        raise MisuseError(f"context {settings.cid} is of type {settings.type[:20]}, not IP")
    return Apn(
        name=settings.apn,
        type=pdp_type,
        credentials=_credentials_of(settings.auth),
    )


def settings_of(cid: int, apn: Apn) -> ContextSettings:
    """The reverse of `apn_of`."""
    auth = None
    if apn.credentials is not None:
        auth = ContextAuth(
            type=_AUTH_NUMBERS[apn.credentials.auth],
            user=apn.credentials.user,
            password=apn.credentials.password,
            swapped=apn.credentials.swapped,
        )
    return ContextSettings(cid=cid, type=apn.type.value.upper(), apn=apn.name, auth=auth)


def _credentials_of(auth: ContextAuth | None) -> Credentials | None:
    if auth is None:
        return None
    if auth.type == 0:
        return NO_CREDENTIALS
    if auth.password is None:
        # Some modems show the user and keep the password to themselves.
        return None
    kind = _AUTH_TYPES.get(auth.type)
    return None if kind is None else Credentials(kind, auth.user, auth.password)
