"""A run beside the former one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hil.report.compare import compare, former_run
from hil.report.summary import write
from hil.report.values import Outcome, Run, TestResult
from tests.hil.report import samples

P, F, E, S = Outcome.PASSED, Outcome.FAILED, Outcome.ERROR, Outcome.SKIPPED


def one(outcome: Outcome = P, duration_s: float = 1.0, **measures: float) -> TestResult:
    return TestResult("test_a.py::test_a", "A", outcome, duration_s, measures=measures)


def of(*tests: TestResult) -> Run:
    return replace(samples.former(), tests=tests)


def test_the_same_again_is_nothing() -> None:
    assert compare(samples.former(), samples.former()).nothing


@pytest.mark.parametrize(
    ("was", "now", "word"),
    [
        pytest.param(1.0, 1.0, None, id="equal"),
        pytest.param(4.0, 7.9, None, id="less than the double"),
        pytest.param(4.0, 8.0, "slower", id="the double"),
        pytest.param(8.0, 4.0, "faster", id="half"),
        pytest.param(0.02, 0.49, None, id="many times, but little"),
        pytest.param(0.02, 0.52, "slower", id="many times and enough"),
        pytest.param(0.0, 0.6, "slower", id="from nothing"),
        pytest.param(0.0, 0.0, None, id="nothing both times"),
        pytest.param(100.0, 103.0, None, id="much, but not in proportion"),
    ],
)
def test_times(was: float, now: float, word: str | None) -> None:
    shifts = compare(of(one(mt_s=now)), of(one(mt_s=was))).shifts
    assert [(shift.name, shift.word) for shift in shifts] == ([("mt_s", word)] if word else [])


@pytest.mark.parametrize(
    ("was", "now", "word"),
    [(-70.0, -79.9, None), (-70.0, -80.0, "weaker"), (-95.0, -63.0, "stronger")],
)
def test_levels(was: float, now: float, word: str | None) -> None:
    shifts = compare(of(one(rssi_dbm=now)), of(one(rssi_dbm=was))).shifts
    assert [shift.word for shift in shifts] == ([word] if word else [])


@pytest.mark.parametrize(
    ("was", "now", "word"),
    [
        pytest.param(one(P, 3.0), one(P, 6.0), "slower", id="passed both times"),
        pytest.param(one(P, 6.0), one(P, 3.0), "faster", id="faster"),
        pytest.param(one(P, 1.0), one(P, 2.9), None, id="less than a poll"),
        pytest.param(one(P, 3.0), one(F, 180.0), None, id="a failure lasts its patience"),
        pytest.param(one(E, 180.0), one(P, 3.0), None, id="so does an error"),
        pytest.param(one(S, 0.0), one(P, 3.0), None, id="a skip takes no time"),
    ],
)
def test_durations(was: TestResult, now: TestResult, word: str | None) -> None:
    shifts = compare(of(now), of(was)).shifts
    assert [(s.name, s.word) for s in shifts] == ([("duration_s", word)] if word else [])


def test_a_duration_repeats_no_measure() -> None:
    shifts = compare(of(one(P, 9.0, mt_s=8.0)), of(one(P, 3.0, mt_s=2.0))).shifts
    assert [shift.name for shift in shifts] == ["mt_s"]
    # but it is told where the measure went the other way
    shifts = compare(of(one(P, 9.0, mt_s=2.0)), of(one(P, 3.0, mt_s=8.0))).shifts
    assert [shift.name for shift in shifts] == ["mt_s", "duration_s"]


def test_measures_that_only_one_run_has_and_those_without_a_rule() -> None:
    was, now = of(one(mt_s=1.0, retries=1.0)), of(one(mo_s=9.0, retries=50.0))
    assert compare(now, was).nothing


def test_the_worst_is_first() -> None:
    def tests(mt_s: float, mo_s: float, rssi_dbm: float) -> TestResult:
        return one(mt_s=mt_s, mo_s=mo_s, rssi_dbm=rssi_dbm)

    comparison = compare(of(tests(3.0, 9.0, -95.0)), of(tests(1.0, 1.0, -60.0)))
    assert [shift.name for shift in comparison.worse] == ["mo_s", "rssi_dbm", "mt_s"]
    assert comparison.better == ()


@pytest.mark.parametrize(
    ("was", "now", "list_name"),
    [
        (P, F, "changed"),
        (F, P, "changed"),
        (F, E, "changed"),
        (P, S, "skips_came"),
        (F, S, "skips_came"),
        (S, P, "skips_went"),
        (S, F, "skips_went"),
    ],
)
def test_outcomes(was: Outcome, now: Outcome, list_name: str) -> None:
    comparison = compare(of(replace(one(now), reason="why")), of(one(was)))
    found = {
        name: len(getattr(comparison, name)) for name in ("changed", "skips_came", "skips_went")
    }
    assert found == {name: int(name == list_name) for name in found}
    (change,) = comparison.outcomes
    assert (change.was, change.now, change.reason) == (was, now, "why")
    assert not comparison.nothing


def test_new_and_vanished_tests() -> None:
    other = replace(one(), id="test_a.py::test_b")
    comparison = compare(of(other), of(one()))
    assert (comparison.new, comparison.vanished) == (("test_a.py::test_b",), ("test_a.py::test_a",))
    assert comparison.outcomes == ()


def test_what_is_different_about_the_bench() -> None:
    former = samples.former()
    run = replace(
        former,
        modem={**former.modem, "revision": "X", "model": ""},
        network={"operator": "O2", "rat": "lte"},
        program="0.2.0",
    )
    facts = [(fact.name, fact.now) for fact in compare(run, former).facts]
    # That the model isn't known this time is no change of it.
    assert facts == [("firmware", "X"), ("operator", "O2"), ("program", "0.2.0")]


def test_the_sample() -> None:
    comparison = compare(samples.later(), samples.former())
    assert [change.id for change in comparison.changed] == [
        "test_messages.py::test_unicode",
        "test_daemon.py::test_burst",
    ]
    assert {shift.name for shift in comparison.worse} == {"mt_s", "registration_s", "rssi_dbm"}
    assert len(comparison.skips_came) == 2
    assert comparison.new == ("test_daemon.py::test_ping",)


def kept(directory: Path, run: Run) -> Run:
    write(run, directory / run.name, None)
    return run


def test_the_former_run_is_the_latest_earlier_one_of_the_bench(tmp_path: Path) -> None:
    run = samples.former()
    assert former_run(tmp_path / "none", run) is None
    kept(tmp_path, run)
    assert former_run(tmp_path, run) is None
    kept(tmp_path, replace(run, started=run.started - timedelta(days=2)))
    yesterday = kept(tmp_path, replace(run, started=run.started - timedelta(days=1)))
    kept(tmp_path, replace(run, started=run.started + timedelta(days=1)))
    near = run.started - timedelta(hours=1)
    kept(tmp_path, replace(run, bench="other", started=near))
    kept(tmp_path, replace(run, bench="x-pi-sim7600", started=near))
    kept(tmp_path, replace(run, whole=False, started=near))
    assert former_run(tmp_path, run) == yesterday


@pytest.mark.parametrize("content", ["", '{"format": 0}', None], ids=["empty", "old", "none"])
def test_what_cannot_be_read_is_passed_over(tmp_path: Path, content: str | None) -> None:
    run = samples.former()
    older = kept(tmp_path, replace(run, started=run.started - timedelta(days=2)))
    broken = tmp_path / replace(run, started=run.started - timedelta(days=1)).name
    broken.mkdir()
    if content is not None:
        (broken / "results.json").write_text(content)
    assert former_run(tmp_path, run) == older


def test_of_a_run_of_some_tests_nothing_is_new_or_gone() -> None:
    all_of_them = of(one())
    another = TestResult("test_b.py::test_b", "B", P, 1.0)
    some = replace(of(another), whole=False)
    assert compare(some, all_of_them).vanished == ()
    assert compare(all_of_them, some).new == ()
