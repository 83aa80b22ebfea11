"""A channel through the control socket: a real socket, and a daemon that does as it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from apn_config.control import ControlError, ControlServer, Emit, Json
from apn_config.daemon_channel import DaemonChannel
from modem import AtAnswer, ChannelError, LinkNews, NeedsForce
from modem.transcript import Way


class Daemon:
    """What a daemon offers, as far as a channel needs it."""

    def __init__(self, path: Path) -> None:
        self.asked: list[tuple[str, Json]] = []
        self.watchers: list[Emit] = []
        self.recorders: list[Emit] = []
        self.watched = asyncio.Event()
        self.recorded = asyncio.Event()
        table = {
            "status": self._status,
            "at": self._at,
            "sms.send": self._sms_send,
            "watch": self._watch,
            "record": self._record,
        }
        self.server = ControlServer(path, table, attended=("watch", "record"))

    async def _status(self, args: Json, _emit: Emit) -> Json:
        return {"link": {"port": "/dev/ttyUSB2", "phase": "ready"}}

    async def _at(self, args: Json, _emit: Emit) -> Json:
        self.asked.append(("at", args))
        if args["line"] == "AT+CMGF=1" and not args["force"]:
            raise ControlError("no SMS could be read; --force sends it all the same", 4)
        if args["line"] == "AT+DEAD":
            raise ControlError("the modem gave no answer", 8)
        return {
            "line": args["line"],
            "lines": ["+CSQ: 17,99"],
            "final": "OK",
            "ok": True,
            "code": None,
            "name": None,
        }

    async def _sms_send(self, args: Json, emit: Emit) -> Json:
        emit({"part": 1, "of": 1})
        return {"parts": 1, "references": [7]}

    async def _watch(self, args: Json, emit: Emit) -> None:
        self.asked.append(("watch", args))
        emit({"link": {"phase": "ready", "why": None}})
        self.watchers.append(emit)
        self.watched.set()
        await asyncio.Event().wait()

    async def _record(self, args: Json, emit: Emit) -> None:
        self.recorders.append(emit)
        self.recorded.set()
        await asyncio.Event().wait()


class Bench:
    """A daemon, a channel to it, and what came unasked."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.daemon = Daemon(path)
        self.urcs: list[tuple[str, ...]] = []
        self.news: list[LinkNews] = []
        self.changed = asyncio.Event()
        self.channel = DaemonChannel(path, on_urc=self._urc, on_link=self._link)

    def _urc(self, lines: tuple[str, ...]) -> None:
        self.urcs.append(lines)
        self.changed.set()

    def _link(self, news: LinkNews) -> None:
        self.news.append(news)
        self.changed.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until what came unasked makes it true."""
        async with asyncio.timeout(10):
            while not condition():
                self.changed.clear()
                await self.changed.wait()


@pytest.fixture
def on_bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Plays a scenario on a channel that a daemon is behind."""
    monkeypatch.setattr("apn_config.daemon_channel.LOOK_S", 0.01)

    def play(scenario: Callable[[Bench], Awaitable[None]]) -> Bench:
        async def playing() -> Bench:
            bench = Bench(tmp_path / "control.sock")
            await bench.daemon.server.start()
            try:
                await bench.channel.open()
                await bench.daemon.watched.wait()
                await scenario(bench)
            finally:
                await bench.channel.close()
                await bench.daemon.server.close()
            return bench

        return asyncio.run(playing())

    return play


def test_an_answer(on_bench: Any) -> None:
    async def scenario(bench: Bench) -> None:
        assert bench.channel.port == "/dev/ttyUSB2"
        found = await bench.channel.execute("AT+CSQ", payload="00", timeout_s=5)
        assert found == AtAnswer("AT+CSQ", ("+CSQ: 17,99",), "OK", True)

    bench = on_bench(scenario)
    op, args = bench.daemon.asked[-1]
    del args["console"]
    assert op == "at"
    assert args == {"line": "AT+CSQ", "force": False, "payload": "00", "timeout_s": 5}


