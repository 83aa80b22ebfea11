"""What is counted when a story is over: in the simulated modem and network, and in the store."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields

from tests.crash.stories import Outcome, Sms, Story


@dataclass(frozen=True, slots=True)
class Counts:
    """All are to be 0."""

    lost: int = 0
    """Commands without their answer."""
    doubled: int = 0
    """Applied more than once, or answered in more than one way; a reboot made twice."""
    wrong: int = 0
    """Answered otherwise than the story allows."""
    stranded: int = 0
    """Without service of the APN that the answers tell."""
    left: int = 0
    """Messages in the modem, and rows of the store that nobody finishes."""
    leaked: int = 0
    """Files of the store that hold the PIN word although the commands are final."""
    damaged: int = 0
    """Stores that were taken for damaged."""
    ended: int = 0
    """The daemon ended by itself."""
    notes: tuple[str, ...] = field(default=(), compare=False)

    @property
    def clean(self) -> bool:
        """Is nothing wrong?"""
        return self == Counts()

    def __add__(self, other: Counts) -> Counts:
        numbers = {name: getattr(self, name) + getattr(other, name) for name in COUNTED}
        return Counts(**numbers, notes=self.notes + other.notes)


COUNTED = tuple(each.name for each in fields(Counts) if each.name != "notes")


@dataclass(frozen=True, slots=True)
class Seen:
    """What the world outside saw of a story."""

    answers: Sequence[str]
    values: Sequence[str]
    """What the attach context held, from the begin, each change once."""
    serving: str | None
    """The APN that the network serves at the end."""
    held: str
    """The one that the modem holds then."""
    once: int
    """How often the modem got what it may get once."""
    left: int
    leaked: int
    damaged: int


def answers_of(sms: Sms, answers: Iterable[str]) -> list[str]:
    """The different answers to a message, without its tag."""
    start = f"{sms.tag} "
    return list(dict.fromkeys(text[len(start) :] for text in answers if text.startswith(start)))


def outcome_of(sms: Sms, answers: Iterable[str]) -> Outcome | None:
    """Which of the outcomes came about; None while none has, wholly."""
    found = answers_of(sms, answers)
    for outcome in sms.outcomes:
        if len(outcome.answers) == len(found) and all(
            text.startswith(start) for text, start in zip(found, outcome.answers, strict=True)
        ):
            return outcome
    return None


def count(story: Story, seen: Seen) -> Counts:
    """Hold what was seen against the story."""
    lost = doubled = wrong = 0
    notes: list[str] = []
    expected = [seen.values[0]]
    for sms in story.messages:
        found = answers_of(sms, seen.answers)
        outcome = outcome_of(sms, seen.answers)
        if outcome is not None:
            expected += outcome.values
            continue
        notes.append(f"{sms.text.strip()[:30]}: {found}")
        sizes = [len(each.answers) for each in sms.outcomes]
        if len(found) < min(sizes):
            lost += 1
        elif len(found) > max(sizes):
            doubled += 1
        else:
            wrong += 1
    expected = [name for at, name in enumerate(expected) if not at or name != expected[at - 1]]
    if not notes and list(seen.values) != expected:
        doubled += 1
        notes.append(f"the context was {' '.join(seen.values)}, not {' '.join(expected)}")
    if seen.once > 1:
        doubled += 1
        notes.append(f"{story.once} came {seen.once} times")
    # Where an answer is missing, nobody knows which APN it should be: any that serves will do.
    wanted = seen.held if lost + doubled + wrong else expected[-1]
    stranded = seen.serving is None or not seen.serving == seen.held == wanted
    if stranded:
        notes.append(f"the modem holds {seen.held}, the network serves {seen.serving}")
    return Counts(
        lost=lost,
        doubled=doubled,
        wrong=wrong,
        stranded=int(stranded),
        left=seen.left,
        leaked=seen.leaked,
        damaged=seen.damaged,
        notes=tuple(notes),
    )
