"""The command `command`: what an SMS would do. It works without a modem, and changes nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from apn_config.cli_omacp import command_make
from apn_config.cli_sign import command_sign, command_verify_answer
from apn_config.config import DEFAULT_PATH, Config, load
from apn_config.spans import shown_span

if TYPE_CHECKING:
    from apn_config.judgement import Judgement
    from apn_config.model import ApnRequest, Form, Outcome


@click.group(epilog='Example: modem-helper command check --from 12345 --text "APN em"')
def command() -> None:
    """Tell what an SMS would do."""


command.add_command(command_make)
command.add_command(command_sign)
command.add_command(command_verify_answer)


@command.command("check")
@click.option("--from", "sender", help="The sender: digits, +digits, or a name.")
@click.option("--text", help="The text of the SMS.")
@click.option(
    "--omacp",
    metavar="FILE|HEX",
    help="Instead of both, an OMA CP message: octets, hex lines or PDUs; - is standard input.",
)
@click.option(
    "--pin-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="With --omacp, file with the PIN. Default: the configuration's.",
)
@click.option("--imsi", default="", help="With --omacp, IMSI of the device's card.")
@click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path, dir_okay=False),
    default=DEFAULT_PATH,
    show_default=True,
    help="Configuration file.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")
def command_check(
    sender: str | None,
    text: str | None,
    omacp: str | None,
    pin_file: Path | None,
    imsi: str,
    config_path: Path,
    as_json: bool,
) -> None:
    """Tell what an SMS would do, without doing it.

    silence: nobody is answered, and why. answer: this text goes to the number of [reply]. execute:
    the device would carry it out, and answer then.

    \b
    Examples:
      modem-helper command check --from 12345 --text "#17 APN em" --config config.toml
      modem-helper command check --omacp message.hex --pin-file pin
    """
    if omacp is not None and (sender, text) != (None, None):
        raise click.UsageError("--omacp is a message of its own: without --from and --text")
    if omacp is not None:
        from apn_config.cli_omacp_check import check_command

        # Without --config, one that isn't there isn't wanted: the message alone is looked at.
        wanted = config_path != DEFAULT_PATH or config_path.exists()
        check_command(omacp, load(config_path) if wanted else None, pin_file, imsi, as_json=as_json)
        return
    if sender is None or text is None:
        raise click.UsageError("wanted --from and --text, or --omacp")
    if pin_file is not None or imsi:
        raise click.UsageError("--pin-file and --imsi go with --omacp")
    from apn_config.cli_access import look
    from apn_config.model import Device, Message

    understood = load(config_path)
    found = look(understood, Message(text), sender, Device())
    verdict = _verdict(found.judged, understood)
    if as_json:
        click.echo(json.dumps(verdict))
        return
    from apn_config.display import table

    for line in table((name, value) for name, value in verdict.items() if value is not None):
        click.echo(line)


def _verdict(judgement: Judgement, understood: Config) -> dict[str, Any]:
    """What becomes of the message; every key is always there, None where it doesn't apply."""
    from apn_config.judgement import Answer, Silence
    from apn_config.model import Outcome, Result, Verb
    from apn_config.silences import why

    verdict: dict[str, Any] = dict.fromkeys(VERDICT_KEYS)
    if isinstance(judgement, Silence):
        return verdict | {"verdict": "silence", "why": why(judgement.why)}
    if isinstance(judgement, Answer):
        text = _said(judgement.outcome, judgement.form, understood)
        return verdict | _answer(text, judgement.verdict, understood)
    asked, request = judgement.command, judgement.command.request
    verdict |= {"verdict": "execute", "tag": asked.tag, "verb": asked.verb.value}
    if asked.verb in (Verb.APN_READ, Verb.APN_SET, Verb.APN_ROLLBACK, Verb.APN_KEEP):
        verdict["cid"] = understood.apn.cid
    if request is not None:
        verdict |= {"apn": request.name, **request_values(request)}
    if request is not None and request.cid is not None:
        verdict["cid"] = request.cid
        if request.cid not in understood.apn.allowed_cids:
            refused = Outcome(Result.ERR, reason="bad-cid")
            text = _said(refused, judgement.form, understood)
            verdict |= _answer(text, "bad-cid", understood)
    return verdict


def _said(outcome: Outcome, form: Form, understood: Config) -> str:
    from datetime import UTC, datetime

    from apn_config.reader import Reader
    from apn_config.voice import Voice

    voice = Voice(Reader.for_config(understood).dialects)
    return voice.say(outcome, form, datetime.now(tz=UTC))


VERDICT_KEYS = (
    *("verdict", "why", "to", "text", "tag", "verb", "cid", "apn"),
    *("user", "password", "auth", "type", "for"),
)


def _answer(text: str, why: str, understood: Config) -> dict[str, Any]:
    return {"verdict": "answer", "why": why, "to": understood.reply.to, "text": text}


def request_values(request: ApnRequest) -> dict[str, Any]:
    """What is asked of user, password, auth and type; None is "as it is"."""
    password = None if request.password is None else "given" if request.password else "cleared"
    return {
        "user": request.user,
        "password": password,
        "auth": None if request.auth is None else request.auth.value,
        "type": None if request.type is None else request.type.value,
        "for": None if request.trial_s is None else shown_span(request.trial_s),
    }
