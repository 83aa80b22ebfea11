"""Numbers as logs may show them."""

from __future__ import annotations

from apn_config.model import Sender


def masked(sender: Sender) -> str:
    """The last two digits of a longer number; a name or a short number whole, made harmless."""
    if not sender.address:
        return "nobody"
    shown = "".join(c if c.isprintable() else "?" for c in sender.address)
    if sender.alphanumeric or len(shown) <= 5:
        return shown
    return "*" * (len(shown) - 2) + shown[-2:]
