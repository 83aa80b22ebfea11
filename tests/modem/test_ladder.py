"""The ladder as data: which rung is next, when, and that the page about it tells the same."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Container
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.errors import (
    CommandRefused,
    LinkLost,
    MisuseError,
    ModemError,
    ModemSilent,
    ModemUnsteady,
    NoReception,
    PortBusy,
    PortForbidden,
    PortMissing,
    ProtocolError,
    SimAbsent,
    SimLocked,
)
from modem.ladder import (
    DAY_S,
    HOUR_S,
    LADDERS,
    LONGEST_AGAIN_S,
    PER_DAY,
    STEADY_S,
    Climb,
    Complaint,
    Ladder,
    Rung,
    Trouble,
    trouble_of,
)
from modem.power import power_switch

PAGE = Path(__file__).parents[2] / "docs" / "recovery.md"
ALL = frozenset(Rung)
R, Z, P, I = Rung.RESET, Rung.RADIO_CYCLE, Rung.POWER_CYCLE, Rung.REINITIALISE  # noqa: E741


def climbed(
    trouble: Trouble, until_s: float, possible: Container[Rung] = ALL, *, look_s: float = 30.0
) -> list[tuple[Rung, float]]:
    """The rungs against a trouble that is seen all the time, and when."""
    climb, taken, now_s = Climb(), [], 0.0
    while now_s < until_s:
        climb = climb.seen(trouble, now_s)
        due = climb.next_rung(trouble, possible)
        if due is not None and due.at_s <= now_s:
            climb = climb.taken(due.rung, now_s)
            taken.append((due.rung, now_s))
        now_s += look_s
    return taken


@pytest.mark.parametrize(
    ("trouble", "possible", "wanted"),
    [
        pytest.param(
            Trouble.SILENT,
            ALL,
            [(R, 90), (P, 210), (R, 3810), (P, 3930), (R, 11130), (P, 11250), (R, 25650)],
            id="both, again after one, two, four hours",
        ),
        pytest.param(Trouble.SILENT, {R}, [(R, 90), (R, 3690), (R, 10890), (R, 25290)], id="one"),
        pytest.param(Trouble.SILENT, {Z, I}, [], id="nothing-possible"),
        pytest.param(
            Trouble.REFUSING,
            ALL,
            [(Z, 60), (R, 180), (P, 480), (Z, 4080), (R, 4200), (P, 4500), (Z, 11700)],
            id="three",
        ),
        pytest.param(Trouble.SIM_ABSENT, ALL, [(P, 600)], id="once-a-day"),
        pytest.param(Trouble.SIM_LOCKED, ALL, [], id="hands"),
        pytest.param(Trouble.NO_SMS, ALL, [(Z, 0), (R, 900), (P, 2700), (Z, 6300)], id="at-once"),
    ],
)
def test_the_climb(
    trouble: Trouble, possible: Container[Rung], wanted: list[tuple[Rung, float]]
) -> None:
    assert climbed(trouble, 8 * HOUR_S, possible)[: len(wanted)] == wanted
    if len(wanted) < 2:
        assert climbed(trouble, 8 * HOUR_S, possible) == wanted


@pytest.mark.parametrize("trouble", Trouble, ids=lambda trouble: trouble.value)
def test_a_trouble_that_stays_is_left_alone_most_of_the_day(trouble: Trouble) -> None:
    taken = climbed(trouble, 6 * DAY_S, look_s=60.0)
    for rung in ALL:
        times = [at_s for used, at_s in taken if used is rung]
        assert sum(at_s < DAY_S for at_s in times) <= 5
        assert sum(at_s >= 2 * DAY_S for at_s in times) <= 4 * 2
        again_s = [after - before for before, after in pairwise(times)]
        assert all(wait_s >= HOUR_S for wait_s in again_s)
        assert again_s == sorted(again_s)
        assert all(
            wait_s < max(LONGEST_AGAIN_S, LADDERS[trouble].again_s) + 3 * HOUR_S
            for wait_s in again_s
        )


def test_each_trouble_has_its_ladder_with_the_mildest_rung_first() -> None:
    assert set(LADDERS) == set(Trouble)
    order = list(Rung)
    for ladder in LADDERS.values():
        rungs = [order.index(step.rung) for step in ladder.steps]
        assert rungs == sorted(set(rungs))
    assert set(PER_DAY) == set(Rung) - {Rung.REINITIALISE}  # which is no more than a start


def test_a_trouble_is_over_when_it_was_not_seen_for_an_hour() -> None:
    climb = Climb().seen(Trouble.SILENT, 0.0).taken(R, 100.0).seen(Trouble.SILENT, 200.0)
    early = climb.ready().seen(Trouble.SILENT, 200.0 + STEADY_S - 1)
    assert early.used == {R}
    late = climb.ready().seen(Trouble.SILENT, 200.0 + STEADY_S)
    assert late.used == frozenset()


def test_what_was_used_counts_for_the_next_trouble_too() -> None:
    """A reset makes a mute modem a port that is gone, and then perhaps a mute one again."""
    climb = Climb().seen(Trouble.SILENT, 0.0).taken(R, 90.0).seen(Trouble.GONE, 95.0)
    gone = climb.next_rung(Trouble.GONE, ALL)
    assert gone is not None
    assert (gone.rung, gone.at_s) == (P, 95.0 + 180.0)
    silent = climb.seen(Trouble.SILENT, 120.0).next_rung(Trouble.SILENT, ALL)
    assert silent is not None
    assert (silent.rung, silent.at_s) == (P, 90.0 + 120.0)


def test_a_modem_that_could_be_started_in_between_gets_its_time_again() -> None:
    """A port that was gone a while ago, and is gone for half a minute once more."""
    climb = Climb().seen(Trouble.GONE, 0.0).ready().seen(Trouble.GONE, 1700.0)
    due = climb.next_rung(Trouble.GONE, ALL)
    assert due is not None
    assert due.at_s == 1700.0 + 180.0


def test_being_ready_does_not_end_what_is_seen_of_a_ready_modem() -> None:
    climb = Climb().seen(Trouble.REBOOTING, 0.0).ready().seen(Trouble.REBOOTING, 500.0)
    due = climb.next_rung(Trouble.REBOOTING, ALL)
    assert due is not None
    assert due.at_s == 600.0


@given(
    st.lists(
        st.tuples(st.sampled_from(Trouble), st.floats(0.0, 900.0), st.booleans()), max_size=200
    ),
    st.frozensets(st.sampled_from(Rung)),
)
def test_whatever_is_seen_no_rung_comes_early_or_is_impossible(
    seen: list[tuple[Trouble, float, bool]], possible: frozenset[Rung]
) -> None:
    climb, now_s = Climb(), 0.0
    for trouble, wait_s, ready in seen:
        now_s += wait_s
        climb = climb.ready() if ready else climb
        climb = climb.seen(trouble, now_s)
        due = climb.next_rung(trouble, possible)
        if due is None:
            assert not possible & {step.rung for step in LADDERS[trouble].steps}
            continue
        (step,) = (step for step in LADDERS[trouble].steps if step.rung is due.rung)
        assert due.rung in possible
        assert due.at_s >= climb.since[trouble] + step.after_s
        if due.at_s <= now_s:
            # The same one within the hour only where another trouble had its round in between.
            assert due.rung not in climb.used or now_s - climb.taken_s >= HOUR_S
            climb = climb.taken(due.rung, now_s)


def test_pauses_double() -> None:
    pauses = [Ladder().pause_s(failures) for failures in (1, 2, 3, 4, 5, 6, 10_000)]
    assert pauses == [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]


ERRORS: list[tuple[ModemError, Trouble]] = [
    (ModemSilent("ATE0", 2.0), Trouble.SILENT),
    (ProtocolError("AT+CGMI", (), "a name"), Trouble.GARBLED),
    (CommandRefused("AT+CMGF=0", "ERROR"), Trouble.REFUSING),
    (CommandRefused("AT+CPIN?", "CME", 14), Trouble.SIM_BUSY),
    (CommandRefused("AT+CPMS?", "CMS", 314), Trouble.SIM_BUSY),
    (CommandRefused("AT+CPMS?", "CMS", 14), Trouble.REFUSING),
    (ModemUnsteady("/dev/ttyUSB2", 5), Trouble.REBOOTING),
    (PortMissing("/dev/ttyUSB2", "gone"), Trouble.GONE),
    (LinkLost("/dev/ttyUSB2", "gone"), Trouble.GONE),
    (PortBusy("/dev/ttyUSB2", "held"), Trouble.PORT_UNUSABLE),
    (PortForbidden("/dev/ttyUSB2", "root's"), Trouble.PORT_UNUSABLE),
    (MisuseError("no port"), Trouble.PORT_UNUSABLE),
    (SimAbsent("no card"), Trouble.SIM_ABSENT),
    (SimLocked("SIM PIN", "none configured"), Trouble.SIM_LOCKED),
    (NoReception("no storage"), Trouble.NO_RECEPTION),
    (ModemError("anything else"), Trouble.REFUSING),
    (Complaint(Trouble.NO_SMS, "no SMS"), Trouble.NO_SMS),
]


@pytest.mark.parametrize(
    ("error", "trouble"),
    ERRORS,
    ids=lambda value: value.value if isinstance(value, Trouble) else "",
)
def test_what_a_failure_tells(error: ModemError, trouble: Trouble) -> None:
    assert trouble_of(error) is trouble


# --- the page -------------------------------------------------------------------------------------


def _row(trouble: Trouble) -> str:
    ladder = LADDERS[trouble]
    steps = [
        f"{step.rung.value} {f'after {step.after_s:g} s' if step.after_s else 'at once'}"
        for step in ladder.steps
    ]
    again = f"{ladder.again_s / HOUR_S:g} h " if steps else ""
    return f"| {trouble.value} | {', '.join(steps) or 'none'} | {again}|"


def test_the_page_has_the_ladder() -> None:
    table = PAGE.read_text().split("<!-- the ladder -->\n")[1].split("<!-- end -->")[0]
    rows = [re.sub(r"^\| [^|]+ (?=\|)", "", row) for row in table.splitlines()[2:]]
    assert rows == [_row(trouble) for trouble in Trouble]


def test_the_page_has_the_limits_and_each_rung() -> None:
    page = PAGE.read_text()
    for rung in Rung:
        assert f"\n| {rung.value} | " in page
    limits = tomllib.loads(_examples()[0])["recovery"]
    assert list(limits.values()) == list(PER_DAY.values())


def _examples() -> list[str]:
    return re.findall(r"```toml\n(.*?)```", PAGE.read_text(), re.DOTALL)


@pytest.mark.parametrize("example", _examples()[1:], ids=lambda text: text.split('"')[1])
def test_the_page_s_switches_are_real(example: str) -> None:
    power_switch(**tomllib.loads(example)["recovery"]["power"])
