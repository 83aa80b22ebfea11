"""Commands of packet contexts and their logins (3GPP TS 27.007 10.1; +QICSGP of Quectel)."""

from __future__ import annotations

from modem.at.parameters import split
from modem.profiles import AuthCommand, AuthOrder
from modem.simulator.answers import Cme, CmeRefusal, Reply, number
from modem.simulator.cellular import (
    ADDRESSES,
    Act,
    Bearer,
    Cause,
    ContextRefused,
    Login,
    PdpContext,
)
from modem.simulator.services.table import Entry, Table, says
from modem.simulator.state import Auth, State

_CIDS = range(1, 17)
_TYPES = ("IP", "IPV6", "IPV4V6")
_MAX_APN = 100  # 3GPP TS 23.003 9.1
_MAX_LOGIN = 127  # Quectel's limit; CGAUTH has none in the standard
_DNS = ("10.64.0.53", "10.64.0.54")

_CODES = {
    Cause.UNKNOWN_APN: Cme.UNKNOWN_APN,
    Cause.UNKNOWN_PDP_TYPE: Cme.UNKNOWN_PDP_TYPE,
    Cause.AUTHENTICATION_FAILED: Cme.PDP_AUTHENTICATION_FAILURE,
}


def _fields(text: str, count: int) -> list[str | None]:
    fields = split(text)
    return fields + [None] * (count - len(fields))


def _text(field: str | None, longest: int) -> str:
    """A string parameter; absent is empty."""
    text = field or ""
    if len(text) > longest or not text.isascii():
        raise CmeRefusal(Cme.INCORRECT_PARAMETERS)
    return text


def _address(state: State, cid: int) -> str:
    bearer = state.subscriber.bearers.get(cid)
    return str(bearer.address) if bearer else "0.0.0.0"  # noqa: S104 -- "no address", in an answer


# +CGDCONT=<cid>[,<PDP_type>[,<APN>[,...]]]: <cid> alone undefines it (27.007 10.1.1). While the
# context is active the network's bearer stays as it is: the next activation takes the new values.
def _set_cgdcont(state: State, text: str) -> Reply:
    fields = _fields(text, 3)
    cid = number(fields[0], _CIDS)
    if len(split(text)) == 1:
        state.contexts.pop(cid, None)
        return ()
    pdp_type = (fields[1] or _TYPES[0]).upper()
    if pdp_type not in _TYPES:
        raise CmeRefusal(Cme.INCORRECT_PARAMETERS)
    state.contexts[cid] = PdpContext(pdp_type, _text(fields[2], _MAX_APN))
    return ()


def _read_cgdcont(state: State, _text: str) -> Reply:
    return [
        f'+CGDCONT: {cid},"{context.pdp_type}","{context.apn}","{_address(state, cid)}",0,0,0,0'
        for cid, context in sorted(state.contexts.items())
    ]


# +CGACT=[<state>[,<cid>[,<cid>...]]]: without <cid> all that are defined (27.007 10.1.10)
def _set_cgact(state: State, text: str) -> Reply:
    fields = _fields(text, 1)
    wanted = number(fields[0], range(2))
    cids = [number(field, _CIDS) for field in fields[1:]] or sorted(state.contexts)
    for cid in cids:
        if wanted:
            _activate(state, cid)
        else:
            _deactivate(state, cid)
    return ()


def _activate(state: State, cid: int) -> None:
    if cid not in state.contexts:
        raise CmeRefusal(Cme.INCORRECT_PARAMETERS)
    if cid in state.subscriber.bearers:
        return
    if not state.subscriber.registered:
        raise CmeRefusal(Cme.NO_NETWORK_SERVICE)
    try:
        state.subscriber.activate(cid, state.context(cid))
    except ContextRefused as refused:
        raise CmeRefusal(_CODES[refused.cause]) from refused


def _deactivate(state: State, cid: int) -> None:
    """On LTE the last bearer can't be given back, only the registration (24.301 6.4.4.2)."""
    bearers = state.subscriber.bearers
    if state.subscriber.act is Act.EUTRAN and list(bearers) == [cid]:
        raise CmeRefusal(Cme.NOT_ALLOWED)
    state.subscriber.deactivate(cid)


def _read_cgact(state: State, _text: str) -> Reply:
    bearers = state.subscriber.bearers
    return [f"+CGACT: {cid},{int(cid in bearers)}" for cid in sorted({*state.contexts, *bearers})]


# +CGPADDR[=<cid>[,<cid>...]] (27.007 10.1.14)
def _addresses(state: State, text: str) -> Reply:
    cids = [number(field, _CIDS) for field in split(text)] or sorted(state.contexts)
    return [f'+CGPADDR: {cid},"{_address(state, cid)}"' for cid in cids if cid in state.contexts]


