"""A channel on a port of one's own: on a wire in memory, with a virtual clock."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from modem import channel as subject
from modem.channel import LOOK_S, ChannelError, LinkNews, LocalChannel, NeedsForce
from modem.errors import LinkLost, MisuseError, PortMissing
from modem.link import Link, LinkUser
from modem.memory_link import MemoryLink, memory_links
from modem.transcript.values import Way
from tests.virtual_time import run

PORT = "/dev/ttyUSB2"


class Modem:
    """The far end of a wire; it answers each line, the marker of a resynchronisation, too."""

    def __init__(self, answers: dict[str, str]) -> None:
        self.answers = {"AT+CMEE?": "+CMEE: 1\r\n\r\nOK", **answers}
        self.heard: list[str] = []
        self.there = True
        self.wire: MemoryLink | None = None

    async def open_link(self, port: str, user: LinkUser, *, baud: int = 115200) -> Link:
        """As `modem.transport.open_link`."""
        if not self.there:
            raise PortMissing(port, f"{port} isn't there")
        near, self.wire = memory_links(user, self)
        return near

    def data_received(self, data: bytes) -> None:
        """Answer the line."""
        line = data.decode("latin-1").strip("\r\x1b\x1a")
        self.heard.append(line)
        answer = self.answers.get(line, "OK")
        self.says(answer if answer == "> " else f"\r\n{answer}\r\n")

    def link_lost(self, error: LinkLost) -> None:
        """The near end closed."""

    def says(self, text: str) -> None:
        """Say something, asked or not."""
        assert self.wire is not None
        self.wire.write(text.encode("latin-1"))

    def unplug(self) -> None:
        """The device goes away."""
        self.there = False
        assert self.wire is not None
        self.wire.break_wire("unplugged")


class Bench:
    """A channel, its modem, and what came unasked."""

    def __init__(self, answers: dict[str, str], minds: Callable[[str], str | None]) -> None:
        self.modem = Modem(answers)
        self.urcs: list[tuple[str, ...]] = []
        self.news: list[LinkNews] = []
        self.channel = LocalChannel(
            PORT, on_urc=self.urcs.append, on_link=self.news.append, minds=minds
        )


@pytest.fixture
def on_bench(
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Bench]:
    """Plays a scenario on an open channel."""

    def play(
        scenario: Callable[[Bench], Awaitable[None]],
        answers: dict[str, str] | None = None,
        minds: Callable[[str], str | None] = lambda _line: None,
    ) -> Bench:
        async def playing() -> Bench:
            bench = Bench(answers or {}, minds)
            monkeypatch.setattr(subject, "open_link", bench.modem.open_link)
            await bench.channel.open()
            await scenario(bench)
            await bench.channel.close()
            return bench

        return run(playing())

    return play


Play = Callable[..., Bench]


def test_answers_and_refusals(on_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        answer = await bench.channel.execute("AT+CSQ")
        assert (answer.lines, answer.final, answer.ok) == (("+CSQ: 17,99",), "OK", True)
        answer = await bench.channel.execute("AT+CPIN?")
        assert (answer.final, answer.code, answer.ok) == ("+CME ERROR: 10", 10, False)

    bench = on_bench(scenario, {"AT+CSQ": "+CSQ: 17,99\r\n\r\nOK", "AT+CPIN?": "+CME ERROR: 10"})
    assert bench.modem.heard == ["AT+CMEE?", "AT+CSQ", "AT+CPIN?"]


def test_whether_a_pin_is_wanted_is_no_secret(on_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        assert (await bench.channel.execute("AT+CPIN?")).lines == ("+CPIN: SIM PIN",)

    on_bench(scenario, {"AT+CPIN?": "+CPIN: SIM PIN\r\n\r\nOK"})


def test_what_is_minded_is_not_sent_without_force(on_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        with pytest.raises(NeedsForce, match="it forgets all; --force") as caught:
            await bench.channel.execute("AT&F")
        assert (caught.value.why, caught.value.exit_code) == ("it forgets all", 4)
        assert bench.modem.heard == []
        assert (await bench.channel.execute("AT&F", force=True)).ok

    on_bench(scenario, minds=lambda line: "it forgets all" if line == "AT&F" else None)


def test_what_is_no_line_is_not_sent(on_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        with pytest.raises(MisuseError):
            await bench.channel.execute("hello")
        assert bench.modem.heard == []

    on_bench(scenario)


def test_what_the_modem_says_unasked(on_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        await bench.channel.execute("AT")
        bench.modem.says('\r\n+CMTI: "ME",3\r\n')
        await asyncio.sleep(1)

    assert on_bench(scenario).urcs == [('+CMTI: "ME",3',)]


def test_a_modem_that_vanishes_and_returns(on_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        bench.modem.unplug()
        await asyncio.sleep(0.1)
        with pytest.raises(LinkLost):
            await bench.channel.execute("ATI")
        with pytest.raises(LinkLost):
            await bench.channel.write(b"AT\r")
        await asyncio.sleep(10 * LOOK_S)
        bench.modem.there = True
        await asyncio.sleep(2 * LOOK_S)
        assert (await bench.channel.execute("ATI")).ok

    assert on_bench(scenario).news == [LinkNews(PORT, "unplugged"), LinkNews(PORT, None)]


def test_bytes_as_they_are(on_bench: Play) -> None:
    passed: list[tuple[Way, bytes]] = []

    async def scenario(bench: Bench) -> None:
        await bench.channel.execute("AT")
        end = bench.channel.listen(lambda way, data: passed.append((way, data)))
        await bench.channel.write(b"ATX\r")
        await asyncio.sleep(1)
        end()
        # What was answered to these bytes isn't the next line's answer.
        assert (await bench.channel.execute("AT")).final == "OK"

    on_bench(scenario, {"ATX": "ERROR"})
    assert passed == [(Way.TO_MODEM, b"ATX\r"), (Way.FROM_MODEM, b"\r\nERROR\r\n")]


# --- messages -------------------------------------------------------------------------------------


class Sender(Modem):
    """A modem that takes messages, in the mode that it is in."""

    def __init__(self, answers: dict[str, str]) -> None:
        super().__init__(answers)
        self.mode = "0"
        self.lengths: list[str] = []

    def data_received(self, data: bytes) -> None:
        line = data.decode("latin-1").strip("\r\x1b\x1a")
        if line.startswith("AT+CMGF="):
            self.mode = line[-1]
        self.answers["AT+CMGF?"] = f"+CMGF: {self.mode}\r\n\r\nOK"
        if line.startswith("AT+CMGS="):
            assert self.mode == "0"
            self.lengths.append(line)
            self.answers[line] = "> "
        elif line.startswith("00"):
            self.answers.setdefault(line, f"+CMGS: {len(self.lengths)}\r\n\r\nOK")
        super().data_received(data)


@pytest.fixture
def sending(monkeypatch: pytest.MonkeyPatch, on_bench: Play) -> Play:
    """A bench whose modem takes messages."""
    monkeypatch.setitem(globals(), "Modem", Sender)
    return on_bench


@pytest.mark.parametrize("mode", ["0", "1"], ids=["PDU mode", "text mode"])
@pytest.mark.parametrize(("text", "parts"), [("hello", 1), ("long " * 60, 2)], ids=["one", "two"])
def test_an_sms_is_sent_and_the_mode_put_back(
    sending: Play, mode: str, text: str, parts: int
) -> None:
    async def scenario(bench: Bench) -> None:
        assert isinstance(bench.modem, Sender)
        bench.modem.mode = mode
        sent = await bench.channel.send_sms("+491701234567", text)
        assert sent == tuple(range(1, parts + 1))
        assert bench.modem.mode == mode

    sending(scenario)


def test_a_refused_sms_says_so_and_puts_the_mode_back(sending: Play) -> None:
    async def scenario(bench: Bench) -> None:
        assert isinstance(bench.modem, Sender)
        bench.modem.mode = "1"
        bench.modem.answers.update({"00": ""})
        bench.modem.answers = _Refusing(bench.modem.answers)
        with pytest.raises(ChannelError, match=r"\+CMS ERROR: 38"):
            await bench.channel.send_sms("1234", "hello")
        assert bench.modem.mode == "1"

    sending(scenario)


class _Refusing(dict[str, str]):
    """Answers in which every PDU is refused."""

    def setdefault(self, key: str, default: str = "") -> str:
        self[key] = "+CMS ERROR: 38"
        return self[key]


@pytest.mark.parametrize("number", ["", "12xy", "1" * 30])
def test_what_is_no_number_is_no_modems_affair(sending: Play, number: str) -> None:
    async def scenario(bench: Bench) -> None:
        with pytest.raises(ChannelError) as caught:
            await bench.channel.send_sms(number, "hello")
        assert caught.value.exit_code == 2
        assert bench.modem.heard == []

    sending(scenario)
