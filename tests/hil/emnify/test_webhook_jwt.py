"""Whom the receiver believes: the JWT of each call."""

from __future__ import annotations

import asyncio
import base64
import time

import jwt
import pytest

from hil.emnify.errors import RequestError
from hil.emnify.webhook import Receiver
from tests.hil.emnify.receiving import MO, RECEIPT, SECRET, Taker, bench, signed

VALID: dict[str, dict[str, str]] = {
    "HS256": signed(algorithm="HS256"),
    "HS384": signed(),
    "HS512": signed(algorithm="HS512"),
    "lasts": signed(exp=int(time.time()) + 3600),
    "foreign claims": signed(aud="/api", sub=7, jti=7, iat=int(time.time()) + 3000),
    "lower case": {"Authorization": signed()["Authorization"].replace("Bearer", "bearer")},
}


_PLAIN = signed()["Authorization"].removeprefix("Bearer ").split(".")


_DEEP = base64.urlsafe_b64encode(b"[" * 5000).decode().rstrip("=")


INVALID: dict[str, dict[str, str]] = {
    "no header": {},
    "wrong key": signed("another key, as long as it has to be for those algorithms, SHA-384 too"),
    "expired": signed(exp=int(time.time()) - 3600),
    "not yet": signed(nbf=int(time.time()) + 3600),
    "none": {"Authorization": f"Bearer {jwt.encode({}, None, algorithm='none')}"},
    "no signature": {"Authorization": f"Bearer {'.'.join(_PLAIN[:2])}."},
    "another signature": {"Authorization": f"Bearer {'.'.join(_PLAIN[:2])}.{'A' * 64}"},
    "basic": {"Authorization": "Basic YTpi"},
    "no JWT": {"Authorization": "Bearer x"},
    "empty": {"Authorization": "Bearer "},
    "too deep": {"Authorization": f"Bearer {_DEEP}.e30.AAAA"},
    "not ASCII": {"Authorization": "Bearer é.é.é"},
}


@pytest.mark.parametrize("headers", VALID.values(), ids=VALID)
def test_a_jwt_of_the_secret_opens(headers: dict[str, str]) -> None:
    async def main() -> None:
        async with bench(SECRET) as b:
            assert await b.post(MO, headers) == 204
            assert await b.call("PATCH", RECEIPT, headers) == 204
        assert len(b.taken) == 2

    asyncio.run(main())


def test_a_clock_that_is_a_little_ahead_is_no_reason() -> None:
    test_a_jwt_of_the_secret_opens(signed(exp=int(time.time()) - 5))


@pytest.mark.parametrize("headers", INVALID.values(), ids=INVALID)
def test_all_else_is_refused(headers: dict[str, str]) -> None:
    async def main() -> None:
        async with bench(SECRET) as b:
            assert await b.post(MO, headers) == 401
            assert await b.call("PATCH", RECEIPT, headers) == 401
        assert b.taken == []

    asyncio.run(main())


def test_a_header_that_is_no_text_is_refused() -> None:
    async def main() -> None:
        async with bench(SECRET) as b:
            port = int(b.url.rstrip("/").rpartition(":")[2])
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n")
            writer.write(b"Authorization: Bearer \xe9.\xff.x\r\n\r\n{}")
            assert b" 401 " in await reader.readline()
            writer.close()
            await writer.wait_closed()

    asyncio.run(main())


def test_an_asymmetric_algorithm_is_refused() -> None:
    """Its header says RS256, its signature is an HMAC with the secret."""
    head = base64.urlsafe_b64encode(b'{"alg":"RS256","typ":"JWT"}').decode().rstrip("=")
    message = f"{head}.e30"
    mac = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    signature = base64.urlsafe_b64encode(mac.sign(message.encode(), SECRET.encode())).decode()

    async def main() -> None:
        async with bench(SECRET) as b:
            token = f"{message}.{signature.rstrip('=')}"
            assert await b.post(MO, {"Authorization": f"Bearer {token}"}) == 401

    asyncio.run(main())


@pytest.mark.parametrize("key", [b"raw", b"decoded"], ids=["as it is", "as base64"])
def test_a_secret_in_base64_is_understood_both_ways(key: bytes) -> None:
    octets = bytes(range(64))
    secret = base64.b64encode(octets).decode()

    async def main() -> None:
        async with bench(secret) as b:
            used = octets if key == b"decoded" else secret.encode()
            assert await b.post(MO, signed(used)) == 204

    asyncio.run(main())


def test_a_short_secret_is_the_operators_choice() -> None:
    async def main() -> None:
        async with bench("abc") as b:
            assert await b.post(MO, signed("abc")) == 204
            assert await b.post(MO, signed("abd")) == 401

    asyncio.run(main())


def test_an_empty_secret_is_none() -> None:
    with pytest.raises(RequestError):
        Receiver(Taker(), secret="")


def test_a_secret_that_cant_sign() -> None:
    with pytest.raises(RequestError, match="no JWT can be signed"):
        Receiver(print, secret="ssh-rsa AAAA")
