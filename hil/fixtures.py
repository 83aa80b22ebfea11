"""The fixtures of the suite: what a test gets into its hands, and what is put away behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from hil.plugin import SOAK
from hil.rig.cloud import Cloud
from hil.rig.daemon import Daemon
from hil.rig.own_modem import OwnModem
from hil.rig.recorder import Recorder
from hil.rig.rig import Rig
from hil.rig.talking import Talk
from hil.running import RIG

NewDaemon = Callable[[], Daemon]


@pytest.fixture
def rig(request: pytest.FixtureRequest) -> Rig:
    """The bench in use."""
    return request.config.stash[RIG]


@pytest.fixture
def recorder(rig: Rig) -> Recorder:
    """Takes measures for the report."""
    return rig.recorder


@pytest.fixture
def cloud(rig: Rig) -> Cloud:
    """The device at the platform; a test that wants it says `needs("platform")` or `"sms"`."""
    assert rig.cloud is not None
    return rig.cloud


@pytest.fixture
def own(rig: Rig) -> Iterator[OwnModem]:
    """The modem in the test's own hands, its storage empty."""
    with rig.own_modem() as own:
        own.empty()
        yield own
        assert not own.restarts, f"the modem restarted by itself: {own.restarts}"


@pytest.fixture
def storing(rig: Rig) -> None:
    """The modem stores messages; some hand them over at once, and keep none."""
    if not rig.stores:
        pytest.skip("this modem stores no messages")


@pytest.fixture
def undoable(rig: Rig) -> None:
    """Another APN could be undone."""
    if rig.apn.why_not_undone is not None:
        pytest.skip(rig.apn.why_not_undone)


@pytest.fixture
def new_daemon(rig: Rig) -> Iterator[NewDaemon]:
    """Makes daemons that aren't started yet; each ends with the test."""
    with ExitStack() as stack:

        def make() -> Daemon:
            daemon = rig.daemon()
            stack.callback(daemon.stop)
            return daemon

        yield make


@pytest.fixture
def daemon(new_daemon: NewDaemon) -> Daemon:
    """The daemon, running with the bench's modem."""
    daemon = new_daemon()
    daemon.start()
    return daemon


@pytest.fixture
def talk(cloud: Cloud, daemon: Daemon, rig: Rig) -> Talk:
    """Commands for the running daemon, by SMS."""
    return Talk(cloud, daemon, rig.recorder)


@pytest.fixture
def soak_s(request: pytest.FixtureRequest) -> float:
    """How long the soak is to take."""
    return request.config.stash[SOAK]
