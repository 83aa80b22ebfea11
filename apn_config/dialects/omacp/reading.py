"""From the octets of a message to what it asks for. Pure; never raises, in bounded time."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from apn_config.dialects.omacp.document import Element, Unusable
from apn_config.dialects.omacp.napdef import request_of
from apn_config.dialects.omacp.wbxml import decode_wbxml
from apn_config.dialects.omacp.wsp import Media, Push, parse_push
from apn_config.dialects.omacp.xml import decode_xml
from apn_config.model import Command, Mac, Malformed, Message, NotForUs, Parsed, Verb

NAME = "omacp"
PORT = 2948
VERB = "APN"
# The longest message of all: 255 parts.
MAX_OCTETS = 255 * 134
# How a document begins: version, and PROV 1.0 by its number or from the string table.
_WBXML = re.compile(rb"[\x01-\x03](?:\x0b|\x00)")
_XML = re.compile(rb"(?:\xef\xbb\xbf)?\s*<")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a message is: `parsed`, and on the way there the push and its document, as far as they
    could be read. `what` says for people what is wrong.
    """

    parsed: Parsed
    push: Push | None = None
    document: Element | None = None
    what: str | None = field(default=None)


def read(message: Message) -> Reading:
    """Read a message: by its port, or where that isn't known or another one, by what is in it.

    Not every program that hands octets on tells the port (ModemManager drops it).
    """
    octets = message.data
    if octets is None or message.text is not None:
        return Reading(NotForUs("no octets"))
    addressed = message.port == PORT
    if len(octets) > MAX_OCTETS:
        return _refused(Unusable("too-long", "longer than an SMS may be")) if addressed else _OTHER
    try:
        push = parse_push(octets)
    except Unusable as unusable:
        return _refused(unusable) if addressed else _OTHER
    if push is None or not (addressed or begins_document(push.body, push.media)):
        return _OTHER
    return read_push(push)


_OTHER = Reading(NotForUs("no provisioning document"))


def begins_document(body: bytes, media: Media) -> bool:
    """Does a document of that kind begin so?"""
    return (_WBXML if media is Media.WBXML else _XML).match(body) is not None


def read_push(push: Push) -> Reading:
    """What a push asks for."""
    document: Element | None = None
    try:
        if push.fault is not None:
            raise push.fault
        document = decode_body(push)
        request = request_of(document)
    except Unusable as unusable:
        return _refused(unusable, push, document)
    return Reading(
        Command(Verb.APN_SET, request=request, proof=_mac(push), dialect=NAME), push, document
    )


def decode_body(push: Push) -> Element:
    """Its document. Raises Unusable, whose `at` is the index of an octet of the message."""
    decode = decode_wbxml if push.media is Media.WBXML else decode_xml
    try:
        return decode(push.body)
    except Unusable as unusable:
        at = None if unusable.at is None else push.body_at + unusable.at
        raise Unusable(unusable.reason, unusable.what, at) from None


def _refused(
    unusable: Unusable, push: Push | None = None, document: Element | None = None
) -> Reading:
    at = None if unusable.at is None else unusable.at + 1
    proof = None if push is None or push.fault is not None else _mac(push)
    parsed = Malformed(unusable.reason, verb=VERB, at=at, proof=proof, dialect=NAME)
    return Reading(parsed, push, document, unusable.what)


def _mac(push: Push) -> Mac:
    return Mac(push.security, push.mac or b"", push.body)
