"""The slash commands of a console: what isn't for the modem as it stands."""

from __future__ import annotations

import re
import shutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from modem.channel import ChannelError
from modem.console.recorder import Recording
from modem.console.script import MAX_SCRIPT_LENGTH, Outcome, ScriptError, ScriptRun, parse_script
from modem.console.session import Session
from modem.console.values import Kind
from modem.errors import ModemError
from modem.transcript.errors import RecordingError

KEYS = (
    "Tab          completes; behind AT+...= it asks the modem what it takes",
    "F2           raw bytes on and off",
    "Ctrl-C       abandons the line, or the command that runs",
    "Ctrl-R       searches the history",
    "Ctrl-D       quits",
)
_MAX_HEX = 2048


@dataclass(frozen=True, slots=True)
class Slash:
    """A slash command: its arguments, a line of help, and what it does; was it well?"""

    usage: str
    summary: str
    do: Callable[[str], Awaitable[bool]]


Table: TypeAlias = Mapping[str, Slash]


class SlashCommands:
    """The slash commands of one session. `quit` ends it."""

    def __init__(self, session: Session, quit_: Callable[[], None]) -> None:
        self._session = session
        self._quit = quit_
        self._recording: Recording | None = None
        self.table: Table = {
            "/help": Slash("[AT+...]", "these commands; or what an AT command is for", self._help),
            "/send": Slash("NUMBER TEXT", "send an SMS", self._send),
            "/decode": Slash("HEX", "show what is in a PDU", self._decode),
            "/record": Slash("FILE|off", "write the session to a file, masked", self._record),
            "/script": Slash("FILE", "send the lines of a file, check the answers", self._script),
            "/hex": Slash("BYTES", "send raw bytes, show what comes back", self._hex),
            "/raw": Slash("", "raw bytes on and off", self._raw),
            "/quit": Slash("", "leave", self._leave),
        }

    @property
    def recording(self) -> str | None:
        """The file that the session is written to."""
        return None if self._recording is None else self._recording.name

    async def run(self, line: str) -> bool:
        """Do what a line that begins with a slash says; was it well?"""
        name, _, rest = line.strip().partition(" ")
        slash = self.table.get(name.lower())
        if slash is None:
            self._session.say(Kind.ERROR, f"there is no {name}; there are {', '.join(self.table)}")
            return False
        return await slash.do(rest.strip())

    def close(self) -> None:
        """End what was begun."""
        if self._recording is not None:
            self._recording.end()
            self._recording = None

    def _error(self, text: str) -> bool:
        self._session.say(Kind.ERROR, text)
        return False

    def _usage(self, name: str) -> bool:
        return self._error(f"usage: {name} {self.table[name].usage}")

    async def _help(self, rest: str) -> bool:
        if rest:
            return self._help_for(rest)
        rows = [f"{f'{name} {slash.usage}':<20} {slash.summary}" for name, slash in self._rows()]
        self._session.say(Kind.NOTE, *rows, "", *KEYS)
        return True

    def _rows(self) -> list[tuple[str, Slash]]:
        return list(self.table.items())

    def _help_for(self, text: str) -> bool:
        from modem.explain import help_for

        line = text if text[:2].upper() == "AT" else f"AT{text}"
        found = help_for(line)
        if found is None:
            return self._error(f"nothing is known of {line}")
        values = (f"  {name:<10} {meaning}" for name, meaning in found.values)
        head = f"{found.summary} ({found.clause})"
        self._session.say(Kind.NOTE, head, *(f"  {form}" for form in found.forms), *values)
        return True

    async def _send(self, rest: str) -> bool:
        number, _, text = rest.partition(" ")
        if not re.fullmatch(r"\+?[0-9*#]{1,20}", number) or not text:
            return self._usage("/send")
        try:
            references = await self._session.channel.send_sms(number, text)
        except (ModemError, ChannelError) as error:
            return self._error(str(error))
        told = ", ".join(map(str, references)) or "none"
        self._session.say(Kind.OK, f"sent; message reference {told}")
        return True

    async def _decode(self, rest: str) -> bool:
        from modem import sms
        from modem.sms.view import draw

        text = "".join(rest.split())
        if not text or len(text) > _MAX_HEX:
            return self._usage("/decode")
        try:
            message = sms.decode_pdu(text)
        except sms.PduError as error:
            return self._error(str(error))
        width = shutil.get_terminal_size().columns
        self._session.say(Kind.NOTE, *draw(message, max(40, min(width, 120))))
        return True

    async def _record(self, rest: str) -> bool:
        if not rest:
            return self._usage("/record")
        if rest != "off":
            return self._begin_recording(rest)
        if self._recording is None:
            return self._error("nothing is recorded")
        self._session.say(Kind.NOTE, f"recorded to {self._recording.name}")
        self.close()
        return True

    def _begin_recording(self, name: str) -> bool:
        self.close()
        try:
            self._recording = Recording(name, self._session.channel, self._fail_recording)
        except (ValueError, RecordingError) as error:
            return self._error(str(error))
        self._session.say(Kind.NOTE, f"recording to {name}; numbers, texts and secrets are masked")
        return True

    def _fail_recording(self, why: str) -> None:
        self._recording = None
        self._error(why)

    async def _script(self, rest: str) -> bool:
        if not rest:
            return self._usage("/script")
        try:
            steps = parse_script(_read_file(Path(rest)))
        except (OSError, ValueError, ScriptError) as error:
            return self._error(str(error))
        run = ScriptRun()
        end = self._session.hear(run.hear)
        well = True
        try:
            async for outcome in run.outcomes(self._session.channel, steps):
                well = outcome.ok
                self._session.say(Kind.OK if well else Kind.REFUSED, outcome_line(outcome))
        finally:
            end()
        return well

    async def _hex(self, rest: str) -> bool:
        try:
            data = bytes.fromhex(rest)
        except ValueError:
            data = b""
        if not data or len(rest) > _MAX_HEX:
            return self._error("wanted bytes in hex, such as /hex 41 54 0D")
        await self._session.write(data)
        return True

    async def _raw(self, _rest: str) -> bool:
        on = not self._session.raw
        self._session.set_raw(on)
        self._session.say(Kind.NOTE, f"raw bytes {'on' if on else 'off'}")
        return True

    async def _leave(self, _rest: str) -> bool:
        self._quit()
        return True


def _read_file(path: Path) -> str:
    """As `read_script`, but of no FIFO: who waits for what it may bring reads no keys."""
    if path.exists() and not path.is_file():
        raise OSError(f"{path} is no file")
    return read_script(path)


def read_script(path: Path) -> str:
    """A script's text, or one that is too long for a script. Raises OSError."""
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.read(MAX_SCRIPT_LENGTH + 1)


def outcome_line(outcome: Outcome) -> str:
    """Such as `ok    3  AT+CSQ`."""
    verdict = "ok  " if outcome.ok else "FAIL"
    why = "" if outcome.why is None else f": {outcome.why}"
    return f"{verdict} {outcome.number:>3}  {outcome.text}{why}"
