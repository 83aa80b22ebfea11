"""The proof, in a process that has the shim: `python -m tests.disk.proof STORY [options]`.

The bench is deterministic: for each image, and for each failure, the story is played from its
begin. Prints one line of JSON: how much there is to try, how much was played, and the counts.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from tests.crash.bench import CrashBench
from tests.crash.counting import Counts
from tests.crash.play import play
from tests.crash.stories import ALL_STORIES, Story, late
from tests.disk.mutants import MUTANTS
from tests.disk.power import PowerCut, PowerCuts
from tests.disk.recorder import Recorder, unseen
from tests.disk.trouble import Failure, Trouble, Troubled

# The exit code where SQLite can't be watched.
CANNOT = 77
# So many of the stories that went wrong are told.
TOLD = 20

Try = PowerCut | Failure


class Proof:
    """One story on one disk."""

    def __init__(self, story: Story, home: Path) -> None:
        self._story = story
        self._home = home
        self._recorder = Recorder()
        self.undisturbed = Counts()
        self.points = 0

    def power_cuts(self) -> Sequence[Try]:
        """Every image at every point."""
        cuts = PowerCuts(self._recorder)
        self.undisturbed = self._play(cuts.prepare)
        self.points = cuts.points
        return cuts.found

    def failures(self) -> Sequence[Try]:
        """Every failure of a write or a sync."""
        troubled = Troubled(self._recorder)
        self.undisturbed = self._play(troubled.prepare)
        possible = list(troubled.possible())
        self.points = len(possible)
        return possible

    def attempt(self, what: Try) -> Counts:
        """The story, with that in it."""
        if isinstance(what, PowerCut):
            return self._play(PowerCuts(self._recorder, what).prepare)
        lasting = what.trouble in (Trouble.FULL, Trouble.WORN)
        story = late(self._story) if lasting else self._story
        return self._play(Troubled(self._recorder, what).prepare, story)

    def _play(self, prepare: Callable[[CrashBench], None], story: Story | None = None) -> Counts:
        home = self._home / "story"
        try:
            return play(story or self._story, home, prepare=prepare).counts
        finally:
            self._recorder.work()
            shutil.rmtree(home)


def prove(arguments: argparse.Namespace, home: Path) -> dict[str, object]:
    """Play what is asked for; what came of it."""
    proof = Proof(ALL_STORIES[arguments.story], home)
    tries = proof.failures() if arguments.failures else proof.power_cuts()
    if arguments.until_found and not proof.undisturbed.clean:
        tries = ()
    chosen = list(tries[arguments.part :: arguments.parts])
    if arguments.sample:
        chosen = random.Random(arguments.story).sample(chosen, min(arguments.sample, len(chosen)))
    total, played, failed = Counts(), 0, 0
    for what in chosen:
        counts = proof.attempt(what)
        played += 1
        if not counts.clean:
            failed += 1
            notes = (f"{what}: {'; '.join(counts.notes)}",) if failed <= TOLD else ()
            total += replace(counts, notes=notes)
            if arguments.until_found:
                break
    return {
        "points": proof.points,
        "tries": len(tries),
        "played": played,
        "failed": failed,
        "undisturbed": asdict(proof.undisturbed),
        "counts": asdict(total),
    }


def main() -> None:
    """Parse the arguments and run."""
    parser = argparse.ArgumentParser()
    parser.add_argument("story", choices=ALL_STORIES)
    parser.add_argument("--failures", action="store_true", help="failures instead of power cuts")
    parser.add_argument("--mutant", choices=MUTANTS)
    parser.add_argument("--sample", type=int, default=0, help="so many at random")
    parser.add_argument("--part", type=int, default=0)
    parser.add_argument("--parts", type=int, default=1)
    parser.add_argument("--until-found", action="store_true")
    arguments = parser.parse_args()
    logging.disable()
    if (why := unseen()) is not None:
        print(why)  # noqa: T201
        sys.exit(CANNOT)
    if arguments.mutant:
        MUTANTS[arguments.mutant](pytest.MonkeyPatch())
    # In memory, where there is some: syncs are only noted anyway.
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as directory:
        print(json.dumps(prove(arguments, Path(directory))))  # noqa: T201


if __name__ == "__main__":
    main()
