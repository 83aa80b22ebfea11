"""Calls: data connections by ATD and +CGDATA, and voice calls, which a data card has none of.

3GPP TS 27.007 6, 7, 10.2; ITU-T V.250 6.3.
"""

from __future__ import annotations

from modem.at.parameters import split
from modem.simulator.answers import Cme, CmeRefusal, Online, PlainRefusal, Reply, number
from modem.simulator.services.context import CIDS, activate, is_last_bearer
from modem.simulator.services.line import connected
from modem.simulator.services.table import Entry, Table, fields_of, option, says
from modem.simulator.services.ussd import request
from modem.simulator.state import State

_PPP = "PPP"
_FIRST_CID = 1  # where the host names none
_GPRS_CODES = ("99", "98")  # 98 is IP without PPP, and older; both are seen (27.007 10.2.1.1)
_LAYER_2 = ("", "1", _PPP)


# D<dial string>: *99[*[<called address>][*[<L2P>][*[<cid>]]]]# is a data connection (27.007
# 10.2.1.1), *<code># a request to the network; a voice call (`;`) or one with circuit switched data
# ends in NO CARRIER, as on a subscription without them
def _dial(state: State, text: str) -> Reply:
    digits = "".join(text.upper().split()).lstrip("TP")
    body = digits.removesuffix("#")
    head, *rest = body.removeprefix("*").split("*")
    if digits.startswith("*") and digits != body and head in _GPRS_CODES:
        _called, layer_2, cid = [*rest, "", "", ""][:3]
        if len(rest) > 3 or layer_2 not in _LAYER_2:
            raise PlainRefusal
        return _connect(state, _cid(cid))
    if digits.rstrip(";").startswith(("*", "#")) and digits.rstrip(";").endswith("#"):
        return request(state, digits.rstrip(";"))
    raise PlainRefusal("NO CARRIER")


def _cid(text: str) -> int:
    try:
        return number(text or None, CIDS, default=_FIRST_CID)
    except CmeRefusal as error:
        raise PlainRefusal from error


def _connect(state: State, cid: int) -> Online:
    """Activate, and go over to data; what the network refuses ends in NO CARRIER."""
    try:
        return _online(state, cid)
    except CmeRefusal as refusal:
        raise PlainRefusal("NO CARRIER") from refusal


def _online(state: State, cid: int) -> Online:
    state.need_card()
    if state.call is not None:
        raise CmeRefusal(Cme.NOT_ALLOWED)
    activate(state, cid)
    state.call_cid = cid

    def over() -> None:
        if not is_last_bearer(state, cid):
            state.subscriber.deactivate(cid)

    return Online(over, connected(state))


# +CGDATA=[<L2P>[,<cid>]]: as ATD*99#, and the refusal has its code (27.007 10.1.12)
def _data(state: State, text: str) -> Reply:
    layer_2, cid = fields_of(text, 2)
    if (layer_2 or _PPP).upper() != _PPP:
        raise CmeRefusal(Cme.INCORRECT_PARAMETERS)
    return _online(state, number(cid, CIDS, default=_FIRST_CID))


# +CHUP: hang up (6.5). Data go on: there is no voice call to end
def _hang_up(_state: State, _text: str) -> Reply:
    return ()


# +CLCC: the calls there are, <id>,<dir>,<stat>,<mode>,<mpty> (7.18)
def _calls(state: State, _text: str) -> Reply:
    return ["+CLCC: 1,0,0,1,0"] if state.call else ()


# +CCWA=[<n>[,<mode>[,<class>]]]: <n> says whether a waiting call is told; the network's own setting
# is that of a voice service, which isn't subscribed: 0 when asked, and refused to be set (7.12)
def _waiting(state: State, text: str) -> Reply:
    shown, mode, classes = fields_of(text, 3)
    state.settings.options["+CCWA"] = (number(shown, range(2), default=0),)
    if mode is None:
        return ()
    if number(mode, range(3)) != 2:
        raise CmeRefusal(Cme.NOT_SUPPORTED)
    return [f"+CCWA: 0,{number(classes, range(1, 256), default=7)}"]


def _read_waiting(state: State, _text: str) -> Reply:
    return [f"+CCWA: {state.settings.options.get('+CCWA', (0,))[0]}"]


def _supplementary(name: str, default: int, highest: int, status: int) -> Entry:
    """+CLIP and its like: <n> is the host's, the <m> behind it the network's (7.6 to 7.8)."""
    entry = option(name, f"(0-{highest})", (default,))

    def read(state: State, _text: str) -> Reply:
        return [f"{name}: {state.settings.options.get(name, (default,))[0]},{status}"]

    return Entry(set=entry.set, read=read, test=entry.test)


# +CEER: why the last call ended (6.10)
def _why(_state: State, _text: str) -> Reply:
    return ["+CEER: No cause information available"]


# +CSTA=[<type>]: the type of number for dialling (6.1)
def _number_type(state: State, text: str) -> Reply:
    kind = number((split(text) or [None])[0], range(256), default=129)
    if kind not in (129, 145):
        raise CmeRefusal(Cme.INCORRECT_PARAMETERS)
    state.settings.options["+CSTA"] = (kind,)
    return ()


DATA: Table = {
    "D": Entry(run=_dial),
    "+CGDATA": Entry(set=_data, test=says(f'+CGDATA: ("{_PPP}")')),
    "+CHUP": Entry(run=_hang_up),
    "+CLCC": Entry(run=_calls),
    "+CLIP": _supplementary("+CLIP", 0, 1, 0),
    "+CLIR": _supplementary("+CLIR", 0, 2, 0),
    "+COLP": _supplementary("+COLP", 0, 1, 0),
    "+CCWA": Entry(set=_waiting, read=_read_waiting, test=says("+CCWA: (0,1)")),
    "+CRC": option("+CRC", "(0,1)", (0,)),  # 6.11
    "+CR": option("+CR", "(0,1)", (0,)),  # 6.9
    "+CSSN": option("+CSSN", "(0,1),(0,1)", (0, 0)),  # 7.17
    "+CVHU": option("+CVHU", "(0-2)", (0,)),  # 6.20
    "+CEER": Entry(run=_why),
    "+CSTA": Entry(
        set=_number_type,
        read=lambda state, _text: [f"+CSTA: {state.settings.options.get('+CSTA', (129,))[0]}"],
        test=says("+CSTA: (129,145)"),
    ),
}
