"""The input line: what keys do, with a keyboard that is a pipe and a screen that nobody sees."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.data_structures import Size
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.layout.controls import BufferControl
from prompt_toolkit.layout.processors import TransformationInput
from prompt_toolkit.output import DummyOutput

from modem.console.screen import Screen, _Veil
from tests.modem.console.channels import ScriptedChannel, Sent

CTRL_C, CTRL_D, CTRL_Z, ENTER, ALT_ENTER = "\x03", "\x04", "\x1a", "\r", "\x1b\r"
PATIENCE_S = 10.0


class Unseen(DummyOutput):
    """A screen of the usual size."""

    def get_size(self) -> Size:
        return Size(rows=24, columns=80)


class Seat:
    """Somebody at a screen: keys, and what was shown above the input line."""

    def __init__(self, keys: PipeInput, channel: ScriptedChannel) -> None:
        self.channel = channel
        self.screen = Screen(colours=False)
        self._keys = keys

    def press(self, *keys: str) -> None:
        """Press keys."""
        self._keys.send_text("".join(keys))

    @property
    def typed(self) -> str:
        """What stands in the input line."""
        return self.screen._prompt.default_buffer.text

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for what the keys do."""
        async with asyncio.timeout(PATIENCE_S):
            while not condition():  # noqa: ASYNC110  # what keys do has no event
                await asyncio.sleep(0.001)

    async def until_sent(self, *lines: str) -> None:
        """Wait until exactly these lines were sent."""
        await self.until(lambda: [sent.line for sent in self.channel.sent] == list(lines))


@contextmanager
def _seat(channel: ScriptedChannel) -> Iterator[Seat]:
    with create_pipe_input() as keys, create_app_session(input=keys, output=Unseen()):
        yield Seat(keys, channel)


