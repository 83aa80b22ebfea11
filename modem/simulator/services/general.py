"""Identity, errors, power: what every modem says of itself (3GPP TS 27.007 5, 8, 9; V.250 6.1)."""

from __future__ import annotations

from modem.at.parameters import split
from modem.simulator.answers import Cme, CmeRefusal, PlainRefusal, Reply, number
from modem.simulator.services.table import Entry, Handler, Table, option, says
from modem.simulator.state import State
from modem.simulator.template import filled, values_of

RESTART_S = 0.1  # between the OK to a restart and the silence
_FULL = 1  # <fun>
_IMEI_SV = 78  # software version of the IMEISV (23.003 6.2.2)


# I[<value>]: identification (V.250 6.1.3)
def _identification(state: State, text: str) -> Reply:
    if int(text or "0") > 9:
        raise PlainRefusal
    part = state.profile.simulator
    lines = part.ati or (part.manufacturer, part.model, f"Revision: {part.revision}")
    return [filled(line, values_of(state)) for line in lines]


# +CGMI, +GMI (27.007 5.1; V.250 6.1.4)
def _manufacturer(state: State, _text: str) -> Reply:
    return [state.profile.simulator.manufacturer]


# +CGMM, +GMM (27.007 5.2; V.250 6.1.5)
def _model(state: State, _text: str) -> Reply:
    return [state.profile.simulator.model]


# +CGMR, +GMR (27.007 5.3; V.250 6.1.6)
def _revision(state: State, _text: str) -> Reply:
    part = state.profile.simulator
    return [filled(line, values_of(state)) for line in part.cgmr or (part.revision,)]


# +GSN; +CGSN without <snt> (V.250 6.1.7; 27.007 5.4)
def _serial(state: State, _text: str) -> Reply:
    return [state.who.imei]


# +CGSN=[<snt>]: 0 serial number, 1 IMEI, 2 IMEI and software version, 3 that alone (27.007 5.4)
def _serial_of_kind(state: State, text: str) -> Reply:
    kind = number(text or None, range(4), default=0)
    imei = state.who.imei
    if kind == 0:
        return [imei]
    return [f'+CGSN: "{(imei, f"{imei[:14]}{_IMEI_SV}", str(_IMEI_SV))[kind - 1]}"']


# +GCAP (V.250 6.1.9)
def _capabilities(state: State, _text: str) -> Reply:
    return [f"+GCAP: {state.profile.simulator.gcap}"]


# +CMEE=[<n>]: error results plain, by number, by name (27.007 9.1)
def _set_cmee(state: State, text: str) -> Reply:
    state.settings.cmee = number(text or None, range(3), default=0)
    return ()


def _read_cmee(state: State, _text: str) -> Reply:
    return [f"+CMEE: {state.settings.cmee}"]


# +CFUN=[<fun>[,<rst>]]: 0 minimum, 1 full, 4 radio off, others as makers have them; <rst> 1
# restarts (27.007 8.2)
def _set_cfun(state: State, text: str) -> Reply:
    fields = [*split(text), None, None]
    part = state.profile.simulator
    functionality = number(fields[0], range(256), default=_FULL)
    if functionality not in (*part.functionalities, *part.restarts):
        raise CmeRefusal(Cme.INCORRECT_PARAMETERS)
    if number(fields[1], range(2), default=0) or functionality in part.restarts:
        return restart(state, text)
    state.set_functionality(functionality)
    return ()


def _read_cfun(state: State, _text: str) -> Reply:
    return [f"+CFUN: {state.functionality}"]


def _test_cfun(state: State, _text: str) -> Reply:
    part = state.profile.simulator
    offered = ",".join(map(str, sorted({*part.functionalities, *part.restarts})))
    return [f"+CFUN: ({offered}),(0,1)"]


def restart(state: State, _text: str) -> Reply:
    """OK, and then the modem goes down and starts."""
    state.network.agenda.after(RESTART_S, state.reset)
    return ()


# +CPAS: 0 ready, 4 a connection stands (27.007 8.1)
def _activity(state: State, _text: str) -> Reply:
    return [f"+CPAS: {4 if state.call else 0}"]


# +CBC: <bcs>,<bcl>: 0 by battery, its charge in percent (27.007 8.4)
def _battery(_state: State, _text: str) -> Reply:
    return ["+CBC: 0,100"]


def _identity(handler: Handler) -> Entry:
    return Entry(run=handler, test=says())


GENERAL: Table = {
    "I": Entry(run=_identification),
    "+CGMI": _identity(_manufacturer),
    "+GMI": _identity(_manufacturer),
    "+CGMM": _identity(_model),
    "+GMM": _identity(_model),
    "+CGMR": _identity(_revision),
    "+GMR": _identity(_revision),
    "+CGSN": Entry(run=_serial, set=_serial_of_kind, test=says("+CGSN: (0-3)")),
    "+GSN": _identity(_serial),
    "+GCAP": _identity(_capabilities),
    "+CMEE": Entry(set=_set_cmee, read=_read_cmee, test=says("+CMEE: (0-2)")),
    "+CFUN": Entry(set=_set_cfun, read=_read_cfun, test=_test_cfun),
    "+CPAS": Entry(run=_activity, test=says("+CPAS: (0,4)")),
    "+CBC": Entry(run=_battery, test=says("+CBC: (0),(0-100)")),
    "+CMUT": option("+CMUT", "(0,1)", (0,)),  # 8.24, the microphone
}
