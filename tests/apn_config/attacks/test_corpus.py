"""Each attack changes nothing, gets no answer that it must not get, and is told of; and it is its
check that stops it: with that switched off it comes through.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from apn_config.dialects import known
from tests.apn_config.attacks import page
from tests.apn_config.attacks.chain import Chain, Ended
from tests.apn_config.attacks.corpus import Row, load, rows
from tests.apn_config.attacks.switches import SWITCHES, off
from tests.apn_config.attacks.worlds import OMACP_PIN, OPERATOR, PASSWORD, PIN, SETUP

ROWS = list(rows())
attacks = pytest.mark.parametrize("row", ROWS, ids=[row.id for row in ROWS])
DIALECTS = {name for row in ROWS for name in row.dialect.split("+")}
SECRETS = (PIN, PASSWORD, OMACP_PIN, SETUP)


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    found = Chain(tmp_path_factory.mktemp("attacks"))
    yield found
    found.close()


def comes_through(row: Row, ended: Ended) -> bool:
    """Is it what it would be: that command, or the answer that it must not get?"""
    if row.gets is None:
        return ended.commands == (row.verb,)
    return any(answer.startswith(row.gets) for answer in ended.answers)


@attacks
def test_it_comes_to_nothing(row: Row, chain: Chain) -> None:
    ended = chain.run(row)
    assert ended.commands == ()
    assert row.why in ended.journal
    if row.answer is None:
        assert ended.answers == ()
    else:
        (answer,) = ended.answers
        assert answer.startswith(row.answer)
        assert not comes_through(row, ended)
    written = "\n".join((*ended.journal, *ended.answers))
    assert not [word for word in SECRETS if word in written]


@attacks
def test_nothing_else_would_stop_it(row: Row, chain: Chain) -> None:
    """But for what the row says stops it, too."""
    with off(row.check, *row.also) as change:
        assert comes_through(row, chain.run(row, change))
    for name in (row.check, *row.also) if row.also else ():
        with off(name) as change:
            assert not comes_through(row, chain.run(row, change)), f"without {name} alone"


def test_a_row_that_is_no_attack_fails(chain: Chain) -> None:
    """Proof of the test: what is allowed is let in."""
    row = next(row for row in ROWS if row.check == "sender list")
    allowed = replace(row, sent=replace(row.sent, sender=OPERATOR))
    assert comes_through(allowed, chain.run(allowed))


def test_the_corpus_is_whole() -> None:
    assert len(ROWS) >= 300
    assert len({row.id for row in ROWS}) == len(ROWS)
    assert {check.name for check in load()} == SWITCHES.keys()
    assert all(check.rows for check in load())
    assert {name for row in ROWS for name in row.also} <= SWITCHES.keys()
    assert set(known()) <= DIALECTS


def test_the_page_is_up_to_date() -> None:
    assert page.PATH.read_text(encoding="utf-8") == page.markdown()
