"""The texts of answers: one SMS of GSM 7-bit basic characters each, its first word stable. Pure.

    [#TAG] OK <verb> key=value ...      [#TAG] ERR [<verb>] reason=... [at=N] key=value ...
    [#TAG] ROLLBACK APN <name> kept=<name> reason=...

What a program said stands at the end. What doesn't fit 160 septets is dropped key by key from the
right.
"""

from __future__ import annotations

from collections.abc import Iterable

from apn_config.model import Outcome, Result, Verb
from modem import sms

MAX_SEPTETS = 160
Pairs = Iterable[tuple[str, str]]
# The verbs that are named by their first word in an answer, as they are in a command.
_NAMED = {
    Verb.APN_READ: "APN",
    Verb.APN_SET: "APN",
    Verb.NETWORK_SELECT: "NETWORK",
    Verb.SMSC_SET: "SMSC",
}
_HELP = (
    "APN (name user= pass= auth= type= for=1h)/KEEP/ROLLBACK/HISTORY",
    "STATUS/SIGNAL/PING/SMSC",
    "NETWORK SCAN/AUTO/plmn",
    "REBOOT MODEM/HOST",
)


def words(outcome: Outcome, tag: str | None = None, room: int = MAX_SEPTETS) -> str:
    """What became of a command, in the plain dialect's words and in `room` septets at most."""
    if outcome.verb is Verb.HELP and outcome.result is Result.OK:
        return _help(tag, room)
    pairs = list(outcome.pairs)
    match outcome.result:
        case Result.OK:
            begin = " ".join(["OK", *_about(outcome)])
        case Result.ERR:
            begin = f"ERR {outcome.word}" if outcome.word else "ERR"
            at = [] if outcome.at is None else [("at", str(outcome.at))]
            pairs = [*_reason(outcome), *at, *pairs]
        case Result.ROLLBACK:
            begin = f"ROLLBACK APN {value(outcome.name or '')}"
            pairs = [("kept", outcome.kept or ""), *_reason(outcome), *pairs]
    text = _with_pairs(fitted(_tagged(tag, begin), room), pairs, room)
    return fitted(f"{text} {outcome.text}", room) if outcome.text else text


def fitted(text: str, room: int = MAX_SEPTETS) -> str:
    """What one SMS takes of a text, on one line; `?` for whatever isn't a basic character."""
    return "".join(c if _plain(c) else "?" for c in text[:room])


def value(text: str) -> str:
    """A value as it stands in an answer: in quotes if it is empty or holds blanks, `?` for whatever
    isn't a basic character.
    """
    shown = "".join(c if _plain(c) and c != '"' else "?" for c in text)
    return f'"{shown}"' if not shown or " " in shown else shown


def _about(outcome: Outcome) -> list[str]:
    """The verb, and what it was about."""
    if outcome.verb is None:
        return []
    if outcome.verb is Verb.OWN:
        return [outcome.name or Verb.OWN.value]
    name = outcome.name
    if name is None and outcome.verb is Verb.APN_READ and outcome.apn is not None:
        name = outcome.apn.name
    verb = _NAMED.get(outcome.verb, outcome.verb.value)
    return [verb] if name is None else [verb, value(name)]


def _reason(outcome: Outcome) -> list[tuple[str, str]]:
    return [] if outcome.reason is None else [("reason", outcome.reason)]


def _help(tag: str | None, room: int) -> str:
    """What can be asked for, as much of it as there is room for."""
    text = _tagged(tag, "OK HELP #TAG PIN x")
    for number, each in enumerate(_HELP):
        longer = f"{text}{'; ' if number else ' '}{each}"
        if len(longer) > room:
            break
        text = longer
    return text


def _plain(character: str) -> bool:
    """One septet, and nothing that moves a cursor."""
    return character >= " " and sms.is_gsm7_basic(character)


def _tagged(tag: str | None, words: str) -> str:
    return f"#{tag} {words}" if tag else words


def _with_pairs(text: str, pairs: Pairs, room: int) -> str:
    for key, content in pairs:
        longer = f"{text} {value(key)}={value(content)}"
        if len(longer) > room:
            break
        text = longer
    return text
