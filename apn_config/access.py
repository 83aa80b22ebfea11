"""Who may command, and what is too old to be obeyed. Pure: lists, words and times come in.

A sender's number can be forged by anybody with access to an SMSC. The list keeps out accidents and
strangers; the PIN word, where one is set, is what has to be kept secret.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from apn_config.config import AccessConfig
from apn_config.model import Command, Malformed, Sender

# The network's time may jump by this much on one message's word; further needs a second one.
_LEAP = timedelta(hours=24)
_NUMBER = re.compile(r"\+?[0-9*# ]*[0-9][0-9*# ]*")


@dataclass(frozen=True, slots=True)
class Allowed:
    """The sender may command."""


@dataclass(frozen=True, slots=True)
class Denied:
    """The sender may not; `reason` is for the log and the journal, never for an answer."""

    reason: str


Access: TypeAlias = Allowed | Denied


def decide(
    access: AccessConfig | None, sender: Sender, parsed: Command | Malformed, pin_word: str | None
) -> Access:
    """May this sender give this command?

    `pin_word` is the one that is configured. A word in the message is ignored where none is: one
    operator's devices need not all have one.
    """
    if access is None:
        return Denied("no-access")
    if not listed(access.senders, sender):
        return Denied("not-listed")
    if pin_word is None:
        return Allowed()
    if parsed.pin is None:
        return Denied("pin-missing")
    if not hmac.compare_digest(_octets(parsed.pin), _octets(pin_word)):
        return Denied("pin-wrong")
    return Allowed()


def _octets(word: str) -> bytes:
    return word.encode("utf-8", "surrogatepass")


def listed(senders: tuple[str, ...], sender: Sender) -> bool:
    """Is the sender in the list? Numbers compare by their digits, names without case."""
    return sender_key(sender) in {sender_key(_listed_sender(entry)) for entry in senders}


def _listed_sender(entry: str) -> Sender:
    """Whom an entry means: a number if it looks like one, else a name."""
    return Sender(entry, alphanumeric=_NUMBER.fullmatch(entry) is None)


def sender_key(sender: Sender) -> str:
    """What identifies a sender: "+49170" and "49170" are one, "emnify" and "EMnify" are one.

    A name of digits is another sender than the number. One who gives neither is "", whatever type
    the network stated.
    """
    text = sender.address.strip()
    if sender.alphanumeric and text:
        return f"name:{text.casefold()}"
    return f"number:{text.removeprefix('+').replace(' ', '')}"


@dataclass(frozen=True, slots=True)
class NetworkTime:
    """How far the network's time has come, by the stamps of authorised messages.

    `candidate` is a stamp too far ahead of `newest` to be believed before a second one confirms it;
    the first of all is one, too.
    """

    newest: datetime | None = None
    candidate: datetime | None = None


def moved(time: NetworkTime, scts: datetime | None) -> NetworkTime:
    """The network's time after an authorised message of that stamp; it never goes back.

    Of two messages that both claim a time far ahead, the earlier is believed: one wrong stamp moves
    nothing, and messages that come a month apart still move the mark.
    """
    if scts is None:
        return time
    if time.newest is not None and scts - time.newest <= _LEAP:
        newest = max(time.newest, scts)
        ahead = time.candidate is not None and time.candidate - newest > _LEAP
        return NetworkTime(newest, time.candidate if ahead else None)
    if time.candidate is None:
        return NetworkTime(time.newest, scts)
    earlier, later = sorted((time.candidate, scts))
    if later - earlier <= _LEAP:
        return NetworkTime(later)
    return NetworkTime(earlier, later)


def believable(scts: datetime, newest: datetime | None) -> bool:
    """Can the network's time have come so far? One wrong stamp must not lock a sender out."""
    return newest is None or scts - newest <= _LEAP


def is_stale(
    scts: datetime | None,
    *,
    applied: datetime | None,
    newest: datetime | None,
    max_age_h: float,
) -> bool:
    """Is a changing command too old to be obeyed?

    Older than the last one applied from the same sender, or by more than `max_age_h` than the
    newest authorised message. Without a stamp the order of arrival counts, so it isn't.
    """
    if scts is None:
        return False
    if applied is not None and scts < applied and believable(applied, newest):
        return True
    return newest is not None and (newest - scts).total_seconds() > max_age_h * 3600
