"""PDP contexts of a modem: what they are set to, what the network gave them, how to set them."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

from modem.asking import Execute, agreed, optional
from modem.at.command import Command
from modem.commands import context, control
from modem.errors import CommandRefused, MisuseError, ProtocolError
from modem.profiles import AuthCommand, DriverPart
from modem.values import ContextAuth, ContextSettings, LiveContext, PdpContext

logger = logging.getLogger(__name__)

# Commands that set a login and don't tell it
_NOT_READ = (AuthCommand.UAUTHREQ, AuthCommand.PDPAUTH)
_WRITES = {
    AuthCommand.CGAUTH: context.cgauth_write,
    AuthCommand.UAUTHREQ: context.uauthreq_write,
    AuthCommand.PDPAUTH: context.pdpauth_write,
    AuthCommand.AUTHDATA: context.authdata_write,
}
# Commands that set the login and the APN beside it, in one line
_WHOLE_WRITES = {
    AuthCommand.QICSGP: context.qicsgp_write,
    AuthCommand.CNCFG: context.cncfg_write,
}


class Contexts:
    """The contexts behind `execute`. The family's commands come with each call, as its profile."""

    def __init__(self, execute: Execute) -> None:
        self._execute = execute
        # A write is two commands that belong together, and so is a read.
        self._lock = asyncio.Lock()

    async def all(self) -> tuple[PdpContext, ...]:
        """Every context that is defined, with its address where it is active."""
        defined = await agreed(self._defined, "AT+CGDCONT?")
        active = await self._active()
        return tuple(
            [
                replace(item, active=True, address=await self._address(item.cid) or item.address)
                if item.cid in active
                else replace(item, address=None)
                for item in defined
            ]
        )

    async def read(self, cid: int, family: DriverPart) -> ContextSettings:
        """What the context is set to; type "" and APN "" for one that isn't defined.

        Asked until two answers agree: what a line has spoilt on its way is not to be written back
        one day, as what was there before.
        """
        async with self._lock:
            return await agreed(lambda: self._settings(cid, family), "AT+CGDCONT?")

    async def _defined(self) -> tuple[PdpContext, ...]:
        return context.parse_cgdcont(await self._execute(context.cgdcont_read()))

    async def _settings(self, cid: int, family: DriverPart) -> ContextSettings:
        defined = await self._defined()
        found = next((item for item in defined if item.cid == cid), PdpContext(cid, "", ""))
        return ContextSettings(cid, found.type, found.apn, await self._auth(cid, family))

    async def write(self, settings: ContextSettings, family: DriverPart) -> None:
        """Set type and APN, then the credentials unless they are to stay or are none anyway.

        MisuseError where a password that the modem doesn't give back would have to be written.
        """
        async with self._lock:
            definition = context.cgdcont_write(settings)
            auth = await self._auth_command(settings, family)
            if auth is None or not family.radio_off_to_write:
                await self._write(definition, auth)
                return
            try:
                await self._execute(control.functionality(family.radio_off))
                await self._write(definition, auth)
            finally:
                # A start switches on what a crash left off here.
                await self._execute(control.functionality(family.radio_on))

    async def define(self, cid: int, pdp_type: str, apn: str) -> None:
        """Set type and APN alone; without a type the context is undefined afterwards."""
        async with self._lock:
            await self._execute(context.cgdcont_write(ContextSettings(cid, pdp_type, apn)))

    async def _write(self, definition: Command, auth: Command | None) -> None:
        await self._execute(definition)
        if auth is not None:
            await self._execute(auth)

    async def live(self, cid: int, family: DriverPart) -> LiveContext:
        """What the network gave the context, asked now."""
        if cid not in await self._active():
            own = await self._own_address(family)
            return LiveContext(active=own is not None, address=own)
        address = await self._address(cid)
        answer = await optional(self._execute, context.cgcontrdp(cid))
        if answer is None:
            return LiveContext(active=True, address=address)
        apn, given = context.parse_cgcontrdp(answer, cid)
        return LiveContext(active=True, address=address or given, apn=apn)

    async def activate(self, cid: int, family: DriverPart) -> None:
        """Activate the context; takes as long as the network does."""
        await self._execute(context.cnact() if family.own_stack else context.cgact(True, cid))

    async def _own_address(self, family: DriverPart) -> str | None:
        if not family.own_stack:
            return None
        answer = await optional(self._execute, context.cnact_read())
        return None if answer is None else context.parse_cnact(answer)

    async def _active(self) -> frozenset[int]:
        return context.parse_cgact(await self._execute(context.cgact_read()))

    async def _address(self, cid: int) -> str | None:
        answer = await optional(self._execute, context.cgpaddr(cid))
        return None if answer is None else context.parse_cgpaddr(answer, cid)

    async def _auth(self, cid: int, family: DriverPart) -> ContextAuth | None:
        if family.auth in _NOT_READ:
            return None
        try:
            if family.auth is AuthCommand.QICSGP:
                answer = await self._execute(context.qicsgp_read(cid))
                return context.parse_qicsgp(answer, family.auth_order)
            if family.auth is AuthCommand.CNCFG:
                answer = await self._execute(context.cncfg_read())
                return context.parse_cncfg(answer, family.auth_order)
            if family.auth is AuthCommand.AUTHDATA:
                answer = await self._execute(context.authdata_read())
                return context.parse_authdata(answer, cid, family.auth_order)
            answer = await self._execute(context.cgauth_read())
            return context.parse_cgauth(answer, cid, family.auth_order)
        except (CommandRefused, ProtocolError) as error:
            logger.info("the context's credentials can't be read: %s", error)
            return None

    async def _auth_command(self, settings: ContextSettings, family: DriverPart) -> Command | None:
        wanted = settings.auth
        if wanted is None:
            return None
        before = await self._auth(settings.cid, family)
        if before is not None and before.type == wanted.type == 0:
            return None
        if wanted.password is None and wanted.type:
            if before is not None and (before.type, before.user) == (wanted.type, wanted.user):
                return None  # nobody knows the password, and it may stay
            raise MisuseError("the context's password is not known, so it can't be written")
        order = family.auth_order.other if wanted.swapped else family.auth_order
        whole = _WHOLE_WRITES.get(family.auth)
        if whole is not None:
            return whole(settings, wanted, order)
        return _WRITES[family.auth](settings.cid, wanted, order)
