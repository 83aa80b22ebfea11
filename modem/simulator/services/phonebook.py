"""The card's phone book (3GPP TS 27.007 8.11 to 8.14): "SM" the numbers in it, "ON" its own."""

from __future__ import annotations

from modem.at.parameters import split
from modem.simulator.answers import Cme, CmeRefusal, Reply, number
from modem.simulator.card import PHONE_BOOK_SIZE, PhoneNumber
from modem.simulator.services.character_set import shown, written
from modem.simulator.services.table import Entry, Table, fields_of, says
from modem.simulator.state import State

_SIZES = {"SM": PHONE_BOOK_SIZE, "ON": 3}
_MAX_NUMBER = 20  # digits, <nlength>
_MAX_NAME = 14  # <tlength>: the octets of a name on the card
_DIALLED = frozenset("0123456789*#")


def _book(state: State) -> dict[int, PhoneNumber]:
    card = state.need_card()
    return card.phone_book if state.settings.phonebook == "SM" else card.own_numbers


def _places(state: State) -> range:
    return range(1, _SIZES[state.settings.phonebook] + 1)


def _index(state: State, field: str | None) -> int:
    index = number(field, range(1 << 16))
    if index not in _places(state):
        raise CmeRefusal(Cme.INVALID_INDEX)
    return index


def _line(state: State, name: str, index: int, entry: PhoneNumber) -> str:
    return f'{name}: {index},"{entry.number}",{entry.kind},{shown(state, entry.name)}'


# +CPBS=<storage>
def _choose(state: State, text: str) -> Reply:
    state.need_card()
    name = ((split(text) or [None])[0] or "").upper()
    if name not in _SIZES:
        raise CmeRefusal(Cme.INCORRECT_PARAMETERS)
    state.settings.phonebook = name
    return ()


def _read_choice(state: State, _text: str) -> Reply:
    used, name = len(_book(state)), state.settings.phonebook
    return [f'+CPBS: "{name}",{used},{_SIZES[name]}']


# +CPBR=<index1>[,<index2>]
def _read(state: State, text: str) -> Reply:
    book = _book(state)
    first, last = fields_of(text, 2)
    start = _index(state, first)
    end = start if last is None else _index(state, last)
    return [
        _line(state, "+CPBR", index, entry)
        for index, entry in sorted(book.items())
        if start <= index <= end
    ]


def _test_read(state: State, _text: str) -> Reply:
    _book(state)
    return [f"+CPBR: (1-{_places(state)[-1]}),{_MAX_NUMBER},{_MAX_NAME}"]


# +CPBF=<findtext>: names that begin with it
def _find(state: State, text: str) -> Reply:
    book = _book(state)
    (wanted,) = fields_of(text, 1)
    head = written(state, wanted or "").casefold()
    found = [
        _line(state, "+CPBF", index, entry)
        for index, entry in sorted(book.items())
        if entry.name.casefold().startswith(head)
    ]
    if not found:
        raise CmeRefusal(Cme.NOT_FOUND)
    return found


# +CPBW=[<index>][,<number>[,<type>[,<text>]]]: an index alone empties it, without one the first
# free one is taken
def _write(state: State, text: str) -> Reply:
    book = _book(state)
    place, digits, kind, name = fields_of(text, 4)
    if digits is None:
        book.pop(_index(state, place), None)
        return ()
    if place is None:
        free = next((index for index in _places(state) if index not in book), None)
        if free is None:
            raise CmeRefusal(Cme.MEMORY_FULL)
        index = free
    else:
        index = _index(state, place)
    plain = digits.removeprefix("+")
    if not plain or not set(plain) <= _DIALLED:
        raise CmeRefusal(Cme.INVALID_NUMBER)
    if len(plain) > _MAX_NUMBER:
        raise CmeRefusal(Cme.NUMBER_TOO_LONG)
    written_name = written(state, name or "")
    if len(written_name) > _MAX_NAME:
        raise CmeRefusal(Cme.TEXT_TOO_LONG)
    is_international = digits.startswith("+") or number(kind, range(256), default=129) == 145
    book[index] = PhoneNumber(f"+{plain}" if is_international else plain, written_name)
    return ()


def _test_write(state: State, _text: str) -> Reply:
    _book(state)
    return [f"+CPBW: (1-{_places(state)[-1]}),{_MAX_NUMBER},(129,145),{_MAX_NAME}"]


_NAMES = ",".join(f'"{name}"' for name in _SIZES)

PHONEBOOK: Table = {
    "+CPBS": Entry(set=_choose, read=_read_choice, test=says(f"+CPBS: ({_NAMES})")),
    "+CPBR": Entry(set=_read, test=_test_read),
    "+CPBF": Entry(set=_find, test=says(f"+CPBF: {_MAX_NUMBER},{_MAX_NAME}")),
    "+CPBW": Entry(set=_write, test=_test_write),
}
