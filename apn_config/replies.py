"""The texts of answers: one SMS of GSM 7-bit basic characters each, its first word stable. Pure.

    [#TAG] OK <verb> key=value ...      [#TAG] ERR [<verb>] reason=... [at=N]
    [#TAG] ROLLBACK APN <name> kept=<name> reason=...

What doesn't fit 160 septets is dropped key by key from the right.
"""

from __future__ import annotations

from collections.abc import Iterable

from modem import sms

MAX_SEPTETS = 160
Pairs = Iterable[tuple[str, str]]


def ok(words: str, pairs: Pairs = (), tag: str | None = None) -> str:
    """A command was carried out; `words` are its verb and what it was about."""
    return _fitted(_tagged(tag, f"OK {words}"), pairs)


def err(verb: str | None, reason: str, *, tag: str | None = None, at: int | None = None) -> str:
    """A command wasn't carried out.

    `verb` and `at` are given where its words were at fault.
    """
    pairs = [("reason", reason)]
    if at is not None:
        pairs.append(("at", str(at)))
    return _fitted(_tagged(tag, f"ERR {verb}" if verb else "ERR"), pairs)


def rollback(apn: str, kept: str, reason: str, tag: str | None = None) -> str:
    """An APN was tried and given up; `kept` is the one that is in force again."""
    pairs = [("kept", kept), ("reason", reason)]
    return _fitted(_tagged(tag, f"ROLLBACK APN {value(apn)}"), pairs)


def help_text(tag: str | None = None) -> str:
    """What can be asked for."""
    words = (
        "OK HELP (#TAG) (PIN word) APN; APN name user= pass= auth=none/pap/chap type= cid= for=10m;"
        " APN KEEP/ROLLBACK/HISTORY; STATUS; PING; REBOOT MODEM"
    )
    return _fitted(_tagged(tag, words), ())


def value(text: str) -> str:
    """A value as it stands in an answer: in quotes if it is empty or holds blanks, `?` for whatever
    isn't a basic character.
    """
    shown = "".join(c if _plain(c) and c != '"' else "?" for c in text)
    return f'"{shown}"' if not shown or " " in shown else shown


def _plain(character: str) -> bool:
    """One septet, and nothing that moves a cursor."""
    return character >= " " and sms.is_gsm7_basic(character)


def _tagged(tag: str | None, words: str) -> str:
    return f"#{tag} {words}" if tag else words


def _fitted(words: str, pairs: Pairs) -> str:
    text = "".join(c if _plain(c) else "?" for c in words)[:MAX_SEPTETS]
    for key, content in pairs:
        longer = f"{text} {key}={value(content)}"
        if len(longer) > MAX_SEPTETS:
            break
        text = longer
    return text
