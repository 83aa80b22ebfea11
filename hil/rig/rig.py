"""One run's bench with everything on it that is used, from its first look to the last."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from apn_config.config_reader import printable
from hil.bench import Bench, Capability
from hil.checks import Finding, Verdict, examine
from hil.power import switch_of
from hil.rig.budget import Budget
from hil.rig.cloud import Cloud
from hil.rig.daemon import Daemon
from hil.rig.drafts import delete_drafts, write_drafts
from hil.rig.kept_apn import KeptApn, same
from hil.rig.loop import Loop
from hil.rig.masking import Masker
from hil.rig.own_modem import OwnModem
from hil.rig.recorder import Recorder, TrafficHandler
from hil.rig.waiting import pause, until
from modem import ContextSettings, ModemError

T = TypeVar("T")

# One failure may be the daemon's; three are forty minutes on a bench of great patience.
_UNANSWERED = 3
_DRIVER = logging.getLogger("modem.driver")


class Rig:
    """The bench in use. `stores` tells whether the modem stores messages, as nearly all do;
    `warning` what whoever started the run should know.
    """

    def __init__(self, bench: Bench, home: Path) -> None:
        self.bench = bench
        self.home = home
        self.masked = Masker()
        self.recorder = Recorder(self.masked)
        self.budget = Budget(bench.sms_budget)
        self.loop = Loop()
        self.broken: str | None = None
        self.stores = True
        self.warning: str | None = None
        self.apn = KeptApn(bench, self.recorder.note)
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

    def finish_former_run(self) -> str | None:
        """Undo what a killed run left behind, as far as the modem lets; what was done, in words."""
        if not self.apn.former_run_was_killed:
            return None
        try:
            with self.own_modem() as own:
                return self.apn.finish_former_run(own)
        except ModemError as error:  # the first look at the bench tells more
            return str(error)

    def open(self) -> None:
        """Remember the APN that is there, empty the modem's storage, log in at the platform.

        Raises ModemError, EmnifyError, ConfigError.
        """
        _DRIVER.addHandler(self._handler)
        _DRIVER.setLevel(logging.DEBUG)
        with self.own_modem() as own:
            self.stores = own.modem.setup.memory is not None
            self.warning = self.apn.remember(own)
            own.empty()
            self._delete_drafts(own)
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
        daemon = Daemon(self.bench, self.recorder, self.budget, home)
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
        try:
            self.loop.run(switch.cycle())
        except KeyboardInterrupt:
            if switch.toggles:
                self.loop.run(switch.cycle())
            raise
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
                self._delete_drafts(own)

    def _delete_drafts(self, own: OwnModem) -> None:
        if self.stores:
            own.do(delete_drafts(own.modem))

    # --- the bench itself ---------------------------------------------------------------------

    def look(self) -> None:
        """After a failure: put the APN back, and see whether the bench itself is still fit.

        If not, `broken` says what it lacks.
        """
        with suppress(ModemError):  # what is in the way, the look tells
            self.restore()
        self.broken = self._no_way_back() or self._unfit()

    def _no_way_back(self) -> str | None:
        if self.cloud is None or self.cloud.unanswered < _UNANSWERED:
            return None
        return (
            f"nothing that the device sent has come for {_UNANSWERED} tests; look at the "
            "daemon's words in the report, whether the platform shows its SMS, and at the way from "
            "there to here"
        )

    def _unfit(self) -> str | None:
        examined = self.loop.run(examine(self.bench, self._note, receiver=False))
        failure = examined.first_failure()
        return None if failure is None else printable(failure.message)

    def _note(self, finding: Finding) -> None:
        if finding.verdict is not Verdict.SKIPPED:
            self.recorder.note(f"{finding.verdict.value}: {finding.message}")

    def await_service(self) -> float:
        """Wait until the modem answers and is registered; the seconds that it took."""
        began = time.monotonic()

        def registered(own: OwnModem) -> None:
            until(
                lambda: own.do(own.modem.registration()).registered,
                "the modem is registered",
                self.bench.patience_s,
                every_s=self._look_s,
            )

        self._patiently(registered)
        return time.monotonic() - began

    def _patiently(self, work: Callable[[OwnModem], T]) -> T:
        """Something with the modem in our own hands, which may be starting: its port is away."""
        deadline, said = time.monotonic() + self.bench.patience_s, ""
        while True:
            try:
                with self.own_modem() as own:
                    return work(own)
            except ModemError as error:
                if time.monotonic() > deadline:
                    raise
                if str(error) != said:
                    said = str(error)
                    self.recorder.note(said)
                pause(self._look_s)

    @property
    def _look_s(self) -> float:
        """How often a modem that is away is looked for: each look is a start of it."""
        return min(1.0, self.bench.patience_s / 100)

    def put_back(self) -> bool:
        """In the end, whatever happened: nobody holds the modem, and the APN is as it was.

        False, with the reason in `broken`, where that couldn't be done.
        """
        found = self.apn.found
        try:
            self.let_go()
            now = self.restore()
            if now is not None and found is not None and not same(now, found):
                raise AssertionError(f"it has {now.apn}, or another login")
        except Exception as error:  # noqa: BLE001 -- the report has to be written in any case
            what = "nothing" if found is None else f"the APN {found.apn} in context {found.cid}"
            words = printable(f"{what} couldn't be put back: {error}")
            self.broken = words if self.broken is None else f"{self.broken}; and {words}"
            return False
        return True

    def restore(self) -> ContextSettings | None:
        """Put the APN back that was there, once the modem can be had; what is set then."""
        if self.apn.found is None:
            return None

        def restore(own: OwnModem) -> ContextSettings | None:
            self._delete_drafts(own)
            return self.apn.restore(own)

        return self._patiently(restore)
