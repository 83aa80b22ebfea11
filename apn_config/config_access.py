"""The section [access]: who may give which command, by which proof, and how often."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from apn_config.config_reader import ConfigError, Table, printable
from apn_config.model import Command, Security, Verb
from apn_config.rules import changes, covers, is_anybody, known_words, verb_word

if TYPE_CHECKING:
    from apn_config.config import Config

# TP-OA holds ten octets: eleven septets, or twenty digits (3GPP TS 23.040 9.1.2.5).
_NAME_CHARS = 11
_NUMBER = re.compile(r"\+?[0-9]{1,20}")
_PATTERN = re.compile(r"\+?[0-9*?]{1,20}")
_LIKE_A_NUMBER = re.compile(r"[-+()./ 0-9]+")
_SENDER = f'digits (+ allowed, no blanks), a name of at most {_NAME_CHARS} characters, or ""'
_KEY_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,15}")
# The names that the program itself gives to rules.
_TAKEN = ("senders", "set-up")
_YEAR_H = 366 * 24
_DAY_MIN = 24 * 60
# All of a day are looked through for each message.
_MAX_RATE = 10_000
_MAX_FAILURES = 1000
RULE_KEYS = ("name", "senders", "dialects", "keys", "verbs", "proof")


@dataclass(frozen=True, slots=True)
class Rule:
    """Whom a rule is about, and what they may do. None is "any".

    `senders` are patterns with * and ?, `verbs` the plain dialect's words: "APN" means all verbs
    that begin so, "APN SET" that one. Without `proof` a sender's word is enough, but for signed
    commands and OMA CP.
    """

    name: str
    senders: tuple[str, ...] | None = None
    dialects: tuple[str, ...] | None = None
    keys: tuple[str, ...] | None = None
    verbs: tuple[str, ...] | None = None
    proof: bool = True


@dataclass(frozen=True, slots=True)
class AccessConfig:
    """Who may command. A listed "" is the sender of a message that names none.

    `senders` make a last rule: they may do everything, with the PIN word where one is set; where a
    rule names keys, nothing by signed commands. `keys` is the directory of these. After `failures`
    wrong secrets a sender's are not looked at for `lockout_min`. Of the rates 0 is "no limit".
    """

    senders: tuple[str, ...] = ()
    pin_file: Path | None = None
    max_age_h: float = 24.0
    rules: tuple[Rule, ...] = ()
    keys: Path = Path("/etc/modem-helper/keys")
    setup_code_file: Path | None = None
    setup_min: float = 10.0
    failures: int = 5
    lockout_min: float = 60.0
    commands_per_hour: int = 100
    commands_per_day: int = 500
    answers_per_hour: int = 100
    answers_per_day: int = 500


ACCESS_KEYS = tuple(AccessConfig.__slots__)


def parse_access(table: Table, notes: list[str]) -> AccessConfig:
    """Read the section. Raises ConfigError."""
    default = AccessConfig()
    senders = table.texts("senders")
    for sender in senders:
        if not _is_sender(sender):
            raise table.error("senders", _SENDER, sender)
    rules = tuple(
        _rule(each, number) for number, each in enumerate(table.sections("rules", RULE_KEYS), 1)
    )
    if not senders and not rules and not table.has("setup_code_file"):
        notes.append("access.senders: nobody may command by SMS, since no sender is listed")

    def rate(key: str, default: int) -> int:
        return table.integer(key, default, 0, _MAX_RATE)

    return AccessConfig(
        senders=senders,
        pin_file=table.secret_file("pin_file", notes),
        max_age_h=table.positive("max_age_h", default.max_age_h, _YEAR_H),
        rules=rules,
        keys=table.file("keys", default.keys),
        setup_code_file=table.secret_file("setup_code_file", notes),
        setup_min=table.positive("setup_min", default.setup_min, _DAY_MIN),
        failures=table.integer("failures", default.failures, 1, _MAX_FAILURES),
        lockout_min=table.positive("lockout_min", default.lockout_min, 7 * _DAY_MIN),
        commands_per_hour=rate("commands_per_hour", default.commands_per_hour),
        commands_per_day=rate("commands_per_day", default.commands_per_day),
        answers_per_hour=rate("answers_per_hour", default.answers_per_hour),
        answers_per_day=rate("answers_per_day", default.answers_per_day),
    )


def _is_sender(text: str) -> bool:
    # A number with blanks or hyphens may be taken for a name, and matches nobody then.
    is_name = len(text) <= _NAME_CHARS and not _LIKE_A_NUMBER.fullmatch(text)
    return is_name or _NUMBER.fullmatch(text) is not None


def _rule(table: Table, number: int) -> Rule:
    senders = _some(table, "senders")
    for pattern in senders or ():
        if not (_is_sender(pattern) or _PATTERN.fullmatch(pattern)):
            raise table.error("senders", f"{_SENDER}, or a pattern of these with * and ?", pattern)
    keys, verbs = _some(table, "keys"), _some(table, "verbs")
    for key in keys or ():
        if not _KEY_NAME.fullmatch(key):
            raise table.error("keys", "names of keys (`modem-helper keys list`)", key)
    proof = table.choice("proof", ("wanted", "none"), "wanted") == "wanted"
    if keys is not None and not proof:
        raise table.error("proof", '"wanted" beside keys: a signature is one')
    name = table.text("name", f"rule {number}")
    if not name or name in _TAKEN:
        raise table.error("name", f"a name that isn't {' or '.join(_TAKEN)}")
    return Rule(
        name=name,
        senders=senders,
        dialects=_some(table, "dialects"),
        keys=keys,
        verbs=None if verbs is None else tuple(map(verb_word, verbs)),
        proof=proof,
    )


def _some(table: Table, key: str) -> tuple[str, ...] | None:
    """One or more texts; None where the key is absent, which means any."""
    if not table.has(key):
        return None
    found = table.texts(key)
    if not found:
        raise table.error(key, "one or more; without the key any is meant")
    return found


# --- what has to fit other sections ---------------------------------------------------------------


def check_access(config: Config, notes: list[str]) -> None:
    """Do the rules name what there is? Tells in `notes` what lets in more than one may think.

    Raises ConfigError.
    """
    access = config.access
    if access is None:
        return
    names = [rule.name for rule in access.rules]
    for number, rule in enumerate(access.rules, 1):
        where = f"access.rules {number}"
        if rule.name in names[: number - 1]:
            raise _error(config, f"{where}.name", "a name for each rule", rule.name)
        _check_rule(config, rule, where)
    notes += _notes(config, access)


def _check_rule(config: Config, rule: Rule, where: str) -> None:
    enabled = config.dialects.enabled
    for dialect in rule.dialects or ():
        if dialect not in enabled:
            wanted = f"some of dialects.enabled ({', '.join(enabled)})"
            raise _error(config, f"{where}.dialects", wanted, dialect)
    if rule.keys is not None and "signed" not in (rule.dialects or enabled):
        wanted = 'keys only where "signed" is one of the dialects'
        raise _error(config, f"{where}.keys", wanted, rule.keys[0])
    words = known_words(config.commands.own)
    for verb in rule.verbs or ():
        if verb not in words:
            raise _error(config, f"{where}.verbs", f"some of {', '.join(words)}", verb)


def _error(config: Config, key: str, wanted: str, got: str) -> ConfigError:
    return ConfigError(config.path, key, f'wanted {wanted}, got "{printable(got)}"')


def _notes(config: Config, access: AccessConfig) -> Iterator[str]:
    for sender in access.senders:
        if set(sender) & set("*?"):
            yield f'access.senders: "{sender}" is no pattern here; a rule may have some'
    for rule in access.rules:
        if _is_open(config, access, rule):
            yield f"access.rules: by {rule.name} anybody may change the device, without any secret"
        if not rule.proof and rule.dialects and set(rule.dialects) <= {"signed", "omacp"}:
            yield (
                f'access.rules: proof = "none" of {rule.name} is without effect: a signature is'
                " always wanted, and of OMA CP what dialects.omacp.accept says"
            )
    others = set(config.dialects.enabled) & {"signed", "omacp", *_with_password(config)}
    if access.senders and access.pin_file is None and "plain" in config.dialects.enabled and others:
        yield (
            f"access.pin_file: none is set, so the plain dialect takes a listed sender's word,"
            f" whatever {' and '.join(sorted(others))} want"
        )
    if "signed" in config.dialects.enabled:
        from apn_config.keys import exposed

        yield from (f"access.keys: {note}" for note in exposed(access.keys))
    if access.setup_code_file is not None and access.pin_file is not None:
        yield "access.setup_code_file: without effect, as there is a PIN word"
    elif access.setup_code_file is not None and [*_with_password(config)]:
        yield "access.setup_code_file: without effect, as a dialect has a password"
    elif access.setup_code_file is not None and _has_omacp_pin(config):
        yield "access.setup_code_file: without effect, as OMA CP has a PIN"
    elif access.setup_code_file is not None and not {"plain", "rayleigh"} & {
        *config.dialects.enabled
    }:
        yield "access.setup_code_file: without effect, as plain isn't enabled, which reads it"
    if _weak(config):
        words = " or ".join(sorted(each.value for each in _weak(config)))
        yield f"dialects.omacp.accept: {words} proves nothing, since an IMSI is no secret"


def _has_omacp_pin(config: Config) -> bool:
    return "omacp" in config.dialects.enabled and config.dialects.omacp.pin_file is not None


def _weak(config: Config) -> frozenset[Security]:
    """What is accepted of OMA CP that proves nothing."""
    enabled = "omacp" in config.dialects.enabled
    kinds = {Security.UNSIGNED, Security.NETWPIN} if enabled else set()
    return frozenset(kinds & config.dialects.omacp.accept)


def _is_open(config: Config, access: AccessConfig, rule: Rule) -> bool:
    """Does it let anybody change something?"""
    if rule.keys is not None or not is_anybody(rule.senders) or not changes(rule.verbs):
        return False
    dialects = set(rule.dialects or config.dialects.enabled) - {"signed"}
    # What a rule says of proofs is nothing to OMA CP: `accept` tells what that needs.
    if "omacp" in dialects and _weak(config) and covers(rule.verbs, Command(Verb.APN_SET)):
        return True
    dialects -= {"omacp"}
    if not rule.proof:
        return bool(dialects)
    if not is_lax(config):
        dialects &= {"plain"}
    return access.pin_file is None and bool(dialects - set(_with_password(config)))


def is_lax(config: Config) -> bool:
    """Is a sender's word enough somewhere, so that it may be elsewhere?

    It is in the plain dialect (unless there is a PIN word). Where that isn't enabled, and another
    dialect has a secret, one that has none must not be the way around it.
    """
    enabled = set(config.dialects.enabled)
    return "plain" in enabled or not enabled & {"signed", "omacp", *_with_password(config)}


def _with_password(config: Config) -> Iterator[str]:
    for name, each in config.dialects.settings.items():
        if each.password_file is not None and name in config.dialects.enabled:
            yield name
