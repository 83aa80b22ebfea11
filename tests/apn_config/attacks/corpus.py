"""The corpus of attacks: what is in corpus.toml, and the SMS that each row is.

[[check]]                    what has to stop its rows; switches.py can switch it off
name, about                  `about` is for the page
world                        of worlds.toml; a row may name another
executed                     it is stopped when it is to be carried out, not before
gets                         what a row comes to without the check, if it isn't a command: how
the answer begins that it must not get
[[check.row]]
id, dialect, verb            the verb that it would be
text | data | document       what comes: a text, octets in hex, or an OMA CP document in XML
sign, sec                    how it is signed, and the SEC of a document
sender                       from whom; the operator, where it isn't said
scts_s, up_s, wait_s         seconds: when by the network's clock; how long the device is up; how
much later it comes than what came before
on                           the dialect that is enabled, where that isn't the row's own
store                        "lost": nothing is known of the keys
before                       messages that came before, the same keys; `times` is how often
later                        the world that it is by the time that it is carried out
why                          what the journal has to say
answer                       what is answered to whom may know; absent: silence
also                         checks that stop it as well
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from apn_config.dialects import signed
from apn_config.dialects.omacp.document import Element
from apn_config.dialects.omacp.encode import PORTS, encode_push, encode_wbxml
from apn_config.dialects.omacp.security import key_for
from apn_config.model import Security
from modem import sms
from tests.apn_config.attacks.worlds import DEVICE, KEYS, NOW, OMACP_PIN, OPERATOR

PATH = Path(__file__).parent / "corpus.toml"
# Between two messages that came before, and from the last of them to the attack.
_APART_S, _BEFORE_S = 1.0, 600.0
_FIRST_SENDER = 5000
# In a text, for as many blanks.
_BLANKS = re.compile(r"\{([0-9]+) blanks\}")


@dataclass(frozen=True, slots=True)
class Signing:
    """How a text is signed. `domain` is that of commands or of answers; of the signed text then
    `old` becomes `new`.
    """

    counter: int
    key: str = "ops"
    iccid: str = DEVICE.iccid
    domain: str = "command"
    old: str = ""
    new: str = ""

    def signed(self, text: str) -> str:
        """The text with its signature."""
        sign = {"command": signed.sign, "answer": signed.sign_answer}[self.domain]
        found = sign(KEYS[self.key].octets, self.iccid, self.counter, text)
        assert self.old in found
        return found.replace(self.old, self.new, 1) if self.old else found


@dataclass(frozen=True, slots=True)
class Securing:
    """How a document is signed. `of`: with the MAC of a document that sets that APN."""

    kind: str = "userpin"
    pin: str = OMACP_PIN
    imsi: str = DEVICE.imsi
    of: str | None = None
    port: bool = True

    def push(self, body: bytes) -> bytes:
        """The message that carries a document."""
        kind = Security(self.kind)
        key = key_for(kind, self.pin, self.imsi) or b""
        if self.of is None:
            return encode_push(body, kind, key)
        other = document((Point(self.of),), ())
        return encode_push(other, kind, key).removesuffix(other) + body


@dataclass(frozen=True, slots=True)
class Point:
    """An access point of a document: `kind` is its NAP-ADDRTYPE, `auth` type, name and secret."""

    apn: str
    id: str = "NAP1"
    kind: str = "APN"
    internet: bool = False
    auth: tuple[str, str, str] | None = None

    def element(self) -> Element:
        """Its NAPDEF."""
        parms = [_parm("NAPID", self.id), _parm("NAP-ADDRESS", self.apn)]
        if self.kind:
            parms.append(_parm("NAP-ADDRTYPE", self.kind))
        if self.internet:
            parms.append(Element("parm", (("name", "INTERNET"),)))
        if self.auth is not None:
            named = zip(("AUTHTYPE", "AUTHNAME", "AUTHSECRET"), self.auth, strict=True)
            parms.append(_characteristic("NAPAUTHINFO", (_parm(*each) for each in named)))
        return _characteristic("NAPDEF", parms)


def _parm(name: str, value: str) -> Element:
    return Element("parm", (("name", name), ("value", value)))


def _characteristic(kind: str, children: Iterable[Element]) -> Element:
    return Element("characteristic", (("type", kind),), tuple(children))


def document(points: Sequence[Point], apps: Sequence[Sequence[str]]) -> bytes:
    """A document in WBXML; an application is its APPID and the NAPID that it names."""
    children = [point.element() for point in points]
    for app_id, napid in apps:
        parms = (_parm("APPID", app_id), _parm("TO-NAPID", napid))
        children.append(_characteristic("APPLICATION", parms))
    return encode_wbxml(Element("wap-provisioningdoc", (("version", "1.0"),), tuple(children)))


@dataclass(frozen=True, slots=True)
class Sent:
    """An SMS to the device: a text, octets in hex, or a document. `apn` alone is a document with
    that access point.
    """

    text: str | None = None
    data: str | None = None
    apn: str | None = None
    points: tuple[Point, ...] = ()
    apps: tuple[tuple[str, str], ...] = ()
    sender: str = OPERATOR
    sign: Signing | None = None
    sec: Securing = Securing()
    scts_s: float | None = None
    times: int = 1
    senders: int = 1

    def each(self) -> Iterator[Sent]:
        """The messages singly: so many times, from one sender or from as many others."""
        others = (str(_FIRST_SENDER + number) for number in range(self.senders))
        for sender in (self.sender,) if self.senders == 1 else others:
            for _ in range(self.times):
                yield replace(self, sender=sender, times=1, senders=1)

    def pdus(self, at_s: float) -> list[str]:
        """The PDUs of its parts, sent so many seconds from NOW, where it doesn't say when."""
        stamp = NOW + timedelta(seconds=at_s if self.scts_s is None else self.scts_s)
        ports = PORTS if self.text is None and self.sec.port else None
        parts = sms.compose_deliver(
            self.sender, self.content(), timestamp=stamp, ports=ports, reference=7
        )
        return [part.pdu for part in parts]

    def content(self) -> str | bytes:
        """What it says, as it is sent."""
        if self.text is not None:
            text = _BLANKS.sub(lambda found: " " * int(found[1]), self.text)
            return text if self.sign is None else self.sign.signed(text)
        if self.data is not None:
            return bytes.fromhex(self.data)
        points = self.points if self.apn is None else (Point(self.apn),)
        return self.sec.push(document(points, self.apps))


