"""A day under faults: all is answered, each change is done once, and nothing grows."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from apn_config.store import Store
from modem.simulator import Submission
from tests.service.soak import COMMANDS, Book, Order, Plan, orders, soak
from tests.service.soak_page import page_of, picture_of

# Less dense than the day, and with twice as many events for its commands.
SAMPLE = Plan(hours=0.5, commands=100, events=10, samples=6)
SHORT = Plan(hours=3.0, commands=1250, events=15, samples=36)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """The daemon has much to say of all this, and pytest would keep all of it in memory."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


def test_half_an_hour() -> None:
    report = soak(SAMPLE)
    assert report.wrong == ()
    assert report.answered > 0.9 * SAMPLE.commands
    assert report.faults.total() > SAMPLE.events
    # The page has a place for all of it.
    assert "Nothing is wrong." in page_of(report)
    assert picture_of(report).count("<path") > len(report.samples) / 2


@pytest.mark.proof
def test_a_day() -> None:
    report = soak(Plan())
    assert report.wrong == ()
    assert report.grown() == []
    # All kinds of faults and events have happened.
    assert len(report.faults) > 40, report.faults


@pytest.mark.proof
def test_what_leaks_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """One object for each answer that is queued."""
    leak: list[bytes] = []
    before = Store.transaction

    def transaction(self: Store) -> object:
        leak.append(bytes(8))
        return before(self)

    monkeypatch.setattr(Store, "transaction", transaction)
    assert any(text.startswith("blocks") for text in soak(SHORT).grown())


def test_orders_are_all_there_is() -> None:
    plan = Plan()
    given = orders(plan)
    assert len(given) == plan.commands
    assert given == orders(plan)
    assert [order.at_s for order in given] == sorted(order.at_s for order in given)
    assert {order.text.partition(" ")[2] for order in given} == set(COMMANDS)
    assert 100 < sum(order.stranger for order in given) < 300


def taken(book: Book, text: str) -> None:
    book.take(Submission("1234", text, "", 1, datetime(2026, 1, 1, tzinfo=UTC)))


def test_the_book() -> None:
    book = Book(
        (
            Order(0.0, "#0 PING", stranger=False),
            Order(1.0, "#1 APN other", stranger=False),
            Order(2.0, "#2 APN nosuch", stranger=True),
            Order(3.0, "#3 PING", stranger=False),
        )
    )
    book.sent = 3
    taken(book, "#0 OK PING")
    taken(book, "#0 OK PING")
    assert (book.answered, book.again, book.wrong) == (1, 1, [])
    assert book.unanswered() == ["#1 APN other", "#3 PING"]
    assert book.due == 2
    taken(book, "#1 OK APN other ip=10.0.0.1")
    taken(book, "#1 OK APN other ip=10.0.0.2")
    assert [change.name for change in book.changes] == ["other"]
    assert len(book.wrong) == 1
    for wrong in ("#2 OK APN nosuch", "#3 OK PING", "OK PING"):
        taken(book, wrong)
    assert len(book.wrong) == 4
