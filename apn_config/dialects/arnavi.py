"""Arnavi (Arusnavi) trackers: `password*SETP*#2=name,user,password`. Pure.

    message = [ password ] "*SETP*" 1*( "#" number "=" value )
    value   = field *( "," field )
    number  = "2"                          APN, user, password

Settings follow each other without a separator. A field that isn't there or has nothing in it stays
as it is; a blank in it clears: `#2= , , ` is no APN of its own. A blank at the end of the text is
lost with some phones, so a last field can't be told from one that stays.

Not understood: every other number (1 is the server), and `#2` without a name.

Weak: a fixed password in clear text, 123456 by default; no counter. No answer is documented, so the
plain one is sent.

Source: Arusnavi Electronics, Arnavi 5 user manual 1.4, 4 (manualshive.com 2979438, page 17).
"""

from __future__ import annotations

import re

from apn_config.dialects import fields
from apn_config.dialects.dialect import Dialect, PasswordForm
from apn_config.dialects.fields import APN, Asked, Frame, Refused
from apn_config.dialects.settings import apn_request, bare, once, plain_words
from apn_config.dialects.words import Word
from apn_config.model import Password, Verb

_HEAD = re.compile(r"([^ *]*)\*SETP\*#", re.ASCII | re.IGNORECASE)
_APN_NUMBER = "2"


def _recognise(text: Word) -> Frame | None:
    head = _HEAD.match(text.text)
    if head is None:
        return None
    proof = Password(head.group(1)) if head.group(1) else None
    return Frame("setp", Word(text.text[head.end() :], text.at + head.end()), proof)


def _understand(frame: Frame) -> Asked:
    found = once(_setting(each) for each in fields.split(frame.rest, "#"))
    name, user, secret = (*fields.split(found[_APN_NUMBER], ","), None, None)[:3]
    fields.no_more(fields.split(found[_APN_NUMBER], ",")[3:], APN)
    return Asked(Verb.APN_SET, apn_request(_given(name), _given(user), _given(secret)))


def _setting(item: Word) -> tuple[str, Word]:
    number, equals, value = item.text.partition("=")
    if not equals or number.strip(" ") != _APN_NUMBER:
        raise Refused("unsupported", item.at)
    return _APN_NUMBER, Word(value, item.at + len(number) + 1)


def _given(field: Word | None) -> Word | None:
    """The field without the blanks around; None where it stays as it is."""
    return bare(field) if field is not None and field.text else None


DIALECT = Dialect(
    name="arnavi",
    summary="Arnavi: 123456*SETP*#2=em",
    parse=fields.parser("arnavi", _recognise, _understand),
    say=plain_words,
    claims=("123456*SETP*#2=em", "123456*SETP*#2=em,u,p", "123456*SETP*#2= , ,"),
    password=PasswordForm.WORD,
)
