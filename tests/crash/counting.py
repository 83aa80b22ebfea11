"""What is counted when a story is over: in the simulated modem and network, and in the store."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from itertools import groupby, product

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


def outcomes_of(sms: Sms, answers: Iterable[str]) -> list[Outcome]:
    """Which of the outcomes came about, by the answers; none while one is missing."""
    found = answers_of(sms, answers)
    return [
        outcome
        for outcome in sms.outcomes
        if len(outcome.answers) == len(found)
        and all(text.startswith(start) for text, start in zip(found, outcome.answers, strict=True))
    ]


def courses(start: str, outcomes: Iterable[Iterable[Outcome]]) -> list[list[str]]:
    """What the context may have held one after the other, for outcomes of one message each."""
    found = []
    for chosen in product(*outcomes):
        names = [start, *(name for outcome in chosen for name in outcome.values)]
        found.append([name for name, _ in groupby(names)])
    return found


def count(story: Story, seen: Seen) -> Counts:
    """Hold what was seen against the story."""
    lost = doubled = wrong = 0
    notes: list[str] = []
    came_about = []
    for sms in story.messages:
        found = answers_of(sms, seen.answers)
        outcomes = outcomes_of(sms, seen.answers)
        came_about.append(outcomes)
        if outcomes:
            continue
        notes.append(f"{sms.text.strip()[:30]}: {found}")
        sizes = [len(each.answers) for each in sms.outcomes]
        if len(found) < min(sizes):
            lost += 1
        elif len(found) > max(sizes):
            doubled += 1
        else:
            wrong += 1
    # Where an answer is missing, nobody knows which APN it should be: any that serves will do.
    wanted = {seen.held}
    if not notes:
        expected = courses(seen.values[0], came_about)
        wanted = {names[-1] for names in expected}
        if list(seen.values) not in expected:
            doubled += 1
            told = " or ".join(" ".join(names) for names in expected)
            notes.append(f"the context was {' '.join(seen.values)}, not {told}")
    if seen.once > 1:
        doubled += 1
        notes.append(f"{story.once} came {seen.once} times")
    stranded = seen.serving is None or seen.serving != seen.held or seen.held not in wanted
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
