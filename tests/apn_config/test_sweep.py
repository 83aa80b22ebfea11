"""How often the storage is looked through, from what the sweeps find."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apn_config.sweep import SweepPolicy

SLOW_S, FAST_S, DAY_S = 600.0, 30.0, 86_400.0

# What happens: a sweep that ends at that time with so many finds, or one of the two notices.
Sweep: TypeAlias = tuple[float, int]
Story: TypeAlias = Sequence[Sweep | str]


def play(story: Story, interval_s: float = SLOW_S) -> tuple[SweepPolicy, list[bool]]:
    """The policy after the story, and what each sweep said of the pace."""
    policy = SweepPolicy(interval_s)
    changes = []
    for step in story:
        if step == "announced":
            policy.announced()
        elif step == "disturbed":
            policy.disturbed()
        else:
            assert not isinstance(step, str)
            now_s, found = step
            changes.append(policy.swept(found, now_s))
    return policy, changes


START = (0.0, 0)
# A find that counts, at 600 s: sweeps come fast from here.
TO_FAST: list[Sweep | str] = [START, (600.0, 1)]

SLOW: dict[str, Story] = {
    "nothing-yet": [],
    "nothing-found": [START, (600.0, 0), (1200.0, 0)],
    "find-of-the-first-sweep": [(0.0, 5)],
    "find-after-an-initialisation": [START, "disturbed", (600.0, 3)],
    "find-after-two-of-them": [START, "disturbed", "disturbed", (600.0, 3)],
    "finds-after-each": [START, "disturbed", (600.0, 3), "disturbed", (1200.0, 1)],
    "announcements-alone": [START, "announced", (600.0, 0)],
    "calm-for-a-day-after-an-announced-one": [*TO_FAST, "announced", (600.0 + DAY_S, 0)],
    "announced-late-in-the-day": [
        *TO_FAST,
        (DAY_S, 0),
        "announced",
        (600.0 + DAY_S, 0),
    ],
    "calm-long-since-and-then-an-announced-one": [
        *TO_FAST,
        (3 * DAY_S, 0),
        "announced",
        (3 * DAY_S + 30, 0),
    ],
    "find-that-does-not-count-ends-no-calm": [
        *TO_FAST,
        "announced",
        (DAY_S, 0),
        "disturbed",
        (DAY_S + 100, 2),
        (DAY_S + 600, 0),
    ],
}

FAST: dict[str, Story] = {
    "find": TO_FAST,
    "find-in-spite-of-an-announced-one-before": [START, "announced", (600.0, 1)],
    "find-one-sweep-after-an-initialisation": [START, "disturbed", (600.0, 0), (1200.0, 1)],
    "announced-but-not-yet-a-day": [*TO_FAST, "announced", (599.0 + DAY_S, 0)],
    "a-day-but-nothing-announced": [*TO_FAST, (600.0 + DAY_S, 0), (9 * DAY_S, 0)],
    "announced-before-the-find-only": [START, "announced", (600.0, 1), (600.0 + DAY_S, 0)],
    "a-find-begins-the-day-anew": [
        *TO_FAST,
        "announced",
        (DAY_S, 1),
        "announced",
        (600.0 + DAY_S, 0),
        (2 * DAY_S - 1, 0),
    ],
    "a-find-wants-another-announced-one": [*TO_FAST, "announced", (DAY_S, 1), (3 * DAY_S, 0)],
    "a-find-at-the-end-of-the-day": [*TO_FAST, "announced", (600.0 + DAY_S, 1)],
    "an-initialisation-alone-slows-nothing": [*TO_FAST, "disturbed", (630.0, 0)],
    "slow-again-and-another-find": [
        *TO_FAST,
        "announced",
        (600.0 + DAY_S, 0),
        (1200.0 + DAY_S, 1),
    ],
}


@pytest.mark.parametrize("story", SLOW.values(), ids=SLOW)
def test_slow(story: Story) -> None:
    policy, _ = play(story)
    assert not policy.fast
    assert policy.interval_s == SLOW_S


@pytest.mark.parametrize("story", FAST.values(), ids=FAST)
def test_fast(story: Story) -> None:
    policy, _ = play(story)
    assert policy.fast
    assert policy.interval_s == FAST_S


def test_a_sweep_tells_when_the_pace_changes_and_only_then() -> None:
    story = [*TO_FAST, (630.0, 1), "announced", (700.0, 0), (630.0 + DAY_S, 0), (9 * DAY_S, 0)]
    assert play(story)[1] == [False, True, False, False, True, False]


def test_a_configured_pace_that_is_faster_stays() -> None:
    policy, _ = play(TO_FAST, interval_s=5.0)
    assert policy.fast
    assert policy.interval_s == 5.0


STEPS = st.sampled_from(["announced", "disturbed"]) | st.tuples(
    st.sampled_from([1.0, 30.0, 600.0, DAY_S / 2, DAY_S]), st.integers(0, 2)
)


@given(st.lists(STEPS, max_size=30))
def test_the_pace_is_what_the_rule_says(steps: list[str | tuple[float, int]]) -> None:
    """The rule once more, over the whole history instead of step by step."""
    now_s = 0.0
    story: list[Sweep | str] = []
    for step in steps:
        if isinstance(step, str):
            story.append(step)
        else:
            now_s += step[0]
            story.append((now_s, step[1]))
    fast = False
    last_find_s, announced, clean = 0.0, False, False
    for event in story:
        if event == "announced":
            announced = True
        elif event == "disturbed":
            clean = False
        else:
            assert not isinstance(event, str)
            at_s, found = event
            if found and clean:
                fast, last_find_s, announced = True, at_s, False
            elif announced and at_s - last_find_s >= DAY_S:
                fast = False
            clean = True
    assert play(story)[0].fast is fast
