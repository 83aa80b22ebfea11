"""Reads a message in whichever of the enabled dialects it is. Pure.

Two that both understand it are an error of the configuration, where that can be known (`clashes`),
and else nobody's: a command that means two things is carried out as neither.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from apn_config.dialects import dialect_named, plain
from apn_config.dialects.dialect import Dialect
from apn_config.model import (
    Command,
    Malformed,
    Message,
    NotForUs,
    Parsed,
    Password,
    SetupCode,
    Verb,
)

if TYPE_CHECKING:
    from apn_config.config import Config

PLAIN, SIGNED = plain.DIALECT.name, "signed"
_APART = (PLAIN, SIGNED)


@dataclass(frozen=True, slots=True)
class Failed(NotForUs):
    """A dialect that was added can't be asked."""


@dataclass(frozen=True, slots=True)
class Ambiguous(NotForUs):
    """Several dialects understand it."""

    dialects: tuple[str, ...] = ()

    @classmethod
    def between(cls, dialects: Sequence[str]) -> Ambiguous:
        """Nobody's, as each of these would have it."""
        return cls(f"ambiguous: {' or '.join(dialects)}", tuple(dialects))


class Reader:
    """The enabled dialects, and the verbs of the user's own, which the plain one knows."""

    def __init__(
        self, dialects: Sequence[Dialect] = (plain.DIALECT,), own: frozenset[str] = frozenset()
    ) -> None:
        self.dialects = {dialect.name: dialect for dialect in dialects}
        self._own = own

    @classmethod
    def for_config(cls, config: Config) -> Reader:
        """What a configuration enables. Raises UnknownDialect, BrokenDialect."""
        found = map(dialect_named, config.dialects.enabled)
        return cls(tuple(found), frozenset(config.commands.own))

    def read(self, message: Message) -> Parsed:
        """What it asks for. Never raises.

        A text with a signature is the signed dialect's alone. The trackers' forms that the plain
        dialect understands by courtesy are those of a dialect that is enabled for them.
        """
        if SIGNED in self.dialects:
            signed = self.read_as(message, SIGNED)
            if not isinstance(signed, NotForUs):
                return signed
        ours: Parsed = NotForUs("not understood")
        if PLAIN in self.dialects:
            ours = self.read_as(message, PLAIN)
        others = self._others(message)
        claims = [
            each
            for each in others
            if not isinstance(each, NotForUs) and not _is_argument(each, ours)
        ]
        if not claims:
            failed = next((each for each in others if isinstance(each, Failed)), None)
            return ours if failed is None or _is_known(ours) else failed
        if not isinstance(ours, NotForUs) and _insists(message, ours):
            claims.append(ours)
        if len(claims) > 1:
            return Ambiguous.between([each.dialect for each in claims])
        return claims[0]

    def read_as(self, message: Message, dialect: str) -> Parsed:
        """What it asks for in that dialect, which may not be enabled any more."""
        if dialect not in self.dialects:
            return NotForUs(f"{dialect} is not enabled")
        if dialect == PLAIN:
            return self._plain(message)
        if dialect == SIGNED:
            from apn_config.dialects.signed import parse_signed

            return parse_signed(message, lambda text: plain.parse(text, self._own))
        return self._parsed(message, dialect)

    def _others(self, message: Message) -> list[Parsed]:
        """What each of the other dialects makes of it."""
        return [self._parsed(message, name) for name in self.dialects if name not in _APART]

    def _parsed(self, message: Message, name: str) -> Parsed:
        """What a dialect makes of it. A foreign one's fault ends nothing."""
        try:
            parsed = self.dialects[name].parse(message)
            return parsed if isinstance(parsed, NotForUs) else replace(parsed, dialect=name)
        except Exception as error:  # noqa: BLE001 -- whatever somebody else's code may raise
            return Failed(f"{name} failed: {type(error).__name__}")

    def _plain(self, message: Message) -> Parsed:
        if message.text is None:
            return NotForUs("no text")
        return plain.parse(message.text, self._own)

    def clashes(self) -> Iterator[tuple[str, str, str]]:
        """Two enabled dialects that understand the same text, and that text."""
        for name, dialect in self.dialects.items():
            if name in _APART:
                continue
            for text in dialect.claims:
                parsed = self.read(Message(text))
                if isinstance(parsed, Ambiguous):
                    yield name, next(each for each in parsed.dialects if each != name), text

    def redact(self, message: Message) -> str:
        """What may be kept of a message: a command's form without its secrets, of anything else
        its length. In front stands the dialect, where it isn't the plain one.
        """
        return redacted(self.read(message), message)


def redacted(parsed: Parsed, message: Message) -> str:
    """As `Reader.redact`, of what has been read already."""
    if isinstance(parsed, Command):
        form = plain.form_of(parsed)
        return form if parsed.dialect == PLAIN else f"[{parsed.dialect}] {form}"
    if message.text is None:
        return f"[{len(message.data or b'')} octets]"
    return f"[{len(message.text)} characters]"


def verb_of(redacted_text: str) -> str | None:
    """The verb of what `redacted` left of a command; None where it was none."""
    form = redacted_text
    if form.startswith("["):
        form = form.partition("] ")[2]
    return plain.verb_of_form(form)


def _insists(message: Message, ours: Command | Malformed) -> bool:
    """Does the plain dialect claim it against others? What it doesn't know, or understands by
    courtesy, it leaves to them, and so it does the first contact.
    """
    courtesy = plain.is_courtesy(message.text or "") or isinstance(ours.proof, SetupCode)
    return _is_known(ours) and not courtesy


def _is_known(ours: Parsed) -> bool:
    return isinstance(ours, Command) or (isinstance(ours, Malformed) and ours.verb is not None)


def _is_argument(claim: Command | Malformed, ours: Parsed) -> bool:
    """Is it only because of what a verb of the user's own is given that a dialect understands it,
    with the verb's name for a password?
    """
    if not isinstance(ours, Command) or ours.verb is not Verb.OWN:
        return False
    given = claim.proof
    return isinstance(given, Password) and ours.words[0] in map(
        str.upper, (given.word, given.login)
    )
