"""Signed commands where the daemon begins anew: a card that is busy, a command that was cut off."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from apn_config.config import AccessConfig, Config, DialectsConfig
from apn_config.config_commands import CommandsConfig, OwnCommand
from apn_config.dialects.signed import sign, signature_of, verify_answer
from apn_config.intake import CARD_S
from apn_config.keys import Key, create_key
from apn_config.model import Outcome, Result
from apn_config.verbs import own
from modem.simulator import FaultPlan
from modem.simulator.faults import Action, Fault
from tests.service.bench import CONFIG, OPERATOR, Bench, Play


@pytest.fixture
def key(tmp_path: Path) -> Key:
    (tmp_path / "keys").mkdir(mode=0o700)
    return create_key(tmp_path / "keys", "ops", bytes(range(32)))


def configured(home: Path) -> Config:
    return replace(
        CONFIG,
        access=AccessConfig(senders=(OPERATOR,), keys=home / "keys"),
        dialects=DialectsConfig(enabled=("plain", "signed")),
        commands=CommandsConfig(own={"UPDATE": OwnCommand(("/bin/true",))}),
    )


async def iccid(bench: Bench) -> str:
    return (await bench.agent.keeper.modem()).identity.iccid or ""


async def restart(bench: Bench, *, busy_s: float) -> None:
    """Begin anew, with a card that tells its numbers only after that time."""
    numbers = Fault(Action.REFUSE, pattern=r"\+(CIMI|CRSM|CCID)", code="CME 14", for_s=busy_s)
    bench.simulated.set_faults(FaultPlan((numbers,)))
    await bench.start()


def enrol(bench: Bench, key: Key) -> None:
    bench.db.now(lambda store: store.counters.enrol(key.fingerprint))


def assert_signed(answer: str, card: str, key: Key, counter: int) -> None:
    found = signature_of(answer)
    assert found is not None, answer
    assert found.counter == counter
    assert verify_answer(key.octets, card, found)


def test_what_waited_is_judged_once_the_card_tells_its_number(
    play: Play, key: Key, tmp_path: Path
) -> None:
    async def story(bench: Bench) -> None:
        enrol(bench, key)
        card = await iccid(bench)
        await bench.kill()
        bench.send(sign(key.octets, card, 1, "#1 APN other"))
        await restart(bench, busy_s=20)
        answer, took_s = await bench.answer("#1 OK APN other", 60)
        assert took_s >= 15
        assert_signed(answer, card, key, 1)

    play(story, config=configured(tmp_path))


def test_a_card_that_stays_busy_is_waited_for_no_longer(
    play: Play, key: Key, tmp_path: Path
) -> None:
    async def story(bench: Bench) -> None:
        enrol(bench, key)
        await bench.kill()
        bench.send("#1 PING")
        await restart(bench, busy_s=10 * CARD_S)
        # The last look at it may take another half minute.
        await bench.answer("#1 OK PING", CARD_S + 40)
        assert not await iccid(bench)

    play(story, config=configured(tmp_path))


def test_the_answer_to_what_was_interrupted_is_signed(play: Play, key: Key, tmp_path: Path) -> None:
    """It is made after the next start, before there is a modem that knows its card."""

    async def story(bench: Bench) -> None:
        enrol(bench, key)
        card = await iccid(bench)
        runs: list[str] = []

        async def run(_command: OwnCommand, name: str, _arguments: tuple[str, ...]) -> Outcome:
            runs.append(name)
            await bench.passes(3600)
            return Outcome(Result.OK)

        bench.monkeypatch.setattr(own, "carry_out", run)
        bench.send(sign(key.octets, card, 1, "#1 UPDATE"))
        await bench.until(lambda: runs, "it is run")
        await bench.kill()
        await bench.start()
        answer, _ = await bench.answer("#1 ERR reason=interrupted")
        assert_signed(answer, card, key, 1)

    play(story, config=configured(tmp_path))
