"""SMS in the words of a modem, as they may leave the control socket: no PIN word and no password is
in them. Pure.

A text that arrives behind a header (+CMGR, +CMGL, +CMT and their vendors' forms) is passed only if
it is known to be harmless: a PDU that decodes to a text which may be shown, or in text mode, where
parts of a long message look like whole ones, a command without secrets. Elsewhere, as in what +CRSM
reads from the card, long runs of hex digits are looked at. What is hidden keeps its length.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from apn_config.dialects.plain import parse, shown
from apn_config.model import Command
from modem import sms

HIDDEN = "*"

# +CMGR of 27.005, +QCMGR of Quectel, ^HCMGR of Huawei.
_HEADER = re.compile(r"[+^$*#%!][A-Z]?CM(?:GR|GL|T)\s*:", re.IGNORECASE)
_BESIDE_DELIVERS = re.compile(r"[+^$*#%!][A-Z]?C(?:DS|BM)\s*:", re.IGNORECASE)
_LENGTH = re.compile(r"[,:]\s*([0-9]{1,3})\s*$")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+")
# An address and a few characters; whatever is shorter holds no PDU.
_RUN = re.compile(r"[0-9A-Fa-f]{20,}")
# EF_SMS of a card has a status octet before the PDU (3GPP TS 51.011 10.5.3).
_RECORD_OFFSETS = (0, 2)


def without_secrets(lines: Sequence[str]) -> tuple[str, ...]:
    """The lines of an answer or of a URC, those with secrets hidden."""
    kept: list[str] = []
    for header, body in _messages(lines):
        if header is None:
            kept += [_RUN.sub(_hidden_run, line) for line in body]
        else:
            kept += [header, *(body if _harmless(header, body) else map(_hidden, body))]
    return tuple(kept)


def _messages(lines: Iterable[str]) -> Iterator[tuple[str | None, list[str]]]:
    """Each header with the lines behind it; None for those before the first."""
    header: str | None = None
    body: list[str] = []
    for line in lines:
        if _HEADER.match(line) or _BESIDE_DELIVERS.match(line):
            yield header, body
            header, body = line, []
        else:
            body.append(line)
    yield header, body


def _harmless(header: str, body: Sequence[str]) -> bool:
    """May what stands behind a header be shown?"""
    lines = [line.strip() for line in body if line.strip()]
    if len(lines) == 1 and _HEX.fullmatch(lines[0]):
        message = _decoded(lines[0])
        # A text in hex digits (+CSCS="UCS2") may look like a PDU, but not like one of that length.
        length = _LENGTH.search(header)
        if message is None or length is None or int(length[1]) != message.tpdu_length:
            return False
        return _harmless_message(message)
    text = "\n".join(lines)
    return not text or (isinstance(parse(text), Command) and _may_be_shown(text))


def _decoded(pdu: str) -> sms.AnyMessage | None:
    try:
        return sms.decode_pdu(pdu)
    except sms.PduError:
        return None


def _harmless_message(message: sms.AnyMessage | None) -> bool:
    if not isinstance(message, sms.Deliver | sms.Submit):
        return True
    return not message.concat and all(map(_may_be_shown, _readings(message)))


def _readings(message: sms.Deliver | sms.Submit) -> Iterator[str]:
    """The text, or what a reader may make of octets that are called data."""
    if message.text is not None:
        yield message.text
    if message.data is not None:
        yield from _texts(message.data)


def _hidden_run(run: re.Match[str]) -> str:
    """A run of hex digits outside of any message; hidden where it holds one with secrets."""
    digits = run[0]
    octets = digits[: len(digits) // 2 * 2]
    texts = _texts(bytes.fromhex(octets))
    messages = [_decoded(octets[offset:]) for offset in _RECORD_OFFSETS]
    harmless = all(map(_may_be_shown, texts)) and all(map(_harmless_message, messages))
    return digits if harmless else _hidden(digits)


def _texts(octets: bytes) -> tuple[str, ...]:
    return octets.decode("latin-1"), octets.decode("utf-16-be", errors="replace")


def _may_be_shown(text: str) -> bool:
    """Is it shown as it is? A command in other case is the same command."""
    return shown(text).casefold() == text.casefold()


def _hidden(text: str) -> str:
    return "".join(HIDDEN if character.isalnum() else character for character in text)
