"""The tables of the dialects: a file tables/<name of the dialect>.toml each.

`source` names where its texts are published. For the keys of a case see `KEYS`. A case with `verb`
is a command, one with `refused` a text of the dialect that can't be carried out, one with `silent`
is nobody's.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from apn_config.dialects import dialect_named
from apn_config.dialects.dialect import Around
from apn_config.model import (
    Apn,
    ApnRequest,
    AuthType,
    Command,
    Credentials,
    Device,
    Malformed,
    Message,
    NotForUs,
    Outcome,
    Parsed,
    Password,
    PdpType,
    Proof,
    Result,
    SetupCode,
    Verb,
)

TABLES = Path(__file__).parent / "tables"
KEYS = {
    "text",
    # What is understood. Of the request only what isn't None.
    *("verb", "apn", "user", "pass", "auth", "type", "cid"),
    # What it proves itself with: a password with or without a login, or the code of first contact.
    *("login", "password", "setup"),
    # What it names: the device, a number that comes back with the answer, arguments.
    *("device", "tag", "words"),
    # What is refused: why, where, and whether it was about the APN.
    *("refused", "at", "word"),
    "silent",
    # The answer to success (or the refusal), and to a change that was rolled back. Where it isn't
    # given the dialect has no words of its own.
    *("answer", "failed", "plain_answer"),
}

DEVICE = Device(
    imei="490154203237518", iccid="8988303000000123456", imsi="901430000000001", number="+88230001"
)
AROUND = Around(DEVICE, datetime(2026, 11, 28, 12, 34, 56, tzinfo=UTC))
NOWHERE = Around(Device(), AROUND.now)
READ = Apn("em", PdpType.IP, Credentials(AuthType.PAP, "u", "Secret-7"))
SIGNAL = (("rat", "lte"), ("rssi", "-71"), ("rsrp", "-101"), ("rsrq", "-11"))
STATUS = (
    ("reg", "roaming"),
    *SIGNAL,
    ("apn", "em"),
    ("ip", "100.64.0.7"),
    ("op", "26201"),
    ("up", "3d"),
    ("ver", "0.1.0"),
)


@dataclass(frozen=True, slots=True)
class Case:
    """A case of a table."""

    dialect: str
    number: int
    keys: dict[str, Any]

    @property
    def text(self) -> str:
        return str(self.keys["text"])

    @property
    def id(self) -> str:
        return f"{self.dialect} {self.number}: {ascii(self.text)[1:-1][:60]}"

    @property
    def proof(self) -> Proof | None:
        if "setup" in self.keys:
            return SetupCode(self.keys["setup"])
        if "password" not in self.keys:
            return None
        return Password(self.keys["password"], self.keys.get("login", ""))

    @property
    def request(self) -> ApnRequest | None:
        get = self.keys.get
        if "apn" not in self.keys:
            return None
        auth = AuthType(get("auth")) if "auth" in self.keys else None
        pdp_type = PdpType(get("type")) if "type" in self.keys else None
        return ApnRequest(self.keys["apn"], get("user"), get("pass"), auth, pdp_type, get("cid"))

    @property
    def wanted(self) -> Parsed | None:
        """What it is read as; None is NotForUs."""
        get = self.keys.get
        if "verb" in self.keys:
            words = tuple(get("words", ()))
            return Command(
                Verb(get("verb")),
                get("tag"),
                self.request,
                self.proof,
                self.dialect,
                words,
                device=get("device"),
            )
        if "refused" in self.keys:
            return Malformed(
                self.keys["refused"],
                get("tag"),
                get("word"),
                get("at"),
                self.proof,
                self.dialect,
                device=get("device"),
            )
        return None

    @property
    def outcome(self) -> Outcome:
        """What becomes of it, if all goes well."""
        if "refused" in self.keys:
            get = self.keys.get
            return Outcome(Result.ERR, reason=get("refused"), word=get("word"), at=get("at"))
        return success(Verb(self.keys["verb"]), self.keys.get("apn"))

    @property
    def secrets(self) -> set[str]:
        return {self.keys[key] for key in ("pass", "password", "setup") if self.keys.get(key)}


def success(verb: Verb, name: str | None = "em") -> Outcome:
    if verb is Verb.APN_SET:
        return Outcome(Result.OK, verb, name, STATUS)
    if verb is Verb.APN_READ:
        return Outcome(Result.OK, verb, pairs=SIGNAL, apn=READ)
    return Outcome(Result.OK, verb, pairs=SIGNAL if verb is Verb.SIGNAL else STATUS)


def rolled_back(name: str | None) -> Outcome:
    return Outcome(Result.ROLLBACK, Verb.APN_SET, name, reason="not-registered", kept="old")


def load() -> Iterator[Case]:
    for path in sorted(TABLES.glob("*.toml")):
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        assert table.keys() == {"source", "case"}, f"{path.name}: only source and cases"
        for number, keys in enumerate(table["case"], 1):
            assert keys.keys() <= KEYS, f"{path.name} {number}: {sorted(keys.keys() - KEYS)}"
            kinds = keys.keys() & {"verb", "refused", "silent"}
            assert len(kinds) == 1, f"{path.name} {number}: verb, refused or silent"
            yield Case(path.stem, number, keys)


CASES = list(load())
OURS = [case for case in CASES if "silent" not in case.keys]
SETTING = [case for case in OURS if case.request is not None]
NAMES = sorted({case.dialect for case in CASES})


def of(cases: list[Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases, ids=lambda case: case.id)


def read(case: Case) -> Command | Malformed:
    parsed = dialect_named(case.dialect).parse(Message(case.text))
    assert not isinstance(parsed, NotForUs)
    return parsed
