"""The organisation: its devices, SIMs, policies and webhooks, and who is told of changes.

It runs on the clock of the simulated network; nothing here knows HTTP, and nothing what becomes of
an SMS.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlsplit

from hil.emnify.simulator.changes import Change, DeviceChanged, PoliciesChanged, SmsChanged
from hil.emnify.simulator.errors import ErrorKind, Invalid, Refused, unknown
from hil.emnify.simulator.policy import SHORT_DIGITS, Callback, Policy, Secret
from hil.emnify.simulator.records import Device, DeviceStatus, Sim, Sms
from hil.emnify.simulator.tokens import callback_jwt
from hil.station import Station
from modem.simulator import Network, Subscriber

# Ids look like those of the real one, and those of different kinds are never the same.
_FIRST_DEVICE, _FIRST_SIM, _FIRST_SMS = 700_001, 800_001, 9_000_001
_FIRST_POLICY, _FIRST_OBJECT = 400_001, 600_001

# Printable ASCII: what else there is, is written as %XX.
_URL = re.compile(r"[!-~]{1,2000}")
_HOST = re.compile(r"[0-9a-f:.]*:[0-9a-f:.]*|[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?")

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class PlatformSettings:
    """What an operator of the real one can't set."""

    short_digits: int = SHORT_DIGITS
    unverified: bool = False
    organisation_id: int = 4242
    organisation: str = "Simulated Workspace"