# +CGCONTRDP[=<cid>]: what the network granted; nothing for what isn't active (27.007 10.1.23)
def _granted(state: State, text: str) -> Reply:
    bearers = state.subscriber.bearers
    cids = [number(field, _CIDS) for field in split(text)] or sorted(bearers)
    return [_granted_line(cid, bearers[cid]) for cid in cids if cid in bearers]


def _granted_line(cid: int, bearer: Bearer) -> str:
    address = f"{bearer.address}.{ADDRESSES.netmask}"
    first, second = _DNS
    return (
        f'+CGCONTRDP: {cid},{4 + cid},"{bearer.full_apn}","{address}",'
        f'"{ADDRESSES[1]}","{first}","{second}"'
    )


# +CGAUTH=<cid>[,<auth_prot>[,<userid>[,<password>]]] (27.007 10.1.31); the profile says whether
# this family has the two words the other way round. <auth_prot> 0 alone clears them.
def _set_cgauth(state: State, text: str) -> Reply:
    fields = _fields(text, 4)
    cid = number(fields[0], _CIDS)
    kind = number(fields[1], range(4), default=0)
    user, password = _text(fields[2], _MAX_LOGIN), _text(fields[3], _MAX_LOGIN)
    if state.profile.driver.auth_order is AuthOrder.PASSWORD_FIRST:
        user, password = password, user
    state.auth[cid] = Auth(kind, Login(user, password))
    return ()


def _read_cgauth(state: State, _text: str) -> Reply:
    lines = []
    for cid in sorted(state.contexts):
        auth = state.auth.get(cid, Auth())
        words = [auth.login.user]
        if state.profile.simulator.auth_read_back:
            words.append(auth.login.password)
        if state.profile.driver.auth_order is AuthOrder.PASSWORD_FIRST:
            words.reverse()
        shown = "".join(f',"{word}"' for word in words) if auth.login.user else ""
        lines.append(f"+CGAUTH: {cid},{auth.kind}{shown}")
    return lines


# +QICSGP=<cid>[,<type>,"<apn>"[,"<user>","<password>"[,<auth>]]]: one table with +CGDCONT; what a
# write leaves out is blank afterwards, and <cid> alone reads (EC20 and EC200U, measured)
def _qicsgp(state: State, text: str) -> Reply:
    fields = _fields(text, 6)
    cid = number(fields[0], _CIDS)
    if len(split(text)) == 1:
        return [_qicsgp_line(state, cid)]
    pdp_type = _TYPES[number(fields[1], range(1, 4)) - 1]
    login = Login(_text(fields[3], _MAX_LOGIN), _text(fields[4], _MAX_LOGIN))
    kind = number(fields[5], range(4), default=0)
    state.contexts[cid] = PdpContext(pdp_type, _text(fields[2], _MAX_APN))
    state.auth[cid] = Auth(kind, login)
    return ()


def _qicsgp_line(state: State, cid: int) -> str:
    context = state.contexts.get(cid)
    auth = state.auth.get(cid, Auth())
    pdp_type = 0 if context is None else _TYPES.index(context.pdp_type) + 1
    apn = "" if context is None else context.apn
    login = auth.login
    return f'+QICSGP: {pdp_type},"{apn}","{login.user}","{login.password}",{auth.kind}'


CONTEXT: Table = {
    "+CGDCONT": Entry(
        set=_set_cgdcont,
        read=_read_cgdcont,
        test=says(*(f'+CGDCONT: (1-16),"{name}",,,(0-2),(0-4)' for name in _TYPES)),
    ),
    "+CGACT": Entry(set=_set_cgact, read=_read_cgact, test=says("+CGACT: (0,1)")),
    "+CGPADDR": Entry(run=_addresses, set=_addresses),
    "+CGCONTRDP": Entry(run=_granted, set=_granted),
}

# The command that a family has for the login, and no other (an EC20 answers ERROR to +CGAUTH).
AUTH: dict[AuthCommand, Table] = {
    AuthCommand.CGAUTH: {
        "+CGAUTH": Entry(
            set=_set_cgauth,
            read=_read_cgauth,
            test=says(f"+CGAUTH: (1-16),(0-3),({_MAX_LOGIN}),({_MAX_LOGIN})"),
        )
    },
    AuthCommand.QICSGP: {
        "+QICSGP": Entry(
            set=_qicsgp,
            test=says("+QICSGP: (1-16),(1-3),<APN>,<username>,<password>,(0-3)"),
        )
    },
}
