"""+CSCS, and string parameters in the set that it chose (3GPP TS 27.007 5.5)."""

from __future__ import annotations

from modem.at.parameters import split
from modem.simulator import charset
from modem.simulator.answers import Cme, CmeRefusal, Reply
from modem.simulator.services.table import Entry, Table
from modem.simulator.state import State


def shown(state: State, text: str) -> str:
    """A string parameter for the host, in quotes."""
    return f'"{charset.show(text, state.settings.charset)}"'


def written(state: State, text: str) -> str:
    """The text of a string parameter; raises CmeRefusal (25) for what isn't in the host's set."""
    try:
        return charset.read(text, state.settings.charset)
    except charset.Unreadable as error:
        raise CmeRefusal(Cme.INVALID_CHARACTERS) from error


# +CSCS=[<chset>]: without one, the default. The name may be written in the set in use, as some
# hosts do that find UCS2.
def _assign(state: State, text: str) -> Reply:
    part = state.profile.simulator
    given = (split(text) or [None])[0] or part.default_charset
    for name in part.charsets:
        if given.upper() in (name, charset.show(name, state.settings.charset)):
            state.settings.charset = name
            return ()
    raise CmeRefusal(Cme.INCORRECT_PARAMETERS)


def _read(state: State, _text: str) -> Reply:
    return [f'+CSCS: "{state.settings.charset}"']


def _test(state: State, _text: str) -> Reply:
    names = ",".join(f'"{name}"' for name in state.profile.simulator.charsets)
    return [f"+CSCS: ({names})"]


CHARACTER_SET: Table = {
    "+CSCS": Entry(set=_assign, read=_read, test=_test),
}
