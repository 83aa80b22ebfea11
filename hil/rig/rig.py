"""One run's bench with everything on it that is used, from its first look to the last."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from apn_config.config_reader import printable
from hil.bench import Bench, Capability
from hil.checks import Finding, Verdict, examine
from hil.power import switch_of
from hil.rig.budget import Budget
from hil.rig.cloud import Cloud
from hil.rig.daemon import Daemon
from hil.rig.drafts import delete_drafts, write_drafts
from hil.rig.loop import Loop
from hil.rig.masking import Masker
from hil.rig.own_modem import OwnModem
from hil.rig.recorder import Recorder, TrafficHandler
from hil.rig.remembered import Remembered
from hil.rig.waiting import until
from modem import ContextSettings, ModemError

# One failure may be the daemon's; three are forty minutes on a bench of great patience.
_UNANSWERED = 3
_DRIVER = logging.getLogger("modem.driver")


class Rig:
    """The bench in use. `found` is what its context was set to before the run.

    `left_behind` tells of a former run that didn't come to its end.
    """

    def __init__(self, bench: Bench, home: Path) -> None:
        self.bench = bench
        self.home = home
        self.masked = Masker()
        self.recorder = Recorder(self.masked)
        self.budget = Budget(bench.sms_budget)
        self.loop = Loop()
        self.broken: str | None = None
        self.found: ContextSettings | None = None
        self.left_behind: str | None = None
        self._remembered: Remembered | None = None
        self._daemons: list[Daemon] = []
        self._own: OwnModem | None = None
        self.cloud: Cloud | None = None
        self._handler = TrafficHandler(self.recorder)
        self._hide_secrets()

    def _hide_secrets(self) -> None:
        bench = self.bench
        self.masked.hide(bench.pin(), "<PIN>")
        if bench.platform is not None and bench.has(Capability.PLATFORM):
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
            self._remember(own)
            own.empty()
            own.do(delete_drafts(own.modem))
        if self.bench.has(Capability.PLATFORM):
            self.cloud = Cloud(self.loop, self.bench, self.budget)
            self.cloud.open()

    def _remember(self, own: OwnModem) -> None:
        """What the context is set to; what a killed run had found counts, and is put back."""
        now = own.do(own.modem.read_context(self.bench.apn.cid))
        remembered = Remembered(self.bench, own.modem.identity.imei)
        before = remembered.settings()
        self._remembered = remembered
        self.found = now if before is None or before.cid != now.cid else before
        try:
            remembered.keep(self.found)
        except OSError as error:
            self.recorder.note(f"the APN can't be remembered on the disk: {error.strerror}")
        if not _same(now, self.found):
            self.left_behind = (
                f"a run that was killed left {now.apn} in context {now.cid}; {self.found.apn}, "
                "which it had found, is put back"
            )
            self._write_back(own)

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
            try:
                daemon.stop()
            except AssertionError as error:  # it hung, and is killed: the port is free
                self.recorder.note(str(error))
        if self._own is not None:
            self._own.close()
            self._own = None

    def cycle_power(self) -> None:
        """Off and on again."""
        assert self.bench.power is not None
        self.recorder.note("the power is cut")
        switch = switch_of(self.bench.power)
        self.loop.run(switch.cycle())
        if switch.toggles:  # the first press switched off what was running
            self.loop.run(switch.cycle())
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

    @contextmanager
    def full_storage(self, *, leave: int) -> Iterator[None]:
        """The memory that messages come to, full but for so many slots."""
        platform = self.bench.platform
        assert platform is not None
        with self.own_modem() as own:
            count = own.do(write_drafts(own.modem, platform.short_number, leave=leave))
        self.recorder.note(f"{count} drafts fill the storage but for {leave}")
        try:
            yield
        finally:
            self.let_go()
            with self.own_modem() as own:
                own.do(delete_drafts(own.modem))

    # --- the bench itself ---------------------------------------------------------------------

    def look(self) -> None:
        """After a failure: is the bench itself still fit? If not, `broken` says what it lacks."""
        if self.cloud is not None and self.cloud.unanswered >= _UNANSWERED:
            self.broken = (
                f"nothing that the device sent has come for {_UNANSWERED} tests; look whether "
                "the platform shows its SMS, and at the way from there to here"
            )
            return
        examined = self.loop.run(examine(self.bench, self._note, receiver=False))
        failure = examined.first_failure()
        if failure is not None:
            self.broken = printable(failure.message)

    def _note(self, finding: Finding) -> None:
        if finding.verdict is not Verdict.SKIPPED:
            self.recorder.note(f"{finding.verdict.value}: {finding.message}")

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

    def put_back(self) -> None:
        """In the end, whatever happened: nobody holds the modem, and the APN is as it was."""
        try:
            self.let_go()
            self.restore()
        except Exception as error:  # noqa: BLE001 -- the report has to be written in any case
            found = self.found
            words = "nothing" if found is None else f"the APN {found.apn} in context {found.cid}"
            self.broken = self.broken or f"{words} couldn't be put back: {error}"

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
                self._write_back(own)
                now = own.do(own.modem.read_context(cid))
            own.do(delete_drafts(own.modem))
            if self._remembered is not None and _same(now, self.found):
                self._remembered.forget()
        return now

    def _write_back(self, own: OwnModem) -> None:
        assert self.found is not None
        own.do(own.modem.write_context(self.found))
        own.do(own.modem.reattach())


def _same(one: ContextSettings, other: ContextSettings) -> bool:
    users = [
        None if each.auth is None else (each.auth.type, each.auth.user) for each in (one, other)
    ]
    return (one.apn.lower(), one.type) == (other.apn.lower(), other.type) and users[0] == users[1]