@pytest.fixture
def at_screen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[ScriptedChannel, Callable[[Seat], Awaitable[None]]], None]:
    """Plays a scenario at a screen, and leaves by Ctrl-D."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))

    def play(channel: ScriptedChannel, scenario: Callable[[Seat], Awaitable[None]]) -> None:
        async def playing() -> None:
            with _seat(channel) as seat:
                running = asyncio.create_task(seat.screen.run(channel.connect))
                await seat.until(lambda: seat.screen._prompt.app.is_running)
                await scenario(seat)
                seat.press(CTRL_D)
                async with asyncio.timeout(PATIENCE_S):
                    await running
            assert channel.closed

        asyncio.run(playing())

    return play


Play = Callable[[ScriptedChannel, Callable[[Seat], Awaitable[None]]], None]


def test_lines_wait_for_their_turn(at_screen: Play) -> None:
    async def scenario(seat: Seat) -> None:
        seat.press("AT+COPS=?", ENTER, "ATI", ENTER, "half a li")
        await seat.until(lambda: seat.typed == "half a li")
        await seat.until_sent("AT+COPS=?")
        seat.press(CTRL_C)
        await seat.until(lambda: seat.typed == "")
        await seat.until_sent("AT+COPS=?")  # the line went, the command did not
        seat.press(CTRL_C)
        await seat.until_sent("AT+COPS=?", "ATI")

    at_screen(ScriptedChannel({"AT+COPS=?": None}), scenario)


def test_a_paste_is_as_many_lines_as_it_has(at_screen: Play) -> None:
    async def scenario(seat: Seat) -> None:
        seat.press("\x1b[200~ATI\nAT+CMGS=17\n0011\nAT+CSQ\x1b[201~", ENTER)
        await seat.until_sent("ATI", "AT+CMGS=17", "AT+CSQ")
        assert seat.channel.sent[1] == Sent("AT+CMGS=17", "0011")

    at_screen(ScriptedChannel(), scenario)


@pytest.mark.parametrize("end", [ENTER, CTRL_Z], ids=["Enter", "Ctrl-Z"])
def test_a_text_of_two_lines_at_the_prompt(at_screen: Play, end: str) -> None:
    async def scenario(seat: Seat) -> None:
        seat.press('AT+CMGS="1234"', ENTER)
        await seat.until(lambda: seat.screen._with_prompt is not None)
        seat.press("one", ALT_ENTER, "two", end)
        await seat.until_sent('AT+CMGS="1234"')
        assert seat.channel.sent[0].payload == "one\ntwo"

    at_screen(ScriptedChannel(), scenario)


@pytest.mark.parametrize(
    ("keys", "forced"),
    [
        pytest.param("y\r", True, id="y"),
        pytest.param("Yes\r", True, id="yes"),
        pytest.param("n\r", False, id="n"),
        pytest.param("\r", False, id="nothing"),
        pytest.param("yo\r", False, id="something else"),
        pytest.param(CTRL_C, False, id="Ctrl-C"),
    ],
)
def test_a_question_takes_the_keyboard_and_gives_it_back(
    at_screen: Play, keys: str, forced: bool
) -> None:
    async def scenario(seat: Seat) -> None:
        seat.press("AT+COPS=?", ENTER, "AT&F", ENTER, "AT+CS")
        await seat.until(lambda: seat.typed == "AT+CS")
        seat.channel.go_on.set()
        await seat.until(lambda: seat.screen._question is not None)
        assert seat.typed == ""
        seat.press(keys)
        await seat.until(lambda: seat.screen._current is None)
        await seat.until(lambda: seat.typed == "AT+CS")
        assert (Sent("AT&F", force=True) in seat.channel.sent) == forced
        seat.press("Q", ENTER)
        await seat.until(lambda: seat.channel.sent[-1].line == "AT+CSQ")

    at_screen(ScriptedChannel({"AT+COPS=?": None}, minded={"AT&F": "it forgets all"}), scenario)


def test_only_commands_are_remembered(at_screen: Play, tmp_path: Path) -> None:
    async def scenario(seat: Seat) -> None:
        seat.press('AT+CMGS="1234"', ENTER, "At home, code 4711", ENTER)
        seat.press("AT&F", ENTER)
        await seat.until(lambda: seat.screen._question is not None)
        seat.press("/yes", ENTER)
        await seat.until(lambda: seat.screen._question is None)
        seat.press("\x1b[200~ATI\nAT+CPIN=4711\nAT+CMGS=17\nAT text\x1b[201~", ENTER)
        await seat.until(lambda: seat.channel.sent[-1].line == "AT+CMGS=17")

    at_screen(ScriptedChannel(minded={"AT&F": "it forgets all"}), scenario)
    kept = (tmp_path / "modem-helper" / "console-history").read_text().splitlines()
    assert kept == ['AT+CMGS="1234"', "AT&F", "ATI", "AT+CMGS=17"]


def test_a_line_has_the_ends_that_a_terminal_knows(at_screen: Play) -> None:
    async def scenario(seat: Seat) -> None:
        seat.press("\x1b[200~AT+X\u2028AT&F\x85AT+Y\x1b[201~", ENTER)
        await seat.until_sent("AT+X\u2028AT&F\x85AT+Y")

    at_screen(ScriptedChannel(), scenario)


def test_what_was_sent_is_shown_safely(at_screen: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []

    def draw(_output: object, text: Iterable[tuple[str, str]], *_: object, **__: object) -> None:
        drawn.extend(piece for _style, piece in text)

    monkeypatch.setattr("modem.console.screen.print_formatted_text", draw)

    async def scenario(seat: Seat) -> None:
        seat.press("\x1b[200~AT\x9b31m\u202e\x1b[201~", ENTER)
        await seat.until(lambda: seat.channel.sent)

    at_screen(ScriptedChannel(), scenario)
    assert "modem> AT\\x9b31m\\u202e\n" in drawn


def test_a_fault_ends_one_line_alone(at_screen: Play) -> None:
    async def scenario(seat: Seat) -> None:
        seat.press("AT+BROKEN", ENTER, "ATI", ENTER)
        await seat.until_sent("AT+BROKEN", "ATI")

    at_screen(ScriptedChannel({"AT+BROKEN": RuntimeError("broken")}), scenario)


@pytest.mark.parametrize(
    ("text", "line", "seen"),
    [
        pytest.param('AT+CPIN="8642"', 0, "AT+CPIN=******", id="one line"),
        pytest.param('ATI\nAT+CPIN="8642"', 1, "AT+CPIN=******", id="the second of a paste"),
        pytest.param('ATI\nAT+CPIN="8642"', 0, "ATI", id="the first of a paste"),
    ],
)
def test_the_veil(text: str, line: int, seen: str) -> None:
    document = Document(text)
    fragments: StyleAndTextTuples = [("", document.lines[line])]
    given = TransformationInput(
        BufferControl(), document, line, lambda place: place, fragments, 80, 24
    )
    assert _Veil().apply_transformation(given).fragments == [("", seen)]


def test_leaving_ends_what_runs(at_screen: Play) -> None:
    async def scenario(seat: Seat) -> None:
        seat.press("AT+COPS=?", ENTER)
        await seat.until_sent("AT+COPS=?")

    at_screen(ScriptedChannel({"AT+COPS=?": None}), scenario)
