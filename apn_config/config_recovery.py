"""The section [recovery]: budgets that spare the modem, and the switch of its power."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from apn_config.config_reader import Table

_MAX_PER_DAY = 100_000
_MAX_OFF_S = 3600

Kinds = Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]

SWITCH_KINDS: Kinds = {
    "command": (("off", "on"), ("off_s",)),
    "usb": (("device",), ("off_s",)),
    "uhubctl": (("location", "port"), ("off_s",)),
    "gpio": (("chip", "line"), ("press_s", "off_s")),
}
"""The keys that each kind of switch wants, and those that it may have."""


@dataclass(frozen=True, slots=True)
class PowerConfig:
    """How the modem's power is switched: the kind, and its parameters by the names of the file."""

    kind: str
    parameters: Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True)
class RecoveryConfig:
    """How often a day the radio, the module and its power may be switched."""

    radio_cycles_per_day: int = 20
    resets_per_day: int = 6
    power_cycles_per_day: int = 3
    power: PowerConfig | None = None


def parse_recovery(table: Table) -> RecoveryConfig:
    """Read the section [recovery]. Raises ConfigError."""
    base = RecoveryConfig()

    def budget(key: str, default: int) -> int:
        return table.integer(key, default, 0, _MAX_PER_DAY)

    return RecoveryConfig(
        radio_cycles_per_day=budget("radio_cycles_per_day", base.radio_cycles_per_day),
        resets_per_day=budget("resets_per_day", base.resets_per_day),
        power_cycles_per_day=budget("power_cycles_per_day", base.power_cycles_per_day),
        power=parse_switch(table, "power") if table.has("power") else None,
    )


def parse_switch(parent: Table, section: str, kinds: Kinds = SWITCH_KINDS) -> PowerConfig:
    """Read a section that describes a switch, of one of these kinds. Raises ConfigError."""
    keys = tuple(dict.fromkeys(key for both in kinds.values() for key in (*both[0], *both[1])))
    table = parent.section(section, ("kind", *keys))
    kind = table.choice("kind", tuple(kinds), "")
    wanted, allowed = kinds[kind]
    for key in keys:
        if table.has(key) and key not in wanted + allowed:
            raise table.error(key, f'nothing beside kind = "{kind}"')
    parameters: dict[str, str | int | float] = {}
    for key in wanted + allowed:
        if key in wanted or table.has(key):
            parameters[key] = _parameter(table, key)
    return PowerConfig(kind, parameters)


def _parameter(table: Table, key: str) -> str | int | float:
    if key in ("port", "line", "modem"):
        return table.integer(key, -1, 0, 1023)
    if key in ("off_s", "press_s"):
        return table.positive(key, 0.0, _MAX_OFF_S)
    text = table.text(key, "")
    if not text:
        raise table.error(key, "a text in quotes")
    return text
