"""What a command handler may answer: lines, a refusal, an answer that comes later, a prompt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum


class Cme(Enum):
    """The +CME ERROR codes that are used here, with their names (3GPP TS 27.007 9.2)."""

    NOT_ALLOWED = (3, "operation not allowed")
    NOT_SUPPORTED = (4, "operation not supported")
    SIM_NOT_INSERTED = (10, "SIM not inserted")
    SIM_PIN_REQUIRED = (11, "SIM PIN required")
    SIM_PUK_REQUIRED = (12, "SIM PUK required")
    SIM_FAILURE = (13, "SIM failure")
    INCORRECT_PASSWORD = (16, "incorrect password")
    NO_NETWORK_SERVICE = (30, "no network service")
    INCORRECT_PARAMETERS = (50, "incorrect parameters")
    UNKNOWN = (100, "unknown")
    UNKNOWN_APN = (127, "missing or unknown APN")
    UNKNOWN_PDP_TYPE = (128, "unknown PDP address or PDP type")
    UNSPECIFIED_GPRS_ERROR = (148, "unspecified GPRS error")
    PDP_AUTHENTICATION_FAILURE = (149, "PDP authentication failure")


class Cms(Enum):
    """The +CMS ERROR codes that are used here, with their names (3GPP TS 27.005 3.2.5)."""

    NOT_SUPPORTED = (303, "operation not supported")
    INVALID_PDU_PARAMETER = (304, "invalid PDU mode parameter")
    SIM_NOT_INSERTED = (310, "SIM not inserted")
    SIM_PIN_REQUIRED = (311, "SIM PIN required")
    SIM_FAILURE = (313, "SIM failure")
    SIM_PUK_REQUIRED = (316, "SIM PUK required")
    INVALID_INDEX = (321, "invalid memory index")
    SMSC_UNKNOWN = (330, "SMSC address unknown")
    NO_NETWORK_SERVICE = (331, "no network service")
    NO_CNMA_EXPECTED = (340, "no +CNMA acknowledgement expected")


class Refusal(Exception):
    """A command ends in something else than OK."""

    def text(self, cmee: int) -> str:
        """The final result for that setting of +CMEE (3GPP TS 27.007 9.1)."""
        raise NotImplementedError


class PlainRefusal(Refusal):
    """A result code of V.250: "ERROR", "NO CARRIER"."""

    def __init__(self, word: str = "ERROR") -> None:
        self._word = word
        super().__init__(word)

    def text(self, cmee: int) -> str:
        """The word, whatever the setting."""
        return self._word


class CmeRefusal(Refusal):
    """+CME ERROR, or ERROR while +CMEE is 0."""

    def __init__(self, code: Cme) -> None:
        self.code = code
        super().__init__(code.name)

    def text(self, cmee: int) -> str:
        """The number or the name of the error."""
        if cmee == 0:
            return "ERROR"
        number, name = self.code.value
        return f"+CME ERROR: {name if cmee == 2 else number}"


class CmsRefusal(Refusal):
    """+CMS ERROR. It comes with +CMEE=0, too: that setting governs +CME ERROR alone."""

    def __init__(self, code: Cms) -> None:
        self.code = code
        super().__init__(code.name)

    def text(self, cmee: int) -> str:
        """The number or the name of the error."""
        number, name = self.code.value
        return f"+CMS ERROR: {name if cmee == 2 else number}"


class Deferred:
    """An answer that isn't there yet.

    Whoever has it calls `done` or `refuse`, once; later calls change nothing.
    """

    def __init__(self) -> None:
        self._outcome: Sequence[str] | Refusal | None = None
        self._listener: Callable[[Sequence[str] | Refusal], None] | None = None

    def done(self, lines: Sequence[str] = ()) -> None:
        """The command succeeded."""
        self._set(lines)

    def refuse(self, refusal: Refusal) -> None:
        """The command failed."""
        self._set(refusal)

    def then(self, listener: Callable[[Sequence[str] | Refusal], None]) -> None:
        """Have the outcome told, at once if it is there."""
        self._listener = listener
        if self._outcome is not None:
            listener(self._outcome)

    def _set(self, outcome: Sequence[str] | Refusal) -> None:
        if self._outcome is None:
            self._outcome = outcome
            if self._listener is not None:
                self._listener(outcome)


@dataclass(frozen=True, slots=True)
class Prompt:
    """The command wants a payload, ended by Ctrl-Z; `answer` is called with it."""

    answer: Callable[[bytes], Sequence[str] | Deferred]


Reply = Sequence[str] | Deferred | Prompt


def number(field: str | None, allowed: range, *, default: int | None = None) -> int:
    """A parameter that is a number; raises CmeRefusal(50) for anything else."""
    if field is None and default is not None:
        return default
    if field is None or not (field.isascii() and field.isdigit() and len(field) <= 10):
        raise CmeRefusal(Cme.INCORRECT_PARAMETERS)
    value = int(field)
    if value not in allowed:
        raise CmeRefusal(Cme.INCORRECT_PARAMETERS)
    return value
