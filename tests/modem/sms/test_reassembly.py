"""Parts to messages: order, duplicates, references used again, expiry, bounds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.sms import Deliver, Reassembler, Whole, compose_deliver, decode_pdu

NOW = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
LONG = "".join(f"{number:03} " for number in range(100))
OTHER = LONG.replace("0", "x")


def _parts(
    text: str = LONG, *, sender: str = "12345", reference: int = 7, timestamp: datetime = NOW
) -> list[Deliver]:
    composed = compose_deliver(sender, text, timestamp=timestamp, reference=reference)
    messages = [decode_pdu(part.pdu) for part in composed]
    return [message for message in messages if isinstance(message, Deliver)]


def _texts(wholes: list[Whole | None]) -> list[str | None]:
    return [whole.text for whole in wholes if whole is not None]


A1, A2, A3 = _parts()
B1, B2, B3 = _parts(OTHER)
SENDER1, SENDER2, SENDER3 = _parts(OTHER, sender="54321")
WIDE1, WIDE2, WIDE3 = _parts(OTHER, reference=0x0107)
LATER1, LATER2, LATER3 = _parts(OTHER, timestamp=NOW + timedelta(days=2))

ORDERS = [
    pytest.param([A1, A2, A3], [LONG], id="in-order"),
    pytest.param([A3, A1, A2], [LONG], id="out-of-order"),
    pytest.param([A1, A1, A3, A3, A2], [LONG], id="duplicates"),
    pytest.param([A1, A2, A3, A2, A1], [LONG], id="duplicates-when-it-is-whole"),
    pytest.param([A1, A2], [], id="one-missing"),
    pytest.param([A1, SENDER2, A2, SENDER3, A3, SENDER1], [LONG, OTHER], id="two-senders"),
    pytest.param([A1, WIDE1, WIDE2, A2, A3, WIDE3], [LONG, OTHER], id="8-and-16-bits"),
    pytest.param([A1, A2, A3, B1, B2, B3], [LONG, OTHER], id="reference-again-when-whole"),
    pytest.param([A1, B1, B2, B3], [OTHER], id="reference-again-when-one-is-lost"),
    pytest.param([A1, B1, B2, B3, A2, A3], [OTHER, LONG], id="reference-again-and-the-rest"),
    pytest.param([A2, LATER1, LATER3, LATER2], [OTHER], id="reference-again-days-later"),
]


@pytest.mark.parametrize(("arrivals", "texts"), ORDERS)
def test_orders(arrivals: list[Deliver], texts: list[str]) -> None:
    reassembler = Reassembler()
    assert _texts([reassembler.add(part, 0.0) for part in arrivals]) == texts


@given(st.permutations([A1, A2, A3, SENDER1, SENDER2, SENDER3, WIDE1, WIDE2, WIDE3]))
def test_any_order(arrivals: list[Deliver]) -> None:
    reassembler = Reassembler()
    texts = _texts([reassembler.add(part, 0.0) for part in arrivals])
    assert sorted(text or "" for text in texts) == sorted([LONG, OTHER, OTHER])
    assert len(reassembler) == 0


def test_parts_come_in_order_with_the_whole() -> None:
    reassembler = Reassembler()
    reassembler.add(A3, 0.0)
    reassembler.add(A1, 0.0)
    assert reassembler.add(A2, 0.0) == Whole((A1, A2, A3), LONG, None)


def test_a_message_of_one_part_is_whole_at_once() -> None:
    [short] = _parts("PING")
    assert Reassembler().add(short, 0.0) == Whole((short,), "PING", None)
    of_one = decode_pdu("0044038121F300004250607080900007050003050101")
    assert isinstance(of_one, Deliver)
    assert Reassembler().add(of_one, 0.0) == Whole((of_one,), "", None)


def test_octets_are_joined_without_their_headers() -> None:
    data = bytes(range(256))
    composed = compose_deliver("1", data, timestamp=NOW)
    reassembler = Reassembler()
    wholes = [reassembler.add(_only_deliver(part.pdu), 0.0) for part in composed]
    assert wholes[-1] is not None
    assert (wholes[-1].text, wholes[-1].data) == (None, data)


def _only_deliver(pdu: str) -> Deliver:
    message = decode_pdu(pdu)
    assert isinstance(message, Deliver)
    return message


def _ucs2_part(seq: int, octets: str) -> Deliver:
    length = 6 + len(octets) // 2
    return _only_deliver(
        f"0044038121F3000842506070809000{length:02X}05000305{2:02X}{seq:02X}{octets}"
    )


def test_a_surrogate_pair_that_was_cut_is_whole_again() -> None:
    # warthog618/sms:sms_test.go:TestDecode/ucs2 split surrogate: a sender cut the pair.
    first, second = _ucs2_part(1, "0041D83D"), _ucs2_part(2, "DE010042")
    assert (first.text, second.text) == ("A\ufffd", "\ufffdB")
    reassembler = Reassembler()
    reassembler.add(second, 0.0)
    whole = reassembler.add(first, 0.0)
    assert whole is not None
    assert whole.text == "A😁B"


def test_alphabets_may_differ_between_parts() -> None:
    first, second = _ucs2_part(1, "010D"), _parts("a" * 200, sender="123", reference=5)[1]
    reassembler = Reassembler()
    reassembler.add(first, 0.0)
    whole = reassembler.add(second, 0.0)
    assert whole is not None
    assert whole.text == "č" + "a" * 47


def test_expiry_hands_back_what_was_there() -> None:
    reassembler = Reassembler(max_age_s=60.0)
    reassembler.add(A3, 0.0)
    reassembler.add(A1, 30.0)
    reassembler.add(SENDER2, 40.0)
    assert reassembler.expire(90.0) == []
    [gone] = reassembler.expire(90.5)
    assert (gone.parts, gone.missing) == ((A1, A3), (2,))
    assert len(reassembler) == 1
    assert [gone.missing for gone in reassembler.expire(1000.0)] == [(1, 3)]
    assert reassembler.expire(2000.0) == []


def test_a_whole_message_does_not_expire_and_is_forgotten() -> None:
    reassembler = Reassembler(max_age_s=60.0)
    for part in (A1, A2, A3):
        reassembler.add(part, 0.0)
    assert reassembler.expire(61.0) == []
    # After that a repeat is a message of its own: the inbox knows it by its key.
    assert _texts([reassembler.add(part, 62.0) for part in (A1, A2, A3)]) == [LONG]


def test_what_is_held_is_bounded_and_what_made_room_is_handed_out() -> None:
    reassembler = Reassembler(max_sets=2)
    firsts = [_parts(sender=f"{number}")[0] for number in range(10, 13)]
    for part in firsts:
        reassembler.add(part, 0.0)
    assert len(reassembler) == 2
    assert [gone.parts for gone in reassembler.expire(0.0)] == [(firsts[0],)]
    assert reassembler.expire(0.0) == []


def test_a_finished_message_makes_room_first() -> None:
    reassembler = Reassembler(max_sets=2)
    reassembler.add(SENDER1, 0.0)
    for part in (A1, A2, A3):
        reassembler.add(part, 1.0)
    reassembler.add(WIDE1, 2.0)
    assert reassembler.expire(2.0) == []
    assert len(reassembler) == 2


def test_what_made_room_is_bounded_too() -> None:
    reassembler = Reassembler(max_sets=2)
    for number in range(10, 20):
        reassembler.add(_parts(sender=f"{number}")[0], 0.0)
    assert [gone.parts[0].number for gone in reassembler.expire(0.0)] == ["16", "17"]
