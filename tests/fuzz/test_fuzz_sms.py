"""The fuzz target itself: on its seeds and spoiled ones, and a short run where atheris is there."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from random import Random

import pytest

from tests.fuzz.fuzz_sms import Flag, fill, one_input, seeds

ROOT = Path(__file__).parents[2]


def test_the_vectors_are_seeds() -> None:
    found = seeds()
    assert len(found) > 250
    assert {Flag(seed[0]) for seed in found} >= {Flag(0), Flag.HAS_SMSC}


@pytest.mark.parametrize("flags", range(32), ids=lambda flags: f"{flags:05b}")
def test_the_target_finds_nothing_in_the_seeds(flags: int) -> None:
    for seed in seeds():
        one_input(bytes((flags,)) + seed[1:])


def test_the_target_finds_nothing_in_spoiled_seeds() -> None:
    random = Random(38)
    for seed in seeds() * 4:
        spoiled = bytearray(seed)
        spoiled[0] = random.randrange(16)
        for _ in range(random.randint(1, 3)):
            spoiled[random.randrange(len(spoiled))] = random.randrange(256)
        one_input(bytes(spoiled))


def test_a_corpus_is_filled_once(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    fill(corpus)
    assert {file.read_bytes() for file in corpus.iterdir()} == set(seeds())
    for file in sorted(corpus.iterdir())[1:]:
        file.unlink()
    fill(corpus)
    assert len(list(corpus.iterdir())) == 1


@pytest.mark.proof
@pytest.mark.skipif(find_spec("atheris") is None, reason="needs atheris: pip install atheris")
def test_a_guided_run_finds_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.fuzz.fuzz_sms",
            "-runs=100000",
            "-seed=38",
            f"-artifact_prefix={tmp_path}/",
            str(tmp_path / "corpus"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = re.search(r"number_of_executed_units: (\d+)", done.stderr)
    assert found
    assert int(found[1]) >= 100_000
