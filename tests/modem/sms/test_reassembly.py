"""Parts to messages: order, duplicates, references used again, expiry, bounds."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.sms import (
    Deliver,
    Incomplete,
    Ports,
    Reassembler,
    Whole,
    compose_deliver,
    reassembly,
)
from tests.modem.sms.long_messages import (
    A1,
    A2,
    A3,
    B1,
    B2,
    B3,
    LATER1,
    LATER2,
    LATER3,
    LONG,
    NOW,
    OTHER,
    SENDER1,
    SENDER2,
    SENDER3,
    WIDE1,
    WIDE2,
    WIDE3,
    only_deliver,
    parts_of,
)


def _texts(wholes: list[Whole | None]) -> list[str | None]:
    return [whole.text for whole in wholes if whole is not None]


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
    [short] = parts_of("PING")
    assert Reassembler().add(short, 0.0) == Whole((short,), "PING", None)
    of_one = only_deliver("0044038121F300004250607080900007050003050101")
    assert Reassembler().add(of_one, 0.0) == Whole((of_one,), "", None)


def test_octets_are_joined_without_their_headers() -> None:
    data = bytes(range(256))
    composed = compose_deliver("1", data, timestamp=NOW)
    reassembler = Reassembler()
    wholes = [reassembler.add(only_deliver(part.pdu), 0.0) for part in composed]
    assert wholes[-1] is not None
    assert (wholes[-1].text, wholes[-1].data) == (None, data)


def _ucs2_part(seq: int, octets: str) -> Deliver:
    length = 6 + len(octets) // 2
    return only_deliver(
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


def test_alphabets_may_differ_betweenparts_of() -> None:
    first, second = _ucs2_part(1, "010D"), parts_of("a" * 200, sender="123", reference=5)[1]
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
    firsts = [parts_of(sender=f"{number}")[0] for number in range(10, 13)]
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
        reassembler.add(parts_of(sender=f"{number}")[0], 0.0)
    assert [gone.parts[0].number for gone in reassembler.expire(0.0)] == ["16", "17"]


def _parts_with_ports(first: Ports | None, others: Ports | None) -> list[Deliver]:
    """Parts of one message, of which the first has other ports than the others."""
    headed, following = (
        [
            only_deliver(part.pdu)
            for part in compose_deliver(
                "12345", LONG[:200].encode(), timestamp=NOW, reference=7, ports=ports
            )
        ]
        for ports in (first, others)
    )
    return [headed[0], *following[1:]]


def test_ports_don_t_tell_messages_apart() -> None:
    first, second = _parts_with_ports(Ports(2948, 9200), None)
    assert (first.ports, second.ports) == (Ports(2948, 9200), None)
    reassembler = Reassembler()
    assert reassembler.add(first, 0.0) is None
    assert reassembler.add(second, 0.0) is not None


def test_the_smsc_doesn_t_tell_messages_apart() -> None:
    """9.2.3.24.1: parts of one message may come by several of them."""
    first, second, third = parts_of()
    elsewhere = only_deliver("07914400000000F0" + second.pdu[2:])
    assert elsewhere.smsc is not None
    assert first.smsc is None
    reassembler = Reassembler()
    wholes = [reassembler.add(part, 0.0) for part in (first, elsewhere, third)]
    assert _texts(wholes) == [LONG]
    # The same part by the other SMSC is the same part.
    assert reassembler.add(second, 0.0) is None
    assert len(reassembler) == 0


def test_a_clock_that_is_set_back_keeps_nothing_from_expiring() -> None:
    reassembler = Reassembler(max_age_s=60.0)
    reassembler.add(A1, 1000.0)
    reassembler.add(SENDER1, 0.0)
    assert [gone.parts for gone in reassembler.expire(100.0)] == [(SENDER1,)]
    assert len(reassembler) == 1


def _part_of_many(sender: int, seq: int, content: bytes = b"", behind: bytes = b"") -> Deliver:
    """Part `seq` of 255 of a message of octets, from a number of ten digits."""
    number = bytes.fromhex(f"{sender:010}")
    user_data = bytes((5, 0, 3, 7, 255, seq)) + content
    head = bytes((0x00, 0x44, 10, 0x81)) + number + b"\x00\x04" + A1.scts
    return only_deliver(head + bytes((len(user_data),)) + user_data + behind)


FLOODS = [
    pytest.param(60, range(1, 255), bytes(134), b"", id="messages-that-lack-one-part"),
    pytest.param(66, range(1, 256), bytes(134), b"", id="whole-messages"),
    pytest.param(3, range(1, 100), b"", bytes(50_000), id="octets-behind-the-message"),
]


@pytest.mark.parametrize(("senders", "seqs", "content", "behind"), FLOODS)
def test_the_memory_that_senders_can_take(
    senders: int, seqs: range, content: bytes, behind: bytes
) -> None:
    reassembler = Reassembler()
    most = 0
    tracemalloc.start()
    try:
        empty = tracemalloc.get_traced_memory()[0]
        for sender in range(senders):
            for seq in seqs:
                reassembler.add(_part_of_many(sender, seq, content, behind), 0.0)
            most = max(most, tracemalloc.get_traced_memory()[0] - empty)
    finally:
        tracemalloc.stop()
    # What the docstring says; and it isn't just an empty one.
    assert 1 << 20 < most <= 8 << 20


def test_what_makes_room_for_octets_is_handed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reassembly, "MAX_MEMORY_BYTES", 3000)
    reassembler = Reassembler()
    parts = [_part_of_many(sender, 1, bytes(100)) for sender in range(9)]
    for part in parts[:5]:
        reassembler.add(part, 0.0)
    assert len(reassembler) == 5
    reassembler.add(parts[5], 0.0)
    assert len(reassembler) == 5
    assert reassembler.expire(0.0) == [Incomplete((parts[0],), tuple(range(2, 256)))]
    # One that alone is too much doesn't stay either.
    huge = _part_of_many(99, 1, b"", bytes(3000))
    reassembler.add(huge, 0.0)
    assert len(reassembler) == 0
    assert [gone.parts for gone in reassembler.expire(0.0)] == [(huge,)]
