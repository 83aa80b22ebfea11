"""The verbs of the configuration's own: a program without a shell, or a function of an entry point.

At most once: that it has begun is on the disk before it is started. What it says is the answer, as
far as the configuration lets it, in basic characters on one line.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from threading import Thread

from apn_config.apn_changes import Refused
from apn_config.appliers import ApplierError, ApplierUnavailable
from apn_config.appliers.processes import run_program
from apn_config.config_commands import OwnCommand
from apn_config.model import Command, Outcome, Result, Verb
from apn_config.replies import fitted
from apn_config.store import InboxRow
from apn_config.verbs import Once
from apn_config.verbs.place import Place

logger = logging.getLogger(__name__)

GROUP = "modem_helper.commands"
# Of what a function gives back, more isn't looked at.
_MOST_CHARS = 1 << 12
# Functions whose thread hasn't ended: nobody can end one, but nobody starts a second one, either.
_running: set[str] = set()


class FunctionFailed(Exception):
    """A function raised something, or gave no text; the reason is a word of an answer."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


async def _run(place: Place, row: InboxRow, command: Command) -> None:
    name, *arguments = command.words or ("",)
    own = place.commands.own.get(name)
    if own is None:
        raise Refused("unsupported")
    refusal = refused(own, name, arguments)
    if refusal is not None:
        await place.answer(row, refusal, refusal.reason or "")
        return
    if own.function in _running:
        raise Refused("busy")
    await place.begin(row)
    outcome = await carry_out(own, name, arguments)
    await place.answer(row, outcome, outcome.reason or "done")


async def _after_restart(place: Place, row: InboxRow) -> None:
    """Whether it was done nobody can tell."""
    await place.answer(row, Outcome(Result.ERR, reason="interrupted"), "interrupted")


def refused(own: OwnCommand, name: str, arguments: Sequence[str]) -> Outcome | None:
    """What is wrong with the arguments: each has to match its pattern as a whole.

    One that begins with - could be an option of the program; its pattern has to begin so, too.
    """
    wanted = len(own.arguments)
    if len(arguments) != wanted:
        return _err(name, "wrong-count", (("wanted", str(wanted)),))
    for number, (text, pattern) in enumerate(zip(arguments, own.arguments, strict=True), 1):
        if not _is_allowed(text, pattern):
            return _err(name, "bad-argument", (("argument", str(number)),))
    return None


def _is_allowed(text: str, pattern: re.Pattern[str]) -> bool:
    option = text.startswith("-") and not pattern.pattern.startswith("-")
    # No NUL, no half of a character: those can't be arguments of a program.
    return not option and text.isprintable() and pattern.fullmatch(text) is not None


def _err(name: str, reason: str, pairs: tuple[tuple[str, str], ...] = ()) -> Outcome:
    return Outcome(Result.ERR, Verb.OWN, name, pairs, reason, word=name)


async def carry_out(own: OwnCommand, name: str, arguments: Sequence[str]) -> Outcome:
    """Run it to its end, or to the end of its time."""
    try:
        if own.function is not None:
            text = await call(own.function, tuple(arguments), own.timeout_s)
            return Outcome(Result.OK, Verb.OWN, name, text=said(text, own.output))
        return await _program(own, name, arguments)
    except (TimeoutError, ApplierUnavailable):
        logger.warning("%s wasn't done within %g s", name, own.timeout_s)
        return _failed("timeout")
    except ApplierError as error:
        logger.error("%s: %s", name, error)
        return _failed("not-started")
    except FunctionFailed as error:
        return _failed(error.reason)


def _failed(reason: str, text: str | None = None) -> Outcome:
    return Outcome(Result.ERR, reason=reason, text=text)


async def _program(own: OwnCommand, name: str, arguments: Sequence[str]) -> Outcome:
    done = await run_program(
        (*own.program, *arguments),
        timeout_s=own.timeout_s,
        environment={"MODEM_HELPER_COMMAND": name},
    )
    if not done.code:
        return Outcome(Result.OK, Verb.OWN, name, text=said(done.output, own.output))
    logger.warning("%s: %s ended with %s", name, own.program[0], done.code)
    reason = f"exit-{done.code}" if done.code > 0 else f"signal-{-done.code}"
    return _failed(reason, said(done.output or done.errors, own.output))


def said(text: str, most: int) -> str | None:
    """The beginning of what was said, on one line; None where that is nothing."""
    line = " ".join(text[:_MOST_CHARS].split())
    return fitted(line, most) or None


# --- functions ------------------------------------------------------------------------------------


async def call(name: str, arguments: tuple[str, ...], timeout_s: float) -> str:
    """Call the entry point of that name in a thread of its own. Raises FunctionFailed.

    TimeoutError where it isn't done in time; it goes on then, since a thread can't be ended.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[str] = loop.create_future()

    def work() -> None:
        tell: Callable[[], None]
        try:
            tell = partial(_resolve, done, _called(name, arguments))
        except FunctionFailed as error:
            tell = partial(_reject, done, error)
        finally:
            _running.discard(name)
        with suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(tell)

    _running.add(name)
    # A daemon, so that the program can end without it.
    Thread(target=work, name=f"command {name}", daemon=True).start()
    async with asyncio.timeout(timeout_s):
        return await done


def _called(name: str, arguments: tuple[str, ...]) -> str:
    """Find the function, call it. What it raises may hold a secret: its type alone is logged."""
    from importlib.metadata import entry_points

    found = next(iter(entry_points(group=GROUP, name=name)), None)
    if found is None:
        logger.error("there is no entry point %s of the group %s", name, GROUP)
        raise FunctionFailed("not-started")
    try:
        text = found.load()(arguments)
    except BaseException as error:  # noqa: BLE001 -- it is the user's, whatever it is
        logger.error("the function %s raised %s", name, type(error).__name__)
        raise FunctionFailed("failed") from None
    if not isinstance(text, str):
        logger.error("the function %s gave back no text", name)
        raise FunctionFailed("failed")
    return text


def _resolve(done: asyncio.Future[str], text: str) -> None:
    if not done.done():
        done.set_result(text)


def _reject(done: asyncio.Future[str], error: FunctionFailed) -> None:
    if not done.done():
        done.set_exception(error)


OWN = Once(_run, _after_restart)
