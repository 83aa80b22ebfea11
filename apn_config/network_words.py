"""Registration and signal in the words of an answer, of `info --json` and of the status."""

from __future__ import annotations

from modem import Registration, Signal


def registration_word(registration: Registration) -> str:
    """home, roaming or none."""
    if not registration.registered:
        return "none"
    return "roaming" if registration.roaming else "home"


def network_pairs(registration: Registration, signal: Signal) -> list[tuple[str, str]]:
    """`reg=`, `rat=`, `rssi=` and `rsrp=`, those that are known, the more important first."""
    pairs = [("reg", registration_word(registration))]
    if registration.rat is not None:
        pairs.append(("rat", registration.rat))
    if registration.sms_unproven:
        pairs.append(("sms", "unproven"))
    if signal.rssi_dbm is not None:
        pairs.append(("rssi", str(signal.rssi_dbm)))
    if signal.rsrp_dbm is not None:
        pairs.append(("rsrp", str(signal.rsrp_dbm)))
    return pairs
