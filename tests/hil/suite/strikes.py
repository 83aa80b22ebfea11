"""What is done to a bench that was found fit, from outside: to its modem, network and platform."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from apn_config.control import ControlClient
from hil.bench import Bench
from hil.emnify.client import Client
from hil.emnify.models import SMS_MO, SMS_MT

Call = Callable[[Client, int, int], Awaitable[None]]


class Strike(Protocol):
    """Something that is done to a bench that was found fit; `shown` is for the page."""

    @property
    def shown(self) -> str: ...

    def strike(self, bench: Bench) -> None: ...


@dataclass(frozen=True, slots=True)
class Control:
    """An operation of the socket of `simulate --control`."""

    op: str
    args: Mapping[str, Any]

    @property
    def shown(self) -> str:
        """Its name and arguments."""
        return f"control socket: `{' '.join((self.op, *_words(self.args)))}`"

    def strike(self, bench: Bench) -> None:
        """Raises ControlError."""
        client = ControlClient.connect(bench.path.parent / "control")
        assert client is not None
        try:
            client.call(self.op, dict(self.args))
        finally:
            client.close()


@dataclass(frozen=True, slots=True)
class Plan:
    """A fault plan; each fault with its keys as in a file."""

    faults: tuple[Mapping[str, Any], ...]

    @property
    def shown(self) -> str:
        """What stands in the file."""
        return "fault plan: " + ", ".join(f"`{' '.join(_words(each))}`" for each in self.faults)

    def strike(self, bench: Bench) -> None:
        """Raises ControlError."""
        Control("faults", {"plan": {"fault": list(map(dict, self.faults))}}).strike(bench)


@dataclass(frozen=True, slots=True)
class Platform:
    """Something that somebody does at the platform; it gets client, device and policy."""

    shown: str
    call: Call

    def strike(self, bench: Bench) -> None:
        """Raises EmnifyError."""
        asyncio.run(self._strike(bench))

    async def _strike(self, bench: Bench) -> None:
        platform = bench.platform
        assert platform is not None
        async with Client(platform.token(), platform.api) as client:
            policy = (await client.device(platform.device)).policy_id
            assert policy is not None
            await self.call(client, platform.device, policy)


def _words(values: Mapping[str, Any]) -> Sequence[str]:
    return [f"{key}={value}" for key, value in values.items()]


def plan(**fault: Any) -> Plan:
    """One fault."""
    return Plan((fault,))


def refuse(pattern: str, code: str = "CME 3", **conditions: Any) -> Plan:
    """The modem says no to a command; CME 3 (operation not allowed) is final in a modem's start."""
    return plan(action="refuse", pattern=pattern, code=code, **conditions)


# --- what somebody does at the platform ---------------------------------------------------------


async def disable_device(client: Client, device: int, _policy: int) -> None:
    """Its card loses its network, too."""
    await client.set_enabled(device, False)


async def no_mo(client: Client, _device: int, policy: int) -> None:
    """No SMS from its devices."""
    await client.set_service(policy, SMS_MO, on=False)


async def no_mt(client: Client, _device: int, policy: int) -> None:
    """No SMS to its devices."""
    await client.set_service(policy, SMS_MT, on=False)


async def other_webhook(client: Client, _device: int, policy: int) -> None:
    """Where nobody listens."""
    await client.set_webhook(policy, "http://127.0.0.1:9/")


async def other_secret(client: Client, _device: int, policy: int) -> None:
    """The same address; what comes there is signed wrongly."""
    url = (await client.service_profile(policy)).callback_url
    await client.set_webhook(policy, url, "0" * 64)
