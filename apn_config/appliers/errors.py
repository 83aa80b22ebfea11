"""What can go wrong with the part of the system that an APN is given to, besides the modem.

ApplierError
├── ApplierRefused       it said no, or what is needed isn't there: another try won't help
└── ApplierUnavailable   it doesn't answer now, and may be there later

No message holds a password.
"""

from __future__ import annotations

from typing import ClassVar


class ApplierError(Exception):
    """The base of both; the message says what happened and what to do."""

    exit_code: ClassVar[int] = 1


class ApplierRefused(ApplierError):
    """The change can't be made this way."""


class ApplierUnavailable(ApplierError):
    """The change can't be made now."""
