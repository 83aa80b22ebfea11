"""Switches of power and cables on a bench: those of `modem.power`, and two that only a bench has.

A relay that is switched by HTTP, and the simulated modem's own power and port.
"""

from __future__ import annotations

from importlib import import_module

from apn_config.config_recovery import SWITCH_KINDS as DEVICE_KINDS
from apn_config.config_recovery import Kinds, PowerConfig
from modem.power import PowerSwitch, power_switch

SWITCH_KINDS: Kinds = {
    **DEVICE_KINDS,
    "http": (("off", "on"), ("off_s",)),
    "simulated": (("control", "of"), ("modem", "off_s")),
}
"""The keys that each kind wants, and those that it may have; `of` is "power" or "cable"."""

_HOMES = {"http": ("hil.power.http", "HttpSwitch"), "simulated": ("hil.power.simulated", "Switch")}


def switch_of(config: PowerConfig | PowerSwitch) -> PowerSwitch:
    """The switch that a bench describes, or has already; PowerFailed for one that can't be.

    Nothing is touched yet.
    """
    if not isinstance(config, PowerConfig):
        return config
    if config.kind not in _HOMES:
        return power_switch(config.kind, **config.parameters)
    module, name = _HOMES[config.kind]
    made: PowerSwitch = getattr(import_module(module), name)(**config.parameters)
    return made
