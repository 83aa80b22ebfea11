"""The command `config`: what the configuration says, and who else uses the modem.

It doesn't talk to the modem, so it works beside the daemon and without a modem.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from apn_config.config import DEFAULT_PATH, Config, ConfigError, load, parse
from apn_config.config_apn import APPLIERS

if TYPE_CHECKING:
    from apn_config.config_commands import CommandsConfig
    from apn_config.config_recovery import RecoveryConfig
    from apn_config.model import Apn

_BY_ID = Path("/dev/serial/by-id")
# Names that the packaged udev rule gives: `at`, and one for each socket that has a known modem.
_BY_RULE = Path("/dev/modem-helper")
_USUAL_PORT = "/dev/ttyUSB2"
_OPTIONS = {"modem.port": "--port", "reply.to": "--reply-to", "access.senders": "--sender"}


class _NoPermission(click.ClickException):
    exit_code = 6


class _Refused(click.ClickException):
    exit_code = 4


_config_option = click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path, dir_okay=False),
    default=DEFAULT_PATH,
    show_default=True,
    help="Configuration file.",
)
_json_option = click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")


@click.group(
    epilog="Example: modem-helper config init --reply-to 1234 --sender 12345 --output config.toml"
)
def config() -> None:
    """Check or write a configuration file."""


@config.command("check")
@_config_option
@_json_option
def config_check(config_path: Path, as_json: bool) -> None:
    """Show what is understood of a configuration file, and who uses the modem's port.

    A faulty file ends with exit code 78 and a line that names the key, what was wanted and what was
    there. What a secret file holds is checked and never shown.

    \b
    Example:
      modem-helper config check --config /etc/modem-helper/config.toml
    """
    report = _report(load(config_path))
    if as_json:
        click.echo(json.dumps(report))
        return
    from apn_config.display import safe, table

    for line in table(_rows(report)):
        click.echo(line)
    for warning in report["warnings"]:
        click.echo(f"warning: {safe(warning)}")


def _one_line(_ctx: click.Context, _param: click.Parameter, value: Any) -> Any:
    """A value, or several, that can stand in the file."""
    for text in (value,) if isinstance(value, str) else value or ():
        if not text.isprintable():
            raise click.BadParameter(f"wanted printable characters, got {text!r}")
    return value


@config.command("init")
@click.option("--port", callback=_one_line, help="Serial device, or tcp://HOST:PORT.")
@click.option("--reply-to", callback=_one_line, metavar="DIGITS", help="Where answers go.")
@click.option(
    "--sender",
    "senders",
    callback=_one_line,
    multiple=True,
    help="Who may command: a number or a name; may be given several times.",
)
@click.option(
    "--applier",
    type=click.Choice(APPLIERS),
    help="Who gives the APN to the system. Default: what fits whoever drives the modem.",
)
@click.option("--force", is_flag=True, help='Take "at" although ModemManager runs this modem.')
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    default=DEFAULT_PATH,
    show_default=True,
    help="The file to write, which must not be there yet; - prints it.",
)
def config_init(
    port: str | None,
    reply_to: str | None,
    senders: tuple[str, ...],
    applier: str | None,
    force: bool,
    output: Path,
) -> None:
    """Write a configuration file with a comment on every key.

    Without --port it names the AT port of a modem that is plugged in, as far as its name tells. It
    looks who else drives that modem, and refuses (exit code 4) what would work against it.

    \b
    Example:
      modem-helper config init --reply-to 1234 --sender 12345 --sender emnify
      modem-helper config init --port /dev/ttyUSB2 --output -
    """
    from apn_config.config_template import render
    from apn_config.who_drives import drivers_of

    found = _found_ports()
    if port is None:
        port = _likely_port(found)
    elif "://" not in port and port:
        port = str(Path(port).absolute())
    drivers = drivers_of(port)
    if applier == "at" and drivers.modem_manager and not force:
        raise _Refused(
            f"{drivers.why}, and would undo what another program sets; take --applier "
            f"{drivers.fitting}, keep ModemManager off the device (docs/beside-modemmanager.md), "
            "or say --force"
        )
    chosen = applier or ("at" if drivers.fitting == "ppp" else drivers.fitting)
    text = render(port, reply_to, senders, found, chosen)
    try:
        understood = parse(text.encode(), output)
    except ConfigError as error:
        hint = _OPTIONS.get(error.key or "")
        raise click.BadParameter(error.problem, param_hint=hint) from None
    if str(output) == "-":
        click.echo(text, nl=False)
        return
    _write_new(output, text)
    shown = click.format_filename(output)
    click.echo(f"Wrote {shown} for the modem on {port}.")
    click.echo(f'Applier "{chosen}": {drivers.why}.')
    for warning in understood.warnings:
        click.echo(f"warning: {warning}")
    if reply_to is None:
        click.echo("Set [reply] to: the short number that gets the answers.")
    click.echo(f"Next: modem-helper config check --config {shown}")


# --- config check ---------------------------------------------------------------------------------


def _report(understood: Config) -> dict[str, Any]:
    """Everything but secrets; ConfigError for what `run` would end for, secret files included."""
    port = understood.require_port()
    reply_to = understood.require_reply_to()
    from apn_config.access_secrets import load_secrets

    secrets, sim_pin = load_secrets(understood), understood.sim_pin()
    use = _port_use(port)
    access, apn = understood.access, understood.apn
    return {
        "path": str(understood.path),
        "modem": {
            "port": port,
            "baud": understood.modem.baud,
            "sim_pin": sim_pin is not None,
            "sweep_s": understood.modem.sweep_s,
        },
        "reply": {
            "to": reply_to,
            "status_report": understood.reply.status_report,
            "expire_h": understood.reply.expire_h,
        },
        "access": None
        if access is None
        else {
            "senders": list(access.senders),
            "pin_word": secrets.pin_word is not None,
            "max_age_h": access.max_age_h,
            "rules": [rule.name for rule in access.rules],
            "keys": [key.name for key in secrets.keys],
        },
        "dialects": {
            "enabled": list(understood.dialects.enabled),
            "passwords": sorted(secrets.passwords),
        },
        "commands": {
            "reboot_host": bool(understood.commands.reboot_host),
            "own": sorted(understood.commands.own),
        },
        "apn": {
            "applier": apn.applier,
            "cid": apn.cid,
            "allowed_cids": list(apn.allowed_cids),
            "enforce": apn.enforce,
            "default": apn.default,
            "verify": apn.verify.value,
            "probe": None if apn.probe is None else f"{apn.probe.kind} {apn.probe.target}",
            "verify_timeout_s": apn.verify_timeout_s,
            "rollback_timeout_s": apn.rollback_timeout_s,
            "channel_timeout_s": apn.channel_timeout_s,
            "stop_timeout_s": apn.stop_timeout_s,
            "fallback": None if apn.fallback is None else _fallback(apn.fallback),
        },
        "store": {"path": str(understood.store.path)},
        "control": {"socket": str(understood.control.socket)},
        "recovery": _recovery(understood.recovery),
        "port": use,
        "warnings": [
            *understood.warnings,
            *_port_warnings(port, use, apn.applier),
            *_command_warnings(understood.commands),
        ],
    }


def _recovery(recovery: RecoveryConfig) -> dict[str, Any]:
    return {
        "radio_cycles_per_day": recovery.radio_cycles_per_day,
        "resets_per_day": recovery.resets_per_day,
        "power_cycles_per_day": recovery.power_cycles_per_day,
        "power": None if recovery.power is None else recovery.power.kind,
    }


def _fallback(apn: Apn) -> dict[str, Any]:
    credentials = apn.credentials
    assert credentials is not None  # the configuration always knows them
    return {
        "apn": apn.name,
        "type": apn.type.value,
        "user": credentials.user,
        "auth": credentials.auth.value,
        "password": bool(credentials.password),
    }


def _port_use(port: str) -> dict[str, Any]:
    """Is the port there, and who drives it? `present` is None for one that is no device file."""
    from apn_config.who_drives import drivers_of
    from modem import holders

    is_device = "://" not in port
    drivers = drivers_of(port)
    return {
        "present": Path(port).exists() if is_device else None,
        "holders": [
            {"pid": holder.pid, "name": holder.name}
            for holder in (holders(port) if is_device else ())
        ],
        "modem_manager": drivers.modem_manager,
        "network_manager": drivers.network_manager,
        "pppd": drivers.pppd,
        "net_driver": drivers.net_driver,
        "fitting_applier": drivers.fitting,
    }


def _port_warnings(port: str, use: dict[str, Any], applier: str) -> list[str]:
    found = []
    if use["present"] is False:
        found.append(f"modem.port: there is no {port} now")
    if use["modem_manager"] and use["present"] is not None:
        found.append(
            "modem.port: ModemManager runs, and two programs can't drive one port; keep it off "
            "with the udev property ID_MM_PORT_IGNORE=1 (docs/beside-modemmanager.md), or stop it"
        )
        if applier == "at":
            found.append(
                f'apn.applier: "at" works against ModemManager; "{use["fitting_applier"]}" fits'
            )
    return found


def _command_warnings(commands: CommandsConfig) -> list[str]:
    """What would be answered `not-started`, after the answer to REBOOT HOST was sent."""
    from importlib.metadata import entry_points

    from apn_config.verbs.own import GROUP

    found = []
    programs = {f"commands.own.{name}": own.program for name, own in commands.own.items()}
    for key, program in {"commands.reboot_host": commands.reboot_host, **programs}.items():
        if program and not _is_program(program[0]):
            found.append(f"{key}: there is no program {program[0]} now")
    for name, own in commands.own.items():
        if own.function is not None and not entry_points(group=GROUP, name=own.function):
            found.append(f"commands.own.{name}: there is no entry point {own.function} of {GROUP}")
    return found


def _is_program(name: str) -> bool:
    """As the daemon looks for it: from /, with a path of its own."""
    from shutil import which

    from apn_config.appliers.processes import CLEAN_ENVIRONMENT

    path = f"/{name}" if "/" in name and not name.startswith("/") else name
    return which(path, path=CLEAN_ENVIRONMENT["PATH"]) is not None


def _rows(report: dict[str, Any]) -> list[tuple[str, object]]:
    """The report as dotted names and values."""
    rows: list[tuple[str, object]] = [("file", report["path"])]
    for section in (
        "modem",
        "reply",
        "access",
        "dialects",
        "commands",
        "apn",
        "store",
        "control",
        "recovery",
    ):
        values = report[section]
        if values is None:
            rows.append((f"[{section}]", "absent"))
            continue
        for key, value in values.items():
            if key == "fallback" and value is not None:
                rows += [(f"apn.fallback.{name}", _word(each)) for name, each in value.items()]
            else:
                rows.append((f"{section}.{key}", _word(value)))
    use = report["port"]
    names = ", ".join(f"{holder['name']} (pid {holder['pid']})" for holder in use["holders"])
    rows.append(("port present", _word(use["present"])))
    rows.append(("port held by", names or "nobody, as far as this user may see"))
    rows.append(("ModemManager runs", _word(use["modem_manager"])))
    rows.append(("applier that fits", use["fitting_applier"]))
    return rows


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(each) or '""' for each in value)
    return f"{value:g}" if isinstance(value, float) else "" if value is None else str(value)


# --- config init ----------------------------------------------------------------------------------


def _found_ports() -> list[str]:
    """The stable names of the serial ports on USB."""
    try:
        return sorted(str(link) for link in _BY_ID.iterdir() if str(link).isprintable())
    except OSError:  # the directory is there only while one is plugged in
        return []


def _likely_port(found: list[str]) -> str:
    """What udev says is an AT port. Else SIM7600 and EC25 have it on USB interface 2, behind
    diagnostics and NMEA.
    """
    if ruled := sorted(_BY_RULE.glob("at-*")):
        return str(_BY_RULE / "at" if len(ruled) == 1 else ruled[0])
    at_ports = [port for port in found if "-if02" in port]
    return next(iter(at_ports or found), _USUAL_PORT)


def _write_new(path: Path, text: str) -> None:
    """Create the file; one that is there is somebody's work and stays.

    Everybody may read it, as `info` and `apn show` of any user do: secrets have files of their own.
    """
    shown = click.format_filename(path)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise click.ClickException(
            f"{shown} is there already, and is not overwritten; --output names another file"
        ) from None
    except FileNotFoundError:
        directory = click.format_filename(path.parent)
        raise click.ClickException(f"there is no directory {directory}; make it first") from None
    except OSError as error:
        kind = _NoPermission if isinstance(error, PermissionError) else click.ClickException
        raise kind(f"{shown} can't be written: {error.strerror}") from None
