"""The card in a simulated modem: its numbers, its PIN and PUK with their tries, its files."""

from __future__ import annotations

from enum import Enum

from modem.simulator.identity import Identity

PIN_TRIES = 3
PUK_TRIES = 10
DEFAULT_PUK = "12345678"

# Elementary files (3GPP TS 31.102 4.2, ETSI TS 102 221 13.2)
EF_ICCID = 0x2FE2
EF_IMSI = 0x6F07


class Lock(Enum):
    """What the card asks for, in the words of +CPIN? (3GPP TS 27.007 8.3)."""

    READY = "READY"
    PIN = "SIM PIN"
    PUK = "SIM PUK"
    BLOCKED = "blocked"


class Card:
    """A SIM. Its PIN is asked for after each power-up when it has one; tries survive that."""

    def __init__(self, who: Identity, *, pin: str | None = None, puk: str = DEFAULT_PUK) -> None:
        self.iccid = who.iccid
        self.imsi = who.imsi
        self.msisdn = who.msisdn
        self.smsc: str | None = None  # +CSCA; None until the network or the host has set it
        self.pin = pin
        self.puk = puk
        self.pin_tries = PIN_TRIES
        self.puk_tries = PUK_TRIES
        self._unlocked = pin is None

    @property
    def lock(self) -> Lock:
        """What stands between the host and the card."""
        if self.puk_tries == 0:
            return Lock.BLOCKED
        if self.pin_tries == 0:
            return Lock.PUK
        return Lock.READY if self._unlocked else Lock.PIN

    def power_up(self) -> None:
        """The card is reset: a PIN has to be given again."""
        self._unlocked = self.pin is None

    def verify(self, pin: str) -> bool:
        """Try a PIN; a wrong one costs a try."""
        if pin == self.pin:
            self.pin_tries = PIN_TRIES
            self._unlocked = True
            return True
        self.pin_tries -= 1
        return False

    def unblock(self, puk: str, new_pin: str) -> bool:
        """Try a PUK, and with a right one set a new PIN; a wrong one costs a try."""
        if puk == self.puk:
            self.pin = new_pin
            self.pin_tries = PIN_TRIES
            self.puk_tries = PUK_TRIES
            self._unlocked = True
            return True
        self.puk_tries -= 1
        return False

    def read_file(self, number: int) -> bytes | None:
        """An elementary file's content; None where there is none of that number."""
        if number == EF_ICCID:
            return _swapped(self.iccid.ljust(20, "F"))
        if number == EF_IMSI:  # TS 31.102 4.2.2: the length, then parity and digits
            digits = f"9{self.imsi}".ljust(16, "F")
            return bytes([(len(self.imsi) + 2) // 2]) + _swapped(digits)
        return None


def _swapped(digits: str) -> bytes:
    """Digits in pairs, the first of each in the low half of its octet."""
    return bytes(int(digits[i + 1] + digits[i], 16) for i in range(0, len(digits), 2))
