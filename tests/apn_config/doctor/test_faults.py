"""Each fault of the catalogue is found and named, and is told first where it is the root."""

from __future__ import annotations

from pathlib import Path

import pytest

from apn_config.doctor import Verdict, exit_code_of, root_of
from apn_config.doctor.catalogue import FAULTS
from tests.apn_config.doctor.cases import CASES, ELSEWHERE, Case
from tests.apn_config.doctor.clinic import clinic, told


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_it_is_found_and_named(case: Case, tmp_path: Path) -> None:
    with clinic(tmp_path) as made:
        case.set_up(made)
        found = made.examined()
    shown = "\n".join(f"{each.verdict.value} {each.id}: {each.found}" for each in found.findings)
    assert case.fault in told(found), shown
    assert exit_code_of(found.findings) == case.exit_code, shown
    root = root_of(found.findings)
    if case.root:
        assert root is not None, shown
        assert root.id == case.fault or case.fault == "config-missing", shown


def test_every_fault_is_brought_about_somewhere() -> None:
    assert {case.fault for case in CASES} | set(ELSEWHERE) == {fault.id for fault in FAULTS}


def test_every_id_is_one_and_every_advice_can_be_filled_in() -> None:
    assert len({fault.id for fault in FAULTS}) == len(FAULTS)
    known = {fault.id for fault in FAULTS}
    for fault in FAULTS:
        assert set(fault.blames) <= known, fault.id
        assert fault.verdict in (Verdict.INFO, Verdict.WARNING, Verdict.FAILED)
        assert fault.why.endswith("."), fault.id
        assert "{" not in fault.title + fault.why, "only the advice is filled in"
        assert not fault.title.endswith("."), fault.id
