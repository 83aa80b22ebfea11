"""Asking a modem what it may not know: a refusal is None, not an error."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TypeAlias, TypeVar

from modem.at.command import Command
from modem.at.events import Response
from modem.commands import identity
from modem.errors import CommandRefused, ProtocolError

logger = logging.getLogger(__name__)

T = TypeVar("T")

# A line that spoils every other of so many answers is no line.
_ANSWERS = 6

Execute: TypeAlias = Callable[[Command], Awaitable[Response]]


async def optional(execute: Execute, command: Command) -> Response | None:
    """The answer, or None where the modem refuses the command."""
    try:
        return await execute(command)
    except CommandRefused as error:
        logger.debug("%s", error)
        return None


async def optional_value(
    execute: Execute, command: Command, parse: Callable[[Response], T]
) -> T | None:
    """The parsed answer, or None where the modem refuses the command or answers nonsense."""
    response = await optional(execute, command)
    if response is None:
        return None
    try:
        return parse(response)
    except ProtocolError as error:
        logger.info("%s", error)
        return None


async def agreed(ask: Callable[[], Awaitable[T]], what: str) -> T:
    """What two answers in a row say alike: a serial line has no checksum.

    For what would do harm if it were wrong. Raises ProtocolError where no two are alike.
    """
    last: T | None = None
    for _ in range(_ANSWERS):
        try:
            answer = await ask()
        except ProtocolError as error:
            logger.info("%s", error)
            continue
        if answer == last:
            return answer
        last = answer
    raise ProtocolError(what, (), "two answers alike")


async def iccid(execute: Execute) -> str | None:
    """The card's ICCID: by +CCID, or else out of its file."""
    return await optional_value(
        execute, identity.ccid(), identity.parse_ccid
    ) or await optional_value(execute, identity.crsm_iccid(), identity.parse_crsm_iccid)


async def imsi(execute: Execute) -> str | None:
    """The card's IMSI."""
    return await optional_value(execute, identity.cimi(), identity.parse_cimi)
