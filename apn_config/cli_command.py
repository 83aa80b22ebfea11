"""The command `command`: what an SMS would do. It works without a modem, and changes nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from apn_config.config import DEFAULT_PATH, Config, load
from apn_config.spans import shown_span

if TYPE_CHECKING:
    from apn_config.judgement import Judgement
    from apn_config.model import ApnRequest, Sender

_WHY = {
    "no-access": "the configuration has no section [access], so nobody may command",
    "not-listed": "the sender is not in [access] senders",
    "pin-missing": "the PIN word is missing",
    "pin-wrong": "the PIN word is wrong",
}


@click.group(epilog='Example: modem-helper command check --from 12345 --text "APN em"')
def command() -> None:
    """Tell what an SMS would do."""


@command.command("check")
@click.option("--from", "sender", required=True, help="The sender: digits, +digits, or a name.")
@click.option("--text", required=True, help="The text of the SMS.")
@click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path, dir_okay=False),
    default=DEFAULT_PATH,
    show_default=True,
    help="Configuration file.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")
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
    if asked.verb in (Verb.APN_READ, Verb.APN_SET, Verb.APN_ROLLBACK, Verb.APN_KEEP):
        verdict["cid"] = understood.apn.cid
    if request is not None:
        verdict |= {"apn": request.name, **_request(request)}
    if request is not None and request.cid is not None:
        verdict["cid"] = request.cid
        if request.cid not in understood.apn.allowed_cids:
            text = replies.err(None, "bad-cid", tag=asked.tag)
            verdict |= _answer(text, "bad-cid", understood)
    return verdict


_REQUEST_KEYS = ("user", "password", "auth", "type", "for")


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
        "for": None if request.trial_s is None else shown_span(request.trial_s),
    }
