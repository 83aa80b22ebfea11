"""The host's power fails: at which points, and what is on its disk then.

A point is each sync, and each moment before the store does something. Between these the disk
doesn't change, and of the modem's states the last one is the worst: it has been told all that
follows from what was committed. The modem keeps its power.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.crash.bench import Blow, CrashBench, Step, When
from tests.disk.images import (
    CHOICES,
    Disk,
    Kind,
    Note,
    Tree,
    UnseenWrite,
    digest,
    read_tree,
    write_tree,
)
from tests.disk.recorder import Recorder


@dataclass(frozen=True, slots=True)
class PowerCut:
    """Power fails at the point of this number, and of what wasn't synced this is there."""

    point: int
    choice: str


class PowerCuts:
    """Cuts the power once, or finds where it can be cut and with how many different images."""

    def __init__(self, recorder: Recorder, cut: PowerCut | None = None) -> None:
        self.found: list[PowerCut] = []
        self.points = 0
        self._recorder = recorder
        self._cut = cut
        self._image: Tree | None = None
        self._seen: set[tuple[int, bytes]] = set()

    def prepare(self, bench: CrashBench) -> None:
        """Stand between the bench and its disk from now on."""
        self._bench = bench
        self._home = bench.home
        self._disk = Disk(bench.home)
        for path, data in read_tree(bench.home).items():
            self._disk.adopt(bench.home / path, (bench.home / path).stat().st_ino, data)
        self._strike = bench.strike
        self._recorder.watch(bench.home)
        bench.strike = self._look
        bench.salvage = lambda _former, home: write_tree(self._image or {}, home)

    def _look(self, step: Step) -> Blow | None:
        self._strike(step)
        if self._image is not None or not step.of_store:
            return None
        if step.when is When.BEFORE:
            self._point(())
        for note in self._recorder.notes():
            if note.kind is Kind.SYNC:
                self._point(self._disk.covered_by(note))
            self._disk.take(note)
        if self._cut is None and self._disk.image(self._disk.pending) != read_tree(self._home):
            raise UnseenWrite("the directory isn't what was noted")
        return None if self._image is None else Blow.HOST

    def _point(self, covered: Sequence[Note]) -> None:
        number, self.points = self.points, self.points + 1
        if self._cut is None:
            self.found += [PowerCut(number, name) for name in CHOICES if self._new(name, covered)]
        elif number == self._cut.point:
            choice = CHOICES[self._cut.choice]
            self._image = self._disk.image(choice(self._disk.pending, covered))

    def _new(self, name: str, covered: Sequence[Note]) -> bool:
        """Hasn't this image, with the modem as it is, been tried?"""
        tree = self._disk.image(CHOICES[name](self._disk.pending, covered))
        key = (len(self._bench.lines), digest(tree))
        known = key in self._seen
        self._seen.add(key)
        return not known
