"""A reassembler that is stored and restored: it goes on as it was, or refuses a damaged state."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from modem.sms import Deliver, Reassembler, reassembly
from tests.modem.sms.long_messages import (
    A1,
    A2,
    A3,
    B1,
    B2,
    B3,
    LATER1,
    LATER2,
    LATER3,
    LONG,
    NOW,
    SENDER1,
    SENDER2,
    SENDER3,
    WIDE1,
    WIDE2,
    WIDE3,
    only_deliver,
    parts_of,
)

REFUSED = r"^no state of a reassembler: "


def _stored(reassembler: Reassembler, **limits: Any) -> Reassembler:
    return Reassembler.restored(json.loads(json.dumps(reassembler.state())), **limits)


[PING] = parts_of("ping")
ALL_PARTS = [
    *(A1, A2, A3, B1, B2, B3, SENDER1, SENDER2, SENDER3),
    *(WIDE1, WIDE2, WIDE3, LATER1, LATER2, LATER3),
    PING,
    *parts_of(LONG, sender="emnify"),
    *parts_of("č" * 140, sender="+4917012345678"),
]


class StoredReassembler(RuleBasedStateMachine):
    """One reassembler goes on, the other is stored and restored now and then: both say the same."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0
        self.plain = Reassembler(60.0, 3)
        self.stored = Reassembler(60.0, 3)

    @rule(part=st.sampled_from(ALL_PARTS), later_s=st.sampled_from([0.0, 0.0, 10.5, 61]))
    def add(self, part: Deliver, later_s: float) -> None:
        self.now_s += later_s
        assert self.stored.add(part, self.now_s) == self.plain.add(part, self.now_s)

    @rule(parts=st.sampled_from([(A1, A2, A3), (SENDER3, SENDER1, SENDER2), (B2, B1, B3)]))
    def add_all(self, parts: tuple[Deliver, ...]) -> None:
        for part in parts:
            self.add(part, 0.0)

    @rule(later_s=st.sampled_from([0.0, 30.0, 61.0]))
    def expire(self, later_s: float) -> None:
        self.now_s += later_s
        assert self.stored.expire(self.now_s) == self.plain.expire(self.now_s)

    @rule()
    def store_and_restore(self) -> None:
        self.stored = _stored(self.stored, max_age_s=60.0, max_sets=3)

    @invariant()
    def same_state(self) -> None:
        assert self.stored.state() == self.plain.state()
        assert len(self.stored) == len(self.plain) <= 3


TestStoredReassembler = StoredReassembler.TestCase
TestStoredReassembler.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)


def _full() -> Reassembler:
    """One with an open message, a finished one, and one that made room."""
    reassembler = Reassembler(max_sets=2)
    for part in (WIDE1, SENDER1, A1, A2, A3, SENDER3):
        reassembler.add(part, 5.5)
    return reassembler


DONE_STATE = {
    "touched_s": 5.5,
    "address": {"value": "12345", "toa": 0x81},
    "ref": 7,
    "total": 3,
    "bits": 8,
    "keys": sorted(part.key.hex() for part in (A1, A2, A3)),
}


def test_the_form_of_the_state() -> None:
    assert _full().state() == {
        "version": 1,
        "sets": [
            DONE_STATE,
            {
                "touched_s": 5.5,
                "parts": [
                    {"pdu": SENDER1.pdu, "has_smsc": True},
                    {"pdu": SENDER3.pdu, "has_smsc": True},
                ],
            },
        ],
        "evicted": [{"touched_s": 5.5, "parts": [{"pdu": WIDE1.pdu, "has_smsc": True}]}],
    }


def test_parts_without_the_smsc_are_restored_as_such() -> None:
    bare = only_deliver(A1.tpdu, has_smsc=False)
    reassembler = Reassembler()
    reassembler.add(bare, 0.0)
    [gone] = _stored(reassembler).expire(1e9)
    assert gone.parts == (bare,)
    assert not gone.parts[0].has_smsc


