"""The page: what it says, and that no text of a run becomes a part of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from apn_config.config_reader import printable
from hil.report.compare import compare
from hil.report.page import page
from hil.report.summary import write
from hil.report.tests_part import HEAD_LINES, TAIL_LINES
from hil.report.values import (
    Leg,
    Mark,
    MessageTrace,
    Outcome,
    Run,
    TestResult,
    TranscriptLine,
    Way,
)
from modem.markup import Markup, join, tag
from tests.hil.report import samples

ATTACKS = (
    "<script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    "\"'><svg onload=alert(1)>",
    "]]>--><!--",
    "\x00\x1b[31m\x07",
    "\u202etxt.exe",
    "&lt;b&gt;&#60;",
    "\ud83d",
    "javascript:alert(1)",
)


@dataclass
class Parsed(HTMLParser):
    """Elements with the names of their attributes, and all text."""

    elements: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(name for name, _value in attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def parsed(html: str) -> Parsed:
    parser = Parsed()
    parser.feed(html)
    parser.close()
    return parser


def filled(words: str) -> Run:
    """A run with a text in every place that has one."""
    message = MessageTrace(words, (Mark(0.0, Leg.REST, words), Mark(1.0, Leg.MODEM, words)))
    test = TestResult(
        id=words,
        title=words,
        outcome=Outcome.FAILED,
        duration_s=1.0,
        reason=words,
        detail=words,
        measures={words + "_s": 1.0},
        messages=(message, message),
        transcript=(TranscriptLine(0.0, Way.FROM_MODEM, words),),
    )
    return replace(
        samples.former(),
        bench=words,
        modem=dict.fromkeys(("manufacturer", "model", "revision", "profile"), words),
        network={"operator": words, "rat": words},
        program=words,
        python=words,
        host=words,
        missing={"power": words},
        stopped=words,
        tests=(test,),
    )


def page_of(words: str) -> str:
    """With a comparison that has every part, and the text in each."""
    run, former = filled(words), filled(words)
    (test,) = former.tests
    skipped = replace(test, id=words + "2", outcome=Outcome.SKIPPED)
    former_tests = (
        replace(test, outcome=Outcome.PASSED, measures={words + "_s": 9.0}),
        replace(skipped, outcome=Outcome.PASSED),
        replace(test, id=words + "3"),
    )
    run = replace(run, tests=(test, skipped, replace(test, id=words + "4")))
    former = replace(former, program=words + "0", tests=former_tests)
    return page(run, compare(run, former))


@given(st.text(st.characters(), max_size=12))
@example("plain")
def test_no_text_becomes_an_element(words: str) -> None:
    assert parsed(page_of("x" + words)).elements == parsed(page_of("x")).elements


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_are_shown_as_text(attack: str) -> None:
    html = page_of("x" + attack)
    found = parsed(html)
    assert found.elements == parsed(page_of("x" + "y" * len(attack))).elements
    assert any(printable("x" + attack) == words for words in found.words)
    assert "<script" not in html
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e]", html)


def test_a_page_of_attacks_can_be_written(tmp_path: Path) -> None:
    run = filled("\ud83d\x00\u202e")
    written = write(run, tmp_path / "run", None)
    assert "\\ud83d\\x00\\u202e" in written.read_text(encoding="utf-8")
    assert Run.from_json((tmp_path / "run" / "results.json").read_bytes()) == run


def test_the_page_asks_for_nothing() -> None:
    html = page(samples.later(), compare(samples.later(), samples.former()))
    links = re.findall(r'(?:href|src|action|srcset)="([^"]*)"', html)
    assert links == ["data:,", "../20261127T180211-pi-sim7600/report.html"]
    assert "url(" not in html
    assert "@import" not in html
    assert " style=" not in html
    assert "default-src &#x27;none&#x27;" in html


def test_what_stands_at_the_top() -> None:
    words = " ".join(parsed(page(samples.later(), None)).words)
    for told in (
        "The bench broke during the run: the modem left and did not come back within 180 s.",
        "10 of 16 tests had passed; 4 skipped.",
        "SIMCOM_SIM7600E-H",
        "LE20B04SIM7600M22, profile sim7600",
        "Telekom.de (lte)",
        "29 of 150 17 to the device, 12 from it",
        samples.MISSING["power"],
        "modem-helper 0.1.0",
        "This is the first run on this bench",
    ):
        assert told in words


def test_what_changed_is_told() -> None:
    words = " ".join(
        parsed(page(samples.later(), compare(samples.later(), samples.former()))).words
    )
    for told in ("Became slower or weaker", "Skipped now, ran then", "New tests", "LE20B03SIM"):
        assert told in words
    assert "faster" not in words
    same = page(samples.former(), compare(samples.former(), samples.former()))
    assert "All is as in" in same


def test_failed_tests_stand_open() -> None:
    html = page(samples.later(), None)
    classes = re.findall(r'<details class="test([^"]*)"( open)?>', html)
    assert len(classes) == len(samples.later().tests)
    assert all(("is-failed" in names) == bool(opened) for names, opened in classes)


def test_a_long_transcript_is_cut_in_the_middle() -> None:
    lines = tuple(
        TranscriptLine(float(n), Way.NOTE, f"line-{n}.") for n in range(HEAD_LINES + TAIL_LINES + 7)
    )
    test = replace(samples.former().tests[0], transcript=lines)
    html = page(replace(samples.former(), tests=(test,)), None)
    assert "7 lines left out here" in html
    assert f"line-{HEAD_LINES - 1}." in html
    assert f"line-{HEAD_LINES}." not in html
    assert f"line-{HEAD_LINES + 6}." not in html
    assert f"line-{HEAD_LINES + 7}." in html


@pytest.mark.parametrize(
    "run",
    [
        replace(samples.former(), tests=(), modem={}, network={}, sms_budget=0),
        replace(samples.former(), tests=(samples.skipped("test_a.py::a", "", ""),)),
        replace(
            samples.former(),
            tests=(
                replace(samples.former().tests[0], messages=(MessageTrace("empty", ()),) * 2),
                replace(samples.former().tests[0], id="b", measures={"a_s": 0.0, "n": -1.0}),
            ),
        ),
    ],
    ids=["no tests", "bare test", "no marks"],
)
def test_runs_that_have_little(run: Run) -> None:
    assert parsed(page(run, compare(run, run))).words


def test_tags() -> None:
    made = tag("p", "a<b", None, Markup("<i></i>"), class_='"', data_x=1.50, hidden=True, id=None)
    assert made.html == '<p class="&quot;" data-x="1.5" hidden>a&lt;b<i></i></p>'
    assert tag("br").html == "<br>"
    assert tag("rect", x=1).html == '<rect x="1"/>'
    assert join(["a", None, "\n", "\x1b"]).html == "a\n\\x1b"
