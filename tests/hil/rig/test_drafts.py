"""Drafts that fill a modem's storage, on simulated modems."""

from __future__ import annotations

import pytest

from hil.rig.drafts import delete_drafts, write_drafts
from modem import Command, Modem, sms
from modem.profiles import EC25, SIM7600, Profile
from tests.modem.test_device_simulated import Bench, play


async def used(modem: Modem) -> tuple[int, int]:
    state = await modem.storage()
    assert state is not None
    return state.used, state.total


@pytest.mark.parametrize("profile", [SIM7600, EC25], ids=lambda profile: profile.name)
def test_they_fill_it_but_for_what_is_left(profile: Profile) -> None:
    async def story(bench: Bench) -> None:
        modem = await bench.modem()
        await modem.initialise()
        _, total = await used(modem)
        assert await write_drafts(modem, "1234", leave=2) == total - 2
        assert await used(modem) == (total - 2, total)
        assert await write_drafts(modem, "1234", leave=2) == 0
        assert await delete_drafts(modem) == total - 2
        assert await used(modem) == (0, total)
        assert bench.sent == []
        await modem.close()

    play(story, profile=profile)


def test_nobody_else_s_messages_are_deleted() -> None:
    async def story(bench: Bench) -> None:
        modem = await bench.modem()
        await modem.initialise()
        bench.simulated.deliver("12345", "a draft of modem-helper hil")
        (other,) = sms.compose("12", "A")
        words = f"AT+CMGW={other.tpdu_length},2"
        await modem.execute(Command(words, ("+CMGW",), payload=other.pdu.encode()))
        await write_drafts(modem, "1234", leave=5)
        await delete_drafts(modem)
        assert (await used(modem))[0] == 2
        await modem.close()

    play(story, profile=SIM7600)
