"""Faults as data: what goes wrong with a simulated modem, and when. A plan is frozen values.

What happens is `ACTIONS`, when it happens are the conditions of each `Fault`. What is counted and
drawn while a plan runs is in `mischief`; plans as TOML are read by `faultfile`. No fault is ever
set off by an AT command of its own: a host can't tell that it talks to a simulator.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from modem.at.results import CME_NAMES, CMS_NAMES
from modem.simulator.answers import PlainRefusal, Refusal


class Action(Enum):
    """What a fault does; the values are the words of a fault file."""

    # bytes under way
    DELAY = "delay"
    DROP = "drop"
    GARBLE = "garble"
    SPLIT = "split"
    GLUE = "glue"
    # a command line and its answer
    ECHO = "echo"
    REFUSE = "refuse"
    NO_PROMPT = "no-prompt"
    LATE_FINAL = "late-final"
    NO_FINAL = "no-final"
    NO_ANSWER = "no-answer"
    URC_BURST = "urc-burst"
    # the whole modem
    SILENT = "silent"
    REBOOT = "reboot"
    UNPLUG = "unplug"
    STORAGE_FULL = "storage-full"
    # unsolicited result codes, and messages
    URC_TWICE = "urc-twice"
    URC_LOST = "urc-lost"
    DUPLICATE = "duplicate"


class Direction(Enum):
    """Which way bytes go."""

    FROM_MODEM = "from-modem"
    TO_MODEM = "to-modem"


class Occasion(Enum):
    """At what a fault may happen; the conditions on text are on what stands in parentheses."""

    COMMAND = "a command line (that line)"
    FROM_MODEM = "bytes for the host (the last command line)"
    TO_MODEM = "bytes from the host (the last command line)"
    URC = "an unsolicited result code (its first line)"
    MESSAGE = "a message that the modem took (its PDU)"


@dataclass(frozen=True, slots=True)
class Kind:
    """What an action is about: its occasion (None: by direction), and its parameters' defaults.

    A parameter whose default is None is one that the action doesn't have. An action that `alone`
    may be may come by time, without an occasion.
    """

    meaning: str
    occasion: Occasion | None = Occasion.COMMAND
    seconds: float | None = None
    octets: int | None = None
    code: str | None = None
    lines: tuple[str, ...] | None = None
    renamed: bool | None = None
    prefix: str = ""
    alone: bool = False


_LINES = ("+CREG: 5", "+CGREG: 5", "+CEREG: 5")

ACTIONS: dict[Action, Kind] = {
    Action.DELAY: Kind("bytes come so much later", None, seconds=1.0),
    Action.DROP: Kind("so many bytes of a portion are lost", None, octets=1),
    Action.GARBLE: Kind("so many bytes of a portion become others", None, octets=1),
    Action.SPLIT: Kind("a portion comes in pieces of so many bytes", None, seconds=0.01, octets=1),
    Action.GLUE: Kind("what comes within that time comes as one portion", None, seconds=0.2),
    Action.ECHO: Kind("the echo is on again", alone=True),
    Action.REFUSE: Kind("the line is refused, and not carried out", code="CME 14"),
    Action.NO_PROMPT: Kind("the prompt never comes"),
    Action.LATE_FINAL: Kind("the final result comes so much later", seconds=5.0),
    Action.NO_FINAL: Kind("the line is carried out; its final result is lost"),
    Action.NO_ANSWER: Kind("the line is carried out; all of its answer is lost"),
    Action.URC_BURST: Kind("URCs come right before the final result", lines=_LINES, alone=True),
    Action.SILENT: Kind("what is said and heard waits for so long", seconds=30.0, alone=True),
    Action.REBOOT: Kind("the modem restarts instead of answering", alone=True),
    Action.UNPLUG: Kind("the port is gone for so long", seconds=5.0, renamed=False, alone=True),
    Action.STORAGE_FULL: Kind("drafts fill the storage for so long", seconds=60.0, alone=True),
    Action.URC_TWICE: Kind("a URC comes twice", Occasion.URC, prefix="+CMTI"),
    Action.URC_LOST: Kind("a URC doesn't come", Occasion.URC, prefix="+CMTI"),
    Action.DUPLICATE: Kind("the SMS centre delivers again", Occasion.MESSAGE, seconds=1.0),
}


class FaultError(ValueError):
    """A fault that can't be: `key` and what was wanted of it."""

    def __init__(self, key: str, wanted: str) -> None:
        self.key = key
        super().__init__(f"{key}: {wanted}")


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. All its conditions have to hold; raises FaultError for what makes no sense.

    `prefix` and `pattern` (searched for) are compared without case with what the occasion's text
    is, a command line's leading AT aside. `nth` and `every` count the occasions that fit so far,
    from 1; `times` limits how often it happens. `after_s` and `for_s` are seconds since the plan
    was set. An action that may come by time alone does so at `after_s` where no other condition is
    given. None is the action's own value.
    """

    action: Action
    name: str = ""
    prefix: str | None = None
    pattern: str = ""
    nth: int = 0
    every: int = 0
    times: int = 0
    probability: float = 1.0
    after_s: float = 0.0
    for_s: float | None = None
    direction: Direction | None = None
    seconds: float | None = None
    octets: int | None = None
    code: str | None = None
    lines: tuple[str, ...] | None = None
    renamed: bool | None = None

    def __post_init__(self) -> None:
        kind = ACTIONS[self.action]
        for key in ("seconds", "octets", "code", "lines", "renamed"):
            if getattr(self, key) is not None and getattr(kind, key) is None:
                raise FaultError(key, f"{self.action.value} has none")
        if self.direction is not None and kind.occasion is not None:
            raise FaultError("direction", f"{self.action.value} has none")
        for key in ("nth", "every", "times"):
            if getattr(self, key) < 0:
                raise FaultError(key, "wanted a number from 1")
        if self.nth and self.every:
            raise FaultError("every", "wanted either nth or every")
        if not 0.0 <= self.probability <= 1.0:
            raise FaultError("probability", "wanted a number from 0 to 1")
        _check_span("after_s", self.after_s)
        _check_span("for_s", self.for_s)
        _check_span("seconds", self.seconds)
        if self.octets is not None and self.octets < 1:
            raise FaultError("octets", "wanted a number from 1")
        if self.code is not None:
            refusal(self.code)
        try:
            re.compile(self.pattern)
        except (re.error, OverflowError, RecursionError) as error:
            raise FaultError("pattern", f"no regular expression: {error}") from None

    @property
    def occasion(self) -> Occasion:
        """At what it may happen."""
        occasion = ACTIONS[self.action].occasion
        if occasion is not None:
            return occasion
        inwards = self.direction is Direction.TO_MODEM
        return Occasion.TO_MODEM if inwards else Occasion.FROM_MODEM

    @property
    def by_time(self) -> bool:
        """Does it come by itself, once, at `after_s`?"""
        conditions = (self.prefix, self.pattern, self.nth, self.every, self.times)
        return ACTIONS[self.action].alone and self.after_s > 0 and not any(conditions)

    @property
    def span_s(self) -> float:
        """`seconds`, or the action's own."""
        return (ACTIONS[self.action].seconds or 0.0) if self.seconds is None else self.seconds

    @property
    def size(self) -> int:
        """`octets`, or the action's own."""
        return self.octets or ACTIONS[self.action].octets or 1

    @property
    def urcs(self) -> tuple[str, ...]:
        """`lines`, or the action's own."""
        return (ACTIONS[self.action].lines or ()) if self.lines is None else self.lines

    @property
    def refusal(self) -> Refusal:
        """What `code`, or the action's own, is answered with."""
        return refusal(self.code or ACTIONS[self.action].code or "ERROR")

    @property
    def start(self) -> str:
        """`prefix`, or the action's own, as it is compared."""
        text = ACTIONS[self.action].prefix if self.prefix is None else self.prefix
        return comparable(text)


