"""Messages that are stored: list, read, delete (3GPP TS 27.005 3.5, 4.1, 4.2)."""

from __future__ import annotations

from modem.at.parameters import split
from modem.simulator.answers import Cms, CmsRefusal, Reply
from modem.simulator.services.sms_parameters import INDICES, READ, memory, parameter, wrong
from modem.simulator.services.table import Entry, Table
from modem.simulator.state import State
from modem.simulator.storage import Status, Stored
from modem.simulator.textmode import STAT_WORDS, listed, shown

_ALL = 4  # <stat> of +CMGL, besides the values of Status
_LISTS = (*STAT_WORDS, "ALL")
_FLAGS = range(5)

_DOOMED: dict[int, tuple[Status, ...]] = {
    1: (Status.REC_READ,),
    2: (Status.REC_READ, Status.STO_SENT),
    3: (Status.REC_READ, Status.STO_SENT, Status.STO_UNSENT),
    4: tuple(Status),
}


# +CMGL[=<stat>]: 0 unread, 1 read, 2 unsent, 3 sent, 4 all, in text mode by name; absent is unread
# (27.005 3.4.2, 4.1)
def _list(state: State, text: str) -> Reply:
    found = memory(state, READ)
    fields = split(text)
    if len(fields) > 1:
        raise wrong(state)
    wanted = _wanted(state, (fields or [None])[0])
    lines: list[str] = []
    for index, message in found.items():
        if wanted in (_ALL, message.status):
            lines += _listed(state, index, message)
            message.seen()
    return lines


def _wanted(state: State, field: str | None) -> int:
    if not state.settings.cmgf:
        return parameter(state, field, range(5), default=Status.REC_UNREAD)
    if field is None:
        return Status.REC_UNREAD
    if field.upper() not in _LISTS:
        raise wrong(state)
    return _LISTS.index(field.upper())


def _listed(state: State, index: int, message: Stored) -> list[str]:
    if not state.settings.cmgf:
        return _in_pdu_mode(state, f"+CMGL: {index},", message)
    fields, data = listed(message.pdu, message.status, state.style())
    header = ",".join([str(index), f'"{STAT_WORDS[message.status]}"', *fields])
    return [f"+CMGL: {header}", *([] if data is None else [data])]


def _in_pdu_mode(state: State, start: str, message: Stored) -> list[str]:
    """<stat>,[<alpha>],<length><CR><LF><pdu>."""
    alpha = state.profile.simulator.empty_alpha
    return [f"{start}{message.status.value},{alpha},{message.tpdu_length}", message.pdu]


def _test_list(state: State, _text: str) -> Reply:
    if not state.settings.cmgf:
        return ["+CMGL: (0-4)"]
    words = ",".join(f'"{word}"' for word in _LISTS)
    return [f"+CMGL: ({words})"]


# +CMGR=<index> (27.005 3.4.3, 4.2)
def _read(state: State, text: str) -> Reply:
    found = memory(state, READ)
    fields = split(text)
    if len(fields) != 1:
        raise wrong(state)
    message = found.get(parameter(state, fields[0], INDICES))
    if message is None:
        raise CmsRefusal(Cms.INVALID_INDEX)
    lines = _read_lines(state, message)
    message.seen()
    return lines


def _read_lines(state: State, message: Stored) -> list[str]:
    if not state.settings.cmgf:
        return _in_pdu_mode(state, "+CMGR: ", message)
    fields, data = shown(message.pdu, message.status, state.style())
    header = ",".join([f'"{STAT_WORDS[message.status]}"', *fields])
    return [f"+CMGR: {header}", *([] if data is None else [data])]


# +CMGD=<index>[,<delflag>]: 0 that one; 1 read, 2 and sent, 3 and unsent, 4 all; with 1 to 4 the
# index means nothing, and may be left out (27.005 3.5.4)
def _delete(state: State, text: str) -> Reply:
    found = memory(state, READ)
    fields = split(text)
    if len(fields) > 2:
        raise wrong(state)
    index_field, flag_field = fields + [None] * (2 - len(fields))
    flag = parameter(state, flag_field, _FLAGS, default=0)
    index = parameter(state, index_field, INDICES, default=0 if flag else None)
    if flag:
        doomed = _DOOMED[flag]
        for place in [place for place, message in found.items() if message.status in doomed]:
            found.remove(place)
    elif index < found.size:
        found.remove(index)  # an empty slot is no error
    else:
        raise CmsRefusal(Cms.INVALID_INDEX)
    state.subscriber.offer()  # the network was told that there is room again
    return ()


def _test_delete(state: State, _text: str) -> Reply:
    filled = ",".join(str(index) for index, _ in memory(state, READ).items())
    return [f"+CMGD: ({filled}),(0-4)"]


SMS_STORED: Table = {
    "+CMGL": Entry(run=_list, set=_list, test=_test_list),
    "+CMGR": Entry(set=_read),
    "+CMGD": Entry(set=_delete, test=_test_delete),
}
