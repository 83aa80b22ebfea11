"""The command `record`: what passes between a modem and whoever drives it, into a transcript."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

import click

from apn_config.cli import Target, modem_command, show_json
from apn_config.control import ControlClient, ControlError

if TYPE_CHECKING:
    from modem.transcript import Recorder

MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be recorded, how, and for how long."""

    target: Target
    output: Path | None
    link: Path | None
    only_daemon: bool
    masked: bool
    limit_bytes: int
    seconds: float | None


class _Told(BaseException):
    """Ctrl-C, SIGTERM, or the time that was given is over."""


@click.command()
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file to write; it may not exist yet. Default: stdout.",
)
@click.option(
    "--link",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Offer a port under this name, and record a program that uses the modem through it.",
)
@click.option("--daemon", "only_daemon", is_flag=True, help="Fail where no daemon runs.")
@click.option(
    "--unmasked", is_flag=True, help="Leave numbers, PINs and texts in: only on a port of your own."
)
@click.option(
    "--limit",
    "limit_mb",
    type=click.FloatRange(0.01, 10_000),
    default=64,
    show_default=True,
    metavar="MB",
    help="How long the recording may get.",
)
@click.option(
    "--seconds", type=click.FloatRange(0.1), help="End after so long. Default: Ctrl-C ends it."
)
@modem_command
def record(
    target: Target,
    as_json: bool,
    output: Path | None,
    link: Path | None,
    only_daemon: bool,
    unmasked: bool,
    limit_mb: float,
    seconds: float | None,
) -> None:
    """Record what passes to and from a modem, with times, until Ctrl-C.

    While the daemon runs, what it says and hears. Otherwise the port is opened: with --link another
    program uses the modem through a port of that name, without it only what the modem says unasked
    is heard. Numbers, PINs, passwords and texts are masked. `modem-helper transcript` shows and
    replays it.

    \b
    Examples:
      modem-helper record -o daemon.txt
      modem-helper record --port /dev/ttyUSB2 --link /tmp/modem0 -o gammu.txt
    """
    if as_json and output is None:
        raise click.UsageError("--json needs --output: stdout has the recording otherwise")
    if link is not None and only_daemon:
        raise click.UsageError("--link and --daemon don't go together")
    order = Order(target, output, link, only_daemon, not unmasked, int(limit_mb * MB), seconds)
    began_s = time.monotonic()
    recorder = _record(order)
    if recorder is not None:
        _sum_up(order, recorder, time.monotonic() - began_s, as_json=as_json)


def _sum_up(order: Order, recorder: Recorder, took_s: float, *, as_json: bool) -> None:
    if as_json:
        show_json(
            {
                "file": str(order.output),
                "seconds": round(took_s, 3),
                "to_modem_bytes": recorder.to_modem_bytes,
                "from_modem_bytes": recorder.from_modem_bytes,
                "masked": order.masked,
                "ended": recorder.ended,
            }
        )
    _say(
        f"Recorded {took_s:.0f} s: {recorder.to_modem_bytes} bytes to the modem,"
        f" {recorder.from_modem_bytes} from it."
    )
    if recorder.failed:
        from modem.transcript import RecordingError

        raise RecordingError(f"{order.output or 'stdout'}: {recorder.ended}; it isn't whole")
    if recorder.ended is not None:
        _say(f"The recording ended before: {recorder.ended}.")


def _record(order: Order) -> Recorder | None:
    """Record until told to end. Raises ModemError, ControlError, RecordingError, LinkError."""
    client = None
    if order.link is None and not order.target.elsewhere:
        client = ControlClient.connect(order.target.config.control.socket)
    if client is None and order.only_daemon:
        path = order.target.config.control.socket
        raise ControlError(f"no daemon listens at {path}", exit_code=8)
    if client is not None and not order.masked:
        client.close()
        raise ControlError(
            "the daemon shows masked sessions only; stop it and record the port", exit_code=4
        )
    with ExitStack() as stack:
        if client is not None:
            stack.callback(client.close)
            return _from_daemon(order, client, stack)
        return _from_port(order, stack)


