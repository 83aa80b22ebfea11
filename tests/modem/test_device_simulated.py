"""Modem and ModemKeeper against the simulated modem, on one virtual clock, as each family.

That both sides read a profile in the same way is no proof that the profile is right; that is in
test_profiles.py and test_commands.py, by what the manuals say.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from modem import (
    ContextAuth,
    ContextSettings,
    LiveContext,
    MessageStored,
    Modem,
    ModemEvent,
    ModemKeeper,
    Restarted,
    SimAbsent,
    SimLocked,
    sms,
)
from modem.link import Link, LinkUser
from modem.memory_link import memory_links
from modem.profiles import EC25, GENERIC, SIM7600, Profile
from modem.simulator.cellular import Login, Network, NetworkSettings
from modem.simulator.core import SimulatedModem
from modem.simulator.endpoints.clockwork import Clockwork
from modem.simulator.endpoints.memory import MemoryEndpoint
from modem.simulator.endpoints.wire import Wire
from modem.simulator.smsc import Submission
from tests.modem.scripted import PinPad
from tests.virtual_time import run

FAMILIES = pytest.mark.parametrize(
    "profile", [GENERIC, SIM7600, EC25], ids=lambda profile: profile.name
)


@dataclass
class Bench:
    """A simulated modem and network on the running loop's clock."""

    profile: Profile = GENERIC
    pin: str | None = None
    has_card: bool = True
    lte_only: bool = False
    events: list[ModemEvent] = field(default_factory=list)
    sent: list[Submission] = field(default_factory=list)

    def __post_init__(self) -> None:
        settings = NetworkSettings(
            apns=("em", "other", "closed"), logins={"closed": Login("the-user", "the-word")}
        )
        self.network = Network(settings, clock=asyncio.get_running_loop().time)
        self.simulated = SimulatedModem(
            self.network,
            self.profile,
            pin=self.pin,
            has_card=self.has_card,
            lte_only=self.lte_only,
            start_apn="em",
        )
        self.simulated.on_submission = self.sent.append
        self.endpoint = MemoryEndpoint(Wire(self.simulated))

    async def open_link(self, port: str, user: LinkUser, *, baud: int = 115200) -> Link:
        ours, theirs = memory_links(user, self.endpoint)
        self.endpoint.attach(theirs)
        return ours

    async def modem(self) -> Modem:
        modem = Modem("memory", on_event=self.events.append)
        modem.attach_link(await self.open_link("memory", modem.driver))
        return modem


def play(story: Callable[[Bench], Awaitable[None]], **bench: object) -> None:
    """Run a story on a bench."""

    async def main() -> None:
        made = Bench(**bench)  # type: ignore[arg-type]
        with Clockwork(made.network):
            await story(made)

    run(main())


async def until(condition: Callable[[], Awaitable[bool]], limit_s: float = 120.0) -> None:
    async with asyncio.timeout(limit_s):
        while not await condition():  # noqa: ASYNC110 -- what is asked costs an AT command
            await asyncio.sleep(0.5)


@FAMILIES
def test_from_nothing_to_a_message_each_way(profile: Profile) -> None:
    async def story(bench: Bench) -> None:
        modem = await bench.modem()
        await modem.initialise()
        assert modem.profile is profile
        assert modem.identity.imei == bench.simulated.who.imei
        assert modem.identity.iccid == bench.simulated.who.iccid
        assert modem.setup.warnings == ()

        async def registered() -> bool:
            return (await modem.registration()).registered

        await until(registered)
        bench.simulated.deliver("12345", "#17 APN em")
        await asyncio.sleep(1.0)
        (stored,) = [event for event in bench.events if isinstance(event, MessageStored)]
        assert stored.index is not None
        message = await modem.read_message(stored.memory, stored.index)
        assert message is not None
        decoded = sms.decode_pdu(message.pdu)
        assert isinstance(decoded, sms.Deliver)
        assert (decoded.number, decoded.text) == ("12345", "#17 APN em")
        await modem.delete_messages(message.memory, [message.index])
        assert await modem.stored_messages(every_memory=True) == ()

        (part,) = sms.compose("1234", "#17 OK APN em")
        await modem.send_sms(part)
        await asyncio.sleep(1.0)
        assert len(bench.sent) == 1
        assert not any(isinstance(event, Restarted) for event in bench.events)

    play(story, profile=profile)


