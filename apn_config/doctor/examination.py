"""What all checks share: the configuration, the port, the channel, and what was found so far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from apn_config.config import Config, ConfigError
from apn_config.control import Json
from apn_config.doctor.findings import Findings
from apn_config.doctor.place import Place
from modem import Identity, LocalChannel, Survey, Tap, UsbDevice


@dataclass(frozen=True, slots=True)
class Patience:
    """How long things are waited for, in seconds."""

    answer_s: float = 5.0
    other_s: float = 1.5
    """On another speed or another port of the same modem."""
    status_s: float = 60.0
    """The daemon asks a modem for it, which may be mute: three commands' time-outs."""
    daemon_s: float = 120.0
    """For a command through the daemon, which waits for the daemon's own."""
    card_s: float = 15.0
    registration_s: float = 60.0
    poll_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for: a port, or the configured one, or whatever is found.

    `elsewhere`: the port isn't the daemon's; `config_error`: why `config` isn't the file's, but for
    what could be read of it.
    """

    config: Config
    config_path: Path
    port: str | None = None
    elsewhere: bool = False
    config_error: ConfigError | None = None
    patience: Patience = Patience()
    place: Place = field(default_factory=Place)


@dataclass(slots=True)
class Examination:
    """One round of looking. Later checks read what earlier ones have put here.

    `status` is the running daemon's, `kept` the APN that it last knew to work with this card,
    `local` the channel on a port of our own, `rat` the technology of the registration,
    `error_reports` what +CMEE was at first.
    """

    order: Order
    findings: Findings
    progress: Callable[[str], None]
    tap: Tap = field(default_factory=Tap)
    port: str | None = None
    usb: tuple[UsbDevice, ...] = ()
    status: Json | None = None
    kept: str | None = None
    local: LocalChannel | None = None
    survey: Survey | None = None
    identity: Identity | None = None
    error_reports: int | None = None
    rat: str | None = None

    @property
    def config(self) -> Config:
        """The configuration."""
        return self.order.config

    @property
    def place(self) -> Place:
        """This machine."""
        return self.order.place

    @property
    def patience(self) -> Patience:
        """How long to wait."""
        return self.order.patience

    @property
    def baud(self) -> int:
        """The line's speed."""
        return self.config.modem.baud

    @property
    def shown_port(self) -> str:
        """The port as commands want it."""
        return self.port or "PORT"

    @property
    def questions(self) -> Survey:
        """The modem's survey; there is one wherever `may_look` lets a check begin."""
        assert self.survey is not None
        return self.survey
