"""New messages and the host: what is told, and how they are acknowledged (3GPP TS 27.005 3.4)."""

from __future__ import annotations

from modem.at.parameters import parse_ranges, split
from modem.simulator.answers import Cms, CmsRefusal, Prompt, Reply
from modem.simulator.charset import hex_octets
from modem.simulator.reception import Cnmi
from modem.simulator.services.sms_parameters import parameter, wrong
from modem.simulator.services.table import Entry, Table
from modem.simulator.state import State
from modem.sms import DeliverReport, PduError, decode_pdu

_ACK, _REFUSED = 1, 2  # <n> of +CNMA
_REPORT_OCTETS = range(1, 165)


# +CNMI=[<mode>[,<mt>[,<bm>[,<ds>[,<bfr>]]]]]: what is absent stays (27.005 3.4.1)
def _set_cnmi(state: State, text: str) -> Reply:
    fields = split(text)
    ranges = parse_ranges(state.profile.simulator.cnmi_test)
    now = state.settings.cnmi
    values = [now.mode, now.mt, now.bm, now.ds, now.bfr]
    if len(fields) > len(values):
        raise wrong(state)
    for place, field in enumerate(fields):
        if field is None:
            continue
        values[place] = parameter(state, field, range(10))
        if place >= len(ranges) or values[place] not in ranges[place]:
            raise CmsRefusal(Cms.NOT_SUPPORTED)
    state.reception.set_cnmi(Cnmi(*values))
    return ()


def _read_cnmi(state: State, _text: str) -> Reply:
    cnmi = state.settings.cnmi
    return [f"+CNMI: {cnmi.mode},{cnmi.mt},{cnmi.bm},{cnmi.ds},{cnmi.bfr}"]


def _test_cnmi(state: State, _text: str) -> Reply:
    return [f"+CNMI: {state.profile.simulator.cnmi_test}"]


# +CNMA in text mode, in PDU mode +CNMA[=<n>[,<length>[<CR>PDU is given<ctrl-Z>]]]: 0 and 1 accept,
# 2 refuses; the PDU is a DELIVER-REPORT that says the same (27.005 3.4.4, 4.7)
def _acknowledge(state: State, text: str) -> Reply:
    fields = split(text)
    if len(fields) > 2 or (fields and state.settings.cmgf):
        raise wrong(state)
    n_field, length_field = fields + [None] * (2 - len(fields))
    n = parameter(state, n_field, range(3), default=0)
    if length_field is None:
        state.reception.acknowledge(n != _REFUSED)
        return ()
    length = parameter(state, length_field, _REPORT_OCTETS)
    if n not in (_ACK, _REFUSED):
        raise wrong(state)
    state.reception.need_expected()

    def answer(payload: bytes) -> tuple[str, ...]:
        report = _report(payload, length)
        if report is None or (report.failure is None) != (n == _ACK):
            raise CmsRefusal(Cms.INVALID_PDU_PARAMETER)
        state.reception.acknowledge(n == _ACK)
        return ()

    return Prompt(answer)


def _report(payload: bytes, length: int) -> DeliverReport | None:
    """The flawless DELIVER-REPORT of so many octets, behind an SMSC (4.7) or bare (<ackpdu>)."""
    octets = hex_octets("".join(payload.decode("latin-1").split()))
    if octets is None:
        return None
    with_smsc = len(octets) != length
    if with_smsc and (not octets or len(octets) != 1 + octets[0] + length):
        return None
    try:
        report = decode_pdu(octets, from_device=True, has_smsc=with_smsc)
    except PduError:
        return None
    return report if isinstance(report, DeliverReport) and not report.warnings else None


def _test_cnma(state: State, _text: str) -> Reply:
    return [] if state.settings.cmgf else ["+CNMA: (0-2)"]


SMS_ROUTING: Table = {
    "+CNMI": Entry(set=_set_cnmi, read=_read_cnmi, test=_test_cnmi),
    "+CNMA": Entry(run=_acknowledge, set=_acknowledge, test=_test_cnma),
}
