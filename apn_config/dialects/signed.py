"""Signed commands: the plain dialect's, with a counter and a MAC behind. Pure.

    signed   = command " S1:" counter ":" mac
    command  = of the plain dialect, without a PIN word | [ "#" tag ] "SYNC" code
    counter  = 1 to 9999999999 in decimal, without zeros in front
    mac      = 16 of A-Z 2-7: the first 80 bits of an HMAC-SHA256
    code     = 8 of A-Z 2-7

Letters of the signature in any case. What the MAC covers, byte by byte, is in
docs/signed-commands.md with vectors, so that others can write the sending side. What is carried out
is the normalised text that the MAC covers, and nothing else; positions count in it, too. A PIN word
in it is ignored. Whether a counter may be taken is the store's to say, whose key it is access's.

A text whose last word begins with `S` and a digit and a colon is this dialect's alone. Where that
is no signature nobody is answered: only a MAC proves that somebody may learn of a typing error. Our
own signed answers are no commands, and are signed in a domain of their own.

Its fault: it hides nothing. Whoever overhears the SMS reads the command, passwords included.
"""

from __future__ import annotations

import hmac
import re
from base64 import b32encode
from collections.abc import Callable
from dataclasses import replace
from unicodedata import normalize

from apn_config.dialects import plain
from apn_config.dialects.dialect import Around, Dialect
from apn_config.model import (
    Command,
    Form,
    Malformed,
    Message,
    NotForUs,
    Outcome,
    Parsed,
    Signature,
    Verb,
)

NAME = "signed"
VERSION = "1"
MAX_COUNTER = 9_999_999_999
# RFC 2104 5: no less than half the hash's length and 80 bits are advised; a forger has one try an
# SMS, and a lock-out, so that 80 do. They are 16 characters, of which none is left over.
MAC_OCTETS = 10
MAC_CHARS = 16
CODE_CHARS = 8
# A blank, `S1:`, the longest counter, a colon and the MAC.
ANSWER_ROOM = 1 + len(f"S{VERSION}:{MAX_COUNTER}:") + MAC_CHARS

