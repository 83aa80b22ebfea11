"""The organisation: its devices, SIMs, policies and webhooks, and who is told of changes.

It runs on the clock of the simulated network; nothing here knows HTTP. What becomes of an SMS to a
device is `terminated`'s, of one from a device `originated`'s.
"""

from __future__ import annotations

import itertools
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from hil.emnify.simulator.changes import Change, DeviceChanged, PoliciesChanged, SmsChanged
from hil.emnify.simulator.errors import ErrorKind, Invalid, Refused, unknown
from hil.emnify.simulator.originated import Originated
from hil.emnify.simulator.policy import Callback, Policy, Secret
from hil.emnify.simulator.records import Device, DeviceStatus, Sim, SimStatus, Sms
from hil.emnify.simulator.terminated import Terminated
from hil.emnify.simulator.tokens import callback_jwt
from modem.simulator import Network, Subscriber

if TYPE_CHECKING:
    from hil.simulate import Station

logger = logging.getLogger(__name__)

# "at most eight digits" in the older documents, seven in the newer ones.
SHORT_DIGITS = 8
# Ids look like those of the real one, and those of different kinds are never the same.
_FIRST_DEVICE, _FIRST_SIM, _FIRST_SMS = 700_001, 800_001, 9_000_001
_FIRST_POLICY, _FIRST_OBJECT = 400_001, 600_001

# Printable ASCII: what else there is, is written as %XX.
_URL = re.compile(r"[!-~]{1,2000}")

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class PlatformSettings:
    """What an operator of the real one can't set."""

    short_digits: int = SHORT_DIGITS
    unverified: bool = False
    organisation_id: int = 4242
    organisation: str = "Simulated Workspace"


class Platform:
    """One organisation, on one network."""

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
        self._by_subscriber: dict[int, Device] = {}
        self.terminated = Terminated(self)
        self.originated = Originated(self)
        network.smsc.router = self.originated
        self.watch(self.terminated.changed)
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
        """Whose card that is."""
        return self._by_subscriber.get(id(subscriber))

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

    def add_station(self, station: Station) -> Device:
        """A simulated modem becomes a device with its SIM."""
        sim = Sim(next(self._sim_ids), station.modem.who, station=station)
        self.sims[sim.id] = sim
        device = self.add_device(f"Device {station.number}", next(iter(self.policies.values())))
        self.assign(device, sim)
        subscriber = station.modem.state.subscriber
        self.terminated.follow(subscriber)
        return device

    def add_device(self, name: str, policy: Policy, *, tags: str = "") -> Device:
        """A device without a SIM."""
        now = self.now()
        device = Device(next(self._device_ids), name, policy, now, now, tags)
        self.devices[device.id] = device
        self.tell(DeviceChanged(device))
        return device

    def assign(self, device: Device, sim: Sim | None) -> None:
        """Put a SIM into a device, or take the one out that is there."""
        if sim is not None and sim.device is not device:
            self.must_be_free(sim)
        if device.sim is not None and device.sim is not sim:
            self._take_out(device, device.sim)
        device.sim = sim
        if sim is not None:
            sim.device = device
            if sim.subscriber is not None:
                self._by_subscriber[id(sim.subscriber)] = device
        self.changed(device)

    def must_be_free(self, sim: Sim) -> None:
        """Raises Refused for a SIM that a device has."""
        if sim.device is not None:
            raise Refused(ErrorKind.NOT_ALLOWED, f"Sim with Id '{sim.id}' is assigned already.")

    def _take_out(self, device: Device, sim: Sim) -> None:
        if sim.subscriber is not None:
            self._by_subscriber.pop(id(sim.subscriber), None)
            sim.subscriber.bar(True)  # so nothing is at the modem's host any more
        self.terminated.fail_all(device, "the SIM was taken out")
        sim.device = None

    def set_status(self, device: Device, status: DeviceStatus) -> None:
        """Enable, disable or delete a device; the network keeps its card out from then on."""
        if status is DeviceStatus.DELETED and device.sim is not None:
            raise Refused(ErrorKind.NOT_ALLOWED, "The device has a SIM; release that first.")
        device.status = status
        self.changed(device)

    def set_sim_status(self, sim: Sim, status: SimStatus) -> None:
        """Activate or suspend a card."""
        sim.status = status
        if sim.device is not None:
            self.changed(sim.device)

    def changed(self, device: Device) -> None:
        """Something of a device was set: the network hears of it, and all who watch."""
        device.updated = self.now()
        if device.subscriber is not None:
            device.subscriber.bar(device.blocked)
        self.tell(DeviceChanged(device))

    def reset(self, device: Device, *, location: bool, context: bool) -> None:
        """Have the network forget where a device is, or end its data session."""
        subscriber = device.subscriber
        if subscriber is None:
            return
        if location:
            subscriber.be_detached()
        elif context:
            subscriber.lose_bearers()

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
    right = parts.scheme in ("http", "https") and bool(parts.hostname) and port != 0
    return right and parts.username is None and bool(_URL.fullmatch(url))


def _found(table: Mapping[int, Value], key: int, kind: str) -> Value:
    found = table.get(key)
    if found is None:
        raise unknown(kind, key)
    return found
