"""The SMS that a run may cost."""

from __future__ import annotations

import pytest

from hil.rig.budget import Budget, BudgetSpent


def test_both_ways_are_counted() -> None:
    budget = Budget(10)
    budget.begin(4)
    budget.send(2)
    budget.submit(1)
    assert budget.took()
    assert (budget.to_device, budget.from_device, budget.spent, budget.left) == (2, 2, 4, 6)


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


def test_one_too_many_of_the_daemon_s_is_told() -> None:
    budget = Budget(2)
    budget.begin(2)
    budget.send(1)
    assert budget.took()
    assert not budget.took()
    assert (budget.spent, budget.left) == (3, 0)