_COMMAND, _ANSWER = "modem-helper command", "modem-helper answer"
# Of version 1 and therefore fixed; a test holds them against what words.py undoes.
BLANKS = (
    " \t\r\n\v\f\u0085\u00a0\u1680"
    "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
DOUBLE_QUOTES = "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033"
SINGLE_QUOTES = "\u2018\u2019\u201a\u201b\u2032"
_UNDO = str.maketrans(
    {
        **dict.fromkeys(BLANKS, " "),
        **dict.fromkeys(DOUBLE_QUOTES, '"'),
        **dict.fromkeys(SINGLE_QUOTES, "'"),
    }
)
# No flag for any case: with one, the long s and the Kelvin sign are letters of ASCII.
_MARK = re.compile(r"[Ss][0-9]:")
_SIGNATURE = re.compile(rf"[Ss]{VERSION}:([1-9][0-9]{{0,9}}):([A-Za-z2-7]{{{MAC_CHARS}}})")
_SYNC = re.compile(
    rf"(?:#(?P<tag>[A-Za-z0-9]{{1,{plain.MAX_TAG}}}) )?[Ss][Yy][Nn][Cc](?: (?P<code>.*))?"
)
_CODE = re.compile(rf"[A-Za-z2-7]{{{CODE_CHARS}}}")
_WITHOUT_CHECK = 18

Inner = Callable[[str], Parsed]


class CannotSign(Exception):
    """A text can't be signed; the message says why."""

    exit_code = 2


def normalised(text: str) -> str:
    """The text as it is signed: in NFC, with one blank between words and straight quotes."""
    return " ".join(filter(None, normalize("NFC", text).translate(_UNDO).split(" ")))


def device_id(iccid: str) -> str:
    """The ICCID in the one form that is signed, however much of it a tool shows.

    Its check digit (ITU-T E.118) is shown by some and left out by others, of numbers of 19 digits
    in all and of 20. Whether the last one is it can't be told by computing it: one of ten numbers
    without it seems to have it. But a number of 20 has it, and one of 18 lacks it.
    """
    digits = re.sub(r"[ -]", "", iccid).upper().rstrip("F")
    if len(digits) == _WITHOUT_CHECK and digits.isascii() and digits.isdecimal():
        return digits + luhn(digits)
    return digits[: _WITHOUT_CHECK + 1]


def luhn(digits: str) -> str:
    """The check digit that belongs behind these (ISO/IEC 7812-1 annex B)."""
    total = 0
    for index, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 - index % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


# --- signing --------------------------------------------------------------------------------------


def sign(key: bytes, iccid: str, counter: int, text: str) -> str:
    """The signed command. Raises CannotSign."""
    bare = normalised(text)
    if not bare:
        raise CannotSign("there is no text to sign")
    if is_signed(bare):
        raise CannotSign("the text ends with a signature, or with what looks like one")
    if any("\ud800" <= each <= "\udfff" for each in bare):
        raise CannotSign("the text is no Unicode, and no UTF-8 where it came from")
    return _signed(_COMMAND, key, iccid, counter, bare)


def sign_answer(key: bytes, iccid: str, counter: int, text: str) -> str:
    """The signed answer to the command of that counter. Raises CannotSign."""
    return _signed(_ANSWER, key, iccid, counter, normalised(text))


def verify(key: bytes, iccid: str, signature: Signature) -> bool:
    """Has this key signed that command for this card? In constant time."""
    return _verified(_COMMAND, key, iccid, signature)


def verify_answer(key: bytes, iccid: str, signature: Signature) -> bool:
    """Has the device of this key and card given that answer? In constant time."""
    return _verified(_ANSWER, key, iccid, signature)


def signature_of(text: str) -> Signature | None:
    """The signature that a text ends with, and what it is about; None where there is none."""
    bare, _, word = normalised(text).rpartition(" ")
    found = _SIGNATURE.fullmatch(word)
    return None if found is None else Signature(bare, int(found[1]), found[2].upper())


def is_signed(text: str) -> bool:
    """Does it end with a signature, or with what is meant for one?"""
    bare = text.rstrip(BLANKS)
    begin = max(bare.rfind(blank) for blank in BLANKS) + 1
    return _MARK.match(bare, begin) is not None


def mac_input(domain: str, iccid: str, counter: int, text: str) -> bytes:
    """What is signed: each field behind its length in two octets, the higher first."""
    fields = (domain, VERSION, device_id(iccid), str(counter), text)
    # What is no Unicode can't be signed by anybody, but may be looked at.
    octets = [field.encode("utf-8", "surrogatepass") for field in fields]
    return b"".join(len(each).to_bytes(2, "big") + each for each in octets)


def _mac(domain: str, key: bytes, iccid: str, counter: int, text: str) -> str:
    digest = hmac.digest(key, mac_input(domain, iccid, counter, text), "sha256")
    return b32encode(digest[:MAC_OCTETS]).decode("ascii")


def _signed(domain: str, key: bytes, iccid: str, counter: int, text: str) -> str:
    if not device_id(iccid):
        raise CannotSign("the ICCID isn't known")
    if not 1 <= counter <= MAX_COUNTER:
        raise CannotSign(f"the counter is a number from 1 to {MAX_COUNTER}")
    if len(text) + ANSWER_ROOM > plain.MAX_TEXT:
        raise CannotSign(f"a text with its signature has {plain.MAX_TEXT} characters at most")
    return f"{text} S{VERSION}:{counter}:{_mac(domain, key, iccid, counter, text)}"


def _verified(domain: str, key: bytes, iccid: str, signature: Signature) -> bool:
    if not device_id(iccid) or len(signature.text) > plain.MAX_TEXT:
        return False
    mac = _mac(domain, key, iccid, signature.counter, signature.text)
    return hmac.compare_digest(mac.encode(), signature.mac.encode("utf-8", "surrogatepass"))


# --- the dialect ----------------------------------------------------------------------------------


def parse_signed(message: Message, inner: Inner = plain.parse) -> Parsed:
    """Read a message whose text is signed; `inner` reads what the signature is about.

    Never raises. Whether the signature is right is not looked at: it stands in `proof`.
    """
    text = message.text
    if text is None:
        return NotForUs("no text")
    if not is_signed(text):
        return NotForUs("not signed")
    if len(text) > plain.MAX_TEXT:
        return Malformed("too-long", at=plain.MAX_TEXT + 1, dialect=NAME)
    signature = signature_of(text)
    if signature is None:
        return Malformed("bad-signature", dialect=NAME)
    if not signature.text:
        return Malformed("unknown-verb", at=1, proof=signature, dialect=NAME)
    found = _sync(signature.text) or inner(signature.text)
    # What the plain dialect doesn't claim is an answer, such as one of our own that came back.
    if isinstance(found, NotForUs):
        return found
    return replace(found, dialect=NAME, proof=signature)


def _sync(text: str) -> Command | Malformed | None:
    found = _SYNC.fullmatch(text)
    if found is None:
        return None
    code = found["code"] or ""
    if not _CODE.fullmatch(code):
        at = (found.start("code") if found["code"] else len(text)) + 1
        return Malformed("bad-code", found["tag"], "SYNC", at)
    return Command(Verb.SYNC, found["tag"], words=(code.upper(),))


def _say(_outcome: Outcome, _form: Form, _around: Around) -> str | None:
    """The plain dialect's words; whoever sends them signs them."""
    return None


DIALECT = Dialect(
    NAME,
    "commands that are signed with a key of the device's",
    parse_signed,
    _say,
    claims=(
        "STATUS S1:1:AAAAAAAAAAAAAAAA",
        "#17 APN em user=u pass=p S1:2:ABCDEFGHIJKLMNOP",
        "SYNC ABCDEFGH S1:3:ABCDEFGHIJKLMNOP",
    ),
)
