"""What the dialects share: a text as fields with their places, checks of values, and the pieces of
answers. Pure.

A dialect is two functions. The first says whether a text is the dialect's at all, and what it
proves itself with (`Frame`); the second what is asked for (`Asked`), and raises `Refused` where
that can't be done. `parser` makes the dialect's `parse` of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from apn_config.apn_syntax import apn_offence, credential_offence
from apn_config.dialects.plain import MAX_TEXT
from apn_config.dialects.words import Word
from apn_config.model import (
    ApnRequest,
    Command,
    Malformed,
    Message,
    NotForUs,
    Outcome,
    Parsed,
    Proof,
    Result,
    Verb,
)
from apn_config.replies import MAX_SEPTETS as MAX_SEPTETS
from apn_config.replies import fitted as fitted

T = TypeVar("T")

APN = "APN"
# What phones and messengers put for a blank, and for straight quotes. A line end is no blank here:
# it is dropped at both ends of a text, and within one it makes a value that is refused.
_BLANKS = (
    "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b"
    "\u202f\u205f\u3000\ufeff"
)
# Words of the plain dialect: nobody's APN is named so. And a key of its behind a name.
_PLAIN_WORDS = frozenset({"KEEP", "ROLLBACK", "HISTORY"})
_OPTION = re.compile(r" [A-Za-z]+=")
_LINE_ENDS = "\r\n\v\f\u0085\u2028\u2029"
_STRAIGHT = str.maketrans(
    dict.fromkeys(_BLANKS, " ")
    | dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033", '"')
    | dict.fromkeys("\u2018\u2019\u201a\u201b\u2032", "'")
)


class Refused(Exception):
    """A text of the dialect that can't be carried out.

    `at` counts from 1: in the value for bad-apn, bad-user and bad-pass, else in the whole text.
    `verb` is APN where it was about that.
    """

    def __init__(self, reason: str, at: int | None = None, verb: str | None = None) -> None:
        self.reason = reason
        self.at = at
        self.verb = verb
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Frame:
    """A text that is the dialect's.

    `verb` is the dialect's own word in lower case, `rest` what stands behind it.
    """

    verb: str
    rest: Word = field(default=Word("", 0), repr=False)
    proof: Proof | None = field(default=None, repr=False)
    tag: str | None = None
    device: str | None = None
    echo: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """What a text asks for. `echo` replaces that of the frame, `words` are a verb's arguments."""

    verb: Verb
    request: ApnRequest | None = None
    echo: tuple[str, ...] | None = None
    words: tuple[str, ...] = ()


def parser(
    name: str, recognise: Callable[[Word], Frame | None], understand: Callable[[Frame], Asked]
) -> Callable[[Message], Parsed]:
    """The `parse` of a dialect of that name. It never raises.

    `recognise` gets the text as one word, as `line` makes it. A text that is too long for a command
    is refused, if its beginning is the dialect's.
    """

    def parse(message: Message) -> Parsed:
        if message.text is None:
            return NotForUs("no text")
        frame = recognise(line(message.text[:MAX_TEXT]))
        if frame is None:
            return NotForUs(f"no command of {name}")
        try:
            if len(message.text) > MAX_TEXT:
                raise Refused("too-long", MAX_TEXT + 1)
            asked = understand(frame)
        except Refused as refused:
            return Malformed(
                refused.reason,
                frame.tag,
                refused.verb,
                refused.at,
                frame.proof,
                name,
                frame.echo,
                frame.device,
            )
        return Command(
            asked.verb,
            frame.tag,
            asked.request,
            frame.proof,
            name,
            asked.words,
            frame.echo if asked.echo is None else asked.echo,
            frame.device,
        )

    return parse


# --- a text as fields -----------------------------------------------------------------------------


def line(text: str) -> Word:
    """The text without blanks and line ends around it, one kind of blank and of quote within.

    Its place is that of its first character, from 1.
    """
    straight = text.translate(_STRAIGHT)
    bare = straight.lstrip(" " + _LINE_ENDS)
    return Word(bare.rstrip(" " + _LINE_ENDS), len(straight) - len(bare) + 1)


def split(word: Word, separator: str, most: int = -1) -> list[Word]:
    """The fields between separators, empty ones too; at most `most` splits. Never empty."""
    found, at = [], word.at
    for part in word.text.split(separator, most):
        found.append(Word(part, at))
        at += len(part) + len(separator)
    return found


def words(word: Word, most: int = -1) -> list[Word]:
    """The words between blanks. After `most` of them the rest is one, blanks and all."""
    found: list[Word] = []
    rest = trimmed(word)
    while rest.text:
        head = rest.text if len(found) == most else rest.text.partition(" ")[0]
        found.append(Word(head, rest.at))
        rest = behind(rest, len(head))
    return found


@dataclass(frozen=True, slots=True)
class Found:
    """A dialect's word for a command in lower case, the words before it, and the rest."""

    verb: str
    before: tuple[Word, ...] = field(repr=False)
    rest: Word = field(repr=False)


def tracker_command(text: Word) -> Word | None:
    """What stands before the final `#`, where that is the only one; None for GoTrack's answers,
    which repeat the command (`apn,em@OK#`).
    """
    body = text.text[:-1].rstrip(" ")
    if not text.text.endswith("#") or "#" in body or body.lower().endswith(("@ok", "@er")):
        return None
    return Word(body, text.at)


