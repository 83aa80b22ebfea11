"""A modem that answers from a table, over a link in memory.

It knows nothing of what the driver expects: each answer is text that a real modem of the named
family sends, or that its manual shows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import TypeAlias

from modem.device import Modem
from modem.errors import LinkLost, SimLocked
from modem.memory_link import MemoryLink, memory_links
from modem.notices import ModemEvent

OK = "OK"
ERROR = "ERROR"
MUTE = None

# One answer for ever, or one a time with the last one repeated, or one that is worked out.
Answer: TypeAlias = "str | list[str | None] | Callable[[str], str | None] | None"


def ok(*lines: str) -> str:
    """Information lines and the OK behind them."""
    return "\n".join((*lines, OK))


def now_s() -> float:
    """The loop's time."""
    return asyncio.get_running_loop().time()


# A SIM7600G-H behind a USB port: identity, memories, indications and service by the transcripts of
# the family (AT+CPMS=?, AT+CSMS? of a SIM7600 HAT; ATI of a SIM7600G-H).
SIM7600: dict[str, Answer] = {
    "AT": OK,
    "ATE0": OK,
    "AT+CMEE?": ok("+CMEE: 1"),
    "AT+CMEE=1": OK,
    "AT+CGMI": ok("SIMCOM INCORPORATED"),
    "AT+CGMM": ok("SIMCOM_SIM7600G-H"),
    "AT+CGMR": ok("+CGMR: LE20B04SIM7600G22"),
    "AT+CGSN": ok("862636050000017"),
    "AT+CFUN?": ok("+CFUN: 1"),
    "AT+CPIN?": ok("+CPIN: READY"),
    "AT+CSMS?": ok("+CSMS: 0,1,1,1"),
    "AT+CSMS=?": ok("+CSMS: (0-1)"),
    "AT+CPMS=?": ok('+CPMS: ("ME","MT","SM","SR"),("ME","MT","SM"),("ME","SM")'),
    "AT+CPMS?": ok('+CPMS: "ME",0,23,"ME",0,23,"ME",0,23'),
    "AT+CMGF=0": OK,
    "AT+CNMI=?": ok("+CNMI: (0-2),(0-3),(0,2),(0-2),(0,1)"),
    "AT+CNMI=2,1,0,1,0": OK,
    "AT+CNMI?": ok("+CNMI: 2,1,0,1,0"),
    "AT+CREG=2": OK,
    "AT+CGREG=2": OK,
    "AT+CEREG=2": OK,
    "AT+CGEREP=2": OK,
    "AT+CSCA?": ok('+CSCA: "+491710760000",145'),
    "AT+CIMI": ok("901430000000017"),
    "AT+CRSM=176,12258,0,0,10": ok('+CRSM: 144,0,"98880302000000001002"'),
}


class ScriptedModem:
    """Answers lines by `answers`; what isn't in it is refused. `lines` are those it got."""

    def __init__(self, answers: Mapping[str, Answer] | None = None) -> None:
        self.answers: dict[str, Answer] = dict(SIM7600 if answers is None else answers)
        self.lines: list[str] = []
        self.payloads: list[bytes] = []
        self.echo = True
        self.echoes_payloads = False
        self.link: MemoryLink | None = None
        self._buffer = b""
        self._prompting = False
        self._turns: dict[str, int] = {}

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while True:
            if self._prompting:
                payload, end, rest = self._buffer.partition(b"\x1a")
                if not end:
                    return
                self._prompting = False
                self._buffer = rest
                self.payloads.append(payload)
                if self.echoes_payloads:
                    self.write(payload + b"\x1a\r\n")
                self.say("+CMGS: 7", OK)
                continue
            line, end, rest = self._buffer.partition(b"\r")
            if not end:
                return
            self._buffer = rest
            self._take(line.decode("latin-1").strip("\x1b"))

    def link_lost(self, error: LinkLost) -> None:
        self.link = None

    def _take(self, line: str) -> None:
        self.lines.append(line)
        if self.echo and self._answer(line, peek=True) is not None:
            self.write(line.encode() + b"\r")
        if line == "ATE0":
            self.echo = False
        if line.startswith("AT+CMGS="):
            self._prompting = True
            self.write(b"\r\n> ")
            return
        answer = self._answer(line)
        if answer is not None:
            self.say(*answer.split("\n"))

    def _answer(self, line: str, *, peek: bool = False) -> str | None:
        answer = self.answers.get(line, ERROR)
        if callable(answer):
            return OK if peek else answer(line)
        if isinstance(answer, list):
            turn = self._turns.get(line, 0)
            if not peek:
                self._turns[line] = turn + 1
            return answer[min(turn, len(answer) - 1)]
        return answer

    def say(self, *lines: str) -> None:
        """Write lines as a modem does, each between CR LF."""
        for line in lines:
            self.write(f"\r\n{line}\r\n".encode("latin-1"))

    def write(self, data: bytes) -> None:
        if self.link is not None:
            self.link.write(data)

    def count(self, line: str) -> int:
        """How often a line came."""
        return self.lines.count(line)


class PinPad:
    """Gives each of its PINs once, and notes what it was asked and whether they were taken."""

    def __init__(self, *pins: str) -> None:
        self.pins = list(pins)
        self.asked: list[tuple[str, int | None]] = []
        self.taken = 0
        self.wrong = 0

    async def __call__(self, card: str, tries_left: int | None, /) -> str:
        self.asked.append((card, tries_left))
        if not self.pins:
            raise SimLocked("SIM PIN", "there is nothing left to try")
        return self.pins.pop(0)

    async def accepted(self) -> None:
        self.taken += 1

    async def refused(self) -> None:
        self.wrong += 1


def connect(script: ScriptedModem, events: list[ModemEvent] | None = None) -> Modem:
    """A Modem on a link to the scripted one."""
    heard: list[ModemEvent] = [] if events is None else events
    modem = Modem("memory", on_event=heard.append)
    ours, script.link = memory_links(modem.driver, script)
    modem.attach_link(ours)
    return modem


async def settle() -> None:
    """Let what was written arrive and be worked on."""
    for _ in range(20):
        await asyncio.sleep(0)
