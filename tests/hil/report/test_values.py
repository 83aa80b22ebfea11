"""results.json: what is written is read back, what is no results.json is refused by name."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.report.decoding import ResultsError
from hil.report.values import Leg, Mark, MessageTrace, Outcome, Run, load
from tests.hil.report import samples

RUNS = {"passed": samples.former(), "broken": samples.later(), "simulated": samples.simulated()}


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS.keys())
def test_round_trip(run: Run) -> None:
    assert Run.from_json(run.to_json()) == run


@given(
    st.text(st.characters()),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(Outcome),
    st.sampled_from(Leg),
)
def test_round_trip_of_anything(words: str, number: float, outcome: Outcome, leg: Leg) -> None:
    test = replace(
        samples.former_tests()[0],
        reason=words,
        outcome=outcome,
        measures={words: number},
        messages=(MessageTrace(words, (Mark(number, leg, words),)),),
    )
    run = replace(samples.former(), bench=words, stopped=words, tests=(test,))
    text = run.to_json()
    assert text.isascii()
    assert Run.from_json(text) == run


def put(*path: str | int, value: object) -> Callable[[Any], None]:
    """Sets something deep in JSON."""

    def change(fields: Any) -> None:
        for key in path[:-1]:
            fields = fields[key]
        fields[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "where", "problem"),
    [
        (put("format", value=2), "format", "another version wrote it; this one reads 1"),
        (put("format", value=0), "format", "another version"),
        (put("bench", value=7), "bench", "wanted str, got 7"),
        (put("simulated", value=1), "simulated", "wanted bool, got 1"),
        (put("sms_sent", value=True), "sms_sent", "wanted int, got True"),
        (put("started", value="2026-11-27T18:02:11"), "started", "no datetime"),
        (put("started", value="yesterday"), "started", "no datetime: 'yesterday'"),
        (put("duration_s", value=10**400), "duration_s", "no float"),
        (put("more", value=1), "more", "unknown"),
        (put("tests", value={}), "tests", "another shape"),
        (put("modem", value=[]), "modem", "another shape"),
        (put("modem", "model", value=None), "modem.model", "wanted str, got None"),
        (put("tests", 0, "outcome", value="fine"), "tests[0].outcome", "no Outcome: 'fine'"),
        (
            put("tests", 3, "measures", "rssi_dbm", value="-71"),
            "tests[3].measures.rssi_dbm",
            "wanted",
        ),
        (
            put("tests", 4, "messages", 0, "marks", 1, "leg", value="x" * 99),
            "tests[4].messages[0].marks[1].leg",
            "...",
        ),
        (put("tests", 0, value=None), "tests[0]", "wanted TestResult, got None"),
    ],
)
def test_wrong_values_are_named(change: Callable[[Any], None], where: str, problem: str) -> None:
    fields = json.loads(samples.former().to_json())
    change(fields)
    with pytest.raises(ResultsError) as caught:
        Run.from_json(json.dumps(fields))
    assert caught.value.where == where
    assert problem in caught.value.problem
    assert str(caught.value).startswith(f"{where}: ")


def test_a_field_that_lacks() -> None:
    fields = json.loads(samples.former().to_json())
    del fields["tests"][1]["title"]
    with pytest.raises(ResultsError, match=r"^tests\[1\]\.title: missing$"):
        Run.from_json(json.dumps(fields))


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "null", "[" * 100_000, b"\xff\xfe\x00", '{"format": ' + "9" * 5000 + "}"],
    ids=["empty", "list", "object", "null", "deep", "bytes", "digits"],
)
def test_foreign_files(text: str | bytes) -> None:
    with pytest.raises(ResultsError):
        Run.from_json(text)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_numbers_that_are_none(number: str) -> None:
    text = samples.former().to_json().replace('"duration_s": 271.4', f'"duration_s": {number}')
    with pytest.raises(ResultsError, match="duration_s: no float"):
        Run.from_json(text)


def test_load_names_what_the_system_says(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="No such file"):
        load(tmp_path / "results.json")


def test_directories_are_named_in_utc() -> None:
    started = datetime(2026, 11, 28, 1, 30, 5, tzinfo=timezone(timedelta(hours=3)))
    assert replace(samples.former(), started=started).name == "20261127T223005-pi-sim7600"


def test_whether_a_run_passed() -> None:
    former = samples.former()
    assert former.passed
    assert not samples.later().passed
    assert not replace(former, stopped="the modem left").passed
    assert not replace(former, tests=()).passed
    skips = tuple(test for test in former.tests if test.outcome is Outcome.SKIPPED)
    assert skips
    assert not replace(former, tests=skips).passed
