"""Simulated modems with a network behind them, for scripts and for the demo.

This module builds and runs them. What a modem does is `modem.simulator`'s, the options of
`modem-helper simulate` are `hil.cli`'s.
"""

from __future__ import annotations

import asyncio
import errno
import json
import re
import resource
import signal
from collections.abc import Callable
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from apn_config.control import ControlServer
from hil.emnify.simulator.policy import SHORT_DIGITS
from hil.inbox import Inbox, LetterError, parse_letter
from hil.simulate_control import StationControl, deliver_letter
from hil.station import Station
from hil.trace import Trace, TraceFile
from modem.profiles import SIM7600, Profile
from modem.simulator import (
    FaultPlan,
    Network,
    NetworkSettings,
    SimulatedModem,
    Submission,
    identity,
)
from modem.simulator.endpoints import (
    Clockwork,
    LinkError,
    OpenWatcher,
    PtyEndpoint,
    TcpEndpoint,
    Wire,
    system_epoch,
)

if TYPE_CHECKING:
    from hil.emnify.simulator.server import Running

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_FORBIDDEN = 6
EXIT_BUSY = 7
NEEDS_BENCH = "the simulated platform needs more packages: pip install 'modem-helper[bench]'"


class SimulateError(Exception):
    """The simulation can't be set up; the message is for the user."""

    def __init__(self, message: str, exit_code: int) -> None:
        self.exit_code = exit_code
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Options:
    """What to simulate. `tcp` is host and first port; `pin` is the cards'.

    `faults` befall each modem, drawn by lot for each of its own; `control` is a socket's path.
    `listen` is where the simulated platform is, with what follows it; without it there is none.
    """

    network: NetworkSettings = field(default_factory=NetworkSettings)
    profile: Profile = SIM7600
    modems: int = 1
    link: Path | None = None
    tcp: tuple[str, int] | None = None
    baud: int | None = None
    seed: int = 0
    pin: str | None = None
    lte_only: bool = False
    start_apn: str = "internet"
    inbox: Path | None = None
    outbox: Path | None = None
    faults: FaultPlan | None = None
    control: Path | None = None
    trace: TextIO | None = None
    listen: tuple[str, int] | None = None
    short_digits: int = SHORT_DIGITS
    unverified: bool = False
    automations: str = ""
    request_limits: bool = True


def link_name(first: Path, number: int) -> Path:
    """The link of modem `number`: the trailing number counts up, else -1, -2 is added."""
    if number == 0:
        return first
    match = re.fullmatch(r"(.*?)(\d+)", first.name)
    if match is None:
        return first.with_name(f"{first.name}-{number}")
    stem, digits = match.groups()
    return first.with_name(f"{stem}{int(digits) + number:0{len(digits)}}")


