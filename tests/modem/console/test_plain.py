"""Lines in, lines out."""

from __future__ import annotations

import fcntl
import io
import json
import os
import subprocess
import sys
import termios
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from modem.channel import ChannelError
from modem.console.plain import MAX_INPUT, Plain, ThreadedLines, lines_of_stdin, read_line
from tests.e2e.bench import PATIENCE_S, ROOT, until
from tests.modem.console.channels import ScriptedChannel, Sent, ok, refused
from tests.virtual_time import run


class Given:
    """Lines from a list; what is callable among them happens before the next line."""

    def __init__(self, *lines: str | Callable[[], None]) -> None:
        self._lines = list(lines)

    async def next(self) -> str:
        while self._lines:
            item = self._lines.pop(0)
            if isinstance(item, str):
                return item
            item()
        return ""


class Played:
    """What came of lines: the exit code, and what was printed."""

    def __init__(
        self,
        channel: ScriptedChannel,
        *lines: str | Callable[[], None],
        as_json: bool = False,
        force: bool = False,
    ) -> None:
        out, errors = io.StringIO(), io.StringIO()
        plain = Plain(out, errors, as_json=as_json, force=force)
        self.code = run(plain.run(channel.connect, Given(*lines)))
        self.out, self.errors = out.getvalue(), errors.getvalue()
        assert channel.closed


def test_the_modems_lines_exactly() -> None:
    channel = ScriptedChannel({"ATI": ok("ACME", "a \\ \x80 line"), "AT+X": refused("ERROR")})
    played = Played(channel, "ATI\r\n", "\n", "  AT+CSQ  \n", "AT+X")
    assert played.out == "ACME\na \\ \x80 line\nOK\nOK\nERROR\n"
    assert played.code == 1
    assert [sent.line for sent in channel.sent] == ["ATI", "AT+CSQ", "AT+X"]


@pytest.mark.parametrize(("line", "code"), [("ATI", 0), ("AT+X", 1), ("AT+DEAD", 1)])
def test_exit_codes(line: str, code: int) -> None:
    dead = ChannelError("no answer\x1b", 8)
    channel = ScriptedChannel({"AT+X": refused("ERROR"), "AT+DEAD": dead})
    played = Played(channel, f"{line}\n")
    assert played.code == code
    assert played.errors == ("modem-helper: no answer\\x1b\n" if line == "AT+DEAD" else "")


@pytest.mark.parametrize("end", ["\n", "\x1a\n", ""], ids=["line end", "Ctrl-Z", "end of file"])
def test_the_line_below_a_prompt_is_what_is_sent_there(end: str) -> None:
    channel = ScriptedChannel()
    Played(channel, "AT+CMGS=17\n", f"0011000B81{end}", "ATI\n")
    assert channel.sent[0] == Sent("AT+CMGS=17", "0011000B81")


@pytest.mark.parametrize("end", ["\n", "\x1a\r\n"])
def test_an_empty_text_is_the_channel_s_to_refuse(end: str) -> None:
    channel = ScriptedChannel()
    assert Played(channel, 'AT+CMGS="1234"\n', end).code == 0
    assert channel.sent == [Sent('AT+CMGS="1234"', "")]


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        pytest.param(["ATI\n", 'AT+CMGS="1234"\n'], "input ended", id="nothing for the prompt"),
        pytest.param(["AT+X" + "a" * (MAX_INPUT - 4), "ATI\n"], "a line has", id="a long line"),
        pytest.param(
            ['AT+CMGS="' + "1" * MAX_INPUT, "AT+CMGD=1,4\n", "ATI\n"], "a line has", id="its text"
        ),
        pytest.param(
            [" " * MAX_INPUT, "ATI\n"], "a line has", id="long, and nothing seen of it yet"
        ),
        pytest.param(
            ['AT+CMGS="1"\n', "0" * 1024 + "\x1a" * 3, "ATI\n"], "a line has", id="a long text"
        ),
    ],
)
def test_what_is_not_whole_is_not_sent(lines: list[str], problem: str) -> None:
    channel = ScriptedChannel()
    played = Played(channel, *lines)
    assert played.code == 1
    assert problem in played.errors
    assert [sent.line for sent in channel.sent] == ["ATI"]


def test_of_a_long_line_nothing_is_taken_for_another() -> None:
    source = io.StringIO(f"AT+X{'a' * (MAX_INPUT - 4)}AT+CMGD=1,4{'b' * MAX_INPUT}\nATI\nAT")
    long, *others = (read_line(source) for _ in range(4))
    assert long == "AT+X" + "a" * (MAX_INPUT - 4)
    assert others == ["ATI\n", "AT", ""]


def test_the_longest_text_is_whole() -> None:
    channel = ScriptedChannel()
    Played(channel, "AT+CMGS=1\n", f"{'0' * 1024}\x1a\r\n")
    assert channel.sent == [Sent("AT+CMGS=1", "0" * 1024)]


