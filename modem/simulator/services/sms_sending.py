"""Messages that the host gives: send, store, send what is stored (3GPP TS 27.005 3.5, 4.3-4.5)."""

from __future__ import annotations

from functools import partial

from modem.at.parameters import split
from modem.simulator.answers import Cms, CmsRefusal, Deferred, Prompt, Reply
from modem.simulator.card import Card
from modem.simulator.reception import tpdu_length
from modem.simulator.services.sms_parameters import (
    INDICES,
    WRITE,
    address,
    memory,
    need_card,
    parameter,
    wrong,
)
from modem.simulator.services.table import Entry, Table, says
from modem.simulator.smsc import NetworkRefusal, Submission, SubmissionRefused, read_submission
from modem.simulator.state import State
from modem.simulator.storage import Status, Stored
from modem.simulator.textmode import STAT_WORDS, time_string
from modem.simulator.typedtext import Unwritable, deliver, readdressed, submit
from modem.sms import (
    Address,
    Command,
    Deliver,
    PduError,
    StatusReport,
    Submit,
    decode_pdu,
    parse_number,
)

_TPDU_OCTETS = range(7, 165)  # the smallest SUBMIT, and 27.005 3.1's <length> at its longest
# How long the link is held open for the next message with +CMMS=1: 1 to 5 s (27.005 3.5.6)
HELD_OPEN_S = 5.0


# ---- sending


def _need_network(state: State) -> Card:
    """What has to be there before anything can be sent."""
    card = need_card(state)
    if state.functionality != 1:
        raise CmsRefusal(Cms.NO_NETWORK_SERVICE)
    if not card.smsc:
        raise CmsRefusal(Cms.SMSC_UNKNOWN)
    return card


# +CMGS=<length><CR>PDU<ctrl-Z> (27.005 4.3), in text mode
# +CMGS=<da>[,<toda>]<CR>text<ctrl-Z> (3.5.1)
def _send(state: State, text: str) -> Reply:
    card = need_card(state)
    fields = split(text)
    if state.settings.cmgf:
        to = _recipient(state, fields)
        _need_network(state)
        return Prompt(lambda payload: _submit(state, _typed(state, card, to, payload)), text=True)
    if len(fields) != 1:
        raise wrong(state)
    length = parameter(state, fields[0], _TPDU_OCTETS)
    _need_network(state)
    return Prompt(lambda payload: _submit(state, _given(payload, length)))


def _recipient(state: State, fields: list[str | None]) -> Address:
    """<da>[,<toda>]."""
    number, toda = [*fields, None, None][:2]
    if number is None or len(fields) > 2:
        raise wrong(state)
    to = address(state, number, toda)
    if to.alphanumeric:
        raise wrong(state)
    return to


def _typed(state: State, card: Card, to: Address, payload: bytes) -> str:
    """The SUBMIT of a text, as PDU."""
    settings = state.settings
    smsc = parse_number(card.smsc) if card.smsc else None
    try:
        return submit(to, payload, settings.parameters, settings.charset, smsc)
    except Unwritable as error:
        raise CmsRefusal(Cms.INVALID_TEXT_PARAMETER) from error


def _given(payload: bytes, length: int) -> str:
    """A PDU as the host gave it, of that length."""
    pdu = "".join(payload.decode("latin-1").split()).upper()
    try:
        octets = bytes.fromhex(pdu)
    except ValueError as error:
        raise CmsRefusal(Cms.INVALID_PDU_PARAMETER) from error
    if not octets or tpdu_length(pdu) != length:
        raise CmsRefusal(Cms.INVALID_PDU_PARAMETER)
    return pdu


def _submit(state: State, pdu: str, *, name: str = "+CMGS", sent: Stored | None = None) -> Deferred:
    """Send a SUBMIT; the answer comes when the SMS centre has it."""
    reference = (state.reference + 1) % 256
    network = state.network
    try:
        submission = read_submission(pdu, reference, network.wall())
    except SubmissionRefused as refused:
        raise wrong(state) from refused
    answer = Deferred()

    def arrive() -> None:
        if not state.subscriber.registered:
            answer.refuse(CmsRefusal(Cms.NO_NETWORK_SERVICE))
            return
        state.reference = reference
        try:
            taken = network.smsc.submit(state.subscriber, submission)
        except NetworkRefusal as refusal:
            if refusal.after_s:
                network.after(refusal.after_s, partial(answer.refuse, refusal))
            else:
                answer.refuse(refusal)
            return
        if sent is not None:
            sent.status = Status.STO_SENT
        state.settings.cmms_since_s = network.agenda.now_s
        state.submitted(taken)
        answer.done([f"{name}: {reference}{_acknowledged(state, taken)}"])

    network.after(network.settings.submit_s, arrive)
    return answer


def _acknowledged(state: State, taken: Submission) -> str:
    """[,<scts>] in text mode, [,<ackpdu>] in PDU mode: with +CSMS=1 (27.005 3.5.1, 4.3)."""
    if not state.settings.csms:
        return ""
    report = state.network.smsc.acknowledgement(taken)
    if state.settings.cmgf:
        at = report.pi_at + 1
        return f",{time_string(report.octets[at : at + 7])}"
    return f',"{report.tpdu.hex().upper()}"'


