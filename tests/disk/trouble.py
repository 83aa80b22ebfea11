"""The disk doesn't work for a while: it is full, or has errors."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from tests.crash.bench import CrashBench
from tests.disk.recorder import Recorder

# Longer than any deadline of the stories.
TROUBLE_S = 600.0


class Trouble(Enum):
    """What fails: writes ("W") or syncs ("S"), with which error, and whether all that follow do."""

    BAD_WRITE = ("W", errno.EIO, False)
    BAD_SYNC = ("S", errno.EIO, False)
    FULL = ("W", errno.ENOSPC, True)
    WORN = ("S", errno.EIO, True)


@dataclass(frozen=True, slots=True)
class Failure:
    """It begins after so many that went well."""

    trouble: Trouble
    after: int


class Troubled:
    """A disk with one failure, over when TROUBLE_S have passed; without one it counts."""

    def __init__(self, recorder: Recorder, failure: Failure | None = None) -> None:
        self._recorder = recorder
        self._failure = failure

    def prepare(self, bench: CrashBench) -> None:
        """Let it happen to this bench."""
        self._bench = bench
        self._recorder.watch(bench.home)
        if self._failure is not None:
            kind, error, lasting = self._failure.trouble.value
            self._recorder.fail(kind, self._failure.after, error, lasting=lasting)
            self._await_relief()

    def possible(self) -> Iterator[Failure]:
        """All that might have happened since `prepare`."""
        for trouble in Trouble:
            for after in range(self._recorder.calls(trouble.value[0])):
                yield Failure(trouble, after)

    def _await_relief(self) -> None:
        if self._recorder.failures:
            self._bench.loop.call_later(TROUBLE_S, self._recorder.work)
        else:
            self._bench.loop.call_later(1.0, self._await_relief)
