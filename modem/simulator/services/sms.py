"""Commands of the short message service in PDU mode (3GPP TS 27.005 3 and 4)."""

from __future__ import annotations

import re

from modem.at.parameters import parse_ranges, split
from modem.simulator.answers import (
    Cme,
    CmeRefusal,
    Cms,
    CmsRefusal,
    Deferred,
    Prompt,
    Reply,
    number,
)
from modem.simulator.card import Card
from modem.simulator.reception import Cnmi, tpdu_length
from modem.simulator.services.table import Entry, Table, says
from modem.simulator.smsc import SubmissionRefused, accept, read_submission
from modem.simulator.state import State
from modem.simulator.storage import Memory, Status

_TPDU_OCTETS = range(7, 165)  # the smallest SUBMIT, and 27.005 3.1's <length> at its longest
_MAX_INDEX = range(1 << 16)
_ALL = 4  # <stat> of +CMGL
_SMSC_NUMBER = re.compile(r"(\+?[0-9]{1,20})?")

_OF_THE_CARD = {
    Cme.SIM_NOT_INSERTED: Cms.SIM_NOT_INSERTED,
    Cme.SIM_PIN_REQUIRED: Cms.SIM_PIN_REQUIRED,
    Cme.SIM_PUK_REQUIRED: Cms.SIM_PUK_REQUIRED,
    Cme.SIM_FAILURE: Cms.SIM_FAILURE,
}


def _card(state: State) -> Card:
    """The card; its state is told in this service's own codes."""
    try:
        return state.need_card()
    except CmeRefusal as refusal:
        raise CmsRefusal(_OF_THE_CARD[refusal.code]) from refusal


def _parameter(field: str | None, allowed: range, *, default: int | None = None) -> int:
    """A number; anything else ends in +CMS ERROR: 304."""
    try:
        return number(field, allowed, default=default)
    except CmeRefusal as refusal:
        raise CmsRefusal(Cms.INVALID_PDU_PARAMETER) from refusal


# +CSMS=<service>: 0 phase 2, 1 phase 2+ with +CNMA (27.005 3.2.1)
def _set_csms(state: State, text: str) -> Reply:
    fields = split(text)
    if fields not in (["0"], ["1"]):
        raise CmsRefusal(Cms.NOT_SUPPORTED)
    state.settings.csms = int(text)
    return ["+CSMS: 1,1,1"]


def _read_csms(state: State, _text: str) -> Reply:
    return [f"+CSMS: {state.settings.csms},1,1,1"]


# +CMGF=[<mode>]: 0 PDU; this modem has no text mode (27.005 3.2.3)
def _set_cmgf(_state: State, text: str) -> Reply:
    if split(text) not in ([], ["0"]):
        raise CmsRefusal(Cms.NOT_SUPPORTED)
    return ()


# +CPMS=<mem1>[,<mem2>[,<mem3>]] (27.005 3.2.2)
def _set_cpms(state: State, text: str) -> Reply:
    _card(state)
    fields = split(text)
    offered = state.profile.simulator.memories
    if not fields or len(fields) > len(offered):
        raise CmsRefusal(Cms.INVALID_PDU_PARAMETER)
    chosen = list(state.settings.memories)
    for place, name in enumerate(fields):
        if name is None:
            continue
        if name.upper() not in offered[place]:
            raise CmsRefusal(Cms.NOT_SUPPORTED)
        chosen[place] = name.upper()
    state.settings.memories = chosen
    state.subscriber.offer()
    counts = (f"{memory.used},{memory.size}" for memory in map(state.memories.__getitem__, chosen))
    return [f"+CPMS: {','.join(counts)}"]


def _read_cpms(state: State, _text: str) -> Reply:
    _card(state)
    parts = []
    for name in state.settings.memories:
        memory = state.memories[name]
        parts.append(f'"{name}",{memory.used},{memory.size}')
    return [f"+CPMS: {','.join(parts)}"]


def _test_cpms(state: State, _text: str) -> Reply:
    lists = []
    for names in state.profile.simulator.memories:
        quoted = ",".join(f'"{name}"' for name in names)
        lists.append(f"({quoted})")
    return [f"+CPMS: {','.join(lists)}"]


# +CNMI=[<mode>[,<mt>[,<bm>[,<ds>[,<bfr>]]]]]: what is absent stays (27.005 3.4.1)
def _set_cnmi(state: State, text: str) -> Reply:
    fields = split(text)
    ranges = parse_ranges(state.profile.simulator.cnmi_test)
    now = state.settings.cnmi
    values = [now.mode, now.mt, now.bm, now.ds, now.bfr]
    if len(fields) > len(values):
        raise CmsRefusal(Cms.INVALID_PDU_PARAMETER)
    for place, field in enumerate(fields):
        if field is None:
            continue
        values[place] = _parameter(field, range(10))
        if values[place] not in ranges[place]:
            raise CmsRefusal(Cms.NOT_SUPPORTED)
    state.reception.set_cnmi(Cnmi(*values))
    return ()


def _read_cnmi(state: State, _text: str) -> Reply:
    cnmi = state.settings.cnmi
    return [f"+CNMI: {cnmi.mode},{cnmi.mt},{cnmi.bm},{cnmi.ds},{cnmi.bfr}"]


def _test_cnmi(state: State, _text: str) -> Reply:
    return [f"+CNMI: {state.profile.simulator.cnmi_test}"]


