"""The tap: what passes on a modem's line, seen by who listens."""

from __future__ import annotations

import asyncio

from modem.errors import LinkLost
from modem.memory_link import memory_links
from modem.tap import Tap, TappedLink, TappedUser
from modem.transcript.values import Way


class User:
    """Who gets what a link receives."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        self.lost: list[LinkLost] = []

    def data_received(self, data: bytes) -> None:
        self.received.append(data)

    def link_lost(self, error: LinkLost) -> None:
        self.lost.append(error)


def test_both_directions_are_seen_in_order_and_pass_unchanged() -> None:
    async def main() -> None:
        tap, host, modem = Tap(), User(), User()
        seen: list[tuple[Way, bytes]] = []
        stop = tap.listen(lambda way, data: seen.append((way, data)))
        ours, theirs = memory_links(TappedUser(host, tap), modem)
        link = TappedLink(ours, tap)
        link.write(b"AT\r")
        await asyncio.sleep(0)
        theirs.write(b"\r\nOK\r\n")
        await asyncio.sleep(0)
        assert seen == [(Way.TO_MODEM, b"AT\r"), (Way.FROM_MODEM, b"\r\nOK\r\n")]
        assert (modem.received, host.received) == ([b"AT\r"], [b"\r\nOK\r\n"])
        stop()
        link.write(b"ATI\r")
        await asyncio.sleep(0)
        assert len(seen) == 2
        await link.close()

    asyncio.run(main())


def test_a_loss_reaches_the_user() -> None:
    tap, host = Tap(), User()
    TappedUser(host, tap).link_lost(LinkLost("/dev/ttyUSB2", "unplugged"))
    assert [error.reason for error in host.lost] == ["unplugged"]


def test_a_listener_may_end_itself_while_it_hears() -> None:
    tap = Tap()
    heard: list[str] = []

    def once(_way: Way, _data: bytes) -> None:
        heard.append("once")
        stop()

    stop = tap.listen(once)
    tap.listen(lambda _way, _data: heard.append("always"))
    tap.passes(Way.TO_MODEM, b"1")
    tap.passes(Way.TO_MODEM, b"2")
    assert heard == ["once", "always", "always"]
