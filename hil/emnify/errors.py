"""What can go wrong with the platform, as one tree.

EmnifyError
├── ApiError            the platform said no: status, code, token, message, errors
├── NoAnswer            it could not be reached, or was silent
├── MaybeSent           an SMS whose answer was lost: it may have been sent
├── PartlySent          a long text of which some parts went out and one did not
├── UnexpectedAnswer    its answer makes no sense
├── RequestError        the caller asked for what can't be sent
└── LibraryMissing      an optional library isn't installed

Every class carries `exit_code`, the exit code of a one-shot command that ends in it. No message
holds a token or a secret.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_FAILED, _USAGE, _REFUSED, _FORBIDDEN, _NO_ANSWER = 1, 2, 4, 6, 8
_UNAUTHORIZED, _NOT_ALLOWED_HERE, _CONFLICT, _UNPROCESSABLE = 401, 403, 409, 422
# Bodies of gateways may be whole pages.
_MAX_MESSAGE = 300

_HINTS = {
    401: "check the application token: is it of this workspace, and not expired or revoked?",
    403: "the application token may not do that",
    429: "wait some minutes; after three failed log-ins the platform is closed for five",
}


class EmnifyError(Exception):
    """The base of all errors of the client side."""

    exit_code: int = _FAILED


class ApiError(EmnifyError):
    """The platform refused: the HTTP status and what its body says.

    `code` and `token` are the API's own ("Errors" of its guidelines); both are empty where a
    gateway answered. `errors` are the parts of it, each with the same three keys as the body.
    """

    def __init__(self, what: str, status: int, body: object = None) -> None:
        fields: Mapping[str, Any] = body if isinstance(body, Mapping) else {}
        self.status = status
        self.code = _number(fields.get("error_code"))
        self.token = str(fields.get("error_token") or "")
        self.message = str(fields.get("message") or "")[:_MAX_MESSAGE]
        self.errors: tuple[Mapping[str, Any], ...] = _mappings(fields.get("errors"))
        self.exit_code = self._exit_code()
        name = f" {self.token}" if self.token else ""
        said = f": {self._said()}" if self._said() else ""
        hint = f"; {_HINTS[status]}" if status in _HINTS else ""
        super().__init__(f"{what}: the platform answered {status}{name}{said}{hint}")

    def _said(self) -> str:
        """The message, and those of its parts that say something else."""
        parts = [str(part.get("message") or "")[:_MAX_MESSAGE] for part in self.errors]
        return "; ".join(dict.fromkeys(text for text in (self.message, *parts) if text))

    def _exit_code(self) -> int:
        """No permission, refused by policy, or failed."""
        if self.status == _UNAUTHORIZED:
            return _FORBIDDEN
        # "Traffic limit of X MT-SMS per month exceeded" is a 422, as a wrong field is one.
        limit = self.status == _UNPROCESSABLE and "traffic limit" in self.message.lower()
        return _REFUSED if limit or self.status in (_NOT_ALLOWED_HERE, _CONFLICT) else _FAILED


class NoAnswer(EmnifyError):
    """The platform could not be reached, or didn't answer; `why` is the cause in words.

    `sent` tells that the request went out, so that it may have been carried out.
    """

    exit_code = _NO_ANSWER

    def __init__(self, what: str, why: str, *, sent: bool = False) -> None:
        self.why = why
        self.sent = sent
        super().__init__(f"{what}: no answer from the platform ({why})")


class MaybeSent(EmnifyError):
    """The SMS was handed over, and no answer told what became of it. It must not be repeated."""

    def __init__(self, device_id: int, why: EmnifyError) -> None:
        self.device_id = device_id
        self.why = why
        self.exit_code = why.exit_code
        super().__init__(
            f"the SMS to device {device_id} may have been sent; "
            f"look with `modem-helper emnify sms list {device_id}` before you repeat it ({why})"
        )


class PartlySent(EmnifyError):
    """Some parts of a long text were taken (`ids`), and the next one wasn't."""

    def __init__(self, device_id: int, ids: Sequence[int], total: int, why: EmnifyError) -> None:
        self.device_id = device_id
        self.ids = tuple(ids)
        self.total = total
        self.why = why
        self.exit_code = why.exit_code
        super().__init__(f"{len(ids)} of {total} parts went to device {device_id}: {why}")


class UnexpectedAnswer(EmnifyError):
    """The platform's answer isn't what its documents or recordings show."""


class RequestError(EmnifyError):
    """The caller asked for what can't be sent."""

    exit_code = _USAGE


class LibraryMissing(EmnifyError):
    """A library that only these commands need isn't there."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} isn't installed: pip install 'modem-helper[bench]'")


def _number(value: object) -> int | None:
    try:
        return int(str(value))
    except ValueError:
        return None


def _mappings(value: object) -> tuple[Mapping[str, Any], ...]:
    return tuple(v for v in value if isinstance(v, Mapping)) if isinstance(value, list) else ()
