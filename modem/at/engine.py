"""The AT engine: bytes in, events out. What a line means and whose it is, is decided here alone.

The caller writes what `send`, `payload` and `cancel` return, feeds what it reads, and takes events
until there are none. The engine knows the pending command, and that is how it tells an answer from
a URC. It has no clock: who waits too long calls `cancel`, and then resynchronises the link with a
marker command before the next one, since nothing in a late `OK` tells whose it was.

SMS are read in PDU mode. In text mode a message's body is a line like any other, so that a sender
could write "OK" or "+CMTI: ..." into it.
"""

from __future__ import annotations

from collections import deque
from enum import Enum

from modem.at.command import Command
from modem.at.events import Echo, Event, Noise, Prompt, Response, Urc
from modem.at.receivebuffer import PADDING, Piece, PieceKind, ReceiveBuffer
from modem.at.results import NUMERIC_RING, Final, FinalKind, parse_final, parse_numeric
from modem.at.urcs import (
    DataHeader,
    Shape,
    UrcForm,
    is_marked,
    known_form,
    pdu_octets,
    split_head,
    split_one_line,
)
from modem.errors import MisuseError

ANSWER_LIMIT_LINES = 4096
ANSWER_LIMIT_BYTES = 512 * 1024  # AT+CMGL of a thousand messages

# A modem writes header and PDU in one go, with a URC between them at the worst. One that never
# writes the PDU must not keep the header from being reported.
DATA_WAIT_LINES = 8

# URCs that wait for a doubtful +CREG line to be settled; more of them settle it.
HELD_LIMIT = 64

_CTRL_Z = b"\x1a"
_ESCAPE = b"\x1b"


class _Payload(Enum):
    """How far the payload of the pending command is."""

    NONE = "the command has none"
    WANTED = "no prompt yet"
    PROMPTED = "the modem waits for it"
    SENT = "on its way"


