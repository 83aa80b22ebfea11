"""Commands of registration, operators and signal (3GPP TS 27.007 5.9, 7, 8, 10.1)."""

from __future__ import annotations

from contextlib import suppress

from modem.at.parameters import split
from modem.simulator import charset
from modem.simulator.answers import Cme, CmeRefusal, Deferred, Reply, number
from modem.simulator.card import PREFERRED_SIZE, Preferred
from modem.simulator.cellular import Act, Operator, Standing, Welcome
from modem.simulator.services.table import Entry, Table, fields_of, option, says, value_of
from modem.simulator.state import State

# An attach that the network never answers (T3410 and the modem's own tries).
ATTACH_PATIENCE_S = 75.0

_LONG, _SHORT, _NUMERIC = range(3)  # <format> of +COPS
_AUTOMATIC, _MANUAL, _DEREGISTER, _FORMAT_ALONE, _MANUAL_ELSE_AUTOMATIC = range(5)  # its <mode>
_AVAILABLE, _CURRENT, _FORBIDDEN = 1, 2, 3  # <stat> in a scan
# <n> of +WS46 (27.007 5.9)
_TECHNOLOGIES = {
    12: {Act.GSM},
    22: {Act.UTRAN},
    25: {Act.GSM, Act.UTRAN, Act.EUTRAN},
    28: {Act.EUTRAN},
    29: {Act.GSM, Act.UTRAN},
    30: {Act.GSM, Act.EUTRAN},
    31: {Act.UTRAN, Act.EUTRAN},
}


def _registration(name: str) -> Entry:
    """+CREG and its like: =[<n>] with 0 no URC, 1 with the state, 2 with the location, too."""

    def assign(state: State, text: str) -> Reply:
        state.tell_from_now(name, number((split(text) or [None])[0], range(3), default=0))
        return ()

    def read(state: State, _text: str) -> Reply:
        mode = state.settings.registration[name]
        return [f"{name}: {mode},{state.registration(name, located=mode == 2)}"]

    return Entry(set=assign, read=read, test=says(f"{name}: (0-2)"))


# ---- operators


def _named(state: State, operator: Operator, style: int) -> str:
    """<oper>: a name is in the host's character set, the numeric form always digits."""
    if style == _NUMERIC:
        return f'"{operator.plmn}"'
    name = operator.long if style == _LONG else operator.short
    return f'"{charset.show(name, state.settings.charset)}"'


# +COPS=[<mode>[,<format>[,<oper>[,<AcT>]]]]: 0 automatic, 1 by hand, 2 leave the network, 3 set
# <format> alone, 4 by hand, else automatic (27.007 7.3)
def _set_cops(state: State, text: str) -> Reply:
    mode_text, style, name, act = fields_of(text, 4)
    mode = number(mode_text, range(5), default=_AUTOMATIC)
    if mode == _FORMAT_ALONE:
        state.settings.cops_format = number(style, range(3))
        return ()
    if style is not None:
        state.settings.cops_format = number(style, range(3))
    subscriber = state.subscriber
    if mode == _DEREGISTER:
        state.deregistered = True
        subscriber.stop()
        return ()
    state.need_card()
    if mode == _AUTOMATIC:
        was_free = subscriber.chosen is None
        subscriber.chosen = subscriber.chosen_act = None
        return () if subscriber.registered and was_free else _register(state)
    if name is None:
        raise CmeRefusal(Cme.INCORRECT_PARAMETERS)
    wanted = None if act is None else number(act, range(10))
    if wanted is not None and wanted not in {each.value for each in Act}:
        raise CmeRefusal(Cme.INCORRECT_PARAMETERS)
    subscriber.chosen = _plmn(state, name)
    subscriber.chosen_act = None if wanted is None else Act(wanted)
    subscriber.else_any = mode == _MANUAL_ELSE_AUTOMATIC
    return _register(state)


def _plmn(state: State, name: str) -> str:
    """The number of an operator that the host has named in any format; one unheard of is itself."""
    with suppress(charset.Unreadable):  # digits stay digits in any character set
        name = charset.read(name, state.settings.charset)
    wanted = name.casefold()
    for operator in state.network.settings.operators:
        if wanted in (operator.long.casefold(), operator.short.casefold(), operator.plmn):
            return operator.plmn
    return name


