"""The configuration file: its sections and keys, their defaults and limits.

`load` turns the TOML file into frozen values or raises `ConfigError`. How TOML is read and what its
errors say is in `config_reader.py`. What a secret file holds is read when it is used, so that a
changed PIN needs no restart; only the fallback's password is read at once, as part of its `Apn`.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from pathlib import Path

from apn_config.config_access import ACCESS_KEYS, AccessConfig, Rule, check_access, parse_access
from apn_config.config_apn import ApnConfig, parse_apn
from apn_config.config_commands import (
    COMMANDS_KEYS,
    CommandsConfig,
    OwnCommand,
    parse_commands,
)
from apn_config.config_dialects import (
    DialectConfig,
    DialectsConfig,
    OmacpConfig,
    parse_dialects,
    section_keys,
)
from apn_config.config_reader import ConfigError, Table, parse_toml, read_octets, read_secret
from apn_config.config_recovery import RecoveryConfig, parse_recovery

__all__ = [
    "DEFAULT_PATH",
    "AccessConfig",
    "ApnConfig",
    "CommandsConfig",
    "Config",
    "ConfigError",
    "ControlConfig",
    "DialectConfig",
    "DialectsConfig",
    "ModemConfig",
    "OmacpConfig",
    "OwnCommand",
    "RecoveryConfig",
    "ReplyConfig",
    "Rule",
    "StoreConfig",
    "defaults",
    "load",
    "parse",
    "read_secret",
    "readable",
    "with_overrides",
]

DEFAULT_PATH = Path("/etc/modem-helper/config.toml")

_SHORT_NUMBER = re.compile(r"[0-9]{1,8}")
# emnify's newer documents say "up to seven digits", the older ones "8 digits or less".
_SURELY_SHORT = 7
_WEEK_S = 7 * 86400
# sun_path of unix(7), without its final NUL.
_MAX_SOCKET_OCTETS = 107
_SIM_PIN_DIGITS = range(4, 9)
# A double quote would be taken for the end of a quoted word.
_PIN_WORD = re.compile(r"[!#-~]{1,32}")


@dataclass(frozen=True, slots=True)
class ModemConfig:
    """The modem's port. `sweep_s` is how often its storage is looked through in quiet times."""

    port: str | None = None
    baud: int = 115200
    sim_pin_file: Path | None = None
    sweep_s: float = 600.0


@dataclass(frozen=True, slots=True)
class ReplyConfig:
    """The short number that gets every answer.

    With `status_report` the network is asked whether an answer arrived; one that couldn't be sent
    for `expire_h` is given up.
    """

    to: str | None = None
    status_report: bool = False
    expire_h: float = 24.0


@dataclass(frozen=True, slots=True)
class StoreConfig:
    """The database."""

    path: Path = Path("/var/lib/modem-helper/modem-helper.db")


@dataclass(frozen=True, slots=True)
class ControlConfig:
    """The control socket."""

    socket: Path = Path("/run/modem-helper/control.sock")


_APN = ApnConfig()
_DIALECTS = DialectsConfig()
_COMMANDS = CommandsConfig()
_RECOVERY = RecoveryConfig()


@dataclass(frozen=True, slots=True)
class Config:
    """All of it. `path` is the file it came from; `warnings` are for whoever starts it."""

    path: Path | None = None
    modem: ModemConfig = ModemConfig()
    reply: ReplyConfig = ReplyConfig()
    access: AccessConfig | None = None
    dialects: DialectsConfig = _DIALECTS
    commands: CommandsConfig = _COMMANDS
    apn: ApnConfig = _APN
    store: StoreConfig = StoreConfig()
    control: ControlConfig = ControlConfig()
    recovery: RecoveryConfig = _RECOVERY
    warnings: tuple[str, ...] = ()

    def require_port(self) -> str:
        """The modem's port; ConfigError where none is set."""
        if self.modem.port is None:
            problem = 'wanted a port such as "/dev/ttyUSB2" (or the option --port), got nothing'
            raise ConfigError(self.path, "modem.port", problem)
        return self.modem.port

    def require_reply_to(self) -> str:
        """The number that gets the answers; ConfigError where none is set."""
        if self.reply.to is None:
            raise ConfigError(self.path, "reply.to", "wanted 1 to 8 digits, got nothing")
        return self.reply.to

    def pin_word(self) -> str | None:
        """The word that must precede a command, read from its file now; None where none is set."""
        if self.access is None or self.access.pin_file is None:
            return None
        path, key = self.access.pin_file, "access.pin_file"
        word = read_secret(path, key=key)
        if not _PIN_WORD.fullmatch(word):
            wanted = "a file with 1 to 32 characters of ASCII, without blanks and double quotes"
            raise ConfigError(path, key, f"wanted {wanted}, got something else")
        return word

    def sim_pin(self) -> str | None:
        """The SIM's PIN, read from its file now; None where none is set."""
        path = self.modem.sim_pin_file
        if path is None:
            return None
        return read_secret(path, key="modem.sim_pin_file", digits=_SIM_PIN_DIGITS)


