"""Many messages, a full storage, and a daemon that wasn't there or dies: none lost, none twice."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from hil.fixtures import NewDaemon
from hil.rig.cloud import Answer, Cloud
from hil.rig.daemon import Daemon
from hil.rig.recorder import Recorder
from hil.rig.rig import Rig
from hil.rig.talking import Talk
from hil.rig.waiting import until

pytestmark = pytest.mark.needs("sms")

_BURST = 20
_KEPT = 5
_OVER = 3  # messages for a storage that has room for one


def _answers_to(cloud: Cloud, tags: list[str], since: int) -> dict[str, Answer] | None:
    """The answers by tag, once all are there."""
    found = {each.text.partition(" ")[0]: each for each in cloud.answers[since:]}
    return found if set(tags) <= set(found) else None


def _count(daemon: Daemon, pattern: str) -> int:
    return sum(re.match(pattern, line.text) is not None for line in daemon.lines)


def _assert_once(cloud: Cloud, since: int) -> None:
    tags = Counter(each.text.partition(" ")[0] for each in cloud.answers[since:])
    twice = [tag for tag, count in tags.items() if count > 1]
    assert not twice, f"answered more than once: {twice}"


@pytest.mark.costs(2 * _BURST)
def test_a_burst_of_commands(
    talk: Talk, daemon: Daemon, cloud: Cloud, rig: Rig, recorder: Recorder
) -> None:
    """Twenty commands at once are all answered, each once."""
    since = len(cloud.answers)
    tags = [cloud.new_tag() for _ in range(_BURST)]
    sent = {tag: talk.send(f"{tag} PING") for tag in tags}
    patience_s = rig.bench.patience_s * 3
    found = until(
        lambda: _answers_to(cloud, tags, since), "all are answered", patience_s, also=daemon.log
    )
    for tag in tags:
        talk.trace(f"{tag} PING", sent[tag], found[tag], ())
    _assert_once(cloud, since)
    began = min(each.began for each in sent.values())
    recorder.measure("burst_s", max(each.at for each in found.values()) - began)


@pytest.mark.usefixtures("storing")
@pytest.mark.costs(4)
def test_messages_while_the_daemon_was_down(
    new_daemon: NewDaemon, cloud: Cloud, rig: Rig, recorder: Recorder
) -> None:
    """What came before the daemon started is answered when it does."""
    daemon = new_daemon()
    talk = Talk(cloud, daemon, rig.recorder)
    since = len(cloud.answers)
    tags = [cloud.new_tag(), cloud.new_tag()]
    sent = {tag: talk.send(f"{tag} PING") for tag in tags}
    for each in sent.values():
        cloud.delivered(each)
    recorder.measure("start_s", daemon.start())
    found = until(
        lambda: _answers_to(cloud, tags, since),
        "both are answered",
        rig.bench.patience_s,
        also=daemon.log,
    )
    for tag in tags:
        talk.trace(f"{tag} PING", sent[tag], found[tag], daemon.lines)
    _assert_once(cloud, since)


@pytest.mark.usefixtures("storing")
@pytest.mark.costs(2 * _OVER)
def test_the_storage_filled_while_the_daemon_was_down(
    new_daemon: NewDaemon, cloud: Cloud, rig: Rig
) -> None:
    """What found no room in the modem is delivered later, and all is answered."""
    daemon = new_daemon()
    talk = Talk(cloud, daemon, rig.recorder)
    since = len(cloud.answers)
    tags = [cloud.new_tag() for _ in range(_OVER)]
    with rig.full_storage(leave=1):
        cloud.one_delivered([talk.send(f"{tag} PING") for tag in tags])
        daemon.start()
        until(
            lambda: _answers_to(cloud, tags, since),
            "all are answered",
            rig.bench.patience_s * 3,
            also=daemon.log,
        )
    _assert_once(cloud, since)


@pytest.mark.usefixtures("storing")
@pytest.mark.costs(2 * _KEPT + 3)
def test_the_daemon_dies_with_a_message(new_daemon: NewDaemon, cloud: Cloud, rig: Rig) -> None:
    """A daemon that is killed with messages that only it has answers them after its next start."""
    daemon = new_daemon()
    talk = Talk(cloud, daemon, rig.recorder)
    since = len(cloud.answers)
    tags = [cloud.new_tag() for _ in range(_KEPT)]
    sent = {tag: talk.send(f"{tag} PING") for tag in tags}
    for each in sent.values():
        cloud.delivered(each)
    daemon.start(ready=False)
    until(
        lambda: _count(daemon, r"^-> AT\+CMGD=") >= _KEPT,
        "the modem is rid of them",
        rig.bench.patience_s,
        also=daemon.log,
    )
    daemon.kill()
    handed_over = _count(daemon, r"^-> AT\+CMGS=")
    again = len(daemon.lines)
    daemon.start()
    found = until(
        lambda: _answers_to(cloud, tags, since),
        "all are answered",
        rig.bench.patience_s,
        also=daemon.log,
    )
    for tag in tags:
        talk.trace(f"{tag} PING", sent[tag], found[tag], daemon.lines[again:])
    talk.ask("PING", "OK PING")  # what would have come twice is here before it
    # Of the one that was being handed over nobody can know whether the network took it, so it is
    # sent again.
    ours = [each for each in cloud.answers[since:] if cloud.is_ours(each)]
    assert len(ours) <= _KEPT + 1 + min(1, handed_over), "answered more than once"
