"""Memories: slots, unions, aliases."""

from modem.simulator.storage import Memories, Slots, Status, Stored


def test_lowest_free_slot_is_filled_and_full_is_full() -> None:
    slots = Slots(3)
    message = Stored(Status.REC_UNREAD, "00", 0)
    assert [slots.put(message) for _ in range(4)] == [0, 1, 2, None]
    slots.remove(1)
    assert slots.put(message) == 1


def test_union_has_the_slots_of_both_under_running_indices() -> None:
    memories = Memories({"ME": 2, "SM": 2}, {})
    a, b = (Stored(Status.REC_UNREAD, pdu, 0) for pdu in ("0A", "0B"))
    memories["SM"].put(a)
    assert list(memories["MT"].items()) == [(2, a)]
    assert [memories["MT"].put(b) for _ in range(4)] == [0, 1, 3, None]
    assert (memories["MT"].used, memories["MT"].size) == (4, 4)
    memories["MT"].remove(2)
    assert memories["SM"].get(0) is None
    assert memories["MT"].get(0) is b
    assert memories["MT"].get(99) is None


def test_alias_is_the_same_memory() -> None:
    memories = Memories({"ME": 2}, {"MT": "ME"})
    assert memories["MT"] is memories["ME"]
