"""kill -9 at random moments, over a stream of commands: none lost, none doubled, all answered.

`make test` runs a sample, `make proof` a long run. The seed is fixed; the moments, and what the
program is doing in them, are the machine's.
"""

from __future__ import annotations

import random
import time

import pytest

from tests.e2e.bench import Bench, until
from tests.e2e.test_kill import WRITE

# From before the port is opened to after the answer of an APN that works (0.3 s and 0.6 s here).
LONGEST_LIFE_S = 1.2
# One good APN after the other, some PINGs between, and now and then one that doesn't exist.
ROUND = ("APN other", "PING", "APN em", "STATUS", "APN nosuch", "PING")


@pytest.mark.parametrize(
    ("kills", "seed"),
    [
        pytest.param(6, 1, id="6-kills"),
        pytest.param(200, 2, id="200-kills", marks=pytest.mark.proof),
    ],
)
def test_kills_at_random(bench: Bench, kills: int, seed: int) -> None:
    chance = random.Random(seed)
    _, tap = bench.tapped("--start-apn", "em", "--apn", "em", "--apn", "other")
    sent: list[str] = []
    for number in range(kills):
        text = f"#{number} {ROUND[number % len(ROUND)]}"
        sent.append(text)
        bench.inject(text)
        daemon = bench.run(ready=False)
        time.sleep(chance.uniform(0.0, LONGEST_LIFE_S))
        daemon.kill()
    bench.run()
    until(lambda: unanswered(bench, sent) == [], "all are answered", 60.0 + kills, also=bench.logs)

    for number, text in enumerate(sent):
        answers = {answer for answer in bench.answers() if answer.startswith(f"#{number} ")}
        assert len(answers) == 1, f"{text} was answered in two ways: {answers}"
        word = "ROLLBACK" if "nosuch" in text else "OK"
        assert next(iter(answers)).startswith(f"#{number} {word} "), (text, answers)
    changes = bench.rows("SELECT state FROM changes ORDER BY id")
    assert len(changes) == sum("APN" in text for text in sent)
    until(lambda: bench.storage_used() == 0, "the modem's storage is empty", also=bench.logs)
    # Each command changed the context's value once: there, and for nosuch back again.
    values = ["em"]
    for name in tap.commands(WRITE):
        if name.decode() != values[-1]:
            values.append(name.decode())
    assert values == expected(sent)
    assert bench.json("apn", "show")["active"]


def unanswered(bench: Bench, sent: list[str]) -> list[str]:
    """The commands that have no answer yet."""
    answers = bench.answers()
    return [
        text
        for number, text in enumerate(sent)
        if not any(answer.startswith(f"#{number} ") for answer in answers)
    ]


def expected(sent: list[str]) -> list[str]:
    """The values of the context, in order, if each command is applied exactly once."""
    values = ["em"]
    for text in sent:
        _, verb, *names = text.split()
        if verb != "APN" or names[0] == values[-1]:
            continue
        kept = values[-1]
        values += [names[0], kept] if names[0] == "nosuch" else [names[0]]
    return values