class Simulation:
    """The modems, while the context lasts; `complain` gets a line for each bad one of the inbox."""

    def __init__(self, options: Options, *, complain: Callable[[str], None]) -> None:
        self.stations: tuple[Station, ...] = ()
        self.on_submission: Callable[[Station, Submission], None] | None = None
        self._options = options
        self._complain = complain
        self._inbox_line = 0
        self._began_s = 0.0
        self._outbox: TextIO | None = None
        self._stack = AsyncExitStack()
        self.platform: Running | None = None

    async def __aenter__(self) -> Simulation:
        async with AsyncExitStack() as stack:
            await self._build(stack)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    def ready(self) -> dict[str, object]:
        """The ready line of `--json`."""
        platform = self.platform
        if platform is None:
            return {"modems": [station.described() for station in self.stations]}
        modems = [
            {**station.described(), "endpoint": platform.device_of(station).id}
            for station in self.stations
        ]
        return {"modems": modems, **platform.described()}

    async def _build(self, stack: AsyncExitStack) -> None:
        options = self._options
        clock = asyncio.get_running_loop().time
        self._began_s = clock()
        network = Network(options.network, clock=clock, epoch=system_epoch())
        stack.enter_context(Clockwork(network))
        if options.outbox is not None:
            self._outbox = stack.enter_context(_opened(options.outbox))
        watcher = stack.enter_context(closing(OpenWatcher()))
        for number in range(options.modems):
            wire = Wire(self._modem(network, number), baud=options.baud)
            pty = self._pty(stack, wire, watcher, number)
            tcp = await self._listen(stack, wire, number)
            self._add(stack, Station(number, wire.modem, wire, pty, tcp))
        if options.control is not None:
            await self._offer_control(stack, options.control)
        if options.listen is not None:
            self.platform = await self._serve_platform(stack, network, options.listen)
        if options.inbox is not None:
            inbox = Inbox(options.inbox, self._take_line)
            try:
                inbox.open()
            except OSError as error:
                raise _unusable("--inbox", options.inbox, error) from error
            stack.callback(inbox.close)

    async def _serve_platform(
        self, stack: AsyncExitStack, network: Network, address: tuple[str, int]
    ) -> Running:
        if not platform_is_installed():
            raise SimulateError(f"--listen: {NEEDS_BENCH}", EXIT_FAILED)
        from hil.emnify.listening import ListenError
        from hil.emnify.simulator.organisation import PlatformSettings
        from hil.emnify.simulator.server import ServerSettings, serve_platform

        options = self._options
        settings = ServerSettings(
            *address,
            PlatformSettings(options.short_digits, options.unverified),
            options.automations,
            options.request_limits,
        )
        try:
            return await stack.enter_async_context(serve_platform(network, self.stations, settings))
        except ListenError as error:
            raise SimulateError(f"--listen: {error}", error.exit_code) from error

    def _modem(self, network: Network, number: int) -> SimulatedModem:
        options = self._options
        return SimulatedModem(
            network,
            options.profile,
            who=identity(options.seed, number),
            pin=options.pin,
            lte_only=options.lte_only,
            start_apn=options.start_apn,
            faults=_drawn_for(options.faults, number),
        )

    async def _offer_control(self, stack: AsyncExitStack, path: Path) -> None:
        server = ControlServer(path, StationControl(self.stations).operations(), mode=0o600)
        try:
            await server.start()
        except FileExistsError as error:
            raise SimulateError(f"--control: {error}", EXIT_USAGE) from error
        except OSError as error:
            raise _unusable("--control", path, error) from error
        stack.push_async_callback(server.close)

    def _pty(
        self, stack: AsyncExitStack, wire: Wire, watcher: OpenWatcher, number: int
    ) -> PtyEndpoint:
        first = self._options.link
        pty = PtyEndpoint(wire, watcher, link=link_name(first, number) if first else None)
        try:
            pty.plug_in()
        except LinkError as error:
            raise SimulateError(f"--link: {error}", EXIT_USAGE) from error
        except OSError as error:
            raise SimulateError(
                f"no pty for modem {number}: {error.strerror}", EXIT_FAILED
            ) from error
        stack.callback(pty.unplug)
        stack.callback(wire.leave, pty)  # a fault's cable is not put in again behind the end
        return pty

    def _add(self, stack: AsyncExitStack, station: Station) -> None:
        station.modem.on_submission = lambda submission: self._submitted(station, submission)
        if self._options.trace is not None:
            trace = Trace(TraceFile(self._options.trace, station.number), self._began_s)
            stack.callback(trace.flush)
            station.watch(trace)
        self.stations += (station,)

    async def _listen(self, stack: AsyncExitStack, wire: Wire, number: int) -> TcpEndpoint | None:
        if self._options.tcp is None:
            return None
        host, first = self._options.tcp
        port = first + number if first else 0
        tcp = TcpEndpoint(wire, host, port)
        try:
            await tcp.plug_in()
        except OSError as error:
            reason = "is in use" if error.errno == errno.EADDRINUSE else error.strerror
            code = EXIT_BUSY if error.errno == errno.EADDRINUSE else EXIT_USAGE
            code = EXIT_FORBIDDEN if error.errno == errno.EACCES else code
            raise SimulateError(f"--tcp: {host}:{port} {reason}", code) from error
        stack.push_async_callback(tcp.unplug)
        return tcp

    # ---- messages in and out

    def _take_line(self, line: str) -> None:
        self._inbox_line += 1
        try:
            letter = parse_letter(line, len(self.stations))
            deliver_letter(letter, self.stations[letter.modem].modem)
        except LetterError as error:
            self._complain(f"inbox line {self._inbox_line}: {error}")

    def _submitted(self, station: Station, submission: Submission) -> None:
        if self._outbox is not None:
            line = {
                "modem": station.number,
                "to": submission.to,
                "text": submission.text,
                "pdu": submission.pdu,
                "reference": submission.reference,
                "time": submission.time.isoformat(timespec="milliseconds"),
            }
            self._outbox.write(json.dumps(line, ensure_ascii=False) + "\n")
            self._outbox.flush()
        if self.on_submission is not None:
            self.on_submission(station, submission)


def platform_is_installed() -> bool:
    """Is there what the simulated platform needs, the extra `bench`?"""
    return all(find_spec(name) is not None for name in ("aiohttp", "jsonschema", "jwt"))


def _drawn_for(plan: FaultPlan | None, number: int) -> FaultPlan | None:
    """The plan for a modem: the same faults, and lots of its own."""
    return None if plan is None else replace(plan, seed=plan.seed + number)


def _opened(outbox: Path) -> TextIO:
    try:
        return outbox.open("a", encoding="utf-8")
    except OSError as error:
        raise _unusable("--outbox", outbox, error) from error


def _unusable(option: str, path: Path, error: OSError) -> SimulateError:
    code = EXIT_FORBIDDEN if error.errno in (errno.EACCES, errno.EPERM) else EXIT_USAGE
    return SimulateError(f"{option}: {path}: {error.strerror or error}", code)


def _allow_many_files() -> None:
    """A modem takes up to four descriptors, and a login has 1,024 until it asks for more."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


async def simulate(
    options: Options, *, ready: Callable[[Simulation], None], complain: Callable[[str], None]
) -> None:
    """Run until SIGINT or SIGTERM; `ready` is called once everything can be opened."""
    _allow_many_files()
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    signals = (signal.SIGINT, signal.SIGTERM)
    for number in signals:
        loop.add_signal_handler(number, ended.set)
    try:
        async with Simulation(options, complain=complain) as simulation:
            ready(simulation)
            await ended.wait()
    finally:
        for number in signals:
            loop.remove_signal_handler(number)
