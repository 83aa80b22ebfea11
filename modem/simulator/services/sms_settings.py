"""Settings of the short message service (3GPP TS 27.005 3.2, 3.3): formats, memories, text mode."""

from __future__ import annotations

from dataclasses import replace

from modem.at.parameters import split
from modem.simulator import charset
from modem.simulator.answers import Cms, CmsRefusal, Reply
from modem.simulator.services.sms_parameters import need_card, parameter, string, wrong
from modem.simulator.services.table import Entry, Table, says
from modem.simulator.state import SavedParameters, State
from modem.simulator.textmode import validity_string
from modem.simulator.typedtext import Parameters, Unwritable, parse_address, time_octets
from modem.sms import ValidityFormat

_PROFILES = range(4)  # of +CSAS
INTERNATIONAL_TOA, UNKNOWN_TOA = 145, 129  # <tosca> (3GPP TS 23.040 9.1.2.5)
_SUBMIT = 0x01  # TP-MTI of <fo>
_ENHANCED_OCTETS = 7


# +CSMS=<service>: 0 phase 2, 1 phase 2+ with +CNMA (27.005 3.2.1)
def _set_csms(state: State, text: str) -> Reply:
    fields = split(text)
    if fields not in (["0"], ["1"]):
        raise CmsRefusal(Cms.NOT_SUPPORTED)
    state.settings.csms = int(fields[0] or 0)
    return ["+CSMS: 1,1,1"]


def _read_csms(state: State, _text: str) -> Reply:
    return [f"+CSMS: {state.settings.csms},1,1,1"]


# +CMGF=[<mode>]: 0 PDU, 1 text, if the modem has it (27.005 3.2.3)
def _set_cmgf(state: State, text: str) -> Reply:
    fields = split(text)
    formats = {str(form): form for form in state.profile.simulator.message_formats}
    wanted = (fields or [None])[0] or "0"
    if len(fields) > 1 or wanted not in formats:
        raise CmsRefusal(Cms.NOT_SUPPORTED)
    state.settings.cmgf = formats[wanted]
    return ()


def _read_cmgf(state: State, _text: str) -> Reply:
    return [f"+CMGF: {state.settings.cmgf}"]


def _test_cmgf(state: State, _text: str) -> Reply:
    return [f"+CMGF: ({','.join(map(str, state.profile.simulator.message_formats))})"]


# +CPMS=<mem1>[,<mem2>[,<mem3>]] (27.005 3.2.2)
def _set_cpms(state: State, text: str) -> Reply:
    need_card(state)
    fields = split(text)
    offered = state.profile.simulator.memories
    if not fields or len(fields) > len(offered):
        raise wrong(state)
    chosen = list(state.settings.memories)
    for place, name in enumerate(fields):
        if name is None:
            continue
        if name.upper() not in offered[place]:
            raise CmsRefusal(Cms.NOT_SUPPORTED)
        chosen[place] = name.upper()
    state.settings.memories = chosen
    state.subscriber.offer()
    return [_counts(state, named=False)]


def _read_cpms(state: State, _text: str) -> Reply:
    need_card(state)
    return [_counts(state, named=True)]


def _counts(state: State, *, named: bool) -> str:
    """Slots filled and slots in all of the three memories."""
    parts = []
    for name in state.settings.memories:
        memory = state.memories[name]
        shown = f'"{name}",' if named else ""
        parts.append(f"{shown}{memory.used},{memory.size}")
    return f"+CPMS: {','.join(parts)}"


def _test_cpms(state: State, _text: str) -> Reply:
    lists = []
    for names in state.profile.simulator.memories:
        quoted = ",".join(f'"{name}"' for name in names)
        lists.append(f"({quoted})")
    return [f"+CPMS: {','.join(lists)}"]


# +CSCA=<sca>[,<tosca>]: the SMS centre's number, kept on the card (27.005 3.3.1)
def _set_csca(state: State, text: str) -> Reply:
    fields = [*split(text), None]
    if fields[0] is None or len(fields) > 3:
        raise wrong(state)
    sca = string(state, fields[0])
    default = INTERNATIONAL_TOA if sca.startswith("+") else UNKNOWN_TOA
    toa = parameter(state, fields[1], range(128, 256), default=default)
    card = need_card(state)
    if not sca:
        card.smsc = ""
        return ()
    try:
        centre = parse_address(sca, toa)
    except Unwritable as error:
        raise wrong(state) from error
    if not centre.value.isdigit():
        raise wrong(state)
    card.smsc = centre.number
    return ()


def _read_csca(state: State, _text: str) -> Reply:
    sca = need_card(state).smsc or ""
    shown = charset.show(sca, state.settings.charset)
    return [f'+CSCA: "{shown}",{INTERNATIONAL_TOA if sca.startswith("+") else UNKNOWN_TOA}']