@dataclass(frozen=True, slots=True)
class FaultPlan:
    """Faults, and the seed of what is drawn by lot: the same plan goes wrong in the same way."""

    faults: tuple[Fault, ...] = ()
    seed: int = 0

    def names(self) -> tuple[str, ...]:
        """What the faults are called in counts and traces: their names, else action and place."""
        return tuple(
            fault.name or f"{place}-{fault.action.value}"
            for place, fault in enumerate(self.faults, start=1)
        )


class NumberedRefusal(Refusal):
    """+CME ERROR or +CMS ERROR with any number of the standard."""

    def __init__(self, kind: str, number: int) -> None:
        self._kind = kind
        self._number = number
        super().__init__(f"{kind} {number}")

    def text(self, cmee: int) -> str:
        """The number or its name; +CMEE=0 governs +CME ERROR alone (27.007 9.1)."""
        if self._kind == "CME" and cmee == 0:
            return "ERROR"
        names = CME_NAMES if self._kind == "CME" else CMS_NAMES
        shown = names.get(self._number, str(self._number)) if cmee == 2 else str(self._number)
        return f"+{self._kind} ERROR: {shown}"


def refusal(code: str) -> Refusal:
    """What "CME 14", "CMS 500" or a result code of V.250 stands for; raises FaultError."""
    match = re.fullmatch(r"(CME|CMS) (\d{1,3})", code)
    if match is not None:
        return NumberedRefusal(match[1], int(match[2]))
    if code in ("ERROR", "NO CARRIER", "BUSY", "NO ANSWER", "NO DIALTONE"):
        return PlainRefusal(code)
    raise FaultError("code", f'wanted "CME 14", "CMS 500" or "ERROR", got {code!r}')


def comparable(text: str) -> str:
    """A command line, or the start of one, without its AT and in upper case."""
    return text.upper().removeprefix("AT")


def _check_span(key: str, span_s: float | None) -> None:
    if span_s is not None and not 0.0 <= span_s <= 1e9:
        raise FaultError(key, "wanted seconds, from 0")
