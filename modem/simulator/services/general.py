"""General commands: the line's settings (ITU-T V.250), identity, power (3GPP TS 27.007 5, 8)."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

from modem.at.parameters import split
from modem.simulator.answers import Cme, CmeRefusal, PlainRefusal, Reply, number
from modem.simulator.services.table import Entry, Handler, Table, says
from modem.simulator.state import Settings, State

RESTART_S = 0.1  # between the OK to a restart and the silence
_RADIO = (0, 1, 4)  # <fun>: minimum, full, radio off


def _basic(text: str, allowed: range) -> int:
    """The number of a basic command; absent is 0 (V.250 5.3.1), anything else ends in ERROR."""
    value = int(text or "0")
    if value not in allowed:
        raise PlainRefusal
    return value


# E[<value>]: echo off or on (V.250 6.2.4)
def _echo(state: State, text: str) -> Reply:
    state.settings.echo = _basic(text, range(2)) == 1
    return ()


# V[<value>]: numeric or verbose result codes (V.250 6.2.6)
def _verbose(state: State, text: str) -> Reply:
    state.settings.verbose = _basic(text, range(2)) == 1
    return ()


# Q[<value>]: result codes, or none (V.250 6.2.5)
def _quiet(state: State, text: str) -> Reply:
    state.settings.quiet = _basic(text, range(2)) == 1
    return ()


def _load(state: State, settings: Settings) -> Reply:
    memories = state.settings.memories  # V.250's profiles don't hold them
    state.settings = deepcopy(settings)
    state.settings.memories = memories
    return ()


# Z[<value>]: what was saved (V.250 6.1.1)
def _reset_line(state: State, text: str) -> Reply:
    _basic(text, range(2))
    return _load(state, state.saved)


# &F[<value>]: what the maker set (V.250 6.1.2)
def _factory(state: State, text: str) -> Reply:
    _basic(text, range(2))
    return _load(state, state.factory)


# &W[<value>]: save the line's settings; CNMI, CREG and their like are no part of it
def _save(state: State, text: str) -> Reply:
    _basic(text, range(2))
    now = state.settings
    state.saved = replace(
        deepcopy(state.factory),
        echo=now.echo,
        verbose=now.verbose,
        quiet=now.quiet,
        cmee=now.cmee,
    )
    return ()


# D<dial string>: this modem has no data mode
def _dial(_state: State, _text: str) -> Reply:
    raise PlainRefusal("NO CARRIER")


# I[<value>]: identification (V.250 6.1.3)
def _identification(state: State, _text: str) -> Reply:
    part = state.profile.simulator
    lines = part.ati or (part.manufacturer, part.model, f"Revision: {part.revision}")
    return [line.replace("{imei}", state.who.imei) for line in lines]


def _manufacturer(state: State, _text: str) -> Reply:
    return [state.profile.simulator.manufacturer]


def _model(state: State, _text: str) -> Reply:
    return [state.profile.simulator.model]


def _revision(state: State, _text: str) -> Reply:
    return [state.profile.simulator.revision]


def _imei(state: State, _text: str) -> Reply:
    return [state.who.imei]


# +CMEE=[<n>]: error results plain, by number, by name (27.007 9.1)
def _set_cmee(state: State, text: str) -> Reply:
    state.settings.cmee = number(text or None, range(3), default=0)
    return ()


def _read_cmee(state: State, _text: str) -> Reply:
    return [f"+CMEE: {state.settings.cmee}"]


# +CFUN=[<fun>[,<rst>]]: 0 minimum, 1 full, 4 radio off; <rst> 1 restarts (27.007 8.2)
def _set_cfun(state: State, text: str) -> Reply:
    fields = [*split(text), None, None]
    functionality = number(fields[0], range(5), default=1)
    if functionality not in _RADIO:
        raise CmeRefusal(Cme.INCORRECT_PARAMETERS)
    if number(fields[1], range(2), default=0):
        return restart(state, text)
    was, state.functionality = state.functionality, functionality
    if functionality != 1:
        state.radio_off()
    elif was != 1:
        state.connect()
    return ()


def _read_cfun(state: State, _text: str) -> Reply:
    return [f"+CFUN: {state.functionality}"]


def restart(state: State, _text: str) -> Reply:
    """OK, and then the modem goes down and starts."""
    state.network.agenda.after(RESTART_S, state.reset)
    return ()


# +CCLK?: the network's time, "yy/MM/dd,hh:mm:ss+zz" (27.007 8.15)
def _clock(state: State, _text: str) -> Reply:
    return [f'+CCLK: "{state.network.wall():%y/%m/%d,%H:%M:%S}+00"']


def _accepted(name: str, default: str, test: str | None = None) -> Entry:
    """A setting that can be made and read, and changes nothing here."""

    def assign(state: State, text: str) -> Reply:
        state.settings.accepted[name] = text
        return ()

    def read(state: State, _text: str) -> Reply:
        return [f"{name}: {state.settings.accepted.get(name, default)}"]

    return Entry(set=assign, read=read, test=says(f"{name}: {test}") if test else None)


def _basic_accepted(allowed: range) -> Entry:
    """A basic command whose number is checked and changes nothing here."""

    def run(_state: State, text: str) -> Reply:
        _basic(text, allowed)
        return ()

    return Entry(run=run)


def _register(name: str, default: int) -> Entry:
    """An S-register (V.250 5.3.2)."""

    def assign(state: State, text: str) -> Reply:
        state.settings.accepted[name] = f"{_basic(text, range(256)):03}"
        return ()

    def read(state: State, _text: str) -> Reply:
        return [state.settings.accepted.get(name, f"{default:03}")]

    return Entry(set=assign, read=read)


def _identity(handler: Handler) -> Entry:
    return Entry(run=handler, test=says())


GENERAL: Table = {
    "E": Entry(run=_echo),
    "V": Entry(run=_verbose),
    "Q": Entry(run=_quiet),
    "Z": Entry(run=_reset_line),
    "&F": Entry(run=_factory),
    "&W": Entry(run=_save),
    "I": Entry(run=_identification),
    "D": Entry(run=_dial),
    "H": _basic_accepted(range(2)),
    "X": _basic_accepted(range(5)),
    "L": _basic_accepted(range(4)),
    "M": _basic_accepted(range(3)),
    "&C": _basic_accepted(range(3)),
    "&D": _basic_accepted(range(3)),
    "S0": _register("S0", 0),
    "S3": _register("S3", 13),
    "S4": _register("S4", 10),
    "S5": _register("S5", 8),
    "+CGMI": _identity(_manufacturer),
    "+GMI": _identity(_manufacturer),
    "+CGMM": _identity(_model),
    "+GMM": _identity(_model),
    "+CGMR": _identity(_revision),
    "+GMR": _identity(_revision),
    "+CGSN": _identity(_imei),
    "+GSN": _identity(_imei),
    "+GCAP": _identity(says("+GCAP: +CGSM")),
    "+CMEE": Entry(set=_set_cmee, read=_read_cmee, test=says("+CMEE: (0-2)")),
    "+CFUN": Entry(set=_set_cfun, read=_read_cfun, test=says("+CFUN: (0,1,4),(0,1)")),
    "+CCLK": Entry(read=_clock),
    "+CSCS": _accepted("+CSCS", '"IRA"', '("IRA","GSM","UCS2")'),
    "+FCLASS": _accepted("+FCLASS", "0", "(0)"),
    "+IFC": _accepted("+IFC", "0,0", "(0-2),(0-2)"),
    "+IPR": _accepted("+IPR", "115200"),
}
