"""The card in a simulated modem: numbers, PINs and PUKs with their tries, phone book."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from modem.simulator.identity import PLMN, Identity

PIN_TRIES = 3
PUK_TRIES = 10
DEFAULT_PIN = "1234"
DEFAULT_PUK = "12345678"
DEFAULT_PIN2 = "5678"
DEFAULT_PUK2 = "87654321"
PHONE_BOOK_SIZE = 50
PREFERRED_SIZE = 8  # operators in EF_PLMNwAcT


class Lock(Enum):
    """What the card asks for, in the words of +CPIN? (3GPP TS 27.007 8.3)."""

    READY = "READY"
    PIN = "SIM PIN"
    PUK = "SIM PUK"
    BLOCKED = "blocked"
    BUSY = "busy"
    OFF = "off"


@dataclass(slots=True)
class Secret:
    """A PIN and the PUK that gives a new one; tries survive a power-up (ETSI TS 102 221 9.5)."""

    pin: str
    puk: str
    tries: int = PIN_TRIES
    puk_tries: int = PUK_TRIES

    def verify(self, pin: str) -> bool:
        """Try a PIN; a wrong one costs a try, and without tries none is right."""
        if self.tries and pin == self.pin:
            self.tries = PIN_TRIES
            return True
        self.tries = max(0, self.tries - 1)
        return False

    def unblock(self, puk: str, new_pin: str) -> bool:
        """Try a PUK, and with a right one set a new PIN; a wrong one costs a try."""
        if self.puk_tries and puk == self.puk:
            self.pin = new_pin
            self.tries = PIN_TRIES
            self.puk_tries = PUK_TRIES
            return True
        self.puk_tries = max(0, self.puk_tries - 1)
        return False


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """An entry of a phone book: digits with `+` in front or not, and a name."""

    number: str
    name: str = ""

    @property
    def kind(self) -> int:
        """<type>: 145 international, 129 unknown (3GPP TS 24.008 10.5.4.7)."""
        return 145 if self.number.startswith("+") else 129


@dataclass(frozen=True, slots=True)
class Preferred:
    """An operator of the preferred list: MCC and MNC, and GSM, GSM compact, UTRAN, E-UTRAN."""

    plmn: str
    acts: tuple[int, int, int, int] = (1, 0, 1, 1)


class Card:
    """A SIM. Its PIN is asked for after each power-up while that is switched on (+CLCK)."""

    def __init__(self, who: Identity, *, pin: str | None = None, puk: str = DEFAULT_PUK) -> None:
        self.iccid = who.iccid
        self.imsi = who.imsi
        self.msisdn = who.msisdn
        self.service_provider = "Simulated"  # EF_SPN
        self.smsc: str | None = None  # +CSCA; None until the network or the host has set it
        self.pin1 = Secret(pin or DEFAULT_PIN, puk)
        self.pin2 = Secret(DEFAULT_PIN2, DEFAULT_PUK2)
        self.pin_enabled = pin is not None
        self.busy = False  # while it starts
        self.off = False  # while the modem gives it no power
        self.phone_book: dict[int, PhoneNumber] = {}  # from 1 to PHONE_BOOK_SIZE
        self.own_numbers: dict[int, PhoneNumber] = {1: PhoneNumber(f"+{who.msisdn}")}
        self.preferred: dict[int, Preferred] = {1: Preferred(PLMN)}
        self.selected_file = 0  # by SELECT; 0 a directory
        self.response = b""  # what GET RESPONSE fetches
        self._unlocked = pin is None

    @property
    def lock(self) -> Lock:
        """What stands between the host and the card."""
        if self.off:
            return Lock.OFF
        return Lock.BUSY if self.busy else self.asks

    @property
    def asks(self) -> Lock:
        """What it wants, or will want once it has started."""
        if self.pin1.puk_tries == 0:
            return Lock.BLOCKED
        if self.pin1.tries == 0:
            return Lock.PUK
        return Lock.READY if self._unlocked else Lock.PIN

    def power_up(self) -> None:
        """The card is reset: a PIN has to be given again."""
        self.off = False
        self._unlocked = not self.pin_enabled
        self.selected_file = 0
        self.response = b""

    def verify(self, pin: str) -> bool:
        """Try a PIN; a wrong one costs a try."""
        right = self.pin1.verify(pin)
        self._unlocked = self._unlocked or right
        return right

    def unblock(self, puk: str, new_pin: str) -> bool:
        """Try a PUK; a right one sets a new PIN and switches it on (ETSI TS 102 221 11.1.13)."""
        right = self.pin1.unblock(puk, new_pin)
        if right:
            self._unlocked = self.pin_enabled = True
        return right
