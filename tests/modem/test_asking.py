"""What must not be wrong is believed when two answers say it alike."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from modem import asking
from modem.errors import CommandRefused, ModemError, ProtocolError
from tests.virtual_time import run

NONSENSE = ProtocolError("AT+X?", ("+X",), "a value")
REFUSED = CommandRefused("AT+X?", "ERROR")

# The answers, one after the other -> what comes of it, and how often it was asked for that.
AGREED: dict[str, tuple[Sequence[str | ModemError], str | type[ModemError], int]] = {
    "alike at once": (("em", "em"), "em", 2),
    "the first is spoilt": (("e", "em", "em"), "em", 3),
    "the second is spoilt": (("em", "e", "em", "em"), "em", 4),
    "one makes no sense": ((NONSENSE, "em", NONSENSE, "em"), "em", 4),
    "no two are alike": (tuple("abcdef"), ProtocolError, 6),
    "none makes sense": ((NONSENSE,) * 6, ProtocolError, 6),
    "refused": ((REFUSED, "em", "em"), CommandRefused, 1),
}


@pytest.mark.parametrize(("answers", "expected", "times"), AGREED.values(), ids=AGREED)
def test_agreed(
    answers: Sequence[str | ModemError], expected: str | type[ModemError], times: int
) -> None:
    asked: list[str | ModemError] = []

    async def ask() -> str:
        asked.append(answers[len(asked)])
        if isinstance(asked[-1], ModemError):
            raise asked[-1]
        return asked[-1]

    async def main() -> str | type[ModemError]:
        try:
            return await asking.agreed(ask, "AT+X?")
        except ModemError as error:
            return type(error)

    assert run(main()) == expected
    assert len(asked) == times
