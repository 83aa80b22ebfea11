"""Each fault is detected by the tests that claim it, in words that name it, and by no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hil.report.values import Outcome
from hil.simulated_bench import simulated_bench
from tests.hil.suite.faults import FAULTS
from tests.hil.suite.running import BAD, edit, run_tests


@pytest.mark.parametrize("name", FAULTS)
def test_it_is_detected(name: str, tmp_path: Path) -> None:
    """The suite on a bench of its own, with this fault."""
    fault = FAULTS[name]
    chosen = (*fault.tests, *fault.beside, *fault.behind)
    with simulated_bench(fault.profile, tmp_path, options=fault.options) as bench:
        edit(bench, "patience_s = 20", f"patience_s = {fault.patience_s}")
        for before, after in fault.bench:
            edit(bench, before, after)
        ran = run_tests(bench, chosen, options=fault.run, fault=name)
    for test in fault.tests:
        found = ran.outcome(test)
        assert found in BAD, f"{test} is {found}:\n{ran.said}"
        assert re.search(fault.says, ran.failure(test)), ran.failure(test)
    for test in fault.beside:
        assert ran.outcome(test) is Outcome.PASSED, f"{test}:\n{ran.said}"
    for test in fault.behind:
        assert ran.outcome(test) is Outcome.SKIPPED, f"{test}:\n{ran.said}"
        assert "the bench broke down" in ran.tests[test].reason
