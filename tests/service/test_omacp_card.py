"""OMA CP messages that the card's IMSI proves: the one that is active when they come."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from apn_config.config import AccessConfig, Config, DialectsConfig, OmacpConfig, Rule
from apn_config.dialects.omacp.encode import (
    AccessPoint,
    deliver_of,
    document_of,
    encode_push,
    encode_wbxml,
    parts_of,
)
from apn_config.dialects.omacp.security import key_for
from apn_config.intake import CARD_S
from apn_config.model import Security
from modem.simulator import FaultPlan
from modem.simulator.faults import Action, Fault
from tests.service.bench import CONFIG, Bench, Play

OTHER_IMSI = "901430000000777"
# Longer than a single look at a busy card goes on, 22 s, and the one of a start before it.
LONG_S = 50.0
NETWPIN: Config = replace(
    CONFIG,
    access=AccessConfig(rules=(Rule("operators"),)),
    dialects=DialectsConfig(
        enabled=("plain", "omacp"), omacp=OmacpConfig(accept=frozenset({Security.NETWPIN}))
    ),
)


def message(apn: str, imsi: str) -> str:
    body = encode_wbxml(document_of(AccessPoint(apn)))
    key = key_for(Security.NETWPIN, "", imsi)
    assert key is not None
    push = encode_push(body, Security.NETWPIN, key)
    (part,) = parts_of(push, 1)
    return deliver_of(part, "99887", datetime(2026, 1, 1, tzinfo=UTC)).pdu


def busy(bench: Bench, seconds: float) -> None:
    """The card tells its numbers only after that time."""
    numbers = Fault(Action.REFUSE, pattern=r"\+(CIMI|CRSM|CCID)", code="CME 14", for_s=seconds)
    bench.simulated.set_faults(FaultPlan((numbers,)))


def test_an_imsi_that_changed_without_a_word(play: Play) -> None:
    """As emnify's applet may do it, on a modem that tells nothing of that."""

    async def story(bench: Bench) -> None:
        modem = await bench.agent.keeper.modem()
        await bench.passes(60)
        assert modem.identity.imsi != OTHER_IMSI
        card = bench.simulated.state.card
        assert card is not None
        card.imsi = OTHER_IMSI
        bench.simulated.deliver_pdu(message("other", OTHER_IMSI))
        await bench.answer("OK APN other")

    play(story, config=NETWPIN)


def test_what_waited_at_a_start_is_judged_once_the_card_tells_its_imsi(play: Play) -> None:
    """No PIN is configured: NETWPIN takes none."""

    async def story(bench: Bench) -> None:
        imsi = (await bench.agent.keeper.modem()).identity.imsi or ""
        await bench.kill()
        bench.simulated.deliver_pdu(message("other", imsi))
        busy(bench, LONG_S)
        await bench.start()
        await bench.answer("OK APN other", 100)

    play(story, config=NETWPIN)


def test_a_card_that_starts_again_is_waited_for(play: Play) -> None:
    async def story(bench: Bench) -> None:
        await bench.passes(60)
        busy(bench, LONG_S)
        bench.simulated.refresh_card(imsi=OTHER_IMSI)
        await bench.passes(5)
        bench.simulated.deliver_pdu(message("other", OTHER_IMSI))
        await bench.answer("OK APN other", 120)

    play(story, config=NETWPIN)


def test_a_card_that_never_tells_its_imsi_is_waited_for_once(play: Play) -> None:
    """Nobody may hold up the others' messages by octets that only an IMSI could prove."""

    async def story(bench: Bench) -> None:
        await bench.passes(60)

        def judged(count: int) -> bool:
            return bench.verdicts() == ["no-imsi"] * count

        # Another refusal than "busy", which is asked again for some seconds each time.
        mute = Fault(Action.REFUSE, pattern=r"\+CIMI", code="CME 100")
        bench.simulated.set_faults(FaultPlan((mute,)))
        bench.simulated.deliver_pdu(message("other", OTHER_IMSI))
        waited_s = await bench.until(partial(judged, 1), "it is judged", 60)
        assert waited_s >= CARD_S
        for number in range(2, 5):
            bench.simulated.deliver_pdu(message(f"other{number}", OTHER_IMSI))
            await bench.until(partial(judged, number), "it is judged", 5)

    play(story, config=NETWPIN)


def test_a_card_that_told_nothing_is_waited_for_again_after_the_next_initialisation(
    play: Play,
) -> None:
    async def story(bench: Bench) -> None:
        await bench.passes(60)
        busy(bench, 3600)
        bench.simulated.deliver_pdu(message("em", OTHER_IMSI))
        await bench.until(lambda: bench.verdicts() == ["no-imsi"], "it is judged", 120)
        busy(bench, LONG_S)
        bench.simulated.refresh_card(imsi=OTHER_IMSI)
        await bench.passes(1)
        bench.simulated.deliver_pdu(message("other", OTHER_IMSI))
        await bench.answer("OK APN other", 120)

    play(story, config=NETWPIN)
