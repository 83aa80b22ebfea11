"""Commands of the card: PIN and PUK, its numbers, its files (3GPP TS 27.007 5, 8)."""

from __future__ import annotations

from modem.at.parameters import split
from modem.simulator.answers import Cme, CmeRefusal, Reply, number
from modem.simulator.card import Card, Lock
from modem.simulator.services.table import Entry, Table, says
from modem.simulator.state import State

_READ_BINARY = 176
# Status words (ETSI TS 102 221 10.2.1)
_DONE = "144,0"
_NO_SUCH_FILE = "106,130"
_WRONG_INSTRUCTION = "109,0"


def _card(state: State) -> Card:
    """The card, locked or not."""
    if state.card is None:
        raise CmeRefusal(Cme.SIM_NOT_INSERTED)
    return state.card


# +CPIN?: what the card asks for (27.007 8.3)
def _read_cpin(state: State, _text: str) -> Reply:
    card = _card(state)
    if card.lock is Lock.BLOCKED:
        raise CmeRefusal(Cme.SIM_FAILURE)
    return [f"+CPIN: {card.lock.value}"]


# +CPIN=<pin>[,<newpin>]: the PIN, or a PUK and the new PIN
def _set_cpin(state: State, text: str) -> Reply:
    card = _card(state)
    fields = [field or "" for field in split(text)]
    if not fields or not all(_is_pin(field) for field in fields):
        raise CmeRefusal(Cme.INCORRECT_PARAMETERS)
    if card.lock is Lock.PIN and len(fields) == 1:
        right = card.verify(fields[0])
    elif card.lock is Lock.PUK and len(fields) == 2:
        right = card.unblock(*fields)
    elif card.lock is Lock.PUK:
        raise CmeRefusal(Cme.SIM_PUK_REQUIRED)
    else:
        raise CmeRefusal(Cme.SIM_FAILURE if card.lock is Lock.BLOCKED else Cme.NOT_ALLOWED)
    if not right:
        raise CmeRefusal(Cme.INCORRECT_PASSWORD)
    state.unlocked()
    return ()


def _is_pin(text: str) -> bool:
    return text.isascii() and text.isdigit() and 4 <= len(text) <= 8


# +CPINR[=<sel_code>]: the tries that are left (27.007 8.65)
def _tries(state: State, text: str) -> Reply:
    card = _card(state)
    tries = {"SIM PIN": card.pin_tries, "SIM PUK": card.puk_tries}
    wanted = (split(text) or [None])[0]
    chosen = {name: left for name, left in tries.items() if wanted in (None, name)}
    if not chosen:
        raise CmeRefusal(Cme.INCORRECT_PARAMETERS)
    return [f"+CPINR: {name},{left}" for name, left in chosen.items()]


# +CIMI: the IMSI (27.007 5.6)
def _imsi(state: State, _text: str) -> Reply:
    return [state.need_card().imsi]


# +CCID: the number on the card; it can be read without the PIN
def _iccid(state: State, _text: str) -> Reply:
    return [f"+CCID: {_card(state).iccid}"]


# +CRSM=<command>[,<fileid>[,<P1>,<P2>,<P3>]]: here READ BINARY alone (27.007 8.18)
def _file(state: State, text: str) -> Reply:
    card = _card(state)
    fields = [*split(text), None, None, None, None, None]
    if number(fields[0], range(256)) != _READ_BINARY:
        return [f"+CRSM: {_WRONG_INSTRUCTION}"]
    content = card.read_file(number(fields[1], range(1 << 16)))
    if content is None:
        return [f"+CRSM: {_NO_SUCH_FILE}"]
    start = number(fields[2], range(256), default=0) * 256 + number(
        fields[3], range(256), default=0
    )
    length = number(fields[4], range(256), default=0) or len(content)
    return [f'+CRSM: {_DONE},"{content[start : start + length].hex().upper()}"']


# +CNUM: the subscriber's number (27.007 7.1)
def _number(state: State, _text: str) -> Reply:
    return [f'+CNUM: ,"+{state.need_card().msisdn}",145']


SIM: Table = {
    "+CPIN": Entry(set=_set_cpin, read=_read_cpin),
    "+CPINR": Entry(run=_tries, set=_tries),
    "+CIMI": Entry(run=_imsi),
    "+CCID": Entry(run=_iccid, read=_iccid),
    "+CRSM": Entry(set=_file),
    "+CNUM": Entry(run=_number, test=says()),
}
