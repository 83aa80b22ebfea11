"""The line's own settings: basic commands and S-registers, rate and flow (ITU-T V.250 5, 6)."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from enum import Enum

from modem.simulator.answers import PlainRefusal, Reply
from modem.simulator.services.table import Entry, Table, option, says, value_of
from modem.simulator.state import Settings, State

_RATES = (0, 300, 600, 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600)
# What X0 leaves out of CONNECT: the rate of a category 4 LTE modem, in bit/s.
_CONNECT_RATE = 150_000_000

# Registers that can be set, and their ranges; the line's own characters (S2 to S5) and the guard
# time of the escape (S12) can be set to what they are.
_REGISTERS: dict[str, tuple[int, range]] = {
    "S0": (0, range(256)),  # automatic answer; nobody calls a data card
    "S2": (43, range(43, 44)),
    "S3": (13, range(13, 14)),
    "S4": (10, range(10, 11)),
    "S5": (8, range(8, 9)),
    "S6": (2, range(2, 256)),
    "S7": (60, range(1, 256)),
    "S8": (2, range(256)),
    "S10": (15, range(1, 255)),
    "S12": (50, range(50, 51)),
}
# Basic commands with a number that is kept: what it is at first, what it may be.
_KEPT: dict[str, tuple[int, range]] = {
    "X": (4, range(5)),  # 6.2.7; X0 says CONNECT without the rate
    "L": (0, range(4)),  # 6.3.13, the loudspeaker
    "M": (0, range(3)),  # 6.3.14
    "&C": (1, range(3)),  # DCD
    "&D": (2, range(3)),  # DTR: 0 nothing, 1 to command mode, 2 hang up
    "&K": (3, range(7)),  # flow control, as makers have it
    "&S": (0, range(3)),  # DSR
}


def _number(text: str, allowed: range) -> int:
    """The number of a basic command; absent is 0 (V.250 5.3.1), anything else ends in ERROR."""
    value = int(text or "0")
    if value not in allowed:
        raise PlainRefusal
    return value


# E[<value>]: echo off or on (6.2.4)
def _echo(state: State, text: str) -> Reply:
    state.settings.echo = _number(text, range(2)) == 1
    return ()


# V[<value>]: numeric or verbose result codes (6.2.6)
def _verbose(state: State, text: str) -> Reply:
    state.settings.verbose = _number(text, range(2)) == 1
    return ()


# Q[<value>]: result codes, or none (6.2.5)
def _quiet(state: State, text: str) -> Reply:
    state.settings.quiet = _number(text, range(2)) == 1
    return ()


def _load(state: State, settings: Settings) -> Reply:
    memories = state.settings.memories  # V.250's profiles don't hold them
    state.settings = deepcopy(settings)
    state.settings.memories = memories
    return ()


# Z[<value>]: hang up, and take what was saved (6.1.1)
def _reset_line(state: State, text: str) -> Reply:
    _number(text, range(2))
    state.end_call()
    return _load(state, state.saved)


# &F[<value>]: what the maker set (6.1.2)
def _factory(state: State, text: str) -> Reply:
    _number(text, range(2))
    return _load(state, state.factory)


# &W[<value>]: save the line's settings; CNMI, CREG and their like are no part of it
def _save(state: State, text: str) -> Reply:
    _number(text, range(2))
    now = state.settings
    own = (*_KEPT, *_REGISTERS, *_EXTENDED)
    state.saved = replace(
        deepcopy(state.factory),
        echo=now.echo,
        verbose=now.verbose,
        quiet=now.quiet,
        cmee=now.cmee,
        options={name: value for name, value in now.options.items() if name in own},
    )
    return ()


# &V[<value>]: what is set, a maker's command
def _show(state: State, text: str) -> Reply:
    _number(text, range(2))
    now = state.settings
    words = [f"E{int(now.echo)}", f"Q{int(now.quiet)}", f"V{int(now.verbose)}"]
    words += [f"{name}{_value(state, name, kept[0])}" for name, kept in _KEPT.items()]
    registers = [
        f"{name}:{_value(state, name, register[0]):03}" for name, register in _REGISTERS.items()
    ]
    return ["ACTIVE PROFILE:", " ".join(words), " ".join(registers)]


def _value(state: State, name: str, default: int) -> int:
    return value_of(state, name, (default,))[0]


# H[<value>]: hang up (6.3.6)
def _hang_up(state: State, text: str) -> Reply:
    _number(text, range(2))
    state.end_call()
    return ()


# O[<value>]: back to data after "+++" (6.3.7)
def _online(state: State, text: str) -> Reply:
    _number(text, range(1))
    if state.call is None:
        raise PlainRefusal("NO CARRIER")
    return state.call


def connected(state: State) -> str:
    """The result code of a connection: with the rate, but for X0 (6.2.7)."""
    return "CONNECT" if _value(state, "X", _KEPT["X"][0]) == 0 else f"CONNECT {_CONNECT_RATE}"


class DtrAction(Enum):
    """What a drop of DTR does in a data connection (&D, 6.2.9)."""

    NOTHING = 0
    COMMANDS = 1
    HANG_UP = 2


def dtr_action(state: State) -> DtrAction:
    """As &D has it now."""
    return DtrAction(_value(state, "&D", _KEPT["&D"][0]))


def _kept(name: str, default: int, allowed: range) -> Entry:
    def assign(state: State, text: str) -> Reply:
        state.settings.options[name] = (_number(text, allowed),)
        return ()

    def read(state: State, _text: str) -> Reply:
        return [f"{name}: {_value(state, name, default)}"]

    return Entry(run=assign, read=read)


def _register(name: str, default: int, allowed: range) -> Entry:
    """S<n>=[<value>], S<n>? (5.3.2); S<n>=? is the makers'."""

    def assign(state: State, text: str) -> Reply:
        state.settings.options[name] = (_number(text, allowed),)
        return ()

    def read(state: State, _text: str) -> Reply:
        return [f"{_value(state, name, default):03}"]

    return Entry(set=assign, read=read, test=says(f"{name}: ({allowed[0]}-{allowed[-1]})"))


def _nothing(_state: State, _text: str) -> Reply:
    return ()


_EXTENDED: Table = {
    "+IPR": option(
        "+IPR", f"({','.join(map(str, _RATES))})", (115200,), refusal=PlainRefusal
    ),  # 6.2.10
    "+ICF": option("+ICF", "(1-6),(0-3)", (3, 3), refusal=PlainRefusal),  # 6.2.11
    "+IFC": option("+IFC", "(0-2),(0-2)", (2, 2), refusal=PlainRefusal),  # 6.2.12
    "+FCLASS": option("+FCLASS", "(0)", (0,), refusal=PlainRefusal),  # T.31 8.2: data alone
}

LINE: Table = {
    "E": Entry(run=_echo),
    "V": Entry(run=_verbose),
    "Q": Entry(run=_quiet),
    "Z": Entry(run=_reset_line),
    "&F": Entry(run=_factory),
    "&W": Entry(run=_save),
    "&V": Entry(run=_show),
    "H": Entry(run=_hang_up),
    "O": Entry(run=_online),
    "T": Entry(run=_nothing),  # 6.3.2, tone dialling
    "P": Entry(run=_nothing),  # 6.3.3, pulse
    **{name: _kept(name, *kept) for name, kept in _KEPT.items()},
    **{name: _register(name, *register) for name, register in _REGISTERS.items()},
    **_EXTENDED,
}