# +CNMA[=<n>[,<length>]]: 0 and 1 accept, 2 refuses; with a length the acknowledging PDU follows
# (27.005 3.4.4)
def _acknowledge(state: State, text: str) -> Reply:
    fields = [*split(text), None, None]
    accepted = _parameter(fields[0], range(3), default=0) != 2
    if fields[1] is None:
        state.reception.acknowledge(accepted)
        return ()
    _parameter(fields[1], range(1, 165))

    def answer(_payload: bytes) -> tuple[str, ...]:
        state.reception.acknowledge(accepted)
        return ()

    return Prompt(answer)


# +CSCA=<sca>[,<tosca>]: the SMS centre's number, kept on the card (27.005 3.3.1)
def _set_csca(state: State, text: str) -> Reply:
    address = (split(text) or [None])[0]
    if address is None or not _SMSC_NUMBER.fullmatch(address):
        raise CmsRefusal(Cms.INVALID_PDU_PARAMETER)
    _card(state).smsc = address
    return ()


def _read_csca(state: State, _text: str) -> Reply:
    address = _card(state).smsc or ""
    return [f'+CSCA: "{address}",{145 if address.startswith("+") else 129}']


def _readable(state: State) -> Memory:
    """<mem1>."""
    _card(state)
    return state.memories[state.settings.memories[0]]


# +CMGL[=<stat>]: 0 unread, 1 read, 2 unsent, 3 sent, 4 all; absent is 0 (27.005 4.1)
def _list(state: State, text: str) -> Reply:
    memory = _readable(state)
    wanted = _parameter((split(text) or [None])[0], range(5), default=0)
    lines: list[str] = []
    for index, message in memory.items():
        if wanted in (_ALL, message.status):
            lines += [f"+CMGL: {index},{message.status.value},,{message.tpdu_length}", message.pdu]
            message.seen()
    return lines


# +CMGR=<index> (27.005 4.2)
def _read(state: State, text: str) -> Reply:
    memory = _readable(state)
    message = memory.get(_parameter((split(text) or [None])[0], _MAX_INDEX))
    if message is None:
        raise CmsRefusal(Cms.INVALID_INDEX)
    header = f"+CMGR: {message.status.value},,{message.tpdu_length}"
    message.seen()
    return [header, message.pdu]


# +CMGD=<index>[,<delflag>]: 0 that one; 1 read, 2 and sent, 3 and unsent, 4 all (27.005 3.5.4)
def _delete(state: State, text: str) -> Reply:
    memory = _readable(state)
    fields = [*split(text), None, None]
    flag = _parameter(fields[1], range(5), default=0)
    index = _parameter(fields[0], _MAX_INDEX)
    if flag:
        doomed = _DOOMED[flag]
        for place in [place for place, message in memory.items() if message.status in doomed]:
            memory.remove(place)
    elif index < memory.size:
        memory.remove(index)  # an empty slot is no error
    else:
        raise CmsRefusal(Cms.INVALID_INDEX)
    state.subscriber.offer()  # the network was told that there is room again
    return ()


_DOOMED: dict[int, tuple[Status, ...]] = {
    1: (Status.REC_READ,),
    2: (Status.REC_READ, Status.STO_SENT),
    3: (Status.REC_READ, Status.STO_SENT, Status.STO_UNSENT),
    4: tuple(Status),
}


def _test_delete(state: State, _text: str) -> Reply:
    filled = ",".join(str(index) for index, _ in _readable(state).items())
    return [f"+CMGD: ({filled}),(0-4)"]


# +CMGS=<length><CR> PDU <ctrl-Z> (27.005 4.3)
def _send(state: State, text: str) -> Reply:
    card = _card(state)
    length = _parameter((split(text) or [None])[0], _TPDU_OCTETS)
    if state.functionality != 1:
        raise CmsRefusal(Cms.NO_NETWORK_SERVICE)
    if not card.smsc:
        raise CmsRefusal(Cms.SMSC_UNKNOWN)
    return Prompt(lambda payload: _submit(state, length, payload))


def _submit(state: State, length: int, payload: bytes) -> Deferred:
    pdu = "".join(payload.decode("latin-1").split()).upper()
    reference = (state.reference + 1) % 256
    network = state.network
    try:
        submission = read_submission(pdu, reference, network.wall())
    except SubmissionRefused as refused:
        raise CmsRefusal(Cms.INVALID_PDU_PARAMETER) from refused
    if tpdu_length(pdu) != length:
        raise CmsRefusal(Cms.INVALID_PDU_PARAMETER)
    answer = Deferred()

    def arrive() -> None:
        if not state.subscriber.registered:
            answer.refuse(CmsRefusal(Cms.NO_NETWORK_SERVICE))
            return
        state.reference = reference
        state.submitted(accept(network, state.subscriber, submission))
        answer.done([f"+CMGS: {reference}"])

    network.after(network.settings.submit_s, arrive)
    return answer


SMS: Table = {
    "+CSMS": Entry(set=_set_csms, read=_read_csms, test=says("+CSMS: (0,1)")),
    "+CMGF": Entry(set=_set_cmgf, read=says("+CMGF: 0"), test=says("+CMGF: (0)")),
    "+CPMS": Entry(set=_set_cpms, read=_read_cpms, test=_test_cpms),
    "+CNMI": Entry(set=_set_cnmi, read=_read_cnmi, test=_test_cnmi),
    "+CNMA": Entry(run=_acknowledge, set=_acknowledge, test=says("+CNMA: (0-2)")),
    "+CSCA": Entry(set=_set_csca, read=_read_csca),
    "+CMGL": Entry(run=_list, set=_list, test=says("+CMGL: (0-4)")),
    "+CMGR": Entry(set=_read),
    "+CMGD": Entry(set=_delete, test=_test_delete),
    "+CMGS": Entry(set=_send),
}
