"""Messages that come in: where they go and what is said of them (3GPP TS 27.005 3.4.1, +CNMI)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from modem.simulator.agenda import Appointment
from modem.simulator.answers import Cms, CmsRefusal
from modem.simulator.cellular import Taking
from modem.simulator.storage import Slots, Status, Stored
from modem.simulator.textmode import shown
from modem.sms import AnyMessage, PduError, decode_pdu

if TYPE_CHECKING:
    from modem.simulator.state import State

# How long the host may take with +CNMA; the network's own patience is TR1M, 3GPP TS 24.011 10.
ACKNOWLEDGE_S = 15.0
# URCs that wait in the modem while <mode> is 0 (27.005: "the oldest may be discarded").
MAX_INDICATIONS = 20

_MTI_MASK = 0x03
_MTI_STATUS_REPORT = 0x02
_REPORTS = "SR"

Indication = Callable[[], tuple[str, ...]]  # in the form of the moment when it is said


@dataclass(frozen=True, slots=True)
class Cnmi:
    """The parameters of +CNMI (3GPP TS 27.005 3.4.1)."""

    mode: int = 0
    mt: int = 0
    bm: int = 0
    ds: int = 0
    bfr: int = 0


class Way(Enum):
    """Where a message goes (27.005 3.4.1, table 2)."""

    STORE = "into <mem3>"
    CARD = "into the card"
    HOST = "to the host"
    DROP = "nowhere: the user was shown that something waits"


class Reception:
    """One modem's incoming messages, since it was switched on."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._indications: deque[Indication] = deque(maxlen=MAX_INDICATIONS)
        self._deadline: Appointment | None = None
        self._told_full: set[str] = set()

    @property
    def expects_acknowledgement(self) -> bool:
        """Was a message handed to the host that it hasn't acknowledged?"""
        return self._deadline is not None

    @property
    def _reaches_host(self) -> bool:
        """May a message go to the host itself now?

        While result codes are buffered (<mode> 0), or are discarded because the line is a data
        connection (1), what comes is stored: nobody would acknowledge it.
        """
        mode = self._state.settings.cnmi.mode
        return mode > 1 or (mode == 1 and self._state.call is None)

    def take(self, pdu: str) -> Taking:
        """Store a message, or hand it to the host; say what +CNMI wants said."""
        length = tpdu_length(pdu)
        if _is_status_report(pdu):
            return self._take_report(pdu, length)
        cnmi = self._state.settings.cnmi
        way = _way(cnmi, _decoded(pdu), reaches_host=self._reaches_host)
        if way is Way.DROP:
            return Taking.TAKEN
        if way is Way.HOST:
            # Table 3: what <mt> 1 shows (class 0) isn't acknowledged.
            return self._hand_over("+CMT", pdu, length, wants_answer=cnmi.mt > 1)
        name = self._state.settings.memories[2]
        if way is Way.CARD and "SM" in self._state.memories:
            name = "SM"
        return self._store(name, pdu, length)

    def _store(self, name: str, pdu: str, length: int) -> Taking:
        memory = self._state.memories[name]
        for copy in range(2 if self._state.profile.simulator.stored_twice else 1):
            index = memory.put(Stored(Status.REC_UNREAD, pdu, length))
            if index is None:
                self._tell_full(name)
                return Taking.TAKEN if copy else Taking.FULL
            self._told_full.discard(name)
            if self._state.settings.cnmi.mt:
                self._indicate(f'+CMTI: "{name}",{index}')
        return Taking.TAKEN

    def _tell_full(self, name: str) -> None:
        line = self._state.profile.simulator.storage_full
        if line is not None and name not in self._told_full:
            self._told_full.add(name)
            self._state.say(line.format(memory=name))

    def _take_report(self, pdu: str, length: int) -> Taking:
        cnmi = self._state.settings.cnmi
        if cnmi.ds == 1 and cnmi.mode == 0:
            self._indications.append(lambda: self._handed("+CDS", pdu, length))
        elif cnmi.ds == 1 and self._reaches_host:
            return self._hand_over("+CDS", pdu, length, wants_answer=True)
        elif cnmi.ds == 2:
            return self._store_report(pdu, length)
        return Taking.TAKEN  # with <ds> 0 a report is acknowledged and lost

    def _store_report(self, pdu: str, length: int) -> Taking:
        """Into SR, where the oldest makes room; without such a memory among the messages."""
        memories = self._state.memories
        name = _REPORTS if _REPORTS in memories else self._state.settings.memories[2]
        memory = memories[name]
        report = Stored(Status.REC_UNREAD, pdu, length)
        if name == _REPORTS and isinstance(memory, Slots):
            index = memory.put_over(report)
        else:
            index = memory.put(report)
        if index is None:
            return Taking.FULL
        announced = self._state.profile.simulator.report_announced_in
        place = f'"{name}",{index}' if announced is None else f'"{announced}",0'
        self._indicate(f"+CDSI: {place}")
        return Taking.TAKEN

    # ---- what is said

    def _hand_over(self, name: str, pdu: str, length: int, *, wants_answer: bool) -> Taking:
        self._state.say(*self._handed(name, pdu, length))
        if self._state.settings.csms == 0 or not wants_answer:
            return Taking.TAKEN
        self._deadline = self._state.network.agenda.after(ACKNOWLEDGE_S, self._unacknowledged)
        return Taking.PENDING

    def _handed(self, name: str, pdu: str, length: int) -> tuple[str, ...]:
        """+CMT: [<alpha>],<length> and the PDU; +CDS has no <alpha>; or what text mode shows."""
        state = self._state
        if not state.settings.cmgf:
            alpha = f"{state.profile.simulator.empty_alpha}," if name == "+CMT" else ""
            return f"{name}: {alpha}{length}", pdu
        fields, data = shown(pdu, Status.REC_UNREAD, state.style())
        header = f"{name}: {','.join(fields)}"
        return (header,) if data is None else (header, data)

    def _indicate(self, line: str) -> None:
        mode = self._state.settings.cnmi.mode
        if mode == 0:
            self._indications.append(lambda: (line,))
        elif mode > 1 or self._state.call is None:  # in data the line itself holds it back
            self._state.say(line)

    def set_cnmi(self, cnmi: Cnmi) -> None:
        """Other settings: what had to wait is said now, or forgotten, as <bfr> says."""
        self._state.settings.cnmi = cnmi
        if cnmi.mode == 0:
            return
        while cnmi.bfr == 0 and self._indications:
            self._state.say(*self._indications.popleft()())
        self._indications.clear()

    # ---- +CNMA

    def acknowledge(self, accepted: bool) -> None:
        """The host's +CNMA; refused with 340 when nothing waits for one."""
        self.need_expected()
        self.forget()
        self._state.subscriber.acknowledge(accepted)

    def need_expected(self) -> None:
        """Raises CmsRefusal 340 unless a message waits for the host's word."""
        if not self.expects_acknowledgement:
            raise CmsRefusal(Cms.NO_CNMA_EXPECTED)

    def forget(self) -> None:
        """No acknowledgement is waited for any more."""
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _unacknowledged(self) -> None:
        """RP-ERROR to the network, and no more routing to a host that is mute (27.005 3.4.4)."""
        self._deadline = None
        self._state.settings.cnmi = replace(self._state.settings.cnmi, mt=0, ds=0)
        self._state.subscriber.acknowledge(False)


