"""The plain dialect. Pure: a text in, what it asks for out.

    message  = [ "#" tag ] [ "PIN" word ] verb
    tag      = 1 to 8 of A-Z a-z 0-9
    verb     = "APN"                                      read
             | "APN" name *( option )                     set
             | "APN" "ROLLBACK"                           back to the former good one
             | "APN" "KEEP"                               the one on trial stays
             | "APN" "HISTORY"                            the last changes
             | "STATUS" | "PING" | "HELP" | "REBOOT" "MODEM"
    option   = "user=" value | "pass=" value | "auth=" ("none" | "pap" | "chap")
             | "type=" ("ip" | "ipv6" | "ipv4v6") | "cid=" number | "for=" span
    span     = number ( "s" | "m" | "h" | "d" )           a trial: back by itself after that
    value    = word | DQUOTE text with blanks DQUOTE

Verbs and keys in any case; values keep theirs. `user=-` and `pass=-` clear. ROLLBACK, KEEP and
HISTORY are words, "keep" in quotes is a name. `APN,em#`, `APN em#`, `APN#` and `apn=em` are
understood. A position counts characters from 1: of the value for bad-apn, bad-user and bad-pass, of
the whole text for everything else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from apn_config.apn_syntax import apn_offence, credential_offence
from apn_config.dialects.words import Pair, Word, words_of
from apn_config.model import (
    ApnRequest,
    AuthType,
    Command,
    Malformed,
    NotForUs,
    Parsed,
    PdpType,
    Verb,
)
from apn_config.spans import parse_span, shown_span

MAX_TAG = 8
# A text of several SMS may be long; no command is. What is longer is refused, never read in part.
MAX_TEXT = 1000
MAX_PIN_WORD = 32
MAX_TRIAL_S = 7 * 86400.0
# The first words of our own answers: a reply is never answered.
_ANSWERS = frozenset({"OK", "ERR", "ROLLBACK", "NOTE"})
# Words of verbs: never taken for an APN.
_RESERVED = {
    "ROLLBACK": Verb.APN_ROLLBACK,
    "KEEP": Verb.APN_KEEP,
    "HISTORY": Verb.APN_HISTORY,
}
_SIMPLE = {"STATUS": Verb.STATUS, "PING": Verb.PING, "HELP": Verb.HELP}
_AUTH = {"none": AuthType.NONE, "pap": AuthType.PAP, "chap": AuthType.CHAP}
_TYPES = {pdp_type.value: pdp_type for pdp_type in PdpType}
# 3GPP TS 27.007 10.1.1 leaves the range to the modem; 1 to 15 is what EPS has bearers for.
_CIDS = range(1, 16)


T = TypeVar("T")


class _Offence(Exception):
    """Something in the text is wrong: the reason, and where."""

    def __init__(self, reason: str, at: int) -> None:
        self.reason = reason
        self.at = at
        super().__init__(reason)


def parse(text: str) -> Parsed:
    """Read a message. Never raises."""
    words = words_of(text[:MAX_TEXT])
    if not words:
        return NotForUs("empty")
    head = _Head(words)
    try:
        head.read()
        if isinstance(head.first, Word) and head.first.upper in _ANSWERS:
            return NotForUs("an answer")
        if len(text) > MAX_TEXT:
            raise _Offence("too-long", MAX_TEXT + 1)
        return _verb(head, len(text))
    except _Offence as offence:
        return Malformed(offence.reason, head.tag, head.verb, offence.at, head.pin)


def redact(text: str) -> str:
    """The text as it may be kept: a command's form without its secrets, of anything else its
    length.

    A text that isn't understood may hold a PIN word or a password anywhere.
    """
    parsed = parse(text)
    if not isinstance(parsed, Command):
        return f"[{len(text)} characters]"
    words = [f"#{parsed.tag}"] if parsed.tag else []
    words += ["PIN ***"] if parsed.pin is not None else []
    request = parsed.request
    if request is None:
        return " ".join([*words, parsed.verb.value])
    words += ["APN", f'"{request.name}"' if request.name.upper() in _RESERVED else request.name]
    if request.user is not None:
        words.append("user=***" if request.user else "user=-")
    if request.password is not None:
        words.append("pass=***" if request.password else "pass=-")
    words += [f"auth={request.auth.value}"] if request.auth else []
    words += [f"type={request.type.value}"] if request.type else []
    words += [f"cid={request.cid}"] if request.cid is not None else []
    words += [f"for={shown_span(request.trial_s)}"] if request.trial_s is not None else []
    return " ".join(words)


def shown(text: str, pin_word: str | None = None) -> str:
    """The text as it may be shown to whoever may read the device's messages: without secrets.

    What isn't understood and may hold a PIN word or a password all the same shows its length only.
    `pin_word`, the one that is set, isn't shown wherever it stands.
    """
    parsed, folded = parse(text), text.casefold()
    asks = isinstance(parsed, Command) or (isinstance(parsed, Malformed) and parsed.verb == "APN")
    return without_word(
        redact(text) if asks or "pin" in folded or "pass" in folded else text, pin_word
    )


def without_word(text: str, word: str | None) -> str:
    """The text with stars for that word, in any case and be it within another one."""
    return re.sub(re.escape(word), "***", text, flags=re.IGNORECASE) if word else text


class _Head:
    """What stands before the verb: tag and PIN word. `rest` is what is left."""

    def __init__(self, words: Sequence[Word | Pair]) -> None:
        self.rest = list(words)
        self.tag: str | None = None
        self.pin: str | None = None
        self.verb: str | None = None

    @property
    def first(self) -> Word | Pair | None:
        """The next word that is not read yet."""
        return self.rest[0] if self.rest else None

    def read(self) -> None:
        """Take tag and PIN word off."""
        first = self.first
        if isinstance(first, Word) and not first.quoted and first.text.startswith("#"):
            self.tag = _tag(first)
            self.rest.pop(0)
        elif isinstance(first, Pair) and first.key.startswith("#"):
            raise _Offence("bad-tag", first.at)
        first = self.first
        if isinstance(first, Word) and first.upper == "PIN":
            self.rest.pop(0)
            self.pin = _pin_word(self.first, first.at)
            self.rest.pop(0)


def _tag(word: Word) -> str:
    tag = word.text[1:]
    if not 1 <= len(tag) <= MAX_TAG or not (tag.isascii() and tag.isalnum()):
        raise _Offence("bad-tag", word.at)
    return tag


def _pin_word(word: Word | Pair | None, pin_at: int) -> str:
    # A word may hold an equals sign; that makes it no option here.
    given = word.whole if isinstance(word, Pair) else word
    if given is None or not 1 <= len(given.text) <= MAX_PIN_WORD:
        raise _Offence("bad-pin", pin_at)
    return given.text


def _verb(head: _Head, length: int) -> Command:
    first = head.first
    if first is None:
        raise _Offence("no-verb", length)
    head.rest.pop(0)
    if isinstance(first, Pair):
        if first.key != "apn":
            raise _Offence("unknown-verb", first.at)
        head.verb = "APN"
        return _apn(head, [first.value, *head.rest])
    if first.upper in ("APN", "APN#") or first.upper.startswith("APN,"):
        head.verb = "APN"
        return _apn(head, [*_behind_comma(first), *head.rest])
    if first.upper in _SIMPLE:
        head.verb = first.upper
        return _alone(head, _SIMPLE[first.upper])
    if first.upper == "REBOOT":
        head.verb = first.upper
        second = head.first
        if not isinstance(second, Word) or second.upper != "MODEM":
            raise _Offence("unknown-verb", first.at if second is None else second.at)
        head.rest.pop(0)
        return _alone(head, Verb.REBOOT_MODEM)
    raise _Offence("unknown-verb", first.at)


def _behind_comma(word: Word) -> list[Word]:
    """What follows `APN,` in the same word."""
    return [Word(word.text[4:], word.at + 4)] if len(word.text) > 4 else []


def _alone(head: _Head, verb: Verb) -> Command:
    if head.first is not None:
        raise _Offence("extra-words", head.first.at)
    return Command(verb, head.tag, None, head.pin)


def _apn(head: _Head, rest: list[Word | Pair]) -> Command:
    rest = _without_final_hash(rest)
    if not rest:
        return Command(Verb.APN_READ, head.tag, None, head.pin)
    name, options = rest[0], rest[1:]
    if isinstance(name, Word) and name.upper in _RESERVED:
        if options:
            raise _Offence("extra-words", options[0].at)
        return Command(_RESERVED[name.upper], head.tag, None, head.pin)
    if isinstance(name, Pair):
        raise _Offence("bad-apn", len(name.key) + 1)
    offence = apn_offence(name.text)
    if offence is not None:
        raise _Offence("bad-apn", offence + 1)
    return Command(Verb.APN_SET, head.tag, _request(name.text, options), head.pin)


def _without_final_hash(words: list[Word | Pair]) -> list[Word | Pair]:
    """The `#` that ends a command of the trackers' kind (`APN,em#`) is no part of its last word.

    An option's value keeps its own: a password may end so.
    """
    if not words:
        return words
    last = words[-1]
    if not isinstance(last, Word) or last.quoted or not last.text.endswith("#"):
        return words
    stripped = Word(last.text[:-1], last.at)
    return [*words[:-1], stripped] if stripped.text else words[:-1]


def _request(name: str, options: Sequence[Word | Pair]) -> ApnRequest:
    given: dict[str, Word] = {}
    for option in options:
        if isinstance(option, Word):
            raise _Offence("unknown-option", option.at)
        if option.key not in _OPTIONS:
            raise _Offence("unknown-option", option.at)
        if option.key in given:
            raise _Offence("duplicate-option", option.at)
        if not option.value.text:
            raise _Offence("empty-value", option.at)
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


_OPTIONS = frozenset({"user", "pass", "auth", "type", "cid", "for"})


def _credential(word: Word | None, reason: str) -> str | None:
    if word is None:
        return None
    if word.text == "-" and not word.quoted:
        return ""
    offence = credential_offence(word.text)
    if offence is not None:
        raise _Offence(reason, offence + 1)
    return word.text


def _one_of(word: Word | None, find: Callable[[str], T | None], reason: str) -> T | None:
    if word is None:
        return None
    found = find(word.text.lower())
    if found is None:
        raise _Offence(reason, word.at)
    return found


def _trial_s(text: str) -> float | None:
    seconds = parse_span(text)
    return None if seconds is None or not 0 < seconds <= MAX_TRIAL_S else seconds


def _cid(text: str) -> int | None:
    if not (text.isascii() and text.isdigit()) or len(text) > 2:
        return None
    return int(text) if int(text) in _CIDS else None
