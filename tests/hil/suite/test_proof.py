"""The tables are whole and up to date; as a longer proof, every mutation is caught."""

from __future__ import annotations

import ast

import pytest

from tests.hil.suite.faults import BORNE, FAULTS
from tests.hil.suite.mutations import MUTATIONS
from tests.hil.suite.proof import PAGE, run_mutations, with_tables
from tests.hil.suite.running import ROOT, files


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mutation_can_still_be_made(name: str) -> None:
    """Its text stands once in its file, and what comes of it is Python."""
    mutation = MUTATIONS[name]
    text = (ROOT / mutation.file).read_text(encoding="utf-8")
    assert text.count(mutation.before) == 1
    ast.parse(text.replace(mutation.before, mutation.after))


def test_each_test_of_the_suite_is_known_to_fail() -> None:
    """By a fault or by a mutation; and both tables name tests that there are."""
    tests = [row.tests for row in FAULTS.values()] + [row.tests for row in MUTATIONS.values()]
    proven = {test.partition("[")[0] for each in tests for test in each}
    assert proven == set(files())


def test_each_trouble_has_a_name_of_its_own() -> None:
    """And each is there for some mutation."""
    assert not set(BORNE) & set(FAULTS)
    assert set(BORNE) == {mutation.trouble for mutation in MUTATIONS.values()} - {""}


def test_the_page_is_up_to_date() -> None:
    """Else: python -m tests.hil.suite.proof --write docs."""
    page = (ROOT / "docs" / PAGE).read_text(encoding="utf-8")
    assert with_tables(page) == page


@pytest.mark.proof
def test_every_mutation_is_caught() -> None:
    """By each of the tests that it names."""
    survivors = [verdict for verdict in run_mutations(MUTATIONS) if verdict.survived]
    said = "\n".join(verdict.said[-2000:] for verdict in survivors)
    assert not survivors, f"{[verdict.line for verdict in survivors]}\n{said}"
