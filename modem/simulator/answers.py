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
    SIM_BUSY = (14, "SIM busy")
    INCORRECT_PASSWORD = (16, "incorrect password")
    SIM_PIN2_REQUIRED = (17, "SIM PIN2 required")
    SIM_PUK2_REQUIRED = (18, "SIM PUK2 required")
    MEMORY_FULL = (20, "memory full")
    INVALID_INDEX = (21, "invalid index")
    NOT_FOUND = (22, "not found")
    TEXT_TOO_LONG = (24, "text string too long")
    INVALID_CHARACTERS = (25, "invalid characters in text string")
    NUMBER_TOO_LONG = (26, "dial string too long")
    INVALID_NUMBER = (27, "invalid characters in dial string")
    NO_NETWORK_SERVICE = (30, "no network service")
    NETWORK_NOT_ALLOWED = (32, "network not allowed - emergency calls only")
    INCORRECT_PARAMETERS = (50, "incorrect parameters")
    UNKNOWN = (100, "unknown")
    UNKNOWN_APN = (127, "missing or unknown APN")
    UNKNOWN_PDP_TYPE = (128, "unknown PDP address or PDP type")
    UNSPECIFIED_GPRS_ERROR = (148, "unspecified GPRS error")
    PDP_AUTHENTICATION_FAILURE = (149, "PDP authentication failure")


class Cms(Enum):
    """The +CMS ERROR codes that are used here, with their names (3GPP TS 27.005 3.2.5)."""

    NOT_ALLOWED = (302, "operation not allowed")
    NOT_SUPPORTED = (303, "operation not supported")
    INVALID_PDU_PARAMETER = (304, "invalid PDU mode parameter")
    INVALID_TEXT_PARAMETER = (305, "invalid text mode parameter")
    SIM_NOT_INSERTED = (310, "SIM not inserted")
    SIM_PIN_REQUIRED = (311, "SIM PIN required")
    SIM_FAILURE = (313, "SIM failure")
    SIM_BUSY = (314, "SIM busy")
    SIM_PUK_REQUIRED = (316, "SIM PUK required")
    INVALID_INDEX = (321, "invalid memory index")
    MEMORY_FULL = (322, "memory full")
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


@dataclass(frozen=True, slots=True)
class Online:
    """The line becomes a data connection (V.250 5.1): `result` is said, then bytes are data.

    `over` is called once, when the connection has ended: by ATH, by DTR (a port that is closed), or
    by the network. "+++" leads back to commands without ending it.
    """

    over: Callable[[], None]
    result: str = "CONNECT"


Outcome = Sequence[str] | Refusal | Online


class Deferred:
    """An answer that isn't there yet.

    Whoever has it calls `done`, `connect` or `refuse`, once; later calls change nothing.
    """

    def __init__(self) -> None:
        self._outcome: Outcome | None = None
        self._listener: Callable[[Outcome], None] | None = None

    def done(self, lines: Sequence[str] = ()) -> None:
        """The command succeeded."""
        self._set(lines)

    def connect(self, online: Online) -> None:
        """The command ends in a data connection."""
        self._set(online)

    def refuse(self, refusal: Refusal) -> None:
        """The command failed."""
        self._set(refusal)

    def then(self, listener: Callable[[Outcome], None]) -> None:
        """Have the outcome told, at once if it is there."""
        self._listener = listener
        if self._outcome is not None:
            listener(self._outcome)

    def _set(self, outcome: Outcome) -> None:
        if self._outcome is None:
            self._outcome = outcome
            if self._listener is not None:
                self._listener(outcome)


@dataclass(frozen=True, slots=True)
class Prompt:
    """The command wants a payload, ended by Ctrl-Z; `answer` is called with it.

    While a `text` is typed, each line of it is prompted for (3GPP TS 27.005 3.5.1).
    """

    answer: Callable[[bytes], Sequence[str] | Deferred]
    text: bool = False


Reply = Sequence[str] | Deferred | Prompt | Online


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