@FAMILIES
def test_a_context_is_set_with_credentials_and_takes_effect(profile: Profile) -> None:
    async def story(bench: Bench) -> None:
        modem = await bench.modem()
        await modem.initialise()

        async def live() -> bool:
            return (await modem.live_context(1)).address is not None

        await until(live)
        wanted = ContextSettings(1, "IP", "closed", ContextAuth(1, "the-user", "the-word"))
        await modem.write_context(wanted)
        await modem.radio_cycle()
        await until(live)
        found = await modem.live_context(1)
        assert found.apn == "closed"
        if profile.simulator.auth_read_back:
            assert await modem.read_context(1) == wanted
        await modem.write_context(ContextSettings(1, "IP", "other", ContextAuth(0)))
        await modem.radio_cycle()
        await until(live)
        assert (await modem.live_context(1)).apn == "other"
        read = await modem.read_context(1)
        assert (read.apn, read.auth) == ("other", ContextAuth(0))

    play(story, profile=profile)


def test_an_unknown_apn_on_lte_leaves_nothing() -> None:
    async def story(bench: Bench) -> None:
        modem = await bench.modem()
        await modem.initialise()
        await modem.write_context(ContextSettings(1, "IP", "nowhere"))
        await modem.radio_cycle()
        await asyncio.sleep(30.0)
        found = await modem.registration()
        assert not found.registered
        assert not (await modem.attached())
        assert await modem.live_context(1) == LiveContext(active=False)

    play(story, lte_only=True)


def test_the_pin_is_entered() -> None:
    async def story(bench: Bench) -> None:
        pin_for = PinPad("4711")
        modem = await bench.modem()
        await modem.initialise(pin_for=pin_for)
        assert pin_for.asked == [(bench.simulated.who.iccid, 3)]
        assert modem.identity.imsi == bench.simulated.who.imsi

    play(story, pin="4711")


def test_a_wrong_pin_costs_one_try() -> None:
    async def story(bench: Bench) -> None:
        pin_for = PinPad("1111")
        modem = await bench.modem()
        for _ in range(2):
            with pytest.raises(SimLocked):
                await modem.initialise(pin_for=pin_for)
        assert [tries_left for _, tries_left in pin_for.asked] == [3, 2]

    play(story, pin="4711")


def test_no_card() -> None:
    async def story(bench: Bench) -> None:
        with pytest.raises(SimAbsent):
            await (await bench.modem()).initialise()

    play(story, has_card=False)


@FAMILIES
def test_a_restart_is_noticed_and_survived(
    profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(bench: Bench) -> None:
        monkeypatch.setattr("modem.device.open_link", bench.open_link)
        ready: list[Modem] = []

        async def on_ready(modem: Modem) -> None:
            ready.append(modem)

        keeper = ModemKeeper("memory", on_event=bench.events.append, on_ready=on_ready)
        keeping = asyncio.create_task(keeper.run())
        modem = await keeper.modem()
        bench.simulated.restart()
        async with asyncio.timeout(120.0):
            await modem.restarted.wait()
            modem = await keeper.modem()
        assert len(ready) == 2
        assert (await modem.storage()) is not None
        bench.events.clear()
        bench.simulated.deliver("12345", "PING")
        await asyncio.sleep(30.0)
        assert [event for event in bench.events if isinstance(event, MessageStored)]
        assert len(ready) == 2
        keeping.cancel()
        await asyncio.wait({keeping})

    play(story, profile=profile)


def test_reset_by_command(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(bench: Bench) -> None:
        modem = await bench.modem()
        await modem.initialise()
        await modem.restart()
        async with asyncio.timeout(60.0):
            await modem.restarted.wait()
        await modem.initialise()
        assert not modem.restarted.is_set()

    play(story, profile=SIM7600)


@FAMILIES
def test_twenty_messages_in_one_go(profile: Profile) -> None:
    async def story(bench: Bench) -> None:
        modem = await bench.modem()
        await modem.initialise()
        await asyncio.sleep(5.0)
        for number in range(20):
            bench.simulated.deliver("12345", f"#{number} PING")
        await asyncio.sleep(5.0)
        announced = [event for event in bench.events if isinstance(event, MessageStored)]
        assert len(announced) == 20
        messages = await modem.stored_messages(every_memory=False)
        texts = {getattr(sms.decode_pdu(message.pdu), "text", None) for message in messages}
        assert texts == {f"#{number} PING" for number in range(20)}

    play(story, profile=profile)
