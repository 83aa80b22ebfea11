"""The whole story in one process: a simulated modem, the daemon, and a listener at the short
number.

The parts are the real ones; only the modem and the network behind it are simulated. They speak over
a pty, so whoever wants to look may open the port that is named.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from apn_config.agent import Agent
from apn_config.clock import SystemClock
from apn_config.config import load
from apn_config.control import offer_control
from apn_config.network_words import registration_word
from apn_config.operations import Operations
from apn_config.status import Standing
from apn_config.storage_thread import StoreThread
from hil.simulate import Options, Simulation, platform_is_installed
from hil.station import Station
from modem.simulator import NetworkSettings, Submission

if TYPE_CHECKING:
    from hil.emnify.simulator.server import Running

OPERATOR = "12345"
SHORT_NUMBER = "1234"
GOOD_APN = "em"
BAD_APN = "nosuch.apn"
# A network takes some seconds for a registration; the demo's is faster, so that nobody falls
# asleep.
TIME_SCALE = 5.0
ANSWER_S = 60.0

_CONFIG = """\
[modem]
port = "{port}"
[reply]
to = "{short_number}"
[access]
senders = ["{operator}"]
[apn]
verify_timeout_s = 15
rollback_timeout_s = 30
[store]
path = "{home}/store/modem-helper.db"
[control]
socket = "{home}/control.sock"
[recovery]
radio_cycles_per_day = 1000
"""


class Demo:
    """One demo: what it shows goes to `say`, a line at a time.

    The simulated platform is a part of it where its packages are installed.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._answers: asyncio.Queue[Submission] = asyncio.Queue()
        self._platform: Running | None = None
        self._start_s = asyncio.get_running_loop().time()

    async def play(self, *, once: bool) -> bool:
        """The story; without `once` more SMS are taken from stdin. Did it end well?"""
        async with self._stage() as (station, agent):
            self._step(f"the modem is on {station.pty.port}; the daemon starts")
            if self._platform is not None:
                self._step(f"the portal of the simulated platform: {self._platform.portal}")
            await agent.keeper.modem()
            await self._show_device(agent)
            good = await self._send(station, f"APN {GOOD_APN}", f"OK APN {GOOD_APN}")
            await self._show_device(agent)
            self._say("")
            self._step("and now an APN that the network doesn't know:")
            bad = await self._send(station, f"APN {BAD_APN}", f"ROLLBACK APN {BAD_APN}")
            await self._show_device(agent)
            if not once:
                await self._converse(station)
            return good and bad

    @asynccontextmanager
    async def _stage(self) -> AsyncIterator[tuple[Station, Agent]]:
        """The simulated modem and the daemon, running."""
        with tempfile.TemporaryDirectory(prefix="modem-helper-demo-") as home:
            options = Options(
                network=NetworkSettings(apns=(GOOD_APN,), time_scale=TIME_SCALE),
                link=Path(home) / "modem0",
                listen=("127.0.0.1", 0) if platform_is_installed() else None,
            )
            async with Simulation(options, complain=self._say) as simulation:
                self._platform = simulation.platform
                simulation.on_submission = lambda _station, sms: self._answers.put_nowait(sms)
                path = Path(home) / "config.toml"
                path.write_text(
                    _CONFIG.format(
                        port=options.link, short_number=SHORT_NUMBER, operator=OPERATOR, home=home
                    )
                )
                config, db, clock = load(path), StoreThread(), SystemClock()
                await db.open(config.store.path, clock.now())
                agent = Agent(config, db, clock)
                standing = Standing(config, clock.now(), clock.now())
                table = Operations(lambda: agent, standing, clock).table
                tasks = [
                    asyncio.create_task(agent.run()),
                    asyncio.create_task(
                        offer_control(config.control.socket, table, asyncio.Event())
                    ),
                ]
                try:
                    yield simulation.stations[0], agent
                finally:
                    for task in tasks:
                        task.cancel()
                        with suppress(asyncio.CancelledError):
                            await task
                    await db.close()

    async def _send(self, station: Station, text: str, wanted: str) -> bool:
        """An SMS to the device, and the answer that comes to the short number."""
        self._deliver(station, text)
        try:
            answer = await asyncio.wait_for(self._answers.get(), ANSWER_S)
        except TimeoutError:
            self._step(f"no answer within {ANSWER_S:g} s")
            return False
        self._step(f"SMS from the device to {answer.to}:  {answer.text}")
        return (answer.text or "").startswith(wanted)

    def _deliver(self, station: Station, text: str) -> None:
        """Through the platform where there is one, so that the portal shows the conversation."""
        self._step(f"SMS from {OPERATOR} to the device:  {text}")
        if self._platform is None:
            station.modem.deliver(OPERATOR, text)
            return
        from hil.emnify.simulator.errors import Refused

        try:
            self._platform.send_to(station, text, OPERATOR)
        except Refused as refused:
            self._step(f"the platform refuses it: {refused}")

    async def _show_device(self, agent: Agent) -> None:
        modem = await agent.keeper.modem()
        registration = await modem.registration()
        context = await modem.read_context(1)
        live = await modem.live_context(1)
        data = f"data with address {live.address}" if live.address else "no data"
        self._step(
            f"the device: APN {context.apn}, {registration_word(registration)}"
            f" by {registration.rat or 'no network'}, {data}"
        )

    async def _converse(self, station: Station) -> None:
        """Whatever the user types is an SMS to the device, until the end of the input."""
        self._say("")
        self._say("Type an SMS to the device (STATUS, PING, APN, HELP ...); Ctrl-D ends.")
        answers = asyncio.create_task(self._print_answers())
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader()
        transport, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
        )
        try:
            while line := (await reader.readline()).decode(errors="replace").strip():
                self._deliver(station, line)
        finally:
            transport.close()
            answers.cancel()

    async def _print_answers(self) -> None:
        while True:
            answer = await self._answers.get()
            self._step(f"SMS from the device to {answer.to}:  {answer.text}")

    def _step(self, text: str) -> None:
        elapsed_s = asyncio.get_running_loop().time() - self._start_s
        self._say(f"{elapsed_s:6.2f} s  {text}")