_SECTIONS = {
    "modem": ModemConfig,
    "reply": ReplyConfig,
    "apn": ApnConfig,
    "store": StoreConfig,
    "control": ControlConfig,
    "recovery": RecoveryConfig,
}
_KEYS = {name: tuple(each.name for each in fields(kind)) for name, kind in _SECTIONS.items()}
_KEYS |= {"access": ACCESS_KEYS, "commands": COMMANDS_KEYS}
_DIALECTS_SECTION = "dialects"
_SECTION_OF = {key: section for section, keys in _KEYS.items() for key in keys}


def defaults() -> Config:
    """What holds without a file. It allows nobody anything and names neither port nor number."""
    return Config()


def with_overrides(
    config: Config,
    *,
    port: str | None = None,
    baud: int | None = None,
    store: Path | None = None,
    socket: Path | None = None,
) -> Config:
    """The configuration with what the command line's options say instead."""
    modem = config.modem
    if port is not None:
        modem = replace(modem, port=port)
    if baud is not None:
        modem = replace(modem, baud=baud)
    return replace(
        config,
        modem=modem,
        store=config.store if store is None else StoreConfig(store),
        control=config.control if socket is None else ControlConfig(socket),
    )


def load(path: Path) -> Config:
    """Read the file; ConfigError for whatever is wrong with it."""
    return parse(read_octets(path), path)


def readable(path: Path) -> Config:
    """What of a file that can't be used says which modem and daemon are meant; else the defaults.

    The sections count that are right by themselves.
    """
    config = defaults()
    try:
        values = parse_toml(read_octets(path), path)
    except ConfigError:
        return config
    known = (*_KEYS, _DIALECTS_SECTION)
    root = Table(path, "", {key: values[key] for key in known if key in values}, known)
    with suppress(ConfigError):
        config = replace(config, modem=_modem(root.section("modem", _KEYS["modem"]), []))
    with suppress(ConfigError):
        config = replace(config, control=_control(root.section("control", _KEYS["control"])))
    return config


def parse(octets: bytes, path: Path) -> Config:
    """As `load`, of what stands or is to stand in the file."""
    path = path.absolute()
    known = (*_KEYS, _DIALECTS_SECTION)
    root = Table(path, "", parse_toml(octets, path), known, _SECTION_OF)
    tables = {name: root.section(name, keys, _SECTION_OF) for name, keys in _KEYS.items()}
    notes: list[str] = []
    config = Config(
        path=path,
        modem=_modem(tables["modem"], notes),
        reply=_reply(tables["reply"], notes),
        access=parse_access(tables["access"], notes) if root.has("access") else None,
        dialects=_dialects(root, notes),
        commands=parse_commands(tables["commands"]),
        apn=parse_apn(tables["apn"], notes),
        store=StoreConfig(tables["store"].file("path", StoreConfig().path)),
        control=_control(tables["control"]),
        recovery=parse_recovery(tables["recovery"]),
    )
    if config.access is None:
        notes.append("access: nobody may command by SMS, since there is no section [access]")
    check_access(config, notes)
    _refuse_clashes(config)
    return replace(config, warnings=tuple(notes))


def _refuse_clashes(config: Config) -> None:
    """Two dialects that understand the same text: raises ConfigError."""
    if config.dialects == DialectsConfig():
        return
    from apn_config.dialects import BrokenDialect
    from apn_config.reader import Reader

    try:
        reader = Reader.for_config(config)
    except BrokenDialect as error:
        raise ConfigError(config.path, "dialects.enabled", str(error)) from error
    for one, other, text in reader.clashes():
        problem = f"{one} and {other} both understand {text!r}; enable one of them"
        raise ConfigError(config.path, "dialects.enabled", problem)


def _modem(table: Table, notes: list[str]) -> ModemConfig:
    default = ModemConfig()
    return ModemConfig(
        port=table.port("port"),
        baud=table.integer("baud", default.baud, 300, 4_000_000),
        sim_pin_file=table.secret_file("sim_pin_file", notes),
        sweep_s=table.positive("sweep_s", default.sweep_s, _WEEK_S),
    )


def _reply(table: Table, notes: list[str]) -> ReplyConfig:
    to = table.text("to", None)
    if to is not None and not _SHORT_NUMBER.fullmatch(to):
        raise table.error("to", "1 to 8 digits")
    if to is not None and len(to) > _SURELY_SHORT:
        notes.append(
            f"reply.to: {to} has 8 digits; emnify's newer documents allow {_SURELY_SHORT}, so "
            "answers may not reach the webhook"
        )
    return ReplyConfig(
        to=to,
        status_report=table.flag("status_report", ReplyConfig().status_report),
        expire_h=table.positive("expire_h", ReplyConfig().expire_h, _WEEK_S // 3600),
    )


def _dialects(root: Table, notes: list[str]) -> DialectsConfig:
    """Without the section nothing about dialects is loaded."""
    if not root.has(_DIALECTS_SECTION):
        return DialectsConfig()
    return parse_dialects(root.section(_DIALECTS_SECTION, section_keys()), notes)


def _control(table: Table) -> ControlConfig:
    socket = table.file("socket", ControlConfig().socket)
    if len(bytes(socket)) > _MAX_SOCKET_OCTETS:
        raise table.error("socket", f"a path of at most {_MAX_SOCKET_OCTETS} octets in all")
    return ControlConfig(socket)
