"""Application tokens, and the JWTs that they are exchanged for. PyJWT's only user on this side.

The API's own JWTs are HS384 with `aud`, `esc.*`, `api_key`, `iss`, `iat`, `exp` (recorded calls);
those of a webhook have no documented algorithm: HS384 is used for them, too.
"""

from __future__ import annotations

import secrets
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt

from hil.emnify.simulator.errors import ErrorKind, Refused

ALGORITHM = "HS384"
# "240 minutes" in the documents, and in three of the recorded tokens.
LIFE = timedelta(minutes=240)
# "after 3 consecutive failed log-ins: TooManyRequests, 5 minutes".
MAX_FAILURES = 3
LOCKED = timedelta(minutes=5)
# The life of a webhook's JWT is not documented.
CALLBACK_LIFE = timedelta(minutes=5)
_SEGMENTS = 3  # RFC 7515 3.1
_AUDIENCE = "/api/v1/authentication"
_ISSUER = "spc-frontend001@simulated"


@dataclass(frozen=True, slots=True)
class ApplicationToken:
    """One of the organisation; `token` is shown once."""

    id: int
    description: str
    created: datetime
    expires: datetime | None = None


class Tokens:
    """The application tokens of an organisation, and the JWTs made for them."""

    def __init__(self, organisation_id: int, organisation: str) -> None:
        self._organisation_id = organisation_id
        self._organisation = organisation
        self._key = secrets.token_hex(32)
        self._tokens: dict[str, ApplicationToken] = {}
        self._failures: dict[str, int] = {}
        self._locked: dict[str, datetime] = {}

    def create(self, description: str, now: datetime, expires: datetime | None = None) -> str:
        """One more application token."""
        token = secrets.token_urlsafe(32)
        made = ApplicationToken(len(self._tokens) + 1, description, now, expires)
        self._tokens[token] = made
        return token

    def all(self) -> list[ApplicationToken]:
        """Those there are, without the tokens themselves."""
        return list(self._tokens.values())

    def log_in(self, token: str, peer: str, now: datetime) -> str:
        """A JWT for an application token; raises Refused. `peer` is who is locked out."""
        until = self._locked.get(peer)
        if until is not None and now < until:
            wait_s = int((until - now).total_seconds()) + 1
            message = f"Too many failed log-ins from this address; try again in {wait_s} s."
            raise Refused(ErrorKind.TOO_MANY_REQUESTS, message, wait_s=wait_s)
        known = self._tokens.get(token)
        if known is None or (known.expires is not None and now >= known.expires):
            self._count_failure(peer, now)
            raise Refused(ErrorKind.INVALID_CREDENTIALS, "Invalid application token.")
        self._failures.pop(peer, None)
        return self._signed(known, now)

    def _count_failure(self, peer: str, now: datetime) -> None:
        failures = self._failures.get(peer, 0) + 1
        self._failures[peer] = failures
        if failures >= MAX_FAILURES:
            self._locked[peer] = now + LOCKED
            del self._failures[peer]

    def _signed(self, token: ApplicationToken, now: datetime) -> str:
        claims = {
            "sub": f"app.{token.id}",
            "esc.app": token.id,
            "esc.org": self._organisation_id,
            "esc.orgName": self._organisation,
            "api_key": secrets.token_hex(16),
            "aud": _AUDIENCE,
            "iss": _ISSUER,
            "iat": int(now.timestamp()),
            "exp": int((now + LIFE).timestamp()),
        }
        return jwt.encode(claims, self._key, algorithm=ALGORITHM)

    def check(self, header: str | None, now: datetime) -> None:
        """Raises Refused unless the header of a call is right: `Bearer <JWT>`."""
        kind, _, token = (header or "").partition(" ")
        if kind.lower() != "bearer" or not token.strip():
            raise Refused(ErrorKind.INVALID_TOKEN, "Unauthorized")
        try:
            claims = jwt.decode(
                token.strip(),
                self._key,
                algorithms=[ALGORITHM],
                audience=_AUDIENCE,
                issuer=_ISSUER,
                # By the network's clock, which a test may have turned.
                options={"verify_exp": False, "verify_iat": False, "require": ["exp"]},
            )
        except jwt.InvalidTokenError as error:
            segments = token.count(".") + 1
            message = "token contains an invalid number of segments"  # as recorded
            message = str(error) if segments == _SEGMENTS else message
            raise Refused(ErrorKind.INVALID_TOKEN, message) from error
        if now.timestamp() >= float(claims["exp"]):
            raise Refused(ErrorKind.TOKEN_EXPIRED, "token is expired")


def callback_jwt(secret: str, organisation_id: int, now: datetime) -> str:
    """The JWT that goes with a webhook's call; the secret is the key as it is (UTF-8).

    Raises ValueError for a secret that PyJWT takes for a key of another kind.
    """
    claims: Mapping[str, Any] = {
        "iss": _ISSUER,
        "esc.org": organisation_id,
        "iat": int(now.timestamp()),
        "exp": int((now + CALLBACK_LIFE).timestamp()),
    }
    with warnings.catch_warnings():
        # Which key is long enough is for the operator to say: the portal takes any.
        warnings.filterwarnings("ignore", message="The HMAC key")
        try:
            return jwt.encode(dict(claims), secret, algorithm=ALGORITHM)
        except jwt.InvalidKeyError as error:
            raise ValueError(str(error)) from error
