"""Settings as some dialects write them: in quotes, each once, erased by an empty one. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from apn_config.dialects import fields
from apn_config.dialects.dialect import Around
from apn_config.dialects.words import Word
from apn_config.model import ApnRequest, Form, Outcome


def plain_words(outcome: Outcome, form: Form, around: Around) -> None:
    """The `say` of a dialect whose sources show no answer: the plain dialect's words are sent."""


def bare(word: Word) -> Word:
    """Without the blanks around."""
    front = fields.trimmed(word)
    return Word(front.text.rstrip(" "), front.at)


def quoted_fields(word: Word) -> list[Word]:
    """The fields between commas; one within double quotes may hold commas, and is given without.

    A quote that isn't closed is a character like any other.
    """
    found, start = [], 0
    while start <= len(word.text):
        end = _field_end(word.text, start)
        found.append(_unquoted(bare(Word(word.text[start:end], word.at + start))))
        start = end + 1
    return found


def _field_end(text: str, start: int) -> int:
    """The index of the comma that ends the field, or of the end of the text."""
    opening = start
    while text[opening : opening + 1] == " ":
        opening += 1
    if text[opening : opening + 1] == '"':
        closing = text.find('"', opening + 1)
        start = start if closing < 0 else closing
    end = text.find(",", start)
    return len(text) if end < 0 else end


def _unquoted(word: Word) -> Word:
    if len(word.text) >= 2 and word.text[0] == word.text[-1] == '"':
        return Word(word.text[1:-1], word.at + 1, quoted=True)
    return word


def once(pairs: Iterable[tuple[str, Word]]) -> dict[str, Word]:
    """The settings by their key. Raises Refused where one is given twice."""
    found: dict[str, Word] = {}
    for key, value in pairs:
        if key in found:
            raise fields.Refused("duplicate-option", value.at, fields.APN)
        found[key] = value
    return found


def apn_request(name: Word | None, user: Word | None, secret: Word | None) -> ApnRequest:
    """The request of those three; one that isn't there stays as it is, an empty one is cleared.

    An empty name means no APN of its own, which leaves no room for a user. Without a name there is
    nothing that can be carried out. Raises Refused.
    """
    given = [each for each in (user, secret) if each is not None and each.text]
    if name is None:
        raise fields.Refused("unsupported", given[0].at if given else None, fields.APN)
    if not name.text and given:
        raise fields.Refused("empty-value", name.at, fields.APN)
    return ApnRequest(
        fields.apn(name) if name.text else "",
        None if user is None else fields.user(user),
        None if secret is None else fields.password(secret),
    )
