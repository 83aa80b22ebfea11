"""labgrid's side: the driver `ModemBench`, and the bench that the suite takes from it.

The only file that knows labgrid. The environment file's `imports` load it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import attr
import pytest
from labgrid import target_factory  # type: ignore[import-not-found]
from labgrid.driver import Driver  # type: ignore[import-not-found]
from labgrid.exceptions import (  # type: ignore[import-not-found]
    InvalidConfigError,
    NoSupplierFoundError,
)
from labgrid.pytestplugin.hooks import LABGRID_ENV_KEY  # type: ignore[import-not-found]
from labgrid.remote.client import Error as RemoteError  # type: ignore[import-not-found]
from labgrid.resource import SerialPort  # type: ignore[import-not-found]
from labgrid.resource.remote import RemotePlace  # type: ignore[import-not-found]
from labgrid.util.proxy import proxymanager  # type: ignore[import-not-found]

from apn_config.config_reader import ConfigError
from hil.bench import Bench, load
from hil.lab.bridge import Address, Bridge
from modem.power import PowerFailed

_MAX_NAME = 40
_ADVICE = "LG_COORDINATOR names the coordinator, `labgrid-client -p NAME acquire` takes a place"


@contextmanager
def bench_of(config: pytest.Config) -> Iterator[Bench]:
    """What `hil.lab.bench_of` says."""
    env = config.stash.get(LABGRID_ENV_KEY, None)
    if env is None:
        raise ConfigError(None, "--lg-env", "wanted labgrid's environment file")
    try:
        yield _activated(env)
    finally:
        env.cleanup()


def _activated(env: Any) -> Bench:
    path = Path(env.config_file)
    try:
        target = env.get_target()
        if target is None:
            raise ConfigError(path, "targets", "there is no target `main`")
        bench: Bench = target.get_driver(ModemBench).found
    except (InvalidConfigError, NoSupplierFoundError) as error:
        raise ConfigError(path, None, error.msg) from error
    except (RemoteError, OSError) as error:
        # A RemoteError's text is a whole line of labgrid-client's, with "Error:" before it.
        said = error.args[0] if error.args else error
        raise ConfigError(path, None, f"labgrid: {said}; {_ADVICE}") from error
    return bench


@target_factory.reg_driver
@attr.s(eq=False)
class ModemBench(Driver):  # type: ignore[misc]
    """A bench of a serial port, a power driver if there is one, and a bench's file for the rest.

    `bench` is that file, relative to the environment's. Its own port, power and cable are those of
    the machine where the board stands, so the place's are used in their stead.
    """

    bindings = {  # noqa: RUF012 -- as labgrid wants it
        "port": {"SerialPort", "NetworkSerialPort"},
        "power": {"PowerProtocol", None},
    }

    bench: str = attr.ib(validator=attr.validators.instance_of(str))

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        self._open = ExitStack()
        self.found: Bench | None = None

    def on_activate(self) -> None:
        """Read the file, and make the port one that our programs can open."""
        bench = load(Path(self.target.env.config.resolve_path(self.bench)))
        with ExitStack() as opened:
            port, baud = self._port(opened)
            self._open = opened.pop_all()
        self.found = replace(
            bench,
            name=self._name(bench),
            modem=replace(bench.modem, port=port, usb=None, baud=baud),
            power=None if self.power is None else _Switch(self.power),
            cable=None,
        )

    def on_deactivate(self) -> None:
        """Give the port back."""
        self.found = None
        self._open.close()

    def _port(self, opened: ExitStack) -> tuple[str, int]:
        if isinstance(self.port, SerialPort):
            return self.port.port, self.port.speed
        if self.port.protocol == "raw":
            host, number = self._address()
            return f"tcp://{f'[{host}]' if ':' in host else host}:{number}", self.port.speed
        return opened.enter_context(Bridge(self._address)).port, self.port.speed

    def _address(self) -> Address:
        """Where the port is now; through labgrid's SSH proxy where it wants one."""
        self.port.poll()
        if not self.port.avail or not self.port.port:
            raise ConnectionError("the exporter doesn't offer it")
        host, number = proxymanager.get_host_and_port(self.port)
        return str(host), int(number)

    def _name(self, bench: Bench) -> str:
        """The place's name: several places may share a bench's file, but no history."""
        places = [found for found in self.target.resources if isinstance(found, RemotePlace)]
        name = re.sub(r"[^A-Za-z0-9._-]+", "-", places[0].name if places else "").lstrip("._-")
        return name[:_MAX_NAME] or bench.name


class _Switch:
    """A power driver of labgrid, which blocks, as a switch of ours."""

    toggles = False

    def __init__(self, driver: Any) -> None:
        self._driver = driver

    async def cycle(self) -> None:
        try:
            await asyncio.to_thread(self._driver.cycle)
        except Exception as error:
            # Each power driver raises what its backend does: HTTP, SNMP, SSH, a command's failure.
            raise PowerFailed(f"labgrid's {self._driver.display_name}: {error}") from error
