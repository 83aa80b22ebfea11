"""The shape of a service: commands, and what answers each of their forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from modem.at.parameters import parse_ranges, split
from modem.simulator.answers import Cme, CmeRefusal, PlainRefusal, Refusal, Reply, number
from modem.simulator.commandline import Form, Request
from modem.simulator.state import State

Handler = Callable[[State, str], Reply]


@dataclass(frozen=True, slots=True)
class Entry:
    """The handlers of a command, by form; the text behind `=` is their second argument.

    A form without a handler is refused, but for the test form: that a command exists is answered OK
    (3GPP TS 27.007 4.3).
    """

    run: Handler | None = None
    set: Handler | None = None
    read: Handler | None = None
    test: Handler | None = None

    def answer(self, state: State, request: Request) -> Reply:
        """The answer to a request; raises a Refusal."""
        handlers = {
            Form.RUN: self.run,
            Form.SET: self.set,
            Form.READ: self.read,
            Form.TEST: self.test,
        }
        handler = handlers[request.form]
        if handler is not None:
            return handler(state, request.text)
        if request.form is Form.TEST:
            return ()
        if request.name[0] == "&" or request.name[0].isalpha():  # V.250's own have no codes
            raise PlainRefusal
        raise CmeRefusal(Cme.NOT_SUPPORTED)


Table = Mapping[str, Entry]


def says(*lines: str) -> Handler:
    """A handler that always gives the same lines."""

    def handler(_state: State, _text: str) -> Sequence[str]:
        return lines

    return handler


def fields_of(text: str, count: int) -> list[str | None]:
    """The parameters behind a `=`, made up to `count` with absent ones; more are refused."""
    fields = split(text)
    if len(fields) > count:
        raise CmeRefusal(Cme.INCORRECT_PARAMETERS)
    return fields + [None] * (count - len(fields))


def option(
    name: str,
    test: str,
    default: tuple[int, ...],
    *,
    changed: Callable[[State], None] | None = None,
    refusal: Callable[[], Refusal] = lambda: CmeRefusal(Cme.INCORRECT_PARAMETERS),
) -> Entry:
    """A setting of numbers, +NAME=[<n>[,<n>...]]: `test` says which, in the words of its test form.

    What is left out at the end stays as it is; nothing at all, or an empty first one, is the
    default (3GPP TS 27.007 4.2). `value_of` reads it; `changed` is called behind each set.
    """
    ranges = parse_ranges(test)

    def assign(state: State, text: str) -> Reply:
        fields = split(text)
        values = list(value_of(state, name, default)) if fields else list(default)
        if len(fields) > len(values):
            raise refusal()
        for place, field in enumerate(fields):
            if field is not None:
                values[place] = _one_of(field, ranges[place], refusal)
        state.settings.options[name] = tuple(values)
        if changed is not None:
            changed(state)
        return ()

    def read(state: State, _text: str) -> Reply:
        shown = ",".join(map(str, value_of(state, name, default)))
        return [f"{name}: {shown}"]

    return Entry(set=assign, read=read, test=says(f"{name}: {test}"))


def _one_of(field: str, allowed: frozenset[int], refusal: Callable[[], Refusal]) -> int:
    try:
        value = number(field, range(1 << 32))
    except CmeRefusal as error:
        raise refusal() from error
    if value not in allowed:
        raise refusal()
    return value


def value_of(state: State, name: str, default: tuple[int, ...]) -> tuple[int, ...]:
    """What an `option` is set to."""
    return state.settings.options.get(name, default)
