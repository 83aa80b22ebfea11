"""Message memories of limited size (3GPP TS 27.005 2.2.2): slots, names, aliases and unions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum


class Status(IntEnum):
    """<stat> in PDU mode (3GPP TS 27.005 3.1)."""

    REC_UNREAD = 0
    REC_READ = 1
    STO_UNSENT = 2
    STO_SENT = 3


@dataclass(slots=True)
class Stored:
    """A message in a slot: the line that +CMGR shows, and the length that stands before it."""

    status: Status
    pdu: str
    tpdu_length: int

    def seen(self) -> None:
        """The host has read it."""
        if self.status is Status.REC_UNREAD:
            self.status = Status.REC_READ


@dataclass(slots=True)
class Slots:
    """One memory. The lowest free slot is filled first; 0 is the first, as on most modems."""

    size: int
    messages: dict[int, Stored] = field(default_factory=dict)

    def put(self, message: Stored) -> int | None:
        """Store it; its index, or None when all slots are taken."""
        if len(self.messages) >= self.size:
            return None
        index = next(i for i in range(self.size) if i not in self.messages)
        self.messages[index] = message
        return index

    def put_over(self, message: Stored) -> int | None:
        """Store it; in a full memory the oldest makes room. None if there are no slots at all."""
        if self.messages and len(self.messages) >= self.size:
            del self.messages[next(iter(self.messages))]  # a dict keeps the order of arrival
        return self.put(message)

    def get(self, index: int) -> Stored | None:
        """What is in that slot."""
        return self.messages.get(index)

    def remove(self, index: int) -> None:
        """Empty that slot."""
        self.messages.pop(index, None)

    def items(self) -> Iterator[tuple[int, Stored]]:
        """The filled slots, in order."""
        yield from sorted(self.messages.items())

    @property
    def used(self) -> int:
        """How many slots are filled."""
        return len(self.messages)


@dataclass(slots=True)
class Union:
    """Several memories under one name ("MT", 27.005 2.2.2): their slots, one after the other."""

    parts: tuple[Slots, ...]

    def _find(self, index: int) -> tuple[Slots, int] | None:
        for part in self.parts:
            if 0 <= index < part.size:
                return part, index
            index -= part.size
        return None

    def put(self, message: Stored) -> int | None:
        """Store it where there is room; None when all are full."""
        base = 0
        for part in self.parts:
            index = part.put(message)
            if index is not None:
                return base + index
            base += part.size
        return None

    def get(self, index: int) -> Stored | None:
        """What is in that slot."""
        found = self._find(index)
        return found[0].get(found[1]) if found else None

    def remove(self, index: int) -> None:
        """Empty that slot."""
        found = self._find(index)
        if found:
            found[0].remove(found[1])

    def items(self) -> Iterator[tuple[int, Stored]]:
        """The filled slots, in order."""
        base = 0
        for part in self.parts:
            yield from ((base + index, message) for index, message in part.items())
            base += part.size

    @property
    def size(self) -> int:
        """How many slots there are."""
        return sum(part.size for part in self.parts)

    @property
    def used(self) -> int:
        """How many slots are filled."""
        return sum(part.used for part in self.parts)


Memory = Slots | Union


class Memories:
    """The memories of a modem by name, as its profile has them.

    A name that is an alias is the same memory under the same indices. "MT" that is neither an alias
    nor has a size of its own is the union of ME and SM.
    """

    def __init__(self, sizes: Mapping[str, int], aliases: Mapping[str, str]) -> None:
        self._by_name: dict[str, Memory] = {name: Slots(size) for name, size in sizes.items()}
        for alias, name in aliases.items():
            self._by_name[alias] = self._by_name[name]
        if "MT" not in self._by_name:
            real = (self._by_name.get(name) for name in ("ME", "SM"))
            parts = tuple(memory for memory in real if isinstance(memory, Slots))
            self._by_name["MT"] = Union(parts)

    def __getitem__(self, name: str) -> Memory:
        return self._by_name[name]

    def __contains__(self, name: str) -> bool:
        return name in self._by_name
