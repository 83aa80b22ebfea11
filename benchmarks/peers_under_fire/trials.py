"""What is done to a program while messages come: kill -9 at random moments, or one fault."""

from __future__ import annotations

import os
import random
import signal
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.daemon import BenchmarkError
from benchmarks.peers_under_fire.programs import PATH, Program
from benchmarks.peers_under_fire.report import Cell, Count, Kills, counted
from benchmarks.peers_under_fire.station import Station

# Half of the kills come so long, at most, after a message's PDU was seen on the line; the others
# at a moment of a life that is so many times as long as the way to the first message.
AIM_S = 0.2
LIFE = 1.5
STARTS = 3
MESSAGES_A_KILL = 2
# How long a start, with a message waiting, may take until that is handed over.
START_S = 30.0
# A service manager's Restart=always, RestartSec=1.
RESTART_S = 1.0
# With an empty modem only an answer or a hook can still be under way.
QUIET_EMPTY_S = 8.0
# A program that doesn't hand over a last message within this time is stuck.
PROBE_S = 15.0
BURST = 20
SPACING_S = 0.25
# By lot, or for every fourth command, faults come seldom.
SLOW_S = 1.0
# The fault goes on for so long behind the last message.
TAIL_S = 3.0
OVERFLOW = 30
_TICK_S = 0.005
_LOOK_S = 0.1


def message(number: int) -> str:
    """The text of a message; our daemon takes it for a command, the tag in front."""
    return f"#{number} PING"


@dataclass(frozen=True, slots=True)
class Trouble:
    """What goes wrong while the messages come: a fault plan, and what is done before some of them.

    An act is an operation of the simulator, a pause in seconds, or `stop` or `start` for the
    program. Those of the number behind the last message come at the end.
    """

    name: str
    faults: Sequence[Mapping[str, Any]] = ()
    acts: Mapping[int, Sequence[str | float]] = field(default_factory=dict)
    messages: int = BURST
    spacing_s: float = SPACING_S


def _lot(action: str, octets: int) -> list[Mapping[str, Any]]:
    return [{"action": action, "octets": octets, "probability": 0.1}]


TROUBLES = (
    Trouble("nothing"),
    Trouble("a byte of an answer lost, 1 in 10", _lot("drop", 1), spacing_s=SLOW_S),
    Trouble("two bytes of an answer garbled, 1 in 10", _lot("garble", 2), spacing_s=SLOW_S),
    Trouble("URCs inside every second answer", [{"action": "urc-burst", "every": 2}]),
    Trouble("20 messages at once", spacing_s=0.0),
    Trouble("+CMTI lost", [{"action": "urc-lost"}]),
    Trouble(
        "a deletion isn't confirmed, 1 in 4",
        [{"action": "no-final", "prefix": "AT+CMGD", "every": 4}],
        spacing_s=SLOW_S,
    ),
    Trouble(
        "the storage is full at the start",
        acts={1: ["stop"], OVERFLOW + 1: ["start"]},
        messages=OVERFLOW,
        spacing_s=0.0,
    ),
    Trouble("the modem restarts, twice", acts={7: ["reboot"], 14: ["reboot"]}),
    Trouble("the cable is unplugged for 8 s", acts={11: ["unplug", 8.0, "plug"]}),
)


class Fire:
    """One program, its modem and its messages, in a directory of their own. A context."""

    def __init__(self, program: Program, home: Path) -> None:
        self.station = Station(home)
        self.sent: list[str] = []
        self.ended = 0
        self._program = program
        self._home = home
        self._command = program.prepare(home, self.station.port)
        self._process: subprocess.Popen[bytes] | None = None
        self._ended_s: float | None = None
        self._due: list[tuple[float, str]] = []

    def __enter__(self) -> Fire:
        return self

    def __exit__(self, *_error: object) -> None:
        self.kill()
        self.station.__exit__()

    def start(self) -> None:
        """Start the program, in a process group of its own."""
        with (self._home / "output").open("ab") as output:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self._home,
                env={**os.environ, "PATH": PATH, "HOME": str(self._home), "LC_ALL": "C.UTF-8"},
                start_new_session=True,
            )
        self._ended_s = None

    def kill(self) -> None:
        """kill -9, all processes of the program at once."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def schedule(self, texts: Sequence[str], spacing_s: float) -> None:
        """Have messages delivered from now on, at a steady pace."""
        now_s = time.monotonic()
        self._due += [(now_s + number * spacing_s, text) for number, text in enumerate(texts)]

    def wait(self, limit_s: float, met: Callable[[], bool] = lambda: False) -> bool:
        """Let time pass, deliver what is due, start what has ended; has `met` become true?"""
        end_s = time.monotonic() + limit_s
        while not (found := met()) and time.monotonic() < end_s:
            self._tend()
            time.sleep(max(0.0, min(_TICK_S, end_s - time.monotonic())))
        return found

    def _tend(self) -> None:
        now_s = time.monotonic()
        while self._due and self._due[0][0] <= now_s:
            _, text = self._due.pop(0)
            self.sent.append(text)
            self.station.deliver(text)
        if self._process is None or self._process.poll() is None:
            return
        if self._ended_s is None:
            self._ended_s = now_s
        elif now_s - self._ended_s >= RESTART_S:
            self.ended += 1
            self.kill()  # what it may have left of its group
            self.start()

    def handed_over(self) -> dict[str, list[str]]:
        """What the program's user has by now, by way."""
        return self._program.handed_over(self._home)

    def has(self, text: str) -> bool:
        """Was that message handed over, one way or another?"""
        return any(text in texts for texts in self.handed_over().values())

    def settle(self, patience_s: float) -> None:
        """Undisturbed, until all is handed over and the modem empty, or nothing changes."""
        seen: object = None
        seen_s = time.monotonic()
        while True:
            self.wait(_LOOK_S)
            handed, held = self.handed_over(), self.station.holds()
            sent = set(self.sent)
            ended = not (self._due or held or self._program.at_work(self._home))
            if ended and all(sent <= set(texts) for texts in handed.values()):
                return
            now = (len(self._due), held, [len(texts) for texts in handed.values()])
            if now != seen:
                seen, seen_s = now, time.monotonic()
            elif time.monotonic() - seen_s > (patience_s if held else QUIET_EMPTY_S):
                return


