"""Parts of long messages that never become whole: bounded, whoever sends them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from apn_config.access import Access, Secrets
from apn_config.admission import Admission
from apn_config.batch import Batch, Counsel, Found
from apn_config.config import AccessConfig
from apn_config.judgement import Judge
from apn_config.model import Device
from apn_config.reader import Reader
from apn_config.store import Store
from apn_config.store import inbox as inbox_module
from apn_config.voice import Voice
from modem.sms import (
    Concat,
    Ports,
    build_deliver,
    compose_deliver,
    concat_element,
    parse_sender,
    ports_element,
)
from tests.apn_config.store_support import FakeClock

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ACCESS = AccessConfig(senders=("12345",))
LONG = "x" * 161


def first_part(number: int, sender: str, reference: int) -> Found:
    parts = compose_deliver(
        sender, LONG, timestamp=NOW + timedelta(seconds=number), reference=reference
    )
    return Found(parts[0].pdu)


def test_the_port_may_stand_in_any_part(tmp_path: Path) -> None:
    ports = ports_element(Ports(2948, 9200))
    judge, clock = Judge(Reader(), Access(ACCESS, Secrets())), FakeClock()
    counsel = Counsel(judge, Admission(ACCESS, Secrets()), Voice(), "1234")
    with Store.open(tmp_path / "store.db", clock.now()) as store:
        for seq, also in ((1, ()), (2, (ports,))):
            elements = (concat_element(Concat(7, 2, seq)), *also)
            part = build_deliver(
                parse_sender("12345"), NOW, payload=b"octets", elements=elements, dcs=4
            )
            with store.transaction():
                Batch(store, counsel, Device(), clock.now()).take([Found(part.pdu)])
        with store.transaction():
            first, _ = store.inbox.recent(2)
    assert (first.verdict is not None, first.port) == (True, 2948)


@pytest.mark.parametrize(
    ("most_of_one", "most", "senders"),
    [
        pytest.param(5, 1000, 1, id="of one message"),
        pytest.param(1000, 5, 20, id="in all"),
    ],
)
def test_what_waits_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most_of_one: int, most: int, senders: int
) -> None:
    monkeypatch.setattr(inbox_module, "OPEN_PARTS_OF_ONE", most_of_one)
    monkeypatch.setattr(inbox_module, "OPEN_PARTS", most)
    judge, clock = Judge(Reader(), Access(ACCESS, Secrets())), FakeClock()
    counsel = Counsel(judge, Admission(ACCESS, Secrets()), Voice(), "1234")
    with Store.open(tmp_path / "store.db", clock.now()) as store:
        for number in range(20):
            part = first_part(number, f"99{number % senders:03}", 55)
            with store.transaction():
                Batch(store, counsel, Device(), clock.now()).take([part])
        with store.transaction():
            waiting = store.inbox.open_parts()
    assert 0 < len(waiting) <= 5
    assert waiting[-1].id == 20
