"""What a report may show: no secret, no long number."""

from __future__ import annotations

import re

# IMEI, IMSI, ICCID and MSISDN have ten digits and more; a short number has eight at most.
_LONG_NUMBER = re.compile(r"\d{9,}")
_SHOWN_DIGITS = 2
# Less is no secret, and would be found in every other word.
_LEAST_CHARS = 4


class Masker:
    """Hides what it was told, and all numbers of nine digits and more."""

    def __init__(self) -> None:
        self._secrets: dict[str, str] = {}

    def hide(self, secret: str | None, shown: str) -> None:
        """From now on `shown` stands for it, such as <token>."""
        if secret is not None and len(secret) >= _LEAST_CHARS:
            self._secrets[secret] = shown

    def __call__(self, text: str) -> str:
        """The text as it may be shown."""
        for secret, shown in self._secrets.items():
            text = text.replace(secret, shown)
        return _LONG_NUMBER.sub(_masked, text)


def _masked(found: re.Match[str]) -> str:
    digits = found[0]
    return "*" * (len(digits) - _SHOWN_DIGITS) + digits[-_SHOWN_DIGITS:]