# ---- storing


# +CMGW=<length>[,<stat>]<CR>PDU<ctrl-Z> (27.005 4.4), in text mode
# +CMGW[=<oa/da>[,<tooa/toda>[,<stat>]]]<CR>text<ctrl-Z> (3.5.3)
def _write(state: State, text: str) -> Reply:
    card = need_card(state)
    fields = split(text)
    if state.settings.cmgf:
        return _write_text(state, card, fields)
    if not 1 <= len(fields) <= 2:
        raise wrong(state)
    length = parameter(state, fields[0], range(1, 165))
    stat = Status(parameter(state, [*fields, None][1], range(4), default=Status.STO_UNSENT))
    return Prompt(lambda payload: _store(state, _fitting(_given(payload, length), stat), stat))


def _fitting(pdu: str, stat: Status) -> str:
    """The PDU, if it goes the way that <stat> says."""
    received = stat < Status.STO_UNSENT
    try:
        message = decode_pdu(pdu, from_device=not received)
    except PduError as error:
        raise CmsRefusal(Cms.INVALID_PDU_PARAMETER) from error
    if not isinstance(message, Deliver | StatusReport if received else Submit | Command):
        raise CmsRefusal(Cms.INVALID_PDU_PARAMETER)
    return pdu


def _write_text(state: State, card: Card, fields: list[str | None]) -> Reply:
    if len(fields) > 3:
        raise wrong(state)
    number, toa, word = fields + [None] * (3 - len(fields))
    stat = Status.STO_UNSENT
    if word is not None:
        if word.upper() not in STAT_WORDS:
            raise wrong(state)
        stat = Status(STAT_WORDS.index(word.upper()))
    party = address(state, number, toa) if number else Address("", 129)

    def answer(payload: bytes) -> tuple[str, ...]:
        if stat >= Status.STO_UNSENT:
            return _store(state, _typed(state, card, party, payload), stat)
        return _store(state, _typed_as_received(state, card, party, payload), stat)

    return Prompt(answer, text=True)


def _typed_as_received(state: State, card: Card, sender: Address, payload: bytes) -> str:
    settings = state.settings
    try:
        return deliver(
            sender,
            payload,
            settings.parameters,
            settings.charset,
            smsc=parse_number(card.smsc) if card.smsc else None,
            time=state.network.wall(),
        )
    except Unwritable as error:
        raise CmsRefusal(Cms.INVALID_TEXT_PARAMETER) from error


def _store(state: State, pdu: str, stat: Status) -> tuple[str, ...]:
    index = memory(state, WRITE).put(Stored(stat, pdu, tpdu_length(pdu)))
    if index is None:
        raise CmsRefusal(Cms.MEMORY_FULL)
    return (f"+CMGW: {index}",)


# +CMSS=<index>[,<da>[,<toda>]]: send from <mem2>, to another recipient where one is given (27.005
# 3.5.2, 4.7)
def _send_stored(state: State, text: str) -> Reply:
    fields = split(text)
    if not fields or len(fields) > 3:
        raise wrong(state)
    found = memory(state, WRITE)
    message = found.get(parameter(state, fields[0], INDICES))
    if message is None:
        raise CmsRefusal(Cms.INVALID_INDEX)
    to = _recipient(state, fields[1:]) if len(fields) > 1 else None
    _need_network(state)
    if message.status < Status.STO_UNSENT:
        raise CmsRefusal(Cms.NOT_ALLOWED)
    pdu = message.pdu if to is None else _readdressed(state, message.pdu, to)
    return _submit(state, pdu, name="+CMSS", sent=message)


def _readdressed(state: State, pdu: str, to: Address) -> str:
    try:
        message = decode_pdu(pdu, from_device=True)
    except PduError as error:
        raise wrong(state) from error
    if not isinstance(message, Submit):
        raise CmsRefusal(Cms.NOT_ALLOWED)
    return readdressed(message, to)


# +CMMS=[<n>]: keep the link open for more messages: 0 no, 1 until none has followed for some
# seconds, 2 always (27.005 3.5.6)
def _set_cmms(state: State, text: str) -> Reply:
    state.settings.cmms = parameter(state, text or None, range(3), default=0)
    state.settings.cmms_since_s = state.network.agenda.now_s
    return ()


def _read_cmms(state: State, _text: str) -> Reply:
    settings = state.settings
    idle_s = state.network.agenda.now_s - settings.cmms_since_s
    if settings.cmms == 1 and idle_s > HELD_OPEN_S:
        settings.cmms = 0
    return [f"+CMMS: {settings.cmms}"]


SMS_SENDING: Table = {
    "+CMGS": Entry(set=_send),
    "+CMGW": Entry(run=_write, set=_write),
    "+CMSS": Entry(set=_send_stored),
    "+CMMS": Entry(run=_set_cmms, set=_set_cmms, read=_read_cmms, test=says("+CMMS: (0-2)")),
}
