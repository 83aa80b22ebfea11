"""Power fails at any sync, the disk is full or has errors: the same counts as after kill -9.

`make test` plays samples, `make proof` all; with `-s` the latter prints what it counted.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import add
from pathlib import Path

import pytest

from tests.crash.counting import COUNTED, Counts
from tests.crash.stories import ALL_STORIES
from tests.disk.mutants import MUTANTS
from tests.disk.proof import CANNOT
from tests.disk.recorder import compiler, environment

ROOT = Path(__file__).resolve().parents[2]
# Of the failures there are as many as writes: some stories hold all kinds of them.
FAILING = ("ping", "good change", "bad change", "secrets")
SAMPLE = 8
# In which story a broken product is found soon.
BROKEN_IN = {
    "synchronous=OFF": "ping",
    "CMGD before the commit": "ping",
    "no intent": "a trial that ends",
    "no roll-back": "bad change",
    "outbox outside the transaction": "ping",
}


@dataclass(frozen=True, slots=True)
class Result:
    """What the proof printed."""

    points: int
    tries: int
    played: int
    failed: int
    undisturbed: Counts = field(default_factory=Counts)
    counts: Counts = field(default_factory=Counts)

    def __add__(self, other: Result) -> Result:
        """Of two parts of the same."""
        return Result(
            self.points,
            self.tries,
            self.played + other.played,
            self.failed + other.failed,
            self.undisturbed,
            self.counts + other.counts,
        )

    def __str__(self) -> str:
        numbers = "  ".join(f"{name} {getattr(self.counts, name)}" for name in COUNTED)
        return f"{self.points} points, {self.tries} tries, {self.played} played: {numbers}"


@pytest.fixture(scope="module", name="shim")
def _shim(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """The environment of a process that has it."""
    if compiler() is None:
        pytest.skip("no C compiler (cc) for the shim; install gcc")
    return environment(tmp_path_factory.mktemp("shim"))


def prove(shim: Mapping[str, str], *options: str, parts: int = 1) -> Result:
    """Run the proof, in so many processes."""
    command = [sys.executable, "-m", "tests.disk.proof", *options, f"--parts={parts}"]
    running = [
        subprocess.Popen([*command, f"--part={part}"], cwd=ROOT, env=shim, stdout=subprocess.PIPE)
        for part in range(parts)
    ]
    printed = [process.communicate()[0] for process in running]
    if running[0].returncode == CANNOT:
        pytest.skip(printed[0].decode())
    assert [process.returncode for process in running] == [0] * parts
    return reduce(add, (read(line) for line in printed))


def read(line: bytes) -> Result:
    """The proof's line of JSON."""
    found = json.loads(line)
    for name in ("undisturbed", "counts"):
        found[name] = Counts(**{**found[name], "notes": tuple(found[name]["notes"])})
    return Result(**found)


# --- samples ----------------------------------------------------------------------------------


@pytest.mark.parametrize("story", ["secrets"])
@pytest.mark.parametrize("what", [(), ("--failures",)], ids=["power", "failures"])
def test_a_sample_of_the_proof(shim: Mapping[str, str], story: str, what: tuple[str, ...]) -> None:
    result = prove(shim, story, *what, f"--sample={SAMPLE}")
    assert result.undisturbed.clean, result.undisturbed
    assert result.counts.clean, result.counts
    assert result.played == SAMPLE


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_broken_product_is_found(shim: Mapping[str, str], mutant: str) -> None:
    """Or the proof would prove nothing."""
    options = (f"--mutant={mutant}", "--sample=1000", "--until-found")
    result = prove(shim, BROKEN_IN[mutant], *options)
    # What isn't rolled back is seen although no power fails.
    if mutant == "no roll-back":
        assert not result.undisturbed.clean
    else:
        assert result.failed
        assert result.undisturbed.clean, result.undisturbed


# --- all --------------------------------------------------------------------------------------


@pytest.mark.proof
@pytest.mark.parametrize("story", ALL_STORIES)
def test_power_fails_at_every_point(shim: Mapping[str, str], story: str) -> None:
    result = prove(shim, story, parts=2)
    print(f"\n{story}, power: {result}")  # noqa: T201
    assert result.undisturbed.clean, result.undisturbed
    assert result.counts.clean, result.counts
    assert result.played == result.tries


@pytest.mark.proof
@pytest.mark.parametrize("story", FAILING)
def test_every_write_and_every_sync_fails(shim: Mapping[str, str], story: str) -> None:
    result = prove(shim, story, "--failures", parts=2)
    print(f"\n{story}, failures: {result}")  # noqa: T201
    assert result.counts.clean, result.counts
    assert result.played == result.tries


@pytest.mark.proof
@pytest.mark.parametrize("mutant", MUTANTS)
def test_how_often_a_broken_product_is_found(shim: Mapping[str, str], mutant: str) -> None:
    """In the story that has all kinds of commands."""
    result = prove(shim, "mixed", f"--mutant={mutant}", parts=2)
    print(f"\n{mutant}: {result.failed} of {result.played} fail: {result}")  # noqa: T201
    assert result.failed
