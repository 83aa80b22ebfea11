"""The line that emnify's SDK sends in its example: AT+CGDCONT as a text. Pure.

    message = "AT+CGDCONT=" cid "," [ type ] [ "," [ name ] *( "," empty ) ]     set
            | "AT+CGDCONT?"                                                     read
    type    = "IP" | "IPV6" | "IPV4V6"
    empty   = "" | "0" | "0.0.0.0"

Values with or without double quotes. The line is read, and never passed on to a modem: what can't
be said as APN, type and context is refused. An empty or absent name asks for the network's own APN
(3GPP TS 27.007 10.1.1); user and password stay (with another APN they go). A cid alone would
remove the context, and is refused. The cid has to be one that the configuration allows.

Not understood: any other AT command, and a second one behind a semicolon.

Weak: no password, no counter. No answer is documented, so the plain one is sent.

Source: emnify product documentation, SDKs, Python, examples.
"""

from __future__ import annotations

from collections.abc import Sequence

from apn_config.dialects import fields
from apn_config.dialects.dialect import Dialect
from apn_config.dialects.fields import APN, Asked, Frame, Refused
from apn_config.dialects.settings import plain_words, quoted_fields
from apn_config.dialects.words import Word
from apn_config.model import ApnRequest, PdpType, Verb

_COMMAND = "at+cgdcont"
_TYPES = {pdp_type.value: pdp_type for pdp_type in PdpType}
_EMPTY = frozenset({"", "0", "0.0.0.0"})  # noqa: S104 -- no address
# As in the plain dialect: 1 to 15 is what EPS has bearers for.
_CIDS = {str(cid): cid for cid in range(1, 16)}


def _recognise(text: Word) -> Frame | None:
    rest = fields.behind(text, len(_COMMAND))
    if not text.text.lower().startswith(_COMMAND) or rest.text[:1] not in ("=", "?"):
        return None
    return Frame(rest.text[0], Word(rest.text[1:], rest.at + 1))


def _understand(frame: Frame) -> Asked:
    if frame.verb == "?":
        fields.no_more([frame.rest] if frame.rest.text else [], APN)
        return Asked(Verb.APN_READ)
    cid, *given = quoted_fields(frame.rest)
    if cid.text == "?" or (not given and cid.text in _CIDS):
        raise Refused("unsupported", cid.at, APN)
    if cid.text not in _CIDS:
        raise Refused("bad-cid", cid.at, APN)
    return Asked(Verb.APN_SET, _request(_CIDS[cid.text], given))


def _request(cid: int, given: Sequence[Word]) -> ApnRequest:
    pdp_type, name = given[0], given[1] if len(given) > 1 else Word("", 0)
    if pdp_type.text and pdp_type.text.lower() not in _TYPES:
        raise Refused("bad-type", pdp_type.at, APN)
    for each in given[2:]:
        if each.text not in _EMPTY:
            raise Refused("unsupported", each.at, APN)
    return ApnRequest(
        fields.apn(name) if name.text else "", type=_TYPES.get(pdp_type.text.lower()), cid=cid
    )


DIALECT = Dialect(
    name="raw-at",
    summary='emnify SDK example: AT+CGDCONT=1,"IP","em",,',
    parse=fields.parser("raw-at", _recognise, _understand),
    say=plain_words,
    claims=('AT+CGDCONT=1,"IP","em",,', "AT+CGDCONT?"),
)
