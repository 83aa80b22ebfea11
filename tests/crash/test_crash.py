"""A blow at every step of every story: nothing lost, nothing doubled, nobody stranded.

`make test` plays a sample, `make proof` all; with `-s` the latter prints what it counted.
"""

from __future__ import annotations

import logging
import multiprocessing
import random
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.crash.bench import Blow
from tests.crash.counting import COUNTED, Counts
from tests.crash.play import Played, play
from tests.crash.stories import ALL_STORIES, weary

# What the mixed one has in it, the others have, too.
STORIES = tuple(name for name in ALL_STORIES if name != "mixed")
BLOWS = (Blow.DAEMON, Blow.MODEM, Blow.BOTH)
# Of each story, in `make test`.
SAMPLE = 3
# Supplies that keep giving way: so many stories, and how many steps lie between two blows at most.
WEAK_SUPPLIES = 500
STEPS_BETWEEN = 150
# How much one of the two processes plays at once.
CHUNK = 50


@dataclass(frozen=True, slots=True)
class Tried:
    """A story with blows, and what came of it."""

    story: str
    blows: Mapping[int, Blow]
    counts: Counts

    def __str__(self) -> str:
        blows = ", ".join(f"{blow.value} at {number}" for number, blow in self.blows.items())
        return f"{self.story}: {blows}: {'; '.join(self.counts.notes)}"


def attempt(story: str, blows: Mapping[int, Blow]) -> Tried:
    """Play it in a directory of its own."""
    logging.disable()
    told = ALL_STORIES[story] if len(blows) == 1 else weary(ALL_STORIES[story])
    with TemporaryDirectory() as home:
        return Tried(story, blows, play(told, Path(home), blows).counts)


def undisturbed(story: str) -> Played:
    """As it goes without any blow."""
    with TemporaryDirectory() as home:
        played = play(ALL_STORIES[story], Path(home))
    assert played.counts.clean, played.counts
    return played


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("story", STORIES)
def test_a_sample_of_blows(story: str) -> None:
    chance = random.Random(story)
    points = chance.sample(list(undisturbed(story).points()), SAMPLE)
    tried = [attempt(story, {point: chance.choice(BLOWS)}) for point in points]
    assert [f"{each}" for each in tried if not each.counts.clean] == []


def test_it_is_the_same_story_each_time() -> None:
    """Or the numbers of steps would mean nothing."""
    assert undisturbed("good change").steps == undisturbed("good change").steps


@pytest.mark.proof
@pytest.mark.parametrize("story", STORIES)
def test_a_blow_at_every_step(story: str) -> None:
    played = undisturbed(story)
    points = list(played.points())
    wanted = [{point: blow} for point, blow in product(points, BLOWS)]
    tried = in_two_processes(story, wanted)
    print(f"\n{story}: {len(played.steps)} steps, {len(points)} points")  # noqa: T201
    for blow in BLOWS:
        show(blow.value, [each for each in tried if blow in each.blows.values()])
    assert [f"{each}" for each in tried if not each.counts.clean] == []


@pytest.mark.proof
@pytest.mark.parametrize("story", [name for name in STORIES if name != "last resort"])
def test_blow_upon_blow(story: str) -> None:
    """The next one comes before the last one is got over, up to six times.

    Where the first APN of "last resort" comes to nothing by that, there is none to resort to.
    """
    chance = random.Random(story)
    wanted = []
    for _ in range(WEAK_SUPPLIES // len(STORIES)):
        numbers = random_sums(chance, chance.randint(2, 6))
        wanted.append({number: chance.choice(BLOWS) for number in numbers})
    tried = in_two_processes(story, wanted)
    show(f"\n{story}, blow upon blow", tried)
    assert [f"{each}" for each in tried if not each.counts.clean] == []


def random_sums(chance: random.Random, count: int) -> Iterator[int]:
    """Numbers of steps, each some more than the last."""
    number = 0
    for _ in range(count):
        number += chance.randint(1, STEPS_BETWEEN)
        yield number


def in_two_processes(story: str, wanted: list[dict[int, Blow]]) -> list[Tried]:
    """All of them, in their order."""
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=fresh) as processes:
        return list(processes.map(partial(attempt, story), wanted, chunksize=CHUNK))


def show(what: str, tried: list[Tried]) -> None:
    """A line of the table."""
    total = sum((each.counts for each in tried), Counts())
    numbers = "  ".join(f"{name} {getattr(total, name)}" for name in COUNTED)
    print(f"{what:>8}: {len(tried):5} played  {numbers}")  # noqa: T201
