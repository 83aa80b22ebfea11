"""kill -9 at random moments, the modem's power cut at random moments, and both, over a stream of
commands: none lost, none doubled, all answered, and a working APN at the end.

`make test` runs a sample, `make proof` a long run. The seed is fixed; the moments, and what the
program is doing in them, are the machine's.
"""

from __future__ import annotations

import random
import sys
import time
from enum import Enum
from itertools import groupby

import pytest

from apn_config.control import ControlClient
from tests.e2e.bench import Bench, Process, until
from tests.e2e.test_kill import WRITE
from tests.reckoning import change_of, done_once

# From before the port is opened to after the answer of an APN that works (0.3 s and 0.6 s here).
LONGEST_LIFE_S = 1.2
# One good APN after the other, some PINGs between, and now and then one that doesn't exist; in the
# long run seldom, since each of those takes ten seconds.
GOOD = ("APN other", "PING", "APN em", "STATUS")
ROUND = (*GOOD, "APN nosuch", "PING")
LONG_ROUND = (*GOOD * 7, "APN nosuch", "PING")


class Victim(Enum):
    """What dies at a random moment."""

    DAEMON = "daemon"
    MODEM = "modem"
    BOTH = "both"


@pytest.mark.parametrize(
    ("victim", "times", "stream"),
    [
        pytest.param(Victim.DAEMON, 6, ROUND, id="daemon-6"),
        pytest.param(Victim.MODEM, 4, ROUND, id="modem-4"),
        pytest.param(Victim.BOTH, 4, ROUND, id="both-4"),
        pytest.param(Victim.DAEMON, 2000, LONG_ROUND, id="daemon-2000", marks=pytest.mark.proof),
        pytest.param(Victim.MODEM, 2000, LONG_ROUND, id="modem-2000", marks=pytest.mark.proof),
        pytest.param(Victim.BOTH, 2000, LONG_ROUND, id="both-2000", marks=pytest.mark.proof),
    ],
)
def test_deaths_at_random(
    bench: Bench, victim: Victim, times: int, stream: tuple[str, ...]
) -> None:
    chance = random.Random(times)
    control = bench.home / "simulator.sock"
    options = ("--start-apn", "em", "--apn", "em", "--apn", "other", "--control", str(control))
    _, tap = bench.tapped(*options)
    client = ControlClient.connect(control)
    assert client is not None
    sent: list[str] = []
    daemon: Process | None = None
    for number in range(times):
        text = f"#{number} {stream[number % len(stream)]}"
        sent.append(text)
        bench.inject(text)
        if daemon is None:
            daemon = bench.run(ready=False)
        time.sleep(chance.uniform(0.0, LONGEST_LIFE_S))
        if victim is not Victim.DAEMON:
            client.call("reboot")
        if victim is not Victim.MODEM:
            daemon.kill()
            daemon = None
    client.close()
    if daemon is None:
        bench.run()
    until(
        lambda: unanswered(bench, sent) == [], "all are answered", 60.0 + 3 * times, also=bench.logs
    )
    hold(bench, sent, [name.decode() for name in tap.commands(WRITE)])
    until(lambda: bench.storage_used() == 0, "the modem's storage is empty", also=bench.logs)
    shown = bench.json("apn", "show")
    assert shown["active"]
    sys.stdout.write(
        f"{victim.value}: {times} deaths, {len(sent)} commands, each answered in one way and"
        f" applied once; at the end {shown['live_apn']} serves\n"
    )


def hold(bench: Bench, sent: list[str], written: list[str]) -> None:
    """Each command is answered, in one way, and was done as its answer says, once.

    A change that is killed again and again may run out of time: it is told to be rolled back then.
    """
    told: dict[str, set[str]] = {}
    for answer in bench.answers():
        told.setdefault(answer.split(" ", 1)[0], set()).add(answer)
    for text in sent:
        tag = text.split()[0]
        assert len(told[tag]) == 1, f"{text} was answered in two ways: {told[tag]}"
        (answer,) = told[tag]
        allowed = ("ROLLBACK",) if "nosuch" in text else ("OK", "ROLLBACK")
        assert answer.split()[1] in allowed, (text, answer)
    changes = bench.rows("SELECT state FROM changes ORDER BY id")
    # The table keeps the last thousand.
    assert len(changes) == min(sum("APN" in text for text in sent), 1000)
    # Each command changed the context's value once: there, and for one given up back again. Their
    # order is that of their answers: of two of one second that a modem held when its power was cut,
    # either may stand in the first slot.
    made = [change_of(next(iter(answers))) for answers in told.values()]
    seen = [name for name, _ in groupby(("em", *written))]
    assert done_once(seen, [change for change in made if change is not None]), (seen, made)


def unanswered(bench: Bench, sent: list[str]) -> list[str]:
    """The commands that have no answer yet."""
    tags = {answer.split(" ", 1)[0] for answer in bench.answers()}
    return [text for text in sent if text.split(" ", 1)[0] not in tags]
