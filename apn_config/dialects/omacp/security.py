"""Does the MAC of a provisioning message fit its document? (OMA-WAP-TS-ProvBoot-V1_1 6) Pure.

The MAC is HMAC-SHA1 over the document's octets; its key is the PIN in ASCII (USERPIN), the IMSI as
the card has it in EF_IMSI without the length octet (NETWPIN), or this followed by the PIN
(USERNETWPIN). The IMSI is no secret, and a short PIN falls to whoever has one message: 10,000
digests find four digits. Nothing in a message is new each time, so each is good for ever.
"""

from __future__ import annotations

import hmac

from apn_config.model import Mac, Security

_IMSI_DIGITS = range(6, 16)


def verify(mac: Mac, pin: str, imsi: str) -> bool:
    """Was it made with this PIN and this IMSI, as far as its SEC takes them? In constant time.

    False where what it takes is empty, for what isn't signed, and for USERPINMAC, which needs a
    user who types. Never raises.
    """
    key = key_for(mac.security, pin, imsi)
    return key is not None and hmac.compare_digest(digest(key, mac.body), mac.mac)


def key_for(security: Security, pin: str, imsi: str) -> bytes | None:
    """The key that a SEC takes; None where there is none, or something for it is missing."""
    pin_octets, network = pin.encode("utf-8", "surrogatepass"), imsi_octets(imsi)
    if security is Security.USERPIN:
        return pin_octets or None
    if security is Security.NETWPIN:
        return network
    if security is Security.USERNETWPIN and network and pin_octets:
        return network + pin_octets
    return None


def digest(key: bytes, body: bytes) -> bytes:
    """The MAC of a document: 20 octets."""
    return hmac.digest(key, body, "sha1")


def imsi_octets(imsi: str) -> bytes | None:
    """An IMSI as in EF_IMSI (3GPP TS 31.102 4.2.2), without the length; None for what is none.

    The first digit shares its octet with the parity, then each octet has the earlier digit in its
    low half; with an even number of digits the last half is F.
    """
    if not (imsi.isascii() and imsi.isdecimal() and len(imsi) in _IMSI_DIGITS):
        return None
    odd = len(imsi) % 2
    first = int(imsi[0]) << 4 | odd << 3 | 1
    rest = imsi[1:] if odd else imsi[1:] + "F"
    pairs = zip(rest[::2], rest[1::2], strict=True)
    return bytes((first,)) + bytes.fromhex("".join(later + sooner for sooner, later in pairs))


def typed_digits(pin: str, body: bytes) -> str:
    """What somebody types behind the PIN for a USERPINMAC message: as many digits more."""
    octets = digest(pin.encode("utf-8", "surrogatepass"), body)
    return "".join(str(octet % 10) for octet in octets[: len(pin)])
