"""Whatever modems and senders write: nothing raises, and everything is printable."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from modem.explain import (
    commands,
    explain,
    explain_urc,
    ground,
    help_for,
    offered_values,
    suggestions,
)
from modem.explain.urcs import _TELLERS

TRANSCRIPTS = sorted((Path(__file__).parents[2] / "transcripts").glob("*.txt"))
_STRING = re.compile(r'^(>>|<<) (".*")$', re.MULTILINE)
_FINAL = re.compile(r"OK|ERROR|\+CM[ES] ERROR.*")

NAMES = st.sampled_from([entry.name for entry in commands()])
FORMS = st.sampled_from(["", "?", "=?", "=1", '="SC",2', "=4", "=1,2,3"])
FIELDS = st.lists(
    st.one_of(
        st.integers(-300, 300).map(str),
        st.sampled_from(
            ['"IP"', '"em"', "", "READY", '"1A2D"', "(0-2)", '"servingcell"', '"LTE"', "LTE", "٣"]
        ),
        st.text(alphabet="0123456789ABCDEF", max_size=40),
        st.text(max_size=8),
    ),
    max_size=16,
).map(",".join)
FREE = st.text(max_size=40)


def assert_safe(lines: tuple[str, ...]) -> None:
    assert all(line and line.isprintable() for line in lines), lines


@given(NAMES, FORMS, st.lists(st.one_of(FIELDS, FREE), max_size=3), FREE)
@example("+CMGR", "=1", ["1,,23\u202e"], "")
def test_explaining_never_raises(name: str, form: str, texts: list[str], free: str) -> None:
    answer = [f"{name}: {text}" for text in texts]
    assert_safe(explain(f"AT{name}{form}", [*answer, free], "OK"))
    assert_safe(explain(f"AT{name}{form}", [*texts, free], free))


@given(FREE, st.lists(FREE, max_size=4), FREE)
def test_explaining_noise_never_raises(line: str, answer: list[str], final: str) -> None:
    assert_safe(explain(line, answer, final))
    assert_safe(explain_urc(answer))
    help_for(line)
    ground(line)
    suggestions(line, {})
    offered_values(answer)


@given(st.sampled_from(sorted(_TELLERS)), st.one_of(FIELDS, FREE), st.lists(FREE, max_size=2))
def test_explaining_urcs_never_raises(prefix: str, text: str, data: list[str]) -> None:
    assert_safe(explain_urc([f"{prefix}: {text}", *data]))


@given(NAMES, FIELDS)
def test_completing_never_raises(name: str, text: str) -> None:
    for cut in range(len(text) + 1):
        for suggestion in suggestions(f"AT{name}={text[:cut]}", {name: [["1", '"x"']]}):
            assert 0 <= suggestion.replaces <= cut


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_every_transcript_is_explained(path: Path) -> None:
    """Each answer by its command, and each line as if it were said unasked."""
    line, answer = "", list[str]()
    for way, literal in _STRING.findall(path.read_text(encoding="utf-8")):
        text = ast.literal_eval(literal)
        if way == ">>":
            line, answer = text.strip(), []
            continue
        for each in filter(None, re.split(r"[\r\n]+", text)):
            assert_safe(explain_urc([each]))
            if _FINAL.fullmatch(each):
                assert_safe(explain(line, answer, each))
            else:
                answer.append(each)
