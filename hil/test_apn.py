"""Another APN by SMS: one that works and back, and one that doesn't."""

from __future__ import annotations

import pytest

from hil.rig.daemon import Daemon
from hil.rig.recorder import Recorder
from hil.rig.rig import Rig
from hil.rig.talking import Talk

pytestmark = [pytest.mark.needs("sms", "data"), pytest.mark.usefixtures("undoable")]


@pytest.mark.needs("other-apn")
@pytest.mark.costs(4)
def test_another_apn_and_back(talk: Talk, daemon: Daemon, rig: Rig, recorder: Recorder) -> None:
    """The other APN is applied and serves; APN ROLLBACK brings the former one back."""
    apn = rig.bench.apn
    there = talk.ask(f"APN {apn.other}", f"OK APN {apn.other} ip=", limit_s=rig.bench.change_s)
    daemon.require_apn(apn.other)
    back = talk.ask("APN ROLLBACK", f"OK APN {apn.expected}", limit_s=rig.bench.change_s)
    daemon.require_apn(apn.expected)
    recorder.measure("change_s", there.total_s)
    recorder.measure("back_s", back.total_s)


@pytest.mark.costs(2)
def test_an_apn_that_nobody_knows(talk: Talk, daemon: Daemon, rig: Rig, recorder: Recorder) -> None:
    """An APN without service is rolled back, and the answer says so; the device is reachable."""
    apn = rig.bench.apn
    exchange = talk.ask(
        f"APN {apn.unknown}",
        f"ROLLBACK APN {apn.unknown} kept={apn.expected}",
        limit_s=rig.bench.change_s,
    )
    assert " reason=" in exchange.answer.text
    assert not daemon.find(r"^change \d+: (last-good|default)"), "no roll-back: a last resort"
    daemon.require_apn(apn.expected)
    recorder.measure("rollback_s", exchange.total_s)


@pytest.mark.costs(2)
def test_an_apn_that_can_be_none(talk: Talk, daemon: Daemon, rig: Rig) -> None:
    """A name that is no APN is refused, and nothing is changed."""
    since = len(daemon.lines)
    talk.ask("APN bad..name", "ERR APN reason=bad-apn")
    assert daemon.find(r"^-> AT\+CGDCONT=", since) is None, "the context was written"
    daemon.require_apn(rig.bench.apn.expected)
