"""Scripts: AT lines and the answers that are expected to them, in a text file.

    # the card is there, and the network, too
    AT+CPIN?
    expect /READY/
    AT+COPS=?
    within 180s
    AT+CMGS=17                  a line with a prompt: what follows it
    > 0011000B81...
    AT+CPIN=?
    = ERROR                     another result than OK; `= any` takes all
    until +CMTI within 10s      something unasked, since the last line was sent
    wait 2s

`docs/console.md` is the format's page.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from modem.answers import AtAnswer
from modem.channel import AtChannel, ChannelError
from modem.console.values import is_private, shown_line
from modem.errors import ModemError

MAX_SCRIPT_LENGTH = 1 << 20
# Modems say at once what they say unasked; a message takes the network some seconds.
UNTIL_S = 30.0
# What came unasked and wasn't waited for; the oldest is forgotten first.
MAX_HEARD = 1000

_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m)?")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, None: 1.0}
_UNTIL = re.compile(r"(/.+/|\S+)(?:\s+within\s+(.+))?")


class ScriptError(Exception):
    """A script that can't be read: where, and what was wanted."""

    exit_code = 2

    def __init__(self, number: int, problem: str) -> None:
        self.number = number
        super().__init__(f"script, line {number}: {problem}")


@dataclass(frozen=True, slots=True)
class Send:
    """Send `line`; its final result has to be `final`, each of `expects` in a line before it."""

    number: int
    line: str
    payload: str | None = None
    final: str = "OK"
    expects: tuple[re.Pattern[str], ...] = ()
    timeout_s: float | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """Do nothing for so long."""

    number: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Until:
    """Wait for something unasked that begins with a prefix, or in which a pattern is found."""

    number: int
    text: str
    pattern: re.Pattern[str]
    within_s: float


Step: TypeAlias = Send | Wait | Until


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a step. `why` is what was missing, None where it passed."""

    number: int
    text: str
    why: str | None = None
    answer: AtAnswer | None = None

    @property
    def ok(self) -> bool:
        """Did it pass?"""
        return self.why is None


def parse_script(text: str) -> tuple[Step, ...]:
    """The steps of a script, one at least. Raises ScriptError."""
    if len(text) > MAX_SCRIPT_LENGTH:
        raise ScriptError(
            text.count("\n", 0, MAX_SCRIPT_LENGTH) + 1,
            f"a script has at most {MAX_SCRIPT_LENGTH} characters",
        )
    steps: list[Step] = []
    number = 1
    for number, whole in enumerate(text.splitlines(), 1):
        line = whole.strip()
        if not line or line.startswith("#"):
            continue
        if line[:2].upper() == "AT":
            steps.append(Send(number, line))
            continue
        word, _, rest = line.partition(" ")
        rest = rest.strip()
        if word == "wait":
            steps.append(Wait(number, _seconds(number, rest)))
        elif word == "until":
            steps.append(_until(number, rest))
        elif steps and isinstance(steps[-1], Send):
            steps[-1] = _refined(steps[-1], number, word, rest)
        else:
            raise ScriptError(number, "wanted a line that begins with AT, wait, until or #")
    if not steps:
        raise ScriptError(number, "there is nothing to do: wanted a line that begins with AT")
    return tuple(steps)


def _refined(step: Send, number: int, word: str, rest: str) -> Send:
    """The step with what a line below it adds."""
    if word == ">":
        payload = rest if step.payload is None else f"{step.payload}\n{rest}"
        return replace(step, payload=payload)
    if word == "=" and rest:
        return replace(step, final=rest)
    if word == "expect" and len(rest) > 2 and rest[0] == rest[-1] == "/":
        return replace(step, expects=(*step.expects, _pattern(number, rest[1:-1])))
    if word == "within":
        return replace(step, timeout_s=_seconds(number, rest))
    wanted = "AT..., expect /PATTERN/, = RESULT, > PAYLOAD, within SPAN, until ..., wait SPAN or #"
    raise ScriptError(number, f"wanted {wanted}")


def _until(number: int, rest: str) -> Until:
    found = _UNTIL.fullmatch(rest)
    if found is None:
        raise ScriptError(number, "wanted until PREFIX, or until /PATTERN/, and within SPAN")
    text, within = found.groups()
    bare = len(text) > 2 and text[0] == text[-1] == "/"
    pattern = _pattern(number, text[1:-1] if bare else f"^{re.escape(text)}")
    return Until(number, text, pattern, UNTIL_S if within is None else _seconds(number, within))


def _pattern(number: int, text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise ScriptError(number, f"/{text}/ is no pattern: {error}") from None


def _seconds(number: int, text: str) -> float:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise ScriptError(number, "wanted a span such as 500ms, 2s or 3m")
    return float(found[1]) * _UNITS[found[2]]


class ScriptRun:
    """Runs a script on a channel. `hear` has to be told what the modem says unasked."""

    def __init__(self, *, force: bool = False) -> None:
        self._force = force
        self._heard: list[str] = []
        self._news = asyncio.Event()

    def hear(self, lines: Sequence[str]) -> None:
        """The modem said this."""
        self._heard = [*self._heard, *lines][-MAX_HEARD:]
        self._news.set()

    async def outcomes(self, channel: AtChannel, steps: Sequence[Step]) -> AsyncIterator[Outcome]:
        """Do one step after the other; a step that fails is the last."""
        for step in steps:
            outcome = await self._do(channel, step)
            yield outcome
            if not outcome.ok:
                return

    async def _do(self, channel: AtChannel, step: Step) -> Outcome:
        if isinstance(step, Send):
            return await self._send(channel, step)
        if isinstance(step, Until):
            return await self._wait_for(step)
        await asyncio.sleep(step.seconds)
        return Outcome(step.number, f"wait {step.seconds:g}s")

    async def _send(self, channel: AtChannel, step: Send) -> Outcome:
        self._heard.clear()
        text = shown_line(step.line)
        try:
            answer = await channel.execute(
                step.line, payload=step.payload, force=self._force, timeout_s=step.timeout_s
            )
        except (ModemError, ChannelError) as error:
            return Outcome(step.number, text, str(error))
        return Outcome(step.number, text, _missing(step, answer), answer)

    async def _wait_for(self, step: Until) -> Outcome:
        text = f"until {step.text}"
        try:
            async with asyncio.timeout(step.within_s):
                while not self._found(step.pattern):
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            return Outcome(step.number, text, f"it didn't come within {step.within_s:g} s")
        return Outcome(step.number, text)

    def _found(self, pattern: re.Pattern[str]) -> bool:
        """Was it heard? What was is forgotten with all before it: twice `until` means two."""
        for place, line in enumerate(self._heard):
            if pattern.search(line):
                del self._heard[: place + 1]
                return True
        return False


def _missing(step: Send, answer: AtAnswer) -> str | None:
    """What of the expectations the answer doesn't meet."""
    wanted = step.final
    error = wanted == "ERROR" and not answer.ok
    if wanted != "any" and wanted != answer.final and not error:
        return f"wanted {wanted}, got {answer.final}"
    for pattern in step.expects:
        if not any(pattern.search(line) for line in answer.lines):
            got = "nothing" if not answer.lines else repr(" | ".join(answer.lines)[:200])
            shown = "it" if is_private(step.line) else f"/{pattern.pattern}/"
            return f"wanted {shown}, got {got}"
    return None