def _recorder(order: Order, source: str, stack: ExitStack) -> Recorder:
    from datetime import UTC, datetime
    from importlib.metadata import version

    from modem.transcript import Recorder, create_recording

    out: TextIO = sys.stdout
    if order.output is not None:
        out = stack.enter_context(create_recording(order.output, private=not order.masked))
    headers = (
        ("name", order.output.stem if order.output else "session"),
        ("source", source),
        ("recorded", datetime.now(UTC).isoformat(timespec="seconds")),
        ("program", f"modem-helper {version('modem-helper')}"),
        ("framing", "verbatim"),
    )
    recorder = Recorder(
        out, headers, time.monotonic, masked=order.masked, limit_bytes=order.limit_bytes
    )
    stack.callback(recorder.close)
    return recorder


# --- from the daemon ------------------------------------------------------------------------------


def _from_daemon(order: Order, client: ControlClient, stack: ExitStack) -> Recorder:
    recorder = _recorder(order, "the running daemon", stack)
    _say("Recording what passes between the daemon and its modem; Ctrl-C ends it.")

    def take(event: dict[str, Any]) -> None:
        from modem.transcript import Chunk, Way

        data = str(event["data"]).encode("latin-1")
        recorder.add(Chunk(float(event["at_s"]), Way(event["way"]), data))
        if recorder.ended is not None:
            raise _Told

    with suppress(_Told), _told_to_end(order.seconds):
        client.call("record", {}, take)
    return recorder


@contextmanager
def _told_to_end(seconds: float | None) -> Iterator[None]:
    """Raise _Told within the block at Ctrl-C, SIGTERM, and when the time is over."""

    def told(_number: int, _frame: object) -> NoReturn:
        raise _Told

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)
    before = [signal.signal(number, told) for number in numbers]
    signal.setitimer(signal.ITIMER_REAL, seconds or 0.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


# --- from a port ----------------------------------------------------------------------------------


def _from_port(order: Order, stack: ExitStack) -> Recorder | None:
    """None where it was told to end before the port was open."""
    from modem import run_until_told

    recorded: list[Recorder] = []
    run_until_told(_listen(order, stack, recorded))
    return recorded[0] if recorded else None


async def _listen(order: Order, stack: ExitStack, recorded: list[Recorder]) -> None:
    """Record; the recorder is added to `recorded` once there is something to record."""
    from modem.transcript import LineListener, PassThrough, Way

    ended = asyncio.Event()

    def passes(way: Way, data: bytes) -> None:
        recorded[0].passes(way, data)
        if recorded[0].ended is not None:
            ended.set()

    def note(text: str) -> None:
        recorded[0].note(text)
        _say(f"{text}.")

    port, baud = order.target.config.require_port(), order.target.config.modem.baud
    middle = PassThrough(port, LineListener(passes, note), baud=baud, link=order.link)
    await middle.open()
    try:
        recorded.append(_recorder(order, port, stack))
        _say_what_is_recorded(order, port)
        if recorded[0].ended is not None:
            ended.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(order.seconds), asyncio.TaskGroup() as group:
                passing = group.create_task(middle.run())
                await ended.wait()
                if order.link is None:
                    passing.cancel()  # what is only recorded ends with its recording
                else:
                    why = recorded[0].ended
                    _say(f"The recording has ended: {why}. The port is still offered.")
    finally:
        await middle.close()


def _say_what_is_recorded(order: Order, port: str) -> None:
    if not order.masked:
        _say("Warning: not masked. The recording will hold numbers, PINs, passwords and texts.")
    if order.link is not None:
        _say(f"Recording what passes between {order.link} and {port}; Ctrl-C ends it.")
    else:
        _say(f"Recording what {port} says unasked; nothing is sent. Ctrl-C ends it.")


def _say(text: str) -> None:
    click.echo("".join(char if char.isprintable() else "?" for char in text), err=True)
