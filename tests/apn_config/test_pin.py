"""The PIN is given once, and after a refusal never again, whatever the card said before."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from apn_config.clock import SystemClock
from apn_config.config import Config, parse
from apn_config.pin import PinGuard
from apn_config.storage_thread import StoreThread
from modem import SimLocked

CARD = "8988399007902325614"


def config(tmp_path: Path, pin: str) -> Config:
    file = tmp_path / "pin"
    file.write_text(pin)
    file.chmod(0o600)
    return parse(b'[modem]\nsim_pin_file = "pin"\n', tmp_path / "config.toml")


def play(tmp_path: Path, *acts: str) -> list[str]:
    """Each act: "ask", "ask:<tries left>", "accepted", "refused", "restart"; what asking gave."""

    async def main() -> list[str]:
        clock = SystemClock()
        db = StoreThread()
        await db.open(tmp_path / "store" / "db", clock.now())
        guard = PinGuard(config(tmp_path, "4711"), db, clock)
        given = []
        for act in acts:
            word, _, tries = act.partition(":")
            if word == "restart":
                await db.close()
                db = StoreThread()
                await db.open(tmp_path / "store" / "db", clock.now())
                guard = PinGuard(config(tmp_path, "4711"), db, clock)
            elif word == "ask":
                try:
                    given.append(await guard(CARD, int(tries) if tries else None))
                except SimLocked:
                    given.append("locked")
            else:
                await getattr(guard, word)()
        await db.close()
        return given

    return asyncio.run(main())


@pytest.mark.parametrize(
    ("acts", "given"),
    [
        pytest.param(("ask",), ["4711"], id="once"),
        pytest.param(("ask", "ask"), ["4711", "locked"], id="a try without an outcome is the last"),
        pytest.param(("ask", "restart", "ask"), ["4711", "locked"], id="after a restart, too"),
        pytest.param(
            ("ask", "accepted", "restart", "ask", "accepted", "ask"),
            ["4711", "4711", "4711"],
            id="what was accepted is given at each start",
        ),
        pytest.param(
            ("ask", "accepted", "ask", "refused", "ask", "restart", "ask"),
            ["4711", "4711", "locked", "locked"],
            id="a refusal outweighs what was accepted before",
        ),
        pytest.param(("ask:1",), ["locked"], id="the last try is nobody's to risk"),
        pytest.param(("ask:2",), ["4711"], id="two are left"),
    ],
)
def test_when_the_pin_is_given(tmp_path: Path, acts: tuple[str, ...], given: list[str]) -> None:
    assert play(tmp_path, *acts) == given
