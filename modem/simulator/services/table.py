"""The shape of a service: commands, and what answers each of their forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from modem.simulator.answers import Cme, CmeRefusal, Reply
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
        raise CmeRefusal(Cme.NOT_SUPPORTED)


Table = Mapping[str, Entry]


def says(*lines: str) -> Handler:
    """A handler that always gives the same lines."""

    def handler(_state: State, _text: str) -> Sequence[str]:
        return lines

    return handler
