"""What is new among a device's SMS, found by asking again and again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, MutableMapping
from typing import TYPE_CHECKING

from hil.emnify.errors import ApiError, EmnifyError, NoAnswer
from hil.emnify.models import Sms, SmsStatus

if TYPE_CHECKING:
    from hil.emnify.client import Client

# Far below every limit of the platform, and as live as a person wants it.
EVERY_S = 5.0
_TOO_MANY, _SERVER_ERROR = 429, 500
_LOG = logging.getLogger(__name__)


async def watch(
    client: Client, device_id: int, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> AsyncIterator[Sms]:
    """First those under way, then each new SMS and each change of a status, the oldest first.

    A platform that is silent for a while is asked again.
    """
    known: dict[int, SmsStatus] = {}
    first = True
    while True:
        try:
            listed = await client.sms_list(device_id)
        except EmnifyError as error:
            if not _may_pass(error):
                raise
            _LOG.warning("%s; asking again", error)
        else:
            for sms in news(known, listed):
                if not first or _under_way(sms):
                    yield sms
            first = False
        await sleep(EVERY_S)


def news(known: MutableMapping[int, SmsStatus], listed: Iterable[Sms]) -> list[Sms]:
    """What `known` doesn't have, or has with another status; it has it then. In order of ids."""
    new = sorted((s for s in listed if known.get(s.id) != s.status), key=lambda sms: sms.id)
    known.update((sms.id, sms.status) for sms in new)
    return new


def _under_way(sms: Sms) -> bool:
    return sms.direction == "MT" and not sms.status.final


def _may_pass(error: EmnifyError) -> bool:
    if isinstance(error, ApiError):
        return error.status == _TOO_MANY or error.status >= _SERVER_ERROR
    return isinstance(error, NoAnswer)
