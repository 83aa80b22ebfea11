"""Which messages tell how far the network's time has come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from apn_config.access import Access, Secrets
from apn_config.admission import Admission
from apn_config.batch import Batch, Counsel, Found
from apn_config.config import AccessConfig, Rule
from apn_config.judgement import Judge
from apn_config.model import Device
from apn_config.reader import Reader
from apn_config.store import Store
from apn_config.voice import Voice
from modem.sms import compose_deliver
from tests.apn_config.store_support import FakeClock

NOW = datetime(2026, 1, 1, tzinfo=UTC)
AHEAD = NOW + timedelta(days=3650)
SITE = AccessConfig(
    senders=("12345",), rules=(Rule("look", ("12345",), None, None, ("STATUS",), False),)
)


@pytest.mark.parametrize(
    ("word", "text", "moves"),
    [
        pytest.param("4821", "STATUS", False, id="what anybody may say who forges a sender"),
        pytest.param("4821", "nonsense", False, id="nonsense"),
        pytest.param("4821", "PIN 4821 STATUS", True, id="the PIN word, though a rule wants none"),
        pytest.param("4821", "PIN 4821 APN", True, id="the PIN word's holder"),
        pytest.param(None, "APN", True, id="without any secret"),
    ],
)
def test_what_moves_the_networks_time(
    tmp_path: Path, word: str | None, text: str, moves: bool
) -> None:
    secrets, clock = Secrets(pin_word=word), FakeClock()
    judge = Judge(Reader(), Access(SITE, secrets))
    counsel = Counsel(judge, Admission(SITE, secrets), Voice(), "1234")
    with Store.open(tmp_path / "store.db", clock.now()) as store, store.transaction():
        for hour in (0, 1):
            (part,) = compose_deliver(
                "12345", f"#{hour} {text}", timestamp=AHEAD + timedelta(hours=hour)
            )
            Batch(store, counsel, Device(), clock.now()).take([Found(part.pdu)])
        assert (store.marks.newest() is not None) is moves


def test_the_journal_tells_which_rule_let_a_command_in(tmp_path: Path) -> None:
    secrets, clock = Secrets(pin_word="4821"), FakeClock()
    judge = Judge(Reader(), Access(SITE, secrets))
    counsel = Counsel(judge, Admission(SITE, secrets), Voice(), "1234")
    with Store.open(tmp_path / "store.db", clock.now()) as store, store.transaction():
        for text in ("STATUS", "PIN 4821 APN", "APN"):
            (part,) = compose_deliver("12345", text, timestamp=NOW)
            Batch(store, counsel, Device(), clock.now()).take([Found(part.pdu)])
        told = [(each.detail["what"], each.detail.get("rule")) for each in store.journal.tail(9)]
    assert told == [("STATUS", "look"), ("APN", "senders"), ("pin-missing", None)]
