"""Which line is what in a session, and how each kind is masked. The rules are in the package."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass

from modem.at.results import FinalKind, parse_final
from modem.at.urcs import DataHeader, known_form, pdu_octets, split_one_line
from modem.commands.secrets import is_secret
from modem.transcript.masking.numbers import Numbers
from modem.transcript.masking.parameters import Parameters, blot, filled
from modem.transcript.masking.pdu import mask_pdu
from modem.transcript.masking.words import BARE, NAMED, OPEN, is_error_name

_DATA_HEADERS = frozenset({"+CMT", "+CDS", "+CBM", "+CMGR", "+CMGL"})
_TAKES_PAYLOAD = re.compile(r"\+(?:CMG[SWC]|CNMA)\s*=\s*(\d{1,3})?", re.IGNORECASE)
_NAMED_LINE = re.compile(r"([+^$#*%!][A-Za-z][A-Za-z0-9]{0,19})(\s*:\s*)(.*)", re.DOTALL)
_NUMBER_LINE = re.compile(r"[0-9]{6,22}")
# What may stand before the first name in a command line: ATE0V1&F+CMEE=1.
_BASIC = re.compile(
    r"\s*(?:[EVQXZIMLHOPTWA]\d?|S\d{1,2}(?:=\d{1,3}|\?)|[&\\][A-Z]\d?)*", re.IGNORECASE
)
_NAMED_PART = re.compile(r"([+^$#*%!][A-Za-z][A-Za-z0-9]{0,19})(\s*=?\??\s*)(.*)", re.DOTALL)
# A part of a chained line ends at a semicolon outside of quotes.
_PART = re.compile(r'((?:[^;"]|"[^"]*(?:"|$))*)(;|$)', re.DOTALL)
_ECHOES = 8
_HEADERS = 4


@dataclass(frozen=True, slots=True)
class _Pending:
    """The host's last command: may lines without a name be its answer, and which PDU it announced.

    `octets` is the length of +CMGS=<length>; None in text mode and without a payload.
    """

    bare: bool = False
    octets: int | None = None


@dataclass(frozen=True, slots=True)
class _Said:
    """A line of the host's, and what became of it."""

    line: str
    masked: str


