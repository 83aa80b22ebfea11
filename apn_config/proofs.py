"""What messages are proven by: the secrets of the moment, and what is wrong with a proof. Pure.

Every comparison of a secret takes the same time, whatever is given. Which proof is wanted is
access.py's to say.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from apn_config.config import OmacpConfig
from apn_config.model import (
    Device,
    Mac,
    Password,
    PinWord,
    Proof,
    Security,
    SetupCode,
    Signature,
)

PLAIN, SIGNED, OMACP = "plain", "signed", "omacp"
# The reasons of those who gave a secret, and a wrong one.
SETUP_WRONG: Final = "setup-wrong"
OFFENCES: Final = frozenset(
    {"pin-wrong", "password-wrong", "signature-wrong", "mac-wrong", SETUP_WRONG}
)


class SigningKey(Protocol):
    """A key of signed commands (apn_config.keys.Key)."""

    @property
    def name(self) -> str: ...
    @property
    def octets(self) -> bytes: ...
    @property
    def previous(self) -> bool: ...
    @property
    def fingerprint(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Secrets:
    """What messages are proven by, as far as enabled dialects need it; none is in a repr.

    `passwords` and `devices`, the numbers by which messages name this device, go by dialects.
    `lax`: a dialect without a secret of its own may be let in on its sender's word alone, as long
    as no PIN word is set either.
    """

    pin_word: str | None = field(default=None, repr=False)
    passwords: Mapping[str, Password] = field(default_factory=dict, repr=False)
    devices: Mapping[str, str] = field(default_factory=dict)
    omacp_pin: str | None = field(default=None, repr=False)
    omacp_accept: frozenset[Security] = OmacpConfig().accept
    setup_code: str | None = field(default=None, repr=False)
    keys: tuple[SigningKey, ...] = field(default=(), repr=False)
    lax: bool = True

    @property
    def demanded(self) -> bool:
        """Is a sender's word nowhere enough?"""
        return self.pin_word is not None or not self.lax

    @property
    def set_up(self) -> bool:
        """Has the device a secret beside the set-up code?"""
        return bool(self.pin_word or self.passwords or self.omacp_pin or self.keys)

    @property
    def by_card(self) -> frozenset[str]:
        """The numbers of the card by which messages are proven: iccid, imsi."""
        by_imsi = Security.NETWPIN in self.omacp_accept
        by_both = Security.USERNETWPIN in self.omacp_accept and self.omacp_pin is not None
        imsi = {"imsi"} if by_imsi or by_both else set()
        return frozenset(imsi | ({"iccid"} if self.keys else set()))

    def words(self) -> tuple[str, ...]:
        """The secrets that may stand in a text, to be hidden there."""
        found = [self.pin_word, self.omacp_pin, self.setup_code]
        return tuple(word for word in found if word) + tuple(
            password.word for password in self.passwords.values()
        )

    def wants(self, dialect: str) -> bool:
        """Does a message of that dialect have to hold a secret, unless a rule says otherwise?"""
        if dialect == PLAIN:
            return self.pin_word is not None
        return dialect in (SIGNED, OMACP) or dialect in self.passwords

    def key_of(self, fingerprint: str | None) -> SigningKey | None:
        """The key of that fingerprint, as long as it is in the ring."""
        return next((key for key in self.keys if key.fingerprint == fingerprint), None)

    def proves(self, dialect: str, proof: Proof | None) -> bool:
        """Does a proof that was let in hold a secret? Neither an IMSI nor an ignored word does."""
        match proof:
            case PinWord(word):
                return self.pin_word is not None and same(word, self.pin_word)
            case Password():
                return self.is_password(dialect, proof)
            case Mac(security):
                return security in (Security.USERPIN, Security.USERNETWPIN)
        return isinstance(proof, Signature | SetupCode)

    def is_password(self, dialect: str, given: Password) -> bool:
        """Is it the one that is configured? In constant time."""
        wanted = self.passwords.get(dialect)
        if wanted is None:
            return False
        word, login = same(given.word, wanted.word), same(given.login, wanted.login)
        return word and login


def pin_fault(secrets: Secrets, proof: Proof | None) -> str | None:
    """What is wrong with the PIN word.

    One is ignored where none is set: one operator's devices need not all have one.
    """
    if secrets.pin_word is None:
        return None
    if not isinstance(proof, PinWord):
        return "pin-missing"
    return None if same(proof.word, secrets.pin_word) else "pin-wrong"


def password_fault(secrets: Secrets, dialect: str, proof: Proof | None) -> str | None:
    """What is wrong with the password of a dialect.

    One that has none must lead nobody around the secrets of the others.
    """
    if dialect not in secrets.passwords:
        return "no-proof" if secrets.demanded else None
    if not isinstance(proof, Password):
        return "password-missing"
    return None if secrets.is_password(dialect, proof) else "password-wrong"


def mac_fault(secrets: Secrets, proof: Proof | None, device: Device) -> str | None:
    """What is wrong with the MAC of an OMA CP message."""
    if not isinstance(proof, Mac):
        return "no-proof"
    kind, pin = proof.security, secrets.omacp_pin
    if kind not in secrets.omacp_accept or kind is Security.USERPINMAC:
        return f"{kind.value}-refused"
    if kind is Security.UNSIGNED:
        return None
    if kind is not Security.NETWPIN and not pin:
        return "no-pin"
    if kind is not Security.USERPIN and not device.imsi:
        return "no-imsi"
    from apn_config.dialects.omacp.security import verify

    return None if verify(proof, pin or "", device.imsi) else "mac-wrong"


def signer(secrets: Secrets, proof: Signature, device: Device) -> SigningKey | str:
    """The key that has signed, or what is wrong. Each key is tried, whichever it is."""
    if not secrets.keys:
        return "no-key"
    if not device.iccid:
        return "no-iccid"
    from apn_config.dialects.signed import verify

    found = [key for key in secrets.keys if verify(key.octets, device.iccid, proof)]
    return found[0] if found else "signature-wrong"


def same(one: str, other: str) -> bool:
    """Are two words the same? In constant time."""
    return hmac.compare_digest(_octets(one), _octets(other))


def _octets(word: str) -> bytes:
    return word.encode("utf-8", "surrogatepass")
