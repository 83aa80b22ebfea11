"""An SMS to the daemon and its answer, with the time of each leg."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from hil.report.values import Leg
from hil.rig.cloud import Answer, Cloud, Sent
from hil.rig.daemon import Daemon, LogLine
from hil.rig.recorder import Recorder, Trace
from hil.rig.waiting import NotInTime

# What its log says at each leg.
_LEGS: Sequence[tuple[str, Leg, str]] = (
    (r"^<- URC (\+CMTI?):", Leg.MODEM, "announced ({})"),
    (r"^message \d+ from .*: (.*)", Leg.DAEMON, "stored and judged: {}"),
    (r"^-> AT\+CMGS=(\d+)", Leg.OUTBOX, "AT+CMGS={}"),
    (r"^<- \+CMGS: *(\d+)", Leg.OUTBOX, "the network took it, reference {}"),
)


_OVERTAKEN_S = 2.0


@dataclass(frozen=True, slots=True)
class Exchange:
    """A command and its answer; times in seconds: there, back, and in all."""

    sent: Sent
    answer: Answer

    @property
    def total_s(self) -> float:
        """From the call to the answer."""
        return self.answer.at - self.sent.began


class Talk:
    """Sends commands to a running daemon and waits for what it answers."""

    def __init__(self, cloud: Cloud, daemon: Daemon, recorder: Recorder) -> None:
        self._cloud = cloud
        self._daemon = daemon
        self._recorder = recorder

    def ask(self, command: str, expected: str = "OK", *, limit_s: float | None = None) -> Exchange:
        """A command, without its tag, and its answer, which has to begin with `expected`."""
        tag = self._cloud.new_tag()
        since, lines = len(self._cloud.answers), len(self._daemon.lines)
        sent = self.send(f"{tag} {command}")
        answer = self._cloud.awaited(
            lambda found: found.text.startswith(f"{tag} "),
            f"an answer to {command!r}",
            since,
            limit_s=limit_s,
            also=self._daemon.log,
        )
        with suppress(NotInTime):  # the answer may overtake the modem's word that it is sent
            self._daemon.until_logged(r"^<- \+CMGS:", lines, _OVERTAKEN_S)
        self.trace(f"{tag} {command}", sent, answer, self._daemon.lines[lines:])
        assert answer.text.startswith(f"{tag} {expected}"), answer.text
        return Exchange(sent, answer)

    def send(self, text: str, *, sender: str | None = None) -> Sent:
        """An SMS to the daemon that nobody waits for yet."""
        return self._cloud.send(text, sender=sender)

    def trace(self, label: str, sent: Sent, answer: Answer, lines: Sequence[LogLine]) -> Trace:
        """Record the way of a message and of its answer."""
        trace = self._recorder.message(label)
        trace.mark(Leg.REST, "the call begins", sent.began)
        trace.mark(Leg.REST, "the platform took it", sent.accepted)
        for sms_id in sent.ids:
            outcome = self._cloud.outcomes.get(sms_id)
            if outcome is not None:
                trace.mark(Leg.PLATFORM, f"receipt: {outcome.status.text}", outcome.at)
        for line in lines:
            _mark(trace, line)
        trace.mark(Leg.WEBHOOK, answer.text, answer.at)
        return trace


def _mark(trace: Trace, line: LogLine) -> None:
    for pattern, leg, words in _LEGS:
        match = re.match(pattern, line.text)
        if match is not None:
            trace.mark(leg, words.format(match[1]), line.at)