@pytest.mark.parametrize("force", [True, False])
def test_what_is_minded_needs_force(force: bool) -> None:
    channel = ScriptedChannel(minded={"AT&F": "it forgets all"})
    played = Played(channel, "AT&F\n", force=force)
    assert played.code == (0 if force else 1)
    assert played.errors == (
        "" if force else "modem-helper: it forgets all; --force sends it all the same\n"
    )


def test_what_comes_unasked() -> None:
    channel = ScriptedChannel()
    played = Played(
        channel,
        lambda: channel.on_urc(("+CMT: ,17", "0011")),
        lambda: channel.goes("unplugged"),
        lambda: channel.goes(None),
    )
    assert played.out == "+CMT: ,17\n0011\n"
    assert played.errors == "modem-helper: /dev/ttyUSB2 is not ready: unplugged\n"


def test_one_object_a_line() -> None:
    channel = ScriptedChannel(
        {
            "ATI": ok("ACME"),
            "AT+CPIN?": refused("+CME ERROR: 10", 10, "SIM not inserted"),
            'AT+CPIN="4711"': ChannelError("no"),
        }
    )
    played = Played(
        channel,
        "ATI\n",
        "AT+CPIN?\n",
        'AT+CPIN="4711"\n',
        lambda: channel.on_urc(("RING",)),
        lambda: channel.goes("unplugged"),
        as_json=True,
    )
    assert [json.loads(line) for line in played.out.splitlines()] == [
        {
            "line": "ATI",
            "lines": ["ACME"],
            "final": "OK",
            "ok": True,
            "code": None,
            "name": None,
            "explained": [],
        },
        {
            "line": "AT+CPIN?",
            "lines": [],
            "final": "+CME ERROR: 10",
            "ok": False,
            "code": 10,
            "name": "SIM not inserted",
            "explained": [
                "CME error 10: SIM not inserted; is the card in, the right way round, and the slot"
                " closed?"
            ],
        },
        {"line": "AT+CPIN=***", "error": "no"},
        {"urc": ["RING"]},
        {"port": "/dev/ttyUSB2", "ready": False, "why": "unplugged"},
    ]


@pytest.mark.parametrize(
    ("text", "code", "out"),
    [
        ("ATI\nAT+CSQ\n", 0, "ok     1  ATI\nok     2  AT+CSQ\n"),
        ("ATI\n= ERROR\nAT\n", 1, "FAIL   1  ATI: wanted ERROR, got OK\n"),
    ],
    ids=["well", "not well"],
)
def test_scripts(tmp_path: Path, text: str, code: int, out: str) -> None:
    path = tmp_path / "check.at"
    path.write_text(text)
    printed, channel = io.StringIO(), ScriptedChannel()
    plain = Plain(printed, io.StringIO())
    assert run(plain.run_script(channel.connect, path)) == code
    assert printed.getvalue() == out
    assert channel.closed


def test_lines_are_read_in_a_thread_and_end_as_the_file_does() -> None:
    source = io.StringIO("ATI\nAT")

    async def reading() -> list[str]:
        lines = ThreadedLines(source.readline)
        return [await lines.next() for _ in range(3)]

    assert run(reading()) == ["ATI\n", "AT", ""]


def _stdin(monkeypatch: pytest.MonkeyPatch, stdin: object) -> list[str]:
    monkeypatch.setattr("sys.stdin", stdin)

    async def reading() -> list[str]:
        with lines_of_stdin() as lines:
            return [line async for line in _all(lines)]

    return run(reading())


async def _all(lines: ThreadedLines) -> AsyncIterator[str]:
    while line := await lines.next():
        yield line


def test_bytes_that_are_no_text_are_not_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    source = io.TextIOWrapper(io.BytesIO(b"ATI\n\xff\nAT\n"), "utf-8", "strict")
    assert _stdin(monkeypatch, source) == ["ATI\n", "\ufffd\n", "AT\n"]


def test_a_closed_input_has_no_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _stdin(monkeypatch, None) == []


_TYPING = """
import asyncio
from modem.console import lines_of_stdin
async def main():
    with lines_of_stdin() as lines:
        await lines.next()
asyncio.run(main())
"""


def test_ctrl_c_leaves_the_terminal_as_it_was() -> None:
    screen, terminal = os.openpty()
    found = termios.tcgetattr(terminal)

    def become_its_user() -> None:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    user = subprocess.Popen(
        (sys.executable, "-c", _TYPING),
        stdin=terminal,
        stdout=terminal,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        start_new_session=True,
        preexec_fn=become_its_user,
    )
    try:
        # Line editing has begun when the terminal is no more as it was.
        until(lambda: termios.tcgetattr(terminal)[3] != found[3], "line editing")
        os.write(screen, b"AT+C\x03")
        user.wait(PATIENCE_S)
        assert termios.tcgetattr(terminal) == found
    finally:
        user.kill()
        user.wait()
        os.close(screen)
        os.close(terminal)


@pytest.mark.parametrize("error", [EOFError(), OSError(5, "input/output error")])
def test_a_terminal_that_goes_is_the_end(error: Exception) -> None:
    def read() -> str:
        raise error

    async def reading() -> str:
        return await ThreadedLines(read).next()

    assert run(reading()) == ""
