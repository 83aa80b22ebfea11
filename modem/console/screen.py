"""The terminal: an input line at the bottom, above it what was sent, answered and said unasked."""

from __future__ import annotations

import asyncio
import os
import re
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from prompt_toolkit import PromptSession
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout.processors import Processor, Transformation, TransformationInput
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.renderer import print_formatted_text
from prompt_toolkit.shortcuts import CompleteStyle
from prompt_toolkit.styles import Style

from modem.channel import Connect
from modem.commands.typed import takes_payload
from modem.console.commands import SlashCommands
from modem.console.history import LineHistory, history_path
from modem.console.offers import Offers
from modem.console.palette import MARKS, STYLES
from modem.console.session import Session
from modem.console.toolbar import toolbar
from modem.console.values import Entry, Kind, Line, is_private, lines_of, shown_line

PROMPT = "modem> "
PAYLOAD_PROMPT = "> "
QUESTION_PROMPT = "[y/N] "
GREETING = "Tab completes, /help tells more."
# The clock in the toolbar, while a command runs.
_REFRESH_S = 0.5
# A terminal that tells where its cursor stands does so at once.
_CPR_S = 1
# What a flood of lines leaves unseen is said; nobody reads ten thousand lines at once.
_MAX_WAITING = 10_000
# What a terminal sends for Enter, alone or in a paste; str.splitlines knows more.
_LINE_END = re.compile(r"\r\n?|\n")
# The styles of lines stand in the lines.
_NO_STYLE = Style([])


def _now() -> datetime:
    return datetime.now().astimezone()


