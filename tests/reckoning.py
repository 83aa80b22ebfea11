"""Is what the context was set to what the answers say, each change once? Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations

_DONE = re.compile(r"(?:#\w+ )?OK APN (\S+)")
_GIVEN_UP = re.compile(r"(?:#\w+ )?ROLLBACK APN (\S+) kept=(\S+)")


@dataclass(frozen=True, slots=True)
class Change:
    """What an answer says of an APN: that it is in force, or given up for the one that is kept."""

    name: str
    kept: str | None = None


def change_of(answer: str) -> Change | None:
    """The change that a command's answer tells of; None where it was refused before any."""
    done, given_up = _DONE.match(answer), _GIVEN_UP.match(answer)
    if done is not None:
        return Change(done[1])
    return None if given_up is None else Change(given_up[1], given_up[2])


def done_once(values: Sequence[str], changes: Iterable[Change], *, rescued: bool = False) -> bool:
    """Do the values that the context had, one after the other, come of these changes, each once?

    What was given up may have been written or not, but the one that is told to be kept is the one
    that was there. With `rescued` others may have been tried before that, or be kept in its place.
    """
    places = {0}
    for change in changes:
        after = _rescued if rescued else _after
        places = {end for place in places for end in after(values, place, change)}
    return len(values) - 1 in places


def _after(values: Sequence[str], place: int, change: Change) -> Iterator[int]:
    """Where in the values a change may end that begins at `place`."""
    former = values[place]
    if change.kept is None:
        yield from _through(values, place, (change.name,))
    elif change.kept == former:
        yield place
        yield from _through(values, place, (change.name, former))


def _rescued(values: Sequence[str], place: int, change: Change) -> Iterator[int]:
    """The same where the last resort was taken: two APNs at most, each once."""
    yield from _after(values, place, change)
    if change.kept is None:
        return
    former = values[place]
    for count in (1, 2):
        for others in permutations(set(values) - {change.name}, count):
            yield from _through(values, place, (change.name, former, *others, change.kept))


def _through(values: Sequence[str], place: int, names: Iterable[str]) -> Iterator[int]:
    for name in names:
        if values[place] != name:
            place += 1
            if values[place : place + 1] != [name]:
                return
    yield place
