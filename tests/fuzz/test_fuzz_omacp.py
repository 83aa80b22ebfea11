"""The fuzz target itself: on its seeds and spoiled ones, and a run where atheris is there."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from random import Random

import pytest

from tests.fuzz.fuzz_omacp import Way, fill, one_input, seeds

ROOT = Path(__file__).parents[2]
SPOILED = 4000
RUN_S = 600


def test_the_vectors_are_seeds() -> None:
    found = seeds()
    assert len(found) > 50
    assert {Way(seed[0]) for seed in found} == set(Way)


@pytest.mark.parametrize("way", Way)
def test_the_target_finds_nothing_in_the_seeds(way: Way) -> None:
    for seed in seeds():
        one_input(bytes((way,)) + seed[1:])


def _flip(random: Random, octets: bytearray) -> None:
    octets[random.randrange(len(octets))] = random.randrange(256)


def _cut(random: Random, octets: bytearray) -> None:
    at = random.randrange(len(octets))
    del octets[at : at + random.randint(1, 8)]


def _put(random: Random, octets: bytearray) -> None:
    at = random.randrange(len(octets))
    # Tokens and lengths rather than just anything.
    octets[at:at] = random.choice(
        (b"\0", b"\1", b"\x03", b"\x83", b"\x8f\xff\xff\xff\x7f", b"\xc3")
    )


def _repeat(random: Random, octets: bytearray) -> None:
    at = random.randrange(len(octets))
    octets[at:at] = octets[at : at + random.randint(1, 16)] * random.randint(1, 40)


SPOILERS: tuple[Callable[[Random, bytearray], None], ...] = (_flip, _flip, _cut, _put, _repeat)


def test_the_target_finds_nothing_in_spoiled_seeds() -> None:
    random = Random(9)
    sound = seeds()
    for _ in range(SPOILED):
        seed = random.choice(sound)
        spoiled = bytearray(seed[1:])
        for _ in range(random.randint(1, 4)):
            if spoiled:
                random.choice(SPOILERS)(random, spoiled)
        one_input(seed[:1] + bytes(spoiled))


def test_the_target_finds_nothing_in_noise() -> None:
    random = Random(10)
    for way in Way:
        for length in range(300):
            one_input(bytes((way,)) + random.randbytes(length))


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
def test_a_guided_run_of_ten_minutes_finds_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.fuzz.fuzz_omacp",
            f"-max_total_time={RUN_S}",
            "-seed=9",
            f"-artifact_prefix={tmp_path}/",
            str(tmp_path / "corpus"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=RUN_S * 2,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = re.search(r"number_of_executed_units: (\d+)", done.stderr)
    assert found
    assert int(found[1]) >= 100_000
