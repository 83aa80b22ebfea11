"""Commands of the card: PIN and PUK, locks and passwords, its numbers (3GPP TS 27.007 5, 7, 8)."""

from __future__ import annotations

from modem.at.parameters import split
from modem.simulator.answers import Cme, CmeRefusal, Reply, number
from modem.simulator.card import Lock, Secret
from modem.simulator.services.character_set import shown
from modem.simulator.services.table import Entry, Table, fields_of, says
from modem.simulator.state import State

_DISABLE, _ENABLE, _QUERY = 0, 1, 2  # <mode> of +CLCK
# The locks of a phone to its network, operator, maker ...; a module is sold without (22.022).
_PERSONALISATIONS = ("PN", "PU", "PP", "PC", "PF")


# +CPIN?: what the card asks for (27.007 8.3)
def _read_cpin(state: State, _text: str) -> Reply:
    card = state.slot.present()
    if card.lock is Lock.BLOCKED:
        raise CmeRefusal(Cme.SIM_FAILURE)
    return [f"+CPIN: {card.lock.value}"]


# +CPIN=<pin>[,<newpin>]: the PIN, or the PUK with a new PIN (27.007 8.3)
def _set_cpin(state: State, text: str) -> Reply:
    card = state.slot.present()
    fields = fields_of(text, 2)
    if card.lock is Lock.PIN:
        if not _is_pin(fields[0]):
            raise CmeRefusal(Cme.INCORRECT_PARAMETERS)
        right = card.verify(fields[0] or "")
    elif card.lock is Lock.PUK:
        puk, new_pin = fields
        if new_pin is None:
            raise CmeRefusal(Cme.SIM_PUK_REQUIRED)
        if not _is_pin(puk) or not _is_pin(new_pin):
            raise CmeRefusal(Cme.INCORRECT_PARAMETERS)
        right = card.unblock(puk or "", new_pin)
    else:
        raise CmeRefusal(Cme.SIM_FAILURE if card.lock is Lock.BLOCKED else Cme.NOT_ALLOWED)
    if not right:
        raise CmeRefusal(Cme.INCORRECT_PASSWORD)
    state.slot.unlocked()
    return ()


def _is_pin(text: str | None) -> bool:
    return text is not None and text.isascii() and text.isdigit() and 4 <= len(text) <= 8


# +CPINR[=<sel_code>]: the tries that are left; a `*` ends a <sel_code> that names several
# (27.007 8.65)
def _tries(state: State, text: str) -> Reply:
    card = state.slot.present()
    tries = {
        "SIM PIN": card.pin1.tries,
        "SIM PUK": card.pin1.puk_tries,
        "SIM PIN2": card.pin2.tries,
        "SIM PUK2": card.pin2.puk_tries,
    }
    wanted = (split(text) or [None])[0] or "*"
    head = wanted.removesuffix("*")
    chosen = {
        name: left
        for name, left in tries.items()
        if name == wanted or (wanted.endswith("*") and name.startswith(head))
    }
    if not chosen:
        raise CmeRefusal(Cme.INCORRECT_PARAMETERS)
    return [f"+CPINR: {name},{left}" for name, left in chosen.items()]


# +CLCK=<fac>,<mode>[,<passwd>[,<class>]]: "SC" asks for the PIN at each start; "FD", the fixed
# numbers, needs a service that this card doesn't have; <mode> 2 asks (27.007 7.4)
def _lock(state: State, text: str) -> Reply:
    facility, mode_text, password, _class = fields_of(text, 4)
    name = (facility or "").upper()
    if name not in ("SC", "FD", *_PERSONALISATIONS):
        raise CmeRefusal(Cme.NOT_SUPPORTED)
    mode = number(mode_text, range(3))
    card = state.need_card()
    if mode == _QUERY:
        return [f"+CLCK: {int(name == 'SC' and card.pin_enabled)}"]
    if name != "SC":
        raise CmeRefusal(Cme.NOT_SUPPORTED if name == "FD" else Cme.NOT_ALLOWED)
    if not _is_pin(password):
        raise CmeRefusal(Cme.INCORRECT_PARAMETERS)
    if card.pin_enabled is (mode == _ENABLE):  # 6985 from the card: not in this state
        raise CmeRefusal(Cme.NOT_ALLOWED)
    _verify(state, card.pin1, password or "")
    card.pin_enabled = mode == _ENABLE
    return ()


def _verify(state: State, secret: Secret, pin: str) -> None:
    """A PIN that goes with another command; the card may lock itself over it."""
    if not secret.verify(pin):
        if state.lock is Lock.PUK:
            state.radio_off()
        raise CmeRefusal(Cme.INCORRECT_PASSWORD)


# +CPWD=<fac>,<oldpwd>,<newpwd>: "SC" the PIN, while it is in use, "P2" the PIN2 (27.007 7.5)
def _password(state: State, text: str) -> Reply:
    facility, old, new = fields_of(text, 3)
    name = (facility or "").upper()
    if name not in ("SC", "P2"):
        raise CmeRefusal(Cme.NOT_SUPPORTED)
    card = state.need_card()
    if not _is_pin(old) or not _is_pin(new):
        raise CmeRefusal(Cme.INCORRECT_PARAMETERS)
    if name == "SC" and not card.pin_enabled:
        raise CmeRefusal(Cme.NOT_ALLOWED)
    if name == "P2" and not card.pin2.tries:
        raise CmeRefusal(Cme.SIM_PUK2_REQUIRED)
    secret = card.pin1 if name == "SC" else card.pin2
    _verify(state, secret, old or "")
    secret.pin = new or ""
    return ()


# +CIMI: the IMSI (27.007 5.6)
def _imsi(state: State, _text: str) -> Reply:
    return [state.need_card().imsi]


# +CCID: the number on the card; it can be read without the PIN
def _iccid(state: State, _text: str) -> Reply:
    return [f"+CCID: {state.slot.present().iccid}"]


# +CNUM: the subscriber's numbers, [<alpha>],<number>,<type> (27.007 7.1)
def _number(state: State, _text: str) -> Reply:
    return [
        f'+CNUM: {shown(state, entry.name) if entry.name else ""},"{entry.number}",{entry.kind}'
        for _, entry in sorted(state.need_card().own_numbers.items())
    ]


_FACILITIES = ",".join(f'"{name}"' for name in ("SC", "FD", *_PERSONALISATIONS))

SIM: Table = {
    "+CPIN": Entry(set=_set_cpin, read=_read_cpin),
    "+CPINR": Entry(run=_tries, set=_tries),
    "+CLCK": Entry(set=_lock, test=says(f"+CLCK: ({_FACILITIES})")),
    "+CPWD": Entry(set=_password, test=says('+CPWD: ("SC",8),("P2",8)')),
    "+CIMI": Entry(run=_imsi),
    "+CCID": Entry(run=_iccid, read=_iccid),
    "+CNUM": Entry(run=_number),
}
