"""The chain for an hour, by `--soak 1h`: what fails now and then."""

from __future__ import annotations

import statistics
import time

import pytest

from hil.rig.daemon import Daemon
from hil.rig.recorder import Recorder
from hil.rig.talking import Talk
from hil.rig.waiting import pause

# However long it takes: each exchange is two SMS.
_EXCHANGES = 30


@pytest.mark.needs("sms")
@pytest.mark.costs(2 * _EXCHANGES)
def test_soak(talk: Talk, daemon: Daemon, recorder: Recorder, soak_s: float) -> None:
    """Thirty commands over the time that --soak names are all answered."""
    began = time.monotonic()
    took_s = []
    for number in range(_EXCHANGES):
        took_s.append(talk.ask("PING", "OK PING").total_s)
        pause(began + (number + 1) * soak_s / _EXCHANGES - time.monotonic())
    recorder.measure("answer_median_s", statistics.median(took_s))
    recorder.measure("answer_longest_s", max(took_s))
    status = daemon.status()
    assert status is not None
    assert status["outbox"]["pending"] == 0
