"""Messages in a modem's memories: list, read, delete, and the choice of memory always put back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from modem.asking import Execute
from modem.commands import messages
from modem.commands.messages import ListedPdu
from modem.errors import CommandRefused, ModemSilent, ProtocolError
from modem.values import StorageState, StoredMessage

logger = logging.getLogger(__name__)

# <stat> of messages that were written on the device (27.005 3.1).
_MOBILE_ORIGINATED = frozenset({2, 3})
_EMPTY_SLOT = 321
# Read where +CDSI names it alone: it holds no messages, and is locked on some modems.
_REPORTS = "SR"
# The largest storage seen holds 300 (MT5700M); a total beyond this is a modem's mistake.
_MAX_SLOTS = 1000


class Storage:
    """The memories behind `execute`; `home` is the one that messages are received into.

    Writing +CPMS is saved to flash on some modems, so another memory is selected only for as long
    as it takes to read it.
    """

    def __init__(
        self,
        execute: Execute,
        home: str,
        memories: tuple[str, ...],
    ) -> None:
        self._execute = execute
        self._home = home
        self._memories = memories
        self._selected: str | None = home  # None while nobody knows
        self._lock = asyncio.Lock()

    def forget(self) -> None:
        """Nobody knows any more which memory is selected."""
        self._selected = None

    async def state(self) -> StorageState | None:
        """How full the memory is that received messages go to."""
        uses = messages.parse_cpms(await self._execute(messages.cpms_read()))
        use = next((use for use in reversed(uses[:3]) if use.name == self._home), None)
        return None if use is None else StorageState(use.name, use.used, use.total)

    async def received(self, *, every_memory: bool) -> tuple[StoredMessage, ...]:
        """The received messages of the home memory, or of all that may hold some."""
        found: list[StoredMessage] = []
        async with self._away():
            for memory in self._memories if every_memory else (self._home,):
                found += await self._received_in(memory)
        return tuple(found)

    async def read(self, memory: str | None, index: int) -> StoredMessage | None:
        """The message in a slot, received or not; None for an empty slot or an unknown memory."""
        memory = memory or self._home
        if memory not in (*self._memories, _REPORTS) and memory != self._selected:
            logger.info("the modem named memory %s, which it doesn't offer for reading", memory)
            return None
        async with self._away():
            try:
                await self._select(memory)
            except CommandRefused as error:
                logger.info("memory %s can't be read: %s", memory, error)
                return None
            row = await self._row(index)
        return None if row is None else _message(memory, row)

    async def delete(self, memory: str, indexes: Iterable[int]) -> tuple[int, ...]:
        """Empty slots, also empty ones; those that the modem refuses to empty.

        One that can't be emptied must not keep the others full.
        """
        refused: list[int] = []
        async with self._away():
            await self._select(memory)
            for index in indexes:
                try:
                    await self._execute(messages.cmgd(index))
                except CommandRefused as error:
                    if not _is_empty_slot(error):
                        logger.warning("slot %d of %s stays full: %s", index, memory, error)
                        refused.append(index)
        return tuple(refused)

    @asynccontextmanager
    async def _away(self) -> AsyncIterator[None]:
        """Other memories may be selected inside; the home one is again, afterwards.

        A task that is being cancelled says nothing more to the modem: its link may be closed
        already, and an error of that would take the place of the cancellation.
        """
        async with self._lock:
            try:
                yield
            except asyncio.CancelledError:
                self._selected = None
                raise
            except BaseException:
                await self._select(self._home)
                raise
            await self._select(self._home)

    async def _select(self, memory: str) -> None:
        if self._selected == memory:
            return
        try:
            await self._execute(messages.cpms_write(memory))
        except CommandRefused:
            raise  # it changes nothing
        except BaseException:
            self._selected = None
            raise
        self._selected = memory

    async def _received_in(self, memory: str) -> list[StoredMessage]:
        try:
            await self._select(memory)
        except CommandRefused as error:
            logger.info("memory %s can't be read: %s", memory, error)
            return []
        rows = await self._rows()
        return [_message(memory, row) for row in rows if row.stat not in _MOBILE_ORIGINATED]

    async def _rows(self) -> list[ListedPdu]:
        """All rows at once, or one by one where the list fails as a whole."""
        try:
            listed = messages.parse_cmgl(await self._execute(messages.cmgl()))
        except (CommandRefused, ModemSilent, ProtocolError) as error:
            logger.info("%s; reading slot by slot", error)
        else:
            confirmed = [await self._confirmed(row) for row in listed]
            return [row for row in confirmed if row is not None]
        uses = messages.parse_cpms(await self._execute(messages.cpms_read()))
        if not uses or not uses[0].used:
            return []
        rows: list[ListedPdu] = []
        # Some memories count from 0 (u-blox's ME), most from 1.
        for index in range(min(uses[0].total, _MAX_SLOTS) + 1):
            try:
                row = await self._row(index)
            except (CommandRefused, ProtocolError) as error:
                logger.info("slot %d can't be read: %s", index, error)
                continue
            if row is not None:
                rows.append(row)
            if len(rows) >= uses[0].used:
                break
        return rows

    async def _row(self, index: int) -> ListedPdu | None:
        """A slot's row. An answer in text mode: +CMGF fell back, so set it and ask once more."""
        try:
            row = await self._cmgr(index)
        except ProtocolError as error:
            logger.info("%s; setting PDU mode again", error)
            await self._execute(messages.cmgf_pdu())
            row = await self._cmgr(index)
        return None if row is None else await self._confirmed(row)

    async def _confirmed(self, row: ListedPdu) -> ListedPdu | None:
        """A row, read once more where its length isn't the stated one: octets got lost on the way.

        What comes then is taken as it is: there are modems that state it wrong each time.
        """
        if row.fits:
            return row
        logger.info("slot %d: the PDU isn't as long as is stated; reading it again", row.index)
        return await self._cmgr(row.index)

    async def _cmgr(self, index: int) -> ListedPdu | None:
        try:
            return messages.parse_cmgr(await self._execute(messages.cmgr(index)), index)
        except CommandRefused as error:
            if _is_empty_slot(error):
                return None
            raise


def _is_empty_slot(error: CommandRefused) -> bool:
    return error.kind == "CMS" and error.code == _EMPTY_SLOT


def _message(memory: str, row: ListedPdu) -> StoredMessage:
    return StoredMessage(memory, row.index, row.stat, row.pdu, row.octets)