def tpdu_length(pdu: str) -> int:
    """The octets of a PDU line without the SMSC's (3GPP TS 27.005 3.1, <length>)."""
    return max(0, len(pdu) // 2 - 1 - int(pdu[:2], 16))


def _is_status_report(pdu: str) -> bool:
    start = 2 + 2 * int(pdu[:2], 16)
    first = pdu[start : start + 2]
    return bool(first) and int(first, 16) & _MTI_MASK == _MTI_STATUS_REPORT


def _decoded(pdu: str) -> AnyMessage | None:
    """The message; None for what can't be decoded: it is stored like any other."""
    try:
        return decode_pdu(pdu)
    except PduError:
        return None


def _way(cnmi: Cnmi, message: AnyMessage | None, *, reaches_host: bool) -> Way:
    """Table 2 of 27.005 3.4.1. Class 0 is for the display: modems show it with <mt> 1, too."""
    message_class = message.message_class if message else None
    if message_class == 0:
        return Way.HOST if cnmi.mt and reaches_host else Way.STORE
    if message_class == 2:
        return Way.CARD  # 3GPP TS 23.038 4
    kept = _keeps_waiting_indication(message)
    if kept:
        return Way.STORE
    wanted = message_class == 3 if cnmi.mt == 3 else cnmi.mt == 2
    if wanted and reaches_host:
        return Way.HOST
    return Way.STORE if kept is None else Way.DROP


def _keeps_waiting_indication(message: AnyMessage | None) -> bool | None:
    """Is it a message waiting indication, to be stored or not? None: it is none.

    3GPP TS 23.038 4, 23.040 9.2.3.24.2.
    """
    if message is None:
        return None
    if message.dcs.waiting is not None:
        return message.dcs.waiting.store
    indications = message.indications
    return any(indication.store for indication in indications) if indications else None
