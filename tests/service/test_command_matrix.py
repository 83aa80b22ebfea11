"""The daemon bears what the page says, on each kind of modem; the matrix sees what is broken."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest

from apn_config.retries import Retry
from modem.profiles import profile_names
from tests.reckoning import Change, change_of, done_once
from tests.service import command_matrix
from tests.service.command_matrix import markdown, try_trouble
from tests.service.troubles import TROUBLES, Trouble

PAGE = Path(__file__).parents[2] / "docs" / "command-matrix.md"
# What `make test` plays: all troubles on one kind of modem, and some on all of them, one lot each.
MODEM = "sim7600"
EVERYWHERE = ("nothing", "a byte of an answer lost, 1 in 20", "the power fails")
BY_NAME = {trouble.name: trouble for trouble in TROUBLES}


def check(profile_name: str, trouble: Trouble, lots: Sequence[int]) -> None:
    results = [try_trouble(profile_name, trouble, lot) for lot in lots]
    for lot, result in zip(lots, results, strict=True):
        assert result.wrong == (), f"lot {lot}"
        assert result.borne <= trouble.bears, f"lot {lot}"
    assert any(result.faults for result in results) or trouble.name == "nothing", (
        "nothing went wrong"
    )


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.name)
def test_each_trouble_on_one_kind_of_modem(trouble: Trouble) -> None:
    check(MODEM, trouble, trouble.lots[-1:])


@pytest.mark.parametrize("profile_name", profile_names())
@pytest.mark.parametrize("name", EVERYWHERE)
def test_some_troubles_on_each_kind_of_modem(profile_name: str, name: str) -> None:
    check(profile_name, BY_NAME[name], BY_NAME[name].lots[-1:])


@pytest.mark.proof
@pytest.mark.parametrize("profile_name", profile_names())
@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.name)
def test_each_trouble_on_each_kind_of_modem(profile_name: str, trouble: Trouble) -> None:
    check(profile_name, trouble, trouble.lots)


@pytest.mark.proof
def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text() == markdown()


@pytest.mark.proof
@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.name)
def test_nothing_is_claimed_to_cost_what_it_never_costs(trouble: Trouble) -> None:
    borne = {
        bears
        for name in profile_names()
        for lot in trouble.lots
        for bears in try_trouble(name, trouble, lot).borne
    }
    assert trouble.bears <= borne


# --- the matrix sees what is broken ---------------------------------------------------------------


async def _nothing(*_args: object, **_keys: object) -> None:
    """Left undone."""


async def _believe(ask: Callable[[], Awaitable[object]], _what: str) -> object:
    return await ask()


# What is broken: the place and what stands there -> the trouble, and the modem, where it shows.
BROKEN: dict[str, tuple[str, object, str, str, str]] = {
    "a repeated message is another one": (
        "modem.sms.Deliver.key",
        property(lambda _self: os.urandom(32)),
        "the SMS centre delivers again",
        "sim7600",
        "AGAIN",
    ),
    "the former APN isn't written": (
        "apn_config.restoring.Restoring._write_former",
        _nothing,
        "nothing",
        "sim7600",
        "the context was set to",
    ),
    "an answer is tried once": (
        "apn_config.outgoing.retry",
        lambda _meaning, _tries: Retry(None, alone=True),
        "sending refused once",
        "sim7600",
        "0 answers",
    ),
    "nothing is looked for": (
        "apn_config.sweep.SweepPolicy.interval_s",
        property(lambda _self: 1e9),
        "+CMTI never comes",
        "sim7600",
        "are left",
    ),
    "the first list of memories is believed": (
        "modem.asking.agreed",
        _believe,
        "ten bytes of the list of memories lost",
        "ec25",
        "are left",
    ),
    "the first reading of a context is believed": (
        "modem.contexts.agreed",
        _believe,
        "ten bytes of what the context is set to lost, 1 in 3",
        "generic",
        "ERR reason=unsupported",
    ),
}


@pytest.mark.parametrize(
    ("place", "instead", "name", "profile_name", "seen"), BROKEN.values(), ids=BROKEN
)
def test_the_matrix_sees_what_is_broken(
    monkeypatch: pytest.MonkeyPatch,
    place: str,
    instead: object,
    name: str,
    profile_name: str,
    seen: str,
) -> None:
    trouble = BY_NAME[name]
    monkeypatch.setattr(command_matrix, "LIMIT_S", 3600.0)
    monkeypatch.setattr(place, instead)
    results = [try_trouble.__wrapped__(profile_name, trouble, lot) for lot in trouble.lots]
    assert not all(result.holds(trouble) for result in results)
    assert any(seen in str(result) for result in results), results


# --- the reckoning --------------------------------------------------------------------------------

OTHER, BACK, NOT = Change("other"), Change("em"), Change("nosuch", "other")
# What the context was set to, and what the answers tell -> whether they agree; with a last resort.
RECKONED: dict[str, tuple[str, tuple[Change, ...], bool, bool]] = {
    "nothing": ("em", (), True, True),
    "one": ("em other", (OTHER,), True, True),
    "none though it is told": ("em", (OTHER,), False, False),
    "one that nobody tells of": ("em other", (), False, False),
    "twice": ("em other em other", (OTHER,), False, False),
    "there and back": ("em other em", (OTHER, BACK), True, True),
    "in another order": ("em other em", (BACK, OTHER), False, False),
    "the same again": ("em other", (OTHER, OTHER), True, True),
    "rolled back": ("em other nosuch other", (OTHER, NOT), True, True),
    "rolled back before it was written": ("em other", (OTHER, NOT), True, True),
    "not rolled back": ("em other nosuch", (OTHER, NOT), False, False),
    "rolled back to another": ("em other nosuch em", (OTHER, NOT), False, False),
    "another is kept than was there": ("em nosuch other", (NOT,), False, False),
    "rescued": ("em nosuch em other", (NOT,), False, True),
    "rescued twice": ("em nosuch em other em", (Change("nosuch", "em"),), False, True),
}


@pytest.mark.parametrize(
    ("values", "changes", "strict", "rescued"), RECKONED.values(), ids=RECKONED
)
def test_reckoning(values: str, changes: tuple[Change, ...], strict: bool, rescued: bool) -> None:
    assert done_once(values.split(), changes) is strict
    assert done_once(values.split(), changes, rescued=True) is rescued


@pytest.mark.parametrize(
    ("answer", "change"),
    [
        ("#1 OK APN em ip=10.0.0.1", Change("em")),
        ("OK APN em", Change("em")),
        ("#1 ROLLBACK APN nosuch kept=em reason=refused", Change("nosuch", "em")),
        ("#1 ERR reason=stale", None),
        ("#1 OK STATUS apn=em", None),
    ],
)
def test_change_of(answer: str, change: Change | None) -> None:
    assert change_of(answer) == change
