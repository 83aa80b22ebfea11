"""A machine of our making with a simulated modem, and the doctor's look at it."""

from __future__ import annotations

import asyncio
import os
import threading
import time
import tty
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from apn_config.config import ConfigError, load, readable
from apn_config.control import ControlError, ControlServer, Json, Operation
from apn_config.doctor import Examined, Finding, Order, Patience, Place, Verdict, examine
from apn_config.doctor.repair import Repair, repair
from modem.profiles import SIM7600, Answer, OwnCommand, Profile
from modem.simulator import NetworkSettings, parse_plan
from modem.simulator.endpoints.thread import PortedModem, SimulatorThread

T = TypeVar("T")

# What a healthy modem does within milliseconds.
PATIENCE = Patience(answer_s=1.0, other_s=0.3, card_s=0.2, registration_s=0.3, poll_s=0.05)
# So that a registration takes 20 ms.
FAST = NetworkSettings(apns=("em",), time_scale=100)
CONFIG = """\
[modem]
port = "{port}"
{modem}
[reply]
to = "1234"
[access]
senders = ["12345"]
[apn]
{apn}
[store]
path = "{home}/store/db"
[control]
socket = "{home}/control.sock"
"""


@dataclass
class Clinic:
    """What a fault is brought about on. `modem` exists once somebody asks for it."""

    home: Path
    profile: Profile = SIM7600
    network: NetworkSettings = FAST
    simulator: SimulatorThread | None = None
    port: str | None = None
    asked_port: str | None = None
    config_text: str | None = CONFIG
    in_modem: str = ""
    in_apn: str = ""
    patience: Patience = PATIENCE
    now: datetime = field(default_factory=lambda: datetime.now(tz=UTC))
    synced: bool = True
    service: dict[str, str] = field(default_factory=dict)
    disk: os.statvfs_result | None = None
    status: Json | None = None
    operations: dict[str, Operation] = field(default_factory=dict)
    config_error: ConfigError | None = None
    options: dict[str, Any] = field(default_factory=dict)
    open_files: list[int] = field(default_factory=list)
    _modem: PortedModem | None = None

    def __post_init__(self) -> None:
        for name in ("sys/class/tty", "sys/bus/usb/devices", "proc", "dev", "store"):
            (self.home / name).mkdir(parents=True)

    @property
    def modem(self) -> PortedModem:
        """The simulated modem, on its pty."""
        if self._modem is None:
            assert self.simulator is not None
            self._modem = self.simulator.add_modem(
                self.profile, **{"start_apn": "em", **self.options}
            )
        return self._modem

    def within(self, work: Callable[[], object]) -> None:
        """In the simulator's thread."""
        self.modem.simulator.run(work)

    @property
    def state(self) -> Any:
        """The modem's state: to be touched `within` only."""
        return self.modem.modem.state

    # --- what can be done to it ---

    def faults(self, plan: str) -> None:
        self.modem.set_faults(parse_plan(plan, "plan"))

    def refuse(self, prefix: str, code: str = "ERROR") -> None:
        self.faults(f'[[fault]]\naction = "refuse"\nprefix = "{prefix}"\ncode = "{code}"\n')

    def say(self, *lines: bytes) -> None:
        """As if somebody had typed that before."""
        for line in lines:
            self.within(partial(self.modem.modem.feed, line + b"\r"))

    def answers(self, **reads: str) -> None:
        """A modem of which these commands answer that when they are read; before it is made."""
        own = {f"+{name}": OwnCommand(read=Answer((line,))) for name, line in reads.items()}
        self.with_commands(own)

    def with_commands(self, own: Mapping[str, OwnCommand]) -> None:
        part = self.profile.simulator
        commands = {**part.commands, **own}
        self.profile = replace(self.profile, simulator=replace(part, commands=commands))

    def runs(self, name: str, *words: str, terminal: str | None = None) -> None:
        """A program in the process table, with a terminal of its own or without."""
        process = self.home / "proc" / str(1000 + len(list((self.home / "proc").iterdir())))
        process.mkdir()
        (process / "comm").write_text(f"{name}\n")
        device = 0 if terminal is None else Path(terminal).stat().st_rdev
        number = os.major(device) << 8 | os.minor(device)
        (process / "stat").write_text(f"1000 ({name}) S 1 1000 1000 {number} 1000 4194304 0\n")
        (process / "cmdline").write_bytes("\0".join((name, *words)).encode() + b"\0")

    def write(self, path: str, text: str) -> Path:
        file = self.home / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def usb(
        self,
        ids: str = "1e0e:9001",
        ttys: Mapping[int, str] | None = None,
        *,
        control: str = "on",
        driver: bool = True,
    ) -> None:
        """A USB device whose interfaces have these files of /dev, each a link to a real port."""
        device = self.home / "sys/bus/usb/devices/1-1"
        vendor, product = ids.split(":")
        self.write(f"{device}/idVendor", f"{vendor}\n")
        self.write(f"{device}/idProduct", f"{product}\n")
        self.write(f"{device}/product", "A modem\n")
        self.write(f"{device}/power/control", f"{control}\n")
        for number in range(5):
            interface = device / f"1-1:1.{number}"
            self.write(f"{interface}/bInterfaceNumber", f"{number:02x}\n")
            self.write(f"{interface}/bInterfaceClass", "ff\n")
            if driver:
                (interface / "driver").mkdir()
        for number, port in (ttys or {}).items():
            (device / f"1-1:1.{number}/ttyUSB{number}/tty").mkdir(parents=True)
            (self.home / f"dev/ttyUSB{number}").symlink_to(port)

    def tty_name(self, number: int) -> str:
        return str(self.home / f"dev/ttyUSB{number}")

    def other_pty(self, says: bytes = b"") -> str:
        """A port of which nobody at the other end takes AT commands."""
        master, slave = os.openpty()
        tty.setraw(slave)
        self.open_files += [master, slave]
        if says:
            talker = threading.Thread(target=_talk, args=(master, says), daemon=True)
            talker.start()
        return os.ttyname(slave)

    # --- the doctor ---

    def order(self) -> Order:
        path = self.home / "config.toml"
        config_error = self.config_error
        port = self.port or self.modem.port
        if self.config_text is not None:
            text = self.config_text.format(
                port=port, home=self.home, modem=self.in_modem, apn=self.in_apn
            )
            path.write_text(text)
        place = Place(
            sysfs=self.home / "sys",
            proc=self.home / "proc",
            dev=self.home / "dev",
            now=lambda: self.now,
            clock_synced=lambda: self.synced,
            service=lambda: self.service,
            disk_of=lambda path: self.disk or os.statvfs(path),
        )
        from apn_config.config import defaults

        config = defaults()
        if path.exists():
            try:
                config = load(path)
            except ConfigError as error:
                config, config_error = readable(path), error
        return Order(config, path, self.asked_port, False, config_error, self.patience, place)

    def examined(self) -> Examined:
        return asyncio.run(self._with_daemon(lambda order: examine(order)))

    def repaired(self) -> tuple[Examined, tuple[Repair, ...]]:
        async def work(order: Order) -> tuple[Examined, tuple[Repair, ...]]:
            return await repair(order, await examine(order))

        return asyncio.run(self._with_daemon(work))

    async def _with_daemon(self, work: Callable[[Order], Awaitable[T]]) -> T:
        """With something that answers as the daemon does, where `status` says what."""
        order = self.order()
        if self.status is None:
            return await work(order)
        status = self.status

        async def tell(_args: Json, _emit: Any) -> Json:
            return status

        async def show(_args: Json, _emit: Any) -> Json:
            return {"last_good": None}

        async def fail(_args: Json, _emit: Any) -> Json:
            raise ControlError("no answer to AT+CMEE? within 5 s", exit_code=8)

        operations = {"status": tell, "apn.show": show, "at": fail, **self.operations}
        server = ControlServer(self.home / "control.sock", operations)
        await server.start()
        try:
            return await work(order)
        finally:
            await server.close()


