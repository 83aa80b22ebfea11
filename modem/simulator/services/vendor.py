"""Commands that a profile names: its restart, and settings that live in the flash."""

from __future__ import annotations

from modem.profiles import Profile
from modem.simulator.answers import Cme, CmeRefusal, Reply
from modem.simulator.commandline import Form, parse_line
from modem.simulator.services.general import restart
from modem.simulator.services.table import Entry, Handler, Table
from modem.simulator.state import State


def vendor_table(profile: Profile) -> Table:
    """The commands of that family that no standard has."""
    table: dict[str, Entry] = {}
    if profile.driver.reset is not None:
        (request,) = parse_line(profile.driver.reset.removeprefix("AT"))
        if request.form is Form.RUN:  # "+CFUN=1,1" is everybody's
            table[request.name] = Entry(run=restart)
    if profile.driver.roaming is not None:
        (request,) = parse_line(profile.driver.roaming.query.removeprefix("AT"))
        table[request.name] = Entry(set=_flash_setting(request.name, request.text))
    return table


def _flash_setting(command: str, known: str) -> Handler:
    """=<key> reads, =<key>,<value>... writes; the key that the profile knows is the only one."""

    def handler(state: State, text: str) -> Reply:
        key, comma, value = text.partition(",")
        if key.casefold() != known.casefold():
            raise CmeRefusal(Cme.UNKNOWN)
        if comma:
            state.kept[command] = value.partition(",")[0]
            return ()
        # 255: as the carrier's profile has it, the module's default
        return [f"{command}: {known},{state.kept.get(command, '255')}"]

    return handler
