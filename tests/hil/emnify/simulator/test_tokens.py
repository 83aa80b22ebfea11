"""Application tokens and JWTs, on a clock that is passed in."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime, timedelta

import jwt
import pytest

from hil.emnify.simulator.errors import Refused
from hil.emnify.simulator.tokens import Tokens, callback_jwt

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def tokens() -> Tokens:
    return Tokens(4242, "Simulated")


def claims(token: str) -> dict[str, object]:
    found: dict[str, object] = jwt.decode(token, options={"verify_signature": False})
    return found


def test_a_token_lives_four_hours() -> None:
    made = tokens()
    token = made.log_in(made.create("x", NOW), "peer", NOW)
    found = claims(token)
    assert jwt.get_unverified_header(token)["alg"] == "HS384"
    assert (found["aud"], found["esc.org"]) == ("/api/v1/authentication", 4242)
    assert int(str(found["exp"])) - int(str(found["iat"])) == 14400
    made.check(f"Bearer {token}", NOW + timedelta(seconds=14399))
    with pytest.raises(Refused, match="expired") as refused:
        made.check(f"Bearer {token}", NOW + timedelta(seconds=14400))
    assert refused.value.status == 401


FORGED = {
    "none": None,
    "empty": "Bearer ",
    "another kind": "Basic abc",
    "no JWT": "Bearer abc",
    "algorithm none": "Bearer " + jwt.encode({"exp": 4e9}, "", algorithm="none"),
    "another key": "Bearer "
    + jwt.encode(
        {"exp": 4e9, "aud": "/api/v1/authentication", "iss": "spc-frontend001@simulated"},
        "k" * 48,
        algorithm="HS384",
    ),
}


@pytest.mark.parametrize("header", FORGED.values(), ids=FORGED)
def test_what_is_no_token(header: str | None) -> None:
    with pytest.raises(Refused) as refused:
        tokens().check(header, NOW)
    assert refused.value.status == 401


def test_another_platforms_token() -> None:
    ours, theirs = tokens(), tokens()
    token = theirs.log_in(theirs.create("x", NOW), "peer", NOW)
    with pytest.raises(Refused):
        ours.check(f"Bearer {token}", NOW)


def test_three_failures_lock_out_for_five_minutes() -> None:
    made = tokens()
    right = made.create("x", NOW)
    for _ in range(3):
        with pytest.raises(Refused) as refused:
            made.log_in("wrong", "peer", NOW)
        assert refused.value.status == 401
    with pytest.raises(Refused) as refused:
        made.log_in(right, "peer", NOW + timedelta(minutes=4))
    assert (refused.value.status, refused.value.wait_s) == (429, 61)
    made.log_in(right, "another", NOW)
    made.log_in(right, "peer", NOW + timedelta(minutes=5))


def test_a_success_ends_the_count() -> None:
    made = tokens()
    right = made.create("x", NOW)
    for token in ("wrong", "wrong", right, "wrong", "wrong", right):
        try:
            made.log_in(token, "peer", NOW)
        except Refused as refused:
            assert refused.status == 401  # noqa: PT017
    assert [token.description for token in made.all()] == ["x"]


def test_an_application_token_expires() -> None:
    made = tokens()
    token = made.create("x", NOW, NOW + timedelta(days=1))
    made.log_in(token, "peer", NOW)
    with pytest.raises(Refused, match="Invalid application token"):
        made.log_in(token, "peer", NOW + timedelta(days=1))


@pytest.mark.parametrize("secret", ["short", "k" * 64, "ключ"])
def test_a_webhooks_jwt(secret: str) -> None:
    token = callback_jwt(secret, 4242, datetime.now(tz=UTC))
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(token, "x" * 48, algorithms=["HS384"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = jwt.decode(token, secret, algorithms=["HS384"])
    assert found["exp"] - found["iat"] == 300
