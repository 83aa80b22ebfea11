"""The start sequence: from a port on which something may listen to a modem that announces SMS.

Nothing here keeps state beyond one run: `run` returns a Setup or raises, and a new sequence may
follow at any time. The limits have their evidence beside them.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from modem import asking
from modem.asking import Execute
from modem.at.command import Command
from modem.at.events import Response
from modem.commands import control, identity, messages, network, sim
from modem.commands.messages import Cnmi
from modem.errors import (
    CommandRefused,
    ModemSilent,
    NoReception,
    ProtocolError,
    SimAbsent,
    SimLocked,
)
from modem.profiles import Profile, Reattach, match_profile
from modem.reception import (
    ANY_CNMI,
    Selection,
    choose_memories,
    cnmi_candidates,
    memories_to_read,
)
from modem.values import Identity

logger = logging.getLogger(__name__)

# An EG25-G (PinePhone) is mute for 30 s after power-up, a SIM7600 for 10 s.
MUTE_WINDOW_S = 35.0
# A Qualcomm M6280 refuses the card's commands for 10 s after the PIN, and its service centre is
# empty for 3 s more. A SIM7600 was 20 s from its first answer to a useful one. SIM800 refuses
# SMS commands until "SMS Ready".
BUSY_WINDOW_S = 30.0
# Three times what that Qualcomm needed: a card may have no service centre at all.
SERVICE_CENTRE_WINDOW_S = 10.0
RETRY_S = 0.5

# What isn't final while a modem starts: +CME 13 SIM failure (Quectel M series, for 2 s), 14 SIM
# busy, 100 unknown, 515 please wait; +CMS 313, 314, 500; a plain ERROR (SIM7600, once).
_NOT_YET_CME = frozenset({13, 14, 100, 515})
_NOT_YET_CMS = frozenset({313, 314, 500, 515})
_CARD_ABSENT_CME = frozenset({10, 15})
_CARD_UNREADABLE_CME = 13
_RADIO_OFF = frozenset({0, 4})
_PIN = re.compile(r"[0-9]{4,8}")


class PinSource(Protocol):
    """Where the PIN comes from. It is asked once a start, and what it gives is sent once."""

    async def __call__(self, card: str, tries_left: int | None, /) -> str:
        """The PIN of a card, known by its ICCID or else its modem's IMEI.

        `tries_left` is None where the modem doesn't tell. Raises SimLocked where there is no PIN or
        it must not be tried.
        """
        ...

    async def accepted(self) -> None:
        """The card took it."""
        ...

    async def refused(self) -> None:
        """The card said that it is wrong: never again, whatever it said before."""
        ...


@dataclass(frozen=True, slots=True)
class Setup:
    """What the start sequence found and set.

    `memory` is where messages are stored, None for a modem that stores nothing; `memories` all that
    may hold some. `acknowledges` says that what is delivered directly has to be acknowledged.
    `warnings` are for the status.
    """

    identity: Identity
    profile: Profile
    memory: str | None
    memories: tuple[str, ...]
    cnmi: Cnmi | None
    acknowledges: bool
    service_centre: str | None
    warnings: tuple[str, ...]


class StartSequence:
    """One run of the sequence over `execute`.

    `echo_is_off` is called once ATE0 was answered, `profile_known` once the family is known.
    """

    def __init__(
        self,
        execute: Execute,
        *,
        pin_for: PinSource | None,
        echo_is_off: Callable[[], None],
        profile_known: Callable[[Profile], None],
    ) -> None:
        self._execute = execute
        self._pin_for = pin_for
        self._echo_is_off = echo_is_off
        self._profile_known = profile_known
        self._warnings: list[str] = []
        self._busy_until = 0.0

    async def run(self) -> Setup:
        """Raises SimAbsent, SimLocked, NoReception, or what the last command raised."""
        await self._wake()
        self._busy_until = asyncio.get_running_loop().time() + BUSY_WINDOW_S
        await self._execute(control.numeric_errors())
        modem = await self._identify()
        profile = match_profile(modem.manufacturer, modem.model)
        self._profile_known(profile)
        await self._radio_on(profile)
        iccid = await self._unlock(modem.imei)
        await self._roaming(profile)
        memory, memories, cnmi, acknowledges = await self._reception()
        for domain in network.Domain:
            await asking.optional(self._execute, network.registration_report(domain))
        await asking.optional(self._execute, network.cgerep())
        await self._attach_again(profile)
        service_centre = await self._service_centre()
        iccid = iccid or await asking.iccid(self._execute)
        imsi = await asking.imsi(self._execute)
        return Setup(
            identity=replace(modem, iccid=iccid, imsi=imsi),
            profile=profile,
            memory=memory,
            memories=memories,
            cnmi=cnmi,
            acknowledges=acknowledges,
            service_centre=service_centre,
            warnings=tuple(self._warnings),
        )

    # --- the modem ----------------------------------------------------------------------------

    async def _wake(self) -> None:
        """ATE0, until the modem answers; ERROR is rubbish in its line buffer, or a boot."""
        give_up = asyncio.get_running_loop().time() + MUTE_WINDOW_S
        while True:
            try:
                await self._execute(control.echo_off())
            except (ModemSilent, CommandRefused):
                if asyncio.get_running_loop().time() >= give_up:
                    raise
                await asyncio.sleep(RETRY_S)
            else:
                self._echo_is_off()
                return

    async def _identify(self) -> Identity:
        manufacturer = identity.parse_name(await self._patiently(identity.cgmi()))
        model = identity.parse_name(await self._patiently(identity.cgmm()))
        revision = await asking.optional_value(self._execute, identity.cgmr(), identity.parse_name)
        imei = await asking.optional_value(self._execute, identity.cgsn(), identity.parse_cgsn)
        return Identity(manufacturer, model, revision or "", imei or "")

    async def _radio_on(self, profile: Profile) -> None:
        """A radio that a crash left off between CFUN=4 and CFUN=1 strands the device."""
        try:
            functionality = control.parse_cfun(await self._execute(control.cfun_read()))
        except (CommandRefused, ProtocolError) as error:
            logger.info("can't tell whether the radio is on: %s", error)
            return
        if functionality in _RADIO_OFF:
            logger.warning("the radio is off (+CFUN: %d), switching it on", functionality)
            await self._execute(control.functionality(profile.driver.radio_on))

    async def _attach_again(self, profile: Profile) -> None:
        """A crash between +COPS=2 and 0, or between +CGATT=0 and 1, strands the device, too."""
        if profile.driver.reattach is Reattach.RADIO:
            return
        by_cops = profile.driver.reattach is Reattach.COPS
        asked = network.cops_read() if by_cops else network.cgatt_read()
        response = await asking.optional(self._execute, asked)
        left_off = "+COPS: 2" if by_cops else "+CGATT: 0"
        if response is not None and any(line.startswith(left_off) for line in response.lines):
            logger.warning("the modem is detached (%s), attaching it", left_off)
            again = network.cops_write(0) if by_cops else network.cgatt(True)
            await asking.optional(self._execute, again)

    async def _roaming(self, profile: Profile) -> None:
        setting = profile.driver.roaming
        if setting is None:
            return
        prefix = setting.query.removeprefix("AT").split("=")[0].split("?")[0]
        try:
            answer = await self._execute(Command(setting.query, (prefix,)))
            # A whole value: "roamservice",2 is not in "roamservice",255, the module's default.
            shown = [f"{line.replace(' ', '')}," for line in answer.lines]
            if any(f"{setting.wanted}," in line for line in shown):
                return
            await self._execute(Command(setting.command, timeout_s=messages.STORAGE_TIMEOUT_S))
        except CommandRefused as error:
            logger.warning("roaming can't be allowed: %s", error)
            self._warnings.append("the setting for roaming was refused")

    # --- the card -----------------------------------------------------------------------------

    async def _unlock(self, imei: str) -> str | None:
        """Enter the PIN if one is wanted. The ICCID comes back where the lock didn't hide it."""
        wanted = await self._card_state()
        if wanted == "READY":
            return None
        if wanted != "SIM PIN":
            raise SimLocked(wanted, f"the card asks for {wanted}; only its owner can help")
        if self._pin_for is None:
            raise SimLocked(wanted, "the card asks for its PIN, and none is configured")
        iccid = await asking.iccid(self._execute)
        tries_left = await self._tries_left()
        pin = await self._pin_for(iccid or imei, tries_left)
        if not _PIN.fullmatch(pin):
            raise SimLocked(wanted, "the configured PIN isn't four to eight digits")
        try:
            await self._execute(sim.cpin_enter(pin))
        except (CommandRefused, ModemSilent) as error:
            # A READY card answers the right PIN with ERROR (SIM7000), and an OK may get lost.
            state = await self._card_state()
            if state != "READY":
                if isinstance(error, CommandRefused):
                    await self._pin_for.refused()
                raise SimLocked(
                    state, "the card refused the configured PIN; it will not be tried again"
                ) from error
        else:
            await self._until_ready()
        await self._pin_for.accepted()
        return iccid

    async def _until_ready(self) -> None:
        """An OK to +CPIN= is not yet a ready card: some say "SIM PIN" for a moment more."""
        while (state := await self._card_state()) != "READY":
            if not self._may_wait():
                raise SimLocked(state, f"the card asks for {state} after its PIN was accepted")
            await asyncio.sleep(RETRY_S)

    async def _card_state(self) -> str:
        try:
            return sim.parse_cpin(await self._patiently(sim.cpin_read()))
        except CommandRefused as error:
            if error.kind == "CME" and error.code in _CARD_ABSENT_CME:
                raise SimAbsent("there is no card in the modem") from error
            if error.kind == "CME" and error.code == _CARD_UNREADABLE_CME:
                raise SimAbsent("the modem can't read its card") from error
            raise

    async def _tries_left(self) -> int | None:
        response = await asking.optional(self._execute, sim.cpinr())
        return None if response is None else sim.parse_cpinr(response)

    # --- SMS ----------------------------------------------------------------------------------

    async def _reception(self) -> tuple[str | None, tuple[str, ...], Cnmi | None, bool]:
        selection, memories = await self._memories()
        service = await self._service(wanted=selection is None)
        try:
            await self._patiently(messages.cmgf_pdu())
        except CommandRefused as error:
            raise NoReception("it refuses PDU mode (AT+CMGF=0)") from error
        cnmi = await self._announce(storage=selection is not None, service=service)
        if selection is None and cnmi is None:
            raise NoReception("it has no memory for messages and doesn't deliver them directly")
        memory = None if selection is None else selection.receive
        return memory, memories, cnmi, service == 1

    async def _memories(self) -> tuple[Selection | None, tuple[str, ...]]:
        try:
            offered = await self._offered_memories()
        except (CommandRefused, ProtocolError) as error:
            logger.info("no memories for messages: %s", error)
            return None, ()
        selected = messages.parse_cpms(await self._patiently(messages.cpms_read()))
        selection = choose_memories(offered, selected)
        if selection is None:
            return None, ()
        wanted = (selection.read, selection.write, selection.receive)
        if tuple(use.name for use in selected) != wanted:
            await self._execute(messages.cpms_write(*wanted))
        return selection, memories_to_read(offered, selection.read)

    async def _offered_memories(self) -> messages.Memories:
        """What +CPMS=? offers, asked for until two answers agree.

        With a wrong one messages would go past the storage, or what is stored would stay unread.
        """

        async def ask() -> messages.Memories:
            return messages.parse_cpms_test(await self._patiently(messages.cpms_test()))

        return await asking.agreed(ask, "AT+CPMS=?")

    async def _service(self, *, wanted: bool) -> int:
        """Phase 2+ is asked for only where messages aren't stored: with it each +CMT and +CDS must
        be acknowledged, or the modem stops announcing (EC2x manual 9.12).
        """
        try:
            service = messages.parse_csms(await self._execute(messages.csms_read()))
            if not wanted or service == 1:
                return service
            offered = messages.parse_csms_test(await self._execute(messages.csms_test()))
            if 1 in offered:
                await self._execute(messages.csms_write(1))
                return 1
        except (CommandRefused, ProtocolError) as error:
            logger.info("no service can be chosen: %s", error)
        return 0

    async def _announce(self, *, storage: bool, service: int) -> Cnmi | None:
        """Set +CNMI and read it back. It is written each time: u-blox announces only on the port
        where it was given last.
        """
        try:
            offered = messages.parse_cnmi_test(await self._patiently(messages.cnmi_test()))
        except (CommandRefused, ProtocolError):
            # What most modems take, where one doesn't tell.
            offered = ANY_CNMI
        for candidate in cnmi_candidates(offered, storage=storage, acknowledges=service == 1):
            try:
                await self._execute(messages.cnmi_write(candidate))
            except CommandRefused as error:
                logger.info("%s", error)
                continue
            return await self._read_back(candidate)
        self._warnings.append("new messages are not announced, only found by looking")
        return None

    async def _read_back(self, written: Cnmi) -> Cnmi:
        try:
            found = messages.parse_cnmi(await self._execute(messages.cnmi_read()))
        except (CommandRefused, ProtocolError):
            return written
        if (found.mode, found.mt) != (written.mode, written.mt):
            self._warnings.append(
                f"the modem says +CNMI {found.values} after {written.values} was set"
            )
        return found

    async def _service_centre(self) -> str | None:
        """An empty one right after a start isn't final (Qualcomm M6280)."""
        give_up = asyncio.get_running_loop().time() + SERVICE_CENTRE_WINDOW_S
        while True:
            try:
                number = messages.parse_csca(await self._patiently(messages.csca_read()))
            except (CommandRefused, ProtocolError) as error:
                logger.info("%s", error)
                number = None
                break
            if number or asyncio.get_running_loop().time() >= give_up:
                break
            await asyncio.sleep(RETRY_S)
        if number is None:
            self._warnings.append("no service centre is set (+CSCA), sending may fail")
        return number

    # --- patience -----------------------------------------------------------------------------

    def _may_wait(self) -> bool:
        return asyncio.get_running_loop().time() < self._busy_until

    async def _patiently(self, command: Command) -> Response:
        """Run a command again while the modem says "not yet" and the start may take longer."""
        while True:
            try:
                return await self._execute(command)
            except CommandRefused as error:
                if not _not_yet(error) or not self._may_wait():
                    raise
            await asyncio.sleep(RETRY_S)


def _not_yet(error: CommandRefused) -> bool:
    if error.kind == "CME":
        return error.code in _NOT_YET_CME
    if error.kind == "CMS":
        return error.code in _NOT_YET_CMS
    return error.kind == "ERROR"
