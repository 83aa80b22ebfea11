"""From parts to whole messages, in whatever order they come. The clock is passed in.

What is held is bounded, whoever sends. What a whole message means is not known here.
"""

from __future__ import annotations

from collections import deque
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from modem.sms import gsm7, ucs2
from modem.sms.address import Address
from modem.sms.dcs import Encoding
from modem.sms.errors import PduError
from modem.sms.pdu import decode_pdu
from modem.sms.tpdu import Deliver
from modem.sms.udh import Concat

if TYPE_CHECKING:
    from typing import Self

MAX_AGE_S = 24 * 3600.0
"""How long a part waits for the others: emnify keeps a message for 24 h by default."""
MAX_SETS = 64
MAX_MEMORY_BYTES = 4 << 20
"""Room for some 7,000 full parts; 64 messages of ten parts take a tenth of it."""
# Measured with tracemalloc on CPython 3.11 (64 bits): what a part takes beside its octets, and what
# is left of it when its message is whole.
_PART_BYTES = 400
_KEY_BYTES = 150
_KEY_OCTETS = 32
_STATE_VERSION = 1
# An address's length is one octet.
_MAX_ADDRESS = 255
_ESCAPE = bytes((gsm7.ESCAPE,))
_TEXTS = (Encoding.GSM7, Encoding.UCS2)


class Whole(NamedTuple):
    """A complete message: `parts` in order, and what they say together.

    `text` if all parts are texts, else `data`, their octets.
    """

    parts: tuple[Deliver, ...]
    text: str | None
    data: bytes | None


class Incomplete(NamedTuple):
    """What there was of a message when its time was over: `parts` in order, what is missing."""

    parts: tuple[Deliver, ...]
    missing: tuple[int, ...]


def _key(message: Deliver, concat: Concat) -> tuple[Address, Concat]:
    """What the parts of one message have in common (3GPP TS 23.040 9.2.3.24.1, 9.2.3.24.8).

    The clauses name the reference and the sender's address. They name the SMSC too, and recommend
    that a device doesn't check it, as parts may come by several. Ports they don't name: parts with
    other ports, or without, are parts of the same message.
    """
    return message.address, concat._replace(seq=0)


class _Set:
    """The parts of one message. A finished one stays for its keys, to know a late duplicate."""

    __slots__ = ("key", "keys", "memory_bytes", "parts", "total", "touched_s")

    def __init__(self, key: tuple[Address, Concat], touched_s: float) -> None:
        self.key = key
        self.total = key[1].total
        # In the order in which they came: `near` compares with the first.
        self.parts: dict[int, Deliver] = {}
        self.keys: set[bytes] = set()
        self.touched_s = touched_s
        self.memory_bytes = 0

    @property
    def finished(self) -> bool:
        return not self.parts

    def near(self, message: Deliver, most_s: float) -> bool:
        """Whether the SMSC got this part no longer than that before or after the first one."""
        there, then = next(iter(self.parts.values())).timestamp, message.timestamp
        return there is None or then is None or abs((there - then).total_seconds()) <= most_s

    def put(self, seq: int, message: Deliver, part_key: bytes) -> None:
        self.parts[seq] = message
        self.keys.add(part_key)
        self.memory_bytes += len(message.octets) + _PART_BYTES

    def finish(self) -> tuple[Deliver, ...]:
        """All parts, in order. They aren't kept."""
        parts = tuple(self.parts[seq] for seq in range(1, self.total + 1))
        self.parts = {}
        self.memory_bytes = len(self.keys) * _KEY_BYTES
        return parts

    def incomplete(self) -> Incomplete:
        missing = tuple(seq for seq in range(1, self.total + 1) if seq not in self.parts)
        return Incomplete(tuple(self.parts[seq] for seq in sorted(self.parts)), missing)

    def state(self) -> dict[str, object]:
        if self.parts:
            parts = [{"pdu": part.pdu, "has_smsc": part.has_smsc} for part in self.parts.values()]
            return {"touched_s": self.touched_s, "parts": parts}
        (value, toa), concat = self.key
        return {
            "touched_s": self.touched_s,
            "address": {"value": value, "toa": toa},
            "ref": concat.ref,
            "total": concat.total,
            "bits": concat.bits,
            "keys": sorted(key.hex() for key in self.keys),
        }


