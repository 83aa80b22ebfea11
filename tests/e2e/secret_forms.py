"""The forms in which a secret may stand in a file or an answer, and where it is found."""

from __future__ import annotations

from base64 import b32encode, b64encode
from collections.abc import Iterable, Mapping
from pathlib import Path

from modem.sms import encode_septets

# Shorter ones stand somewhere by chance.
LEAST_OCTETS = 4


def forms(secret: str | bytes) -> dict[str, bytes]:
    """The forms of a word, or of a key's octets, by their names."""
    if isinstance(secret, bytes):
        found = {"octets": secret}
    else:
        found = {"plain": secret.encode("ascii"), "UCS-2": secret.encode("utf-16-be")}
        # Within a packed text it begins at any bit. The first and last octet hold neighbours' bits.
        found |= {f"septets at bit {bit}": packed(secret, bit)[1:-1] for bit in range(8)}
    for name, octets in list(found.items()):
        found[f"{name}, in hex"] = octets.hex().encode()
        found[f"{name}, in HEX"] = octets.hex().upper().encode()
    found |= _encoded(secret if isinstance(secret, bytes) else secret.encode("ascii"))
    assert all(len(form) >= LEAST_OCTETS for form in found.values()), "too short to be sure"
    return found


def _encoded(octets: bytes) -> dict[str, bytes]:
    """In base 32 and 64, wherever in a longer text: what three, or five, places have in common."""
    found = {}
    for skip in range(3):
        whole = b64encode(bytes(skip) + octets)
        # Four characters of three octets; those that neighbours have a part in are cut off.
        inner = whole[-(-skip * 8 // 6) : (skip + len(octets)) * 8 // 6]
        found[f"base64 at {skip}"] = inner
        found[f"URL base64 at {skip}"] = inner.translate(bytes.maketrans(b"+/", b"-_"))
    for skip in range(5):
        inner = b32encode(bytes(skip) + octets)[-(-skip * 8 // 5) : (skip + len(octets)) * 8 // 5]
        found[f"base32 at {skip}"] = inner
        found[f"small base32 at {skip}"] = inner.lower()
    return found


def packed(word: str, bit: int) -> bytes:
    """The word's septets (3GPP TS 23.038 6.1.2.1), from that bit of the first octet on."""
    value = 0
    for number, septet in enumerate(encode_septets(word)):
        value |= septet << (7 * number + bit)
    length = (7 * len(word) + bit + 7) // 8
    return value.to_bytes(length, "little")


def found_in(octets: bytes, secrets: Mapping[str, str | bytes]) -> list[str]:
    """The secrets that stand in these octets, each with the form that it has there."""
    return [
        f"{name}: {form}"
        for name, secret in secrets.items()
        for form, wanted in forms(secret).items()
        if wanted in octets
    ]


def found_at(paths: Iterable[Path], secrets: Mapping[str, str | bytes]) -> dict[str, list[str]]:
    """The files in which one of them stands."""
    found = {path.name: found_in(path.read_bytes(), secrets) for path in sorted(paths)}
    return {name: words for name, words in found.items() if words}
