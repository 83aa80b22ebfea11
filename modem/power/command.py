"""A switch by programs of the user's own: a relay board, a managed socket, a vendor's tool."""

from __future__ import annotations

import shlex

from modem.power import OFF_S, PowerFailed, off_and_on
from modem.power.program import run


class CommandSwitch:
    """Runs `off`, waits, and runs `on`: each a program and its arguments, quoted as in a shell.

    No shell runs them: there are no variables, no pipes. The programs have to end with 0.
    """

    toggles = False

    def __init__(self, off: str, on: str, off_s: float = OFF_S) -> None:
        self._argv = {False: _argv("off", off), True: _argv("on", on)}
        self._off_s = off_s

    async def cycle(self) -> None:
        """Off and on again."""
        await off_and_on(self._switch, self._off_s)

    async def _switch(self, on: bool) -> None:
        await run(self._argv[on], f"see [recovery.power] {'on' if on else 'off'}")


def _argv(what: str, text: str) -> list[str]:
    try:
        argv = shlex.split(text)
    except ValueError as error:
        raise PowerFailed(f"{what}: {str(error).lower()}") from None
    if not argv or "\0" in text:
        raise PowerFailed(f"{what}: wanted a program and its arguments")
    return argv
