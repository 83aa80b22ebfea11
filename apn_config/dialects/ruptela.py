"""Ruptela's trackers (FM-Eco, FM-Pro, FM-Tco, HCV5, LCV5 and relatives). Pure.

    message  = [ password ] command
    command  = "setconnection" APN [ "," user [ "," pass [ "," tail ] ] ]
             | "getapn"                                                          read
             | "reset"
    tail     = protocol "," ip1 "," port1 "," ip2 "," port2    each empty or "*old*", or left out

Between the words stands a blank. Where no password is set there is none in the message.

Understood: what is left out at the end stays as it is, and so does `*old*`; an empty user or
password is cleared. An APN must not be empty, nor `*old*`: there would be nothing to set. A
protocol, a server or a port makes the whole message "unsupported": it is not done by half. imei,
connect and econnect are recognised, and "unsupported". `sys reset` is 2N's.

The manual's text for a failed setconnection is cut off behind "Set connection da" in every copy at
hand; the rest of ours is that of its siblings ("Emergency connection data incorrect").

Faults: the password in clear text, or none; no counter. A comma within a value can't be said.

Sources: FM-Eco SMS commands list of 2018 p. 9, 10 (manualshive.com, ruptela/fm-eco);
emnify/product-docs, docs/quickstart/apn-configuration/gps-trackers.md.
"""

from __future__ import annotations

from apn_config.dialects import fields
from apn_config.dialects.dialect import Around, Dialect, PasswordForm
from apn_config.dialects.fields import APN, Asked, Frame, Refused
from apn_config.dialects.words import Word
from apn_config.model import Apn, ApnRequest, Form, Outcome, Password, Verb

_ALONE = {"getapn": Verb.APN_READ, "reset": Verb.REBOOT_MODEM, "imei": None}
_VERBS = frozenset({"setconnection", "econnect", "connect", *_ALONE})
_OLD = "*old*"
_MOST_FIELDS = 8
# `sys reset` restarts 2N's gateways.
_NO_PASSWORDS = frozenset({"SYS"})


def _recognise(text: Word) -> Frame | None:
    found = fields.find_verb(text, _VERBS, 1)
    if found is None or not _is_command(found):
        return None
    proof = Password(found.before[0].text) if found.before else None
    return Frame(found.verb, found.rest, proof, echo=(found.verb,))


def _is_command(found: fields.Found) -> bool:
    """Is it more than a word of somebody's sentence?"""
    if found.verb == "connect":
        return "," in found.rest.text
    if found.verb not in _ALONE:
        return bool(found.rest.text)
    if found.before and (found.before[0].upper in _NO_PASSWORDS or found.before[0].text[0] == "#"):
        return False
    return not found.rest.text


def _understand(frame: Frame) -> Asked:
    if frame.verb == "setconnection":
        return Asked(Verb.APN_SET, _request(fields.split(frame.rest, ",")))
    verb = _ALONE.get(frame.verb)
    if verb is None:
        raise Refused("unsupported")
    return Asked(verb)


def _request(given: list[Word]) -> ApnRequest:
    fields.no_more(given[_MOST_FIELDS:], APN)
    if _is_old(given[0]):
        raise Refused("unsupported", given[0].at, APN)
    fields.all_empty([each for each in given[3:] if not _is_old(each)])
    name, *credentials = fields.padded(given, 3)
    return fields.request(
        name, *(None if each is None or _is_old(each) else each for each in credentials)
    )


def _is_old(word: Word) -> bool:
    return word.text.lower() == _OLD


def _say(outcome: Outcome, form: Form, around: Around) -> str | None:
    if form.echo == ("setconnection",):
        if fields.succeeded(outcome):
            return "set connection data ok"
        return fields.with_reason("Set connection data incorrect", outcome)
    if form.echo == ("getapn",) and outcome.apn is not None:
        return _settings(outcome.apn)
    if form.echo == ("reset",) and fields.succeeded(outcome):
        return "Resetting device"
    return None


def _settings(apn: Apn) -> str:
    """The part of the device's answer that has a counterpart, without the password."""
    user = "" if apn.credentials is None else apn.credentials.user
    return fields.fitted(f"APN: {apn.name} User: {user} PSW:")


DIALECT = Dialect(
    name="ruptela",
    summary="Ruptela FM, HCV, LCV: pass setconnection em,u,p",
    parse=fields.parser("ruptela", _recognise, _understand),
    say=_say,
    claims=(
        "pass setconnection em,u,p",
        "setconnection em",
        "pass getapn",
        "getapn",
        "pass reset",
        "reset",
        "pass imei",
        "pass econnect em,u,p,192.0.2.1,7011,TCP",
        "pass connect 192.0.2.1,7011,TCP",
    ),
    password=PasswordForm.WORD,
)
