"""What a platform tells those who watch it."""

from __future__ import annotations

from dataclasses import dataclass

from hil.emnify.simulator.records import Device, Sms


@dataclass(frozen=True, slots=True)
class SmsChanged:
    """An SMS is new, or has another state."""

    sms: Sms


@dataclass(frozen=True, slots=True)
class DeviceChanged:
    """Something of a device was set."""

    device: Device


@dataclass(frozen=True, slots=True)
class PoliciesChanged:
    """A policy was set, or its webhook."""


Change = SmsChanged | DeviceChanged | PoliciesChanged
