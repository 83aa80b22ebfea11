"""Messages that come in: where they go and what is said of them (3GPP TS 27.005 3.4.1, +CNMI)."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from modem.simulator.agenda import Appointment
from modem.simulator.answers import Cms, CmsRefusal
from modem.simulator.cellular import Taking
from modem.simulator.storage import Status, Stored
from modem.sms import PduError, decode_pdu

if TYPE_CHECKING:
    from modem.simulator.state import State

# How long the host may take with +CNMA; the network's own patience is TR1M, 3GPP TS 24.011 10.
ACKNOWLEDGE_S = 15.0
# URCs that wait in the modem while <mode> is 0 (27.005: "the oldest may be discarded").
MAX_INDICATIONS = 20

_MTI_MASK = 0x03
_MTI_STATUS_REPORT = 0x02


@dataclass(frozen=True, slots=True)
class Cnmi:
    """The parameters of +CNMI (3GPP TS 27.005 3.4.1)."""

    mode: int = 0
    mt: int = 0
    bm: int = 0
    ds: int = 0
    bfr: int = 0


class Reception:
    """One modem's incoming messages, since it was switched on."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._indications: deque[tuple[str, ...]] = deque(maxlen=MAX_INDICATIONS)
        self._deadline: Appointment | None = None

    def take(self, pdu: str) -> Taking:
        """Store a message, or hand it to the host; say what +CNMI wants said."""
        length = tpdu_length(pdu)
        if _is_status_report(pdu):
            return self._take_report(pdu, length)
        cnmi = self._state.settings.cnmi
        if cnmi.mode and _goes_to_host(cnmi, _message_class(pdu)):
            return self._hand_over(f"+CMT: ,{length}", pdu)
        name = self._state.settings.memories[2]
        if _message_class(pdu) == 2 and "SM" in self._state.memories:
            name = "SM"  # class 2 is the card's (3GPP TS 23.038 4)
        index = self._state.memories[name].put(Stored(Status.REC_UNREAD, pdu, length))
        if index is None:
            return Taking.FULL
        if cnmi.mt:
            self._indicate(f'+CMTI: "{name}",{index}')
        return Taking.TAKEN

    def _take_report(self, pdu: str, length: int) -> Taking:
        cnmi = self._state.settings.cnmi
        if cnmi.ds == 1 and cnmi.mode:
            return self._hand_over(f"+CDS: {length}", pdu)
        if cnmi.ds == 2 and "SR" in self._state.memories:
            index = self._state.memories["SR"].put(Stored(Status.REC_UNREAD, pdu, length))
            if index is None:
                return Taking.FULL
            self._indicate(f'+CDSI: "SR",{index}')
        return Taking.TAKEN  # with <ds> 0 a report is acknowledged and lost

    def _hand_over(self, header: str, pdu: str) -> Taking:
        self._state.say(header, pdu)
        if self._state.settings.csms == 0:
            return Taking.TAKEN
        self._deadline = self._state.network.agenda.after(ACKNOWLEDGE_S, self._unacknowledged)
        return Taking.PENDING

    def _indicate(self, *lines: str) -> None:
        if self._state.settings.cnmi.mode == 0:
            self._indications.append(lines)
        else:
            self._state.say(*lines)

    def set_cnmi(self, cnmi: Cnmi) -> None:
        """Other settings: what had to wait is said now, or forgotten, as <bfr> says."""
        self._state.settings.cnmi = cnmi
        if cnmi.mode == 0:
            return
        while cnmi.bfr == 0 and self._indications:
            self._state.say(*self._indications.popleft())
        self._indications.clear()

    def acknowledge(self, accepted: bool) -> None:
        """The host's +CNMA; refused with 340 when nothing waits for one."""
        if self._deadline is None:
            raise CmsRefusal(Cms.NO_CNMA_EXPECTED)
        self.forget()
        self._state.subscriber.acknowledge(accepted)

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


def _message_class(pdu: str) -> int | None:
    """The class; None also for what can't be decoded: such a message is stored like any other."""
    try:
        return decode_pdu(pdu).message_class
    except PduError:
        return None


def _goes_to_host(cnmi: Cnmi, message_class: int | None) -> bool:
    """Table 3.4.1-3 of 27.005. Class 0 is for the display: modems show it with <mt> 1, too."""
    if message_class == 0:
        return cnmi.mt > 0
    if cnmi.mt == 3:
        return message_class == 3
    return cnmi.mt == 2 and message_class != 2
