"""The two errors of the codec: octets that are no SMS, and a wish that no SMS can carry.

PduError      the octets are wrong: which field, which octet, what was wanted
ComposeError  the caller asked for what can't be encoded

Neither message holds the text of an SMS.
"""

from __future__ import annotations


class PduError(ValueError):
    """Octets that can't be read as an SMS.

    `field` is the path of the field ("deliver.udh.ie[1]"), `octet` the offset from the start of
    what was given to the decoder (the SMSC octets count where they are there), `message` what is
    wrong with it. The string of the error has all three.
    """

    def __init__(self, field: str, octet: int, message: str) -> None:
        self.field = field
        self.octet = octet
        self.message = message
        super().__init__(f"{field} at octet {octet}: {message}")

    def __reduce__(self) -> tuple[type[PduError], tuple[str, int, str]]:
        """Pickling calls the class with the arguments it takes, not with the finished string."""
        return (PduError, (self.field, self.octet, self.message))


class ComposeError(ValueError):
    """A number, a text or an option that doesn't fit into an SMS; `field` names the argument."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        self.message = message
        super().__init__(f"{field}: {message}")

    def __reduce__(self) -> tuple[type[ComposeError], tuple[str, str]]:
        """Pickling calls the class with the arguments it takes, not with the finished string."""
        return (ComposeError, (self.field, self.message))
