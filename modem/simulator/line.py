"""The AT line of a simulated modem (ITU-T V.250): echo, command lines, results, prompts, data.

It says where bytes go and where unsolicited result codes may stand; what a command means is in
`services`. No clock but the agenda's, and no I/O: bytes come in by `consume` and go out by `write`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from modem.simulator.agenda import Agenda, Appointment
from modem.simulator.answers import Deferred, Online, Prompt, Refusal, Reply
from modem.simulator.commandline import BadLine, Request, parse_line
from modem.simulator.escape import Escape
from modem.simulator.state import State

MAX_LINE = 2048
MAX_PAYLOAD = 2048
MAX_BACKLOG = 8192  # typed ahead while a command runs
# A host that stops in the middle of a line doesn't keep unsolicited result codes back for ever.
LINE_PATIENCE_S = 1.0

_CR, _LF, _BS, _DEL, _CTRL_Z, _ESC = 0x0D, 0x0A, 0x08, 0x7F, 0x1A, 0x1B
# What goes into a line as it is: all but control characters (V.250 5.2.2).
_PLAIN = bytes(byte for byte in range(0x20, 0x100) if byte != _DEL)

# V.250 5.7.1, for ATV0
_NUMERIC = {
    "OK": 0,
    "CONNECT": 1,
    "RING": 2,
    "NO CARRIER": 3,
    "ERROR": 4,
    "BUSY": 7,
    "NO ANSWER": 8,
}


class UrcPlace(Enum):
    """Where unsolicited result codes come."""

    IDLE = "between answers"
    BEFORE_ANSWER = "behind the next command's echo"
    BEFORE_FINAL = "before the next command's final result"


@dataclass(frozen=True, slots=True)
class Ordeal:
    """What faults do to the answer of one command line; by default nothing."""

    refusal: Refusal | None = None
    prompt: bool = True
    answer: bool = True
    final: bool = True
    late_s: float = 0.0
    urcs: tuple[str, ...] = ()


UNSPOILT = Ordeal()


class Line:
    """One modem's line.

    `run` answers a command; `begin` is told of each command line, before anything of it is done,
    and says what faults do to it. While `down` is set the line is dead.
    """

    def __init__(
        self,
        state: State,
        agenda: Agenda,
        *,
        write: Callable[[bytes], None],
        tell: Callable[[], None],
        run: Callable[[Request], Reply],
        begin: Callable[[str], Ordeal],
    ) -> None:
        self.urc_place = UrcPlace.IDLE
        self.down = False
        self.last = ""  # the command line that runs, or ran last, from its "AT" on
        self._state = state
        self._agenda = agenda
        self._write = write
        self._tell = tell
        self._run = run
        self._begin = begin
        self._line = bytearray()
        self._too_long = False
        self.answering = False  # from a command line's end to its final result
        self._ordeal = UNSPOILT
        self._requests: deque[Request] = deque()
        self._running: Deferred | None = None
        self._backlog = bytearray()
        self._prompt: Prompt | None = None
        self._payload = bytearray()
        self._data: Escape | None = None  # while bytes are data
        self._urcs: deque[tuple[str, ...]] = deque()
        self._patience: Appointment | None = None

    @property
    def in_data_mode(self) -> bool:
        """Are the host's bytes data (V.250 5.1, online data state)?"""
        return self._data is not None

    def reset(self) -> None:
        """Forget what was begun, typed ahead or to be said."""
        self._line.clear()
        self._requests.clear()
        self._backlog.clear()
        self._urcs.clear()
        self._running = self._prompt = None
        self.answering = self._too_long = False
        self._ordeal = UNSPOILT
        self._leave_data()

    # ---- bytes in

    def consume(self, data: bytes) -> None:
        """Bytes from the host, in any portions."""
        rest = data
        while rest and not self.down:
            if self._running is not None:
                self._backlog += rest[: MAX_BACKLOG - len(self._backlog)]
                return
            if self._data is not None:
                self._data.feed(rest)
                return
            rest = self._consume_payload(rest) if self._prompt else self._consume_line(rest)

    def _consume_line(self, data: bytes) -> bytes:
        """Take bytes up to the end of a command line, and run it; what is left."""
        end = data.find(b"\r")
        if end >= 0 and not self._line and self._is_plain(data[:end]):
            self._echo(data[: end + 1])
            self._run_line(data[:end].decode("latin-1"))
            return data[end + 1 :]
        for place, byte in enumerate(data):
            if byte == _LF:  # the CR has ended the line; what hosts send behind it means nothing
                continue
            self._echo(data[place : place + 1])
            if byte == _CR:
                self._end_line()
                return data[place + 1 :]
            self._add_to_line(byte)
            if len(self._line) == 2 and self._line.upper() == b"A/":  # V.250 5.2.4: without CR
                self._line.clear()
                self._run_line(self.last)
                return data[place + 1 :]
        return b""

    @staticmethod
    def _is_plain(line: bytes) -> bool:
        """Is there nothing in a whole line that has to be looked at byte by byte?"""
        return (
            len(line) <= MAX_LINE
            and line[:2].upper() != b"A/"
            and not line.translate(None, delete=_PLAIN)
        )

    def _add_to_line(self, byte: int) -> None:
        if byte in (_BS, _DEL):
            del self._line[-1:]
        elif len(self._line) >= MAX_LINE:
            self._too_long = True
        elif byte >= ord(" "):  # an ESC or a Ctrl-Z that came too late means nothing here
            self._line.append(byte)

    def _end_line(self) -> None:
        line = self._line.decode("latin-1")
        too_long = self._too_long
        self._line.clear()
        self._too_long = False
        if too_long:
            self._finish("ERROR")
        else:
            self._run_line(line)

    def _consume_payload(self, data: bytes) -> bytes:
        assert self._prompt is not None
        ends = [place for place in (data.find(b"\x1a"), data.find(b"\x1b")) if place >= 0]
        end = min(ends, default=len(data))
        self._echo_payload(data[: end + 1], prompts=self._prompt.text)
        self._payload += data[: min(end, MAX_PAYLOAD - len(self._payload))]
        if not ends:
            return b""
        if data[end] == _ESC:
            self._prompt = None
            self._finish("OK")  # EC2x manual 9.8: cancelled, and answered OK
        else:
            self._answer_payload(self._prompt)
        return data[end + 1 :]

    def _echo_payload(self, data: bytes, *, prompts: bool) -> None:
        for line in data.splitlines(keepends=True) if prompts else [data]:
            self._echo(line)
            if prompts and line.endswith(b"\r"):
                self._write(self._state.profile.simulator.prompt)

    def _answer_payload(self, prompt: Prompt) -> None:
        self._prompt = None
        self._handle(lambda: prompt.answer(bytes(self._payload)))

    # ---- commands

    def _run_line(self, line: str) -> None:
        """A line with "AT" in it is a command line; anything else gets no answer (V.250 5.2.1)."""
        start = line.lower().find("at")  # upper() makes two letters of a German sharp s
        if start < 0:
            return
        self.last = line[start:]
        self.answering = True
        self._ordeal = self._begin(self.last)
        if self.down:
            return
        self._place_urcs(UrcPlace.BEFORE_ANSWER)
        if self._ordeal.refusal is not None:
            self._finish(self._ordeal.refusal.text(self._state.settings.cmee))
            return
        try:
            self._requests = deque(parse_line(line[start + 2 :]))
        except BadLine:
            self._finish("ERROR")
            return
        self._run_next()

    def _run_next(self) -> None:
        if not self._requests:
            self._finish("OK")
            return
        request = self._requests.popleft()
        self._handle(lambda: self._run(request))

    def _handle(self, answer: Callable[[], Reply]) -> None:
        try:
            reply = answer()
        except Refusal as refusal:
            self._finish(refusal.text(self._state.settings.cmee))
            return
        if isinstance(reply, Prompt):
            self._ask(reply)
        elif isinstance(reply, Deferred):
            self._running = reply
            reply.then(lambda outcome: self._resume(reply, outcome))
        elif isinstance(reply, Online):
            self._enter_data(reply)
        else:
            self._answer_lines(reply)
            self._run_next()

    def _ask(self, prompt: Prompt) -> None:
        self._requests.clear()
        self._payload.clear()
        self._prompt = prompt
        if self._ordeal.prompt:
            self._write(self._state.profile.simulator.prompt)

    def _resume(self, deferred: Deferred, outcome: Sequence[str] | Refusal | Online) -> None:
        """A command that ran has ended, unless a restart has swallowed it."""
        if self._running is not deferred:
            return
        self._running = None
        if isinstance(outcome, Refusal):
            self._finish(outcome.text(self._state.settings.cmee))
        elif isinstance(outcome, Online):
            self._enter_data(outcome)
        else:
            self._answer_lines(outcome)
            self._run_next()
        self._take_backlog()

    def _take_backlog(self) -> None:
        backlog = bytes(self._backlog)
        self._backlog.clear()
        self.consume(backlog)
        self._tell()

    # ---- data

    def _enter_data(self, call: Online) -> None:
        self._state.call = call
        self._data = Escape(self._agenda, self._escaped)
        self._finish(call.result)

    def _escaped(self) -> None:
        """Commands are heard again, and the connection stands (ATO goes on with it)."""
        self._leave_data()
        self._finish("OK")
        self._tell()

    def _leave_data(self) -> None:
        if self._data is not None:
            self._data.cancel()
            self._data = None

    def to_commands(self) -> None:
        """Do as "+++" does, at once."""
        if self._data is not None:
            self._escaped()

    def hang_up(self) -> None:
        """End a connection from outside: DTR dropped, or the network's side is gone."""
        if self._state.call is None:
            return
        self._leave_data()
        self._state.end_call()
        if not self._state.settings.quiet:
            self._write(self._final("NO CARRIER"))
        self._release_urcs()
        self._tell()

    # ---- bytes out

    def _echo(self, data: bytes) -> None:
        if self._state.settings.echo:
            self._write(data)

    def _put(self, text: str) -> None:
        verbose = self._state.settings.verbose
        data = f"\r\n{text}\r\n" if verbose else f"{text}\r\n"
        self._write(data.encode("latin-1", "replace"))

    def _answer_lines(self, lines: Sequence[str]) -> None:
        if lines and self._ordeal.answer:
            self._put("\r\n".join(lines))

    def _finish(self, result: str) -> None:
        ordeal = self._ordeal
        if ordeal.late_s:
            self._ordeal = replace(ordeal, late_s=0.0)
            self._finish_late(ordeal.late_s, result)
            return
        self._requests.clear()
        for urc in ordeal.urcs:
            self._put(urc)
        self._place_urcs(UrcPlace.BEFORE_FINAL)
        if ordeal.answer and ordeal.final and not self._state.settings.quiet:
            self._write(self._final(result))
        self.answering = False
        self._ordeal = UNSPOILT
        self._release_urcs()

    def _final(self, result: str) -> bytes:
        number = _NUMERIC.get("CONNECT" if result.startswith("CONNECT") else result)
        if self._state.settings.verbose or number is None:
            return f"\r\n{result}\r\n".encode("latin-1")
        return f"{number}\r".encode()

    def _finish_late(self, late_s: float, result: str) -> None:
        self._running = wait = Deferred()

        def finish() -> None:
            if self._running is wait:
                self._running = None
                self._finish(result)
                self._take_backlog()

        self._agenda.after(late_s, finish)

    # ---- unsolicited result codes

    def say(self, *lines: str) -> None:
        """An unsolicited result code; what belongs to it comes in further lines."""
        if self.down:
            return
        self._urcs.append(lines)
        self._release_urcs()
        self._tell()

    def _release_urcs(self) -> None:
        """Put out what waits, if the line is between two commands."""
        if self._data is not None or self.urc_place is not UrcPlace.IDLE:
            return
        at_once = self._state.profile.simulator.urcs_within_answers
        if self.answering and not at_once:
            return
        if self._line and self._urcs and not at_once:
            if self._patience is None:
                self._patience = self._agenda.after(LINE_PATIENCE_S, self._lose_patience)
            return
        self._put_urcs()

    def _lose_patience(self) -> None:
        self._patience = None
        if not self.answering and self._data is None:
            self._put_urcs()
            self._tell()

    def _place_urcs(self, place: UrcPlace) -> None:
        if self.urc_place is place and self._urcs:
            self.urc_place = UrcPlace.IDLE
            self._put_urcs()

    def _put_urcs(self) -> None:
        while self._urcs:
            self._put("\r\n".join(self._urcs.popleft()))
