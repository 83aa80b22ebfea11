"""The vectors of tests/vectors/omacp.json, as values."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from apn_config.model import Security

FILE = Path(__file__).parents[3] / "vectors" / "omacp.json"


@cache
def vectors() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FILE.read_text())
    return found


IMSI: str = vectors()["imsi"]
PIN: str = vectors()["pin"]
SENDER: str = vectors()["oa"]


@dataclass(frozen=True, slots=True)
class Body:
    """A document in one of its encodings."""

    id: str
    octets: bytes
    xml: bytes


@dataclass(frozen=True, slots=True)
class Vector:
    """A message over a document as Kannel writes it."""

    id: str
    security: Security
    key: bytes
    mac: bytes
    typed: str | None
    body: bytes
    push: bytes
    parts: tuple[bytes, ...]
    pdus: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KannelMessage:
    """What Kannel's smsbox sent: its segments, and the push that they carry."""

    id: str
    segments: tuple[bytes, ...]
    push: bytes
    mac: bytes


def _bodies() -> Iterator[Body]:
    for vector in vectors()["vectors"]:
        for encoding, digits in vector["body_encodings_hex"].items():
            name = f"{vector['name']} {encoding}"
            yield Body(name, bytes.fromhex(digits), vector["xml"].encode())


def _messages() -> Iterator[Vector]:
    for vector in vectors()["vectors"]:
        body = bytes.fromhex(vector["body_encodings_hex"]["kannel"])
        for each in vector["messages_over_kannel_body"]:
            name = each["sec"] or "UNSIGNED"
            yield Vector(
                id=f"{vector['name']} {name}",
                security=Security[name],
                key=bytes.fromhex(each["key_hex"]),
                mac=bytes.fromhex(each.get("mac") or ""),
                typed=each.get("pin_suffix_digits"),
                body=body,
                push=bytes.fromhex(each["wsp_push_hex"]),
                parts=tuple(map(bytes.fromhex, each["user_data_hex"])),
                pdus=tuple(each["sms_deliver_hex"]),
            )


def _kannel() -> Iterator[KannelMessage]:
    for each in vectors()["kannel_messages"]:
        yield KannelMessage(
            id=f"{each['doc']} {each['sec']}",
            segments=tuple(map(bytes.fromhex, each["segments"])),
            push=bytes.fromhex(each["wsp_pdu"]),
            mac=bytes.fromhex(each["mac"]),
        )


BODIES = list(_bodies())
MESSAGES = list(_messages())
KANNEL = list(_kannel())
