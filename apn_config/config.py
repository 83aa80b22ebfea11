"""The configuration file: its sections and keys, their defaults and limits.

`load` turns the TOML file into frozen values or raises `ConfigError`. How TOML is read and what its
errors say is in `config_reader.py`. What a secret file holds is read when it is used, so that a
changed PIN needs no restart; only the fallback's password is read at once, as part of its `Apn`.
"""

from __future__ import annotations

import re
import stat
from dataclasses import dataclass, fields, replace
from pathlib import Path

from apn_config.apn_syntax import MAX_APN, MAX_CREDENTIAL, apn_offence, credential_offence
from apn_config.config_reader import ConfigError, Table, parse_toml, printable, read_octets
from apn_config.model import NO_CREDENTIALS, Apn, AuthType, Credentials, PdpType

__all__ = [
    "DEFAULT_PATH",
    "AccessConfig",
    "ApnConfig",
    "Config",
    "ConfigError",
    "ControlConfig",
    "ModemConfig",
    "RecoveryConfig",
    "ReplyConfig",
    "StoreConfig",
    "defaults",
    "load",
    "parse",
    "read_secret",
    "with_overrides",
]

DEFAULT_PATH = Path("/etc/modem-helper/config.toml")

APPLIERS = ("at",)

_SHORT_NUMBER = re.compile(r"[0-9]{1,8}")
# emnify's newer documents say "up to seven digits", the older ones "8 digits or less".
_SURELY_SHORT = 7
# TP-OA holds ten octets: eleven septets, or twenty digits (3GPP TS 23.040 9.1.2.5).
_NAME_CHARS = 11
_NUMBER = re.compile(r"\+?[0-9]{1,20}")
_LIKE_A_NUMBER = re.compile(r"[-+()./ 0-9]+")
_SENDER = f'digits (+ allowed, no blanks), a name of at most {_NAME_CHARS} characters, or ""'
_MAX_CID = 255
# What a message can name: see the plain dialect.
_MAX_NAMED_CID = 15
_WEEK_S = 7 * 86400
_YEAR_H = 366 * 24
_MAX_CYCLES = 100_000
# sun_path of unix(7), without its final NUL.
_MAX_SOCKET_OCTETS = 107
_MAX_SECRET_OCTETS = 4096
_SIM_PIN_DIGITS = range(4, 9)
# A double quote would be taken for the end of a quoted word.
_PIN_WORD = re.compile(r"[!#-~]{1,32}")
_CREDENTIAL = f"{MAX_CREDENTIAL} characters of ASCII, without quotes, semicolon and backslash"


@dataclass(frozen=True, slots=True)
class ModemConfig:
    """The modem's port. `sweep_s` is how often its storage is looked through in quiet times."""

    port: str | None = None
    baud: int = 115200
    sim_pin_file: Path | None = None
    sweep_s: float = 600.0


@dataclass(frozen=True, slots=True)
class ReplyConfig:
    """The short number that gets every answer."""

    to: str | None = None


@dataclass(frozen=True, slots=True)
class AccessConfig:
    """Who may command. A listed "" is the sender of a message that names none."""

    senders: tuple[str, ...] = ()
    pin_file: Path | None = None
    max_age_h: float = 24.0


@dataclass(frozen=True, slots=True)
class ApnConfig:
    """Which context is changed, how, and how long each stage may take.

    `allowed_cids` are those a command may name, `cid` among them. `fallback` is where credentials
    come from that neither the modem nor the store can tell.
    """

    applier: str = APPLIERS[0]
    cid: int = 1
    allowed_cids: tuple[int, ...] = (1,)
    enforce: bool = True
    verify_timeout_s: float = 300.0
    rollback_timeout_s: float = 600.0
    channel_timeout_s: float = 300.0
    fallback: Apn | None = None


@dataclass(frozen=True, slots=True)
class StoreConfig:
    """The database."""

    path: Path = Path("/var/lib/modem-helper/modem-helper.db")


