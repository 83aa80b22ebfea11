"""What a simulated modem's commands do, by domain; each service is a table of handlers."""

from __future__ import annotations

from modem.profiles import Profile
from modem.simulator.answers import Reply
from modem.simulator.services.character_set import CHARACTER_SET
from modem.simulator.services.context import CONTEXT
from modem.simulator.services.data import DATA
from modem.simulator.services.files import FILES
from modem.simulator.services.general import GENERAL
from modem.simulator.services.indicators import INDICATORS
from modem.simulator.services.line import LINE
from modem.simulator.services.network import NETWORK
from modem.simulator.services.oddities import adapted
from modem.simulator.services.phonebook import PHONEBOOK
from modem.simulator.services.sim import SIM
from modem.simulator.services.sms import SMS
from modem.simulator.services.table import Entry, Table
from modem.simulator.services.ussd import USSD
from modem.simulator.services.vendor import vendor_table
from modem.simulator.state import State


def command_table(profile: Profile) -> Table:
    """All commands of a modem of that family, +CLAC among them (3GPP TS 27.007 8.37)."""
    table: dict[str, Entry] = {
        **LINE,
        **GENERAL,
        **CHARACTER_SET,
        **SIM,
        **FILES,
        **PHONEBOOK,
        **SMS,
        **NETWORK,
        **CONTEXT,
        **DATA,
        **USSD,
        **INDICATORS,
        **vendor_table(profile),
    }
    table = adapted(table, profile)

    def list_commands(_state: State, _text: str) -> Reply:
        return [f"AT{name}" for name in sorted(table)]

    table["+CLAC"] = Entry(run=list_commands)
    return table


__all__ = ["command_table"]
