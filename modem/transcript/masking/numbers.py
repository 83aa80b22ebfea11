"""Masks of numbers, digit for digit."""

from __future__ import annotations

import re

DIGITS = re.compile(r"[0-9]+")


class Numbers:
    """The numbers of one session and their masks: 000001, 000002, in the order of appearance.

    They are as long as the number. Nothing of it goes into its mask, so nothing leads back.
    """

    # A session that is recorded for months must not grow; then a number may get a new mask.
    MOST = 10_000

    def __init__(self) -> None:
        self._masks: dict[str, str] = {}
        self._count = 0

    def mask(self, digits: str) -> str:
        """The mask of a number's digits."""
        known = self._masks.get(digits)
        if known is not None:
            return known
        if len(self._masks) >= self.MOST:
            self._masks.clear()
        mask = digits
        while mask == digits:
            self._count += 1
            mask = str(self._count)[-len(digits) :].rjust(len(digits), "0")
        self._masks[digits] = mask
        return mask

    def mask_in(self, text: str, *, least: int = 1) -> str:
        """The text with each run of `least` digits and more masked."""
        return DIGITS.sub(
            lambda found: self.mask(found[0]) if len(found[0]) >= least else found[0], text
        )
