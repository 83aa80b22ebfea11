"""Packet contexts and their logins (3GPP TS 27.007 10.1)."""

from __future__ import annotations

from ipaddress import IPv4Address

from modem.at.parameters import split
from modem.profiles import AuthOrder
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
from modem.simulator.services.table import Entry, Table, fields_of, option, says
from modem.simulator.state import Auth, State

CIDS = range(1, 17)
_TYPES = ("IP", "IPV6", "IPV4V6")
_MAX_APN = 100  # 3GPP TS 23.003 9.1
_MAX_LOGIN = 127  # Quectel's limit; CGAUTH has none in the standard
_DNS = ("10.64.0.53", "10.64.0.54")
# <d_comp>, <h_comp>, <IPv4AddrAlloc>, <request_type> of +CGDCONT, and how many the read form shows
_FIELDS = (range(3), range(5), range(2), range(3))
_NO_FIELDS = (0,) * len(_FIELDS)

_CODES = {
    Cause.UNKNOWN_APN: Cme.UNKNOWN_APN,
    Cause.UNKNOWN_PDP_TYPE: Cme.UNKNOWN_PDP_TYPE,
    Cause.AUTHENTICATION_FAILED: Cme.PDP_AUTHENTICATION_FAILURE,
}


def _text(field: str | None, longest: int) -> str:
    """A string parameter; absent is empty."""
    text = field or ""
    if len(text) > longest or not text.isascii():
        raise CmeRefusal(Cme.INCORRECT_PARAMETERS)
    return text


def _address(state: State, cid: int) -> str:
    bearer = state.subscriber.bearers.get(cid)
    return str(bearer.address) if bearer else "0.0.0.0"  # noqa: S104 -- "no address", in an answer


# ---- definitions


# +CGDCONT=<cid>[,<PDP_type>[,<APN>[,<PDP_addr>[,<d_comp>[,<h_comp>[,<IPv4AddrAlloc>[,
# <request_type>]]]]]]]: <cid> alone undefines it (27.007 10.1.1). While the context is active the
# network's bearer stays as it is: the next activation takes the new values. The network gives
# addresses away itself, whatever <PDP_addr> wishes.
def _set_cgdcont(state: State, text: str) -> Reply:
    fields = fields_of(text, 4 + len(_FIELDS))
    cid = number(fields[0], CIDS)
    if len(split(text)) == 1:
        state.contexts.pop(cid, None)
        state.context_fields.pop(cid, None)
        return ()
    pdp_type = (fields[1] or _TYPES[0]).upper()
    if pdp_type not in _TYPES:
        raise CmeRefusal(Cme.INCORRECT_PARAMETERS)
    apn = _text(fields[2], _MAX_APN)
    _check_address(fields[3])
    rest = zip(fields[4:], _FIELDS, strict=True)
    values = tuple(number(field, allowed, default=0) for field, allowed in rest)
    state.contexts[cid] = PdpContext(pdp_type, apn)
    state.context_fields[cid] = values
    return ()


def _check_address(field: str | None) -> None:
    if field:
        try:
            IPv4Address(field)
        except ValueError as error:
            raise CmeRefusal(Cme.INCORRECT_PARAMETERS) from error


def _read_cgdcont(state: State, _text: str) -> Reply:
    lines = []
    for cid, context in sorted(state.contexts.items()):
        rest = ",".join(map(str, state.context_fields.get(cid, _NO_FIELDS)))
        address = _address(state, cid)
        lines.append(f'+CGDCONT: {cid},"{context.pdp_type}","{context.apn}","{address}",{rest}')
    return lines


# ---- activation


# +CGACT=[<state>[,<cid>[,<cid>...]]]: without <cid> all that are defined (27.007 10.1.10)
def _set_cgact(state: State, text: str) -> Reply:
    fields = split(text)
    wanted = number(fields[0] if fields else None, range(2))
    cids = [number(field, CIDS) for field in fields[1:]] or sorted(state.contexts)
    for cid in cids:
        if wanted:
            activate(state, cid)
        else:
            _deactivate(state, cid)
    return ()


