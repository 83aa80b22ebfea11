"""One run's bench with everything on it that is used, from its first look to the last."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hil.bench import Bench, Capability
from hil.emnify.client import Client
from hil.emnify.errors import EmnifyError
from hil.power import switch_of
from hil.rig.budget import Budget
from hil.rig.cloud import Cloud
from hil.rig.daemon import Daemon
from hil.rig.loop import Loop
from hil.rig.masking import Masker
from hil.rig.own_modem import OwnModem
from hil.rig.recorder import Recorder, TrafficHandler
from hil.rig.waiting import until
from modem import ContextSettings, ModemError

_DRIVER = logging.getLogger("modem.driver")


class Rig:
    """The bench in use. `found` is what its context was set to when the run began."""

    def __init__(self, bench: Bench, home: Path) -> None:
        self.bench = bench
        self.home = home
        self.masked = Masker()
        self.recorder = Recorder(self.masked)
        self.budget = Budget(bench.sms_budget)
        self.loop = Loop()
        self.broken: str | None = None
        self.found: ContextSettings | None = None
        self._daemons: list[Daemon] = []
        self._own: OwnModem | None = None
        self.cloud: Cloud | None = None
        self._handler = TrafficHandler(self.recorder)
        self._hide_secrets()

    def _hide_secrets(self) -> None:
        bench = self.bench
        self.masked.hide(bench.pin(), "<PIN>")
        if bench.platform is not None:
            self.masked.hide(bench.platform.token(), "<token>")
        if bench.webhook is not None:
            self.masked.hide(bench.webhook.secret(), "<secret>")

    def open(self) -> None:
        """Remember the APN that is there, empty the modem's storage, log in at the platform.

        Raises ModemError, EmnifyError, ConfigError.
        """
        _DRIVER.addHandler(self._handler)
        _DRIVER.setLevel(logging.DEBUG)
        with self.own_modem() as own:
            self.found = own.do(own.modem.read_context(self.bench.apn.cid))
            own.empty()
        if self.bench.has(Capability.PLATFORM):
            self.cloud = Cloud(self.loop, self.bench, self.budget)
            self.cloud.open()

    def close(self) -> None:
        """Let go of everything."""
        _DRIVER.removeHandler(self._handler)
        self.loop.close()

    # --- what tests use -----------------------------------------------------------------------

    @contextmanager
    def own_modem(self) -> Iterator[OwnModem]:
        """The modem in our own hands; no daemon may run meanwhile."""
        own = OwnModem(self.loop, self.bench, self.budget)
        own.open()
        self._own = own
        try:
            yield own
        finally:
            self._own = None
            own.close()

    def daemon(self) -> Daemon:
        """A daemon with a new store; it isn't started yet."""
        home = self.home / f"daemon-{len(self._daemons) + 1:02}"
        daemon = Daemon(self.bench, self.recorder, home)
        self._daemons.append(daemon)
        return daemon

    def let_go(self) -> None:
        """Have nobody hold the modem any more: an interrupted test may still do."""
        for daemon in self._daemons:
            daemon.stop()
        if self._own is not None:
            self._own.close()
            self._own = None

    def cycle_power(self) -> None:
        """Off and on again."""
        assert self.bench.power is not None
        self.recorder.note("the power is cut")
        self.loop.run(switch_of(self.bench.power).cycle())
        self.recorder.note("the power is there again")

    @contextmanager
    def without_cable(self) -> Iterator[None]:
        """Pull the cable, and leave the block once it is in again."""
        assert self.bench.cable is not None
        self.recorder.note("the cable is pulled")
        pulling = self.loop.submit(switch_of(self.bench.cable).cycle())
        try:
            yield
        finally:
            pulling.result()
            self.recorder.note("the cable is in again")

    # --- the bench itself ---------------------------------------------------------------------

    def look(self) -> None:
        """After a failure: is the bench itself still there? If not, `broken` says what it lacks."""
        try:
            self.await_service()
            self._ask_platform()
        except (ModemError, EmnifyError, AssertionError) as error:
            self.broken = str(error).splitlines()[0]

    def await_service(self) -> float:
        """Wait until the modem answers and is registered; the seconds that it took."""
        began = time.monotonic()

        def registered() -> bool:
            try:
                with self.own_modem() as own:
                    return own.do(own.modem.registration()).registered
            except ModemError as error:
                if time.monotonic() - began > self.bench.patience_s:
                    raise
                self.recorder.note(str(error))
                return False

        until(registered, "the modem answers and is registered", self.bench.patience_s)
        return time.monotonic() - began

    def _ask_platform(self) -> None:
        platform = self.bench.platform
        if platform is None:
            return

        async def ask() -> None:
            async with Client(platform.token(), platform.api) as client:
                await client.device(platform.device)

        self.loop.run(ask())

    def restore(self) -> ContextSettings | None:
        """Write back the context that was there where it is another now; what it is set to then.

        A password that the modem doesn't give back can't be compared, and stays as it is.
        """
        if self.found is None:
            return None
        with self.own_modem() as own:
            cid = self.found.cid
            now = own.do(own.modem.read_context(cid))
            if not _same(now, self.found):
                self.recorder.note(f"the APN is {now.apn}: {self.found.apn} is put back")
                own.do(own.modem.write_context(self.found))
                own.do(own.modem.reattach())
                now = own.do(own.modem.read_context(cid))
        return now


def _same(one: ContextSettings, other: ContextSettings) -> bool:
    users = [
        None if each.auth is None else (each.auth.type, each.auth.user) for each in (one, other)
    ]
    return (one.apn.lower(), one.type) == (other.apn.lower(), other.type) and users[0] == users[1]