def test_the_part_that_came_first_still_tells_which_are_near() -> None:
    """By SCTS the third is near the second that came, but too far from the first."""
    day = timedelta(days=1)
    came = ((2, 0.0), (1, 0.8), (3, 1.6))
    parts = [parts_of(timestamp=NOW + days * day)[seq - 1] for seq, days in came]
    reassembler = Reassembler(max_age_s=day.total_seconds())
    for part in parts[:2]:
        reassembler.add(part, 0.0)
    restored = _stored(reassembler, max_age_s=day.total_seconds())
    assert restored.add(parts[2], 0.0) is reassembler.add(parts[2], 0.0) is None
    assert len(restored) == len(reassembler) == 2


def test_lower_limits_make_room() -> None:
    restored = _stored(_full(), max_sets=1, max_age_s=10.0)
    assert restored.state()["sets"] == _full().state()["sets"][1:]  # type: ignore[index]
    restored = _stored(restored, max_sets=0)
    assert [gone.missing for gone in restored.expire(5.5)] == []
    assert len(restored) == 0


def test_a_state_of_too_much_is_restored_within_the_limits() -> None:
    state: Any = _full().state()
    state["sets"] = state["sets"][1:] * 3000
    state["evicted"] *= 3000
    restored = Reassembler.restored(state)
    assert len(restored) == 64
    # What had to make room for the last ones pushed out what was there before.
    assert [gone.parts for gone in restored.expire(5.5)] == [(SENDER1, SENDER3)] * 64


def test_too_many_octets_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = _full()
    monkeypatch.setattr(reassembly, "MAX_MEMORY_BYTES", 500)
    restored = _stored(whole)
    assert len(restored) == 0
    assert [gone.parts for gone in restored.expire(5.5)] == [(SENDER1, SENDER3)]
    # What is left of a finished message counts as well.
    finished = {**whole.state(), "sets": [DONE_STATE], "evicted": []}
    assert Reassembler.restored(finished).state() == finished
    monkeypatch.setattr(reassembly, "MAX_MEMORY_BYTES", 400)
    assert Reassembler.restored(finished).state() == {**finished, "sets": []}


OF_ONE = "0044038121F300004250607080900007050003050101"
SUBMIT = "00010003812143000003D5F71B"
OTHERS = [{"pdu": part.pdu, "has_smsc": True} for part in (A1, A2, A3)]
OPEN = ("sets", 1)
PARTS = (*OPEN, "parts")
PDU = (*PARTS, 0, "pdu")
DONE = ("sets", 0)
ANY_SET = "wanted an object of touched_s, parts"
NO_SECONDS = (None, True, "1", float("nan"), float("inf"), -float("inf"), 10**400)

