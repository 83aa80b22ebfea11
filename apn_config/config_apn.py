"""The section [apn]: which context is changed, by whom, and what a new APN has to prove."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

from apn_config.apn_syntax import MAX_APN, MAX_CREDENTIAL, apn_offence, credential_offence
from apn_config.config_reader import ConfigError, Table, read_secret
from apn_config.model import NO_CREDENTIALS, Apn, AuthType, Credentials, PdpType
from apn_config.transaction import Level

APPLIERS = ("at", "networkmanager", "modemmanager", "ppp", "script")
PROBES = ("tcp", "dns", "http", "ping")

_MAX_CID = 255
# What a message can name: see the plain dialect.
_MAX_NAMED_CID = 15
_WEEK_S = 7 * 86400
_MAX_TRIES = 100
_HOUR_S = 3600
_APN = f"an APN: labels of letters, digits and hyphens, {MAX_APN} characters at most"
_CREDENTIAL = f"{MAX_CREDENTIAL} characters of ASCII, without quotes, semicolon and backslash"
_FALLBACK_KEYS = ("apn", "user", "pass_file", "auth", "type")
_AUTH_WORDS = tuple(kind.value for kind in (AuthType.NONE, AuthType.PAP, AuthType.CHAP))
_TYPE_WORDS = tuple(kind.value for kind in PdpType)
_LEVEL_WORDS = tuple(level.value for level in Level if level is not Level.NONE)
# Linux's IFNAMSIZ, without its final NUL.
_MAX_INTERFACE = 15


@dataclass(frozen=True, slots=True)
class ProbeConfig:
    """How it is seen that data passes: what is asked of whom, through the modem's interface.

    `interface` None is the one that belongs to the modem's USB device.
    """

    kind: str
    target: str
    interface: str | None = None
    timeout_s: float = 10.0
    tries: int = 3


@dataclass(frozen=True, slots=True)
class PppConfig:
    """The files that pppd is started with, and the systemd unit that starts it."""

    peer: Path
    chat: Path | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class ScriptConfig:
    """The user's own programs."""

    apply: Path
    undo: Path | None = None
    timeout_s: float = 60.0


@dataclass(frozen=True, slots=True)
class ApnConfig:
    """Which context is changed, how, and how long each stage may take.

    `allowed_cids` are those a command may name, `cid` among them. `fallback` is where credentials
    come from that neither the modem nor the store can tell. `default` is tried when neither the
    wanted APN nor any that ever worked gives service.
    """

    applier: str = APPLIERS[0]
    cid: int = 1
    allowed_cids: tuple[int, ...] = (1,)
    enforce: bool = True
    default: str = "em"
    verify: Level = Level.ADDRESS
    verify_timeout_s: float = 300.0
    rollback_timeout_s: float = 600.0
    channel_timeout_s: float = 300.0
    stop_timeout_s: float = 60.0
    connection: str | None = None
    fallback: Apn | None = None
    probe: ProbeConfig | None = None
    ppp: PppConfig | None = None
    script: ScriptConfig | None = None

    @property
    def last_resort(self) -> Apn:
        """The default, with the credentials that the configuration has for it."""
        if self.fallback is not None and self.fallback.name.lower() == self.default.lower():
            return self.fallback
        return Apn(self.default)


def parse_apn(table: Table, notes: list[str]) -> ApnConfig:
    """Read the section [apn]. Raises ConfigError."""
    base = ApnConfig()
    cid = table.integer("cid", base.cid, 1, _MAX_CID)
    named = table.integers("allowed_cids", 1, _MAX_NAMED_CID)
    probe = _probe(_section(table, "probe", ProbeConfig)) if table.has("probe") else None
    applier = table.choice("applier", APPLIERS, base.applier)
    for section in ("ppp", "script"):
        if applier == section and not table.has(section):
            raise table.error("applier", f'a section [apn.{section}] beside "{section}"')
    if applier == "ppp" and probe is not None and probe.interface is None:
        notes.append('apn.probe.interface: pppd\'s has to be named, such as "ppp0"')
    return ApnConfig(
        applier=applier,
        cid=cid,
        allowed_cids=tuple(sorted({cid, *named})),
        enforce=table.flag("enforce", base.enforce),
        default=_name(table, "default", base.default),
        verify=_level(table, probe),
        verify_timeout_s=table.positive("verify_timeout_s", base.verify_timeout_s, _WEEK_S),
        rollback_timeout_s=table.positive("rollback_timeout_s", base.rollback_timeout_s, _WEEK_S),
        channel_timeout_s=table.positive("channel_timeout_s", base.channel_timeout_s, _WEEK_S),
        stop_timeout_s=table.positive("stop_timeout_s", base.stop_timeout_s, _HOUR_S),
        connection=table.text("connection", None),
        fallback=_fallback(table.section("fallback", _FALLBACK_KEYS), notes)
        if table.has("fallback")
        else None,
        probe=probe,
        ppp=_ppp(_section(table, "ppp", PppConfig)) if table.has("ppp") else None,
        script=_script(_section(table, "script", ScriptConfig)) if table.has("script") else None,
    )


def _section(table: Table, key: str, kind: type) -> Table:
    return table.section(key, tuple(each.name for each in fields(kind)))


def _name(table: Table, key: str, default: str) -> str:
    name = table.text(key, default)
    if apn_offence(name) is not None:
        raise table.error(key, _APN)
    return name


def _level(table: Table, probe: ProbeConfig | None) -> Level:
    """How far a new APN has to come: as far as the probe where there is one."""
    default = Level.ADDRESS if probe is None else Level.DATA
    level = Level(table.choice("verify", _LEVEL_WORDS, default.value))
    if level is Level.DATA and probe is None:
        raise table.error("verify", 'a section [apn.probe] beside "data"')
    return level


def _fallback(table: Table, notes: list[str]) -> Apn:
    name = _name(table, "apn", "")
    pdp_type = PdpType(table.choice("type", _TYPE_WORDS, PdpType.IP.value))
    user = table.text("user", "")
    if credential_offence(user) is not None:
        raise table.error("user", f"at most {_CREDENTIAL}")
    pass_file = table.secret_file("pass_file", notes)
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


def _probe(table: Table) -> ProbeConfig:
    # Loaded here: most configurations have no probe.
    from apn_config.probe_target import parse_target

    target = table.text("target", None)
    if not target:
        raise table.error("target", "what the probe asks: an address, a name, a URL")
    interface = table.text("interface", None)
    if interface is not None and not 0 < len(interface) <= _MAX_INTERFACE:
        raise table.error(
            "interface", f"an interface's name of at most {_MAX_INTERFACE} characters"
        )
    kind = table.choice("kind", PROBES, "")
    try:
        parse_target(kind, target)
    except ValueError as error:
        raise table.error("target", str(error)) from None
    return ProbeConfig(
        kind=kind,
        target=target,
        interface=interface,
        timeout_s=table.positive("timeout_s", 10.0, _HOUR_S),
        tries=table.integer("tries", 3, 1, _MAX_TRIES),
    )


def _ppp(table: Table) -> PppConfig:
    return PppConfig(
        peer=_wanted_file(table, "peer"),
        chat=table.file("chat", None),
        unit=table.text("unit", None),
    )


def _script(table: Table) -> ScriptConfig:
    return ScriptConfig(
        apply=_wanted_file(table, "apply"),
        undo=table.file("undo", None),
        timeout_s=table.positive("timeout_s", 60.0, _HOUR_S),
    )


def _wanted_file(table: Table, key: str) -> Path:
    path = table.file(key, None)
    if path is None:
        raise table.error(key, "the path of a file, in quotes")
    return path
