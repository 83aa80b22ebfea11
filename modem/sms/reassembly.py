"""From parts to whole messages, in whatever order they come. The clock is passed in.

What is held is bounded: `max_sets` messages of at most 255 parts each, and as many that had to make
room for newer ones and wait for `expire` to hand them out.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, replace
from itertools import groupby

from modem.sms import gsm7, ucs2
from modem.sms.address import Address
from modem.sms.dcs import Encoding
from modem.sms.tpdu import Deliver
from modem.sms.udh import Concat

MAX_AGE_S = 24 * 3600.0
"""How long a part waits for the others: emnify keeps a message for 24 h by default."""
MAX_SETS = 64
_ESCAPE = bytes((gsm7.ESCAPE,))


@dataclass(frozen=True, slots=True)
class Whole:
    """A complete message: `parts` in order, and what they say together.

    `text` if all parts are texts, else `data`, their octets.
    """

    parts: tuple[Deliver, ...]
    text: str | None
    data: bytes | None


@dataclass(frozen=True, slots=True)
class Incomplete:
    """What there was of a message when its time was over: `parts` in order, what is missing."""

    parts: tuple[Deliver, ...]
    missing: tuple[int, ...]


class _Set:
    """The parts of one message. A finished one stays for its keys, to know a late duplicate."""

    __slots__ = ("finished", "key", "keys", "parts", "touched_s")

    def __init__(self, key: tuple[Address, Concat]) -> None:
        self.key = key
        self.parts: dict[int, Deliver] = {}
        self.keys: set[bytes] = set()
        self.touched_s = 0.0
        self.finished = False

    def incomplete(self) -> Incomplete:
        missing = tuple(seq for seq in range(1, self.key[1].total + 1) if seq not in self.parts)
        return Incomplete(tuple(self.parts[seq] for seq in sorted(self.parts)), missing)


class Reassembler:
    """Collects the parts of long messages.

    A part with another content for a number that is there already begins a new message: senders use
    their references again. Of several open messages with one reference the one that got a part last
    takes the next. Parts whose SCTS are further apart than `max_age_s` don't belong together.
    """

    def __init__(self, max_age_s: float = MAX_AGE_S, max_sets: int = MAX_SETS) -> None:
        self._max_age_s = max_age_s
        self._max_sets = max_sets
        # In the order of the last part that came, oldest first.
        self._sets: OrderedDict[int, _Set] = OrderedDict()
        self._next_id = 0
        self._evicted: deque[Incomplete] = deque(maxlen=max_sets)

    def __len__(self) -> int:
        """How many messages wait for parts."""
        return sum(not held.finished for held in self._sets.values())

    def add(self, message: Deliver, now_s: float) -> Whole | None:
        """The whole message, if this was its last missing part; a message of one part at once.

        `now_s` is any clock that only goes forward. A duplicate gives None and changes nothing.
        """
        concat = message.concat
        if concat is None or concat.total == 1:
            return join((message,))
        # What the parts have in common (3GPP TS 23.040 9.2.3.24.1, 9.2.3.24.8).
        key = (message.address, replace(concat, seq=0))
        part_key = message.key
        same = [(number, held) for number, held in self._sets.items() if held.key == key]
        if any(part_key in held.keys for _, held in same):
            return None
        fitting = [
            (number, held)
            for number, held in same
            if not held.finished and concat.seq not in held.parts and self._near(held, message)
        ]
        number, held = fitting[-1] if fitting else self._open(key)
        held.parts[concat.seq] = message
        held.keys.add(part_key)
        held.touched_s = now_s
        self._sets.move_to_end(number)
        if len(held.parts) < concat.total:
            return None
        whole = join(tuple(held.parts[seq] for seq in range(1, concat.total + 1)))
        held.finished = True
        held.parts = {}
        return whole

    def expire(self, now_s: float) -> list[Incomplete]:
        """What waited longer than `max_age_s` for a part, and before it what had to make room."""
        gone = list(self._evicted)
        self._evicted.clear()
        while self._sets:
            number, oldest = next(iter(self._sets.items()))
            if now_s - oldest.touched_s <= self._max_age_s:
                break
            del self._sets[number]
            if not oldest.finished:
                gone.append(oldest.incomplete())
        return gone

    def _near(self, held: _Set, message: Deliver) -> bool:
        there = next(iter(held.parts.values())).timestamp
        if there is None or message.timestamp is None:
            return True
        return abs((there - message.timestamp).total_seconds()) <= self._max_age_s

    def _open(self, key: tuple[Address, Concat]) -> tuple[int, _Set]:
        if len(self._sets) >= self._max_sets:
            finished = (number for number, held in self._sets.items() if held.finished)
            gone = self._sets.pop(next(finished, next(iter(self._sets))))
            if not gone.finished:
                self._evicted.append(gone.incomplete())
        self._next_id += 1
        held = self._sets[self._next_id] = _Set(key)
        return self._next_id, held


def join(parts: tuple[Deliver, ...]) -> Whole:
    """The message that parts in order make.

    Neighbours of one alphabet are joined before they are decoded, so that a surrogate pair or an
    escape sequence that a sender cut in two is whole again.
    """
    if any(part.text is None for part in parts):
        return Whole(parts, None, b"".join(part.user_data.payload for part in parts))
    if len(parts) == 1:
        return Whole(parts, parts[0].text, None)
    return Whole(parts, "".join(_join_run(list(run)) for _, run in groupby(parts, _reading)), None)


def _reading(part: Deliver) -> tuple[Encoding, int, int]:
    return part.encoding, part.user_data.locking, part.user_data.single


def _join_run(parts: list[Deliver]) -> str:
    payloads = [part.user_data.payload for part in parts]
    if parts[0].encoding is Encoding.UCS2:
        return ucs2.decode_ucs2(b"".join(payloads))[0]
    septets = b""
    for payload in payloads:
        # A sender that ran out of room behind an escape may begin the next part with it again
        # (sdk-nrf's test_recv_concat_escape_character_last).
        if payload[:1] == _ESCAPE and _ends_in_escape(septets):
            septets = septets[:-1]
        septets += payload
    first = parts[0].user_data
    return gsm7.decode_septets(septets, first.locking, first.single)[0]


def _ends_in_escape(septets: bytes) -> bool:
    """Whether the last escape stands alone: two of them are a pair of their own."""
    return (len(septets) - len(septets.rstrip(_ESCAPE))) % 2 == 1
