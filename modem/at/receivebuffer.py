"""The receive buffer: bytes in, cut anywhere; lines and prompts out. It knows no AT command."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

LINE_LIMIT_BYTES = 4096  # a PDU has 352 digits; +COPS=? answers with one long line

# A UART at power-up gives NUL or 0xFF before the first line; a modem with echo on repeats Ctrl-Z
# and ESC.
PADDING = b"\x00\xff\x1a\x1b \t"


class PieceKind(Enum):
    """What the buffer found."""

    LINE = "a line without its end and padding, not blank"
    PROMPT = "a > at the beginning of a line"
    OVERLONG = "a part of a line beyond the limit"


@dataclass(frozen=True, slots=True)
class Piece:
    """A line, a prompt, or a part of a line that was too long."""

    kind: PieceKind
    data: bytes


class ReceiveBuffer:
    """Holds at most one unfinished line, besides what was fed and not taken yet.

    Lines end in CR, LF, CR LF, CR CR LF: each of the two characters ends a line, and blank lines
    are nothing.
    """

    def __init__(self) -> None:
        self._data = bytearray()
        self._overlong = False

    def feed(self, data: bytes) -> None:
        """Adds bytes from the modem."""
        self._data += data

    def next_piece(self, *, prompts: bool) -> Piece | None:
        """The next piece, or None when more bytes are needed. `prompts` says that `>` is one.

        Modems write "\\r\\n> ", ">\\r\\n" and ">" alone (transcript sim7670-prompt-without-space):
        the character itself is the prompt, and what follows it is blank.
        """
        while True:
            if prompts and not self._overlong and self._take_prompt():
                return Piece(PieceKind.PROMPT, b">")
            end = self._line_end()
            if end < 0 and len(self._data) <= LINE_LIMIT_BYTES:
                return None
            overlong, self._overlong = self._overlong, end < 0
            length = end if end >= 0 else LINE_LIMIT_BYTES
            line = bytes(self._data[:length]).strip(PADDING)
            del self._data[: length + (end >= 0)]
            if line:
                kind = PieceKind.OVERLONG if overlong or end < 0 else PieceKind.LINE
                return Piece(kind, line)

    def take_unfinished_prompt(self) -> bytes:
        """Takes out an unfinished line that begins with `>`; empty when there is none."""
        line = bytes(self._data).strip(PADDING)
        if self._overlong or not line.startswith(b">"):
            return b""
        self._data.clear()
        return line

    def _line_end(self) -> int:
        """Where the first CR or LF stands, at most one beyond the limit; -1 when there is none."""
        limit = LINE_LIMIT_BYTES + 1
        found = [self._data.find(end, 0, limit) for end in (b"\r", b"\n")]
        return min((at for at in found if at >= 0), default=-1)

    def _take_prompt(self) -> bool:
        at = 0
        while at < len(self._data) and self._data[at] in PADDING:
            at += 1
        if self._data[at : at + 1] != b">":
            return False
        del self._data[: at + 1]
        return True
