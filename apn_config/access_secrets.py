"""The secrets of the configuration, read from their files: those of enabled dialects alone."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

from apn_config.access import Secrets as Secrets
from apn_config.config import Config, ConfigError, DialectConfig, read_secret
from apn_config.config_access import is_lax
from apn_config.model import Message, NotForUs, Password, Proof, Security

if TYPE_CHECKING:
    from apn_config.keys import Key
    from apn_config.reader import Reader

logger = logging.getLogger(__name__)

# Whoever has one message tries PINs at home; one core does 800,000 a second, in Python alone. That
# is two minutes for eight digits, and years for eight letters and digits.
SURE_PIN_CHARS = 8
_SETUP_CODE = re.compile(r"[!#-~]{8,32}")
_WITHOUT_PASSWORD = ("plain", "signed", "omacp")


def load_secrets(config: Config) -> Secrets:
    """Read them all. Raises ConfigError, UnknownDialect.

    A key that is made later, or a file that is changed, counts when this is called again.
    """
    enabled = config.dialects.enabled
    others = [name for name in enabled if name not in _WITHOUT_PASSWORD]
    known = config.dialects.settings
    settings = {name: known[name] for name in others if name in known}
    passwords, devices = {}, {}
    for name, each in settings.items():
        _check(config, name, each)
        if each.password_file is not None:
            word = read_secret(each.password_file, key=f"dialects.{name}.password_file")
            passwords[name] = Password(word, each.login)
            _check_password(config, name, passwords[name])
        if each.device_id is not None:
            devices[name] = each.device_id
    return Secrets(
        pin_word=config.pin_word(),
        passwords=passwords,
        devices=devices,
        omacp_pin=_omacp_pin(config) if "omacp" in enabled else None,
        omacp_accept=config.dialects.omacp.accept if "omacp" in enabled else frozenset(),
        setup_code=_setup_code(config),
        keys=_keys(config) if "signed" in enabled else (),
        lax=is_lax(config),
    )


def _check(config: Config, name: str, settings: DialectConfig) -> None:
    """Are these settings of any use to that dialect? Raises ConfigError."""
    from apn_config.dialects import dialect_named
    from apn_config.dialects.dialect import PasswordForm

    dialect, where = dialect_named(name), f"dialects.{name}"
    problem = None
    if dialect.password is PasswordForm.NONE and settings.password_file is not None:
        problem = "password_file", f"{name} has no place for a password; a rule has to allow it"
    elif dialect.password is not PasswordForm.LOGIN and settings.login:
        problem = "login", f"{name} has no place for a login name"
    elif settings.login and settings.password_file is None:
        problem = "login", "wanted a password_file beside it"
    elif settings.device_id is not None and not dialect.names_device:
        problem = "device_id", f"{name} names no device"
    if problem is not None:
        key, told = problem
        raise ConfigError(config.path, f"{where}.{key}", told)


def _check_password(config: Config, name: str, password: Password) -> None:
    """Can that dialect's messages carry it? Nobody could command otherwise. Raises ConfigError."""
    from apn_config.dialects import dialect_named
    from apn_config.reader import Reader

    dialect = dialect_named(name)
    reader = Reader((dialect,))
    proven = [(text, _proof_of(reader, text, name)) for text in dialect.claims]
    examples = [(text, proof) for text, proof in proven if isinstance(proof, Password)]
    alike = [each for each in examples if bool(each[1].login) == bool(password.login)]
    if examples and not alike:
        raise ConfigError(config.path, f"dialects.{name}.login", f"{name} wants one")
    for text, proof in alike:
        if _proof_of(reader, _with_password(text, proof, password), name) != password:
            problem = f"no message of {name} can carry this login or password"
            raise ConfigError(config.path, f"dialects.{name}.password_file", problem)


def _proof_of(reader: Reader, text: str, name: str) -> Proof | None:
    parsed = reader.read_as(Message(text), name)
    return None if isinstance(parsed, NotForUs) else parsed.proof


def _with_password(text: str, old: Password, new: Password) -> str:
    """The text with another login and password; they stand in this order."""
    login = text.index(old.login)
    word = text.index(old.word, login + len(old.login))
    between = text[login + len(old.login) : word]
    return text[:login] + new.login + between + new.word + text[word + len(old.word) :]


def _omacp_pin(config: Config) -> str | None:
    settings, key = config.dialects.omacp, "dialects.omacp.pin_file"
    if settings.pin_file is None:
        if settings.accept & {Security.USERPIN, Security.USERNETWPIN}:
            logger.warning("%s: none is set, so no message with a PIN can be proven", key)
        return None
    pin = read_secret(settings.pin_file, key=key)
    if len(pin) < SURE_PIN_CHARS:
        logger.warning(
            "%s: fewer than %s characters are found out from one message; take more, and letters",
            key,
            SURE_PIN_CHARS,
        )
    return pin


def _setup_code(config: Config) -> str | None:
    if config.access is None or config.access.setup_code_file is None:
        return None
    path, key = config.access.setup_code_file, "access.setup_code_file"
    code = read_secret(path, key=key)
    if not _SETUP_CODE.fullmatch(code):
        wanted = "a file with 8 to 32 characters of ASCII, without blanks and double quotes"
        raise ConfigError(path, key, f"wanted {wanted}, got something else")
    return code


def _keys(config: Config) -> tuple[Key, ...]:
    from apn_config.keys import read_keys

    return () if config.access is None else read_keys(config.access.keys)
