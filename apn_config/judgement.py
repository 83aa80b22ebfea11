"""What is to be done with the text of a message: silence, an answer at once, or a command. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from apn_config import replies
from apn_config.access import Denied, decide
from apn_config.config import AccessConfig
from apn_config.dialects.plain import parse
from apn_config.model import Command, Malformed, NotForUs, Sender, Verb


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing is answered; `why` is for the log and the journal."""

    why: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Answered without asking the modem anything; `verdict` is for the journal."""

    text: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Execute:
    """An authorised command that takes its turn."""

    command: Command


Judgement: TypeAlias = Silence | Answer | Execute


def judge_text(
    text: str, sender: Sender, access: AccessConfig | None, pin: str | None
) -> Judgement:
    """Read a message and decide.

    Whoever may not command gets silence, whatever the text: an error would tell that there is
    somebody who listens, and each answer costs money.
    """
    parsed = parse(text)
    if isinstance(parsed, NotForUs):
        return Silence(parsed.why)
    verdict = decide(access, sender, parsed, pin)
    if isinstance(verdict, Denied):
        return Silence(verdict.reason)
    if isinstance(parsed, Malformed):
        answer = replies.err(parsed.verb, parsed.reason, tag=parsed.tag, at=parsed.at)
        return Answer(answer, parsed.reason)
    if parsed.verb is Verb.PING:
        return Answer(replies.ok("PING", (), parsed.tag), "answered")
    if parsed.verb is Verb.HELP:
        return Answer(replies.help_text(parsed.tag), "answered")
    return Execute(parsed)
