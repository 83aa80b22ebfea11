"""What may be shown of messages to whoever may read the device's: no PIN word and no password.

Pure. What isn't understood and may hold a secret all the same shows its length only. The secrets
that are configured are hidden wherever they stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from apn_config.dialects.plain import ANSWER
from apn_config.model import Command, Malformed, Message, NotForUs, Parsed, Verb
from apn_config.reader import PLAIN, SIGNED, Ambiguous, Reader, redacted

STARS = "***"
# What stands in the commands of other dialects that set an APN: in a text that is nearly one, there
# may be a password somewhere. And Robustel's number behind a password.
_TELLING = (
    *("apn", "pw", "param", "setconnection", "gtbsi", "a81", "a21", "!r1", "ntw", "setp", "cfg"),
    *("cellular", "2306", "243="),
)
_NUMBERED = re.compile(r"[^ ]:[0-9]{3}")


class Veil:
    """Hides what `reader` knows for secrets, and the configured `words`."""

    def __init__(self, reader: Reader | None = None, words: Iterable[str] = ()) -> None:
        self._reader = reader or Reader()
        self._nearly = not {PLAIN, SIGNED}.issuperset(self._reader.dialects)
        self.words = tuple(sorted({word for word in words if word}, key=len, reverse=True))

    def __repr__(self) -> str:
        return "Veil()"

    def shown(self, message: Message | str) -> str:
        """The text as it may be shown; of octets that are for somebody, their number."""
        if isinstance(message, str):
            message = Message(message)
        text, parsed = message.text or "", self._reader.read(message)
        folded = text.casefold()
        asks = isinstance(parsed, Command) or (
            isinstance(parsed, Malformed) and (parsed.verb == "APN" or parsed.dialect != PLAIN)
        )
        # Where several dialects want it, any of them may have its password in it.
        doubtful = isinstance(parsed, Ambiguous) or "pin" in folded or "pass" in folded
        doubtful = doubtful or (self._nearly and _is_not_understood(parsed) and _tells(folded))
        return self.without_words(redacted(parsed, message) if asks or doubtful else text)

    def shows(self, text: str) -> bool:
        """May it be shown as it stands? A command without secrets may, in whatever words."""
        parsed = self._reader.read(Message(text))
        if isinstance(parsed, Command) and not _holds_secret(parsed):
            return self.without_words(text) == text
        return self.shown(text).casefold() == text.casefold()

    def is_command(self, text: str) -> bool:
        """Does a dialect understand it?"""
        return isinstance(self._reader.read(Message(text)), Command)

    def is_meant(self, text: str) -> bool:
        """Is it a command, or one that a dialect calls its own and refuses?"""
        parsed = self._reader.read(Message(text))
        is_foreign = isinstance(parsed, Malformed) and parsed.dialect != PLAIN
        return is_foreign or isinstance(parsed, Command)

    def hides(self, message: Message) -> bool:
        """Do octets make a message of one of the dialects?"""
        return not isinstance(self._reader.read(message), NotForUs)

    def without_words(self, text: str) -> str:
        """The text with stars for the configured words, in any case and be they within another."""
        for word in self.words:
            text = re.sub(re.escape(word), STARS, text, flags=re.IGNORECASE)
        return text

    def without_distinct_words(self, text: str, least: int) -> str:
        """The same of what a modem says, with as many stars as a word has characters.

        What is shorter than `least`, or a part of a longer number, is let be: it is in many an
        answer.
        """
        for word in self.words:
            if len(word) < least:
                break  # the longest stand first
            pattern = re.escape(word)
            if word.isdecimal():
                pattern = rf"(?<![0-9]){pattern}(?![0-9])"
            text = re.sub(pattern, "*" * len(word), text, flags=re.IGNORECASE)
        return text


def _holds_secret(command: Command) -> bool:
    """Does it hold what its form in the plain dialect's words hides?"""
    user = command.request is not None and bool(command.request.user)
    return command.secret or user or command.verb is Verb.SYNC


def _is_not_understood(parsed: Parsed) -> bool:
    """Neither a command, right or wrong, nor an answer?"""
    if isinstance(parsed, NotForUs):
        return parsed.why != ANSWER
    return isinstance(parsed, Malformed)


def _tells(folded: str) -> bool:
    """Might it be meant for a dialect all the same, with a password in it?"""
    return any(word in folded for word in _TELLING) or _NUMBERED.search(folded) is not None
