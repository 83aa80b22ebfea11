"""Simulated modems on ptys, run by a thread of their own: for clients that block their thread."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import Any, TypeVar

from modem.inotify import OpenWatcher
from modem.profiles import SIM7600, Profile
from modem.simulator.cellular import Network
from modem.simulator.core import SimulatedModem
from modem.simulator.endpoints.clockwork import Clockwork, system_epoch
from modem.simulator.endpoints.pty import PtyEndpoint
from modem.simulator.endpoints.wire import Wire
from modem.simulator.faults import FaultPlan
from modem.simulator.identity import identity
from modem.simulator.plmn import NetworkSettings
from modem.simulator.report import JsonObject
from modem.simulator.smsc import Submission

T = TypeVar("T")

# Setting up is a matter of milliseconds; what takes longer hangs.
_PATIENCE_S = 30.0


class SimulatorThread:
    """A network and its modems on an event loop in a thread, while the context lasts.

    What a callback there raised is raised at the context's end.
    """

    def __init__(self, settings: NetworkSettings | None = None) -> None:
        self._settings = settings or NetworkSettings()
        self._ready: Future[None] = Future()
        self._failures: list[Exception] = []
        self._modems: list[PortedModem] = []
        self._thread = threading.Thread(target=self._work, name="simulated modems", daemon=True)
        self._loop: asyncio.AbstractEventLoop
        self._ended: asyncio.Event
        self._watcher: OpenWatcher
        self.network: Network

    def __enter__(self) -> SimulatorThread:
        self._thread.start()
        self._ready.result(_PATIENCE_S)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(_PATIENCE_S)
        if self._failures:
            raise ExceptionGroup("the simulator failed", self._failures)

    def run(self, work: Callable[[], T]) -> T:
        """Have `work` done in the simulator's thread, between two events; its result."""
        done: Future[T] = Future()

        def do() -> None:
            try:
                done.set_result(work())
            except BaseException as error:  # noqa: BLE001 -- it is the caller's
                done.set_exception(error)

        self._loop.call_soon_threadsafe(do)
        return done.result(_PATIENCE_S)

    def add_modem(
        self,
        profile: Profile = SIM7600,
        *,
        faults: FaultPlan | None = None,
        pin: str | None = None,
        start_apn: str | None = None,
        baud: int | None = None,
        only_baud: int | None = None,
    ) -> PortedModem:
        """One more modem, with its port; its APN is the network's unless another is given.

        `only_baud`: at any other speed there is nothing but rubbish.
        """

        def add() -> PortedModem:
            modem = SimulatedModem(
                self.network,
                profile,
                who=identity(0, len(self._modems)),
                pin=pin,
                start_apn=(self._settings.apns or ("",))[0] if start_apn is None else start_apn,
                faults=faults,
            )
            endpoint = PtyEndpoint(Wire(modem, baud=baud), self._watcher, only_baud=only_baud)
            endpoint.plug_in()
            self._modems.append(PortedModem(self, modem, endpoint))
            return self._modems[-1]

        return self.run(add)

    def _work(self) -> None:
        try:
            asyncio.run(self._live())
        except Exception as error:  # noqa: BLE001 -- raised where the thread was started
            self._fail(error)

    async def _live(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._loop.set_exception_handler(self._on_failure)
        self._ended = asyncio.Event()
        self.network = Network(self._settings, clock=self._loop.time, epoch=system_epoch())
        self._watcher = OpenWatcher()
        try:
            with Clockwork(self.network):
                self._ready.set_result(None)
                await self._ended.wait()
                for modem in self._modems:
                    modem.endpoint.unplug()
        finally:
            self._watcher.close()

    def _on_failure(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        self._fail(error if isinstance(error, Exception) else RuntimeError(context.get("message")))

    def _fail(self, error: Exception) -> None:
        if self._ready.done():
            self._failures.append(error)
        else:
            self._ready.set_exception(error)


class PortedModem:
    """A simulated modem on a pty, for any thread but the simulator's own."""

    def __init__(
        self, simulator: SimulatorThread, modem: SimulatedModem, endpoint: PtyEndpoint
    ) -> None:
        self.modem = modem  # to be touched in the simulator's thread only: `simulator.run`
        self.simulator = simulator
        self.endpoint = endpoint
        self._submissions: queue.SimpleQueue[Submission] = queue.SimpleQueue()
        modem.on_submission = self._submissions.put

    @property
    def port(self) -> str:
        """What a client opens, such as "/dev/pts/3"; empty while the cable is out."""
        return self.endpoint.port

    def deliver(self, sender: str, text: str) -> tuple[str, ...]:
        """An SMS to the modem; its PDUs. Raises modem.sms.ComposeError."""
        return self.simulator.run(lambda: self.modem.deliver(sender, text))

    def deliver_pdu(self, pdu: str) -> None:
        """A message as SMSC and TPDU in hex; raises ValueError."""
        self.simulator.run(lambda: self.modem.deliver_pdu(pdu))

    def next_submission(self, timeout_s: float = 10.0) -> Submission:
        """The next SMS that the network took from the modem; raises TimeoutError."""
        try:
            return self._submissions.get(timeout=timeout_s)
        except queue.Empty:
            raise TimeoutError(f"nothing was sent within {timeout_s:g} s") from None

    def set_coverage(self, covered: bool) -> None:
        """Take the signal away, or give it back."""
        self.simulator.run(lambda: self.modem.set_coverage(covered))

    def set_signal(self, rssi: int) -> None:
        """Another strength, 0 to 31 as in +CSQ; raises ValueError."""
        self.simulator.run(lambda: self.modem.set_signal(rssi))

    def refresh_card(self, *, imsi: str | None = None) -> None:
        """Have the card start again, maybe with another IMSI."""
        self.simulator.run(lambda: self.modem.refresh_card(imsi=imsi))

    def refuse(self, code: int, *, to: str | None = None, count: int | None = None) -> None:
        """Have the network refuse what its modems send with +CMS ERROR: `code` (ServiceCentre)."""
        smsc = self.simulator.network.smsc
        self.simulator.run(lambda: smsc.refuse(code, to=to, count=count))

    def restart(self) -> None:
        """Off and on again."""
        self.simulator.run(self.modem.restart)

    def unplug(self) -> None:
        """Take the port away."""
        self.simulator.run(self.modem.unplug)

    def plug(self, *, renamed: bool = False) -> None:
        """Give it back, under another name if that is wanted."""
        self.simulator.run(lambda: self.modem.plug(renamed=renamed))

    def set_faults(self, plan: FaultPlan) -> None:
        """Have this go wrong from now on."""
        self.simulator.run(lambda: self.modem.set_faults(plan))

    def report(self) -> JsonObject:
        """The modem's state as JSON can hold it."""
        return self.simulator.run(self.modem.report)