def test_the_daemon_is_told_which_console_watches_and_which_forces(on_bench: Any) -> None:
    async def scenario(bench: Bench) -> None:
        await bench.channel.execute("AT+CMGF=1", force=True)
        (_, watch), (_, at) = bench.daemon.asked
        assert watch["console"] == at["console"]
        assert watch["console"] != DaemonChannel(bench.path)._name

    on_bench(scenario)


def test_what_the_daemon_minds_can_be_forced(on_bench: Any) -> None:
    async def scenario(bench: Bench) -> None:
        with pytest.raises(NeedsForce) as caught:
            await bench.channel.execute("AT+CMGF=1")
        assert caught.value.why == "no SMS could be read"
        assert str(caught.value) == "no SMS could be read; --force sends it all the same"
        assert (await bench.channel.execute("AT+CMGF=1", force=True)).ok

    on_bench(scenario)


def test_what_fails_keeps_its_exit_code(on_bench: Any) -> None:
    async def scenario(bench: Bench) -> None:
        with pytest.raises(ChannelError, match="no answer") as caught:
            await bench.channel.execute("AT+DEAD")
        assert caught.value.exit_code == 8
        with pytest.raises(ChannelError) as caught:
            await bench.channel.write(b"AT\r")
        assert caught.value.exit_code == 4

    on_bench(scenario)


def test_an_sms(on_bench: Any) -> None:
    async def scenario(bench: Bench) -> None:
        assert await bench.channel.send_sms("1234", "hello") == (7,)

    on_bench(scenario)


def test_what_the_modem_says_and_how_the_link_is(on_bench: Any) -> None:
    async def scenario(bench: Bench) -> None:
        (tell,) = bench.daemon.watchers
        tell({"urc": {"lines": ["+CMT: ,17", "0011"]}})
        tell({"sms": {"from": "1234"}})
        tell({"link": {"phase": "opening", "why": "unplugged"}})
        tell({"link": {"phase": "initialising", "why": None}})
        tell({"link": {"phase": "ready", "why": None}})
        await bench.until(lambda: len(bench.news) == 4)

    bench = on_bench(scenario)
    assert bench.urcs == [("+CMT: ,17", "0011")]
    assert [news.why for news in bench.news] == [None, "unplugged", "initialising", None]


def test_a_daemon_that_ends_and_returns(on_bench: Any) -> None:
    async def scenario(bench: Bench) -> None:
        await bench.daemon.server.close()
        await bench.until(lambda: "no daemon answers" in (bench.news[-1].why or ""))
        with pytest.raises(ChannelError) as caught:
            await bench.channel.execute("ATI")
        assert caught.value.exit_code == 8
        bench.daemon = Daemon(bench.path)
        await bench.daemon.server.start()
        await bench.until(lambda: bench.news[-1].why is None)
        assert (await bench.channel.execute("ATI")).ok

    on_bench(scenario)


def test_bytes_until_they_are_not_wanted_any_more(on_bench: Any) -> None:
    passed: list[tuple[Way, bytes]] = []

    async def scenario(bench: Bench) -> None:
        heard = asyncio.Event()

        def hear(way: Way, data: bytes) -> None:
            passed.append((way, data))
            heard.set()

        end = bench.channel.listen(hear)
        await bench.daemon.recorded.wait()
        (tell,) = bench.daemon.recorders
        tell({"at_s": 0.5, "way": "<<", "data": "OK\r\n\u00ff"})
        await heard.wait()
        end()

    on_bench(scenario)
    assert passed == [(Way.FROM_MODEM, b"OK\r\n\xff")]


def test_without_a_daemon(tmp_path: Path) -> None:
    with pytest.raises(ChannelError, match="no daemon answers") as caught:
        asyncio.run(DaemonChannel(tmp_path / "none").open())
    assert caught.value.exit_code == 8
