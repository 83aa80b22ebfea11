"""The input line: what keys do, with a keyboard that is a pipe and a screen that nobody sees."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from modem.console.screen import Screen
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


def test_leaving_ends_what_runs(at_screen: Play) -> None:
    async def scenario(seat: Seat) -> None:
        seat.press("AT+COPS=?", ENTER)
        await seat.until_sent("AT+COPS=?")

    at_screen(ScriptedChannel({"AT+COPS=?": None}), scenario)
