"""The command `access`: who may do what, and why. It needs no modem, and changes nothing."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from apn_config.cli import show_json
from apn_config.config import DEFAULT_PATH, Config, load

if TYPE_CHECKING:
    from apn_config.access import Explanation
    from apn_config.judgement import Judgement
    from apn_config.model import Device, Message, Parsed, Sender
    from apn_config.reader import Reader

_REFUSED = 4
# Only the daemon's store knows these, and what a message brings there is used up.
NOT_LOOKED_AT = ("lock-out", "counters", "what was taken before", "rates", "set-up window")
_MISSES = {
    "signature": "no: it is about signed commands",
    "sender": "no: about other senders",
    "dialect": "no: about other dialects",
    "key": "no: about other keys",
    "verb": "no: about other verbs",
}
_IDENTITY = ("imei", "iccid", "imsi")


@click.group(epilog='Example: modem-helper access explain --from 12345 --text "APN em"')
def access() -> None:
    """Tell who may do what by SMS."""


def _octets(_ctx: click.Context, _param: click.Parameter, value: str | None) -> bytes | None:
    if value is None:
        return None
    try:
        return bytes.fromhex(value)
    except ValueError:
        raise click.BadParameter("wanted octets in hexadecimal") from None


@access.command("explain")
@click.option("--from", "sender", required=True, help="The sender: digits, +digits, or a name.")
@click.option("--text", help="The text of the SMS.")
@click.option("--data", callback=_octets, metavar="HEX", help="In its place, the octets of one.")
@click.option("--port", type=click.IntRange(0, 65535), help="The port that it is addressed to.")
@click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path, dir_okay=False),
    default=DEFAULT_PATH,
    show_default=True,
    help="Configuration file.",
)
@click.option("--iccid", default="", help="The card's ICCID. Default: what the daemon knows.")
@click.option("--imei", default="", help="The modem's IMEI. Default: what the daemon knows.")
@click.option("--imsi", default="", help="The card's IMSI. Default: what the daemon knows.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")
def access_explain(
    sender: str,
    text: str | None,
    data: bytes | None,
    port: int | None,
    config_path: Path,
    iccid: str,
    imei: str,
    imsi: str,
    as_json: bool,
) -> None:
    """Tell which rule decides about an SMS, and why.

    The rules stand in their order; the first one that is about the message decides. It ends with 0
    where the message would be carried out or answered, and with 4 where there would be silence.

    \b
    Example:
      modem-helper access explain --from 12345 --text "#17 APN em"
      modem-helper access explain --from 12345 --data 0605040B8423F0... --port 2948
    """
    from apn_config.model import Device, Message

    if (text is None) == (data is None):
        raise click.UsageError("wanted --text or --data")
    given = Device(imei, iccid, imsi)
    found = look(load(config_path), Message(text, data, port), sender, given)
    if as_json:
        show_json(as_json_of(found))
    else:
        for line in lines_of(found):
            click.echo(line)
    if found.verdict == "silence":
        sys.exit(_REFUSED)


def _known(config: Config, given: Device, parsed: Parsed) -> Device:
    """What the command line says of the device, and what the running daemon knows beside.

    That is asked for only where the message is proven by it.
    """
    from apn_config.control import ControlClient, ControlError
    from apn_config.model import Mac, NotForUs, Signature

    if isinstance(parsed, NotForUs):
        return given
    by_card = isinstance(parsed.proof, Signature | Mac)
    if not by_card and parsed.device is None:
        return given
    try:
        client = ControlClient.connect(config.control.socket)
        if client is None:
            return given
        with closing(client):
            modem = client.call("status")["modem"] or {}
    except ControlError:  # another user's, or a daemon that is going
        return given
    told = {name: getattr(given, name) or modem.get(name) or "" for name in _IDENTITY}
    return replace(given, **told)


@dataclass(frozen=True, slots=True)
class Found:
    """What becomes of a message by reading and rules alone."""

    sender: str
    read: str
    parsed: Parsed
    judged: Judgement
    explanation: Explanation | None
    key: str | None
    answer: str | None
    reply_to: str | None

    @property
    def verdict(self) -> str:
        """silence, answer or execute."""
        return type(self.judged).__name__.lower()

    @property
    def why(self) -> str | None:
        """Why there is silence, or an error."""
        from apn_config.judgement import Answer, Silence

        if isinstance(self.judged, Silence):
            return self.judged.why
        return self.judged.outcome.reason if isinstance(self.judged, Answer) else None

    @property
    def rule(self) -> str | None:
        """The one that decides."""
        from apn_config.access import Allowed

        verdict = None if self.explanation is None else self.explanation.verdict
        if isinstance(verdict, Allowed):
            return verdict.rule
        return None if verdict is None else verdict.rule

    @property
    def dialect(self) -> str | None:
        """In which it is."""
        return getattr(self.parsed, "dialect", None)

    @property
    def verb(self) -> str | None:
        """What it asks for, where it is understood."""
        from apn_config.model import Command, Verb

        if not isinstance(self.parsed, Command):
            return None
        own = self.parsed.verb is Verb.OWN and self.parsed.words
        return own[0] if own else self.parsed.verb.value


def look(config: Config, message: Message, sender: str, given: Device) -> Found:
    """Read a message and ask the rules. Raises ConfigError, UnknownDialect."""
    from apn_config.access import Access
    from apn_config.access_secrets import load_secrets
    from apn_config.judgement import Judge, Silence
    from apn_config.model import Form, NotForUs
    from apn_config.reader import Reader, redacted

    secrets, reader = load_secrets(config), Reader.for_config(config)
    rules, who = Access(config.access, secrets), _sender(sender)
    parsed = reader.read(message)
    device = _known(config, given, parsed)
    explanation = None
    if isinstance(parsed, NotForUs):
        judged: Judgement = Silence(parsed.why)
    else:
        explanation = rules.explain(who, parsed, device)
        judged = Judge.given(parsed, explanation.verdict, device)
    key = secrets.key_of(getattr(judged, "form", Form()).key)
    return Found(
        sender=sender,
        read=redacted(parsed, message),
        parsed=parsed,
        judged=judged,
        explanation=explanation,
        key=None if key is None else key.name,
        answer=_answer(judged, reader, device),
        reply_to=config.reply.to,
    )


def _sender(text: str) -> Sender:
    """As a message would carry it: a number in digits, anything else as a name."""
    from apn_config.model import Sender

    return Sender(text, alphanumeric=re.fullmatch(r"\+?[0-9*#]*", text) is None)


def _answer(judged: Judgement, reader: Reader, device: Device) -> str | None:
    """What would be said at once."""
    from datetime import UTC, datetime

    from apn_config.judgement import Answer
    from apn_config.voice import Voice

    if not isinstance(judged, Answer):
        return None
    voice = Voice(reader.dialects, device=lambda: device)
    return voice.say(judged.outcome, judged.form, datetime.now(tz=UTC))


# --- showing --------------------------------------------------------------------------------------


def as_json_of(found: Found) -> dict[str, Any]:
    """For scripts; the reasons are the journal's."""
    steps = () if found.explanation is None else found.explanation.steps
    return {
        "from": found.sender,
        "dialect": found.dialect,
        "verb": found.verb,
        "message": found.read,
        "rules": [
            {
                "name": step.rule,
                "about_it": step.misses is None,
                "misses": step.misses,
                "decides": step.decides,
            }
            for step in steps
        ],
        "verdict": found.verdict,
        "why": found.why,
        "rule": found.rule,
        "key": found.key,
        "to": found.reply_to,
        "answer": found.answer,
        "not_looked_at": list(NOT_LOOKED_AT),
    }


