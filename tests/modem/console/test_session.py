"""A session with a scripted channel: what is sent, and what is seen of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from modem.console.commands import SlashCommands
from modem.console.session import Session
from modem.console.toolbar import toolbar
from modem.console.values import Entry, Kind, Line
from modem.errors import LinkLost, ModemSilent
from modem.transcript.errors import RecordingError
from modem.transcript.format import read
from modem.transcript.recording import Recorder
from modem.transcript.values import Way
from tests.modem.console.channels import ScriptedChannel, Sent, ok, refused
from tests.virtual_time import run

NOON = datetime(2026, 3, 1, 12, 0, 5, tzinfo=UTC)
TEXT_PDU = "00040481214300004250607080900002CF25"


class Table:
    """A session, what it shows, and what a user would answer."""

    def __init__(self, channel: ScriptedChannel, *, says: bool = False) -> None:
        self.shown: list[Line] = []
        self.asked: list[str] = []
        self.says = says
        self.channel = channel
        self.quits = 0
        self.session = Session(self._show, self._ask, lambda: NOON)
        self.commands = SlashCommands(self.session, self._quit)

    def _show(self, lines: Sequence[Line]) -> None:
        self.shown += lines

    async def _ask(self, question: str) -> bool:
        self.asked.append(question)
        return self.says

    def _quit(self) -> None:
        self.quits += 1

    def texts(self, *kinds: Kind) -> list[str]:
        """What was shown of these kinds."""
        return [line.text for line in self.shown if line.kind in kinds]


def at_table(
    channel: ScriptedChannel, scenario: Callable[[Table], Awaitable[None]], *, says: bool = False
) -> Table:
    """Play a scenario at a table whose channel is open."""
    table = Table(channel, says=says)

    async def playing() -> None:
        await table.session.open(channel.connect)
        await scenario(table)
        table.commands.close()
        await table.session.close()

    run(playing())
    assert channel.closed
    return table


def typed(channel: ScriptedChannel, *lines: str, says: bool = False) -> Table:
    """Type lines, slash commands among them."""

    async def scenario(table: Table) -> None:
        for line in lines:
            async with table.session.turn(line):
                if line.startswith("/"):
                    await table.commands.run(line)
                else:
                    await table.session.send(Entry(line))

    return at_table(channel, scenario, says=says)


def test_an_answer_is_shown_and_explained() -> None:
    table = typed(ScriptedChannel({"AT+CSQ": ok("+CSQ: 17,99")}), "AT+CSQ")
    assert [(line.kind, line.text) for line in table.shown[:2]] == [
        (Kind.ANSWER, "+CSQ: 17,99"),
        (Kind.OK, "OK"),
    ]
    assert "-79 dBm" in " ".join(table.texts(Kind.MEANING))
    assert table.session.signal_dbm == -79


def test_a_refusal_is_named() -> None:
    answer = refused("+CME ERROR: 10", 10, "SIM not inserted")
    table = typed(ScriptedChannel({"AT+CPIN?": answer}), "AT+CPIN?")
    assert table.texts(Kind.REFUSED) == ["+CME ERROR: 10"]
    assert "SIM not inserted" in " ".join(table.texts(Kind.MEANING))


@pytest.mark.parametrize(
    "error", [ModemSilent("AT", 60.0), LinkLost("/dev/x", "gone")], ids=["silent", "lost"]
)
def test_an_error_ends_nothing(error: Exception) -> None:
    channel = ScriptedChannel({"AT+DEAD": error})
    table = typed(channel, "AT+DEAD", "ATI")
    assert table.texts(Kind.ERROR) == [str(error)]
    assert table.texts(Kind.OK) == ["OK"]


@pytest.mark.parametrize(
    ("says", "sent"),
    [
        pytest.param(True, [Sent("AT&F"), Sent("AT&F", force=True)], id="yes"),
        pytest.param(False, [Sent("AT&F")], id="no"),
    ],
)
def test_what_is_minded_is_asked(says: bool, sent: list[Sent]) -> None:
    channel = ScriptedChannel(minded={"AT&F": "it forgets all"})
    table = typed(channel, "AT&F", says=says)
    assert table.asked == ["It forgets all. Send it all the same?"]
    assert channel.sent == sent
    assert table.texts(Kind.OK, Kind.NOTE) == (["OK"] if says else ["not sent"])


def test_what_comes_unasked_has_its_time_and_can_do_no_harm() -> None:
    async def scenario(table: Table) -> None:
        table.channel.on_urc(('+CMTI: "ME",3',))
        table.channel.on_urc(("+EVIL: \x1b[2J",))

    table = at_table(ScriptedChannel(), scenario)
    assert table.texts(Kind.URC) == ['12:00:05 +CMTI: "ME",3', "12:00:05 +EVIL: \\x1b[2J"]
    assert all(line.text.isprintable() for line in table.shown)


def test_the_link_is_told_once() -> None:
    async def scenario(table: Table) -> None:
        table.channel.goes(None)
        table.channel.goes("unplugged")
        table.channel.goes("unplugged")
        assert table.session.loss == "unplugged"
        assert await table.session.ask_quietly("AT+CNMI=?", 1) is None
        table.channel.goes(None)

    table = at_table(ScriptedChannel(), scenario)
    assert table.texts(Kind.LOSS) == ["12:00:05 /dev/ttyUSB2 is not ready: unplugged"]
    assert table.texts(Kind.NOTE) == ["12:00:05 /dev/ttyUSB2 is ready"]
    assert table.channel.sent == []


def test_nothing_is_asked_quietly_while_a_command_runs() -> None:
    async def scenario(table: Table) -> None:
        async with table.session.turn("AT+COPS=?"):
            assert table.session.running == "AT+COPS=?"
            assert await table.session.ask_quietly("AT+CNMI=?", 1) is None
        assert table.session.running is None
        answer = await table.session.ask_quietly("AT+CNMI=?", 1)
        assert answer is not None
        assert answer.ok

    table = at_table(ScriptedChannel(), scenario)
    assert table.shown == []
    assert len(table.channel.sent) == 1


# --- raw bytes ------------------------------------------------------------------------------------


def test_raw_bytes_instead_of_lines() -> None:
    async def scenario(table: Table) -> None:
        table.session.set_raw(True)
        table.channel.tap.passes(Way.TO_MODEM, b"ATI\r")
        table.channel.tap.passes(Way.FROM_MODEM, b"\r\nSIM\xff\r\n\r\nOK\r\n")
        await table.session.send(Entry("ATI"))
        table.session.set_raw(False)
        table.channel.tap.passes(Way.TO_MODEM, b"unseen")

    table = at_table(ScriptedChannel({"ATI": ok("SIM")}), scenario)
    assert [(line.kind, line.text) for line in table.shown] == [
        (Kind.RAW, r">> 'ATI\r'"),
        (Kind.RAW, r"<< '\r\n'"),
        (Kind.RAW, r"<< 'SIM\xff\r\n'"),
        (Kind.RAW, r"<< '\r\n'"),
        (Kind.RAW, r"<< 'OK\r\n'"),
    ]


def test_the_bytes_of_a_secret_are_counted_only() -> None:
    async def scenario(table: Table) -> None:
        table.session.set_raw(True)
        table.channel.tap.passes(Way.TO_MODEM, b'AT+CPIN="4711"\r')
        table.channel.tap.passes(Way.FROM_MODEM, b'AT+CPIN="47')
        table.channel.tap.passes(Way.FROM_MODEM, b'11"\r\r\nOK\r\n')
        table.channel.tap.passes(Way.TO_MODEM, b"AT\r")

    table = at_table(ScriptedChannel(), scenario)
    assert "47" not in "".join(table.texts(Kind.RAW))
    assert table.texts(Kind.RAW)[-1] == r">> 'AT\r'"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        pytest.param(b"AT+CGAUTH?", False, id="a password that is read"),
        pytest.param(b"AT^AUTHDATA?", False, id="a password that is read, HiSilicon"),
        pytest.param(b"AT+CPIN?", True, id="is a PIN wanted"),
        pytest.param(b"AT+CGAUTH=?", True, id="what is taken"),
    ],
)
def test_the_bytes_of_what_is_read(line: bytes, shown: bool) -> None:
    async def scenario(table: Table) -> None:
        table.session.set_raw(True)
        table.channel.tap.passes(Way.TO_MODEM, line + b"\r")
        table.channel.tap.passes(Way.FROM_MODEM, b'+X: 1,"hunter2"\r\n')

    table = at_table(ScriptedChannel(), scenario)
    assert ("hunter2" in "".join(table.texts(Kind.RAW))) == shown


@pytest.mark.parametrize("end", ["given up", "no answer"])
def test_a_secret_that_comes_late_is_not_shown(end: str) -> None:
    dead = ModemSilent("AT+CPIN=***", 60.0) if end == "no answer" else None
    channel = ScriptedChannel({"AT+CPIN=4711": dead})

    async def scenario(table: Table) -> None:
        table.session.set_raw(True)
        sending = asyncio.create_task(table.session.send(Entry("AT+CPIN=4711")))
        await asyncio.sleep(1)
        sending.cancel()
        await asyncio.wait({sending})
        channel.tap.passes(Way.TO_MODEM, b"\x1bAT+CMEE?\r")
        channel.tap.passes(Way.FROM_MODEM, b"AT+CPIN=4711\r\r\nOK\r\n")
        await table.session.send(Entry("ATI"))
        channel.tap.passes(Way.TO_MODEM, b"ATI\r")

    table = at_table(channel, scenario)
    assert "4711" not in "".join(table.texts(Kind.RAW))
    assert table.texts(Kind.RAW)[-1] == r">> 'ATI\r'"


def test_hex_sends_bytes_and_shows_bytes_until_the_next_line() -> None:
    async def scenario(table: Table) -> None:
        assert await table.commands.run("/hex 41 540d")
        table.channel.tap.passes(Way.FROM_MODEM, b"OK\r\n")
        await table.session.send(Entry("ATI"))
        table.channel.tap.passes(Way.FROM_MODEM, b"unseen\r\n")

    table = at_table(ScriptedChannel(), scenario)
    assert table.channel.written == [b"AT\r"]
    assert table.texts(Kind.RAW) == [r"<< 'OK\r\n'"]
    assert table.texts(Kind.OK) == ["OK"]


# --- slash commands -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        pytest.param("/nope", "there is no /nope; there are /help, /send", id="unknown"),
        pytest.param("/send 1234", "usage: /send NUMBER TEXT", id="no text"),
        pytest.param("/send 12\x1b34 hi", "usage: /send NUMBER TEXT", id="no number"),
        pytest.param("/send 0 hi", "the network refused it", id="not sent"),
        pytest.param("/decode", "usage: /decode HEX", id="no PDU"),
        pytest.param("/decode 00", "pdu", id="not a whole PDU"),
        pytest.param("/record", "usage: /record FILE|off", id="no file"),
        pytest.param("/record off", "nothing is recorded", id="nothing to end"),
        pytest.param("/record /nowhere/x", "No such file", id="no such directory"),
        pytest.param("/script", "usage: /script FILE", id="no script"),
        pytest.param("/script /nowhere", "No such file", id="no such script"),
        pytest.param("/script /dev/null", "is no file", id="a script that may never end"),
        pytest.param("/script a\0b", "null", id="no name for a script"),
        pytest.param("/record a\0b", "null", id="no name for a recording"),
        pytest.param("/hex", "wanted bytes in hex", id="no bytes"),
        pytest.param("/hex zz", "wanted bytes in hex", id="no hex"),
        pytest.param("/help AT+NOSUCHTHING", "nothing is known of AT+NOSUCHTHING", id="no help"),
    ],
)
def test_slash_commands_that_fail(line: str, shown: str) -> None:
    async def scenario(table: Table) -> None:
        assert not await table.commands.run(line)

    table = at_table(ScriptedChannel(), scenario)
    assert shown in " ".join(table.texts(Kind.ERROR))


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        pytest.param("/help", "/send NUMBER TEXT", id="help"),
        pytest.param("/HELP", "Ctrl-D       quits", id="in capitals"),
        pytest.param("/help +CSQ", "27.007 8.5", id="help for a command"),
        pytest.param("/send +491701234567 Hello  you", "message reference 7, 8", id="send"),
        pytest.param(f"/decode {TEXT_PDU}", 'text: "OK"', id="decode"),
        pytest.param(f"/decode {TEXT_PDU[:20]} {TEXT_PDU[20:]}", 'text: "OK"', id="with a blank"),
        pytest.param("/raw", "raw bytes on", id="raw"),
    ],
)
def test_slash_commands(line: str, shown: str) -> None:
    async def scenario(table: Table) -> None:
        assert await table.commands.run(line)
        table.session.set_raw(False)

    table = at_table(ScriptedChannel(), scenario)
    assert shown in "\n".join(table.texts(Kind.NOTE, Kind.OK))
    if line.startswith("/send"):
        assert table.channel.messages == [("+491701234567", "Hello  you")]


def test_quit() -> None:
    assert typed(ScriptedChannel(), "/quit").quits == 1


def test_a_script_is_run_up_to_what_fails(tmp_path: Path) -> None:
    path = tmp_path / "check.at"
    path.write_text("ATI\nuntil RING within 5s\nAT+CSQ\nexpect /nothing/\nAT\n")

    async def scenario(table: Table) -> None:
        asyncio.get_running_loop().call_later(1, table.channel.on_urc, ("RING",))
        assert not await table.commands.run(f"/script {path}")

    table = at_table(ScriptedChannel(), scenario)
    assert [sent.line for sent in table.channel.sent] == ["ATI", "AT+CSQ"]
    assert table.texts(Kind.OK) == ["ok     1  ATI", "ok     2  until RING"]
    assert table.texts(Kind.REFUSED) == ["FAIL   3  AT+CSQ: wanted /nothing/, got nothing"]


def test_a_recording_is_masked_and_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "session"

    async def scenario(table: Table) -> None:
        await table.commands.run(f"/record {path}")
        assert table.commands.recording == str(path)
        table.channel.tap.passes(Way.TO_MODEM, b'AT+CPIN="4711"\r')
        table.channel.tap.passes(Way.FROM_MODEM, b"\r\nOK\r\n")
        table.channel.tap.passes(Way.TO_MODEM, b"AT+CSQ\r")
        await table.commands.run("/record off")
        table.channel.tap.passes(Way.TO_MODEM, b"AT+UNSEEN\r")

    at_table(ScriptedChannel(), scenario)
    assert path.stat().st_mode & 0o777 == 0o600
    text = path.read_text()
    assert "4711" not in text
    assert "UNSEEN" not in text
    data = b"".join(getattr(step, "data", b"") for step in read(text, "it").steps)
    assert data.endswith(b"AT+CSQ\r")


def test_a_recording_that_fails_ends_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_recorder: Recorder, _way: Way, _data: bytes) -> None:
        raise RecordingError("the recording can't go on: no space left")

    monkeypatch.setattr(Recorder, "passes", full)

    async def scenario(table: Table) -> None:
        await table.commands.run(f"/record {tmp_path / 'session'}")
        table.channel.tap.passes(Way.TO_MODEM, b"AT\r")
        table.channel.tap.passes(Way.TO_MODEM, b"AT\r")
        assert table.commands.recording is None

    table = at_table(ScriptedChannel(), scenario)
    assert table.texts(Kind.ERROR) == ["the recording can't go on: no space left"]


# --- the toolbar ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("columns", "text"),
    [
        pytest.param(80, " /dev/ttyUSB2 | AT+COPS=? runs 0 s | 2 waiting | raw | direct", id="80"),
        pytest.param(40, " /dev/ttyUSB2 | AT+COPS=? runs 0 s", id="40"),
        pytest.param(8, " /dev/t", id="hardly any room"),
    ],
)
def test_the_toolbar_keeps_to_its_width(columns: int, text: str) -> None:
    async def scenario(table: Table) -> None:
        table.session.set_raw(True)
        async with table.session.turn("AT+COPS=?"):
            assert toolbar(table.session, NOON, 2, None, columns) == text
        table.session.set_raw(False)

    at_table(ScriptedChannel(), scenario)
