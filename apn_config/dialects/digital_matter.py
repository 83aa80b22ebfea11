"""Digital Matter trackers: `#*,` and a command with commas. Pure.

    message = "#*," "APN" [ "," name [ "," user [ "," password ] ] ]     set, or erase
            | "#*," "4GINIT" [ "," name ]                                set, or erase
            | "#*," "RESET"                                              restart

`#*,APN` alone erases the APN, and the device takes the network's; so does an empty name. An empty
user or password clears, an absent one stays. Values have no quotes, so none holds a comma.

Not understood: the access technology of `4GINIT` (the radio isn't set here), `SERVER`, `DSERVER`,
`OEM`, `POSITION`.

Weak: no password, no counter, and nothing that tells who it is from. No answer is documented, so
the plain one is sent.

Source: support.digitalmatter.com, 2G/3G, SMS commands (also en_US for `4GINIT`).
"""

from __future__ import annotations

from collections.abc import Sequence

from apn_config.dialects import fields
from apn_config.dialects.dialect import Dialect
from apn_config.dialects.fields import APN, Asked, Frame, Refused
from apn_config.dialects.settings import apn_request, bare, plain_words
from apn_config.dialects.words import Word
from apn_config.model import Verb

_PREFIX = "#*,"
_OTHERS = frozenset({"server", "dserver", "oem", "position"})


def _recognise(text: Word) -> Frame | None:
    if not text.text.startswith(_PREFIX):
        return None
    rest = Word(text.text[len(_PREFIX) :], text.at + len(_PREFIX))
    return Frame(fields.split(rest, ",")[0].text.strip(" ").lower(), rest)


def _understand(frame: Frame) -> Asked:
    verb, *given = (bare(each) for each in fields.split(frame.rest, ","))
    if frame.verb == "apn":
        fields.no_more(given[3:], APN)
        return _set(given)
    if frame.verb == "4ginit":
        fields.no_more(given[2:], APN)
        fields.all_empty(given[1:])
        return _set(given[:1])
    if frame.verb == "reset":
        fields.no_more(given)
        return Asked(Verb.REBOOT_MODEM)
    raise Refused("unsupported" if frame.verb in _OTHERS else "unknown-verb", verb.at)


def _set(given: Sequence[Word]) -> Asked:
    name = given[0] if given else Word("", 0)
    user, secret = (*given[1:], None, None)[:2]
    return Asked(Verb.APN_SET, apn_request(name, user, secret))


DIALECT = Dialect(
    name="digital-matter",
    summary="Digital Matter: #*,APN,em",
    parse=fields.parser("digital-matter", _recognise, _understand),
    say=plain_words,
    claims=("#*,APN,em", "#*,APN,em,u,p", "#*,APN", "#*,4GINIT,em", "#*,RESET"),
)
