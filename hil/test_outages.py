"""A modem that restarts, a cable that is pulled, power that goes in the middle of a change."""

from __future__ import annotations

from contextlib import suppress

import pytest

from apn_config.control import ControlError
from hil.fixtures import NewDaemon
from hil.rig.cloud import Cloud
from hil.rig.daemon import Daemon
from hil.rig.recorder import Recorder
from hil.rig.rig import Rig
from hil.rig.talking import Talk
from modem import profile_named

pytestmark = pytest.mark.needs("sms")


@pytest.mark.costs(4)
def test_the_modem_is_reset_by_command(talk: Talk, daemon: Daemon, recorder: Recorder) -> None:
    """REBOOT MODEM is answered, and the modem is used again behind it."""
    lines = len(daemon.lines)
    exchange = talk.ask("REBOOT MODEM", "OK REBOOT")
    again = daemon.until_logged(r"restarted|in step again|-> ATE0", lines)
    daemon.until_ready()
    recorder.measure("reset_s", max(0.0, again.at - exchange.answer.at))
    talk.ask("PING", "OK PING")


@pytest.mark.costs(2)
def test_the_modem_resets_by_itself(talk: Talk, daemon: Daemon) -> None:
    """After a reset that nobody announced to the daemon, messages are announced again."""
    status = daemon.status()
    assert status is not None
    reset = profile_named(status["modem"]["profile"]).driver.reset
    if reset is None:
        pytest.skip("no command is known that resets this modem")
    lines = len(daemon.lines)
    # What a console does is let stand until it leaves, so the daemon has to notice by itself.
    with daemon.console("bench") as console:
        with suppress(ControlError):  # its port may be gone before its OK
            daemon.ask("at", {"line": reset, "force": True, "console": console})
        daemon.until_logged(r"-> AT\+CNMI=|the modem restarted", lines)
        daemon.until_ready()
        talk.ask("PING", "OK PING")
    daemon.until_ready()


@pytest.mark.needs("cable")
@pytest.mark.costs(2)
def test_the_cable_is_pulled(
    talk: Talk, daemon: Daemon, cloud: Cloud, rig: Rig, recorder: Recorder
) -> None:
    """A command that comes while the cable is out is answered when it is in again."""
    since = len(cloud.answers)
    tag = cloud.new_tag()
    with rig.without_cable():
        sent = talk.send(f"{tag} PING")
    answer = cloud.awaited(
        lambda found: found.text.startswith(f"{tag} OK"), "the answer", since, also=daemon.log
    )
    talk.trace(f"{tag} PING", sent, answer, daemon.lines)
    recorder.measure("answer_s", answer.at - sent.began)


@pytest.mark.usefixtures("undoable")
@pytest.mark.needs("power", "data")
@pytest.mark.costs(2)
def test_power_is_cut_in_the_middle_of_a_change(
    new_daemon: NewDaemon, cloud: Cloud, rig: Rig, recorder: Recorder
) -> None:
    """Modem and daemon lose power while a bad APN is tried: the old one is back, and it is told."""
    apn = rig.bench.apn
    daemon = new_daemon()
    daemon.start()
    talk = Talk(cloud, daemon, rig.recorder)
    since, lines = len(cloud.answers), len(daemon.lines)
    tag = cloud.new_tag()
    sent = talk.send(f"{tag} APN {apn.unknown}")
    daemon.until_logged(r"^change \d+: verifying", lines)
    daemon.kill()
    rig.cycle_power()
    lines = len(daemon.lines)
    daemon.start(ready=False)
    answer = cloud.awaited(
        lambda found: found.text.startswith(tag),
        "the answer",
        since,
        limit_s=rig.bench.change_s,
        also=daemon.log,
    )
    talk.trace(f"{tag} APN {apn.unknown}", sent, answer, daemon.lines[lines:])
    assert answer.text.startswith(f"{tag} ROLLBACK APN {apn.unknown} kept={apn.expected}")
    assert not daemon.find(r"^change \d+: (last-good|default)"), "no roll-back: a last resort"
    daemon.until_ready()
    daemon.require_apn(apn.expected)
    recorder.measure("recovery_s", answer.at - sent.began)
