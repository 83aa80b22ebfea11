"""OMA CP messages that the card's IMSI proves: the one that is active when they come."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

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
from apn_config.model import Security
from tests.service.bench import CONFIG, Bench, Play

OTHER_IMSI = "901430000000777"
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
