"""What a modem tells, out of answers of any kind."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest

from modem.answers import AtAnswer
from modem.errors import ModemError
from modem.profiles import SIM7600
from modem.survey import CardState, Selection, Survey

OK: tuple[str, ...] = ()


class Told:
    """A channel on which each line has its answer; all else is answered ERROR."""

    def __init__(self, answers: dict[str, tuple[str, ...] | str]) -> None:
        self.sent: list[str] = []
        self._answers = answers

    async def execute(
        self, line: str, *, force: bool = False, timeout_s: float | None = None
    ) -> AtAnswer:
        self.sent.append(line)
        answer = self._answers.get(line, "ERROR")
        if isinstance(answer, tuple):
            return AtAnswer(line, answer, "OK", True)
        code = int(answer.rpartition(" ")[2]) if answer[-1].isdigit() else None
        return AtAnswer(line, (), answer, False, code)


def ask(told: Told, question: Callable[[Survey], Coroutine[Any, Any, Any]]) -> Any:
    return asyncio.run(question(Survey(told)))


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        pytest.param({"AT+CPIN?": ("+CPIN: READY",)}, CardState("READY"), id="ready"),
        pytest.param(
            {
                "AT+CPIN?": ("+CPIN: SIM PIN",),
                "AT+CPINR": ("+CPINR: SIM PIN,2", "+CPINR: SIM PUK,9"),
            },
            CardState("SIM PIN", pin_tries=2, puk_tries=9),
            id="its PIN",
        ),
        pytest.param({"AT+CPIN?": "+CME ERROR: 11"}, CardState("SIM PIN"), id="its PIN, by error"),
        pytest.param({"AT+CPIN?": "+CME ERROR: 12"}, CardState("SIM PUK"), id="its PUK, by error"),
        pytest.param({"AT+CPIN?": "+CME ERROR: 10"}, CardState(absent=True), id="none"),
        pytest.param({"AT+CPIN?": "+CME ERROR: 14"}, CardState(busy=True), id="busy"),
        pytest.param({"AT+CPIN?": "+CMS ERROR: 10"}, CardState(), id="10 of another kind"),
        pytest.param({"AT+CPIN?": "ERROR"}, CardState(), id="no reason"),
        pytest.param({"AT+CPIN?": ("nonsense",)}, CardState(), id="nonsense"),
    ],
)
def test_the_card(answers: dict[str, tuple[str, ...] | str], state: CardState) -> None:
    told = Told(answers)
    assert ask(told, lambda survey: survey.card()) == state
    assert not [line for line in told.sent if "=" in line], "nothing is tried"


@pytest.mark.parametrize(
    ("line", "time"),
    [
        ('+CCLK: "26/11/28,14:30:00+04"', datetime(2026, 11, 28, 13, 30, tzinfo=UTC)),
        ('+CCLK: "2026/11/28,14:30:00-08"', datetime(2026, 11, 28, 16, 30, tzinfo=UTC)),
        ('+CCLK: "80/01/06,00:00:00"', datetime(1980, 1, 6, tzinfo=UTC)),
        ('+CCLK: "26/13/28,14:30:00+04"', None),
        ('+CCLK: ""', None),
        ('+CCLK: "9999/12/31,23:59:59-99"', None),
    ],
)
def test_the_clock(line: str, time: datetime | None) -> None:
    assert ask(Told({"AT+CCLK?": (line,)}), lambda survey: survey.clock()) == time


@pytest.mark.parametrize(
    ("answer", "number"),
    [
        (('+CSCA: "+423663920000",145',), "+423663920000"),
        (('+CSCA: "",129',), ""),
        ("+CMS ERROR: 302", None),
        ((), None),
    ],
)
def test_the_service_centre(answer: tuple[str, ...] | str, number: str | None) -> None:
    assert ask(Told({"AT+CSCA?": answer}), lambda survey: survey.service_centre()) == number


@pytest.mark.parametrize(
    ("line", "selection"),
    [
        ('+COPS: 0,0,"Net",7', Selection(0, "Net", "lte")),
        ('+COPS: 1,2,"26201"', Selection(1, "26201")),
        ("+COPS: 2", Selection(2)),
        ("+COPS: ", Selection()),
        ('+COPS: 0,0,"evil\x1b[2J",9', Selection(0, "evil[2J", "nbiot")),
    ],
)
def test_the_selection(line: str, selection: Selection) -> None:
    assert ask(Told({"AT+COPS?": (line,)}), lambda survey: survey.selection()) == selection


@pytest.mark.parametrize(
    ("lines", "cause"),
    [
        (("+CEER: EMM cause 15",), "EMM cause 15"),
        (("+CEER: No cause information available",), None),
        (("+CEER: no error",), None),
        (("+CEER: 0",), None),
        ((), None),
    ],
)
def test_the_cause(lines: tuple[str, ...], cause: str | None) -> None:
    assert ask(Told({"AT+CEER": lines}), lambda survey: survey.cause()) == cause


def test_errors_come_by_number_meanwhile_only() -> None:
    async def main(told: Told) -> int | None:
        async with Survey(told).numbered_errors() as before:
            assert told.sent[-1] == "AT+CMEE=1" if before == 0 else told.sent == ["AT+CMEE?"]
        return before

    told = Told({"AT+CMEE?": ("+CMEE: 0",), "AT+CMEE=1": OK, "AT+CMEE=0": OK})
    assert asyncio.run(main(told)) == 0
    assert told.sent == ["AT+CMEE?", "AT+CMEE=1", "AT+CMEE=0"]
    told = Told({"AT+CMEE?": ("+CMEE: 2",)})
    assert asyncio.run(main(told)) == 2
    assert told.sent == ["AT+CMEE?"]


@pytest.mark.parametrize(
    ("answer", "held"),
    [
        ((("+CNMP: 2"),), True),
        (("+CNMP: 13",), False),
        (("+CNMP: 22",), False),
        ((), None),
        ("ERROR", None),
    ],
)
def test_a_setting_of_the_family(answer: tuple[str, ...] | str, held: bool | None) -> None:
    setting = SIM7600.driver.any_technology
    assert setting is not None
    assert ask(Told({setting.query: answer}), lambda survey: survey.holds(setting)) is held


PIECES = (
    *("+CPIN", "+CPMS", "+CNMI", "+COPS", "+CREG", "+CGDCONT", "+CCLK", "+CSCS", "+CSQ", "+CESQ"),
    *("+CMEE", "+CFUN", "+CMGF", "+CGACT", "+CGCONTRDP", "+CEER", "+CGPADDR", "+CPINR", "+CSCA"),
    *(":", " ", ",", '"', "(", ")", "-", "0", "1", "99999999999999", "em", "\x7f", "é", "READY"),
)


class Babbling:
    """A channel whose modem answers whatever comes to it."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)

    async def execute(
        self, line: str, *, force: bool = False, timeout_s: float | None = None
    ) -> AtAnswer:
        lines = tuple(
            "".join(self._chance.choices(PIECES, k=self._chance.randrange(9)))
            for _ in range(self._chance.randrange(4))
        )
        name = line.removeprefix("AT").partition("=")[0].rstrip("?")
        head = (f"{name}: {lines[0]}", *lines[1:]) if lines and name[:1] == "+" else lines
        return AtAnswer(line, head, "OK", True)


def test_nonsense_raises_nothing_but_what_is_said() -> None:
    for seed in range(300):
        asyncio.run(ask_all(Survey(Babbling(seed))))


async def ask_all(survey: Survey) -> None:
    survey.profile = SIM7600
    for question in (
        survey.identity,
        survey.functionality,
        survey.card,
        survey.clock,
        survey.registration,
        survey.signal,
        survey.selection,
        survey.attached,
        survey.cause,
        survey.reception,
        survey.service_centre,
        survey.contexts,
        lambda: survey.live_context(1),
    ):
        with suppress(ModemError):
            await question()