# What is put where; where the error finds it, if it isn't there; what was wanted.
DAMAGES: list[tuple[tuple[str | int, ...], tuple[Any, ...], str, str]] = [
    (("more",), (1,), "the state", "wanted an object of version, sets, evicted"),
    (("version",), (2, None, "1"), "", "wanted 1"),
    (("sets",), ({}, None, "[]"), "", "wanted a list"),
    (("evicted",), ({}, None, "[]"), "", "wanted a list"),
    (OPEN, (None, [], {}, {"touched_s": 1.0}), "", ANY_SET),
    (("evicted", 0), ({"touched_s": 0.0, "keys": []},), "", ANY_SET),
    ((*OPEN, "touched_s"), NO_SECONDS, "", "wanted a number"),
    (PARTS, ("x", None, {}), "", "wanted a list"),
    (PARTS, ([], OTHERS), "", "wanted some parts, but not all"),
    ((*PARTS, 0), (None, {"pdu": A1.pdu}), "", "wanted an object of pdu, has_smsc"),
    (PDU, (A1.pdu, SENDER3.pdu), "sets[1].parts[1]", "wanted another part of the same message"),
    (PDU, (OF_ONE, PING.pdu), "sets[1].parts[0]", "wanted a part of a long message"),
    (PDU, (7, None), "sets[1].parts[0]", "wanted a text and true or false"),
    ((*PARTS, 0, "has_smsc"), (1, None), "sets[1].parts[0]", "wanted a text and true or false"),
    (PDU, (SUBMIT,), "", "wanted a DELIVER"),
    (PDU, ("00",), "", "pdu.first_octet at octet 1: wanted 1 octet, 0 left"),
    (PDU, ("0x",), "", "pdu at octet 0: character 2 is no hex digit"),
    ((*DONE, "more"), (1,), "sets[0]", "wanted an object of "
     "touched_s, address, ref, total, bits, keys"),
    ((*DONE, "touched_s"), NO_SECONDS, "", "wanted a number"),
    ((*DONE, "address"), ("12345", None), "", "wanted an object of value, toa"),
    ((*DONE, "address", "value"), (12345, "1" * 256), "", "wanted a text of at most 255"),
    ((*DONE, "address", "toa"), (-1, 256, True, "129", 129.0), "", "wanted 0 to 255"),
    ((*DONE, "ref"), (-1, 256, False, 7.0), "", "wanted 0 to 255"),
    ((*DONE, "total"), (1, 256, True, 3.0), "", "wanted 2 to 255"),
    ((*DONE, "bits"), (0, 9, "8", 8.0, [8]), "", "wanted 8 or 16"),
    ((*DONE, "keys"), (None, "ab", {}), "", "wanted a list"),
    ((*DONE, "keys"), ([], [A1.key.hex()] * 3), "", "wanted one for each part"),
    ((*DONE, "keys", 1), (7, None, "00" * 31, "00" * 33, " " * 64, "0g" * 32), "",
     "wanted 32 octets in hex"),
]  # fmt: skip


def _path(steps: tuple[str | int, ...]) -> str:
    named = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return named.removeprefix(".")


@pytest.mark.parametrize(
    ("steps", "value", "message"),
    [
        pytest.param(steps, value, f"{where or _path(steps)}: {wanted}", id=f"{_path(steps)}-{at}")
        for steps, values, where, wanted in DAMAGES
        for at, value in enumerate(values)
    ],
)
def test_a_damaged_state_is_refused(steps: tuple[str | int, ...], value: Any, message: str) -> None:
    state: Any = _full().state()
    container = state
    for step in steps[:-1]:
        container = container[step]
    container[steps[-1]] = value
    with pytest.raises(ValueError, match=REFUSED) as caught:
        Reassembler.restored(state)
    assert str(caught.value) == f"no state of a reassembler: {message}"
    assert type(caught.value) is ValueError


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)


def _places(state: Any) -> Iterator[tuple[Any, Any]]:
    """Each container of a state, with each of its keys or indices."""
    steps = state.items() if isinstance(state, dict) else enumerate(state)
    for step, inner in steps:
        yield state, step
        if isinstance(inner, dict | list):
            yield from _places(inner)


@settings(max_examples=300)
@given(st.data())
def test_a_damaged_state_does_no_harm(data: st.DataObject) -> None:
    """Whatever stands in one place of it: refused, or a state of which the same is stored again."""
    state: Any = _full().state()
    container, step = data.draw(st.sampled_from(list(_places(state))))
    old = container[step]
    if isinstance(old, str) and data.draw(st.booleans()):
        at = data.draw(st.integers(0, len(old) - 1))
        digit = data.draw(st.sampled_from("0123456789ABCDEFx "))
        container[step] = old[:at] + digit + old[at + 1 :]
    else:
        container[step] = data.draw(JSON)
    try:
        restored = Reassembler.restored(state)
    except ValueError:
        with pytest.raises(ValueError, match=REFUSED):
            Reassembler.restored(state)
        return
    again = _stored(restored)
    assert again.state() == restored.state()
    for part in ALL_PARTS:
        assert again.add(part, 6.0) == restored.add(part, 6.0)
    assert again.expire(1e9) == restored.expire(1e9)


@given(JSON)
def test_any_json_is_refused(state: Any) -> None:
    with pytest.raises(ValueError, match=REFUSED):
        Reassembler.restored(state)