def lines_of(found: Found) -> list[str]:
    """For people."""
    from apn_config.display import columns, table

    rows: list[tuple[str, object]] = [("from", found.sender or '""'), ("message", found.read)]
    if found.dialect is not None:
        rows += [("dialect", found.dialect), ("verb", found.verb)]
    if found.key is not None:
        rows.append(("signed by", found.key))
    lines = table(rows)
    if found.explanation is not None and found.explanation.steps:
        lines += ["", *columns(("", "rule", "is it about this?"), _rule_rows(found.explanation))]
    lines += ["", *table(_verdict_rows(found))]
    return [*lines, "", f"Not looked at: {', '.join(NOT_LOOKED_AT)}."]


def _rule_rows(explanation: Explanation) -> Iterator[tuple[str, str, str]]:
    decided = False
    for step in explanation.steps:
        if step.misses is not None:
            yield " ", step.rule, _MISSES[step.misses]
        elif step.decides:
            yield ">", step.rule, "yes, and it decides"
        else:
            yield " ", step.rule, "yes, but one before it decides"
        decided = decided or step.decides
    if not decided:
        yield ">", "(none)", "nobody else may do anything"


def _verdict_rows(found: Found) -> Iterator[tuple[str, object]]:
    from apn_config.silences import why

    by = "" if found.rule is None else f" by rule {found.rule}"
    to = "" if found.reply_to is None else f", to {found.reply_to}"
    match found.verdict:
        case "silence":
            denied = "it is no command" if found.explanation is None else f"denied{by}"
            yield "verdict", f"silence: {denied}"
            yield "why", why(found.why or "")
        case "answer":
            yield "verdict", f"allowed{by}; answered at once{to}"
            yield "answer", found.answer
        case _:
            yield "verdict", f"allowed{by}; it would be carried out, then answered{to}"
