"""Cuts off an applier's work at each call that it makes over the bus, in each way there is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from itertools import count

from apn_config.appliers import ApplierUnavailable
from tests.apn_config.appliers.bus_server import BusServer, Cut

MOST_CALLS = 60
Work = Callable[[], Awaitable[object]]


async def cut_off(server: BusServer, at: int, cut: Cut, work: Work) -> bool:
    """Do the work with everything cut off from that call on; False where it came to its end.

    A cut isn't a refusal: another try may help.
    """
    server.calls.clear()
    server.cut_at, server.cut = at, cut
    ended = False
    with suppress(ApplierUnavailable):
        await work()
        ended = True
    was_cut = server.was_cut
    server.cut_at = None
    return was_cut or not ended


def every_call() -> Iterator[int]:
    """Numbers of calls to cut off at, for as long as the work has that many."""
    for number in count():
        assert number < MOST_CALLS, "it never ends"
        yield number