@contextmanager
def clinic(home: Path, **fields: Any) -> Iterator[Clinic]:
    """A clinic, with its simulator while the context lasts."""
    made = Clinic(home, **fields)
    try:
        with LazyThread(made):
            yield made
    finally:
        for descriptor in made.open_files:
            os.close(descriptor)


def _talk(master: int, says: bytes) -> None:
    """Say it again and again, until the pty is gone."""
    with suppress(OSError):
        while True:
            os.write(master, says)
            time.sleep(0.05)


class LazyThread:
    """The simulator's thread, with the network that the clinic has in the end."""

    def __init__(self, made: Clinic) -> None:
        self._made = made
        self._thread: SimulatorThread | None = None

    def __enter__(self) -> None:
        self._made.simulator = self  # type: ignore[assignment]

    def add_modem(self, *arguments: Any, **options: Any) -> PortedModem:
        """As SimulatorThread does."""
        if self._thread is None:
            self._thread = SimulatorThread(self._made.network)
            self._thread.__enter__()
        return self._thread.add_modem(*arguments, **options)

    def __exit__(self, *error: Any) -> None:
        if self._thread is not None:
            self._thread.__exit__(*error)


def troubles(found: Examined) -> list[Finding]:
    """What is wrong."""
    return [each for each in found.findings if each.verdict in (Verdict.WARNING, Verdict.FAILED)]


def told(found: Examined) -> set[str]:
    """The faults that were named."""
    return {each.id for each in found.findings if each.fault is not None}
