"""What somebody has at hand of a provisioning message: a file, or hex digits. Pure.

It may be a whole push, its document alone, user data with its header, or PDUs; of one part or of
several, in hex lines, as `command make --json` prints them, or as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from apn_config.dialects.omacp.reading import PORT, begins_document
from apn_config.dialects.omacp.wsp import CONFIRMED_PUSH, PUSH, Media
from apn_config.model import Message
from modem import sms

# What tools write beside PDUs: comments, `AT+CMGS=153`, `+CMGR: ...`, `part 1 of 2: ...`, OK.
_BESIDE = re.compile(r"#|AT[+&]|\+CM|part [0-9]|OK$|> *$", re.IGNORECASE)
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+")
# User data is read as a DELIVER's that has nothing else: no SMSC, no sender, 8-bit.
_BEFORE_USER_DATA = bytes.fromhex("00 44 00 81 00 04 00000000000000")
_MAX_USER_DATA = 140
# More digits than a line of a dump has (xxd -p: 60), and fewer than a part that isn't the last.
_DUMP_DIGITS = 64

_Sms = sms.Deliver | sms.Submit


class NoSource(Exception):
    """It is nothing of all this; the text says why."""


@dataclass(frozen=True, slots=True)
class Source:
    """`what` it was, for people; and what is in it: a message, or a document alone."""

    what: str
    message: Message | None = None
    media: Media = Media.WBXML
    document: bytes = field(default=b"", repr=False)


def source_of(content: bytes) -> Source:
    """What there is. Raises NoSource."""
    pieces = _pieces(content)
    if len(pieces) == 1:
        alone = _alone(pieces[0])
        if alone is not None:
            return alone
    users = [_user_data(piece) for piece in pieces]
    if None not in users:
        return _joined("user data", [user for user in users if user is not None])
    pdus = [_pdu(piece) for piece in pieces]
    if None not in pdus:
        named = [pdu for pdu in pdus if pdu is not None]
        return _joined(f"SMS-{type(named[0]).__name__.upper()}", named)
    raise NoSource(
        "neither a push, nor a document, nor user data with a header, nor PDUs of 8-bit messages"
    )


def _pieces(content: bytes) -> list[bytes]:
    """Lines of hex digits as octets, or the content itself."""
    lines = [line.strip() for line in content.decode("ascii", "replace").splitlines()]
    digits = [_digits(line) for line in lines if line and not _BESIDE.match(line)]
    if not digits or not all(_HEX.fullmatch(line) for line in digits):
        return [content]
    lengths = {len(line) for line in digits[:-1]}
    if len(lengths) == 1 and max(lengths) <= _DUMP_DIGITS:
        digits = ["".join(digits)]
    return [bytes.fromhex(line) for line in digits]


def _digits(line: str) -> str:
    """A line without blanks; of one in JSON, what `udh` and `data` say."""
    try:
        row = json.loads(line) if line.startswith("{") else None
    except (ValueError, RecursionError):
        row = None
    if isinstance(row, dict):
        return "".join(str(row.get(name, "")) for name in ("udh", "data"))
    return "".join(line.split())


def _alone(octets: bytes) -> Source | None:
    for media, what in ((Media.XML, "document in XML"), (Media.WBXML, "document in WBXML")):
        if begins_document(octets, media):
            return Source(what, None, media, octets)
    if len(octets) > 1 and octets[1] in (PUSH, CONFIRMED_PUSH):
        return Source("push", Message(data=octets, port=PORT))
    return None


def _user_data(octets: bytes) -> sms.Deliver | None:
    """User data whose header has ports or numbers a part."""
    if not octets or len(octets) > _MAX_USER_DATA:
        return None
    read = _decoded(_BEFORE_USER_DATA + bytes((len(octets),)) + octets)
    return read if isinstance(read, sms.Deliver) and (read.ports or read.concat) else None


def _pdu(octets: bytes) -> _Sms | None:
    read = _decoded(octets)
    whole = read is not None and read.udl_at + 1 + read.udl == len(octets)
    return read if whole and read is not None and read.data is not None else None


def _decoded(octets: bytes) -> _Sms | None:
    try:
        read = sms.decode_pdu(octets)
    except sms.PduError:
        return None
    return read if isinstance(read, sms.Deliver | sms.Submit) else None


def _joined(what: str, parts: Sequence[_Sms]) -> Source:
    by_number = {part.concat.seq if part.concat else 1: part for part in parts}
    totals = {part.concat._replace(seq=0) if part.concat else None for part in parts}
    if len(totals) > 1 or len(by_number) < len(parts):
        raise NoSource("parts of several messages")
    total = parts[0].concat.total if parts[0].concat else 1
    missing = [number for number in range(1, total + 1) if number not in by_number]
    if missing:
        raise NoSource(f"of {total} parts, number {missing[0]} is missing")
    first = by_number[1]
    octets = b"".join(by_number[number].data or b"" for number in range(1, total + 1))
    port = None if first.ports is None else first.ports.dst
    shown = [what] + ([f"{total} parts"] if total > 1 else [])
    shown.append("no port" if port is None else f"port {port}")
    return Source(", ".join(shown), Message(data=octets, port=port))