def _read_cops(state: State, _text: str) -> Reply:
    subscriber = state.subscriber
    mode = _AUTOMATIC
    if state.deregistered:
        mode = _DEREGISTER
    elif subscriber.chosen is not None:
        mode = _MANUAL_ELSE_AUTOMATIC if subscriber.else_any else _MANUAL
    if not subscriber.registered or subscriber.operator is None:
        return [f"+COPS: {mode}"]
    style = state.settings.cops_format
    name = _named(state, subscriber.operator, style)
    return [f"+COPS: {mode},{style},{name},{subscriber.act.value}"]


# +COPS=?: what can be heard, after as long as it takes to listen
def _scan(state: State, _text: str) -> Reply:
    if state.functionality != 1 or not state.subscriber.covered:
        raise CmeRefusal(Cme.NO_NETWORK_SERVICE)
    answer = Deferred()

    def heard() -> None:
        found = [
            _found(state, operator, act)
            for operator in state.network.settings.operators
            for act in state.subscriber.audible(operator)
        ]
        answer.done([f"+COPS: {','.join(found)},,(0-4),(0-2)"])

    state.network.after(state.network.settings.scan_s, heard)
    return answer


def _found(state: State, operator: Operator, act: Act) -> str:
    subscriber = state.subscriber
    stat = _AVAILABLE
    if operator.welcome is Welcome.FORBIDDEN:
        stat = _FORBIDDEN
    elif subscriber.registered and (subscriber.operator, subscriber.act) == (operator, act):
        stat = _CURRENT
    names = ",".join(_named(state, operator, style) for style in (_LONG, _SHORT, _NUMERIC))
    return f"({stat},{names},{act.value})"


# ---- attach


# +CGATT=[<state>]: 1 attach, 0 detach; on LTE the registration goes with it (27.007 10.1.9)
def _set_cgatt(state: State, text: str) -> Reply:
    state.need_card()
    subscriber = state.subscriber
    if number((split(text) or [None])[0], range(2)) == 0:
        subscriber.detach()
        return ()
    if subscriber.registered:
        subscriber.attach()
        return ()
    return _register(state)


def _register(state: State) -> Deferred:
    """Register; the answer comes when the network has said yes or no."""
    if state.functionality != 1:
        raise CmeRefusal(Cme.NOT_ALLOWED)
    answer = Deferred()

    def settled() -> None:
        subscriber = state.subscriber
        if subscriber.standing is Standing.REGISTERED:
            answer.done()
        elif subscriber.standing is Standing.OFF:
            answer.refuse(CmeRefusal(Cme.NO_NETWORK_SERVICE))
        elif subscriber.standing is Standing.DENIED and subscriber.welcome is Welcome.FORBIDDEN:
            answer.refuse(CmeRefusal(Cme.NETWORK_NOT_ALLOWED))
        else:
            answer.refuse(CmeRefusal(Cme.UNSPECIFIED_GPRS_ERROR))

    state.subscriber.when_settled(settled)
    state.network.agenda.after(ATTACH_PATIENCE_S, settled)
    state.connect()
    return answer


def _read_cgatt(state: State, _text: str) -> Reply:
    return [f"+CGATT: {int(state.subscriber.attached)}"]


# ---- technologies


# +WS46=[<n>]: 12 GSM, 22 UTRAN, 25 all, 28 E-UTRAN, 29 to 31 two of them (27.007 5.9)
def _set_ws46(state: State, text: str) -> Reply:
    chosen = number((split(text) or [None])[0], range(256))
    if chosen not in _offered(state):
        raise CmeRefusal(Cme.INCORRECT_PARAMETERS)
    subscriber = state.subscriber
    subscriber.allowed = frozenset(_TECHNOLOGIES[chosen])
    if subscriber.registered and subscriber.act not in subscriber.allowed:
        state.connect()
    return ()


def _offered(state: State) -> list[int]:
    capable = set(state.subscriber.capable)
    return [chosen for chosen, acts in _TECHNOLOGIES.items() if acts <= capable]


def _read_ws46(state: State, _text: str) -> Reply:
    allowed = state.subscriber.allowed & set(state.subscriber.capable)
    return [f"+WS46: {next(n for n, acts in _TECHNOLOGIES.items() if acts == allowed)}"]


def _test_ws46(state: State, _text: str) -> Reply:
    return [f"+WS46: ({','.join(map(str, _offered(state)))})"]


# ---- preferred operators