class Reassembler:
    """Collects the parts of long messages.

    A part with another content for a number that is there already begins a new message: senders use
    their references again. Of several open messages with one reference the one that got a part last
    takes the next. Parts whose SCTS are further apart than `max_age_s` don't belong together.

    At most `max_sets` messages are held, open or finished, and no more than `MAX_MEMORY_BYTES` in
    all. What has to make room, finished messages first, then those that have waited longest, goes
    to `expire`, which is to be called now and then; as much again is kept for it, and then the
    oldest of it is lost. So the most memory that senders can take is 8 MiB.
    """

    def __init__(self, max_age_s: float = MAX_AGE_S, max_sets: int = MAX_SETS) -> None:
        self._max_age_s = max_age_s
        self._max_sets = max_sets
        # In the order of the last part that came, oldest first.
        self._sets: list[_Set] = []
        self._evicted: deque[_Set] = deque(maxlen=max_sets)

    def __len__(self) -> int:
        """How many messages wait for parts."""
        return sum(not held.finished for held in self._sets)

    def add(self, message: Deliver, now_s: float) -> Whole | None:
        """The whole message, if this was its last missing part; a message of one part at once.

        `now_s` is any clock that goes forward. A duplicate gives None and changes nothing.
        """
        concat = message.concat
        if concat is None or concat.total == 1:
            return join((message,))
        key, part_key = _key(message, concat), message.key
        same = [held for held in self._sets if held.key == key]
        if any(part_key in held.keys for held in same):
            return None
        fitting = [
            held
            for held in same
            if not held.finished
            and concat.seq not in held.parts
            and held.near(message, self._max_age_s)
        ]
        if fitting:
            held = fitting[-1]
            held.touched_s = now_s
            self._sets.remove(held)
        else:
            held = _Set(key, now_s)
        held.put(concat.seq, message, part_key)
        whole = join(held.finish()) if len(held.parts) == concat.total else None
        self._sets.append(held)
        self._make_room()
        return whole

    def expire(self, now_s: float) -> list[Incomplete]:
        """What had to make room, and then what waited longer than `max_age_s` for a part."""
        gone = [held.incomplete() for held in self._evicted]
        self._evicted.clear()
        old = [held for held in self._sets if now_s - held.touched_s > self._max_age_s]
        self._sets = [held for held in self._sets if held not in old]
        return gone + [held.incomplete() for held in old if not held.finished]

    def state(self) -> dict[str, object]:
        """All that is held, as plain JSON, for `restored`. It holds the texts of messages.

        `version`, and two lists, `sets` and `evicted`. An open message has `touched_s`, when its
        last part came, and `parts`, each with `pdu`, in hex, and `has_smsc`; a finished one has
        `touched_s`, `address`, `ref`, `total`, `bits` and its parts' `keys`, in hex.
        """
        return {
            "version": _STATE_VERSION,
            "sets": [held.state() for held in self._sets],
            "evicted": [held.state() for held in self._evicted],
        }

    @classmethod
    def restored(
        cls, state: object, *, max_age_s: float = MAX_AGE_S, max_sets: int = MAX_SETS
    ) -> Self:
        """The reassembler that gave this state, or one that goes on from there with other limits.

        `now_s` has to go on as well: a wall clock does, one that starts with the process doesn't.
        ValueError, which says where, if it is no such state; a damaged file does no other harm.
        """
        version, sets, evicted = _fields(state, "the state", "version", "sets", "evicted")
        if version != _STATE_VERSION:
            raise _damaged("version", f"wanted {_STATE_VERSION}")
        restored = cls(max_age_s, max_sets)
        for path, item in _items(evicted, "evicted"):
            restored._evict(_open_set(item, path))
        for path, item in _items(sets, "sets"):
            finished = isinstance(item, dict) and "keys" in item
            restored._sets.append((_finished_set if finished else _open_set)(item, path))
            restored._make_room()
        return restored

    def _make_room(self) -> None:
        while len(self._sets) > self._max_sets or _memory_bytes(self._sets) > MAX_MEMORY_BYTES:
            gone = next((held for held in self._sets if held.finished), self._sets[0])
            self._sets.remove(gone)
            if not gone.finished:
                self._evict(gone)

    def _evict(self, gone: _Set) -> None:
        self._evicted.append(gone)
        while _memory_bytes(self._evicted) > MAX_MEMORY_BYTES and len(self._evicted) > 1:
            self._evicted.popleft()


def _memory_bytes(sets: list[_Set] | deque[_Set]) -> int:
    return sum(held.memory_bytes for held in sets)


def _open_set(item: object, path: str) -> _Set:
    """A message of which parts are missing, from its state."""
    touched_s, parts = _fields(item, path, "touched_s", "parts")
    held: _Set | None = None
    for place, part in _items(parts, f"{path}.parts"):
        message = _part(part, place)
        concat = message.concat
        if concat is None or concat.total == 1:
            raise _damaged(place, "wanted a part of a long message")
        key = _key(message, concat)
        held = held or _Set(key, _seconds(touched_s, f"{path}.touched_s"))
        if key != held.key or concat.seq in held.parts:
            raise _damaged(place, "wanted another part of the same message")
        held.put(concat.seq, message, message.key)
    if held is None or len(held.parts) == held.total:
        raise _damaged(f"{path}.parts", "wanted some parts, but not all")
    return held


