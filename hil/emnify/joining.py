"""Parts of long messages from devices, joined in memory. Pure: the clock is passed in."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from hil.emnify.events import MoSms, Part

# A device sends the parts of a message one after the other; after so long a missing one is lost.
PATIENCE_S = 600.0
# A device sends them within seconds; one that it had to repeat, within a minute or two.
APART_S = 300.0
# Beyond that the oldest is given out as it is, so that memory is bounded.
MAX_WAITING = 1000

_Key = tuple[str, str, str, str, int]


@dataclass(slots=True)
class _Group:
    began_s: float
    parts: dict[int, MoSms] = field(default_factory=dict)


class Joiner:
    """Joins by device, way, identifier and number of parts; ordered by `partno` (inferred).

    Nothing that it gives is forgotten by that: `forget` does it, once somebody has taken it.
    """

    def __init__(self, patience_s: float = PATIENCE_S, max_waiting: int = MAX_WAITING) -> None:
        self._patience_s = patience_s
        self._max_waiting = max_waiting
        self._groups: dict[_Key, _Group] = {}

    def whole(self, sms: MoSms) -> MoSms | None:
        """The message that this SMS is, or completes; None if parts are still missing."""
        if sms.part is None:
            return sms
        group = self._groups.get(_key(sms, sms.part))
        parts = {**(group.parts if group else {}), sms.part.number: sms}
        return _joined(parts, sms.part.total) if len(parts) == sms.part.total else None

    def hold(self, sms: MoSms, now_s: float) -> None:
        """Keep a part until the others are there."""
        if sms.part is not None:
            group = self._groups.setdefault(_key(sms, sms.part), _Group(now_s))
            group.parts[sms.part.number] = sms

    def in_the_way(self, sms: MoSms) -> list[MoSms]:
        """What has to be given out as it is, before this part can be held.

        That is what is held of another message with the same identifier, whose end never came:
        devices use their references again (3GPP TS 23.040 9.2.3.24.1: eight or sixteen bits). And
        the oldest message, where there is no room for one more.
        """
        if sms.part is None:
            return []
        key = _key(sms, sms.part)
        group = self._groups.get(key)
        if group is not None:
            return [] if _belongs(sms, group) else [_joined(group.parts, sms.part.total)]
        if len(self._groups) < self._max_waiting:
            return []
        oldest, group = next(iter(self._groups.items()))
        return [_joined(group.parts, oldest[-1])]

    def forget(self, sms: MoSms) -> None:
        """A message, as `whole` or `overdue` gave it, was taken."""
        if sms.part is not None:
            self._groups.pop(_key(sms, sms.part), None)

    def overdue(self, now_s: float, *, all_of_them: bool = False) -> list[MoSms]:
        """The messages whose parts didn't all come in time, the oldest first."""
        return [
            _joined(group.parts, key[-1])
            for key, group in self._groups.items()
            if all_of_them or now_s - group.began_s >= self._patience_s
        ]


def _belongs(sms: MoSms, group: _Group) -> bool:
    """Is it a part of that message? It has a place there, and was sent about then."""
    assert sms.part is not None
    held = group.parts.get(sms.part.number)
    if held is not None and held.id != sms.id:
        return False
    first = next(iter(group.parts.values()))
    if sms.submitted is None or first.submitted is None:
        return True
    return abs((sms.submitted - first.submitted).total_seconds()) <= APART_S


def _key(sms: MoSms, part: Part) -> _Key:
    return str(sms.device_id), sms.source, sms.dest, part.identifier, part.total


def _joined(parts: dict[int, MoSms], total: int) -> MoSms:
    """The message, by the facts of the first of its parts that is there."""
    ordered = [parts[number] for number in sorted(parts)]
    return replace(
        ordered[0],
        ids=tuple(part.id for part in ordered),
        text="".join(part.text for part in ordered),
        missing=tuple(number for number in range(1, total + 1) if number not in parts),
    )
