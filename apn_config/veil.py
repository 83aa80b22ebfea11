"""What may be shown of messages to whoever may read the device's: no PIN word and no password.

Pure. What isn't understood and may hold a secret all the same shows its length only. The secrets
that are configured are hidden wherever they stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from apn_config.model import Command, Malformed, Message, NotForUs
from apn_config.reader import PLAIN, Reader, redacted

STARS = "***"


class Veil:
    """Hides what `reader` knows for secrets, and the configured `words`."""

    def __init__(self, reader: Reader | None = None, words: Iterable[str] = ()) -> None:
        self._reader = reader or Reader()
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
        doubtful = parsed_doubtfully(parsed) or "pin" in folded or "pass" in folded
        return self.without_words(redacted(parsed, message) if asks or doubtful else text)

    def is_command(self, text: str) -> bool:
        """Does a dialect understand it?"""
        return isinstance(self._reader.read(Message(text)), Command)

    def hides(self, message: Message) -> bool:
        """Do octets make a message of one of the dialects?"""
        return not isinstance(self._reader.read(message), NotForUs)

    def without_words(self, text: str, stars: str | None = STARS, least: int = 1) -> str:
        """The text with stars for the configured words, in any case and be they within another.

        With `stars` None a word is hidden by as many as it has characters. Words shorter than
        `least` are let be.
        """
        for word in self.words:
            if len(word) < least:
                break  # the longest stand first
            hidden = "*" * len(word) if stars is None else stars
            text = re.sub(re.escape(word), hidden, text, flags=re.IGNORECASE)
        return text


def parsed_doubtfully(parsed: object) -> bool:
    """Did two dialects want it? Either may have its password in it."""
    return isinstance(parsed, NotForUs) and parsed.why.startswith("ambiguous")
