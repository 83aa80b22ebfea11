"""The arguments of the control socket's operations, checked as strictly as an SMS. Pure."""

from __future__ import annotations

import re
from typing import Any

from apn_config.control import BadRequest, Json
from apn_config.dialects.plain import MAX_TRIAL_S
from apn_config.model import AuthType
from apn_config.spans import parse_span

MAX_LIST = 500
# The longest answer that is waited for: the search for networks takes 180 s. The daemon's own
# commands wait meanwhile, and the watchdog gives the outbox 600 s.
MAX_TIMEOUT_S = 300.0
# A memory's name (3GPP TS 27.005 3.1), and the slots of the largest storage seen.
_MEMORY = re.compile(r"[A-Z0-9]{2}")
_MAX_INDEX = 1000


def text(args: Json, key: str) -> str:
    """A text that has to be there."""
    value = args.get(key)
    if not isinstance(value, str):
        raise BadRequest(f"{key} has to be a text")
    return value


def optional_text(args: Json, key: str) -> str | None:
    """A text, None where there is none."""
    return None if args.get(key) is None else text(args, key)


def flag(args: Json, key: str) -> bool:
    """true or false, which is what is absent."""
    value = args.get(key, False)
    if not isinstance(value, bool):
        raise BadRequest(f"{key} has to be true or false")
    return value


def number(args: Json) -> str:
    """The number to send to: digits, + for an international one."""
    value = text(args, "to")
    if not re.fullmatch(r"\+?[0-9*#]{1,20}", value):
        raise BadRequest("to has to be a number: digits, + if international")
    return value


def whole(args: Json, key: str, least: int, most: int, default: int | None = None) -> int:
    """A whole number within limits."""
    value = args.get(key, default)
    if type(value) is not int or not least <= value <= most:
        raise BadRequest(f"{key} is a number from {least} to {most}")
    return value


def count(args: Json) -> int:
    """How many are wanted."""
    return whole(args, "count", 1, MAX_LIST, 50)


def place(args: Json) -> tuple[str, int]:
    """A slot of the modem's storage: `memory` and `index`."""
    memory = text(args, "memory").upper()
    if not _MEMORY.fullmatch(memory):
        raise BadRequest("memory is a name such as ME or SM")
    return memory, whole(args, "index", 0, _MAX_INDEX)


def timeout_s(args: Json) -> float | None:
    """How long an answer may take; None for the command's own limit."""
    value = args.get("timeout_s")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadRequest("timeout_s has to be a number")
    if not 0 < value <= MAX_TIMEOUT_S:
        raise BadRequest(f"timeout_s is more than 0 and {MAX_TIMEOUT_S:g} at most")
    return float(value)


def trial_s(args: Json) -> float | None:
    """How long an APN may stay on trial, as "10m"; None where it isn't on trial."""
    given = optional_text(args, "for")
    if given is None:
        return None
    seconds = parse_span(given)
    if seconds is None or not 0 < seconds <= MAX_TRIAL_S:
        raise BadRequest("for has to be a span such as 90s, 10m or 2h, 7d at most")
    return seconds


def one_of(kind: Any, value: object, key: str) -> Any:
    """The member of an enum that is named; None where none is."""
    if value is None:
        return None
    words = [member.value for member in kind if member is not AuthType.EITHER]
    if value not in words:
        raise BadRequest(f"{key} is one of {', '.join(words)}")
    return kind(value)
