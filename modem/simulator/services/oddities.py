"""Named oddities of families (`modem.profiles.model.SimulatorPart`), laid over a table of commands.

Each wraps handlers and knows nothing of what is in them; which family has which is data.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from modem.profiles import Profile, Technology
from modem.simulator.answers import Cms, CmsRefusal, Reply
from modem.simulator.commandline import Form
from modem.simulator.services.table import Entry, Handler, Table
from modem.simulator.state import State

_READERS = {"+CMGL": (Form.RUN, Form.SET), "+CMGR": (Form.SET,)}


def adapted(table: Table, profile: Profile) -> dict[str, Entry]:
    """The table as the family has it."""
    part = profile.simulator
    lacks = set(part.lacks)
    if Technology.EUTRAN not in part.technologies:
        lacks.add("+CEREG")  # 27.007 10.1.22: registration in an EPS
    result = {name: entry for name, entry in table.items() if name not in lacks}
    if part.cpms_set_names:
        _wrap(result, "+CPMS", Form.SET, _answered_as_read)
    if part.empty_slot_is_ok:
        _wrap(result, "+CMGR", Form.SET, _nothing_for_an_empty_slot)
    if part.cmgr_on_one_line:
        _wrap(result, "+CMGR", Form.SET, _on_one_line)
    if part.locked_memories:
        for name, forms in _READERS.items():
            for form in forms:
                _wrap(result, name, form, _locked)
    return result


def as_typed(name: str, typed: str, profile: Profile, reply: Reply) -> Reply:
    """The reply to `name`, in small letters where the family does so and the line had them."""
    if name not in profile.simulator.lower_cased or name.lower() not in typed:
        return reply
    if not isinstance(reply, list | tuple):
        return reply
    return [name.lower() + line[len(name) :] if line.startswith(name) else line for line in reply]


Wrapper = Callable[[Handler, Entry], Handler]


def _wrap(table: dict[str, Entry], name: str, form: Form, wrapper: Wrapper) -> None:
    entry = table[name]
    if form is Form.SET and entry.set is not None:
        table[name] = replace(entry, set=wrapper(entry.set, entry))
    elif form is Form.RUN and entry.run is not None:
        table[name] = replace(entry, run=wrapper(entry.run, entry))


def _answered_as_read(handler: Handler, entry: Entry) -> Handler:
    """+CPMS= with the names of the memories, which the standard has in the read form alone."""

    def changed(state: State, text: str) -> Reply:
        reply = handler(state, text)
        return reply if entry.read is None else entry.read(state, "")

    return changed


def _nothing_for_an_empty_slot(handler: Handler, _entry: Entry) -> Handler:
    def changed(state: State, text: str) -> Reply:
        try:
            return handler(state, text)
        except CmsRefusal as refusal:
            if refusal.code is Cms.INVALID_INDEX:
                return ()
            raise

    return changed


def _on_one_line(handler: Handler, _entry: Entry) -> Handler:
    def changed(state: State, text: str) -> Reply:
        reply = handler(state, text)
        return [" ".join(reply)] if isinstance(reply, list | tuple) and reply else reply

    return changed


def _locked(handler: Handler, _entry: Entry) -> Handler:
    """A memory that can be chosen, and not read."""

    def changed(state: State, text: str) -> Reply:
        if state.settings.memories[0] in state.profile.simulator.locked_memories:
            raise CmsRefusal(Cms.INVALID_INDEX)
        return handler(state, text)

    return changed