def activate(state: State, cid: int) -> None:
    """Have a context, unless it is there; raises CmeRefusal with the network's cause."""
    if cid not in state.contexts:
        raise CmeRefusal(Cme.INCORRECT_PARAMETERS)
    if cid in state.subscriber.bearers:
        return
    if not state.subscriber.attached:
        raise CmeRefusal(Cme.NO_NETWORK_SERVICE)
    try:
        state.subscriber.activate(cid, state.context(cid))
    except ContextRefused as refused:
        raise CmeRefusal(_CODES[refused.cause]) from refused


def is_last_bearer(state: State, cid: int) -> bool:
    """On LTE the last bearer can't be given back, only the registration (24.301 6.4.4.2)."""
    subscriber = state.subscriber
    return subscriber.act is Act.EUTRAN and list(subscriber.bearers) == [cid]


def _deactivate(state: State, cid: int) -> None:
    if is_last_bearer(state, cid):
        raise CmeRefusal(Cme.NOT_ALLOWED)
    state.subscriber.deactivate(cid)
    state.check_carrier()


def _read_cgact(state: State, _text: str) -> Reply:
    bearers = state.subscriber.bearers
    return [f"+CGACT: {cid},{int(cid in bearers)}" for cid in sorted({*state.contexts, *bearers})]


# +CGPADDR[=<cid>[,<cid>...]] (27.007 10.1.14)
def _addresses(state: State, text: str) -> Reply:
    cids = [number(field, CIDS) for field in split(text)] or sorted(state.contexts)
    return [f'+CGPADDR: {cid},"{_address(state, cid)}"' for cid in cids if cid in state.contexts]


def _test_cgpaddr(state: State, _text: str) -> Reply:
    return [f"+CGPADDR: ({','.join(map(str, sorted(state.contexts)))})"]


# +CGCONTRDP[=<cid>]: what the network granted; nothing for what isn't active (27.007 10.1.23)
def _granted(state: State, text: str) -> Reply:
    bearers = state.subscriber.bearers
    cids = [number(field, CIDS) for field in split(text)] or sorted(bearers)
    return [_granted_line(cid, bearers[cid]) for cid in cids if cid in bearers]


def _granted_line(cid: int, bearer: Bearer) -> str:
    address = f"{bearer.address}.{ADDRESSES.netmask}"
    first, second = _DNS
    return (
        f'+CGCONTRDP: {cid},{4 + cid},"{bearer.full_apn}","{address}",'
        f'"{ADDRESSES[1]}","{first}","{second}"'
    )


def _test_cgcontrdp(state: State, _text: str) -> Reply:
    return [f"+CGCONTRDP: ({','.join(map(str, sorted(state.subscriber.bearers)))})"]


# ---- logins


# +CGAUTH=<cid>[,<auth_prot>[,<userid>[,<password>]]] (27.007 10.1.31); the profile says whether
# this family has the two words the other way round. <auth_prot> 0 alone clears them.
def _set_cgauth(state: State, text: str) -> Reply:
    fields = fields_of(text, 4)
    cid = number(fields[0], CIDS)
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


CONTEXT: Table = {
    "+CGDCONT": Entry(
        set=_set_cgdcont,
        read=_read_cgdcont,
        test=says(*(f'+CGDCONT: (1-16),"{name}",,,(0-2),(0-4),(0,1),(0-2)' for name in _TYPES)),
    ),
    "+CGACT": Entry(set=_set_cgact, read=_read_cgact, test=says("+CGACT: (0,1)")),
    "+CGPADDR": Entry(run=_addresses, set=_addresses, test=_test_cgpaddr),
    "+CGCONTRDP": Entry(run=_granted, set=_granted, test=_test_cgcontrdp),
    "+CGAUTH": Entry(
        set=_set_cgauth,
        read=_read_cgauth,
        test=says(f"+CGAUTH: (1-16),(0-3),({_MAX_LOGIN}),({_MAX_LOGIN})"),
    ),
    # 10.1.19: 0 nothing is said (nor kept, here), 1 and 2 +CGEV is; <bfr> has nothing to do
    "+CGEREP": option("+CGEREP", "(0-2),(0,1)", (0, 0)),
    "+CGSMS": option("+CGSMS", "(0-3)", (1,)),  # 10.1.21: SMS by packet or circuit service
    "+CGCLASS": Entry(read=says('+CGCLASS: "A"'), test=says('+CGCLASS: ("A")')),  # 10.1.11
}
