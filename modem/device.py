"""Modem: one modem on one port, as the rest of the program sees it.

It joins the AT driver, the start sequence and the typed commands. What to do when the link is lost
or the modem restarts is decided in `modem.recovery`; here it is only noticed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from modem import asking
from modem.answers import AtAnswer, answer_of, refusal_of
from modem.at.command import Command
from modem.at.events import Response, Urc
from modem.commands import control, messages, network
from modem.commands.typed import typed_line
from modem.contexts import Contexts
from modem.driver import AtDriver
from modem.errors import (
    CommandRefused,
    LinkLost,
    MisuseError,
    ModemError,
    ModemSilent,
    ModemUnsteady,
)
from modem.link import Link
from modem.notices import ModemEvent, Restarted, event_of
from modem.profiles import GENERIC, Profile, Reattach
from modem.registration import DomainState, Registration
from modem.silences import MAX_SILENCES, Silences
from modem.start import PinSource, Setup, StartSequence
from modem.storage import Storage
from modem.tap import Tap, TappedLink, TappedUser
from modem.transport import open_link
from modem.values import (
    ContextSettings,
    Identity,
    LiveContext,
    PdpContext,
    Signal,
    StorageState,
    StoredMessage,
)

if TYPE_CHECKING:
    from modem.sms import Part

logger = logging.getLogger(__name__)

# A modem that restarts again and again within one start has a power supply that gives way.
MAX_BEGINNINGS = 5
ECHO = "the echo is back"
# A restart brings the echo back once; where it is back each time, ATE0 has no effect.
ECHOES_THAT_STAY = 2
# A card is at something else for a moment, as when its toolkit runs: 7.5 s in all. One that is busy
# for longer is the caller's and the ladder's matter.
BUSY_PAUSES_S = (0.5, 1.0, 2.0, 4.0)


class Modem:
    """A modem on an open link. Commands may be given from several tasks; they run one at a time.

    All of them raise CommandRefused, ModemSilent, LinkLost or ProtocolError. `lost` is done once
    the link is gone or the modem has stopped answering; then only `close` is left. `restarted` is
    set once the modem began anew or is lost, until it is initialised; `booted` tells whether the
    modem said during that that it had booted, `asked_anew` whether it only has to be set up again
    (`begin_anew`). `on_event` is called from the event loop, in the order of the modem's words, and
    must not block. `tap` sees what passes on the line.
    """

    def __init__(
        self, port: str, *, on_event: Callable[[ModemEvent], None], tap: Tap | None = None
    ) -> None:
        self.port = port
        self._tap = tap or Tap()
        self.profile: Profile = GENERIC
        self.lost: asyncio.Future[LinkLost] = asyncio.get_running_loop().create_future()
        self.restarted = asyncio.Event()
        self.driver = AtDriver(on_urc=self._on_urc, on_echo=self._on_echo, on_lost=self._on_lost)
        self._on_event = on_event
        self._setup: Setup | None = None
        self._initialising = False
        self._ready = False
        self.booted = False
        self.asked_anew = False
        self._restarted: str | None = None
        self._sending = 0
        self._silences = Silences()
        self._under_way: set[asyncio.Timeout] = set()
        self._contexts = Contexts(self.execute)
        self._storage: Storage | None = None

    @classmethod
    async def open(
        cls,
        port: str,
        *,
        baud: int = 115200,
        on_event: Callable[[ModemEvent], None],
        tap: Tap | None = None,
    ) -> Modem:
        """Open the port; nothing is sent yet. Raises PortError, MisuseError."""
        modem = cls(port, on_event=on_event, tap=tap)
        user = TappedUser(modem.driver, modem._tap)
        modem.attach_link(TappedLink(await open_link(port, user, baud=baud), modem._tap))
        return modem

    def attach_link(self, link: Link) -> None:
        """Use this link, whose user is `driver`."""
        self.driver.attach(link)

    async def close(self) -> None:
        """Close the link. The modem keeps its settings."""
        self._ready = False
        await self.driver.close()

    # --- start --------------------------------------------------------------------------------

    async def initialise(self, *, pin_for: PinSource | None = None) -> None:
        """Identify the modem, unlock its card, and have it announce SMS.

        A modem that restarts meanwhile is begun with anew. Raises SimAbsent, SimLocked,
        NoReception, or what a command raised.
        """
        if self._initialising:
            raise MisuseError("the modem is being initialised already")
        self._initialising = True
        self._ready = self.booted = False
        self._silences.heard()
        try:
            await self._begin_until_steady(pin_for)
        finally:
            self._initialising = False

    async def _begin_until_steady(self, pin_for: PinSource | None) -> None:
        echoes = 0
        for _ in range(MAX_BEGINNINGS):
            self._restarted = None
            self.driver.expect_echo(True)
            echo_stays = echoes >= ECHOES_THAT_STAY
            if echo_stays:
                logger.warning("the modem echoes in spite of ATE0; a restart is told by its words")
            sequence = StartSequence(
                self._run,
                pin_for=pin_for,
                echo_is_off=partial(self.driver.expect_echo, echo_stays),
                profile_known=self._know_profile,
            )
            try:
                setup = await sequence.run()
            except (LinkLost, MisuseError):
                raise
            except ModemError as error:
                if self._restarted is None:
                    raise
                logger.info("%s; it restarted meanwhile (%s)", error, self._restarted)
                continue
            if self._restarted is None:
                self._set_up(setup)
                return
            echoes += self._restarted == ECHO
            logger.info("the modem restarted while it was initialised: %s", self._restarted)
        raise ModemUnsteady(self.port, MAX_BEGINNINGS)

    def _set_up(self, setup: Setup) -> None:
        self._setup = setup
        self._storage = (
            None if setup.memory is None else Storage(self.execute, setup.memory, setup.memories)
        )
        self._ready = True
        self.asked_anew = False
        self.restarted.clear()

    def _know_profile(self, profile: Profile) -> None:
        self.profile = profile

    @property
    def setup(self) -> Setup:
        """What the start found; MisuseError before it."""
        if self._setup is None:
            raise MisuseError("the modem isn't initialised yet")
        return self._setup

    @property
    def identity(self) -> Identity:
        """Who the modem and its card are."""
        return self.setup.identity

    async def read_card(self) -> Identity:
        """Ask for ICCID and IMSI again, as after SimChanged.

        A card whose number can't be read at the moment is taken for the one that was there.
        """
        iccid = await asking.iccid(self.execute) or self.identity.iccid
        imsi = await asking.imsi(self.execute)
        self._setup = replace(self.setup, identity=replace(self.identity, iccid=iccid, imsi=imsi))
        return self.identity

    # --- what the modem says unasked ----------------------------------------------------------

    def _on_urc(self, urc: Urc) -> None:
        self._tap.said(urc)
        event = event_of(urc, self.profile)
        if isinstance(event, Restarted):
            if urc.prefix in self.profile.driver.boot_urcs:
                self._give_up_commands()
                self.booted = self.booted or self._initialising
            self._note_restart(event.why)
        elif event is not None:
            self._on_event(event)

    def _on_echo(self) -> None:
        if self._sending:
            # Some modems echo a PDU although ATE0 holds; the next command shows which it was.
            self.driver.expect_echo(False)
        else:
            self._note_restart(ECHO)

    def _note_restart(self, why: str, *, asked: bool = False) -> None:
        """Once a restart: a boot prints several lines, and they come again (BG96)."""
        if self._initialising:
            self._restarted = why
        elif self._ready:
            self._ready = False
            self._on_event(Restarted(why, asked))
            self.restarted.set()

    def _give_up_commands(self) -> None:
        """What was asked before a boot is never answered, and a CMGS is waited for two minutes."""
        for patience in self._under_way:
            patience.reschedule(asyncio.get_running_loop().time())

    def _on_lost(self, error: LinkLost) -> None:
        self._ready = False
        if not self.lost.done():
            self.lost.set_result(error)
            self.restarted.set()

    # --- commands -----------------------------------------------------------------------------

    async def execute(self, command: Command, *, limit_s: float | None = None) -> Response:
        """Run a command, again where the card is busy; it did nothing then.

        A modem that is mute for several in a row counts as lost. It may be mute for as long as the
        command takes it, `limit_s`, where somebody doesn't wait for that.
        """
        limit_s = command.timeout_s if limit_s is None else limit_s
        for pause_s in BUSY_PAUSES_S:
            try:
                return await self._execute_once(command, limit_s)
            except CommandRefused as error:
                if not error.busy:
                    raise
                logger.info("%s", error)
            await asyncio.sleep(pause_s)
        return await self._execute_once(command, limit_s)

    async def _execute_once(self, command: Command, limit_s: float) -> Response:
        loop = asyncio.get_running_loop()
        try:
            response = await self._run(command)
        except CommandRefused:
            self._silences.heard()
            raise
        except ModemSilent:
            if command.timeout_s < limit_s:
                self._silences.excuse(loop.time(), limit_s)
            if self._silences.another(loop.time()) and self._ready:
                self._on_lost(LinkLost(self.port, f"no answer to {MAX_SILENCES} commands in a row"))
            raise
        except asyncio.CancelledError:
            self._silences.excuse(loop.time(), limit_s)
            raise
        self._silences.heard()
        return response

    async def _run(self, command: Command) -> Response:
        """Run a command, and give it up once the modem is known to have restarted."""
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        try:
            async with asyncio.timeout(None) as patience:
                self._under_way.add(patience)
                try:
                    return await self.driver.execute(command)
                finally:
                    self._under_way.discard(patience)
        except TimeoutError:
            raise ModemSilent(command.shown, loop.time() - began_s) from None

    # --- the network --------------------------------------------------------------------------

    async def registration(self) -> Registration:
        """All three domains, asked now."""
        cs, ps, eps = [await self._domain(domain) for domain in network.Domain]
        return Registration(cs, ps, eps)

    async def _domain(self, domain: network.Domain) -> DomainState | None:
        return await asking.optional_value(
            self.execute, network.registration_read(domain), network.parse_registration
        )

    async def signal(self) -> Signal:
        """RSSI of +CSQ, or else of +CESQ, and +CESQ's LTE values."""
        extended = (
            await asking.optional_value(self.execute, network.cesq(), network.parse_cesq)
            or Signal()
        )
        rssi_dbm = await asking.optional_value(self.execute, network.csq(), network.parse_csq)
        return extended if rssi_dbm is None else replace(extended, rssi_dbm=rssi_dbm)

    async def operator(self) -> str | None:
        """The network's name or number."""
        return await asking.optional_value(self.execute, network.cops_read(), network.parse_cops)

    async def service_centre(self) -> str | None:
        """The service centre's number."""
        return await asking.optional_value(self.execute, messages.csca_read(), messages.parse_csca)

    async def attached(self) -> bool:
        """Is the modem attached for packets?"""
        return network.parse_cgatt(await self.execute(network.cgatt_read()))

    async def attach(self) -> None:
        """Attach; takes as long as the network does."""
        await self.execute(network.cgatt(True))

    async def detach(self) -> None:
        """Detach; on LTE no SMS comes until `attach`."""
        await self.execute(network.cgatt(False))

    async def radio_cycle(self) -> None:
        """Radio off and on. It is switched on again whatever becomes of the first half."""
        driver = self.profile.driver
        try:
            await self.execute(control.functionality(driver.radio_off))
        except asyncio.CancelledError:
            # The link may be closed already; the next start switches a radio on that it finds off.
            with suppress(ModemError):
                await self.execute(control.functionality(driver.radio_on))
            raise
        except ModemError:
            await self.execute(control.functionality(driver.radio_on))
            raise
        await self.execute(control.functionality(driver.radio_on))

    async def reattach(self) -> None:
        """Make the network hear of another APN, in the family's way.

        Only the radio ends the network's back-off after a refusal (T3402 of 24.301 5.5.1.2.6), so
        it is switched wherever the modem isn't registered.
        """
        way = self.profile.driver.reattach
        by_cops = way is Reattach.COPS
        if way is Reattach.RADIO or not (await self.registration()).registered:
            await self.radio_cycle()
            if way is Reattach.RADIO:
                return
        else:
            await self.execute(network.cops_write(2) if by_cops else network.cgatt(False))
        # Said after a radio cycle, too: whoever was cut off behind the first half left the modem
        # told to stay away.
        try:
            await self.execute(network.cops_write(0) if by_cops else network.cgatt(True))
        except CommandRefused as error:
            # It tells how the first search ended, and the modem goes on with it.
            logger.info("%s", error)

    async def restart(self) -> None:
        """Reset the module with the family's command; Restarted or a lost link follow.

        MisuseError where the profile knows none: no generic one exists.
        """
        reset = self.profile.driver.reset
        if reset is None:
            raise MisuseError(f"no command is known that resets a {self.profile.title}")
        try:
            await self.execute(control.functionality(reset))
        except (LinkLost, ModemSilent) as error:
            # It went, or spoke of its boot, before the OK was read: that is what was wanted.
            if not self.restarted.is_set():
                raise
            logger.info("%s, as the modem restarts", error)

    # --- contexts -----------------------------------------------------------------------------

    async def contexts(self) -> tuple[PdpContext, ...]:
        """Every context that is defined; those beside the attach's may be the module's own."""
        return await self._contexts.all()

    async def read_context(self, cid: int) -> ContextSettings:
        """What the context is set to; `auth` is None where the modem doesn't tell."""
        return await self._contexts.read(cid, self.profile.driver)

    async def write_context(self, settings: ContextSettings) -> None:
        """Set a context: APN and type, then the credentials in the family's form and order.

        No command for credentials is sent where `auth` is None, or none before and after. The
        network hears of it at the next attach only.
        """
        await self._contexts.write(settings, self.profile.driver)

    async def define_context(self, cid: int, pdp_type: str, apn: str) -> None:
        """Set a context's type and APN and nothing else; no type undefines it."""
        await self._contexts.define(cid, pdp_type, apn)

    async def live_context(self, cid: int) -> LiveContext:
        """What the network gave the context."""
        return await self._contexts.live(cid, self.profile.driver)

    async def activate(self, cid: int) -> None:
        """Activate the context; takes as long as the network does."""
        await self._contexts.activate(cid, self.profile.driver)

    # --- messages -----------------------------------------------------------------------------

    async def storage(self) -> StorageState | None:
        """How full the memory is that received messages go to; None for a modem without one."""
        return None if self._storage is None else await self._storage.state()

    async def stored_messages(self, *, every_memory: bool) -> tuple[StoredMessage, ...]:
        """The received messages of the selected memory, or of all that may hold some."""
        if self._storage is None:
            return ()
        return await self._storage.received(every_memory=every_memory)

    async def read_message(self, memory: str | None, index: int) -> StoredMessage | None:
        """The message in a slot; None where it is empty. `memory` None is the selected one."""
        return None if self._storage is None else await self._storage.read(memory, index)

    async def delete_messages(self, memory: str, indexes: Iterable[int]) -> tuple[int, ...]:
        """Empty slots of a memory, empty ones too; those that the modem refuses to empty."""
        if self._storage is None:
            raise MisuseError("this modem stores no messages")
        return await self._storage.delete(memory, indexes)

    async def send_sms(self, part: Part) -> int:
        """Hand one part to the network; the message reference that the modem gave it."""
        self._sending += 1
        try:
            return messages.parse_cmgs(
                await self.execute(messages.cmgs(part.pdu, part.tpdu_length))
            )
        finally:
            self._sending -= 1

    async def acknowledge(self) -> None:
        """Tell the network that a MessageDirect is stored, where the modem wants to hear it.

        After one that came too late (CMS 340) the indications are set again: a Quectel has then set
        mt and ds to 0 (EC2x manual 9.12).
        """
        if not self.setup.acknowledges:
            return
        try:
            await self.execute(messages.cnma())
        except CommandRefused as error:
            logger.warning("%s", error)
            await self._restore_cnmi()

    async def _restore_cnmi(self) -> None:
        wanted = self.setup.cnmi
        if wanted is None:
            return
        found = messages.parse_cnmi(await self.execute(messages.cnmi_read()))
        if found != wanted:
            logger.warning("+CNMI was %s, setting %s again", found.values, wanted.values)
            await self.execute(messages.cnmi_write(wanted))

    async def run_at(
        self, line: str, *, payload: str | None = None, timeout_s: float | None = None
    ) -> AtAnswer:
        """Run a line that somebody typed; `payload` is for the prompt of +CMGS and +CMGW.

        The answer, which may be the modem's refusal, is without passwords and PINs. MisuseError for
        what can't be sent safely (`modem.commands.typed`).
        """
        command = typed_line(line, payload=payload)
        limit_s = command.timeout_s
        if timeout_s is not None:
            command = replace(command, timeout_s=timeout_s)
        try:
            return answer_of(await self.execute(command, limit_s=limit_s))
        except CommandRefused as error:
            return refusal_of(command, error)

    def forget_memory(self) -> None:
        """Somebody may have selected another memory: before one is relied on it is selected."""
        if self._storage is not None:
            self._storage.forget()

    def begin_anew(self, why: str) -> None:
        """Its settings aren't ours any more: it is to be initialised as after a restart."""
        self.asked_anew = self._ready
        self._note_restart(why, asked=True)
