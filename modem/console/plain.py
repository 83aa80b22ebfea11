"""Lines in, lines out: the console for pipes, scripts, and terminals without prompt_toolkit."""

from __future__ import annotations

import asyncio
import json
import sys
import termios
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import Protocol, TextIO

from modem.answers import AtAnswer
from modem.channel import AtChannel, ChannelError, Connect, LinkNews
from modem.commands.typed import MAX_LINE, MAX_PAYLOAD, asks_for_payload
from modem.console.commands import outcome_line, read_script
from modem.console.script import Outcome, ScriptRun, parse_script
from modem.console.values import printable, shown_line
from modem.errors import MisuseError, ModemError

_PAYLOAD_END = "\x1a"
# With a Ctrl-Z and a line end of two characters.
MAX_INPUT = max(MAX_LINE, MAX_PAYLOAD) + 3


class Lines(Protocol):
    """Where lines come from: one a call, "" at the end, without the loop's waiting for them."""

    async def next(self) -> str:
        """The next line, with its line end; of one that is longer than `MAX_INPUT` the beginning,
        without one, and the rest never.
        """


class ThreadedLines:
    """Lines of a file, a pipe or a terminal, read in a thread that never keeps the program."""

    def __init__(self, read: Callable[[], str]) -> None:
        self._read = read
        self._loop = asyncio.get_running_loop()

    async def next(self) -> str:
        """As `Lines`."""
        arrived: asyncio.Future[str] = self._loop.create_future()
        threading.Thread(target=self._fetch, args=(arrived,), daemon=True).start()
        return await arrived

    def _fetch(self, arrived: asyncio.Future[str]) -> None:
        try:
            line = self._read()
        except (EOFError, OSError, ValueError):
            line = ""

        def deliver() -> None:
            if not arrived.done():
                arrived.set_result(line)

        self._loop.call_soon_threadsafe(deliver)


@contextmanager
def lines_of_stdin() -> Iterator[ThreadedLines]:
    """The lines of standard input, with line editing where it is a terminal.

    The terminal is left as it was found, even while a line is being typed.
    """
    if sys.stdin is None:  # closed by who started us
        yield ThreadedLines(str)
        return
    if isinstance(sys.stdin, TextIOWrapper):
        # What isn't UTF-8 is refused with its line, and isn't the end of all.
        sys.stdin.reconfigure(errors="replace")
    if not sys.stdin.isatty():
        yield ThreadedLines(lambda: read_line(sys.stdin))
        return
    import readline  # noqa: F401  # gives `input` its line editing

    found = termios.tcgetattr(sys.stdin)
    try:
        # Nothing of a terminal's is written to a file here: a PIN may be among it.
        yield ThreadedLines(lambda: f"{input()}\n")
    finally:
        # The thread that reads can't be woken to do it.
        with suppress(termios.error):  # hung up
            termios.tcsetattr(sys.stdin, termios.TCSANOW, found)


def read_line(file: TextIO) -> str:
    """A line of a file, as `Lines.next`."""
    line = rest = file.readline(MAX_INPUT)
    while len(rest) == MAX_INPUT and not rest.endswith("\n"):
        rest = file.readline(MAX_INPUT)
    return line


@dataclass(slots=True)
class Plain:
    """Runs lines and prints what comes of them.

    `out` gets the modem's lines as they came, `errors` what isn't the modem's; `as_json` makes
    everything one object a line on `out`.
    """

    out: TextIO
    errors: TextIO
    as_json: bool = False
    force: bool = False
    loss: str | None = None

    async def run(self, connect: Connect, lines: Lines) -> int:
        """Until the lines end; the exit code: 1 if any command failed."""
        channel = await connect(self._heard, self._link_news)
        failed = False
        try:
            while (line := await lines.next()) != "":
                failed |= not await self._do(channel, line, lines)
        finally:
            await channel.close()
        return 1 if failed else 0

    async def run_script(self, connect: Connect, path: Path) -> int:
        """The steps of a script; the exit code: 1 at the first that fails."""
        steps = parse_script(read_script(path))
        run = ScriptRun(force=self.force)
        channel = await connect(run.hear, lambda _news: None)
        well = True
        try:
            async for outcome in run.outcomes(channel, steps):
                well = outcome.ok
                self._show_outcome(outcome)
        finally:
            await channel.close()
        return 0 if well else 1

    async def _do(self, channel: AtChannel, line: str, lines: Lines) -> bool:
        """Send a line, with the one below it where the modem will ask for it; was all well?"""
        text = line.strip()
        try:
            # Whatever becomes of the line, the text below it is no command.
            payload = await _payload(lines) if asks_for_payload(text) else None
            _check_length(line)
            if not text:
                return True
            answer = await channel.execute(text, payload=payload, force=self.force)
        except (ModemError, ChannelError) as error:
            self._show_error(text, error)
            return False
        self._show_answer(answer)
        return answer.ok

    # --- output -------------------------------------------------------------------------------

    def _show_answer(self, answer: AtAnswer) -> None:
        if self.as_json:
            self._object(answer_json(answer))
        else:
            self._print(*answer.lines, answer.final)

    def _show_error(self, line: str, error: Exception) -> None:
        if self.as_json:
            self._object({"line": printable(shown_line(line)), "error": str(error)})
        else:
            self._complain(str(error))

    def _show_outcome(self, outcome: Outcome) -> None:
        if self.as_json:
            step = {"step": outcome.number, "line": outcome.text, "ok": outcome.ok}
            self._object({**step, "why": outcome.why})
        else:
            self._print(printable(outcome_line(outcome)))

    def _heard(self, lines: tuple[str, ...]) -> None:
        if self.as_json:
            self._object({"urc": list(lines)})
        else:
            self._print(*lines)

    def _link_news(self, news: LinkNews) -> None:
        if news.why == self.loss:
            return
        self.loss = news.why
        if self.as_json:
            self._object({"port": news.port, "ready": news.why is None, "why": news.why})
        elif news.why is not None:
            self._complain(f"{news.port} is not ready: {news.why}")

    def _object(self, value: Mapping[str, object]) -> None:
        self._write(self.out, json.dumps(value))

    def _print(self, *lines: str) -> None:
        """The modem's lines: to a pipe as they are, to a terminal made safe."""
        safe = printable if self.out.isatty() else str
        for line in lines:
            self._write(self.out, safe(line))

    def _complain(self, text: str) -> None:
        self._write(self.errors, f"modem-helper: {printable(text)}")

    @staticmethod
    def _write(to: TextIO, text: str) -> None:
        to.write(f"{text}\n")
        to.flush()


def answer_json(answer: AtAnswer) -> dict[str, object]:
    """An answer and what it means, as `--json` writes it."""
    from modem.explain import explain

    explained = explain(answer.line, answer.lines, answer.final)
    return {**asdict(answer), "lines": list(answer.lines), "explained": list(explained)}


async def _payload(lines: Lines) -> str:
    line = await lines.next()
    if line == "":
        raise MisuseError("the input ended where a text or a PDU was wanted")
    _check_length(line)
    return line.rstrip("\r\n" + _PAYLOAD_END)


def _check_length(line: str) -> None:
    if len(line) >= MAX_INPUT and not line.endswith("\n"):
        raise MisuseError(f"a line has less than {MAX_INPUT} characters")
