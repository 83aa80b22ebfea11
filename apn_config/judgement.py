"""What is to be done with a message: silence, an answer at once, or a command. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TypeAlias

from apn_config.access import Access, Denied, Verdict
from apn_config.model import (
    Command,
    Device,
    Form,
    Malformed,
    Message,
    NotForUs,
    Outcome,
    Proof,
    Result,
    Sender,
    Verb,
)
from apn_config.reader import Reader


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing is answered; `why` is for the log and the journal.

    `offence`: a secret was given, and it was wrong. `dialect` is in which.
    """

    why: str
    offence: bool = False
    dialect: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Answered without asking the modem anything; `verdict` is for the journal."""

    outcome: Outcome
    form: Form
    verdict: str
    proof: Proof | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Execute:
    """An authorised command that takes its turn; `rule` is the one that allows it."""

    command: Command
    form: Form
    rule: str = ""


Judgement: TypeAlias = Silence | Answer | Execute


@dataclass(frozen=True, slots=True)
class Judge:
    """Knows the dialects and who may what. What has to be remembered is `admission`'s."""

    reader: Reader
    access: Access

    def judge(self, message: Message, sender: Sender, device: Device) -> Judgement:
        """Read a message and decide.

        Whoever may not command gets silence, whatever the text: an error would tell that there is
        somebody who listens, and each answer costs money.
        """
        parsed = self.reader.read(message)
        if isinstance(parsed, NotForUs):
            return Silence(parsed.why)
        return self.given(parsed, self.access.decide(sender, parsed, device), device)

    @staticmethod
    def given(parsed: Command | Malformed, verdict: Verdict, device: Device) -> Judgement:
        """What follows from what the rules say."""
        if isinstance(verdict, Denied):
            return Silence(verdict.reason, verdict.offence, parsed.dialect)
        form = replace(parsed.form, key=verdict.key, iccid=verdict.key and device.iccid)
        if isinstance(parsed, Malformed):
            outcome = Outcome(Result.ERR, reason=parsed.reason, word=parsed.verb, at=parsed.at)
            return Answer(outcome, form, parsed.reason, parsed.proof)
        if parsed.verb in (Verb.PING, Verb.HELP):
            outcome = Outcome(Result.OK, parsed.verb)
            return Answer(outcome, form, "answered", parsed.proof)
        return Execute(parsed, form, verdict.rule)

    def again(self, message: Message, sender: Sender, form: Form) -> Judgement:
        """Judge a message that was let in before; it was stored as a command of that `form`.

        The configuration may have changed since. What was proven is not proven again: an IMSI may
        be another one by now.
        """
        parsed = self.reader.read_as(message, form.dialect)
        if not isinstance(parsed, Command):
            return Silence("not-understood-any-more")
        verdict = self.access.still_allows(sender, parsed, form)
        if isinstance(verdict, Denied):
            return Silence(verdict.reason)
        return Execute(parsed, form, verdict.rule)