@dataclass(frozen=True, slots=True)
class Row:
    """An attack."""

    id: str
    check: str
    world: str
    dialect: str
    verb: str
    why: str
    sent: Sent
    before: tuple[Sent, ...] = ()
    answer: str | None = None
    gets: str | None = None
    also: tuple[str, ...] = ()
    wait_s: float = 0.0
    up_s: float | None = None
    store: str = "kept"
    executed: bool = False
    later: str | None = None
    on: str | None = None


_SENT = {each.name for each in fields(Sent)}


def sent(keys: Mapping[str, Any]) -> Sent:
    """A message by its keys."""
    given = dict(keys)
    assert len(given.keys() & {"text", "data", "apn", "points"}) == 1, keys
    if "sign" in given:
        given["sign"] = Signing(**given["sign"])
    if "sec" in given:
        given["sec"] = Securing(**given["sec"])
    if "points" in given:
        given["points"] = tuple(Point(**each) for each in given["points"])
    return Sent(**given)


def row(check: Mapping[str, Any], keys: Mapping[str, Any]) -> Row:
    """A row of a check."""
    given = {"check": check["name"]}
    given |= {key: check[key] for key in ("world", "gets", "why", "executed") if key in check}
    given |= {key: value for key, value in keys.items() if key not in _SENT}
    message = sent({key: value for key, value in keys.items() if key in _SENT})
    given["before"] = tuple(map(sent, given.get("before", ())))
    given["also"] = tuple(given.get("also", ()))
    return Row(sent=message, **given)


@dataclass(frozen=True, slots=True)
class Check:
    """What has to stop its rows."""

    name: str
    about: str
    rows: tuple[Row, ...]


@cache
def load() -> tuple[Check, ...]:
    """The corpus."""
    found = tomllib.loads(PATH.read_text(encoding="utf-8"))
    return tuple(
        Check(each["name"], each["about"], tuple(row(each, keys) for keys in each["row"]))
        for each in found["check"]
    )


def rows() -> Iterator[Row]:
    """All rows."""
    for check in load():
        yield from check.rows


def history(row: Row) -> Iterator[list[str]]:
    """The PDUs of each message that came before."""
    every = [single for each in row.before for single in each.each()]
    for number, each in enumerate(every):
        yield each.pdus(-_BEFORE_S - (len(every) - number) * _APART_S)
