"""Calls about tokens."""

from __future__ import annotations

from hil.emnify.simulator.rest import schemas
from hil.emnify.simulator.rest.calls import Api, Call, Reply, Route, api_date, read_date


def authenticate(api: Api, call: Call) -> Reply:
    """POST: an application token for a JWT; no refresh token, as documented."""
    token = api.tokens.log_in(call.body["application_token"], call.peer, api.platform.now())
    return Reply(200, {"auth_token": token})


def create(api: Api, call: Call) -> Reply:
    """POST: one more application token, shown this once."""
    expiry = call.body.get("expiry_date")
    expires = None if expiry is None else read_date("expiry_date", expiry)
    token = api.tokens.create(call.body.get("description", ""), api.platform.now(), expires)
    return Reply(201, {"application_token": token})


def listed(api: Api, _call: Call) -> Reply:
    """GET: those there are, without the tokens."""
    tokens = [
        {
            "id": token.id,
            "description": token.description,
            "created": api_date(token.created),
            "expiry_date": api_date(token.expires),
        }
        for token in api.tokens.all()
    ]
    return Reply(200, tokens)


ROUTES = (
    Route(
        "POST",
        "/api/v1/authenticate",
        "Log in with an application token",
        authenticate,
        body=schemas.AUTHENTICATE,
        reply=schemas.AUTHENTICATED,
        public=True,
    ),
    Route(
        "GET",
        "/api/v1/application_token",
        "List application tokens",
        listed,
        reply=schemas.ANY_LIST,
    ),
    Route(
        "POST",
        "/api/v1/application_token",
        "Create an application token",
        create,
        201,
        body=schemas.APPLICATION_TOKEN,
        reply=schemas.obj(("application_token",), application_token=schemas.TEXT),
    ),
)