class Screen:
    """Reads lines and shows lines; a worker does what the lines say, one after the other."""

    def __init__(self, *, colours: bool) -> None:
        self._depth = None if colours else ColorDepth.DEPTH_1_BIT
        self._session = Session(self._show, self._ask, _now)
        self._commands = SlashCommands(self._session, self._quit)
        self._entries: asyncio.Queue[Entry] = asyncio.Queue()
        self._unseen: deque[Line] = deque()
        self._missed = 0
        self._drawing: asyncio.Task[None] | None = None
        self._current: asyncio.Task[bool] | None = None
        self._with_prompt: str | None = None  # a line whose payload is being typed
        self._question: asyncio.Future[bool] | None = None
        self._history = LineHistory(history_path(os.environ))
        self._offers = Offers(self._session, lambda: self._commands.table)
        self._prompt = self._make_prompt()

    async def run(self, connect: Connect) -> None:
        """Until the user leaves. Raises what opening the channel does."""
        await self._session.open(connect)
        worker = asyncio.create_task(self._work())
        channel = self._session.channel
        self._session.say(Kind.NOTE, f"{channel.port}, {channel.via}", GREETING)
        try:
            with suppress(EOFError):
                await self._prompt.prompt_async()
        finally:
            worker.cancel()
            if self._current is not None:
                self._current.cancel()
            await asyncio.gather(worker, return_exceptions=True)
            self._commands.close()
            await self._session.close()
            if self._drawing is not None:
                await self._drawing

    # --- input --------------------------------------------------------------------------------

    def _make_prompt(self) -> PromptSession[str]:
        prompt: PromptSession[str] = PromptSession(
            self._prompt_text,
            history=self._history,
            completer=self._offers,
            complete_while_typing=True,
            complete_style=CompleteStyle.COLUMN,
            reserve_space_for_menu=8,
            bottom_toolbar=self._toolbar,
            key_bindings=self._keys(),
            input_processors=[_Veil()],
            style=Style.from_dict({"bottom-toolbar": "reverse", "bottom-toolbar.text": ""}),
            color_depth=self._depth,
            erase_when_done=True,
            refresh_interval=_REFRESH_S,
        )
        prompt.default_buffer.accept_handler = self._accept
        return prompt

    def _accept(self, buffer: Buffer) -> bool:
        """Enter: the text is taken, and doesn't stay; the prompt does, and never lets go of the
        terminal, which would echo what is typed meanwhile.
        """
        text = buffer.text
        if self._question is not None:
            self._answer(text.strip().lower() in ("y", "yes"))
        elif self._with_prompt is not None:
            line, self._with_prompt = self._with_prompt, None
            self._enter(Entry(line, text))
        else:
            # A paste may hold several lines, and ends with a line end where whole ones were copied.
            for line in filter(str.strip, _LINE_END.split(text)):
                self._take(line.strip())
        return False

    def _take(self, line: str) -> None:
        if self._with_prompt is not None:
            before, self._with_prompt = self._with_prompt, None
            self._enter(Entry(before, line))
            return
        self._history.remember(line)
        if takes_payload(line):
            self._with_prompt = line
        elif line:
            self._enter(Entry(line))

    def _enter(self, entry: Entry) -> None:
        self._entries.put_nowait(entry)

    def _prompt_text(self) -> str:
        if self._question is not None:
            return QUESTION_PROMPT
        if self._with_prompt is not None:
            return f"{shown_line(self._with_prompt)}\n{PAYLOAD_PROMPT}"
        return PROMPT

    def _keys(self) -> KeyBindings:
        keys = KeyBindings()

        @keys.add("c-c")
        def abandon(event: KeyPressEvent) -> None:
            self._abandon(event)

        @keys.add("tab")
        def complete(event: KeyPressEvent) -> None:
            # What is offered while typing comes without the modem: it may have more to say.
            buffer = event.current_buffer
            more = self._offers.would_ask(buffer.document.text_before_cursor)
            if buffer.complete_state is not None and more is None:
                buffer.complete_next()
            else:
                buffer.cancel_completion()
                buffer.start_completion(insert_common_part=True)

        @keys.add("f2")
        def raw(event: KeyPressEvent) -> None:
            self._session.set_raw(not self._session.raw)

        @keys.add("c-z")
        def end_payload(event: KeyPressEvent) -> None:
            # What ends a text at a modem's own prompt (3GPP TS 27.005 3.5.1).
            if self._with_prompt is not None:
                event.current_buffer.validate_and_handle()

        @keys.add("escape", "enter")
        def new_line(event: KeyPressEvent) -> None:
            if self._with_prompt is not None:
                event.current_buffer.insert_text("\n")

        return keys

    def _abandon(self, event: KeyPressEvent) -> None:
        """Ctrl-C: what is nearest at hand ends, and nothing else."""
        buffer = event.current_buffer
        if self._question is not None:
            self._answer(False)
        elif self._with_prompt is not None:
            self._session.say(Kind.NOTE, f"{shown_line(self._with_prompt)} is not sent")
            self._with_prompt = None
            buffer.reset()
        elif buffer.text:
            buffer.reset()
        elif self._current is not None:
            self._current.cancel()

    async def _ask(self, question: str) -> bool:
        """Ask yes or no. What was being typed comes back afterwards."""
        self._session.say(Kind.LOSS, question)
        buffer = self._prompt.default_buffer
        typed = buffer.document
        buffer.reset()
        self._question = asyncio.get_running_loop().create_future()
        self._prompt.app.invalidate()
        try:
            return await self._question
        finally:
            self._question = None
            buffer.document = typed

    def _answer(self, yes: bool) -> None:
        if self._question is not None and not self._question.done():
            self._question.set_result(yes)

    def _quit(self) -> None:
        if self._prompt.app.is_running:
            self._prompt.app.exit(exception=EOFError)

    # --- work ---------------------------------------------------------------------------------

    async def _work(self) -> None:
        while True:
            entry = await self._entries.get()
            self._current = asyncio.create_task(self._do(entry))
            await asyncio.wait({self._current})
            if self._current.cancelled():
                self._session.say(Kind.NOTE, f"{shown_line(entry.line)} was given up")
            elif (error := self._current.exception()) is not None:
                # A fault of ours; the next line may do better.
                self._session.say(Kind.ERROR, f"{shown_line(entry.line)} failed: {error!r}")
            self._current = None

    async def _do(self, entry: Entry) -> bool:
        async with self._session.turn(entry.line):
            self._session.say(Kind.SENT, PROMPT + shown_line(entry.line))
            if entry.payload is not None:
                self._session.say(Kind.SENT, PAYLOAD_PROMPT + entry.payload)
            if entry.line.startswith("/"):
                return await self._commands.run(entry.line)
            return await self._session.send(entry)

    # --- output -------------------------------------------------------------------------------

    def _toolbar(self) -> FormattedText:
        columns = self._prompt.app.output.get_size().columns
        waiting = self._entries.qsize()
        text = toolbar(self._session, _now(), waiting, self._commands.recording, columns)
        return FormattedText([("", text)])

    def _show(self, lines: Sequence[Line]) -> None:
        room = _MAX_WAITING - len(self._unseen)
        self._unseen.extend(lines[:room])
        self._missed += len(lines[room:])
        if self._drawing is None:
            self._drawing = asyncio.create_task(self._draw())

    async def _draw(self) -> None:
        """Write what is to be seen above the input line, which is taken away and drawn again.

        Not by prompt_toolkit's own `run_in_terminal`: that has the terminal echo for a moment, and
        keys that are pressed in it would stand in the middle of the text.
        """
        try:
            while self._unseen:
                app = self._prompt.app
                if app.is_running:
                    # Where the cursor stands was asked already; an answer after the next lines
                    # would be wrong.
                    await app.renderer.wait_for_cpr_responses(timeout=_CPR_S)
                self._write_unseen()
        finally:
            self._drawing = None

    def _write_unseen(self) -> None:
        app = self._prompt.app
        lines = list(self._unseen)
        self._unseen.clear()
        if self._missed:
            lines += lines_of(Kind.LOSS, f"{self._missed} lines are not shown")
            self._missed = 0
        if app.is_running:
            app.renderer.erase()
        print_formatted_text(app.output, _formatted(lines), _NO_STYLE, color_depth=self._depth)
        if app.is_running:
            app.renderer.reset()
            app.renderer.request_absolute_cursor_position()
            app.invalidate()


def _formatted(lines: Sequence[Line]) -> FormattedText:
    return FormattedText(
        (STYLES[line.kind], f"{MARKS.get(line.kind, '')}{line.text}\n") for line in lines
    )


class _Veil(Processor):
    """Shows stars for what stands behind the `=` of a command with a secret."""

    def apply_transformation(self, transformation_input: TransformationInput) -> Transformation:
        """Each character stays one, so that the cursor stays where it is; a paste may hold several
        lines, of which one is drawn at a time.
        """
        text = transformation_input.document.lines[transformation_input.lineno]
        if not is_private(text):
            return Transformation(transformation_input.fragments)
        shown = len(shown_line(text).removesuffix("***"))
        fragments: list[Any] = []
        at = 0
        for style, piece, *_ in transformation_input.fragments:
            veiled = "".join(c if at + i < shown else "*" for i, c in enumerate(piece))
            fragments.append((style, veiled))
            at += len(piece)
        return Transformation(fragments)


async def run_screen(connect: Connect, *, colours: bool) -> None:
    """A console on this terminal, until the user leaves. Raises what opening the channel does."""
    await Screen(colours=colours).run(connect)