# +CPOL=[<index>][,<format>[,<oper>[,<GSM>,<GSM_compact>,<UTRAN>,<E-UTRAN>]]]: an index alone
# deletes; nothing but <format> sets how they are shown (27.007 7.19)
def _set_cpol(state: State, text: str) -> Reply:
    fields = fields_of(text, 7)
    card = state.need_card()
    if value_of(state, "+CPLS", (0,)) != (0,):  # the issuer's lists and the home list
        raise CmeRefusal(Cme.NOT_ALLOWED)
    if fields[0] is None and fields[2] is None:
        state.settings.options["+CPOL"] = (number(fields[1], range(3)),)
        return ()
    if fields[2] is None:
        card.preferred.pop(number(fields[0], range(1, PREFERRED_SIZE + 1)), None)
        return ()
    if number(fields[1], range(3), default=_NUMERIC) != _NUMERIC:
        raise CmeRefusal(Cme.NOT_SUPPORTED)  # a card keeps numbers, and no table of all names
    plmn = fields[2]
    if not (plmn.isascii() and plmn.isdigit() and len(plmn) in (5, 6)):
        raise CmeRefusal(Cme.INCORRECT_PARAMETERS)
    free = (place for place in range(1, PREFERRED_SIZE + 1) if place not in card.preferred)
    index = next(free, 0) if fields[0] is None else number(fields[0], range(1, PREFERRED_SIZE + 1))
    if not index:
        raise CmeRefusal(Cme.MEMORY_FULL)
    gsm, compact, utran, eutran = (number(field, range(2), default=0) for field in fields[3:])
    acts = (gsm, compact, utran, eutran)
    card.preferred[index] = Preferred(plmn, acts) if any(acts) else Preferred(plmn)
    return ()


def _read_cpol(state: State, _text: str) -> Reply:
    card = state.need_card()
    if value_of(state, "+CPLS", (0,)) != (0,):
        return ()
    return [
        f'+CPOL: {index},{_NUMERIC},"{entry.plmn}",{",".join(map(str, entry.acts))}'
        for index, entry in sorted(card.preferred.items())
    ]


# ---- signal


# +CSQ: <rssi>,<ber>, 99 unknown (27.007 8.5)
def _csq(state: State, _text: str) -> Reply:
    return [f"+CSQ: {state.rssi},99"]


# +CESQ: <rxlev>,<ber>,<rscp>,<ecno>,<rsrq>,<rsrp>, of the access technology in use (27.007 8.69)
def _cesq(state: State, _text: str) -> Reply:
    rssi = state.rssi
    if rssi == 99:
        return ["+CESQ: 99,99,255,255,255,255"]
    if state.subscriber.act is Act.GSM:  # both in dBm: -113 + 2 rssi, -111 + rxlev
        return [f"+CESQ: {max(0, 2 * rssi - 2)},99,255,255,255,255"]
    if state.subscriber.act is Act.UTRAN:
        return [f"+CESQ: 99,99,{2 * rssi},30,255,255"]
    return [f"+CESQ: 99,99,255,255,20,{2 * rssi}"]


def _test_cesq(state: State, _text: str) -> Reply:
    capable = state.subscriber.capable
    gsm = "(0-63,99),(0-7,99)" if Act.GSM in capable else "(99),(99)"
    utran = "(0-96,255),(0-49,255)" if Act.UTRAN in capable else "(255),(255)"
    eutran = "(0-34,255),(0-97,255)" if Act.EUTRAN in capable else "(255),(255)"
    return [f"+CESQ: {gsm},{utran},{eutran}"]


NETWORK: Table = {
    "+CREG": _registration("+CREG"),
    "+CGREG": _registration("+CGREG"),
    "+CEREG": _registration("+CEREG"),
    "+COPS": Entry(set=_set_cops, read=_read_cops, test=_scan),
    "+CGATT": Entry(set=_set_cgatt, read=_read_cgatt, test=says("+CGATT: (0,1)")),
    "+WS46": Entry(set=_set_ws46, read=_read_ws46, test=_test_ws46),
    "+CPLS": option("+CPLS", "(0-2)", (0,)),  # 7.20: 0 the user's list, 1 the issuer's, 2 home
    "+CPOL": Entry(
        set=_set_cpol, read=_read_cpol, test=says(f"+CPOL: (1-{PREFERRED_SIZE}),({_NUMERIC})")
    ),
    "+CEMODE": option("+CEMODE", "(0-3)", (0,)),  # 10.1.28: 0 packet service alone, and no voice
    "+CSQ": Entry(run=_csq, test=says("+CSQ: (0-31,99),(0-7,99)")),
    "+CESQ": Entry(
        run=_cesq,
        test=_test_cesq,
    ),
}
