"""A platform with simulated modems on a fake clock, and what their hosts do by AT commands."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

from hil.emnify.simulator.changes import Change, SmsChanged
from hil.emnify.simulator.organisation import PlatformSettings
from hil.emnify.simulator.platform import Platform
from hil.emnify.simulator.records import Device, Sms, Via
from hil.emnify.simulator.wire_form import Outgoing
from hil.station import Station
from modem.profiles import SIM7600, Profile
from modem.simulator import Network, NetworkSettings, SimulatedModem, identity
from modem.sms import Deliver, compose, decode_pdu

EPOCH = datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC)


class Office:
    """One organisation with some devices; `wait` moves the time."""

    def __init__(
        self,
        modems: int = 1,
        *,
        profile: Profile = SIM7600,
        settings: PlatformSettings | None = None,
    ) -> None:
        self.now_s = 0.0
        self.network = Network(NetworkSettings(apns=("em",)), clock=lambda: self.now_s, epoch=EPOCH)
        self.modems = [
            SimulatedModem(self.network, profile, who=identity(0, number), start_apn="em")
            for number in range(modems)
        ]
        self.platform = Platform(self.network, settings)
        self.changes: list[Change] = []
        self.platform.watch(self.changes.append)
        nothing = cast(Any, None)  # neither port nor wire: the hosts are here
        for number, modem in enumerate(self.modems):
            self.platform.add_station(Station(number, modem, nothing, nothing, None))
            self.ask("ATE0+CMGF=0;+CNMI=2,1", number)
        self.devices = list(self.platform.devices.values())

    @property
    def device(self) -> Device:
        """The first one."""
        return self.devices[0]

    def wait(self, span_s: float) -> None:
        """Let time pass."""
        self.now_s += span_s
        self.network.agenda.advance()

    def ask(self, line: str, number: int = 0) -> str:
        """A command line; what the modem says at once."""
        self.modems[number].feed(line.encode() + b"\r")
        return self.modems[number].take_output().decode("latin-1")

    def send(self, payload: str = "APN em", **wanted: Any) -> Sms:
        """An SMS to the first device by REST, and the time that its first try takes."""
        expires = wanted.pop("expires", None)
        outgoing = Outgoing(payload, **wanted)
        sms = self.platform.terminated.send(self.device, outgoing, Via.REST, expires)
        self.wait(0.2)
        return sms

    def received(self, number: int = 0) -> list[Deliver]:
        """What a modem has stored, as its host reads it."""
        listing = self.ask("AT+CMGL=4", number).split("\r\n")
        pdus = [line for line in listing if line and set(line) <= set("0123456789ABCDEF")]
        return [message for pdu in pdus if isinstance(message := decode_pdu(pdu), Deliver)]

    def submit(self, to: str, text: str | bytes, number: int = 0, patience_s: float = 1.0) -> str:
        """Send an SMS by AT+CMGS; the modem's last word on the last part."""
        answer = ""
        for part in compose(to, text):
            self.modems[number].feed(f"AT+CMGS={part.tpdu_length}\r".encode())
            self.modems[number].feed(part.pdu.encode() + b"\x1a")
            self.wait(patience_s)
            answer = self.modems[number].take_output().decode("latin-1")
        return answer

    def sent(self, number: int = 0) -> list[Sms]:
        """What is kept of a device's messages."""
        return list(self.devices[number].messages.values())


def told(office: Office) -> list[str]:
    """Follow the states of all messages from now on; the list grows."""
    words: list[str] = []

    def note(change: Change) -> None:
        if isinstance(change, SmsChanged):
            words.append(change.sms.status.words)

    office.platform.watch(note)
    return words
