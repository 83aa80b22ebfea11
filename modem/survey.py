"""What a modem tells when it is asked, and only asked: nothing here changes a setting for good.

It works on any channel: on a port of one's own, or through a running daemon. A refusal is an answer
like any other; what the modem doesn't know is None.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from modem import asking
from modem.answers import AtAnswer
from modem.at.command import Command
from modem.at.events import Response
from modem.at.parameters import split
from modem.at.results import Final, FinalKind
from modem.channel import NeedsForce
from modem.commands import control, identity, messages, network, sim
from modem.commands.answer import bodies, first_body, integer
from modem.commands.messages import Cnmi, MemoryUse
from modem.contexts import Contexts
from modem.errors import CommandRefused, ProtocolError
from modem.profiles import GENERIC, Profile, Setting, match_profile
from modem.reception import choose_memories, cnmi_candidates
from modem.registration import RAT_NAMES, Registration
from modem.values import Identity, LiveContext, PdpContext, Signal

_CARD_ABSENT = frozenset({10, 15})
_CARD_BUSY = frozenset({14, 515})
_CARD_LOCKED = {11: "SIM PIN", 12: "SIM PUK"}
_CLOCK = re.compile(r'"?(\d\d(?:\d\d)?)/(\d\d)/(\d\d),(\d\d):(\d\d):(\d\d)([+-]\d{1,2})?"?')
_MAX_CAUSE = 120
# What +CEER says where there is nothing to say.
_NO_CAUSE = re.compile(r"no (?:cause|error|report)|^\s*0?\s*$|normal", re.IGNORECASE)


class Answering(Protocol):
    """What lines can be sent through, such as a `modem.AtChannel`."""

    async def execute(
        self, line: str, *, force: bool = False, timeout_s: float | None = None
    ) -> AtAnswer:
        """Send a line and wait for its answer."""


@dataclass(frozen=True, slots=True)
class CardState:
    """The card: `lock` in the words of +CPIN? ("READY", "SIM PIN", "SIM PUK", ...).

    Where it gives no answer, `lock` is None, and `absent` or `busy` tells why, else it failed.
    """

    lock: str | None = None
    absent: bool = False
    busy: bool = False
    pin_tries: int | None = None
    puk_tries: int | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """How the network is chosen (+COPS, 27.007 7.3), and the one that is, with its technology."""

    mode: int | None = None
    operator: str | None = None
    rat: str | None = None


@dataclass(frozen=True, slots=True)
class Reception:
    """How messages come in. `cnmi` is in force, `announces` tells whether one could be set at all;
    `uses` are the three memories, `home` the one that messages go to. `offers`: the modem tells
    which memories it has.
    """

    text_mode: bool | None = None
    cnmi: Cnmi | None = None
    best_cnmi: Cnmi | None = None
    announces: bool | None = None
    uses: tuple[MemoryUse, ...] = ()
    home: str | None = None
    offers: bool = False
    stores: bool = False

    @property
    def use(self) -> MemoryUse | None:
        """How full the memory is that messages go to."""
        return next((use for use in reversed(self.uses[:3]) if use.name == self.home), None)


class Survey:
    """Questions to the modem on a channel. They raise ModemError where the channel fails them."""

    def __init__(self, channel: Answering) -> None:
        self.profile: Profile = GENERIC
        self._channel = channel
        self._contexts = Contexts(self.execute)

    async def execute(self, command: Command) -> Response:
        """As a driver does it. Raises CommandRefused, too."""
        answer = await self._channel.execute(command.text, timeout_s=command.timeout_s)
        if answer.ok:
            return Response(command, answer.lines, Final(FinalKind.OK))
        kind = answer.final.split(" ")[0].lstrip("+")
        if kind not in ("CME", "CMS"):
            kind = answer.final
        raise CommandRefused(command.shown, kind, answer.code, answer.name or "", answer.lines)

    @asynccontextmanager
    async def numbered_errors(self) -> AsyncIterator[int | None]:
        """Errors come by number meanwhile, whatever was set before; then that is put back.

        It gives <n> of +CMEE as it was found: 0 plain ERROR, 1 by number, 2 by name.
        """
        before = await self._number("+CMEE")
        if before != 0:
            yield before
            return
        await asking.optional(self.execute, control.numeric_errors())
        try:
            yield before
        finally:
            with suppress(NeedsForce):  # the daemon's matter, which wants numbers
                await asking.optional(self.execute, Command("AT+CMEE=0"))

    # --- modem and card ---------------------------------------------------------------------------

    async def identity(self) -> Identity:
        """The modem's names and IMEI; from now on its family is known."""
        manufacturer = await self._text(identity.cgmi())
        model = await self._text(identity.cgmm())
        self.profile = match_profile(manufacturer, model)
        imei = await asking.optional_value(self.execute, identity.cgsn(), identity.parse_cgsn)
        return Identity(manufacturer, model, await self._text(identity.cgmr()), imei or "")

    async def card_numbers(self, who: Identity) -> Identity:
        """With ICCID and IMSI."""
        iccid = await asking.iccid(self.execute)
        return replace(who, iccid=iccid, imsi=await asking.imsi(self.execute))

    async def functionality(self) -> int | None:
        """<fun> of +CFUN: 1 full, 0 minimal, 4 radio off."""
        return await asking.optional_value(self.execute, control.cfun_read(), control.parse_cfun)

    async def card(self) -> CardState:
        """What the card wants. The tries are read, none is made."""
        try:
            lock = sim.parse_cpin(await self.execute(sim.cpin_read()))
        except ProtocolError:
            return CardState()
        except CommandRefused as error:
            lock_of = _CARD_LOCKED.get(error.code or -1) if error.kind == "CME" else None
            if lock_of is None:
                by_number = error.kind == "CME"
                return CardState(
                    absent=by_number and error.code in _CARD_ABSENT,
                    busy=by_number and error.code in _CARD_BUSY,
                )
            lock = lock_of
        if lock == "READY":
            return CardState(lock)
        tries = await self._tries()
        return CardState(lock, pin_tries=tries.get("SIM PIN"), puk_tries=tries.get("SIM PUK"))

    async def _tries(self) -> dict[str, int | None]:
        answer = await asking.optional(self.execute, sim.cpinr())
        if answer is None:
            return {}
        rows = (split(text) for text in bodies(answer, "+CPINR"))
        return {(row[0] or "").upper(): integer(row[1]) for row in rows if len(row) > 1}

    async def clock(self) -> datetime | None:
        """The modem's clock, which the network may have set (27.007 8.15)."""
        answer = await asking.optional(self.execute, Command("AT+CCLK?", ("+CCLK",)))
        text = "" if answer is None else "".join(bodies(answer, "+CCLK")[:1])
        match = _CLOCK.fullmatch(text)
        if match is None:
            return None
        year, month, day, hour, minute, second = map(int, match.groups()[:6])
        if year < 100:
            # Clocks that nobody has set begin in 1970 or 1980.
            year += 1900 if year >= 70 else 2000
        try:
            local = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
            return local - timedelta(minutes=15 * int(match[7] or 0))
        except (ValueError, OverflowError):
            return None

    # --- the network ------------------------------------------------------------------------------

    async def registration(self) -> Registration:
        """All three domains, asked now."""
        states = [
            await asking.optional_value(
                self.execute, network.registration_read(domain), network.parse_registration
            )
            for domain in network.Domain
        ]
        return Registration(*states)

    async def signal(self) -> Signal:
        """RSSI, and LTE's values."""
        extended = (
            await asking.optional_value(self.execute, network.cesq(), network.parse_cesq)
            or Signal()
        )
        rssi_dbm = await asking.optional_value(self.execute, network.csq(), network.parse_csq)
        return extended if rssi_dbm is None else replace(extended, rssi_dbm=rssi_dbm)

    async def selection(self) -> Selection:
        """How the network is chosen."""
        answer = await asking.optional(self.execute, network.cops_read())
        if answer is None or not bodies(answer, "+COPS"):
            return Selection()
        fields = [*split(first_body(answer, "+COPS")), None, None, None, None]
        act = integer(fields[3])
        rat = None if act is None else RAT_NAMES.get(act)
        return Selection(integer(fields[0]), network.parse_cops(answer), rat)

    async def attached(self) -> bool | None:
        """Is it attached for packets?"""
        return await asking.optional_value(self.execute, network.cgatt_read(), network.parse_cgatt)

    async def holds(self, setting: Setting | None) -> bool | None:
        """Has the family's setting the value that is wanted? None where it can't be told."""
        if setting is None:
            return None
        command = Command(setting.query, bare=True)
        answer = await asking.optional(self.execute, command)
        if answer is None or not answer.lines:
            return None
        # "+CNMP: 2" isn't in "+CNMP: 22".
        wanted = re.compile(rf"{re.escape(setting.wanted)}(?![0-9])")
        return any(wanted.search(line) for line in answer.lines)

    async def cause(self) -> str | None:
        """Why the last connection or registration failed, in the modem's words (+CEER, 6.10)."""
        answer = await asking.optional(self.execute, Command("AT+CEER", ("+CEER",), bare=True))
        if answer is None:
            return None
        text = " ".join(answer.lines).removeprefix("+CEER:").strip()[:_MAX_CAUSE]
        return None if _NO_CAUSE.search(text) else text

    # --- SMS --------------------------------------------------------------------------------------

    async def reception(self) -> Reception:
        """How messages come in, and could."""
        mode = await self._number("+CMGF")
        offered = await asking.optional_value(
            self.execute, messages.cpms_test(), messages.parse_cpms_test
        )
        uses = await asking.optional_value(self.execute, messages.cpms_read(), messages.parse_cpms)
        chosen = None if offered is None else choose_memories(offered, uses or ())
        ranges = await asking.optional_value(
            self.execute, messages.cnmi_test(), messages.parse_cnmi_test
        )
        best = None
        if ranges is not None:
            stores = chosen is not None
            best = next(iter(cnmi_candidates(ranges, storage=stores, acknowledges=True)), None)
        return Reception(
            text_mode=None if mode is None else mode == 1,
            cnmi=await asking.optional_value(
                self.execute, messages.cnmi_read(), messages.parse_cnmi
            ),
            best_cnmi=best,
            announces=None if ranges is None else best is not None,
            uses=uses or (),
            home=None if chosen is None else chosen.receive,
            offers=offered is not None,
            stores=chosen is not None,
        )

    async def service_centre(self) -> str | None:
        """The service centre's number; "" where none is set, None where it can't be told."""
        answer = await asking.optional(self.execute, messages.csca_read())
        if answer is None or not bodies(answer, "+CSCA"):
            return None
        return messages.parse_csca(answer) or ""

    # --- contexts ---------------------------------------------------------------------------------

    async def contexts(self) -> tuple[PdpContext, ...]:
        """Every context that is defined. Raises CommandRefused."""
        return await self._contexts.all()

    async def live_context(self, cid: int) -> LiveContext:
        """What the network gave it. Raises CommandRefused."""
        return await self._contexts.live(cid, self.profile.driver)

    # --- helpers ----------------------------------------------------------------------------------

    async def _text(self, command: Command) -> str:
        return await asking.optional_value(self.execute, command, identity.parse_name) or ""

    async def _number(self, name: str) -> int | None:
        answer = await asking.optional(self.execute, Command(f"AT{name}?", (name,)))
        texts = [] if answer is None else bodies(answer, name)
        return integer(texts[0].split(",")[0]) if texts else None
