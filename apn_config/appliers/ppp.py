"""The APN in the files that pppd is started with: the peers file and the chat script.

What the chat script would tell the modem at the next dialling is told it at once, over the daemon's
own AT port: on LTE it is the attach that asks for the APN, and pppd dials long after.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from apn_config.appliers import Held, Service
from apn_config.appliers.errors import ApplierError, ApplierRefused
from apn_config.appliers.files import FileCopy, dump, in_thread, load, read_copy, write_copy
from apn_config.appliers.ppp_files import Dialling, Peer, parse_chat, parse_peer
from apn_config.appliers.ppp_words import Source
from apn_config.appliers.processes import Finished, run_program
from apn_config.config_apn import PppConfig
from apn_config.interface import SYSFS, address_of, ppp_interfaces
from apn_config.model import Apn
from modem import ContextSettings, LiveContext, Modem

logger = logging.getLogger(__name__)

# systemd gives a unit 90 s to stop (DefaultTimeoutStopSec=), and then it is killed.
RESTART_TIMEOUT_S = 120.0
ASK_TIMEOUT_S = 10.0


class PppApplier:
    """Changes pppd's files, and restarts the unit that runs it.

    Its `undo` is both files as they were.
    """

    def __init__(
        self,
        config: PppConfig,
        *,
        run: Callable[..., Awaitable[Finished]] = run_program,
        sysfs: Path = SYSFS,
    ) -> None:
        self._config = config
        self._run = run
        self._sysfs = sysfs

    async def read(self, modem: Modem, cid: int) -> Held:
        """What the next dialling would use."""
        dialling, copies = await in_thread(lambda: self._load(cid))
        return Held(dialling.apn(), dump(copies))

    async def write(self, modem: Modem, cid: int, apn: Apn) -> None:
        """Tell the modem, then change the files, which are what `read` looks at."""
        dialling, copies = await in_thread(lambda: self._load(cid))
        texts = dialling.changed(apn)
        changed = tuple(
            replace(copy, octets=text.encode("latin-1"))
            for copy, text in zip(copies, texts, strict=True)
        )
        await self._check_unit(dialling.peer, peer_changes=changed[0] != copies[0])
        await modem.write_context(_definition(cid, apn))
        await _write_all(changed)

    async def restore(self, modem: Modem, cid: int, held: Held) -> None:
        """Put the files back, then tell the modem; the files first, for it may be away."""
        if held.undo is None:
            await self.write(modem, cid, held.apn)
            return
        await _write_all(load(held.undo))
        await modem.write_context(_definition(cid, held.apn))

    async def take_effect(self, modem: Modem) -> None:
        """Have the modem attach anew, and pppd dial anew.

        A unit that doesn't start shows in what the network gives, and is only logged.
        """
        await modem.radio_cycle()
        if self._config.unit is None:
            return
        try:
            done = await self._run(
                ("systemctl", "--no-ask-password", "restart", "--", self._config.unit),
                timeout_s=RESTART_TIMEOUT_S,
            )
        except ApplierError as error:
            logger.warning("%s", error)
            return
        if done.code:
            logger.warning("%s: the restart failed, code %d", self._config.unit, done.code)

    async def serving(self, modem: Modem, cid: int, *, activate: bool) -> Service:
        """What the modem says, with the address of pppd's interface: only that one is of use.

        The context is pppd's to ask for; nothing is done here for `activate`.
        """
        attached = await modem.attached()
        live = await modem.live_context(cid)
        address = await in_thread(self._address)
        return Service(attached, LiveContext(live.active or address is not None, address, live.apn))

    def _load(self, cid: int) -> tuple[Dialling, tuple[FileCopy, FileCopy]]:
        """The files' meaning, and the files: the peers file, then the chat script."""
        peer_copy = read_copy(self._config.peer)
        peer = parse_peer(_source(peer_copy))
        script = self._config.chat or peer.script
        if script is None or not script.is_absolute():
            raise ApplierRefused(
                f"{peer_copy.path}: chat's -f names no file by its whole path; name it as "
                "apn.ppp.chat"
            )
        chat_copy = read_copy(script)
        dialling = Dialling(peer, parse_chat(_source(chat_copy), cid))
        return dialling, (peer_copy, chat_copy)

    async def _check_unit(self, peer: Peer, *, peer_changes: bool) -> None:
        """Will pppd see the change? It reads its own options once, chat its script each time."""
        unit = self._config.unit
        if unit is None:
            if peer_changes or not peer.persists:
                raise ApplierRefused(
                    f"{self._config.peer}: pppd has to be started anew to see the change; name the "
                    "systemd unit that starts it as apn.ppp.unit"
                )
            return
        shown = await self._run(
            ("systemctl", "show", "--property=LoadState", "--value", "--", unit),
            timeout_s=ASK_TIMEOUT_S,
        )
        if shown.code or shown.output.strip() != "loaded":
            raise ApplierRefused(f"apn.ppp.unit: systemd has no unit {unit}")

    def _address(self) -> str | None:
        name = parse_peer(_source(read_copy(self._config.peer))).interface
        if name is not None:
            return address_of(name)
        there = ppp_interfaces(self._sysfs)
        if len(there) > 1:
            raise ApplierRefused(
                f"{', '.join(there)}: which of them is the modem's? Put the option `ifname` or "
                f"`unit` into {self._config.peer}"
            )
        return address_of(there[0]) if there else None


def _definition(cid: int, apn: Apn) -> ContextSettings:
    """What the chat script sets: the login is pppd's, and the modem keeps the one it has."""
    return ContextSettings(cid, apn.type.value.upper(), apn.name, auth=None)


def _source(copy: FileCopy) -> Source:
    return Source(copy.path, copy.octets.decode("latin-1"))


async def _write_all(copies: tuple[FileCopy, ...]) -> None:
    for copy in reversed(copies):
        await in_thread(partial(write_copy, copy))
