"""Octets, how far they are read, what was odd about them. It knows bounds, no meanings."""

from __future__ import annotations

from modem.sms.errors import PduError


class Reader:
    """Reads a PDU from left to right; each way out of its octets is a PduError.

    `name` is the first part of the field paths in errors and warnings ("deliver").
    """

    __slots__ = ("name", "octets", "position", "strict", "warnings")

    def __init__(self, octets: bytes, *, strict: bool, name: str = "pdu") -> None:
        self.octets = octets
        self.position = 0
        self.strict = strict
        self.name = name
        self.warnings: list[str] = []

    @property
    def left(self) -> int:
        """How many octets are still to be read."""
        return len(self.octets) - self.position

    def octet(self, field: str) -> int:
        """The next octet."""
        if self.position >= len(self.octets):
            raise self.error(field, self.position, "wanted 1 octet, 0 left")
        value = self.octets[self.position]
        self.position += 1
        return value

    def take(self, count: int, field: str) -> bytes:
        """The next `count` octets."""
        end = self.position + count
        if end > len(self.octets):
            wanted = "1 octet" if count == 1 else f"{count} octets"
            raise self.error(field, self.position, f"wanted {wanted}, {self.left} left")
        taken = self.octets[self.position : end]
        self.position = end
        return taken

    def error(self, field: str, octet: int, message: str) -> PduError:
        """The error to raise for a field of the PDU that is being read."""
        return PduError(f"{self.name}.{field}", octet, message)

    def defect(self, field: str, octet: int, message: str) -> None:
        """A breach of the standard: an error when strict, else a warning."""
        error = self.error(field, octet, message)
        if self.strict:
            raise error
        self.warnings.append(str(error))

    def remark(self, field: str, octet: int, message: str) -> None:
        """Something that the standard settles but a user may want to know: always a warning."""
        self.warnings.append(str(self.error(field, octet, message)))
