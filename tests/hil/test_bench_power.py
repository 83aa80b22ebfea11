"""Switches that only a bench has: a relay by HTTP, and the simulated modem's power and cable."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from apn_config.config_recovery import PowerConfig
from hil.power import SWITCH_KINDS, http, switch_of
from hil.simulate import Options, Simulation
from modem import PowerFailed
from modem.power import PowerSwitch
from modem.simulator import NetworkSettings


def made(kind: str, **parameters: str | int | float) -> PowerSwitch:
    return switch_of(PowerConfig(kind, parameters))


# --- a relay --------------------------------------------------------------------------------------


@dataclass
class Relay:
    """What it was asked, path and login, and how it answers each path (200 unless told)."""

    url: str = ""
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    answers: dict[str, int] = field(default_factory=dict)

    def switch(self, off: str = "/off", on: str = "/on") -> PowerSwitch:
        return made("http", off=self.url + off, on=self.url + on, off_s=0.01)


@pytest.fixture
def relay() -> Iterator[Relay]:
    found = Relay()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append((self.path, self.headers["Authorization"]))
            self.send_response(found.answers.get(self.path, 200))
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        found.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield found
        server.shutdown()
        thread.join()


def test_a_relay_is_switched_off_and_on(relay: Relay) -> None:
    asyncio.run(relay.switch("/cm?cmnd=Power%20Off", "/relay/0?turn=on").cycle())
    assert relay.asked == [("/cm?cmnd=Power%20Off", None), ("/relay/0?turn=on", None)]


def test_user_and_password_go_as_basic_authentication(relay: Relay) -> None:
    relay.url = relay.url.replace("://", "://me:p%40ss@")
    asyncio.run(relay.switch().cycle())
    assert relay.asked == [(path, "Basic bWU6cEBzcw==") for path in ("/off", "/on")]


@pytest.mark.parametrize(
    ("status", "words"),
    [(302, "answered 302"), (404, "answered 404"), (401, "answered 401; are user and password")],
)
def test_what_it_answers_is_told_without_secrets_and_it_is_switched_on(
    relay: Relay, status: int, words: str
) -> None:
    relay.answers["/off?password=geheim"] = status
    relay.url = relay.url.replace("://", "://me:secret@")
    with pytest.raises(PowerFailed, match=words) as caught:
        asyncio.run(relay.switch("/off?password=geheim").cycle())
    assert [path for path, _ in relay.asked] == ["/off?password=geheim", "/on"]
    shown = f"{caught.value!r} {caught.value.__cause__!r}"
    assert not any(secret in shown for secret in ("geheim", "secret", "me:"))


def test_nobody_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modem.power.ON_PAUSES_S", ())
    with pytest.raises(PowerFailed, match=r"127.0.0.1:9 can't be called: Connection refused"):
        asyncio.run(made("http", off="http://u:pw@127.0.0.1:9", on="http://127.0.0.1:9").cycle())


def test_one_that_gives_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modem.power.ON_PAUSES_S", ())
    monkeypatch.setattr(http, "TIMEOUT_S", 0.05)

    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"http://127.0.0.1:{mute.getsockname()[1]}/"
        with pytest.raises(PowerFailed, match="can't be called: no answer"):
            asyncio.run(made("http", off=url, on=url, off_s=0.01).cycle())


WRONG: dict[str, tuple[str, dict[str, Any], str]] = {
    "no URL": ("http", {"off": "relay off", "on": "http://x"}, 'off: wanted .*"http://'),
    "a file": ("http", {"off": "file:///etc/passwd", "on": "http://x"}, "off: wanted"),
    "no host": ("http", {"off": "http://x", "on": "http:///on"}, "on: wanted"),
    "a space": ("http", {"off": "http://x/a b", "on": "http://x"}, "off: wanted"),
    "a port that is none": ("http", {"off": "http://x:y", "on": "http://x"}, "off: wanted"),
    "a number": ("http", {"off": 1, "on": "http://x"}, "off: wanted"),
    "what is switched": ("simulated", {"control": "/x", "of": "radio"}, "of: wanted"),
    "no modem": ("simulated", {"control": "/x", "of": "power", "modem": -1}, "modem: wanted"),
    "one of the device's": ("usb", {"device": "../1"}, "device: wanted"),
}


@pytest.mark.parametrize(("kind", "parameters", "message"), WRONG.values(), ids=WRONG)
def test_wrong_parameters(kind: str, parameters: dict[str, Any], message: str) -> None:
    assert kind in SWITCH_KINDS
    with pytest.raises(PowerFailed, match=message):
        made(kind, **parameters)


# --- the simulated modem --------------------------------------------------------------------------


@pytest.mark.parametrize("of", ["power", "cable"])
def test_a_simulated_modem(tmp_path: Path, of: str) -> None:
    control = tmp_path / "control"
    network = NetworkSettings(time_scale=50)

    async def main() -> None:
        async with Simulation(Options(network=network, control=control), complain=print) as found:
            modem = found.stations[0].modem
            switching = asyncio.create_task(
                made("simulated", control=str(control), of=of, off_s=0.1).cycle()
            )
            await _until(lambda: not modem.plugged and modem.line.down is (of == "power"))
            await switching
            assert modem.plugged
            await _until(lambda: not modem.line.down)

    asyncio.run(main())


def test_a_simulation_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modem.power.ON_PAUSES_S", ())
    with pytest.raises(PowerFailed, match=r"nobody listens at .*control"):
        asyncio.run(made("simulated", control=str(tmp_path / "control"), of="cable").cycle())


def test_a_modem_that_is_not_simulated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modem.power.ON_PAUSES_S", ())
    control = tmp_path / "control"

    async def main() -> None:
        async with Simulation(Options(control=control), complain=print):
            await made("simulated", control=str(control), of="cable", modem=7).cycle()

    with pytest.raises(PowerFailed, match=r"can't be switched: .*from 0 to 0, got 7"):
        asyncio.run(main())


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 -- nothing announces it
            await asyncio.sleep(0.005)