class Lines:
    """What is known of a session by now, and the masking of its next line."""

    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers
        self._parameters = Parameters(numbers)
        self._pending: _Pending | None = None
        self._prompted = False
        self._in_text = False  # lines of a text may come, with whatever on them
        self._headers: deque[DataHeader] = deque(maxlen=_HEADERS)
        self._said: deque[_Said] = deque(maxlen=_ECHOES)
        self._names: set[str] = set()

    # The host's side

    def host_line(self, line: str) -> str:
        """The line masked; one behind a prompt is a payload, whatever it looks like."""
        masked = self._payload(line) if self._prompted else self._command(line)
        self._said.append(_Said(line, masked))
        return masked

    def payload_ended(self) -> None:
        """Ctrl-Z or ESC."""
        self._prompted = False

    def host_line_lost(self) -> None:
        """A line that can't be read: nothing is known to be its answer."""
        self._pending = None

    def _payload(self, line: str) -> str:
        octets = self._pending.octets if self._pending else None
        if octets is not None and DataHeader("", "", octets, 0).fits(line):
            return mask_pdu(line, self._numbers, from_device=True) or filled(line)
        return filled(line)

    def _command(self, line: str) -> str:
        self._pending = None
        if line[:2].upper() != "AT":
            return line if line in ("+++", "A/", "a/") else filled(line)
        self._in_text = False
        self._headers.clear()
        pieces = [line[:2]]
        names: set[str] = set()
        for part in _PART.finditer(line, 2):
            pieces += (self._part(part[1], names), part[2])
        payload = _TAKES_PAYLOAD.search(line)
        known = all(name in OPEN or name in BARE for name in names)
        self._pending = _Pending(
            bare=known and not names.isdisjoint(BARE),
            octets=int(payload[1]) if payload and payload[1] else None,
        )
        if len(self._names) < 1000:
            self._names |= names
        return "".join(pieces)

    def _part(self, part: str, names: set[str]) -> str:
        """One command of a line; its name is added to `names`."""
        basic = _BASIC.match(part)
        head = basic[0] if basic else ""
        rest = part[len(head) :]
        names |= {name for name in ("I", "&V") if name in head.upper()}
        if rest[:1].upper() == "D":
            return head + rest[0] + self._parameters.dialled(rest[1:])
        named = _NAMED_PART.fullmatch(rest)
        if named is None:
            return head + filled(rest)
        name = named[1].upper()
        names.add(name)
        return head + named[1] + named[2] + self._behind(name, named[3], open_=name in OPEN)

    # The modem's side

    def prompt(self) -> None:
        """A `>` where a line begins: what the host says next is no command."""
        self._prompted = self._pending is not None

    def modem_line(self, line: str) -> str:
        """The line masked."""
        final = parse_final(line.strip())
        # An SMS may say "OK": its echo is one only while the text is being said.
        if final is None or self._prompted:
            for said in self._said:
                if said.line == line:
                    self._said.remove(said)
                    return said.masked
        if final is not None:
            self._pending, self._prompted = None, False
            return self._final(line, final.kind)
        named = _NAMED_LINE.fullmatch(line)
        if named is not None:
            return self._named(line, named)
        if _is_bare_urc(line):
            return line
        return self._pdu(line) or self._free(line)

    def _final(self, line: str, kind: FinalKind) -> str:
        head, colon, words = line.partition(":")
        if kind is FinalKind.CONNECT:
            return line if re.fullmatch(r"CONNECT(?: \d{1,9})?", line.strip()) else filled(line)
        if not colon or is_error_name(words.strip()):
            return line
        return head + colon + filled(words)

    def _named(self, line: str, named: re.Match[str]) -> str:
        name = named[1].upper()
        known = name in OPEN or name in NAMED or known_form(name) is not None
        if not known and (self._in_text or name not in self._names):
            return filled(line)
        text = named[3]
        if name in _DATA_HEADERS and not text.startswith("("):
            return named[1] + named[2] + self._data_header(name, text)
        open_ = not self._in_text and (name in OPEN or _is_plain_urc(name))
        if not open_ and text.count('"') % 2:
            self._in_text = True  # it goes on behind this line
        return named[1] + named[2] + self._behind(name, text, open_=open_)

    def _data_header(self, name: str, text: str) -> str:
        """A header that says what the next line is, or has it behind a blank."""
        octets = pdu_octets(name, text)
        one_line = split_one_line(text)
        if one_line is not None:
            head, pdu = one_line
            self._headers.append(DataHeader(name, head, pdu_octets(name, head), 0))
            blank = text[len(head) : len(text) - len(pdu)]
            return self._parameters.masked(head) + blank + (self._pdu(pdu) or filled(pdu))
        if octets is None:
            self._in_text = True
        else:
            self._headers.append(DataHeader(name, text, octets, 0))
        return self._parameters.masked(text)

    def _pdu(self, line: str) -> str | None:
        """The line as a PDU that a header announced; None where none of that length was."""
        for header in self._headers:
            if header.fits(line):
                self._headers.remove(header)
                has_smsc = header.prefix != "+CBM"
                return mask_pdu(line, self._numbers, from_device=False, has_smsc=has_smsc)
        return None

    def _free(self, line: str) -> str:
        """A line without a name."""
        if self._in_text or self._prompted:
            return filled(line)
        if _NUMBER_LINE.fullmatch(line):
            return self._numbers.mask(line)
        if self._pending is not None and self._pending.bare and not _has_controls(line):
            return self._parameters.opened("", line)
        return line if len(line) <= 3 and line.isdecimal() else filled(line)

    def _behind(self, name: str, text: str, *, open_: bool) -> str:
        """What stands behind a name."""
        if _has_controls(text):
            return blot(text)
        if name in ("+CPIN", "+CPIN2", "^CPIN"):
            return self._parameters.pin(text)
        # In `text` there is a name where a program didn't end its line: AT+COPS?AT+CPIN=1234
        if is_secret(f"{name}?") or is_secret(text):
            return self._parameters.secret(text)
        return self._parameters.opened(name, text) if open_ else self._parameters.masked(text)


def _is_plain_urc(name: str) -> bool:
    return name not in NAMED and known_form(name) is not None


def _is_bare_urc(line: str) -> bool:
    """A URC without a mark: RDY, SMS DONE, DST: 0."""
    head, _, text = line.strip().partition(":")
    return known_form(head) is not None and re.fullmatch(r"\s?\d{0,2}", text) is not None


def _has_controls(text: str) -> bool:
    return any(char < " " or char == "\x7f" for char in text)
