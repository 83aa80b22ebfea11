"""The SMS that a run may cost."""

from __future__ import annotations

import pytest

from hil.rig.budget import Budget, BudgetSpent


def test_both_ways_are_counted() -> None:
    budget = Budget(10)
    budget.begin(4)
    budget.send(2)
    budget.came(1, answers=True)
    assert (budget.to_device, budget.from_device, budget.spent, budget.left) == (2, 1, 3, 7)


def test_what_was_submitted_is_counted_once_when_it_comes() -> None:
    budget = Budget(10)
    budget.begin(5)
    budget.submit(3)
    budget.came(3, answers=True)
    assert budget.from_device == 3
    budget.came(1, answers=True)  # an answer that nobody here sent
    assert budget.from_device == 4


def test_a_stray_costs_and_is_not_the_test_s() -> None:
    budget = Budget(10)
    budget.begin(2)
    budget.send(1)
    budget.came(2, answers=False)
    assert (budget.spent, budget.test_spent) == (3, 1)


def test_what_was_refused_costs_nothing() -> None:
    budget = Budget(10)
    budget.begin(3)
    budget.send(3)
    budget.refused(2)
    assert (budget.spent, budget.test_spent) == (1, 1)


def test_nothing_goes_beyond_the_budget() -> None:
    budget = Budget(3)
    budget.begin(10)
    budget.send(2)
    with pytest.raises(BudgetSpent, match=r"budget of 3; \[budget\] sms allows more"):
        budget.send(2)
    with pytest.raises(BudgetSpent):
        budget.submit(2)
    assert budget.spent == 2


def test_a_test_keeps_its_word() -> None:
    budget = Budget(100)
    budget.begin(2)
    budget.send(2)
    with pytest.raises(BudgetSpent, match="the test says that it costs 2 SMS"):
        budget.send(1)
    budget.begin(1)
    budget.send(1)
    assert budget.spent == 3


def test_what_comes_too_late_leaves_no_debt() -> None:
    budget = Budget(1)
    budget.begin(1)
    budget.send(1)
    budget.came(5, answers=True)
    assert (budget.spent, budget.left) == (6, 0)
