"""A simulated modem, sans-IO: bytes in, bytes out, and what a test or a script does to it.

The AT line is `line`'s, what a command means is in `services`, what goes wrong is a fault plan's
(`faults`). Time comes from the network's clock; nothing here waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from modem.profiles import SIM7600, Profile
from modem.simulator.agenda import Appointment
from modem.simulator.answers import Cme, CmeRefusal, PlainRefusal, Refusal, Reply
from modem.simulator.card import Card
from modem.simulator.cellular import Act, Cell, Network
from modem.simulator.commandline import Request
from modem.simulator.faults import Action, Fault, FaultPlan, Occasion
from modem.simulator.identity import Identity, identity
from modem.simulator.line import MAX_BACKLOG, UNSPOILT, Line, Ordeal, UrcPlace
from modem.simulator.mischief import Mischief, Running, Way, occupy
from modem.simulator.report import JsonObject, report
from modem.simulator.services import command_table
from modem.simulator.services.line import DtrAction, dtr_action
from modem.simulator.services.oddities import as_typed
from modem.simulator.services.table import Table
from modem.simulator.smsc import Submission
from modem.simulator.state import State
from modem.sms import compose_deliver

# An SMSC's number and a TPDU take 176; a test may want more than is right.
MAX_PDU_OCTETS = 255
MAX_OUTPUT = 1 << 20  # kept while nobody takes it


class SimulatedModem:
    """One modem: its line (`feed`, `take_output`), and what a test does to it.

    It is registered from the start, as far as its card and its network allow. `lte_only` takes the
    2G and 3G away to which it could fall back; `start_apn` is the APN in its attach context.
    `on_port` is told when the port goes (False) and comes back, and whether under another name.
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
        faults: FaultPlan | None = None,
    ) -> None:
        self.network = network
        self.profile = profile
        self.who = who or identity()
        self.plugged = True
        self.on_output: Callable[[], None] | None = None
        self.on_submission: Callable[[Submission], None] | None = None
        self.on_port: Callable[[bool, bool], None] | None = None
        self.on_fault: Callable[[str], None] | None = None
        card = Card(self.who, pin=pin) if has_card else None
        self.state = self._new_state(card, lte_only=lte_only, start_apn=start_apn)
        self._table: Table = command_table(profile)
        self._said = bytearray()  # on its way out
        self._output = bytearray()
        self.line = self._new_line()
        strike = self._strike_bytes
        self._inwards = Way(
            network.agenda, MAX_BACKLOG, partial(strike, Occasion.TO_MODEM), self._receive
        )
        self._outwards = Way(
            network.agenda, MAX_OUTPUT, partial(strike, Occasion.FROM_MODEM), self._put_out
        )
        self._starting: Appointment | None = None
        self._replug: Appointment | None = None
        self._delivered_again: list[str] = []
        self._mischief: Mischief | None = None
        self.state.connect(at_once=True)
        if faults is not None:
            self.set_faults(faults)

    def _new_state(self, card: Card | None, *, lte_only: bool, start_apn: str) -> State:
        state = State(
            self.network,
            self.profile,
            self.who,
            card,
            lte_only=lte_only,
            start_apn=start_apn,
            say=self._say,
            reset=self.restart,
            submitted=self._submitted,
        )
        state.lose_carrier = self._lose_carrier
        state.switch_off = self.switch_off
        subscriber = state.subscriber
        subscriber.when_taken = partial(self._taken, subscriber.when_taken)
        return state

    def _new_line(self) -> Line:
        return Line(
            self.state,
            self.network.agenda,
            write=self._write,
            tell=self._tell_output,
            run=self._dispatch,
            begin=self._begin,
        )

    # ---- the line

    def feed(self, data: bytes) -> None:
        """Bytes from the host. While the modem starts they are lost, as on a real one."""
        if not self.line.down:
            self._inwards.send(data)
        self._tell_output()

    def take_output(self) -> bytes:
        """Bytes for the host; each comes once."""
        output = bytes(self._output)
        self._output.clear()
        return output

    def hang_up(self) -> None:
        """DTR drops, as when a port is closed: a data connection ends, unless &D is 0 or 1."""
        action = dtr_action(self.state)
        if action is DtrAction.HANG_UP:
            self.line.hang_up()
        elif action is DtrAction.COMMANDS:
            self.line.to_commands()

    def next_deadline(self) -> float | None:
        """When `advance` has something to do, on the network's clock."""
        return self.network.agenda.next_deadline()

    def advance(self) -> None:
        """Let happen what is due, in this modem and in all others of its network."""
        self.network.agenda.advance()

    @property
    def urc_place(self) -> UrcPlace:
        """Where unsolicited result codes come; one that isn't IDLE holds for the next time only."""
        return self.line.urc_place

    @urc_place.setter
    def urc_place(self, place: UrcPlace) -> None:
        self.line.urc_place = place

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
        octets = bytes.fromhex(pdu)
        if not 0 < len(octets) <= MAX_PDU_OCTETS:
            raise ValueError(f"a PDU has 1 to {MAX_PDU_OCTETS} octets, not {len(octets)}")
        self.state.subscriber.deliver(octets.hex().upper())

    def restart(self) -> None:
        """Off and on again: it forgets its settings, is mute while it starts, and says so then."""
        self.switch_off()
        self._starting = self.network.after(self.profile.simulator.boot_s, self._started)

    def switch_off(self) -> None:
        """Off until `restart`: it hears nothing, and the network loses it."""
        self.line.down = True
        self.line.reset()
        self._said.clear()
        self._inwards.clear()
        self._outwards.clear()
        if self._starting is not None:
            self._starting.cancel()
            self._starting = None
        self.state.power_off()

    def set_coverage(self, covered: bool) -> None:
        """Take the signal away, or give it back."""
        self.state.subscriber.set_coverage(covered)

    def set_signal(self, rssi: int) -> None:
        """Another strength where there is a signal, 0 to 31 (27.007 8.5); raises ValueError."""
        self.state.set_signal(rssi)

    def hear(self, *acts: Act) -> None:
        """Leave so many technologies to be heard where it is; none is no coverage."""
        self.state.subscriber.hear(acts)

    def move(self, cell: Cell) -> None:
        """Have it reselect another cell (3GPP TS 36.304 5.2.4)."""
        self.state.subscriber.move(cell)

    def be_detached(self) -> None:
        """Have the network throw it out; it registers again (3GPP TS 24.301 5.5.2.3)."""
        self.state.subscriber.be_detached()

    def refresh_card(self, *, imsi: str | None = None) -> None:
        """Have the card start again, maybe with another IMSI (ETSI TS 102 223 6.4.7).

        Raises CmeRefusal without a card.
        """
        self.state.refresh_card(imsi=imsi)

    def unplug(self) -> None:
        """Take the cable out: the port is gone, and the modem goes on with its own power."""
        self._cancel_replug()
        if self.plugged:
            self.plugged = False
            self.hang_up()
            self._tell_port(renamed=False)

    def plug(self, *, renamed: bool = False) -> None:
        """Put it in again; `renamed`: the port comes back under another name."""
        self._cancel_replug()
        if not self.plugged:
            self.plugged = True
            self._tell_port(renamed=renamed)

    def set_faults(self, plan: FaultPlan) -> None:
        """Have this go wrong from now on, instead of what was set before."""
        if self._mischief is not None:
            self._mischief.end()
        self._mischief = Mischief(plan, self.network.agenda, self._note_fault)
        self._mischief.begin(self._act)

    def report(self) -> JsonObject:
        """Its state for a script: what JSON can hold, without PINs and passwords."""
        counts = self._mischief.counts() if self._mischief else {}
        return {
            **report(self.state),
            "running": not self.line.down,
            "plugged": self.plugged,
            "data_mode": self.line.in_data_mode,
            "faults": counts,
        }

    # ---- start and cable

    def _started(self) -> None:
        self._starting = None
        self.line.down = False
        self.state.announce(self.state.boot_lines(), since_s=self.profile.simulator.boot_s)
        self.state.background.start()
        self.state.connect()

    def _tell_port(self, *, renamed: bool) -> None:
        if self.on_port is not None:
            self.on_port(self.plugged, renamed)

    def _cancel_replug(self) -> None:
        if self._replug is not None:
            self._replug.cancel()
            self._replug = None

    # ---- bytes and commands

    def _receive(self, data: bytes) -> None:
        self.line.consume(data)
        self._tell_output()

    def _dispatch(self, request: Request) -> Reply:
        command = self._table.get(request.name)
        if command is None:
            raise self._unknown(request)
        reply = command.answer(self.state, request)
        return as_typed(request.name, self.line.last, self.profile, reply)

    def _unknown(self, request: Request) -> Refusal:
        result = self.profile.simulator.unknown_command
        if result is None and not request.name[0].isalpha():
            return CmeRefusal(Cme.UNKNOWN)
        return PlainRefusal(result or "ERROR")

    def _write(self, data: bytes) -> None:
        if len(self._said) + len(self._output) + len(data) <= MAX_OUTPUT:
            self._said += data

    def _tell_output(self) -> None:
        if self._said:
            said = bytes(self._said)
            self._said.clear()
            self._outwards.send(said)

    def _put_out(self, data: bytes) -> None:
        self._output += data
        if self.on_output is not None:
            self.on_output()

    def _lose_carrier(self) -> None:
        self.line.hang_up()

    def _submitted(self, submission: Submission) -> None:
        if self.on_submission is not None:
            self.on_submission(submission)

    # ---- faults

    def _strike(self, occasion: Occasion, text: str) -> Iterator[Running]:
        return self._mischief.strike(occasion, text) if self._mischief else iter(())

    def _strike_bytes(self, occasion: Occasion) -> Iterator[Running]:
        return self._strike(occasion, self.line.last)

    def _note_fault(self, name: str) -> None:
        if self.on_fault is not None:
            self.on_fault(name)

    def _begin(self, line: str) -> Ordeal:
        """What befalls a command line; what befalls the modem by it has happened then."""
        if self._mischief is None:
            return UNSPOILT
        struck = [running.fault for running in self._mischief.strike(Occasion.COMMAND, line)]
        actions = {fault.action for fault in struck}
        refusals = [fault.refusal for fault in struck if fault.action is Action.REFUSE]
        bursts = [fault.urcs for fault in struck if fault.action is Action.URC_BURST]
        for fault in struck:
            if fault.action is not Action.URC_BURST:
                self._act(fault)
        return Ordeal(
            refusal=refusals[0] if refusals else None,
            prompt=Action.NO_PROMPT not in actions,
            answer=Action.NO_ANSWER not in actions,
            final=Action.NO_FINAL not in actions,
            late_s=sum(fault.span_s for fault in struck if fault.action is Action.LATE_FINAL),
            urcs=sum(bursts, ()),
        )

    def _act(self, fault: Fault) -> None:
        """What a fault does to the modem as a whole; nothing where it is about an answer."""
        if fault.action is Action.ECHO:
            self.state.settings.echo = True
        elif fault.action is Action.URC_BURST:
            for urc in fault.urcs:
                self._say(urc)
        elif fault.action is Action.SILENT:
            self._inwards.hold(fault.span_s)
            self._outwards.hold(fault.span_s)
        elif fault.action is Action.REBOOT:
            self.restart()
        elif fault.action is Action.UNPLUG:
            self.unplug()
            back = partial(self.plug, renamed=fault.renamed is True)
            self._replug = self.network.agenda.after(fault.span_s, back)
        elif fault.action is Action.STORAGE_FULL:
            self._fill_storage(fault.span_s)

    def _fill_storage(self, span_s: float) -> None:
        """Drafts take every free slot of the memory for received messages, for so long."""
        release = occupy(self.state.memories[self.state.settings.memories[2]])

        def free() -> None:
            release()
            self.state.subscriber.offer()

        self.network.agenda.after(span_s, free)

    def _say(self, *lines: str) -> None:
        """An unsolicited result code, as often as faults let it come."""
        times = 1
        for running in self._strike(Occasion.URC, lines[0]):
            times = 0 if running.fault.action is Action.URC_LOST else times * 2
        for _ in range(times):
            self.line.say(*lines)

    def _taken(self, told: Callable[[str], None], pdu: str) -> None:
        """The modem has a message; a fault may have the SMS centre deliver it once more."""
        told(pdu)
        if pdu in self._delivered_again:
            self._delivered_again.remove(pdu)
            return
        for running in self._strike(Occasion.MESSAGE, pdu):
            self._delivered_again.append(pdu)
            again = partial(self.state.subscriber.deliver, pdu)
            self.network.agenda.after(running.fault.span_s, again)
