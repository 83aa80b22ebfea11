"""Commands of registration and signal (3GPP TS 27.007 7, 8, 10.1.20, 10.1.22)."""

from __future__ import annotations

from modem.at.parameters import split
from modem.simulator.answers import Cme, CmeRefusal, Deferred, Reply, number
from modem.simulator.cellular import Act, Standing
from modem.simulator.services.table import Entry, Table, says
from modem.simulator.state import State

OPERATOR = {0: '"Simulated Network"', 1: '"Simulated"', 2: '"00101"'}  # long, short, numeric
# An attach that the network never answers (T3410 and the modem's own tries).
ATTACH_PATIENCE_S = 75.0


def _registration(name: str) -> Entry:
    """+CREG and its like: =[<n>] with 0 no URC, 1 with the state, 2 with the location, too."""

    def assign(state: State, text: str) -> Reply:
        state.tell_from_now(name, number((split(text) or [None])[0], range(3), default=0))
        return ()

    def read(state: State, _text: str) -> Reply:
        mode = state.settings.registration[name]
        return [f"{name}: {mode},{state.registration(name, located=mode == 2)}"]

    return Entry(set=assign, read=read, test=says(f"{name}: (0-2)"))


# +COPS=[<mode>[,<format>[,<oper>[,<AcT>]]]]: 0 automatic, 2 leave the network, 3 set <format> alone
# (27.007 7.3); choosing an operator by hand is refused, there is one
def _set_cops(state: State, text: str) -> Reply:
    fields = [*split(text), None, None]
    mode = number(fields[0], range(5), default=0)
    if mode == 3:
        state.settings.cops_format = number(fields[1], range(3))
        return ()
    if mode == 2:
        state.subscriber.stop()
        return ()
    if mode != 0:
        raise CmeRefusal(Cme.NOT_SUPPORTED)
    state.need_card()
    return () if state.subscriber.registered else _attach(state)


def _read_cops(state: State, _text: str) -> Reply:
    if not state.subscriber.registered:
        return ["+COPS: 0"]
    style = state.settings.cops_format
    return [f"+COPS: 0,{style},{OPERATOR[style]},{state.subscriber.act.value}"]


def _scan(state: State, _text: str) -> Reply:
    if state.functionality != 1 or not state.subscriber.covered:
        raise CmeRefusal(Cme.NO_NETWORK_SERVICE)
    names = ",".join(OPERATOR[style] for style in sorted(OPERATOR))
    return [f"+COPS: (2,{names},{Act.EUTRAN.value}),,(0-4),(0-2)"]


# +CGATT=[<state>]: 1 attach, 0 detach (27.007 10.1.9)
def _set_cgatt(state: State, text: str) -> Reply:
    state.need_card()
    if number((split(text) or [None])[0], range(2)) == 0:
        state.subscriber.stop()
        return ()
    return () if state.subscriber.registered else _attach(state)


def _attach(state: State) -> Deferred:
    """Register; the answer comes when the network has said yes or no."""
    if state.functionality != 1:
        raise CmeRefusal(Cme.NOT_ALLOWED)
    answer = Deferred()

    def settled() -> None:
        if state.subscriber.standing is Standing.REGISTERED:
            answer.done()
        else:
            answer.refuse(CmeRefusal(Cme.UNSPECIFIED_GPRS_ERROR))

    state.subscriber.when_settled(settled)
    state.network.agenda.after(ATTACH_PATIENCE_S, settled)
    state.connect()
    return answer


def _read_cgatt(state: State, _text: str) -> Reply:
    return [f"+CGATT: {int(state.subscriber.registered)}"]


# +CSQ: <rssi>,<ber>, 99 unknown (27.007 8.5)
def _csq(state: State, _text: str) -> Reply:
    return [f"+CSQ: {_rssi(state)},99"]


# +CESQ: <rxlev>,<ber>,<rscp>,<ecno>,<rsrq>,<rsrp>, of the access technology in use (27.007 8.69)
def _cesq(state: State, _text: str) -> Reply:
    rssi = _rssi(state)
    if rssi == 99:
        return ["+CESQ: 99,99,255,255,255,255"]
    if state.subscriber.act is Act.UTRAN:
        return [f"+CESQ: 99,99,{2 * rssi},30,255,255"]
    return [f"+CESQ: 99,99,255,255,20,{2 * rssi}"]


def _rssi(state: State) -> int:
    heard = state.functionality == 1 and state.subscriber.covered
    return state.who.rssi if heard else 99


NETWORK: Table = {
    "+CREG": _registration("+CREG"),
    "+CGREG": _registration("+CGREG"),
    "+CEREG": _registration("+CEREG"),
    "+COPS": Entry(set=_set_cops, read=_read_cops, test=_scan),
    "+CGATT": Entry(set=_set_cgatt, read=_read_cgatt, test=says("+CGATT: (0,1)")),
    "+CSQ": Entry(run=_csq, test=says("+CSQ: (0-31,99),(0-7,99)")),
    "+CESQ": Entry(
        run=_cesq,
        test=says("+CESQ: (0-63,99),(0-7,99),(0-96,255),(0-49,255),(0-34,255),(0-97,255)"),
    ),
}
