"""A simulated modem on a fake clock, for the tests of this directory."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from modem.profiles import SIM7600, Profile
from modem.simulator import Network, NetworkSettings, SimulatedModem, Submission

EPOCH = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


class Bench:
    """One modem and its network; `now_s` is the time, which `wait` moves."""

    def __init__(
        self,
        profile: Profile = SIM7600,
        *,
        settings: NetworkSettings | None = None,
        echo: bool = False,
        pin: str | None = None,
        has_card: bool = True,
        lte_only: bool = False,
        start_apn: str = "em",
    ) -> None:
        self.now_s = 0.0
        self.network = Network(
            settings or NetworkSettings(apns=("em", "other")), clock=self.clock, epoch=EPOCH
        )
        self.modem = SimulatedModem(
            self.network,
            profile,
            pin=pin,
            has_card=has_card,
            lte_only=lte_only,
            start_apn=start_apn,
        )
        self.submissions: list[Submission] = []
        self.modem.on_submission = self.submissions.append
        if not echo:
            self.ask("ATE0")

    def clock(self) -> float:
        return self.now_s

    def send(self, data: bytes) -> str:
        """Bytes to the modem; what it says at once."""
        self.modem.feed(data)
        return self.modem.take_output().decode("latin-1")

    def ask(self, line: str) -> str:
        """A command line; what the modem says at once."""
        return self.send(line.encode("latin-1") + b"\r")

    def said(self) -> str:
        """What the modem has said unasked."""
        return self.modem.take_output().decode("latin-1")

    def wait(self, span_s: float) -> str:
        """Let time pass; what the modem says in it."""
        self.now_s += span_s
        self.modem.advance()
        return self.said()


def lines(text: str) -> list[str]:
    """What the modem said, without the empty lines between."""
    return [line for line in text.split("\r\n") if line]


def with_sizes(profile: Profile, **sizes: int) -> Profile:
    """The profile with memories of other sizes."""
    part = replace(profile.simulator, sizes={**profile.simulator.sizes, **sizes})
    return replace(profile, simulator=part)
