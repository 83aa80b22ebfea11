"""How many SMS a run may cost: each one is billed, to the device and from it."""

from __future__ import annotations

# A daemon's answer may be repeated once or twice; one that never stops must not cost a hundred.
_SLACK = 5


class BudgetSpent(Exception):
    """Another SMS would be one too many."""


class Budget:
    """The SMS of one run: `limit` in all, and for each test what it says that it costs."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.to_device = 0
        self.from_device = 0
        self._test_limit = 0
        self._test_began = 0

    @property
    def spent(self) -> int:
        """So far, both ways."""
        return self.to_device + self.from_device

    @property
    def left(self) -> int:
        """For the rest of the run."""
        return max(0, self.limit - self.spent)

    def begin(self, costs: int) -> None:
        """A test begins that says to cost so many."""
        self._test_limit = costs
        self._test_began = self.spent

    @property
    def test_spent(self) -> int:
        """By the test under way."""
        return self.spent - self._test_began

    def send(self, count: int) -> None:
        """So many are about to go to the device. Raises BudgetSpent, and then none may go."""
        self._require(count)
        self.to_device += count

    def submit(self, count: int) -> None:
        """So many are about to be sent by the modem in our hands. Raises BudgetSpent."""
        self._require(count)
        self.from_device += count

    def took(self) -> bool:
        """The network took one of the daemon's. False if that was one too many: for the run, or by
        far for the test.
        """
        self.from_device += 1
        return self.spent <= self.limit and self.test_spent <= self._test_limit + _SLACK

    def refused(self, count: int) -> None:
        """So many of what was to be sent were refused, and cost nothing."""
        self.to_device -= count

    def _require(self, count: int) -> None:
        if self.spent + count > self.limit:
            raise BudgetSpent(
                f"the run has cost {self.spent} SMS, and {count} more would be over its budget of "
                f"{self.limit}; [budget] sms allows more"
            )
        if self.test_spent + count > self._test_limit:
            raise BudgetSpent(
                f"the test says that it costs {self._test_limit} SMS, and {count} more than the "
                f"{self.test_spent} so far would break its word"
            )
