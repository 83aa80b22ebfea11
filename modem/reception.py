"""How messages are received: memories and indications. Pure choices from what is offered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from modem.commands.messages import Cnmi, Memories, MemoryUse

# SR takes status reports only and is locked to reading on a SIM7600 (CMS 321); BM is broadcast.
_NO_MESSAGES = frozenset({"SR", "BM"})
# ME before SM since it is larger; MT is a union or an alias of others, so it comes last.
_PREFERRED = ("ME", "SM", "MT")

ANY_CNMI = (frozenset({1, 2}), frozenset({0, 1, 2}), frozenset({0}), frozenset({0}), frozenset({0}))

MT_ANNOUNCED = 1  # +CMTI: the modem stores first
MT_DIRECT = 2  # +CMT: the host has to acknowledge


@dataclass(frozen=True, slots=True)
class Selection:
    """The three memories of +CPMS: `read` equals `receive`, so what arrives can be read."""

    read: str
    write: str
    receive: str


def choose_memories(offered: Memories, selected: Sequence[MemoryUse]) -> Selection | None:
    """Where messages go to; None where no memory can receive and be read.

    What is selected stays where it can serve: writing +CPMS is saved to flash on Quectel's EC2x
    (manual, chapter 9). Each memory comes from its own list: a Siemens TC35 offers ME for the
    first two only.
    """
    usable = [name for name in offered.receive if name in offered.read and name not in _NO_MESSAGES]
    if not usable:
        return None
    names = [use.name for use in selected]
    now_receive = names[2] if len(names) > 2 else None
    if now_receive in usable:
        receive = now_receive
    else:
        receive = next((name for name in _PREFERRED if name in usable), usable[0])
    now_write = names[1] if len(names) > 1 else None
    if now_write in offered.write:
        write = now_write
    else:
        write = receive if receive in offered.write else next(iter(offered.write), receive)
    return Selection(receive, write, receive)


def memories_to_read(offered: Memories, selected: str) -> tuple[str, ...]:
    """All memories that may hold received messages, the selected one first.

    MT shows what ME or SM hold already, under other indices on some modems.
    """
    names = [name for name in offered.read if name not in _NO_MESSAGES and name != selected]
    if {"ME", "SM"} & {selected, *names}:
        names = [name for name in names if name != "MT"]
    return (selected, *dict.fromkeys(names))


def cnmi_candidates(
    offered: Sequence[frozenset[int]], *, storage: bool, acknowledges: bool
) -> Iterator[Cnmi]:
    """The settings to try, best first, from what +CNMI=? offers; nothing where none can serve.

    mt is 1 wherever there is storage; 2 only without, and only where +CNMA works. The second
    candidate does without status reports: A7670s refuse combinations of what they offer.
    Cinterion's <bfr> is 1 or nothing, and nRF91 has no <bfr>.
    """
    lists = [frozenset(values) for values in offered]
    if len(lists) < 2:
        return
    mode = _first(lists[0], (2, 1, 3))
    mt = MT_ANNOUNCED if storage else MT_DIRECT
    if mode is None or mt not in lists[1] or (mt == MT_DIRECT and not acknowledges):
        return
    bm = _lowest(lists, 2)
    bfr = _lowest(lists, 4) if len(lists) > 4 else None
    reports = _first(lists[3], (1, 2, 0)) if len(lists) > 3 else 0
    for ds in dict.fromkeys((reports or 0, 0)):
        yield Cnmi(mode, mt, bm, ds, bfr)


def _first(offered: frozenset[int], wanted: Sequence[int]) -> int | None:
    return next((value for value in wanted if value in offered), None)


def _lowest(lists: Sequence[frozenset[int]], at: int) -> int:
    return min(lists[at], default=0) if at < len(lists) else 0