def find_verb(text: Word, verbs: Collection[str], most: int) -> Found | None:
    """The first of the words that is one of `verbs`; at most so many may stand before it."""
    before: list[Word] = []
    rest = trimmed(text)
    while rest.text and len(before) <= most:
        word = Word(rest.text.partition(" ")[0], rest.at)
        rest = behind(rest, len(word.text))
        if word.upper.lower() in verbs:
            return Found(word.upper.lower(), tuple(before), rest)
        before.append(word)
    return None


def behind(word: Word, index: int) -> Word:
    """What stands behind so many characters, without the blanks before it."""
    return trimmed(Word(word.text[index:], word.at + index))


def trimmed(word: Word) -> Word:
    """Without the blanks in front."""
    bare = word.text.lstrip(" ")
    return Word(bare, word.at + len(word.text) - len(bare))


def until(word: Word, end: str) -> Word:
    """The text without what has to end it. Raises Refused where it is missing: it may be cut."""
    if not word.text.endswith(end):
        raise Refused("incomplete", word.at + len(word.text))
    return Word(word.text[: -len(end)], word.at)


def is_plain(behind_apn: str) -> bool:
    """Is what stands behind `APN,` the plain dialect's: one of its words, a name in quotes, or an
    option?
    """
    name = behind_apn.partition(",")[0].strip(" ")
    is_its_word = name.upper() in _PLAIN_WORDS or name.startswith('"')
    return is_its_word or _OPTION.search(behind_apn) is not None


# --- values ---------------------------------------------------------------------------------------


def apn(word: Word) -> str:
    """An APN that is one. Raises Refused, for an empty one, too."""
    if not word.text:
        raise Refused("empty-value", word.at, APN)
    offence = apn_offence(word.text)
    if offence is not None:
        raise Refused("bad-apn", offence + 1, APN)
    return word.text


def user(word: Word) -> str:
    """A user's name that may stand in an AT string, or none. Raises Refused."""
    return _credential(word, "bad-user")


def password(word: Word) -> str:
    """A password that may stand in an AT string, or none. Raises Refused."""
    return _credential(word, "bad-pass")


def _credential(word: Word, reason: str) -> str:
    offence = credential_offence(word.text)
    if offence is not None:
        raise Refused(reason, offence + 1, APN)
    return word.text


def one_of(table: Mapping[str, T], word: Word | None, reason: str) -> T | None:
    """What a word stands for; None for no word. Raises Refused for one that isn't in the table."""
    if word is None:
        return None
    if word.text.lower() not in table:
        raise Refused(reason, word.at, APN)
    return table[word.text.lower()]


def key_of(table: Mapping[str, T], value: T) -> str | None:
    """The word that stands for it."""
    return next((key for key, each in table.items() if each == value), None)


def request(
    name: Word | None, user_word: Word | None = None, password_word: Word | None = None
) -> ApnRequest:
    """What is asked of a context: what isn't there stays, an empty user or password is cleared.

    Raises Refused; for an APN that is empty or not there, too.
    """
    if name is None:
        raise Refused("unsupported", verb=APN)
    return ApnRequest(
        apn(name),
        None if user_word is None else user(user_word),
        None if password_word is None else password(password_word),
    )


def padded(fields: Sequence[Word], count: int) -> list[Word | None]:
    """The first so many fields, None for those that are left out."""
    return [*fields[:count], *[None] * (count - len(fields))]


def all_empty(fields: Sequence[Word]) -> None:
    """Refuses a setting beside the APN: half of a command would be a lie."""
    for each in fields:
        if each.text:
            raise Refused("unsupported", each.at, APN)


def no_more(fields: Sequence[Word], verb: str | None = None) -> None:
    """Refuses what stands behind a command that is over."""
    if fields:
        raise Refused("extra-words", fields[0].at, verb)


# --- answers --------------------------------------------------------------------------------------


def succeeded(outcome: Outcome) -> bool:
    """Was it carried out? What was rolled back wasn't."""
    return outcome.result is Result.OK


def with_reason(text: str, outcome: Outcome) -> str:
    """A dialect's own words for a failure, and ours for why in parentheses."""
    reason = outcome.reason or "failed"
    where = "" if outcome.at is None else f" at={outcome.at}"
    return fitted(f"{text} ({reason}{where})")


def joined(parts: Iterable[str], separator: str) -> str:
    """The parts as one text; those that don't fit are dropped from the right."""
    text = ""
    for index, part in enumerate(parts):
        longer = fitted(part) if index == 0 else f"{text}{separator}{fitted(part)}"
        if len(longer) > MAX_SEPTETS:
            break
        text = longer
    return text


def told(outcome: Outcome) -> dict[str, str]:
    """What an outcome tells, by key: reg, rat, rssi, rsrp, rsrq, apn, ip, op ..."""
    return dict(outcome.pairs)


def csq(rssi_dbm: str | None) -> int | None:
    """The signal in dBm as +CSQ counts it, 0 to 31 (3GPP TS 27.007 8.5); None if unknown."""
    try:
        return min(max((int(rssi_dbm or "") + 113) // 2, 0), 31)
    except ValueError:
        return None
