"""What a rule of [access] is about: patterns of senders, and words for verbs. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from typing import Final

from apn_config.model import Command, Malformed, Verb

ANYTHING: Final = "*"
OWN: Final = Verb.OWN.value
# A bare word means every verb that begins with it, so the reading ones have a name of their own.
READ_WORDS: Final = {
    f"{verb.value} READ": verb for verb in (Verb.APN_READ, Verb.NETWORK, Verb.SMSC)
}
# Beside bare words, which are those of all that begins with them.
_LOOKS: Final = frozenset(v.value for v in Verb if " " in v.value and not v.changing)
_FIRST_WORDS: Final = frozenset(verb.value.split()[0] for verb in Verb)
_WORDS: Final = frozenset(
    {ANYTHING, *READ_WORDS, *_FIRST_WORDS, *(verb.value for verb in Verb)}
) - {Verb.SYNC.value}
_NUMBER: Final = re.compile(r"\+?[0-9*?# ]+")


def verb_word(text: str) -> str:
    """A verb's word as rules compare it: in capitals, one blank between two."""
    return " ".join(text.upper().split())


def known_words(own: Iterable[str] = ()) -> tuple[str, ...]:
    """What a rule's `verbs` may name; `own` are the configuration's own verbs."""
    return (*sorted(_WORDS), *own)


def covers(words: Collection[str] | None, parsed: Command | Malformed) -> bool:
    """Are these words about what the message asks for? None is about all.

    Of a message that can't be carried out at most the verb's first word is known.
    """
    if words is None:
        return True
    if isinstance(parsed, Malformed):
        return any(_may_begin(word, parsed.verb) for word in words)
    return any(_covers(word, parsed) for word in words)


def _covers(word: str, command: Command) -> bool:
    verb = command.verb
    # Whoever has a key may tell the device its counter: without that the key is of no use.
    if word == ANYTHING or verb is Verb.SYNC:
        return True
    if word in READ_WORDS:
        return verb is READ_WORDS[word]
    if verb is Verb.OWN:
        return word == OWN or word in command.words[:1]
    name: str = verb.value
    return name == word or name.startswith(f"{word} ")


def _may_begin(word: str, first: str | None) -> bool:
    """Whoever may only look gets no error for what was to change something."""
    if word == ANYTHING or first in (None, Verb.SYNC.value):
        return True
    if word in READ_WORDS or word in _LOOKS:
        return False
    return word.split()[0] == first or (word == OWN and first not in _FIRST_WORDS)


def changes(words: Collection[str] | None) -> bool:
    """Is a verb among them that changes the device?"""
    changing = [Command(verb) for verb in Verb if verb.changing]
    own = words is not None and any(word not in _WORDS for word in words)
    return own or any(covers(words, command) for command in changing)


def sender_pattern(pattern: str) -> Callable[[str], bool]:
    """Does a sender's key (access.sender_key) fit this pattern?

    `*` is any number of characters, `?` one. "*" alone is any sender, one without a number, too. A
    pattern of digits is about numbers, another one about names; "" is who gives neither.
    """
    if not pattern:
        return lambda key: key == "number:"
    if set(pattern) == {"*"}:
        return lambda _key: True
    if _NUMBER.fullmatch(pattern):
        kind, text = "number:", pattern.removeprefix("+").replace(" ", "")
    else:
        kind, text = "name:", pattern.strip().casefold()
    parts = {"*": ".*", "?": "."}
    expression = re.compile(
        re.escape(kind) + "".join(parts.get(each) or re.escape(each) for each in text), re.DOTALL
    )
    return lambda key: expression.fullmatch(key) is not None


def is_anybody(patterns: Collection[str] | None) -> bool:
    """Do these patterns let in whoever likes to? So do those that say no digit and no letter."""
    return patterns is None or any(each and set(each) <= set("*?+") for each in patterns)
