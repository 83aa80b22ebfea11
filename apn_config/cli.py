"""The commands that need the modem: each asks the daemon first, and opens the port without one."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from os.path import realpath
from pathlib import Path
from typing import Any, TypeVar

import click

from apn_config.config import DEFAULT_PATH, Config, defaults, load, with_overrides
from apn_config.config_reader import PORT_WANTED, is_port
from apn_config.control import ControlClient, ControlError, Emit, Json

F = TypeVar("F", bound=Callable[..., Any])

# What a serial port of a modem is called, the names that stay first.
PORTS = (
    "/dev/modem-helper/*",
    "/dev/serial/by-id/*",
    "/dev/ttyUSB*",
    "/dev/ttyACM*",
    "/dev/ttyAMA*",
    "/dev/ttyS*",
)
EXIT_NO_ANSWER = 8

BAUD = click.IntRange(300, 4_000_000)


def _port(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    if value is not None and not is_port(value):
        raise click.BadParameter(f"wanted {PORT_WANTED}")
    return value


def _ports(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """The ports that are there, for the shell's completion."""
    from glob import glob

    found = [path for pattern in PORTS for path in sorted(glob(pattern))]  # noqa: PTH207
    return [path for path in found if path.startswith(incomplete)]


_CONFIG = click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path, dir_okay=False, readable=False),
    help=f"Configuration file. Default: {DEFAULT_PATH}, if it is there.",
)
_PORT = click.option(
    "--port", callback=_port, shell_complete=_ports, help="Serial device, or tcp://HOST:PORT."
)
_BAUD = click.option("--baud", type=BAUD, help="Speed of a real serial line.")
_SOCKET = click.option(
    "--socket", type=click.Path(path_type=Path), help="Control socket of the running daemon."
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")


def modem_options(command: F) -> F:
    """The options that say which modem, and how the result is shown."""
    for option in reversed((_CONFIG, _PORT, _BAUD, _SOCKET, _JSON)):
        command = option(command)
    return command


def modem_command(command: Callable[..., None]) -> Callable[..., None]:
    """The same options for a command that takes the `target` that they name, and `as_json`."""

    @wraps(command)
    def call(
        config_path: Path | None,
        port: str | None,
        baud: int | None,
        socket: Path | None,
        **more: Any,
    ) -> None:
        command(target=read_config(config_path, port, baud, socket), **more)

    return modem_options(call)


def daemon_command(command: Callable[..., None]) -> Callable[..., None]:
    """The options of a command that speaks to a running daemon only, by its `socket`."""

    @wraps(command)
    def call(config_path: Path | None, socket: Path | None, **more: Any) -> None:
        target = read_config(config_path, None, None, socket)
        command(socket=target.config.control.socket, **more)

    for option in (_SOCKET, _CONFIG):
        call = option(call)
    return call


@dataclass(frozen=True, slots=True)
class Target:
    """Which modem is meant. `elsewhere` tells that it isn't the one that the daemon has."""

    config: Config
    elsewhere: bool


def read_config(
    config_path: Path | None, port: str | None, baud: int | None, socket: Path | None
) -> Target:
    """The configuration with the command line's overrides; the defaults where no file is named.

    A port other than the configured one means that very modem, unless the socket is named, too.
    """
    if config_path is None and not _is_there(DEFAULT_PATH):
        config = defaults()
    else:
        config = load(config_path or DEFAULT_PATH)
    elsewhere = port is not None and socket is None and not _same_port(port, config.modem.port)
    return Target(with_overrides(config, port=port, baud=baud, socket=socket), elsewhere)


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except PermissionError:  # of the directory; whoever reads it tells
        return True


def _same_port(one: str, other: str | None) -> bool:
    return other is not None and (one == other or realpath(one) == realpath(other))


def ask(
    target: Target,
    op: str,
    args: Json | None = None,
    on_event: Emit = lambda _event: None,
) -> Any:
    """Run an operation in the daemon, or, where none listens, here and now."""
    config = target.config
    client = None if target.elsewhere else ControlClient.connect(config.control.socket)
    if client is not None:
        try:
            return client.call(op, args, on_event)
        finally:
            client.close()
    from apn_config.oneshot import perform

    # What fails is told once, by the error that ends the command.
    logging.getLogger().addHandler(logging.NullHandler())
    return asyncio.run(perform(config, op, args or {}, on_event, elsewhere=target.elsewhere))


def daemon(socket: Path) -> ControlClient:
    """A conversation with the daemon. Raises ControlError (8) where none runs."""
    client = ControlClient.connect(socket)
    if client is None:
        message = f"no daemon answers at {socket}; start it: modem-helper run"
        raise ControlError(message, EXIT_NO_ANSWER)
    return client


def show_json(value: object) -> None:
    """One line of JSON on stdout, in ASCII: a text from an SMS can't play with the terminal."""
    click.echo(json.dumps(value))


@click.command()
@click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path, dir_okay=False),
    default=DEFAULT_PATH,
    show_default=True,
    help="Configuration file; `modem-helper config init` writes one.",
)
@click.option(
    "--port",
    callback=_port,
    shell_complete=_ports,
    help="Serial device, or tcp://HOST:PORT; overrides [modem] port.",
)
@click.option("--baud", type=BAUD, help="Speed of a real serial line; overrides [modem] baud.")
@click.option("--store", type=click.Path(path_type=Path), help="Overrides [store] path.")
@click.option("--socket", type=click.Path(path_type=Path), help="Overrides [control] socket.")
@click.option("--verbose", "-v", is_flag=True, help="Log the traffic with the modem, too.")
def run(
    config_path: Path,
    port: str | None,
    baud: int | None,
    store: Path | None,
    socket: Path | None,
    verbose: bool,
) -> None:
    """Run the daemon: receive SMS, apply commands, answer.

    It ends for a faulty configuration only (exit code 78). Whatever else is missing, a port, a SIM,
    a disk, it says so and waits.

    \b
    Example:
      modem-helper run --config /etc/modem-helper/config.toml
    """
    from apn_config import journald
    from apn_config.notify import Notifier
    from apn_config.service import serve

    def read() -> Config:
        config = with_overrides(load(config_path), port=port, baud=baud, store=store, socket=socket)
        # What can only be mended in the configuration ends it now, not in the middle of its work.
        config.require_port()
        config.require_reply_to()
        config.sim_pin()
        config.pin_word()
        return config

    config = read()
    journald.set_up(logging.DEBUG if verbose else logging.INFO)
    asyncio.run(serve(config, read, notifier=Notifier.from_environment(os.environ)))


@click.command()
@modem_command
def info(target: Target, as_json: bool) -> None:
    """Show the modem, its card, network and signal.

    It asks the running daemon, or opens the port where none runs; `status` is about the daemon.

    \b
    Examples:
      modem-helper info
      modem-helper info --port /dev/ttyUSB2
    """
    from apn_config.display import info_lines

    status = ask(target, "status")
    if as_json:
        show_json(status)
    else:
        click.echo("\n".join(info_lines(status)))