@dataclass(frozen=True, slots=True)
class ControlConfig:
    """The control socket."""

    socket: Path = Path("/run/modem-helper/control.sock")


@dataclass(frozen=True, slots=True)
class RecoveryConfig:
    """Budgets that spare the modem's flash."""

    radio_cycles_per_day: int = 20


@dataclass(frozen=True, slots=True)
class Config:
    """All of it. `path` is the file it came from; `warnings` are for whoever starts it."""

    path: Path | None = None
    modem: ModemConfig = ModemConfig()
    reply: ReplyConfig = ReplyConfig()
    access: AccessConfig | None = None
    apn: ApnConfig = ApnConfig()
    store: StoreConfig = StoreConfig()
    control: ControlConfig = ControlConfig()
    recovery: RecoveryConfig = RecoveryConfig()
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
    "access": AccessConfig,
    "apn": ApnConfig,
    "store": StoreConfig,
    "control": ControlConfig,
    "recovery": RecoveryConfig,
}
_KEYS = {name: tuple(each.name for each in fields(kind)) for name, kind in _SECTIONS.items()}
_SECTION_OF = {key: section for section, keys in _KEYS.items() for key in keys}
_FALLBACK_KEYS = ("apn", "user", "pass_file", "auth", "type")
_AUTH_WORDS = tuple(kind.value for kind in (AuthType.NONE, AuthType.PAP, AuthType.CHAP))
_TYPE_WORDS = tuple(kind.value for kind in PdpType)


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


def parse(octets: bytes, path: Path) -> Config:
    """As `load`, of what stands or is to stand in the file."""
    path = path.absolute()
    root = Table(path, "", parse_toml(octets, path), tuple(_KEYS), _SECTION_OF)
    tables = {name: root.section(name, keys, _SECTION_OF) for name, keys in _KEYS.items()}
    notes: list[str] = []
    config = Config(
        path=path,
        modem=_modem(tables["modem"], notes),
        reply=_reply(tables["reply"], notes),
        access=_access(tables["access"], notes) if root.has("access") else None,
        apn=_apn(tables["apn"], notes),
        store=StoreConfig(tables["store"].file("path", StoreConfig().path)),
        control=_control(tables["control"]),
        recovery=_recovery(tables["recovery"]),
    )
    if config.access is None:
        notes.append("access: nobody may command by SMS, since there is no section [access]")
    return replace(config, warnings=tuple(notes))


def read_secret(path: Path, *, key: str, digits: range | None = None) -> str:
    """The content of a secret file without its line end.

    ConfigError where it can't be read, is empty or no text, or hasn't as many digits as wanted.
    """
    try:
        with path.open("rb") as file:
            octets = file.read(_MAX_SECRET_OCTETS + 1)
    except OSError as error:
        raise ConfigError(path, key, f"the file can't be read: {error.strerror}") from None
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError:
        # From None: the error's own text would quote the secret.
        raise ConfigError(path, key, "wanted a file with text, got other octets") from None
    text = text.removesuffix("\n").removesuffix("\r")
    if not text:
        raise ConfigError(path, key, "wanted a file with one line, got an empty one")
    if not text.isprintable() or len(octets) > _MAX_SECRET_OCTETS:
        raise ConfigError(path, key, "wanted a file with one line of text, got something else")
    if digits is not None and not (text.isascii() and text.isdecimal() and len(text) in digits):
        wanted = f"{digits.start} to {digits.stop - 1} digits"
        raise ConfigError(path, key, f"wanted a file with {wanted}, got something else")
    return text


