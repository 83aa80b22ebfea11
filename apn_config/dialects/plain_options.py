"""The options of the plain dialect's APN command: their grammar stands in plain.py. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from apn_config.apn_syntax import credential_offence
from apn_config.dialects.words import Pair, Word
from apn_config.model import ApnRequest, AuthType, PdpType
from apn_config.spans import parse_span

MAX_TRIAL_S = 7 * 86400.0
_AUTH = {"none": AuthType.NONE, "pap": AuthType.PAP, "chap": AuthType.CHAP}
_TYPES = {pdp_type.value: pdp_type for pdp_type in PdpType}
# 3GPP TS 27.007 10.1.1 leaves the range to the modem; 1 to 15 is what EPS has bearers for.
_CIDS = range(1, 16)
_OPTIONS = frozenset({"user", "pass", "auth", "type", "cid", "for"})

T = TypeVar("T")


class Offence(Exception):
    """Something in the text is wrong: the reason, and where."""

    def __init__(self, reason: str, at: int) -> None:
        self.reason = reason
        self.at = at
        super().__init__(reason)


def request_of(name: str, options: Sequence[Word | Pair]) -> ApnRequest:
    """What is asked of the APN of that name. Raises Offence."""
    given: dict[str, Word] = {}
    for option in options:
        if isinstance(option, Word):
            raise Offence("unknown-option", option.at)
        if option.key not in _OPTIONS:
            raise Offence("unknown-option", option.at)
        if option.key in given:
            raise Offence("duplicate-option", option.at)
        if not option.value.text:
            raise Offence("empty-value", option.at)
        given[option.key] = option.value
    return ApnRequest(
        name,
        user=_credential(given.get("user"), "bad-user"),
        password=_credential(given.get("pass"), "bad-pass"),
        auth=_one_of(given.get("auth"), _AUTH.get, "bad-auth"),
        type=_one_of(given.get("type"), _TYPES.get, "bad-type"),
        cid=_one_of(given.get("cid"), _cid, "bad-cid"),
        trial_s=_one_of(given.get("for"), _trial_s, "bad-for"),
    )


def _credential(word: Word | None, reason: str) -> str | None:
    if word is None:
        return None
    if word.text == "-" and not word.quoted:
        return ""
    offence = credential_offence(word.text)
    if offence is not None:
        raise Offence(reason, offence + 1)
    return word.text


def _one_of(word: Word | None, find: Callable[[str], T | None], reason: str) -> T | None:
    if word is None:
        return None
    found = find(word.text.lower())
    if found is None:
        raise Offence(reason, word.at)
    return found


def _trial_s(text: str) -> float | None:
    seconds = parse_span(text)
    return None if seconds is None or not 0 < seconds <= MAX_TRIAL_S else seconds


def _cid(text: str) -> int | None:
    if not (text.isascii() and text.isdigit()) or len(text) > 2:
        return None
    return int(text) if int(text) in _CIDS else None
