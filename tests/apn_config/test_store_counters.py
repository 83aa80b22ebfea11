"""Counters of signed commands: each is taken once, and none that somebody may have taken before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apn_config.dialects.signed import CODE_CHARS, MAX_COUNTER
from apn_config.store import CounterRow, Store, Took
from apn_config.store.counters import MAX_FIRST, MAX_JUMP, WINDOW
from tests.apn_config.store_support import FakeClock, reopened

KEY, OTHER = "0123456789abcdef", "fedcba9876543210"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "store.db", FakeClock().now()) as opened:
        yield opened


def take(store: Store, *counters: int, changing: bool = False) -> list[Took]:
    """What becomes of each, in a transaction of its own."""
    found = []
    for counter in counters:
        with store.transaction():
            found.append(store.counters.take(KEY, counter, changing=changing))
    return found


def enrolled(store: Store) -> None:
    with store.transaction():
        assert store.counters.enrol(KEY)


def highest(store: Store) -> int | None:
    with store.transaction():
        return store.counters.highest(KEY)


T, R, OLD, S, F = Took.TAKEN, Took.REPLAYED, Took.TOO_OLD, Took.STALE, Took.TOO_FAR
READING: dict[str, tuple[list[int], list[Took]]] = {
    "in order": ([1, 2, 3], [T, T, T]),
    "each once": ([1, 1, 2, 1, 2], [T, R, T, R, R]),
    "one got lost": ([1, 3, 2], [T, T, T]),
    "reordered, and again": ([5, 4, 3, 4, 3, 5], [T, T, T, R, R, R]),
    "the window's end": ([100, 100 - WINDOW, 100 - WINDOW - 1], [T, T, OLD]),
    "it moves along": ([100, 101, 101 - WINDOW, 100, 100 - WINDOW], [T, T, T, R, OLD]),
    "what left the window": ([1, 2 + WINDOW, 1], [T, T, OLD]),
    "still in it": ([1, 1 + WINDOW, 1], [T, T, R]),
    "far ahead empties it": ([7, 7_000_000, 7_000_000 - WINDOW, 7], [T, T, T, OLD]),
    "the largest jump": ([1, 1 + MAX_JUMP, 1 + 2 * MAX_JUMP + 1, 2 + MAX_JUMP], [T, T, F, T]),
    "unix time from the begin": ([1_764_000_000, 1_764_000_001, 5], [T, T, OLD]),
    "the first one's most": ([MAX_FIRST + 1, MAX_FIRST], [F, T]),
    "the last number": ([MAX_COUNTER], [F]),
    "none below one": ([0, 1, 0, -1], [OLD, T, OLD, OLD]),
}  # fmt: skip


@pytest.mark.parametrize(("counters", "expected"), READING.values(), ids=READING)
def test_a_reading_verb(store: Store, counters: list[int], expected: list[Took]) -> None:
    enrolled(store)
    assert take(store, *counters) == expected


def test_a_changing_verb_is_above_all_that_were_taken(store: Store) -> None:
    enrolled(store)
    assert take(store, 5, 7, changing=True) == [T, T]
    assert take(store, 6, changing=True) == [S]
    assert take(store, 9) == [T]
    assert take(store, 8, changing=True) == [S], "a reading one counts, too"
    assert highest(store) == 9


def test_a_stale_one_is_used_up(store: Store) -> None:
    """Else whoever repeats it would get an answer each time."""
    enrolled(store)
    assert take(store, 5, 4) == [T, T]
    assert take(store, 3, 3, changing=True) == [S, R]
    assert take(store, 3) == [R]


def test_what_is_refused_moves_nothing(store: Store) -> None:
    enrolled(store)
    take(store, 50)
    assert take(store, 50, 1, 51 + MAX_JUMP, changing=True) == [R, OLD, F]
    assert highest(store) == 50
    assert take(store, 49, 51) == [T, T]


def test_keys_count_each_for_itself(store: Store) -> None:
    enrolled(store)
    take(store, 5)
    with store.transaction():
        assert store.counters.take(OTHER, 5, changing=False) is Took.UNKNOWN
        assert store.counters.enrol(OTHER)
        assert store.counters.take(OTHER, 5, changing=False) is Took.TAKEN


def test_it_survives_the_end(tmp_path: Path) -> None:
    clock = FakeClock()
    store = Store.open(tmp_path / "store.db", clock.now())
    enrolled(store)
    take(store, 9, 7)
    with store.transaction():
        store.counters.set_applied(KEY, 9)
    store = reopened(store, clock)
    assert take(store, 9, 7, 8) == [R, R, T]
    with store.transaction():
        assert store.counters.applied(KEY) == 9
    store.close()


def test_what_was_rolled_back_wasnt_taken(store: Store) -> None:
    enrolled(store)
    with suppress(ZeroDivisionError), store.transaction():
        store.counters.take(KEY, 1, changing=True)
        raise ZeroDivisionError
    assert take(store, 1) == [T]


# --- nobody knows ---------------------------------------------------------------------------------


def challenge(store: Store) -> str:
    with store.transaction():
        return store.counters.challenge(KEY)


def sync(store: Store, code: str, counter: int) -> bool:
    with store.transaction():
        return store.counters.sync(KEY, code, counter)


def test_a_key_that_nobody_enrolled_takes_nothing(store: Store) -> None:
    assert take(store, 1, 2, 10**9) == [Took.UNKNOWN] * 3
    assert highest(store) is None


def test_a_code_is_given_again_until_it_is_brought(store: Store) -> None:
    code = challenge(store)
    assert re.fullmatch(f"[A-Z2-7]{{{CODE_CHARS}}}", code)
    assert challenge(store) == code
    assert take(store, 1) == [Took.UNKNOWN], "to ask is not to know"
    assert sync(store, code.lower(), 700)
    with store.transaction():
        assert not store.counters.awaited(KEY)
    assert challenge(store) != code


def test_it_outlives_the_program(tmp_path: Path) -> None:
    clock = FakeClock()
    store = Store.open(tmp_path / "store.db", clock.now())
    code = challenge(store)
    store = reopened(store, clock)
    assert challenge(store) == code
    store.close()


def test_a_code_is_good_once(store: Store) -> None:
    code = challenge(store)
    assert sync(store, code, 700)
    assert not sync(store, code, 900)
    assert highest(store) == 700


def test_a_wrong_code_changes_nothing(store: Store) -> None:
    assert not sync(store, "AAAAAAAA", 5), "none is awaited"
    code = challenge(store)
    assert not sync(store, "A" * 8 if code != "A" * 8 else "B" * 8, 5)
    assert not sync(store, "", 5)
    assert challenge(store) == code
    assert take(store, 5) == [Took.UNKNOWN]


def test_nothing_below_it_is_taken_afterwards(store: Store) -> None:
    """Before the store was lost each of them may have been."""
    assert sync(store, challenge(store), 700)
    assert take(store, 700, 699, 700 - WINDOW, 1) == [R, R, R, OLD]
    assert take(store, 702, 701) == [T, T]


def test_it_is_the_way_out_of_a_jump_too_far(store: Store) -> None:
    enrolled(store)
    far = 10 + 3 * MAX_JUMP
    assert take(store, 10, far) == [T, F]
    assert sync(store, challenge(store), far)
    assert take(store, far + 1, 11) == [T, OLD]


def test_it_never_goes_back(store: Store) -> None:
    """Else all since then could be said again."""
    enrolled(store)
    take(store, 1000)
    code = challenge(store)
    assert not sync(store, code, 1000)
    assert not sync(store, code, 5)
    assert sync(store, code, 1001)


def test_an_open_code_hinders_nothing(store: Store) -> None:
    enrolled(store)
    challenge(store)
    assert take(store, 1, 2) == [T, T]


# --- enrolling ------------------------------------------------------------------------------------


def test_who_is_known_isnt_enrolled_anew(store: Store) -> None:
    enrolled(store)
    take(store, 5)
    with store.transaction():
        assert not store.counters.enrol(KEY)
    assert highest(store) == 5


def test_who_was_asked_for_a_code_may_still_be_enrolled(store: Store) -> None:
    code = challenge(store)
    enrolled(store)
    assert highest(store) == 0
    assert not sync(store, code, 900), "that code is void"
    assert take(store, 1) == [T]


def test_all_that_is_known(store: Store) -> None:
    enrolled(store)
    take(store, 3)
    with store.transaction():
        store.counters.set_applied(KEY, 3)
        store.counters.challenge(OTHER)
        assert store.counters.all() == [
            CounterRow(KEY, 3, 3, awaits_code=False),
            CounterRow(OTHER, None, None, awaits_code=True),
        ]
        for number in range(150):
            store.counters.enrol(f"{number:016x}")
        assert store.counters.of([OTHER, "nobody", KEY]) == [
            CounterRow(OTHER, None, None, awaits_code=True),
            CounterRow(KEY, 3, 3, awaits_code=False),
        ]


# --- all orders -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One for all examples: each has a key of its own."""
    path = tmp_path_factory.mktemp("counters") / "store.db"
    with Store.open(path, FakeClock().now()) as opened:
        yield opened


near = st.integers(1, 3 * WINDOW)
anywhere = st.one_of(near, st.integers(1, MAX_COUNTER))
messages = st.lists(st.tuples(st.one_of(near, near, anywhere), st.booleans()), max_size=60)
_numbers = iter(range(10**9))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(messages)
def test_no_order_lets_one_pass_twice(shared: Store, said: list[tuple[int, bool]]) -> None:
    """Against a memory of all that was taken, which needs no window."""
    key = f"key-{next(_numbers)}"
    taken: set[int] = set()
    with shared.transaction():
        shared.counters.enrol(key)
        for counter, changing in said:
            top = max(taken, default=0)
            found = shared.counters.take(key, counter, changing=changing)
            allowed = counter > top or (top - counter <= WINDOW and not changing)
            far = counter > (top + MAX_JUMP if top else MAX_FIRST)
            assert (found is T) == (counter not in taken and allowed and not far), (counter, found)
            if found in (T, S):
                taken.add(counter)
        assert shared.counters.highest(key) == max(taken, default=0)
