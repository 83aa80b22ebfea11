"""The commands `config` and `command`: what the configuration says, and what an SMS would do.

Neither talks to the modem, so both work beside the daemon and without a modem.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from apn_config.config import DEFAULT_PATH, Config, ConfigError, load, parse

if TYPE_CHECKING:
    from apn_config.judgement import Judgement
    from apn_config.model import Apn, ApnRequest, Sender

_BY_ID = Path("/dev/serial/by-id")
_USUAL_PORT = "/dev/ttyUSB2"
_OPTIONS = {"modem.port": "--port", "reply.to": "--reply-to", "access.senders": "--sender"}
_WHY = {
    "no-access": "the configuration has no section [access], so nobody may command",
    "not-listed": "the sender is not in [access] senders",
    "pin-missing": "the PIN word is missing",
    "pin-wrong": "the PIN word is wrong",
}


class _NoPermission(click.ClickException):
    exit_code = 6


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
    "--output",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    default=DEFAULT_PATH,
    show_default=True,
    help="The file to write, which must not be there yet; - prints it.",
)
def config_init(
    port: str | None, reply_to: str | None, senders: tuple[str, ...], output: Path
) -> None:
    """Write a configuration file with a comment on every key.

    Without --port it names the AT port of a modem that is plugged in, as far as its name tells.

    \b
    Example:
      modem-helper config init --reply-to 1234 --sender 12345 --sender emnify
      modem-helper config init --port /dev/ttyUSB2 --output -
    """
    from apn_config.config_template import render

    found = _found_ports()
    if port is None:
        port = _likely_port(found)
    elif "://" not in port and port:
        port = str(Path(port).absolute())
    text = render(port, reply_to, senders, found)
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
    for warning in understood.warnings:
        click.echo(f"warning: {warning}")
    if reply_to is None:
        click.echo("Set [reply] to: the short number that gets the answers.")
    click.echo(f"Next: modem-helper config check --config {shown}")


@click.group(epilog='Example: modem-helper command check --from 12345 --text "APN em"')
def command() -> None:
    """Tell what an SMS would do."""


@command.command("check")
@click.option("--from", "sender", required=True, help="The sender: digits, +digits, or a name.")
@click.option("--text", required=True, help="The text of the SMS.")
@_config_option
@_json_option
def command_check(sender: str, text: str, config_path: Path, as_json: bool) -> None:
    """Tell what an SMS would do, without doing it.

    silence: nobody is answered, and why. answer: this text goes to the number of [reply]. execute:
    the device would carry it out, and answer then.

    \b
    Example:
      modem-helper command check --from 12345 --text "#17 APN em" --config config.toml
    """
    from apn_config.judgement import judge_text

    understood = load(config_path)
    who = _sender(sender)
    judgement = judge_text(text, who, understood.access, understood.pin_word())
    verdict = _verdict(judgement, understood)
    if as_json:
        click.echo(json.dumps(verdict))
        return
    from apn_config.display import table

    for line in table((name, value) for name, value in verdict.items() if value is not None):
        click.echo(line)


# --- config check ---------------------------------------------------------------------------------


def _report(understood: Config) -> dict[str, Any]:
    """Everything but secrets; ConfigError for what `run` would end for, secret files included."""
    port = understood.require_port()
    reply_to = understood.require_reply_to()
    pin_word, sim_pin = understood.pin_word(), understood.sim_pin()
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
        "reply": {"to": reply_to},
        "access": None
        if access is None
        else {
            "senders": list(access.senders),
            "pin_word": pin_word is not None,
            "max_age_h": access.max_age_h,
        },
        "apn": {
            "applier": apn.applier,
            "cid": apn.cid,
            "allowed_cids": list(apn.allowed_cids),
            "enforce": apn.enforce,
            "verify_timeout_s": apn.verify_timeout_s,
            "rollback_timeout_s": apn.rollback_timeout_s,
            "channel_timeout_s": apn.channel_timeout_s,
            "fallback": None if apn.fallback is None else _fallback(apn.fallback),
        },
        "store": {"path": str(understood.store.path)},
        "control": {"socket": str(understood.control.socket)},
        "recovery": {"radio_cycles_per_day": understood.recovery.radio_cycles_per_day},
        "port": use,
        "warnings": [*understood.warnings, *_port_warnings(port, use)],
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
    from modem import holders, modem_manager_running

    is_device = "://" not in port
    return {
        "present": Path(port).exists() if is_device else None,
        "holders": [
            {"pid": holder.pid, "name": holder.name}
            for holder in (holders(port) if is_device else ())
        ],
        "modem_manager": modem_manager_running(),
    }


def _port_warnings(port: str, use: dict[str, Any]) -> list[str]:
    found = []
    if use["present"] is False:
        found.append(f"modem.port: there is no {port} now")
    if use["modem_manager"] and use["present"] is not None:
        found.append(
            "modem.port: ModemManager runs, and two programs can't drive one port; keep it off "
            "with the udev property ID_MM_PORT_IGNORE=1, or stop it"
        )
    return found


def _rows(report: dict[str, Any]) -> list[tuple[str, object]]:
    """The report as dotted names and values."""
    rows: list[tuple[str, object]] = [("file", report["path"])]
    for section in ("modem", "reply", "access", "apn", "store", "control", "recovery"):
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
    """SIM7600 and EC25 have the AT port on USB interface 2, behind diagnostics and NMEA."""
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


# --- command check --------------------------------------------------------------------------------


def _sender(text: str) -> Sender:
    """As a message would carry it: a number in digits, anything else as a name."""
    from apn_config.model import Sender

    return Sender(text, alphanumeric=re.fullmatch(r"\+?[0-9]*", text) is None)


def _verdict(judgement: Judgement, understood: Config) -> dict[str, Any]:
    """What becomes of the message; every key is always there, None where it doesn't apply."""
    from apn_config import replies
    from apn_config.judgement import Answer, Silence
    from apn_config.model import Verb

    verdict: dict[str, Any] = dict.fromkeys(
        ("verdict", "why", "to", "text", "tag", "verb", "cid", "apn", *_REQUEST_KEYS)
    )
    if isinstance(judgement, Silence):
        return verdict | {"verdict": "silence", "why": _WHY.get(judgement.why, judgement.why)}
    if isinstance(judgement, Answer):
        return verdict | _answer(judgement.text, judgement.verdict, understood)
    asked, request = judgement.command, judgement.command.request
    verdict |= {"verdict": "execute", "tag": asked.tag, "verb": asked.verb.value}
    if asked.verb in (Verb.APN_READ, Verb.APN_SET, Verb.APN_ROLLBACK):
        verdict["cid"] = understood.apn.cid
    if request is not None:
        verdict |= {"apn": request.name, **_request(request)}
    if request is not None and request.cid is not None:
        verdict["cid"] = request.cid
        if request.cid not in understood.apn.allowed_cids:
            text = replies.err(None, "bad-cid", tag=asked.tag)
            verdict |= _answer(text, "bad-cid", understood)
    return verdict


_REQUEST_KEYS = ("user", "password", "auth", "type")


def _answer(text: str, why: str, understood: Config) -> dict[str, Any]:
    return {"verdict": "answer", "why": why, "to": understood.reply.to, "text": text}


def _request(request: ApnRequest) -> dict[str, Any]:
    """What is asked of user, password, auth and type; None is "as it is"."""
    password = None if request.password is None else "given" if request.password else "cleared"
    return {
        "user": request.user,
        "password": password,
        "auth": None if request.auth is None else request.auth.value,
        "type": None if request.type is None else request.type.value,
    }
