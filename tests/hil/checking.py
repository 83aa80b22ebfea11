"""A simulated modem with its platform as a bench, and what the checks find there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hil.bench import Bench, parse
from hil.checks import Check, Examined, Finding, Verdict, examine
from hil.simulate import Options, Simulation
from modem.simulator import NetworkSettings

TEXT = """\
[bench]
patience_s = 5
[modem]
port = "{home}/modem0"
{modem}
[apn]
expected = "em"
[platform]
device = {device}
token_file = "{home}/token"
api = "{api}"
sender = "12345"
short_number = "1234"
{more}
"""
WEBHOOK = """\
[webhook]
listen = "127.0.0.1:{port}"
url = "{url}"
"""
OK = dict.fromkeys(Check, Verdict.OK)
ABSENT = {
    Check.RECEIVER: Verdict.SKIPPED,
    Check.POWER: Verdict.SKIPPED,
    Check.CABLE: Verdict.SKIPPED,
}


@dataclass
class Desk:
    """A simulated modem with its platform, and the file of a bench of them."""

    home: Path
    simulation: Simulation

    @property
    def modem(self) -> Any:
        return self.simulation.stations[0].modem

    @property
    def platform(self) -> Any:
        assert self.simulation.platform is not None
        return self.simulation.platform.platform

    @property
    def device(self) -> Any:
        return next(iter(self.platform.devices.values()))

    @property
    def policy(self) -> Any:
        return self.device.policy

    def bench(self, *, more: str = "", modem: str = "", device: int = 0) -> Bench:
        assert self.simulation.platform is not None
        text = TEXT.format(
            home=self.home,
            device=device or self.device.id,
            api=self.simulation.platform.api,
            modem=modem,
            more=more,
        )
        return parse(text.encode(), self.home / "bench.toml")

    def webhook(self, url: str, port: int, secret: str | None = None) -> Bench:
        """A bench with one, which the policy has, too."""
        callback = self.platform.add_callback(url)
        key = None if secret is None else self.platform.add_secret(secret).id
        self.platform.choose_webhook(self.policy, callback.id, key)
        more = WEBHOOK.format(port=port, url=url)
        if secret is not None:
            write_secret(self.home / "secret", secret)
            more += f'secret_file = "{self.home}/secret"\n'
        return self.bench(more=more)


def write_secret(path: Path, secret: str) -> None:
    path.write_text(f"{secret}\n")
    path.chmod(0o600)


@asynccontextmanager
async def desk(home: Path, **options: Any) -> AsyncIterator[Desk]:
    found = Options(
        network=options.pop("network", NetworkSettings(time_scale=50)),
        link=home / "modem0",
        listen=("127.0.0.1", 0),
        **{"start_apn": "em", **options},
    )
    async with Simulation(found, complain=print) as simulation:
        assert simulation.platform is not None
        write_secret(home / "token", simulation.platform.application_token)
        yield Desk(home, simulation)


def examined(home: Path, change: Callable[[Desk], Bench | None], **options: Any) -> Examined:
    """What is found on a bench of which something was changed."""

    async def main() -> Examined:
        async with desk(home, **options) as found:
            bench = change(found)
            told: list[Finding] = []
            result = await examine(found.bench() if bench is None else bench, told.append)
            assert result.findings == tuple(told)
            return result

    return asyncio.run(main())


def verdicts(found: Examined) -> dict[Check, Verdict]:
    return {finding.check: finding.verdict for finding in found.findings}
