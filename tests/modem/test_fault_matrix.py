"""The driver bears what its table says; what it doesn't bear yet stands there as such."""

from __future__ import annotations

from pathlib import Path

import pytest

from modem.profiles import profile_names
from tests.modem import fault_matrix
from tests.modem.fault_matrix import CASES, Case, markdown, try_case

PAGE = Path(__file__).parents[2] / "docs" / "fault-matrix.md"


@pytest.mark.parametrize("profile_name", profile_names())
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_all_messages_arrive_once(profile_name: str, case: Case) -> None:
    results = [try_case(profile_name, case, seed) for seed in case.seeds]
    assert all(case.holds(result) for result in results), results
    assert any(result.faults for result in results) or not case.faults, "nothing went wrong"


# A client that leaves out something that it owes the driver -> the case in which it shows.
CARELESS = {
    "never looks through": ("SWEEP_S", 1e9, "+CMTI never comes"),
    "never sends again": ("TRIES", 1, "sending refused once"),
}


@pytest.mark.parametrize(("name", "value", "case_name"), CARELESS.values(), ids=CARELESS)
def test_the_matrix_sees_what_is_lost(
    monkeypatch: pytest.MonkeyPatch, name: str, value: float, case_name: str
) -> None:
    (case,) = (case for case in CASES if case.name == case_name)
    monkeypatch.setattr(fault_matrix, name, value)
    monkeypatch.setattr(fault_matrix, "LIMIT_S", 300.0)
    assert not case.holds(try_case.__wrapped__("generic", case, 1))


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text() == markdown()
