"""The devices that are attacked: a configuration each, with secrets in files, and its card.

Every world is made for one dialect beside the plain one, since not all can be enabled together. Its
configuration is read and checked as the daemon does it.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from apn_config.access import Access
from apn_config.access_secrets import load_secrets
from apn_config.admission import Admission
from apn_config.batch import Counsel
from apn_config.config import Config, parse
from apn_config.dialects import dialect_named
from apn_config.dialects.dialect import PasswordForm
from apn_config.judgement import Judge
from apn_config.keys import CURRENT, PREVIOUS, Key, key_text
from apn_config.model import Device
from apn_config.proofs import Secrets
from apn_config.reader import Reader
from apn_config.voice import Voice

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
# Long after the window of the first contact.
UP_S = 6 * 3600.0
DEVICE = Device(
    imei="490154203237518", iccid="8988303000000123456", imsi="901430000000001", number="8823001"
)
OPERATOR, STRANGER = "12345", "99887"
PIN, LOGIN, PASSWORD, OMACP_PIN, SETUP = "heron-42", "admin", "4711", "gannet-2948", "7H2K9QXW"
KEYS = {
    "ops": Key("ops", bytes(range(32))),
    "watch": Key("watch", bytes(range(64, 96))),
    "old": Key("ops", bytes(range(128, 160)), previous=True),
    # In nobody's ring.
    "strange": Key("strange", bytes(range(200, 232))),
}


@dataclass(frozen=True, slots=True)
class World:
    """A device: `about` is for people; with `secrets` the dialect has its own, if it can."""

    about: str
    config: str
    secrets: bool = False


WORLDS = {
    name: World(**each)
    for name, each in tomllib.loads(
        Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    ).items()
}


@dataclass(frozen=True, slots=True)
class Setting:
    """A configuration with its secrets; a switch may change it."""

    config: Config
    secrets: Secrets

    def counsel(self) -> Counsel:
        """What the intake asks; made anew for each row, as a switch may be in what is made."""
        config, secrets = self.config, self.secrets
        reader = Reader.for_config(config)
        judge = Judge(reader, Access(config.access, secrets))
        voice = Voice(reader.dialects, secrets.keys, lambda: DEVICE)
        return Counsel(judge, Admission(config.access, secrets), voice, "1234")


def world(name: str, dialect: str, home: Path) -> Setting:
    """The world of that name for a dialect; its secrets are in files at `home`."""
    _write_secrets(home)
    first, *others = dialect.split("+")
    text = WORLDS[name].config.format(home=home) + _dialects(first, home, WORLDS[name].secrets)
    path = home / "config.toml"
    config = parse(f'[reply]\nto = "1234"\n{text}'.encode(), path)
    if others:
        # Dialects that clash can't be configured together; an entry point's clash may be unknown.
        enabled = (*config.dialects.enabled, *others)
        config = replace(config, dialects=replace(config.dialects, enabled=enabled))
    return Setting(config, load_secrets(config))


def _dialects(dialect: str, home: Path, secrets: bool) -> str:
    enabled = list(dict.fromkeys(("plain", dialect)))
    lines = [f"[dialects]\nenabled = {enabled}"]
    form = dialect_named(dialect).password
    if dialect == "omacp":
        lines.append(f'[dialects.omacp]\npin_file = "{home}/omacp"')
    elif form is not PasswordForm.NONE and secrets:
        lines.append(f'[dialects.{dialect}]\npassword_file = "{home}/password"')
        if form is PasswordForm.LOGIN:
            lines.append(f'login = "{LOGIN}"')
    return "\n".join(lines)


def _write_secrets(home: Path) -> None:
    words = {"pin": PIN, "omacp": OMACP_PIN, "setup": SETUP, "password": PASSWORD}
    for name, word in words.items():
        _write(home / name, word)
    for directory, names in (("keys", ("ops", "watch", "old")), ("one-key", ("ops",))):
        (home / directory).mkdir(exist_ok=True)
        for key in map(KEYS.__getitem__, names):
            suffix = PREVIOUS if key.previous else CURRENT
            _write(home / directory / f"{key.name}{suffix}", key_text(key.octets))


def _write(path: Path, word: str) -> None:
    path.write_text(f"{word}\n")
    path.chmod(0o600)