# +CSMP=[<fo>[,<vp>[,<pid>[,<dcs>]]]]: what is absent stays (27.005 3.3.2). <fo> is a SUBMIT's; its
# validity format has to be that of the <vp> that holds.
def _set_csmp(state: State, text: str) -> Reply:
    fields = split(text)
    if len(fields) > 4:
        raise wrong(state)
    fo_field, vp_field, pid_field, dcs_field = fields + [None] * (4 - len(fields))
    now = state.settings.parameters
    fo = parameter(state, fo_field, range(256), default=now.fo)
    pid = parameter(state, pid_field, range(256), default=now.pid)
    dcs = parameter(state, dcs_field, range(256), default=now.dcs)
    form = ValidityFormat(fo >> 3 & 3)
    wanted = replace(now, fo=fo, pid=pid, dcs=dcs)
    if vp_field is not None:
        vp_format = form or ValidityFormat.RELATIVE  # without a format it is kept for later
        wanted = replace(wanted, vp_format=vp_format, vp=_validity(state, vp_format, vp_field))
    if fo & 3 != _SUBMIT or form not in (ValidityFormat.ABSENT, wanted.vp_format):
        raise wrong(state)
    state.settings.parameters = wanted
    return ()


def _validity(state: State, form: ValidityFormat, field: str) -> bytes:
    """<vp>: a number, a time string, or seven octets in hex."""
    if form is ValidityFormat.RELATIVE:
        return bytes((parameter(state, field, range(256)),))
    if form is ValidityFormat.ABSOLUTE:
        try:
            return time_octets(field)
        except Unwritable as error:
            raise wrong(state) from error
    octets = charset.hex_octets(field)
    if octets is None or len(octets) != _ENHANCED_OCTETS:
        raise wrong(state)
    return octets


def _read_csmp(state: State, _text: str) -> Reply:
    now: Parameters = state.settings.parameters
    return [f"+CSMP: {now.fo},{validity_string(now.vp_format, now.vp)},{now.pid},{now.dcs}"]


# +CSDH=[<show>]: the values in brackets of text mode's answers (27.005 3.3.3)
def _set_csdh(state: State, text: str) -> Reply:
    state.settings.csdh = parameter(state, text or None, range(2), default=0)
    return ()


def _read_csdh(state: State, _text: str) -> Reply:
    return [f"+CSDH: {state.settings.csdh}"]


# +CSCB=[<mode>[,<mids>[,<dcss>]]]: which cell broadcasts are taken (27.005 3.3.4); the network
# sends none
def _set_cscb(state: State, text: str) -> Reply:
    fields = split(text)
    if len(fields) > 3:
        raise wrong(state)
    mode, mids, dcss = fields + [None] * (3 - len(fields))
    state.settings.cscb = (
        parameter(state, mode, range(2), default=0),
        _ranges(state, mids or "", 0xFFFF),
        _ranges(state, dcss or "", 0xFF),
    )
    return ()


def _ranges(state: State, text: str, highest: int) -> str:
    """A list like "0,1,5,320-478", as it was given."""
    for piece in text.split(",") if text else ():
        first, _, last = piece.partition("-")
        low = parameter(state, first, range(highest + 1))
        parameter(state, last or first, range(low, highest + 1))
    return text


def _read_cscb(state: State, _text: str) -> Reply:
    mode, mids, dcss = state.settings.cscb
    return [f'+CSCB: {mode},"{mids}","{dcss}"']


# +CSAS[=<profile>]: save +CSCA, +CSMP and +CSCB for good (27.005 3.3.5)
def _save(state: State, text: str) -> Reply:
    number = parameter(state, text or None, _PROFILES, default=0)
    now = state.settings
    state.saved_parameters[number] = SavedParameters(
        need_card(state).smsc, now.parameters, now.cscb
    )
    return ()


# +CRES[=<profile>]: have them as they were saved; if they never were, as the maker set them
def _restore(state: State, text: str) -> Reply:
    number = parameter(state, text or None, _PROFILES, default=0)
    card = need_card(state)
    factory = state.factory
    unsaved = SavedParameters(card.smsc, factory.parameters, factory.cscb)
    saved = state.saved_parameters.get(number, unsaved)
    card.smsc = saved.smsc
    state.settings.parameters, state.settings.cscb = saved.parameters, saved.cscb
    return ()


SMS_SETTINGS: Table = {
    "+CSMS": Entry(set=_set_csms, read=_read_csms, test=says("+CSMS: (0,1)")),
    "+CMGF": Entry(set=_set_cmgf, read=_read_cmgf, test=_test_cmgf),
    "+CPMS": Entry(set=_set_cpms, read=_read_cpms, test=_test_cpms),
    "+CSCA": Entry(set=_set_csca, read=_read_csca),
    "+CSMP": Entry(set=_set_csmp, read=_read_csmp),
    "+CSDH": Entry(run=_set_csdh, set=_set_csdh, read=_read_csdh, test=says("+CSDH: (0,1)")),
    "+CSCB": Entry(set=_set_cscb, read=_read_cscb, test=says("+CSCB: (0,1)")),
    "+CSAS": Entry(run=_save, set=_save, test=says("+CSAS: (0-3)")),
    "+CRES": Entry(run=_restore, set=_restore, test=says("+CRES: (0-3)")),
}
