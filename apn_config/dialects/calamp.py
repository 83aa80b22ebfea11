"""CalAmp LMU units: `!R1` writes parameters, `!R0` asks for the status. Pure.

    message = "!R1" triple *( "," triple )     set
            | "!R0" | "!RC"                    status
    triple  = id "," index "," value
    id      = "2306" | "2314" | "2315"         APN, user, password
    value   = text | DQUOTE text DQUOTE

What follows `!R1` is that of AT$APP PARAM. The index has to be 0, the first context. Triples in a
row are this program's addition: an LMU takes one, but user and password can't be set without the
APN here. An empty APN is none of its own, an empty user or password clears, an absent one stays.

Not understood: other parameters, `!R3` (an action by its number; which one restarts is in no
source), `!P` (binary), `!S` (passes octets to a serial port), a status sent on to a number.

Weak: no password, no counter. Whoever knows the number commands; sender lists are all there is.
`!R1` has no answer, so the plain one is sent.

Sources: LMU-4200 Users Guide 11.2 (manualshelf.com, cal-amp lmu-4200, pages 82 and 89 to 91),
LMU-2x20 guide 4.5.4 (manualslib.com 2743139, page 58). The ids are from no document that is public.
"""

from __future__ import annotations

import re

from apn_config.dialects import fields
from apn_config.dialects.dialect import Around, Dialect
from apn_config.dialects.fields import APN, Asked, Frame, Refused
from apn_config.dialects.settings import apn_request, once, quoted_fields
from apn_config.dialects.words import Word
from apn_config.model import Form, Outcome, Verb

_REQUEST = re.compile(r"!(?:R(\d|[CG](?!.))|([PS])[0-9A-F])", re.ASCII | re.IGNORECASE | re.DOTALL)
_NAME, _USER, _SECRET = "2306", "2314", "2315"


def _recognise(text: Word) -> Frame | None:
    request = _REQUEST.match(text.text)
    if request is None:
        return None
    verb = request.group(1) or request.group(2)
    return Frame(verb.lower(), fields.behind(text, request.end()))


def _understand(frame: Frame) -> Asked:
    if frame.verb == "1":
        return _write(frame.rest)
    if frame.verb not in ("0", "c"):
        raise Refused("unsupported")
    fields.no_more([frame.rest] if frame.rest.text else [])
    return Asked(Verb.STATUS)


def _write(rest: Word) -> Asked:
    given = quoted_fields(rest)
    if not rest.text or len(given) % 3:
        raise Refused("incomplete", rest.at + len(rest.text), APN)
    for number, index in zip(given[::3], given[1::3], strict=True):
        if number.text not in (_NAME, _USER, _SECRET) or index.text != "0":
            raise Refused("unsupported", number.at, APN)
    found = once(
        (number.text, value) for number, value in zip(given[::3], given[2::3], strict=True)
    )
    return Asked(Verb.APN_SET, apn_request(found.get(_NAME), found.get(_USER), found.get(_SECRET)))


def _say(outcome: Outcome, form: Form, around: Around) -> str | None:
    """The text status: of its lines those that mean something here."""
    if outcome.verb is not Verb.STATUS or not fields.succeeded(outcome):
        return None
    told = fields.told(outcome)
    session = "D.." if told.get("ip") else "..."
    answer = f"APP:modem-helper {told.get('ver', '')}".rstrip()
    answer += " ".join(
        [f" COM:{told.get('rssi', '')}", session, *_present(told, "ip"), *_present(told, "apn")]
    )
    return fields.fitted(answer + (f" MID:{around.device.imei}" if around.device.imei else ""))


def _present(told: dict[str, str], key: str) -> list[str]:
    return [told[key]] if told.get(key) else []


DIALECT = Dialect(
    name="calamp",
    summary='CalAmp LMU: !R1 2306,0,"em"',
    parse=fields.parser("calamp", _recognise, _understand),
    say=_say,
    claims=('!R1 2306,0,"em"', "!R0", "!RC"),
)