def _part(item: object, path: str) -> Deliver:
    pdu, has_smsc = _fields(item, path, "pdu", "has_smsc")
    if not isinstance(pdu, str) or not isinstance(has_smsc, bool):
        raise _damaged(path, "wanted a text and true or false")
    try:
        message = decode_pdu(pdu, has_smsc=has_smsc)
    except PduError as error:
        raise _damaged(f"{path}.pdu", str(error)) from None
    if not isinstance(message, Deliver):
        raise _damaged(f"{path}.pdu", "wanted a DELIVER")
    return message


def _finished_set(item: object, path: str) -> _Set:
    names = ("touched_s", "address", "ref", "total", "bits", "keys")
    touched_s, address, ref, total, bits, keys = _fields(item, path, *names)
    value, toa = _fields(address, f"{path}.address", "value", "toa")
    if not isinstance(value, str) or len(value) > _MAX_ADDRESS:
        raise _damaged(f"{path}.address.value", f"wanted a text of at most {_MAX_ADDRESS}")
    if type(bits) is not int or bits not in (8, 16):
        raise _damaged(f"{path}.bits", "wanted 8 or 16")
    concat = Concat(
        ref=_integer(ref, f"{path}.ref", 0, (1 << bits) - 1),
        total=_integer(total, f"{path}.total", 2, 0xFF),
        seq=0,
        bits=bits,
    )
    sender = Address(value, _integer(toa, f"{path}.address.toa", 0, 0xFF))
    held = _Set((sender, concat), _seconds(touched_s, f"{path}.touched_s"))
    held.keys = {_part_key(part_key, place) for place, part_key in _items(keys, f"{path}.keys")}
    if len(held.keys) != held.total:
        raise _damaged(f"{path}.keys", "wanted one for each part")
    held.memory_bytes = held.total * _KEY_BYTES
    return held


def _part_key(item: object, path: str) -> bytes:
    try:
        key = bytes.fromhex(item) if isinstance(item, str) else b""
    except ValueError:
        key = b""
    if len(key) != _KEY_OCTETS:
        raise _damaged(path, f"wanted {_KEY_OCTETS} octets in hex")
    return key


def _fields(item: object, path: str, *names: str) -> list[object]:
    """The values of an object that has those fields and no others."""
    if not isinstance(item, dict) or item.keys() != set(names):
        raise _damaged(path, f"wanted an object of {', '.join(names)}")
    return [item[name] for name in names]


def _items(items: object, path: str) -> list[tuple[str, object]]:
    """The items of a list, each with its path."""
    if not isinstance(items, list):
        raise _damaged(path, "wanted a list")
    return [(f"{path}[{index}]", item) for index, item in enumerate(items)]


def _integer(item: object, path: str, least: int, most: int) -> int:
    if not isinstance(item, int) or isinstance(item, bool) or not least <= item <= most:
        raise _damaged(path, f"wanted {least} to {most}")
    return item


def _seconds(item: object, path: str) -> float:
    # json reads NaN and Infinity, and integers that are too long for a float.
    if isinstance(item, int | float) and not isinstance(item, bool) and abs(item) < 1e300:
        return float(item)
    raise _damaged(path, "wanted a number")


def _damaged(path: str, why: str) -> ValueError:
    return ValueError(f"no state of a reassembler: {path}: {why}")


def join(parts: tuple[Deliver, ...]) -> Whole:
    """The message that parts in order make.

    Neighbours of one alphabet are joined before they are decoded, so that a surrogate pair or an
    escape sequence that a sender cut in two is whole again.
    """
    if len(parts) == 1:
        return Whole(parts, parts[0].text, parts[0].data)
    if any(part.encoding not in _TEXTS for part in parts):
        return Whole(parts, None, b"".join([part.payload for part in parts]))
    runs = [_join_run(list(run)) for _, run in groupby(parts, _reading)]
    return Whole(parts, "".join(runs), None)


def _reading(part: Deliver) -> tuple[Encoding, int, int]:
    return part.encoding, part.locking, part.single


def _join_run(parts: list[Deliver]) -> str:
    payloads = [part.payload for part in parts]
    if parts[0].encoding is Encoding.UCS2:
        return ucs2.decode_ucs2(b"".join(payloads))[0]
    septets = b""
    for payload in payloads:
        # A sender that ran out of room behind an escape may begin the next part with it again
        # (sdk-nrf's test_recv_concat_escape_character_last).
        if payload[:1] == _ESCAPE and gsm7.ends_in_escape(septets):
            septets = septets[:-1]
        septets += payload
    return gsm7.decode_septets(septets, parts[0].locking, parts[0].single)[0]
