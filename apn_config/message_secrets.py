"""SMS in the words of a modem, as they may leave the control socket: no PIN word and no password is
in them. Pure.

A text that arrives behind a header (+CMGR, +CMGL, +CMT and their vendors' forms), or a PDU on the
header's own line, is passed only if it is known to be harmless: a PDU that decodes to a text which
may be shown, or in text mode, where parts of a long message look like whole ones, a command without
secrets. Elsewhere a command with secrets is hidden, and long runs of hex digits, as in what +CRSM
reads from the card, are looked at. What is hidden keeps its length.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from apn_config.model import Message
from apn_config.veil import Veil
from modem import sms

HIDDEN = "*"

# +CMGR of 27.005, +QCMGR of Quectel, ^HCMGR of Huawei, +CMGRD of SIMCom, ^SMGR of Cinterion.
_HEADER = re.compile(r"[+^$*#%!](?:[A-Z]?CM(?:GRD?|GL|T)|SMG[RL])\s*:", re.IGNORECASE)
_BESIDE_DELIVERS = re.compile(r"[+^$*#%!][A-Z]?C(?:DS|BM)\s*:", re.IGNORECASE)
_LENGTH = re.compile(r"[,:]\s*([0-9]{1,3})[\s,]*$")
# A PDU on the header's own line, behind a blank (Option and Huawei sticks) or a comma.
_ON_ONE_LINE = re.compile(r"(?<=[\s,:])[0-9A-Fa-f]{18,}")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+")
# An address and a few characters; whatever is shorter holds no PDU.
_RUN = re.compile(r"[0-9A-Fa-f]{20,}")
# EF_SMS of a card has a status octet before the PDU (3GPP TS 51.011 10.5.3).
_RECORD_OFFSETS = (0, 2)
# A shorter word is part of many an answer; in a message it is hidden all the same.
_DISTINCT = 4


def without_secrets(lines: Sequence[str], veil: Veil) -> tuple[str, ...]:
    """The lines of an answer or of a URC, those with secrets hidden.

    The words that the `veil` knows are hidden wherever they stand.
    """
    screen = _Screen(veil)
    kept: list[str] = []
    for header, body in _messages(lines):
        kept += map(screen.line, body) if header is None else screen.message(header, body)
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


class _Screen:
    """Tells what may be shown."""

    def __init__(self, veil: Veil) -> None:
        self._veil = veil

    def line(self, line: str) -> str:
        """A line outside of any message."""
        if self._veil.is_meant(line) and not self._veil.shows(line):
            return _hidden(line)
        return self._without_word(_RUN.sub(self._run, line))

    def message(self, header: str, body: Sequence[str]) -> Iterator[str]:
        """A header and what stands behind it."""
        beside = _ON_ONE_LINE.search(header)
        at = len(header) if beside is None else beside.start()
        head, rest = self._head(header[:at]), [header[at:], *body]
        first, *others = rest if self._harmless(head, rest) else map(_hidden, rest)
        yield head + first
        yield from others

    def _head(self, head: str) -> str:
        name, colon, fields = head.partition(":")
        told = (
            _RUN.sub(self._run, fields) if self._veil.shown(fields) == fields else _hidden(fields)
        )
        return self._without_word(f"{name}{colon}{told}")

    def _harmless(self, header: str, body: Sequence[str]) -> bool:
        """May what stands behind a header be shown?"""
        lines = [line.strip() for line in body if line.strip()]
        if len(lines) == 1 and _HEX.fullmatch(lines[0]):
            message = _decoded(lines[0])
            # A text in hex digits (+CSCS="UCS2") may look like a PDU, but not like one of that
            # length.
            length = _LENGTH.search(header)
            if message is None or length is None or int(length[1]) != message.tpdu_length:
                return False
            return self._harmless_message(message)
        text = "\n".join(lines)
        return not text or (self._veil.is_command(text) and self._veil.shows(text))

    def _harmless_message(self, message: sms.AnyMessage | None) -> bool:
        if not isinstance(message, sms.Deliver | sms.Submit):
            return True
        if message.data is not None and self._veil.hides(_octets(message)):
            return False
        return not message.concat and all(map(self._veil.shows, _readings(message)))

    def _run(self, run: re.Match[str]) -> str:
        """A run of hex digits outside of any message; hidden where it holds one with secrets."""
        digits = run[0]
        octets = digits[: len(digits) // 2 * 2]
        texts = _texts(bytes.fromhex(octets))
        messages = [_decoded(octets[offset:]) for offset in _RECORD_OFFSETS]
        harmless = all(map(self._veil.shows, texts)) and all(map(self._harmless_message, messages))
        harmless = harmless and not any(map(self._veil.hides, _user_data(bytes.fromhex(octets))))
        return digits if harmless else _hidden(digits)

    def _without_word(self, text: str) -> str:
        return self._veil.without_distinct_words(text, _DISTINCT)


def _octets(message: sms.Deliver | sms.Submit) -> Message:
    ports = message.ports
    return Message(None, message.data, None if ports is None else ports.dst)


def _user_data(octets: bytes) -> Iterator[Message]:
    """Octets as those of a message: with a header in front, and without."""
    yield Message(data=octets)
    yield Message(data=octets[1 + octets[0] :])


def _decoded(pdu: str) -> sms.AnyMessage | None:
    try:
        return sms.decode_pdu(pdu)
    except sms.PduError:
        return None


def _readings(message: sms.Deliver | sms.Submit) -> Iterator[str]:
    """The text, or what a reader may make of octets that are called data."""
    if message.text is not None:
        yield message.text
    if message.data is not None:
        yield from _texts(message.data)


def _texts(octets: bytes) -> tuple[str, ...]:
    return octets.decode("latin-1"), octets.decode("utf-16-be", errors="replace")


def _hidden(text: str) -> str:
    return "".join(HIDDEN if character.isalnum() else character for character in text)
