"""Fault plans as TOML: what is read, and what an error names."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.simulator import Action, Direction, Fault, FaultFileError, FaultPlan, parse_plan
from modem.simulator.faultfile import plan_of

DOCS = Path(__file__).parents[3] / "docs" / "simulator.md"

PLAN = """
seed = 7

[[fault]]
action = "no-answer"
name = "lost OK"
prefix = "AT+CMGS"
nth = 2

[[fault]]
action = "drop"
octets = 3
direction = "to-modem"
probability = 0.01
after_s = 60
for_s = 30.5

[[fault]]
action = "urc-burst"
pattern = 'CMG[LR]'
lines = ["RING", "+CREG: 1"]

[[fault]]
action = "unplug"
renamed = true
"""


def test_a_plan() -> None:
    assert parse_plan(PLAN, "plan.toml") == FaultPlan(
        (
            Fault(Action.NO_ANSWER, name="lost OK", prefix="AT+CMGS", nth=2),
            Fault(
                Action.DROP,
                octets=3,
                direction=Direction.TO_MODEM,
                probability=0.01,
                after_s=60,
                for_s=30.5,
            ),
            Fault(Action.URC_BURST, pattern="CMG[LR]", lines=("RING", "+CREG: 1")),
            Fault(Action.UNPLUG, renamed=True),
        ),
        seed=7,
    )


def test_an_empty_plan() -> None:
    assert parse_plan("", "plan.toml") == FaultPlan()


def test_the_plan_of_the_documentation_is_one() -> None:
    text = DOCS.read_text().split("\n## Faults\n")[1].split("```toml\n")[1].split("```")[0]
    assert len(parse_plan(text, "docs").faults) >= 3


@pytest.mark.parametrize("action", Action)
def test_every_action_can_be_written(action: Action) -> None:
    plan = parse_plan(f'[[fault]]\naction = "{action.value}"\nnth = 1', "plan.toml")
    assert plan.faults == (Fault(action, nth=1),)


def fault(text: str) -> str:
    return f'[[fault]]\naction = "drop"\n\n[[fault]]\n{text}\n'


FAULTY = {
    "no TOML": ("seed =", "p.toml: "),
    "another key above": ("sed = 1", "p.toml: sed: wanted seed and"),
    "a seed that is none": ("seed = 1.5", "p.toml: seed: wanted a whole number, got 1.5"),
    "no tables": ("fault = 3", "p.toml: fault: wanted tables"),
    "no action": (fault("nth = 1"), "p.toml: fault 2: action: wanted one of delay, drop"),
    "an unknown action": (fault('action = "explode"'), "got 'explode'"),
    "an action that is no text": (fault("action = [1]"), "got [1]"),
    "an unknown key": (
        fault('action = "drop"\nnht = 2'),
        "p.toml: fault 2 (drop): nht: no such key; there are action, name",
    ),
    "a text for a number": (
        fault('action = "drop"\nnth = "2"'),
        "p.toml: fault 2 (drop): nth: wanted a whole number, got '2'",
    ),
    "a truth for a number": (fault('action = "drop"\nnth = true'), "wanted a whole number, got Tr"),
    "a count of none": (fault('action = "drop"\nnth = 0'), "nth: wanted a number from 1, got 0"),
    "a key of another action": (
        fault('action = "echo"\nseconds = 1'),
        "p.toml: fault 2 (echo): seconds: echo has none",
    ),
    "another direction": (
        fault('action = "drop"\ndirection = "up"'),
        'direction: wanted "from-modem" or "to-modem", got \'up\'',
    ),
    "numbers for lines": (fault('action = "urc-burst"\nlines = [1]'), "lines: wanted a list"),
    "endless": (fault('action = "silent"\nseconds = inf'), "seconds: wanted seconds"),
    "no pattern": (fault('action = "drop"\npattern = "("'), "pattern: no regular expression"),
    "one name for two": (fault('action = "drop"\nname = "1-drop"'), "name: there are two '1-drop'"),
}


@pytest.mark.parametrize(("text", "message"), FAULTY.values(), ids=FAULTY)
def test_an_error_names_file_fault_and_key(text: str, message: str) -> None:
    with pytest.raises(FaultFileError) as caught:
        parse_plan(text, "p.toml")
    assert str(caught.value).startswith("p.toml: ")
    assert message in str(caught.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
KEYS = st.sampled_from(["nth", "probability", "prefix", "lines", "direction", "seconds", "renamed"])


@given(st.sampled_from(Action), st.dictionaries(KEYS, JSON, max_size=3))
def test_anything_is_a_plan_or_an_error(action: Action, keys: dict[str, object]) -> None:
    try:
        plan = plan_of({"fault": [{"action": action.value, **keys}]}, "plan")
    except FaultFileError:
        return
    assert len(plan.faults) == 1
