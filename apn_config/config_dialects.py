"""The section [dialects]: which syntaxes of commands are understood, and their passwords."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from apn_config.config_reader import Table
from apn_config.model import Security

ENABLED_KEYS = ("enabled",)
_DIALECT_KEYS = ("login", "password_file", "device_id")
_OMACP_KEYS = ("pin_file", "accept")
_SIGNED_KEYS = ("answers",)
# USERPINMAC needs somebody who types what the message brings.
_ACCEPT = tuple(each.value for each in Security if each is not Security.USERPINMAC)


@dataclass(frozen=True, slots=True)
class DialectConfig:
    """The password of a dialect, and the number by which its messages name this device.

    Without `device_id` it is the end of the IMEI.
    """

    login: str = ""
    password_file: Path | None = None
    device_id: str | None = None


@dataclass(frozen=True, slots=True)
class OmacpConfig:
    """Which OMA CP messages are taken. Neither an unsigned one nor NETWPIN proves anything."""

    pin_file: Path | None = None
    accept: frozenset[Security] = frozenset({Security.USERPIN, Security.USERNETWPIN})


@dataclass(frozen=True, slots=True)
class DialectsConfig:
    """What is understood. `sign_answers`: the answer to a signed command is signed, too."""

    enabled: tuple[str, ...] = ("plain",)
    settings: Mapping[str, DialectConfig] = field(default_factory=dict)
    omacp: OmacpConfig = OmacpConfig()
    sign_answers: bool = True


def parse_dialects(values: Table, notes: list[str]) -> DialectsConfig:
    """Read the section; its table is made with the keys of `section_keys`. Raises ConfigError."""
    from apn_config.dialects import known

    names = known()
    enabled = values.texts("enabled") if values.has("enabled") else DialectsConfig().enabled
    for name in enabled:
        if name not in names:
            raise values.error("enabled", f"some of {', '.join(names)}", name)
    if len(set(enabled)) < len(enabled):
        raise values.error("enabled", "each dialect once")
    settable = [name for name in names if name != "plain"]
    settings = {
        name: _dialect(values.section(name, _DIALECT_KEYS), notes)
        for name in settable
        if values.has(name) and name not in ("omacp", "signed")
    }
    idle = [name for name in settable if values.has(name) and name not in enabled]
    notes += [f"{values.dotted(name)}: without effect, as {name} isn't enabled" for name in idle]
    signed = values.section("signed", _SIGNED_KEYS)
    return DialectsConfig(
        enabled=enabled,
        settings=settings,
        omacp=_omacp(values.section("omacp", _OMACP_KEYS), notes),
        sign_answers=signed.flag("answers", True),
    )


def section_keys() -> tuple[str, ...]:
    """The keys of [dialects]: `enabled`, and a section for each dialect that has settings."""
    from apn_config.dialects import known

    return (*ENABLED_KEYS, *(name for name in known() if name != "plain"))


def _dialect(table: Table, notes: list[str]) -> DialectConfig:
    return DialectConfig(
        login=table.text("login", ""),
        password_file=table.secret_file("password_file", notes),
        device_id=table.text("device_id", None),
    )


def _omacp(table: Table, notes: list[str]) -> OmacpConfig:
    accept = table.texts("accept") if table.has("accept") else None
    for word in accept or ():
        if word not in _ACCEPT:
            raise table.error("accept", f"some of {', '.join(_ACCEPT)}", word)
    found = OmacpConfig().accept if accept is None else frozenset(map(Security, accept))
    return OmacpConfig(table.secret_file("pin_file", notes), found)
