"""Requests to the network in dialled codes (+CUSD, 3GPP TS 27.007 7.15): a small menu answers."""

from __future__ import annotations

from modem.at.parameters import split
from modem.simulator.answers import Cme, CmeRefusal, Reply, number
from modem.simulator.services.character_set import shown, written
from modem.simulator.services.table import Entry, Table, says, value_of
from modem.simulator.state import State

CODE = "*100#"
_MENU = "1 My number\n2 My network\n0 Leave"
_DCS = 15  # GSM alphabet, language unspecified (23.038 5)
_CANCEL = 2
# <m>: what becomes of the dialogue
_OVER, _WANTS_ANSWER, _ENDED_BY_NETWORK, _NOT_SUPPORTED = 0, 1, 2, 4


# +CUSD=[<n>[,<str>[,<dcs>]]]: 0 and 1 say whether the network's answer is shown, 2 ends the
# dialogue; with <str> a request or the host's next word goes out, and the answer comes unasked
def _set_cusd(state: State, text: str) -> Reply:
    fields = [*split(text), None, None, None]
    wanted = number(fields[0], range(3), default=0)
    if wanted == _CANCEL:
        state.in_dialogue = False
        return ()
    state.settings.options["+CUSD"] = (wanted,)
    return () if fields[1] is None else request(state, written(state, fields[1]))


def request(state: State, code: str) -> Reply:
    """Send a code, or a word in the dialogue that is open."""
    state.need_card()
    if not state.subscriber.registered:
        raise CmeRefusal(Cme.NO_NETWORK_SERVICE)
    said = code.strip()

    def answer() -> None:
        if state.subscriber.registered:
            _tell(state, *_answer(state, said))

    state.network.after(state.network.settings.ussd_s, answer)
    return ()


def _answer(state: State, said: str) -> tuple[int, str]:
    """<m>, and the text that goes with it."""
    in_dialogue, state.in_dialogue = state.in_dialogue, False
    if not in_dialogue:
        state.in_dialogue = said == CODE
        return (_WANTS_ANSWER, _MENU) if said == CODE else (_NOT_SUPPORTED, "")
    if said == "1" and state.card is not None:
        return _OVER, f"+{state.card.msisdn}"
    operator = state.subscriber.operator
    if said == "2" and operator is not None:
        return _OVER, operator.long
    return (_OVER, "Bye") if said == "0" else (_ENDED_BY_NETWORK, "")


def _tell(state: State, how: int, text: str) -> None:
    if value_of(state, "+CUSD", (0,)) == (1,):
        state.say(f"+CUSD: {how},{shown(state, text)},{_DCS}" if text else f"+CUSD: {how}")


def _read_cusd(state: State, _text: str) -> Reply:
    return [f"+CUSD: {value_of(state, '+CUSD', (0,))[0]}"]


USSD: Table = {
    "+CUSD": Entry(set=_set_cusd, read=_read_cusd, test=says("+CUSD: (0-2)")),
}
