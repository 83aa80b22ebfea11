"""A simulated modem, sans-IO: bytes in, bytes out; V.250's line over the state of `state.py`.

The line does echo, command lines, result codes, prompts and the places of unsolicited result codes;
what a command means is in `services`. Time comes from the network's clock; nothing here waits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from enum import Enum

from modem.profiles import SIM7600, Profile
from modem.simulator.agenda import Appointment
from modem.simulator.answers import Cme, CmeRefusal, Deferred, PlainRefusal, Prompt, Refusal, Reply
from modem.simulator.card import Card
from modem.simulator.cellular import Network
from modem.simulator.commandline import BadLine, Request, parse_line
from modem.simulator.identity import Identity, identity
from modem.simulator.services import command_table
from modem.simulator.services.table import Table
from modem.simulator.smsc import Submission
from modem.simulator.state import State
from modem.sms import compose_deliver

MAX_LINE = 2048
MAX_PAYLOAD = 2048
MAX_BACKLOG = 8192  # typed ahead while a command runs
MAX_OUTPUT = 1 << 20  # kept while nobody takes it
# A host that stops in the middle of a line doesn't keep unsolicited result codes back for ever.
LINE_PATIENCE_S = 1.0

_CR, _LF, _BS, _DEL, _CTRL_Z, _ESC = 0x0D, 0x0A, 0x08, 0x7F, 0x1A, 0x1B

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


class SimulatedModem:
    """One modem: its line (`feed`, `take_output`), and what a test does to it.

    It is registered from the start, as far as its card and its network allow. `lte_only` takes the
    2G and 3G away to which it could fall back; `start_apn` is the APN in its attach context.
    """

    def __init__(
        self,
        network: Network,
        profile: Profile = SIM7600,
        *,
        who: Identity | None = None,
        pin: str | None = None,
        has_card: bool = True,
        lte_only: bool = False,
        start_apn: str = "internet",
    ) -> None:
        self.network = network
        self.profile = profile
        self.who = who or identity()
        self.urc_place = UrcPlace.IDLE
        self.on_output: Callable[[], None] | None = None
        self.on_submission: Callable[[Submission], None] | None = None
        self.state = State(
            network,
            profile,
            self.who,
            Card(self.who, pin=pin) if has_card else None,
            lte_only=lte_only,
            start_apn=start_apn,
            say=self._say,
            reset=self.restart,
            submitted=self._submitted,
        )
        self._table: Table = command_table(profile)
        self._output = bytearray()
        self._line = bytearray()
        self._line_is_too_long = False
        self._last_line = ""
        self._answering = False  # from a command line's end to its final result
        self._requests: deque[Request] = deque()
        self._running: Deferred | None = None
        self._backlog = bytearray()
        self._prompt: Prompt | None = None
        self._payload = bytearray()
        self._urcs: deque[tuple[str, ...]] = deque()
        self._patience: Appointment | None = None
        self._starting: Appointment | None = None
        self._down = False  # from a restart to the first boot message
        self.state.connect(at_once=True)

    # ---- the line

    def feed(self, data: bytes) -> None:
        """Bytes from the host. While the modem starts they are lost, as on a real one."""
        if not self._down:
            self._consume(data)
        self._tell_output()

    def take_output(self) -> bytes:
        """Bytes for the host; each comes once."""
        output = bytes(self._output)
        self._output.clear()
        return output

    def next_deadline(self) -> float | None:
        """When `advance` has something to do, on the network's clock."""
        return self.network.agenda.next_deadline()

    def advance(self) -> None:
        """Let happen what is due, in this modem and in all others of its network."""
        self.network.agenda.advance()

    # ---- what a test does to it

    def deliver(self, sender: str, text: str) -> tuple[str, ...]:
        """An SMS to this modem: digits, +digits or a name as sender. The PDUs, one for each part.

        Raises modem.sms.ComposeError for what can't be sent.
        """
        parts = compose_deliver(
            sender,
            text,
            timestamp=self.network.wall(),
            reference=self.network.next_reference(),
            smsc=self.network.settings.smsc,
        )
        for part in parts:
            self.deliver_pdu(part.pdu)
        return tuple(part.pdu for part in parts)

    def deliver_pdu(self, pdu: str) -> None:
        """A message as SMSC and TPDU in hex, right or wrong; ValueError when it isn't hex."""
        if not bytes.fromhex(pdu):
            raise ValueError("an empty PDU")
        self.state.subscriber.deliver(pdu.upper())

    def restart(self) -> None:
        """Off and on again: it forgets its settings, is mute while it starts, and says so then."""
        self._down = True
        self._line.clear()
        self._requests.clear()
        self._backlog.clear()
        self._urcs.clear()
        self._running = self._prompt = None
        self._answering = False
        if self._starting is not None:
            self._starting.cancel()
        self.state.power_off()
        self._starting = self.network.after(self.profile.simulator.boot_s, self._started)

    def set_coverage(self, covered: bool) -> None:
        """Take the signal away, or give it back."""
        self.state.subscriber.set_coverage(covered)

    # ---- start

    def _started(self) -> None:
        self._starting = None
        self._down = False
        for line in self.state.boot_lines():
            self._say(line)
        self.state.connect()

    # ---- bytes in

    def _consume(self, data: bytes) -> None:
        rest = data
        while rest:
            if self._down:
                return
            if self._running is not None:
                self._backlog += rest[: MAX_BACKLOG - len(self._backlog)]
                return
            rest = self._consume_payload(rest) if self._prompt else self._consume_line(rest)

    def _consume_line(self, data: bytes) -> bytes:
        """Take bytes up to the end of a command line, and run it; what is left."""
        for place, byte in enumerate(data):
            if byte == _LF:  # the CR has ended the line; what hosts send behind it means nothing
                continue
            self._echo(byte)
            if byte == _CR:
                self._end_line()
                return data[place + 1 :]
            self._add_to_line(byte)
            if len(self._line) == 2 and self._line.upper() == b"A/":  # V.250 5.2.4: without CR
                self._line.clear()
                self._run_line(self._last_line)
                return data[place + 1 :]
        return b""

    def _add_to_line(self, byte: int) -> None:
        if byte in (_BS, _DEL):
            del self._line[-1:]
        elif len(self._line) >= MAX_LINE:
            self._line_is_too_long = True
        elif byte >= ord(" "):  # an ESC or a Ctrl-Z that came too late means nothing here
            self._line.append(byte)

    def _end_line(self) -> None:
        line = self._line.decode("latin-1")
        too_long = self._line_is_too_long
        self._line.clear()
        self._line_is_too_long = False
        if too_long:
            self._finish("ERROR")
        else:
            self._run_line(line)

    def _consume_payload(self, data: bytes) -> bytes:
        assert self._prompt is not None
        for place, byte in enumerate(data):
            self._echo(byte)
            if byte == _ESC:
                self._prompt = None
                self._finish("OK")  # EC2x manual 9.8: cancelled, and answered OK
                return data[place + 1 :]
            if byte == _CTRL_Z:
                self._answer_payload(self._prompt)
                return data[place + 1 :]
            if len(self._payload) < MAX_PAYLOAD:
                self._payload.append(byte)
        return b""

    def _answer_payload(self, prompt: Prompt) -> None:
        self._prompt = None
        self._handle(lambda: prompt.answer(bytes(self._payload)))

    # ---- commands

    def _run_line(self, line: str) -> None:
        """A line with "AT" in it is a command line; anything else gets no answer (V.250 5.2.1)."""
        start = line.upper().find("AT")
        if start < 0:
            return
        self._last_line = line[start:]
        self._answering = True
        self._place_urcs(UrcPlace.BEFORE_ANSWER)
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
        self._handle(lambda: self._dispatch(request))

    def _dispatch(self, request: Request) -> Reply:
        command = self._table.get(request.name)
        if command is None:
            raise PlainRefusal() if request.name[0].isalpha() else CmeRefusal(Cme.UNKNOWN)
        return command.answer(self.state, request)

    def _handle(self, answer: Callable[[], Reply]) -> None:
        try:
            reply = answer()
        except Refusal as refusal:
            self._finish(refusal.text(self.state.settings.cmee))
            return
        if isinstance(reply, Prompt):
            self._requests.clear()
            self._payload.clear()
            self._prompt = reply
            self._write(self.profile.simulator.prompt)
        elif isinstance(reply, Deferred):
            self._running = reply
            reply.then(lambda outcome: self._resume(reply, outcome))
        else:
            self._answer_lines(reply)
            self._run_next()

    def _resume(self, deferred: Deferred, outcome: Sequence[str] | Refusal) -> None:
        """A command that ran has ended, unless a restart has swallowed it."""
        if self._running is not deferred:
            return
        self._running = None
        if isinstance(outcome, Refusal):
            self._finish(outcome.text(self.state.settings.cmee))
        else:
            self._answer_lines(outcome)
            self._run_next()
        backlog = bytes(self._backlog)
        self._backlog.clear()
        self._consume(backlog)
        self._tell_output()

    # ---- bytes out

    def _echo(self, byte: int) -> None:
        if self.state.settings.echo:
            self._write(bytes((byte,)))

    def _write(self, data: bytes) -> None:
        if len(self._output) + len(data) <= MAX_OUTPUT:
            self._output += data

    def _put(self, text: str) -> None:
        verbose = self.state.settings.verbose
        data = f"\r\n{text}\r\n" if verbose else f"{text}\r\n"
        self._write(data.encode("latin-1", "replace"))

    def _answer_lines(self, lines: Sequence[str]) -> None:
        if lines:
            self._put("\r\n".join(lines))

    def _finish(self, result: str) -> None:
        self._requests.clear()
        self._place_urcs(UrcPlace.BEFORE_FINAL)
        settings = self.state.settings
        if settings.verbose or result not in _NUMERIC:
            text = f"\r\n{result}\r\n"
        else:
            text = f"{_NUMERIC[result]}\r"
        if not settings.quiet:
            self._write(text.encode("latin-1"))
        self._answering = False
        self._release_urcs()

    def _say(self, *lines: str) -> None:
        """An unsolicited result code; what belongs to it comes in further lines."""
        if self._down:
            return
        self._urcs.append(lines)
        self._release_urcs()
        self._tell_output()

    def _release_urcs(self) -> None:
        """Put out what waits, if the line is between two commands."""
        if self._answering or self.urc_place is not UrcPlace.IDLE:
            return
        if self._line and self._urcs:
            if self._patience is None:
                self._patience = self.network.agenda.after(LINE_PATIENCE_S, self._lose_patience)
            return
        self._put_urcs()

    def _lose_patience(self) -> None:
        self._patience = None
        if not self._answering:
            self._put_urcs()
            self._tell_output()

    def _place_urcs(self, place: UrcPlace) -> None:
        if self.urc_place is place and self._urcs:
            self.urc_place = UrcPlace.IDLE
            self._put_urcs()

    def _put_urcs(self) -> None:
        while self._urcs:
            self._answer_lines(self._urcs.popleft())

    def _tell_output(self) -> None:
        if self._output and self.on_output is not None:
            self.on_output()

    def _submitted(self, submission: Submission) -> None:
        if self.on_submission is not None:
            self.on_submission(submission)
