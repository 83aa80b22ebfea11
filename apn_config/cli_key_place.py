"""Where the keys of signed commands are, for the commands that use them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from apn_config.cli import read_config
from apn_config.config import AccessConfig, Config, ConfigError
from apn_config.control import ControlClient, ControlError, Json

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from apn_config.keys import Key

EXIT_NO_PERMISSION = 6
# The user that the packaged service runs as.
_DAEMON_USER = "modem-helper"


@dataclass(frozen=True, slots=True)
class Place:
    """A directory of keys. `elsewhere` tells that they aren't those of this device's daemon."""

    config: Config
    directory: Path
    elsewhere: bool

    def shown(self) -> str:
        """The directory, as a terminal may show it."""
        return click.format_filename(self.directory)

    def owner(self) -> tuple[int, int] | None:
        """User and group that have to read the keys: the service's, or the store's."""
        import pwd

        if self.elsewhere:
            return None
        try:
            user = pwd.getpwnam(_DAEMON_USER)
        except KeyError:
            pass
        else:
            return user.pw_uid, user.pw_gid
        try:
            store = self.config.store.path.parent.stat()
        except OSError:
            return None
        return store.st_uid, store.st_gid

    def counters(self, keys: Iterable[Key]) -> dict[str, Json] | None:
        """What the daemon knows of the counters of these, by fingerprint; None where it can't be
        asked.
        """
        args = {"fingerprints": [key.fingerprint for key in keys]}
        rows = self._asked("keys.counters", "counters", args)
        return None if rows is None else {row["fingerprint"]: row for row in rows}

    def iccid(self) -> str | None:
        """Of the card in the daemon's modem."""
        modem = self._asked("status", "modem")
        return None if modem is None else modem["iccid"]

    def _asked(self, op: str, key: str, args: Json | None = None) -> Any:
        if self.elsewhere:
            return None
        try:
            client = ControlClient.connect(self.config.control.socket)
            if client is None:
                return None
            try:
                return client.call(op, args)[key]
            finally:
                client.close()
        except ControlError:
            return None


def place_of(config_path: Path | None, socket: Path | None, directory: Path | None) -> Place:
    """What the options mean."""
    config = read_config(config_path, None, None, socket).config
    configured = (config.access or AccessConfig()).keys
    return Place(config, directory or configured, directory is not None)


CONFIG = click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path, dir_okay=False, readable=False),
    help="Configuration file; its [access] keys is the directory.",
)
SOCKET = click.option(
    "--socket", type=click.Path(path_type=Path), help="Control socket of the running daemon."
)
DIRECTORY = click.option(
    "--directory",
    type=click.Path(path_type=Path, file_okay=False),
    help="Another directory of keys; nothing is told to the daemon then.",
)


def place_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say where the keys are; the command takes the `place`."""

    @wraps(command)
    def call(
        config_path: Path | None, socket: Path | None, directory: Path | None, **more: Any
    ) -> None:
        place = place_of(config_path, socket, directory)
        with told_of_permission():
            command(place=place, **more)

    for option in (DIRECTORY, SOCKET, CONFIG):
        call = option(call)
    return call


@contextmanager
def told_of_permission() -> Iterator[None]:
    """Keys that this user may not read are no fault of the configuration's."""
    from apn_config.keys import KeyTrouble

    try:
        yield
    except ConfigError as error:
        if not error.forbidden:
            raise
        raise KeyTrouble(f"{error}; use sudo", EXIT_NO_PERMISSION) from None


def complete_name(
    ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """The keys that are there, for the shell's completion."""
    from click.shell_completion import CompletionItem

    from apn_config.keys import key_names

    try:
        given = (ctx.params.get(each) for each in ("config_path", "socket", "directory"))
        found = key_names(place_of(*given).directory)
    except Exception:  # noqa: BLE001 -- whatever is wrong, nothing is completed
        return []
    return [CompletionItem(name) for name in found if name.startswith(incomplete)]
