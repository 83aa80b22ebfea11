"""What the API refuses, in its own terms: a status, a code, a token, a message."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any


class ErrorKind(Enum):
    """HTTP status, `error_code`, `error_token` (API guidelines, "Errors"; those in use).

    1401 is documented as 422 and was seen as 404; 1406 as 400 or 409: 404 and 409 are used.
    """

    BAD_REQUEST = (400, 1000, "BadRequest")
    TOO_LARGE = (413, 1000, "BadRequest")
    INVALID_CREDENTIALS = (401, 1101, "InvalidCredentials")
    INVALID_TOKEN = (401, 1102, "InvalidToken")
    TOKEN_EXPIRED = (401, 1103, "TokenExpired")
    FORBIDDEN = (403, 1104, "Forbidden")
    TOO_MANY_REQUESTS = (429, 1105, "TooManyRequests")
    NOT_FOUND = (404, 1201, "NotFound")
    METHOD_NOT_ALLOWED = (405, 1201, "NotFound")
    INVALID_QUERY = (422, 1301, "InvalidQueryCriteria")
    INVALID_SORT = (422, 1302, "InvalidSortCriteria")
    INVALID_INPUT = (422, 1400, "InputValidationFailed")
    INVALID_REFERENCE = (404, 1401, "InvalidReference")
    REQUIRED = (422, 1402, "Required")
    INVALID_FORMAT = (422, 1403, "InvalidFormat")
    NOT_ALLOWED = (409, 1406, "NotAllowed")
    LIMIT = (422, 1406, "NotAllowed")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, as it stands in an error's body."""

    error: ErrorKind
    message: str

    def as_json(self) -> dict[str, Any]:
        """The three keys."""
        _, code, token = self.error.value
        return {"error_code": code, "error_token": token, "message": self.message}


class Refused(Exception):
    """The platform doesn't do it. `faults` are the parts of it."""

    def __init__(
        self, error: ErrorKind, message: str, faults: tuple[Fault, ...] = (), *, wait_s: int = 0
    ) -> None:
        self.error = error
        self.message = message
        self.faults = faults
        self.wait_s = wait_s
        super().__init__(message)

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.error.value[0]

    def as_json(self) -> dict[str, Any]:
        """The body: the three keys, and `errors` where several things are wrong."""
        body = Fault(self.error, self.message).as_json()
        if self.faults:
            body["errors"] = [fault.as_json() for fault in self.faults]
        return body


class Invalid(Refused):
    """A field is wrong: 422 with the field's fault in `errors`."""

    def __init__(
        self, field: str, problem: str, error: ErrorKind = ErrorKind.INVALID_FORMAT
    ) -> None:
        message = f"{field}: {problem}"
        super().__init__(ErrorKind.INVALID_INPUT, message, (Fault(error, message),))


def unknown(kind: str, key: object) -> Refused:
    """An id that nothing has, in the words that were seen: "Endpoint with Id '..' not found."."""
    return Refused(ErrorKind.INVALID_REFERENCE, f"{kind} with Id '{key}' not found.")