class Organisation:
    """One organisation, with the clock of the network that its devices are in."""

    def __init__(self, network: Network, settings: PlatformSettings | None = None) -> None:
        self.network = network
        self.settings = settings or PlatformSettings()
        self.devices: dict[int, Device] = {}
        self.sims: dict[int, Sim] = {}
        self.policies: dict[int, Policy] = {}
        self.callbacks: dict[int, Callback] = {}
        self.secrets: dict[int, Secret] = {}
        self._watchers: list[Callable[[Change], None]] = []
        self._device_ids = itertools.count(_FIRST_DEVICE)
        self._sim_ids = itertools.count(_FIRST_SIM)
        self._sms_ids = itertools.count(_FIRST_SMS)
        self._policy_ids = itertools.count(_FIRST_POLICY)
        self._object_ids = itertools.count(_FIRST_OBJECT)
        self._by_subscriber: dict[int, Sim] = {}
        self.add_policy("Default policy")

    # ---- what others see

    def now(self) -> datetime:
        """The time of day, UTC."""
        return self.network.wall()

    def watch(self, watcher: Callable[[Change], None]) -> None:
        """Have every change told."""
        self._watchers.append(watcher)

    def tell(self, change: Change) -> None:
        """Tell it to all who watch."""
        for watcher in self._watchers:
            watcher(change)

    def tell_sms(self, sms: Sms) -> None:
        """An SMS is new, or has another state."""
        self.tell(SmsChanged(sms))

    def is_short(self, number: str) -> bool:
        """Does an SMS to that number go to applications, and not to another SIM?"""
        return len(number.removeprefix("+")) <= self.settings.short_digits

    def new_sms_id(self) -> int:
        """The id of one more SMS."""
        return next(self._sms_ids)

    def device(self, key: int) -> Device:
        """A device that isn't deleted; raises Refused."""
        found = self.devices.get(key)
        if found is None or found.status is DeviceStatus.DELETED:
            raise unknown("Endpoint", key)
        return found

    def all_devices(self) -> Iterator[Device]:
        """Those that aren't deleted."""
        return (each for each in self.devices.values() if each.status is not DeviceStatus.DELETED)

    def device_of(self, subscriber: Subscriber) -> Device | None:
        """Who has that card."""
        sim = self._by_subscriber.get(id(subscriber))
        return sim.device if sim else None

    def sms(self, device: Device, key: int) -> Sms:
        """One of the device's messages; raises Refused."""
        return _found(device.messages, key, "Sms")

    def sim(self, key: int) -> Sim:
        """A card; raises Refused."""
        return _found(self.sims, key, "Sim")

    def policy(self, key: int) -> Policy:
        """A service profile; raises Refused."""
        return _found(self.policies, key, "Service Profile")

    # ---- devices

    def add_sim(self, station: Station) -> Sim:
        """The card in a simulated modem."""
        sim = Sim(next(self._sim_ids), station.modem.who, station=station)
        self.sims[sim.id] = sim
        self._by_subscriber[id(station.modem.state.subscriber)] = sim
        return sim

    def add_device(self, name: str, policy: Policy, *, tags: str = "") -> Device:
        """A device without a SIM."""
        now = self.now()
        device = Device(next(self._device_ids), name, policy, now, now, tags)
        self.devices[device.id] = device
        self.tell(DeviceChanged(device))
        return device

    # ---- policies and webhooks

    def add_policy(self, name: str) -> Policy:
        """A service profile with the documented defaults."""
        policy = Policy(next(self._policy_ids), name)
        self.policies[policy.id] = policy
        self.tell(PoliciesChanged())
        return policy

    def policies_changed(self) -> None:
        """A policy was set."""
        self.tell(PoliciesChanged())

    def delete_policy(self, policy: Policy) -> None:
        """Not while a device has it."""
        if any(device.policy is policy for device in self.all_devices()):
            raise Refused(ErrorKind.NOT_ALLOWED, "The service profile is in use.")
        policy.callback = policy.secret = None  # what waits for its webhook has none any more
        del self.policies[policy.id]
        self.tell(PoliciesChanged())

    def add_callback(self, url: str, purpose: str = "") -> Callback:
        """A webhook's URL; http and https are taken (the documents have an http one)."""
        if not is_web_address(url):
            raise Invalid("url", "wanted http://HOST[:PORT]/... or https://..., without a log-in")
        callback = Callback(next(self._object_ids), url, purpose, self.now())
        self.callbacks[callback.id] = callback
        return callback

    def add_secret(self, secret: str, purpose: str = "") -> Secret:
        """A key for a webhook's JWT."""
        try:
            callback_jwt(secret, self.settings.organisation_id, self.now())
        except ValueError as error:
            raise Invalid("secret", f"can't sign a JWT: {error}") from error
        made = Secret(next(self._object_ids), secret, purpose)
        self.secrets[made.id] = made
        return made

    def choose_webhook(self, policy: Policy, callback: int | None, secret: int | None) -> None:
        """The URL and the key of a policy, by their ids; None takes one away. Raises Refused."""
        if callback is not None:
            _found(self.callbacks, callback, "Api Callback")
        if secret is not None:
            _found(self.secrets, secret, "Api Secret")
        policy.callback, policy.secret = callback, secret
        self.tell(PoliciesChanged())

    def remove_callback(self, key: int) -> None:
        """Not while a policy has it; raises Refused."""
        _found(self.callbacks, key, "Api Callback")
        self._must_be_unused((policy.callback for policy in self.policies.values()), key)
        del self.callbacks[key]

    def remove_secret(self, key: int) -> None:
        """Not while a policy has it; raises Refused."""
        _found(self.secrets, key, "Api Secret")
        self._must_be_unused((policy.secret for policy in self.policies.values()), key)
        del self.secrets[key]

    def _must_be_unused(self, used: Iterable[int | None], key: int) -> None:
        if key in used:
            raise Refused(ErrorKind.NOT_ALLOWED, "A service profile uses it.")

    def webhook_of(self, policy: Policy) -> tuple[Callback, Secret | None] | None:
        """Where a policy's messages go; None is the portal only."""
        if policy.callback is None:
            return None
        secret = self.secrets[policy.secret] if policy.secret is not None else None
        return self.callbacks[policy.callback], secret


def is_web_address(url: str) -> bool:
    """Can it be called over HTTP, by anybody?"""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    named = bool(_HOST.fullmatch(parts.hostname or ""))
    right = parts.scheme in ("http", "https") and named and port != 0
    return right and parts.username is None and bool(_URL.fullmatch(url))


def _found(table: Mapping[int, Value], key: int, kind: str) -> Value:
    found = table.get(key)
    if found is None:
        raise unknown(kind, key)
    return found