def _modem(table: Table, notes: list[str]) -> ModemConfig:
    default = ModemConfig()
    return ModemConfig(
        port=table.port("port"),
        baud=table.integer("baud", default.baud, 300, 4_000_000),
        sim_pin_file=_secret_file(table, "sim_pin_file", notes),
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
    return ReplyConfig(to)


def _access(table: Table, notes: list[str]) -> AccessConfig:
    senders = table.texts("senders")
    for sender in senders:
        # A number with blanks or hyphens may be taken for a name, and matches nobody then.
        is_name = len(sender) <= _NAME_CHARS and not _LIKE_A_NUMBER.fullmatch(sender)
        if not (is_name or _NUMBER.fullmatch(sender)):
            raise table.error("senders", _SENDER, sender)
    if not senders:
        notes.append("access.senders: nobody may command by SMS, since no sender is listed")
    return AccessConfig(
        senders=senders,
        pin_file=_secret_file(table, "pin_file", notes),
        max_age_h=table.positive("max_age_h", AccessConfig().max_age_h, _YEAR_H),
    )


def _apn(table: Table, notes: list[str]) -> ApnConfig:
    default = ApnConfig()
    cid = table.integer("cid", default.cid, 1, _MAX_CID)
    named = table.integers("allowed_cids", 1, _MAX_NAMED_CID)
    fallback = None
    if table.has("fallback"):
        fallback = _fallback(table.section("fallback", _FALLBACK_KEYS), notes)
    return ApnConfig(
        applier=table.choice("applier", APPLIERS, default.applier),
        cid=cid,
        allowed_cids=tuple(sorted({cid, *named})),
        enforce=table.flag("enforce", default.enforce),
        verify_timeout_s=table.positive("verify_timeout_s", default.verify_timeout_s, _WEEK_S),
        rollback_timeout_s=table.positive(
            "rollback_timeout_s", default.rollback_timeout_s, _WEEK_S
        ),
        channel_timeout_s=table.positive("channel_timeout_s", default.channel_timeout_s, _WEEK_S),
        fallback=fallback,
    )


def _fallback(table: Table, notes: list[str]) -> Apn:
    name = table.text("apn", "")
    if apn_offence(name) is not None:
        wanted = f"an APN: labels of letters, digits and hyphens, {MAX_APN} characters at most"
        raise table.error("apn", wanted)
    pdp_type = PdpType(table.choice("type", _TYPE_WORDS, PdpType.IP.value))
    user = table.text("user", "")
    if credential_offence(user) is not None:
        raise table.error("user", f"at most {_CREDENTIAL}")
    pass_file = _secret_file(table, "pass_file", notes)
    has_credentials = bool(user) or pass_file is not None
    # As in a message: a user or password without a type means PAP.
    auth = AuthType(table.choice("auth", _AUTH_WORDS, "pap" if has_credentials else "none"))
    if auth is AuthType.NONE:
        if has_credentials:
            raise table.error("auth", '"pap" or "chap" beside a user or pass_file')
        return Apn(name, pdp_type, NO_CREDENTIALS)
    password = "" if pass_file is None else _password(pass_file)
    return Apn(name, pdp_type, Credentials(auth, user, password))


def _password(path: Path) -> str:
    key = "apn.fallback.pass_file"
    password = read_secret(path, key=key)
    if credential_offence(password) is not None:
        raise ConfigError(path, key, f"wanted a file with at most {_CREDENTIAL}, got others")
    return password


def _control(table: Table) -> ControlConfig:
    socket = table.file("socket", ControlConfig().socket)
    if len(bytes(socket)) > _MAX_SOCKET_OCTETS:
        raise table.error("socket", f"a path of at most {_MAX_SOCKET_OCTETS} octets in all")
    return ControlConfig(socket)


def _recovery(table: Table) -> RecoveryConfig:
    default = RecoveryConfig().radio_cycles_per_day
    return RecoveryConfig(table.integer("radio_cycles_per_day", default, 0, _MAX_CYCLES))


def _secret_file(table: Table, key: str, notes: list[str]) -> Path | None:
    """The path of a file that others than its owner should not read."""
    path = table.file(key, None)
    if path is None:
        return None
    try:
        mode = path.stat().st_mode
    except OSError:  # told when the file is read: not every command needs it
        return path
    if mode & (stat.S_IRGRP | stat.S_IROTH):
        shown = printable(str(path))
        notes.append(f"{table.dotted(key)}: others may read {shown}; set its mode to 0600")
    return path
