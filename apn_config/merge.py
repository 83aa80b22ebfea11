"""What a context is to become, from what it is and what a command asks for. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from apn_config.model import NO_CREDENTIALS, Apn, ApnRequest, AuthType, Credentials
from modem import same_apn


@dataclass(frozen=True, slots=True)
class Refusal:
    """The request can't be carried out; `reason` is a word of an answer."""

    reason: str


def merge(former: Apn, request: ApnRequest) -> Apn | Refusal:
    """The APN that `request` wants where `former` is now.

    What is absent stays; but another name doesn't inherit credentials. Where nobody can tell what
    the credentials are, they are left alone, and a request that would write or clear them is
    refused: a roll-back would have nothing to bring back.
    """
    pdp_type = request.type or former.type
    asked = (request.user, request.password, request.auth)
    if former.credentials is None:
        if asked != (None, None, None):
            return Refusal("unknown-credentials")
        return Apn(request.name, pdp_type, None)
    same = same_apn(request.name, former.name)
    base = former.credentials if same else NO_CREDENTIALS
    if asked == (None, None, None):
        return Apn(request.name, pdp_type, base)
    credentials = _credentials(base, request)
    if credentials is None:
        return Refusal("bad-auth")
    return Apn(request.name, pdp_type, credentials)


def _credentials(base: Credentials, request: ApnRequest) -> Credentials | None:
    """The new credentials; None where the request contradicts itself.

    A user or password without a type means PAP, as in the operators' own provisioning messages. A
    user that is cleared takes the password with it.
    """
    user = base.user if request.user is None else request.user
    kept = "" if request.user == "" else base.password
    password = kept if request.password is None else request.password
    if request.auth is AuthType.NONE:
        return None if request.user or request.password else NO_CREDENTIALS
    if not user and not password and request.auth is None:
        return NO_CREDENTIALS
    auth = request.auth or base.auth
    return Credentials(AuthType.PAP if auth is AuthType.NONE else auth, user, password)
