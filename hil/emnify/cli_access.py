"""What the `emnify` commands share: the account, how a result is shown. Loads no aiohttp by itself.

The application token comes from a file or the environment, never from the command line, which
others can read (`ps`).
"""

from __future__ import annotations

import asyncio
import functools
import json
import os
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import click

from hil.emnify.errors import LibraryMissing
from hil.emnify.models import DEFAULT_BASE

if TYPE_CHECKING:
    from hil.emnify.client import Client

T = TypeVar("T")
TOKEN_VARIABLE = "EMNIFY_APPLICATION_TOKEN"  # noqa: S105 -- its name
SECRET_VARIABLE = "EMNIFY_WEBHOOK_SECRET"  # noqa: S105 -- its name
_LIBRARIES = {"aiohttp": "aiohttp", "jwt": "PyJWT"}
_LOOPBACK = ("127.0.0.1", "::1", "localhost")

JSON_OPTION = click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")


@dataclass(frozen=True, slots=True)
class Access:
    """Which account is meant, and how the result is shown."""

    token_file: Path | None
    api: str
    as_json: bool

    def run(self, work: Callable[[Client], Awaitable[T]]) -> T:
        """Do something with a client of this account."""
        with libraries():
            from hil.emnify.client import Client
        token = self._token()

        async def main() -> T:
            async with Client(token, self.api) as client:  # a base that is none is refused here
                parts = urlsplit(self.api)
                if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
                    click.echo(f"warning: the token goes to {parts.netloc} unencrypted", err=True)
                return await work(client)

        return asyncio.run(main())

    def show(self, value: object, lines: Iterable[str]) -> None:
        """A result as one JSON document, or as lines."""
        if self.as_json:
            show_json(value)
        else:
            click.echo("\n".join(lines))

    def _token(self) -> str:
        token = secret_text(self.token_file, "--token-file", TOKEN_VARIABLE)
        if token is None:
            raise click.UsageError(
                f"no application token: set {TOKEN_VARIABLE}, or give --token-file FILE"
            )
        return token.strip()


def api_command(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of an account; its first argument is then the Access."""

    @functools.wraps(command)
    def wrapped(token_file: Path | None, api: str, as_json: bool, **others: Any) -> None:
        command(Access(token_file, api, as_json), **others)

    for option in (
        JSON_OPTION,
        click.option(
            "--api",
            envvar="EMNIFY_API",
            default=DEFAULT_BASE,
            show_default=True,
            metavar="URL",
            help="Address of the API; the environment's EMNIFY_API.",
        ),
        click.option(
            "--token-file",
            type=click.Path(path_type=Path, dir_okay=False),
            metavar="FILE",
            help=f"The application token. Default: the environment's {TOKEN_VARIABLE}.",
        ),
    ):
        wrapped = option(wrapped)
    return wrapped


@contextmanager
def libraries() -> Iterator[None]:
    """Around an import: a library that is missing is told with what installs it."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name not in _LIBRARIES:
            raise
        raise LibraryMissing(_LIBRARIES[error.name]) from error


def secret_text(file: Path | None, option: str, variable: str) -> str | None:
    """What stands in a file, without the end of its line, or in the environment; None for none."""
    if file is None:
        return os.environ.get(variable) or None
    try:
        found = file.read_text("utf-8").rstrip("\r\n")
    except OSError as error:
        raise click.BadParameter(f"{option}: {file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise click.BadParameter(f"{option}: {file} is no text") from error
    if not found.strip():
        raise click.BadParameter(f"{option}: {file} is empty")
    return found


def show_json(value: object) -> None:
    """One line of JSON in ASCII, at once: a text from an SMS can't play with the terminal."""
    click.echo(json.dumps(value))


def filters_of(
    _context: click.Context, _option: click.Parameter, values: tuple[str, ...]
) -> dict[str, str]:
    """FIELD:VALUE, each field once."""
    found: dict[str, str] = {}
    for value in values:
        field, colon, wanted = value.partition(":")
        if not field or not colon or not wanted or "," in value:
            raise click.BadParameter(f"wanted FIELD:VALUE, for example tags:pump, got {value!r}")
        if field in found:
            raise click.BadParameter(f"{field} is given twice")
        found[field] = wanted
    return found


FILTER_OPTION = click.option(
    "--filter",
    "filters",
    multiple=True,
    callback=filters_of,
    metavar="FIELD:VALUE",
    help="Only these devices: name:, tags:, status:0 (enabled), imei:, ip_address:, ...",
)
