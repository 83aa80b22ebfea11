"""The simulated modem that all programs are tried on: a process of its own that survives them."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from apn_config.control import ControlClient
from benchmarks.daemon import BenchmarkError
from modem import Modem, sms

ROOT = Path(__file__).parents[2]
PROFILE = "sim7600"
# How many messages its memory holds.
ROOM = 23
BAUD = 115_200
# The network's two seconds for a registration become 200 ms, the modem's ten of a start one.
TIME_SCALE = 10
SENDER = "12345"
END_S = 10.0
# Its own memory and the card's.
_MEMORIES = ("ME", "SM")
# Hex that is too long for an IMEI, an ICCID or an answer in +CSCS="HEX": a message on the line.
_PDU = re.compile(rb"<< [^\n]*[0-9A-F]{32}")


class Station:
    """A running simulation with one modem. Use it as a context."""

    def __init__(self, home: Path) -> None:
        self.port = home / "modem0"
        self._trace = home / "trace"
        options = ["--profile", PROFILE, "--baud", str(BAUD), "--time-scale", str(TIME_SCALE)]
        options += ["--start-apn", "em", "--link", str(self.port), "--control", str(home / "sim")]
        options += ["--outbox", str(home / "outbox"), "--trace", str(self._trace)]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "cli", "simulate", "--json", *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            cwd=ROOT,
        )
        assert self._process.stdout is not None
        self._process.stdout.readline()  # all is ready
        control = ControlClient.connect(home / "sim")
        if control is None:
            raise BenchmarkError("the simulated modem didn't start")
        self._control = control

    def __enter__(self) -> Station:
        return self

    def __exit__(self, *_error: object) -> None:
        self._control.close()
        self._process.terminate()
        self._process.wait(END_S)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def do(self, op: str, **args: Any) -> Any:
        """An operation of `modem-helper sim-control`."""
        return self._control.call(op, args)

    def deliver(self, text: str) -> None:
        """An SMS to the modem."""
        self.do("deliver", **{"from": SENDER, "text": text})

    def set_faults(self, faults: Sequence[Mapping[str, Any]], seed: int) -> None:
        """What goes wrong from now on; none ends it."""
        self.do("faults", plan={"seed": seed, "fault": list(faults)})

    def faults(self) -> int:
        """How many faults of the plan have happened."""
        counts: Mapping[str, int] = self.do("faults")["faults"]
        return sum(counts.values())

    def holds(self) -> int:
        """How many messages are in the modem, or wait at the network for room in it."""
        (state,) = self.do("state")["modems"]
        used = sum(state["memories"][name]["used"] for name in _MEMORIES)
        return int(used + state["waiting"])

    def waits(self) -> int:
        """How many of them wait at the network."""
        return int(self.do("state")["modems"][0]["waiting"])

    def traffic(self) -> int:
        """How far the trace has come: a place to look on from."""
        return self._trace.stat().st_size

    def has_shown_a_message(self, since: int) -> bool:
        """Has the modem put a message on the line since that place in the trace?"""
        with self._trace.open("rb") as trace:
            trace.seek(since)
            return _PDU.search(trace.read()) is not None

    def stored(self) -> list[str]:
        """The texts of the messages in the modem. Nobody else may be at its port."""
        return asyncio.run(_stored(str(self.port)))


async def _stored(port: str) -> list[str]:
    modem = await Modem.open(port, on_event=lambda _event: None)
    try:
        await modem.initialise()
        found = await modem.stored_messages(every_memory=True)
    finally:
        await modem.close()
    decoded = [sms.decode_pdu(message.pdu) for message in found]
    return [each.text or "" for each in decoded if isinstance(each, sms.Deliver)]


def sent(outbox: Path) -> list[str]:
    """The texts that the network took from the modem, in order."""
    if not outbox.exists():
        return []
    whole, _, _ = outbox.read_text().rpartition("\n")
    return [json.loads(line)["text"] for line in whole.splitlines()]
