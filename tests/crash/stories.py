"""What is sent to the device, and what may become of each message. A new story is a line.

A message is answered in one of its outcomes; an outcome names the beginnings of its answers, in
order, and the values that the attach context takes because of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

PIN_WORD = "watchword"
# Of the network's settings: these two exist, any other APN is refused.
START_APN = "em"
APNS = (START_APN, "other")


class Cue(Enum):
    """When a message is sent."""

    ANSWERED = "the one before is done with"
    TOGETHER = "together with the one before"
    APPLIED = "the context has taken another value"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the answers begin, behind the tag, and the values that the context takes."""

    answers: tuple[str, ...]
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sms:
    """A command; `again`: the network delivers it once more, when it is done with."""

    text: str
    outcomes: tuple[Outcome, ...]
    cue: Cue = Cue.ANSWERED
    again: bool = False

    @property
    def tag(self) -> str:
        """By which its answers are known."""
        return self.text.split()[0]


@dataclass(frozen=True, slots=True)
class Story:
    """Messages in their order. `once` is an AT command that the modem may get once at most.

    `pin`: commands need the PIN word. `dropped`: when the modem takes the one APN, the network
    gives up the other. `damaged`: the store is, from the begin. `off_s` is how long the daemon is
    off after each of its deaths. `options` are the bench's.
    """

    messages: tuple[Sms, ...]
    once: str | None = None
    pin: bool = False
    damaged: bool = False
    off_s: float = 0.0
    dropped: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, object] = field(default_factory=dict)


def ping(tag: str) -> Sms:
    """Answered without asking the modem."""
    return Sms(f"{tag} PING", (Outcome(("OK PING",)),))


def read(tag: str) -> Sms:
    """Answered after asking the modem."""
    return Sms(f"{tag} APN", (Outcome(("OK APN ",)),))


def good(tag: str, apn: str, more: str = "") -> Sms:
    """An APN that serves."""
    return Sms(f"{tag} APN {apn}{more}", (Outcome((f"OK APN {apn}",), (apn,)),))


def bad(tag: str, kept: str) -> Sms:
    """An APN that the network doesn't know."""
    outcome = Outcome((f"ROLLBACK APN nosuch kept={kept}",), ("nosuch", kept))
    return Sms(f"{tag} APN nosuch", (outcome,))


def trial(tag: str, *more: str, values: tuple[str, ...]) -> Sms:
    """An APN on trial; `more` answers follow when it is over."""
    return Sms(f"{tag} APN other for=10m", (Outcome(("OK APN other", *more), values),))


def reboot(tag: str) -> Sms:
    """At most once: who was interrupted says so."""
    answers = ("OK REBOOT MODEM", "ERR reason=interrupted", "ERR reason=no-answer")
    return Sms(f"{tag} REBOOT MODEM", tuple(Outcome((answer,)) for answer in answers))


def secret(sms: Sms) -> Sms:
    """The same, with the PIN word."""
    tag, rest = sms.text.split(" ", 1)
    return replace(sms, text=f"{tag} PIN {PIN_WORD} {rest}")


def weary(story: Story) -> Story:
    """The same where a modem may fail a command so often that its sender is told."""
    told = Outcome(("ERR reason=modem-error",))
    messages = (replace(sms, outcomes=(*sms.outcomes, told)) for sms in story.messages)
    return replace(story, messages=tuple(messages))


def late(story: Story) -> Story:
    """The same where a deadline may pass meanwhile: the change is undone then, or never made."""
    messages, held = [], START_APN
    for sms in story.messages:
        more: tuple[Outcome, ...] = ()
        if values := sms.outcomes[0].values:
            answers = (f"ROLLBACK APN {values[0]} kept={held}",)
            more = (Outcome(answers, (values[0], held)), Outcome(answers))
            held = values[-1]
        messages.append(replace(sms, outcomes=(*sms.outcomes, *more)))
    return replace(story, messages=tuple(messages))


_LONG = f" user=someone pass={'p' * 60} auth=pap" + " " * 100  # so much that it takes two messages
_LTE = {"lte_only": True}

ALL_STORIES = {
    "good change": Story((good("#1", "other"),), options=_LTE),
    "bad change": Story((bad("#1", "em"),), options=_LTE),
    "bad change, 3G to fall back to": Story((bad("#1", "em"),)),
    "ping": Story((ping("#1"), replace(ping("#2"), again=True))),
    "two parts": Story((good("#1", "other", _LONG), read("#2"))),
    "reboot": Story((reboot("#1"), ping("#2")), once=r"AT\+CRESET"),
    "a second change while one runs": Story(
        (good("#1", "other"), replace(good("#2", "em"), cue=Cue.APPLIED)), options=_LTE
    ),
    "a trial that ends": Story(
        (trial("#1", "ROLLBACK APN other kept=em", values=("other", "em")),), options=_LTE
    ),
    "a trial that is kept": Story(
        (
            trial("#1", values=("other",)),
            Sms("#2 APN KEEP", (Outcome(("OK APN KEEP other",)),)),
        ),
        options=_LTE,
    ),
    "last resort": Story(
        (
            good("#1", "other"),
            Sms(
                "#2 APN nosuch",
                (Outcome(("ROLLBACK APN nosuch kept=em",), ("nosuch", "other", "em")),),
            ),
        ),
        dropped={"nosuch": "other"},
        options=_LTE,
    ),
    # Longer than all deadlines, so it may be given up before it is written; the former APN isn't
    # the default that is resorted to.
    "bad change, off for long": Story(
        (
            Sms(
                "#1 APN nosuch",
                (
                    *bad("#1", "other").outcomes,
                    Outcome(("ROLLBACK APN nosuch kept=other reason=timeout",)),
                ),
            ),
        ),
        off_s=300.0,
        options={**_LTE, "start_apn": "other"},
    ),
    "good behind bad": Story(
        (bad("#1", "em"), replace(good("#2", "other"), cue=Cue.TOGETHER)), options=_LTE
    ),
    "a damaged store": Story((good("#1", "other"),), damaged=True, options=_LTE),
    "secrets": Story(
        (
            secret(ping("#1")),
            secret(good("#2", "other", " user=someone pass=hidden")),
            secret(read("#3")),
        ),
        pin=True,
        options=_LTE,
    ),
    # One of each kind, for the disk: what counts there is what is written.
    "mixed": Story(
        (
            ping("#1"),
            good("#2", "other"),
            bad("#3", "other"),
            replace(good("#4", "em", _LONG), again=True),
            read("#5"),
        ),
        options=_LTE,
    ),
}
