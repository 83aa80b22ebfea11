"""The questions of `modem-helper hil init`, and the files that it writes.

Each question has an option, whose value is taken without asking, and a default. What is answered is
held against the reader of benches at once, in a file of right answers.
"""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import shlex
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from apn_config.config_reader import ConfigError, read_secret
from apn_config.config_recovery import PowerConfig
from apn_config.display import columns, safe
from hil.bench import DEFAULT_API, UsbId, parse
from hil.bench_template import Answers, PlatformAnswers, WebhookAnswers, render
from hil.emnify.errors import EmnifyError

if TYPE_CHECKING:
    from hil.emnify.models import Device
    from modem.discovery import SerialPort

_USUAL_PORT = "/dev/ttyUSB2"
_NUMBERS = ("port", "line", "modem")
_SPANS = ("off_s", "press_s")
# More is not read through; the portal finds a device better.
_SHOWN_DEVICES = 20
_RIGHT = Answers(
    "bench",
    _USUAL_PORT,
    platform=PlatformAnswers(1, "token"),
    webhook=WebhookAnswers("127.0.0.1:8089", "http://127.0.0.1:8089/", "secret"),
)

Place = Callable[[str], Answers]


class Questions:
    """Asks; `given` are the options by their names, None where one is absent."""

    def __init__(self, output: Path, given: Mapping[str, Any], *, ask: bool) -> None:
        self._output = output
        self._given = given
        self._ask = ask
        self._secrets: dict[Path, str] = {}

    def answers(self) -> Answers:
        """All of them. Raises click's errors for an option that is wrong."""
        found = self._port()
        pin_file = self._text(
            "pin_file",
            "File with the SIM's PIN, if it wants one",
            "",
            lambda text: replace(_RIGHT, pin_file=_pin_file(text)),
        )
        expected = self._text(
            "apn", "APN that gives the SIM data", "em", lambda text: replace(_RIGHT, expected=text)
        )
        found = replace(found, pin_file=_pin_file(pin_file), expected=expected)
        platform = self._platform()
        webhook = None if platform is None else self._webhook()
        return replace(found, platform=platform, webhook=webhook, power=self._power())

    def write(self, answers: Answers) -> None:
        """Write the bench's file and those of its secrets; none is overwritten."""
        text = render(answers)
        parse(text.encode(), self._output)
        for path, secret in self._secrets.items():
            _write_new(path, f"{secret}\n", 0o600)
        _write_new(self._output, text, 0o644)

    # ---- one question each

    def _text(self, option: str, question: str, default: str, place: Place) -> str:
        """An answer that can stand where `place` puts it; asked until it can."""
        given = self._given[option]
        if given is not None or not self._ask:
            return self._checked(option, default if given is None else given, place)
        while True:
            answer = click.prompt(question, default=default, show_default=bool(default))
            try:
                return self._checked(option, answer, place)
            except click.BadParameter as error:
                click.echo(error.message)

    def _checked(self, option: str, answer: str, place: Place) -> str:
        try:
            parse(render(place(answer)).encode(), self._output)
        except ConfigError as error:
            raise click.BadParameter(error.problem, param_hint=_name(option)) from None
        except UnicodeEncodeError:
            raise click.BadParameter("wanted UTF-8", param_hint=_name(option)) from None
        return answer

    def _port(self) -> Answers:
        from modem.discovery import serial_ports
        from modem.usb import usb_port

        ports = serial_ports()
        if self._ask and self._given["port"] is None:
            for each in ports:
                click.echo(f"found: {safe(each.stable)}  {safe(each.description)}")
        port = _absolute(
            self._text(
                "port",
                "The modem's AT port",
                _likely(ports),
                lambda text: replace(_RIGHT, port=_absolute(text)),
            )
        )
        name = re.sub(r"[^A-Za-z0-9._-]", "-", self._output.stem).strip("._-")[:40] or "bench"
        found = None if "://" in port else usb_port(port)
        if found is None:
            return Answers(name, port)
        usb = UsbId(found.vendor, found.product, found.interface)
        return Answers(name, port, usb=usb, socket=found.socket)

    def _platform(self) -> PlatformAnswers | None:
        token_file, token = self._token()
        if token_file is None:
            return None
        api = self._checked(
            "api",
            self._given["api"] or DEFAULT_API,
            lambda text: replace(_RIGHT, platform=PlatformAnswers(1, "token", text)),
        )
        right = PlatformAnswers(1, str(token_file), api)
        device = self._device(token, api)
        sender = self._text(
            "sender",
            "From whom commands come, a number or a name",
            right.sender,
            lambda text: replace(_RIGHT, platform=replace(right, sender=text)),
        )
        short_number = self._text(
            "short_number",
            "Where answers go, seven digits at most",
            right.short_number,
            lambda text: replace(_RIGHT, platform=replace(right, short_number=text)),
        )
        return replace(right, device=device, sender=sender, short_number=short_number)

    def _token(self) -> tuple[Path | None, str]:
        """The file of the token, and what stands in it or will."""
        given = self._given["token_file"]
        if given is None and self._ask:
            question = "emnify's application token, or a file with one (empty: no platform)"
            given = click.prompt(question, default="", show_default=False, hide_input=True)
        if not given:
            return None, ""
        typed = self._given["token_file"] is None and not given.startswith("~") and "/" not in given
        if typed and not _is_there(given):
            path = self._output.with_name(f"{self._output.stem}-token")
            self._secrets[path] = given
            return path, given
        path = Path(_absolute(given))
        try:
            return path, read_secret(path, key="token_file")
        except ConfigError as error:
            raise click.BadParameter(error.problem, param_hint="--token-file") from None

    def _device(self, token: str, api: str) -> int:
        if self._given["device"] is not None:
            return int(self._given["device"])
        try:
            devices = asyncio.run(_devices(token, api))
        except (EmnifyError, ModuleNotFoundError) as error:
            click.echo(f"The platform's devices can't be listed: {safe(error)}", err=True)
            devices = []
        only = devices[0].id if len(devices) == 1 else None
        if not self._ask:
            if only is None:
                raise click.UsageError(f"--device ID is wanted: there are {len(devices)} devices")
            return only
        rows = [(d.id, d.name, d.status, d.iccid) for d in devices[:_SHOWN_DEVICES]]
        if rows:
            click.echo("\n".join(columns(("id", "name", "status", "ICCID"), rows)))
        if len(devices) > _SHOWN_DEVICES:
            click.echo(f"and {len(devices) - _SHOWN_DEVICES} more; the portal shows their ids")
        question = "Id of the device whose SIM is in the modem"
        return int(click.prompt(question, default=only, type=click.IntRange(1, 10**12)))

    def _webhook(self) -> WebhookAnswers | None:
        assert _RIGHT.webhook is not None
        right = _RIGHT.webhook
        url = self._text(
            "url",
            "URL under which the platform reaches this machine (empty: answers are asked for)",
            "",
            lambda text: replace(_RIGHT, webhook=replace(right, url=text) if text else None),
        )
        if not url:
            return None
        listen = self._text(
            "listen",
            "Where what is sent to it arrives",
            right.listen,
            lambda text: replace(_RIGHT, webhook=replace(right, listen=text)),
        )
        secret_file = self._output.with_name(f"{self._output.stem}-webhook-secret")
        self._secrets[secret_file] = secrets.token_urlsafe(48)
        return WebhookAnswers(listen, url, str(secret_file))

    def _power(self) -> PowerConfig | None:
        answer = self._text(
            "power",
            "Power switch, such as uhubctl location=1-1 port=2",
            "none",
            lambda text: replace(_RIGHT, power=_switch(text)),
        )
        return _switch(answer)


