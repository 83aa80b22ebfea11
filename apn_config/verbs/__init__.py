"""What carries out the commands other than APN changes: a file each, loaded when first needed.

`READING` are those that leave the device as it is. `ONCE` are those that touch it: once they have
begun they are not begun again, whatever becomes of the program.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

from apn_config.dialects.plain import AUTOMATIC
from apn_config.model import Verb

if TYPE_CHECKING:
    from apn_config.model import Command, Outcome
    from apn_config.store import InboxRow
    from apn_config.verbs.place import Place
    from modem import Modem

    Read: TypeAlias = Callable[[Place, Modem, Command], Awaitable[Outcome]]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Once:
    """A verb that touches the device. Both settle the message and answer it.

    `run` raises Refused and ModemError only as long as it hasn't begun; it waits for the modem
    where it needs one, and holds `changing` while it touches its settings. `after_restart` is told
    of a message whose verb had begun when the program stopped.
    """

    run: Callable[[Place, InboxRow, Command], Awaitable[None]]
    after_restart: Callable[[Place, InboxRow], Awaitable[None]]


class _Homes(Mapping[Verb, T], Generic[T]):
    """By verb what carries it out, from the file of this folder that it stands in."""

    def __init__(self, homes: Mapping[Verb, tuple[str, str]]) -> None:
        self._homes = homes

    def __getitem__(self, verb: Verb) -> T:
        module, name = self._homes[verb]
        found: T = getattr(import_module(f"apn_config.verbs.{module}"), name)
        return found

    def __contains__(self, verb: object) -> bool:
        return verb in self._homes

    def __iter__(self) -> Iterator[Verb]:
        return iter(self._homes)

    def __len__(self) -> int:
        return len(self._homes)


READING: Mapping[Verb, Read] = _Homes(
    {
        Verb.APN_READ: ("reading", "read_apn"),
        Verb.APN_HISTORY: ("reading", "history"),
        Verb.STATUS: ("reading", "status"),
        Verb.SIGNAL: ("reading", "signal"),
        Verb.NETWORK: ("reading", "network"),
        Verb.SMSC: ("smsc", "read"),
        Verb.NETWORK_SCAN: ("scan", "scan"),
    }
)
ONCE: Mapping[Verb, Once] = _Homes(
    {
        Verb.NETWORK_SELECT: ("choosing", "SELECT"),
        Verb.SMSC_SET: ("smsc", "SET"),
        Verb.REBOOT_MODEM: ("reboot", "MODEM"),
        Verb.REBOOT_HOST: ("reboot", "HOST"),
        Verb.OWN: ("own", "OWN"),
    }
)


def verb_to_undo(undo: str | None) -> Verb | None:
    """Which verb puts that back; None where there is nothing to put back."""
    if not undo:
        return None
    return Verb.NETWORK_SELECT if undo == AUTOMATIC else Verb.SMSC_SET