class Engine:
    """One AT port of a modem (ITU-T V.250, 3GPP TS 27.005 and 27.007)."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque()
        self._buffer = ReceiveBuffer()
        self._line_count = 0

        self._pending: Command | None = None
        self._payload = _Payload.NONE
        self._lines: list[str] = []
        self._answer_bytes = 0
        self._takes_free_lines = False
        self._answer_header: DataHeader | None = None
        self._doubtful: str | None = None
        self._held: list[Event] = []

        self._given_up: deque[Command] = deque(maxlen=4)
        self._urc_headers: list[DataHeader] = []
        self._verbose = False
        self._ringing = False

    # What the caller does

    @property
    def pending(self) -> Command | None:
        """The command that has no final result yet."""
        return self._pending

    def send(self, command: Command) -> bytes:
        """Makes the command the pending one and returns the bytes to write.

        MisuseError when one is pending already, or when text or payload would not reach the modem
        as one command line and one payload.
        """
        if self._pending is not None:
            raise MisuseError(f"{self._pending.shown} has no final result yet")
        if not command.text.strip() or not all(" " <= c <= "~" for c in command.text):
            raise MisuseError("a command line is printable ASCII and not blank")
        if command.payload is not None and (set(command.payload) & set(_CTRL_Z + _ESCAPE)):
            raise MisuseError("a payload can't hold Ctrl-Z or ESC")
        stray = self._buffer.take_unfinished_prompt()
        if stray:
            # It stood there before anybody wanted it, so it is not this command's.
            self._noise(stray, "surplus prompt")
        self._pending = command
        self._payload = _Payload.NONE if command.payload is None else _Payload.WANTED
        self._takes_free_lines = command.bare
        return command.text.encode("ascii") + b"\r"

    def payload(self) -> bytes:
        """What to write once the Prompt came: the payload and the Ctrl-Z. MisuseError otherwise."""
        if self._pending is None or self._pending.payload is None:
            raise MisuseError("no command with a payload is pending")
        if self._payload is not _Payload.PROMPTED:
            raise MisuseError(f"the modem doesn't wait for the payload of {self._pending.shown}")
        self._payload = _Payload.SENT
        return self._pending.payload + _CTRL_Z

    def cancel(self) -> bytes:
        """Gives up the pending command and returns the bytes to write, if any.

        They are ESC for a command with a payload (27.005 3.5.1), since the modem may be at the
        prompt. What came of the answer is reported as Noise. Without a pending command: nothing.
        """
        command = self._pending
        if command is None:
            return b""
        lines = self._take_answer()
        if lines:
            self._noise("\n".join(lines).encode("latin-1"), "the answer was given up")
        self._pending = None
        self._given_up.append(command)
        return b"" if command.payload is None else _ESCAPE

    def feed(self, data: bytes) -> None:
        """Takes bytes from the modem, cut anywhere. Never raises."""
        self._buffer.feed(data)
        while True:
            prompts = self._payload is not _Payload.NONE
            piece = self._buffer.next_piece(prompts=prompts)
            if piece is None:
                return
            if piece.kind is PieceKind.PROMPT:
                self._take_prompt()
            else:
                self._take_piece(piece)

    def next_event(self) -> Event | None:
        """The next event, or None when the modem has to say more first."""
        return self._events.popleft() if self._events else None

    # Pieces to events

    def _take_prompt(self) -> None:
        if self._payload is _Payload.WANTED and self._pending is not None:
            self._payload = _Payload.PROMPTED
            self._emit(Prompt(self._pending))
        else:
            self._noise(b">", "surplus prompt")

    def _take_piece(self, piece: Piece) -> None:
        self._line_count += 1
        self._give_up_headers()
        if piece.kind is PieceKind.OVERLONG:
            self._noise(piece.data, "line too long")
        else:
            self._take_line(piece.data.decode("latin-1"))

    def _take_line(self, line: str) -> None:
        """Whose line is it: echo, final result, answer, URC, or data of one of them?"""
        if self._is_echo(line):
            return
        final = self._final_in(line)
        if final is not None:
            self._finish(final, line)
            return
        head, text = split_head(line)
        form = known_form(head)
        if self._is_of_answer(head):
            self._take_answer_line(line, head.upper(), text, form)
        elif form is not None or (is_marked(line) and not self._may_be_free(line)):
            self._take_urc(head, text, form)
        elif line == NUMERIC_RING and not self._verbose and not self._takes_free_lines:
            self._take_urc("RING", "", known_form("RING"))
        else:
            self._take_free_line(line)

    def _is_echo(self, line: str) -> bool:
        """Reports an echo of the pending command, or the late one of a command given up."""
        bare = line.lstrip("> ")
        commands = [*([self._pending] if self._pending else []), *self._given_up]
        for command in commands:
            if bare == command.text.strip() or _is_payload_of(command, line):
                if bare != line:
                    self._noise(b">", "surplus prompt")
                self._emit(Echo(command))
                return True
        return False

    def _final_in(self, line: str) -> Final | None:
        """The final result in a line. A caller who hangs up ends no command of ours."""
        final = parse_final(line)
        if final is None:
            # One digit is a fair answer to a bare query of a modem that speaks in words.
            free = self._pending is not None and self._takes_free_lines
            return None if free and self._verbose else parse_numeric(line)
        if final.kind is FinalKind.NO_CARRIER and self._ringing and not self._is_call():
            return None
        return final

    def _is_call(self) -> bool:
        return self._pending is not None and self._pending.text.upper().startswith(("ATA", "ATD"))

    def _finish(self, final: Final, line: str) -> None:
        if final.kind not in (FinalKind.CME, FinalKind.CMS):
            self._verbose = not line.isdigit()
        command = self._pending
        if command is None:
            self._noise(line.encode("latin-1"), "surplus result")
            return
        lines = self._take_answer()
        self._pending = None
        self._emit(Response(command, tuple(lines), final))

    def _take_answer(self) -> list[str]:
        """Ends the answer: settles what is doubtful, and makes the state that of no command."""
        self._settle()
        lines = self._lines
        self._lines = []
        self._answer_bytes = 0
        self._answer_header = None
        self._takes_free_lines = False
        self._payload = _Payload.NONE
        return lines

    def _is_of_answer(self, head: str) -> bool:
        if self._pending is None:
            return False
        return head.casefold() in (prefix.casefold() for prefix in self._pending.prefixes)

    def _take_answer_line(self, line: str, prefix: str, text: str, form: UrcForm | None) -> None:
        if self._doubtful is not None and split_head(self._doubtful)[0].upper() != prefix:
            self._settle()  # the next command of the same line is being answered
        if form is not None and form.shape is not None:
            self._take_shaped_line(line, text, form, form.shape(text))
            return
        self._add_to_answer(line)
        if prefix in ("+CMGR", "+CMGL") and not text.startswith("("):
            self._takes_free_lines = True
            if split_one_line(text) is None:
                octets = pdu_octets(prefix, text)
                self._answer_header = DataHeader(prefix, text, octets, self._line_count)

    def _take_shaped_line(self, line: str, text: str, form: UrcForm, shape: Shape) -> None:
        """A line that is the answer, or a URC with the same prefix.

        An answer holds such a line once. Where nothing tells which of two it is, the last one is,
        because a URC comes more easily while the modem works than between an answer and its OK.
        Until that is settled, what comes after it waits, so that all is reported in order.
        """
        if shape is Shape.URC or (shape is Shape.EITHER and self._has_line_of(form.prefix)):
            self._take_urc(form.prefix, text, form)
            return
        if self._doubtful is not None:
            former = split_head(self._doubtful)[1]
            self._doubtful = None
            self._take_urc(form.prefix, former, form)
            self._release()
        if shape is Shape.EITHER:
            self._doubtful = line
        else:
            self._add_to_answer(line)

    def _has_line_of(self, prefix: str) -> bool:
        return any(split_head(line)[0].upper() == prefix for line in self._lines)

    def _add_to_answer(self, line: str) -> None:
        self._answer_bytes += len(line)
        if len(self._lines) >= ANSWER_LIMIT_LINES or self._answer_bytes > ANSWER_LIMIT_BYTES:
            self._noise(line.encode("latin-1"), "answer too long")
        else:
            self._lines.append(line)

    def _may_be_free(self, line: str) -> bool:
        """May a marked line of no known URC belong to the answer: ATI's "+GCAP: +CGSM", a text?"""
        if self._pending is None:
            return False
        header = self._answer_header
        return self._pending.bare or (header is not None and header.octets is None)

    def _take_urc(self, head: str, text: str, form: UrcForm | None) -> None:
        prefix = form.prefix if form is not None else head.upper()
        self._ringing = prefix in ("RING", "+CRING") or (
            self._ringing and prefix not in ("NO CARRIER", "MISSED_CALL")
        )
        if form is None:
            self._emit(self._redacted(Urc(prefix, text)))
            return
        if not form.data_lines:
            self._emit(Urc(prefix, text))
            return
        one_line = split_one_line(text)
        octets = pdu_octets(prefix, text)
        if one_line is not None:
            self._emit(Urc(prefix, one_line[0], (one_line[1],)))
        elif prefix == "+CDS" and octets is None:
            self._emit(Urc(prefix, text))  # text mode has it all on one line (27.005 3.4.1)
        else:
            self._urc_headers.append(DataHeader(prefix, text, octets, self._line_count))

    def _take_free_line(self, line: str) -> None:
        if line == FinalKind.NO_CARRIER.value:
            self._take_urc(line, "", None)
            return
        header = self._header_for(line)
        if header is not None:
            self._urc_headers.remove(header)
            self._emit(Urc(header.prefix, header.text, (line,)))
        elif self._takes_free_lines:
            self._answer_header = None
            self._add_to_answer(line)
        else:
            self._noise(line.encode("latin-1"), "unknown line")

    def _header_for(self, line: str) -> DataHeader | None:
        """The URC header that a free line is the data of; None when it is the answer's or nobody's.

        Where several wait, the length tells; where it doesn't, the last header does, since header
        and PDU are written together.
        """
        waiting = [header for header in self._urc_headers if header.may_take(line)]
        if not waiting:
            return None
        answer = self._answer_header
        claimants = waiting if answer is None else [*waiting, answer]
        exact = [header for header in claimants if header.fits(line)]
        if not exact and answer is None and self._pending is not None and self._pending.bare:
            return None
        chosen = max(exact or claimants, key=lambda header: header.line)
        return None if chosen is answer else chosen

    def _give_up_headers(self) -> None:
        """Reports headers whose data did not come, so that no URC is lost."""
        while self._urc_headers and self._line_count - self._urc_headers[0].line > DATA_WAIT_LINES:
            header = self._urc_headers.pop(0)
            self._emit(Urc(header.prefix, header.text))

    # Events

    def _emit(self, event: Event) -> None:
        if self._doubtful is None:
            self._events.append(event)
            return
        self._held.append(event)
        if len(self._held) > HELD_LIMIT:
            self._settle()

    def _settle(self) -> None:
        """The doubtful line, if there is one, is the answer; what waited for that goes out."""
        line, self._doubtful = self._doubtful, None
        if line is not None:
            self._add_to_answer(line)
        self._release()

    def _release(self) -> None:
        self._events.extend(self._held)
        self._held.clear()

    def _noise(self, data: bytes, why: str) -> None:
        """Reports bytes that belong to nothing; without them while a secret may be among them."""
        secret = self._pending is not None and self._pending.secret
        self._emit(Noise(b"" if secret else data, why))

    def _redacted(self, urc: Urc) -> Urc | Noise:
        """A late answer to a secret command is no URC that anyone may see."""
        for command in self._given_up:
            prefixes = (prefix.casefold() for prefix in command.prefixes)
            if command.secret and urc.prefix.casefold() in prefixes:
                return Noise(b"", "a late answer")
        return urc


def _is_payload_of(command: Command, line: str) -> bool:
    if not command.payload:
        return False
    return line == command.payload.strip(PADDING).decode("latin-1")