def first_message_s(program: Program) -> float:
    """From a start to the first message that is handed over; the median of a few."""
    found = []
    for _ in range(STARTS):
        with TemporaryDirectory(prefix="fire-") as home, Fire(program, Path(home)) as fire:
            fire.schedule([message(0)], 0.0)
            fire.wait(2.0, lambda: fire.station.holds() == 1)
            begun_s = time.monotonic()
            fire.start()
            if not fire.wait(START_S, lambda: fire.has(message(0))):
                raise BenchmarkError(f"{program.name}: nothing within {START_S:g} s")
            found.append(time.monotonic() - begun_s)
    return statistics.median(found)


def kill_at_random(
    program: Program, kills: int, first_s: float, seed: int, patience_s: float
) -> Kills:
    """Kill it so often while twice as many messages come, then let it finish.

    `first_s` is how long it takes from a start to the first message handed over.
    """
    chance = random.Random(seed)
    texts = [message(number) for number in range(MESSAGES_A_KILL * kills)]
    with TemporaryDirectory(prefix="fire-") as home, Fire(program, Path(home)) as fire:
        begun_s = time.monotonic()
        # The two kinds of lives take `first_s` each, about, at the mean.
        fire.schedule(texts, first_s / MESSAGES_A_KILL)
        for number in range(kills):
            _live(fire, LIFE * first_s, chance.random(), aimed=number % 2 == 0)
            fire.kill()
        fire.start()
        fire.settle(patience_s)
        took_s = time.monotonic() - begun_s
        ways = _ways(fire)
    return Kills(program.name, kills, round(first_s, 2), round(took_s, 1), ways)


def _live(fire: Fire, longest_s: float, lot: float, *, aimed: bool) -> None:
    """Start the program and let it live for a part of that time, or until a message is read."""
    place = fire.station.traffic()
    fire.start()
    if aimed:
        fire.wait(longest_s, lambda: fire.station.has_shown_a_message(place))
        fire.wait(AIM_S * lot)
    else:
        fire.wait(longest_s * lot)


def disturb(program: Program, trouble: Trouble, seed: int, patience_s: float) -> Cell:
    """Let one thing go wrong while messages come, then let it finish."""
    with TemporaryDirectory(prefix="fire-") as home, Fire(program, Path(home)) as fire:
        fire.schedule([message(0)], 0.0)
        fire.start()
        if not fire.wait(START_S, lambda: fire.has(message(0)) and not fire.station.holds()):
            raise BenchmarkError(f"{program.name}: nothing within {START_S:g} s")
        fire.station.set_faults(trouble.faults, seed)
        _stream(fire, trouble)
        happened = fire.station.faults()
        fire.station.set_faults((), seed)
        fire.settle(patience_s)
        stuck = bool(fire.station.holds()) and not _takes_another(fire)
        ended = fire.ended
        return Cell(program.name, trouble.name, happened, ended, stuck, _ways(fire))


def _stream(fire: Fire, trouble: Trouble) -> None:
    for number in range(1, trouble.messages + 2):
        for act in trouble.acts.get(number, ()):
            _act(fire, act)
        if number <= trouble.messages:
            fire.schedule([message(number)], 0.0)
            fire.wait(trouble.spacing_s)
    fire.wait(TAIL_S)


def _act(fire: Fire, act: str | float) -> None:
    if act == "stop":
        fire.kill()
    elif act == "start":
        fire.start()
    elif isinstance(act, str):
        fire.station.do(act)
    else:
        fire.wait(act)


def _takes_another(fire: Fire) -> bool:
    probe = message(len(fire.sent))
    fire.schedule([probe], 0.0)
    return fire.wait(PROBE_S, lambda: fire.has(probe))


def _ways(fire: Fire) -> dict[str, Count]:
    """What was counted, by way; ends the program."""
    fire.kill()
    handed = fire.handed_over()
    waiting = fire.station.waits()
    left = fire.station.stored() if fire.station.holds() else []
    return {
        name: counted(fire.sent, texts, left, waiting=waiting) for name, texts in handed.items()
    }
