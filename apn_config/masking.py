"""Numbers as logs may show them."""

from __future__ import annotations

from apn_config.model import Sender


def masked(sender: Sender) -> str:
    """The last two digits of a longer number; a name or a short number whole, made harmless."""
    if not sender.address:
        return "nobody"
    if sender.alphanumeric or len(sender.address) <= 5:
        return "".join(c if c.isprintable() else "?" for c in sender.address)
    return "*" * (len(sender.address) - 2) + sender.address[-2:]
