"""What is redacted is gone from every byte on the disk: rows, free pages, gaps in pages, WAL.

Sizes vary and rows are settled out of order, so that pages split, merge, overflow and are freed.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from apn_config.model import Apn, AuthType, Credentials, Message
from apn_config.store import Place, Store
from apn_config.store.inbox import KEEP_S
from apn_config.transaction import State
from tests.apn_config.store_support import (
    FORMER,
    ICCID,
    WANTED,
    FakeClock,
    intent,
    message,
    store_bytes,
)

SECRET = b"-secret"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def store(tmp_path: Path, clock: FakeClock) -> Iterator[Store]:
    with Store.open(tmp_path / "store" / "store.db", clock.now()) as opened:
        yield opened


def _on_disk(store: Store) -> int:
    assert store.truncate_wal()
    return store_bytes(store.path).count(SECRET)


@pytest.mark.parametrize("seed", range(4))
def test_settled_messages_leave_no_secret(store: Store, clock: FakeClock, seed: int) -> None:
    rng = random.Random(seed)
    live: list[int] = []
    for number in range(400):
        whole = message(number + seed * 1000)
        filler = "pin-secret " * rng.randrange(1, rng.choice((3, 30, 900)))
        with store.transaction():
            message_id = store.inbox.add(replace(whole, text=filler, pdu=filler[:300]), clock.now())
            assert message_id is not None
            live.append(message_id)
            while len(live) > rng.randrange(40):
                done = live.pop(rng.randrange(len(live)))
                store.inbox.settle(done, "applied", "x" * rng.randrange(200), clock.now())
        if number == 200:
            assert _on_disk(store) > 0 or not live  # the search finds what is there
    with store.transaction():
        for done in live:
            store.inbox.settle(done, "applied", None, clock.now())
    assert _on_disk(store) == 0


def test_parts_leave_no_secret_joined_or_expired(store: Store, clock: FakeClock) -> None:
    with store.transaction():
        ids = [
            store.inbox.add(
                message(number, place=Place(number // 2, 2, number % 2 + 1, 8)), clock.now()
            )
            for number in range(4)
        ]
        parts = [part for part in ids if part is not None]
        store.inbox.join(parts[:2], Message("joined-secret"), clock.now())
        store.inbox.expire(parts[2:], clock.now())
        store.inbox.settle(parts[0], "applied", "APN em", clock.now())
    assert _on_disk(store) == 0


def test_pruned_messages_leave_no_secret(store: Store, clock: FakeClock) -> None:
    with store.transaction():
        for number in range(50):
            pdu = "pdu-secret" * 20
            store.inbox.set_aside(number.to_bytes(32, "big"), pdu, "bad", clock.now())
    assert _on_disk(store) > 0
    with store.transaction():
        assert store.housekeeping(clock.advance(KEEP_S + 1)) == 50
    assert _on_disk(store) == 0


def test_final_changes_leave_the_records_credentials_alone(store: Store, clock: FakeClock) -> None:
    with store.transaction():
        change_id = store.changes.begin(intent(), 300, clock.now())
    with store.transaction():
        store.records.commit(ICCID, 1, FORMER, clock.now())
        store.records.commit(ICCID, 1, WANTED, clock.now())
        store.changes.finish(change_id, State.COMMITTED, clock.now())
    assert _on_disk(store) == 2  # the current and the last good one
    with store.transaction():
        for name in ("em3", "em4"):
            store.records.commit(ICCID, 1, Apn(name), clock.now())
    assert _on_disk(store) == 0


def test_a_rolled_back_change_leaves_nothing(store: Store, clock: FakeClock) -> None:
    for number in range(60):
        secret = Credentials(AuthType.PAP, "user", "long-secret" * (number + 1))
        with store.transaction():
            wanted = Apn("em2", credentials=secret)
            change_id = store.changes.begin(intent(wanted=wanted), 300, clock.now())
        with store.transaction():
            store.changes.finish(change_id, State.ROLLED_BACK, clock.now())
    assert _on_disk(store) == 0


def test_a_pin_is_not_on_the_disk(store: Store, clock: FakeClock) -> None:
    with store.transaction():
        store.pins.record(ICCID, "87654321", clock.now())
    store.truncate_wal()
    assert b"87654321" not in store_bytes(store.path)
