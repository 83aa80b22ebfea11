"""Sierra Wireless routers with AirLink OS: `key=value`, between commas. Pure.

    message = "smsPwd=" password *( "," field )
    field   = "apn=" name | "usr=" user | "pwd=" password | "act=reboot"

The order of the fields is free, but smsPwd comes first, as in the source's examples: a text that
begins with `apn=` is the plain dialect's. Keys are taken in any case. An empty value sets nothing
(nil): `apn=` is no APN of its own, `usr=` and `pwd=` clear. What is absent stays. `act=reboot`
alone restarts; beside an APN it is how the router takes that over, which is this program's own
affair, so it changes nothing.

Not understood: any other key, and `usr=` or `pwd=` without `apn=`.

Weak: one fixed password in clear text (by default the administrator's), no counter. No answer is
documented, so the plain one is sent.

Source: source.sierrawireless.com, AirLink OS XR80 4.0, how to use SMS commands.
"""

from __future__ import annotations

from apn_config.dialects import fields
from apn_config.dialects.dialect import Dialect, PasswordForm
from apn_config.dialects.fields import Asked, Frame, Refused
from apn_config.dialects.settings import apn_request, bare, once, plain_words
from apn_config.dialects.words import Word
from apn_config.model import Password, Verb

_PROOF = "smspwd"
_KEYS = frozenset({_PROOF, "apn", "usr", "pwd", "act"})


def _recognise(text: Word) -> Frame | None:
    key, given = _pair(bare(fields.split(text, ",", 1)[0]))
    if key != _PROOF:
        return None
    return Frame("", text, Password(given.text) if given.text else None)


def _pair(field: Word) -> tuple[str, Word]:
    """The field's key in lower case, and its value; the whole field, where no such key is known."""
    key, equals, value = field.text.partition("=")
    if not equals or key.strip(" ").lower() not in _KEYS:
        return "", field
    return key.strip(" ").lower(), bare(Word(value, field.at + len(key) + 1))


def _understand(frame: Frame) -> Asked:
    pairs = [_pair(bare(each)) for each in fields.split(frame.rest, ",")]
    for key, value in pairs:
        if not key:
            raise Refused("unsupported", value.at)
    found = once(pairs)
    if not found.pop(_PROOF).text:
        raise Refused("empty-value")
    action = found.pop("act", None)
    if action is not None and action.text.lower() != "reboot":
        raise Refused("unsupported", action.at)
    if found:
        return Asked(
            Verb.APN_SET, apn_request(found.get("apn"), found.get("usr"), found.get("pwd"))
        )
    if action is None:
        raise Refused("no-verb", frame.rest.at + len(frame.rest.text))
    return Asked(Verb.REBOOT_MODEM)


DIALECT = Dialect(
    name="airlink",
    summary="Sierra AirLink OS: smsPwd=12345,apn=em",
    parse=fields.parser("airlink", _recognise, _understand),
    say=plain_words,
    claims=(
        "smsPwd=12345,apn=em",
        "smsPwd=12345,apn=em,usr=u,pwd=p,act=reboot",
        "smsPwd=12345,act=reboot",
    ),
    password=PasswordForm.WORD,
)