def _switch(text: str) -> PowerConfig | None:
    """KIND KEY=VALUE ..., quoted as in a shell. Raises click.BadParameter."""
    if text in ("", "none"):
        return None
    parameters: dict[str, str | int | float] = {}
    try:
        kind, *pairs = shlex.split(text)
        for pair in pairs:
            key, equals, value = pair.partition("=")
            if not re.fullmatch("[a-z_]+", key) or not equals:
                raise ValueError(f"{pair!r} is no KEY=VALUE")
            parameters[key] = (
                int(value) if key in _NUMBERS else float(value) if key in _SPANS else value
            )
    except ValueError as error:
        problem = f"wanted KIND KEY=VALUE ..., got {text!r} ({error})"
        raise click.BadParameter(problem, param_hint="--power") from None
    return PowerConfig(kind, parameters)


async def _devices(token: str, api: str) -> list[Device]:
    from hil.emnify.client import Client

    async with Client(token, api) as client:
        return [device async for device in client.devices()]


def _likely(ports: tuple[SerialPort, ...]) -> str:
    """SIM7600 and EC25 have the AT port on USB interface 2, behind diagnostics and NMEA."""
    on_usb = [port.stable for port in ports if port.usb]
    return next((name for name in on_usb if "-if02" in name), next(iter(on_usb), _USUAL_PORT))


def _is_there(given: str) -> bool:
    """Is it a file's name? A token may be longer than any, and hold what none does."""
    try:
        return Path(given).exists()
    except (OSError, ValueError):
        return False


def _absolute(path: str) -> str:
    return path if not path or "://" in path else str(Path(path).expanduser().absolute())


def _pin_file(path: str) -> str | None:
    """Everybody may read the bench's file. Raises ConfigError for a PIN in it."""
    if re.fullmatch("[0-9]{4,8}", path, re.ASCII):
        wanted = "wanted the path of a file with the PIN, not the PIN itself"
        raise ConfigError(None, "modem.pin_file", wanted)
    return _absolute(path) or None


def _name(option: str) -> str:
    return f"--{option.replace('_', '-')}"


def _write_new(path: Path, text: str, mode: int) -> None:
    """Create the file; one that is there is somebody's work and stays."""
    shown = click.format_filename(path)
    try:
        with os.fdopen(
            os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8"
        ) as file:
            file.write(text)
    except FileExistsError:
        raise click.ClickException(f"{shown} is there already, and is not overwritten") from None
    except OSError as error:
        raise click.ClickException(f"{shown} can't be written: {error.strerror}") from None
