"""What the commands of the short message service have in common: card, parameters, refusals."""

from __future__ import annotations

from modem.simulator import charset
from modem.simulator.answers import Cme, CmeRefusal, Cms, CmsRefusal, number
from modem.simulator.card import Card
from modem.simulator.state import State
from modem.simulator.storage import Memory
from modem.simulator.typedtext import Unwritable, parse_address
from modem.sms import Address

INDICES = range(1 << 16)
READ, WRITE, RECEIVE = range(3)  # <mem1>, <mem2>, <mem3>

_OF_THE_CARD = {
    Cme.SIM_NOT_INSERTED: Cms.SIM_NOT_INSERTED,
    Cme.SIM_PIN_REQUIRED: Cms.SIM_PIN_REQUIRED,
    Cme.SIM_PUK_REQUIRED: Cms.SIM_PUK_REQUIRED,
    Cme.SIM_FAILURE: Cms.SIM_FAILURE,
    Cme.SIM_BUSY: Cms.SIM_BUSY,
}


def need_card(state: State) -> Card:
    """The card; its state is told in this service's own codes."""
    try:
        return state.need_card()
    except CmeRefusal as refusal:
        raise CmsRefusal(_OF_THE_CARD[refusal.code]) from refusal


def wrong(state: State) -> CmsRefusal:
    """The refusal of a parameter: 304 in PDU mode, 305 in text mode."""
    text_mode = state.settings.cmgf
    return CmsRefusal(Cms.INVALID_TEXT_PARAMETER if text_mode else Cms.INVALID_PDU_PARAMETER)


def parameter(
    state: State, field: str | None, allowed: range, *, default: int | None = None
) -> int:
    """A number; anything else is `wrong`."""
    try:
        return number(field, allowed, default=default)
    except CmeRefusal as refusal:
        raise wrong(state) from refusal


def string(state: State, field: str) -> str:
    """A string parameter, in the host's character set."""
    try:
        return charset.read(field, state.settings.charset)
    except charset.Unreadable as error:
        raise wrong(state) from error


def address(state: State, field: str, type_field: str | None) -> Address:
    """<da> or <oa>, and its type."""
    toa = None if type_field is None else parameter(state, type_field, range(128, 256))
    try:
        return parse_address(string(state, field), toa)
    except Unwritable as error:
        raise wrong(state) from error


def memory(state: State, place: int) -> Memory:
    """The memory that is chosen for that purpose; the card has to be there."""
    need_card(state)
    return state.memories[state.settings.memories[place]]
