"""Rayleigh Connect gateways: a user and a password before the command. Pure.

    message = proof command
    proof   = user password | "setup" code
    command = "APN" name [ user password ]      set
            | "REBOOT"                          restart

`setup` and the code are for the first ten minutes after power-on, as long as no user is set: that
is this program's first contact. What the plain dialect's has behind them is left to it
(`SETUP code APN em user=u`, `SETUP code APN KEEP`). User and password of an APN are given both or
not at all; absent ones stay (with another APN they go). Nothing is cleared by being empty.

Not understood: `SETAUTH`, `RTC`. A command that isn't known isn't answered. Commands are in
capitals only, with one or three words behind APN and none behind REBOOT, since two free words stand
before them: an ordinary sentence with "apn" is none.

Weak: a fixed password of 16 characters in clear text; no counter. The source says that neither user
nor password has a case; here both have.

The answer is `<UID> APN OK` or `<UID> APN ERROR`. A device's UID is `Q` and 16 digits; this
program's is the IMEI, else the ICCID, and without either the plain answer is sent.

Source: docs.rayleighconnect.net, gateways, diagnostics, SMS commands.
"""

from __future__ import annotations

from apn_config.dialects import fields
from apn_config.dialects.dialect import Around, Dialect, PasswordForm
from apn_config.dialects.fields import Asked, Frame, Refused
from apn_config.dialects.settings import apn_request
from apn_config.dialects.words import Word
from apn_config.model import Form, Outcome, Password, Proof, SetupCode, Verb

_COMMANDS = frozenset({"APN", "REBOOT", "SETAUTH", "RTC"})
# First words of the plain dialect's commands and answers: `PIN word APN em` is its own.
_PLAIN = frozenset({"PIN", "OK", "ERR", "ROLLBACK", "NOTE"})


def _recognise(text: Word) -> Frame | None:
    given = fields.words(text, 3)
    if len(given) < 3 or given[2].text not in _COMMANDS:
        return None
    first, second, command = (each.text for each in given[:3])
    if first.startswith("#") or first.upper() in _PLAIN:
        return None
    rest = given[3] if len(given) > 3 else Word("", text.at + len(text.text))
    values = fields.words(rest)
    if not _fits(command, values):
        return None
    if first.lower() != "setup":
        proof: Proof = Password(second, first)
    elif command == "APN" and _is_plain(values):
        return None
    else:
        proof = SetupCode(second)
    return Frame(command.lower(), rest, proof, echo=(command,))


def _fits(command: str, values: list[Word]) -> bool:
    """Is that many words behind it a command? Those of a sentence rarely are."""
    counts = {"APN": (1, 3), "REBOOT": (0,)}.get(command)
    return counts is None or len(values) in counts


def _is_plain(values: list[Word]) -> bool:
    """Are they the plain dialect's, whose first contact has the same words before them?"""
    name = values[0].text
    # `APN em#` is a courtesy of its.
    is_its_name = fields.is_plain(name) or (len(values) == 1 and name.endswith("#"))
    return is_its_name or any("=" in each.text for each in values)


def _understand(frame: Frame) -> Asked:
    if frame.verb == "apn":
        values = fields.padded(fields.words(frame.rest), 3)
        return Asked(Verb.APN_SET, apn_request(*values))
    if frame.verb != "reboot":
        raise Refused("unsupported")
    return Asked(Verb.REBOOT_MODEM)


def _say(outcome: Outcome, form: Form, around: Around) -> str | None:
    uid = around.device.imei or around.device.iccid
    if not uid or not form.echo or form.echo[0] == "REBOOT":
        return None
    if fields.succeeded(outcome):
        return fields.fitted(f"{uid} {form.echo[0]} OK")
    return fields.with_reason(f"{uid} {form.echo[0]} ERROR", outcome)


DIALECT = Dialect(
    name="rayleigh",
    summary="Rayleigh Connect: user secret APN em",
    parse=fields.parser("rayleigh", _recognise, _understand),
    say=_say,
    claims=(
        "user secret APN em",
        "user secret APN em u p",
        "setup A1B2C3 APN em",
        "user secret REBOOT",
    ),
    password=PasswordForm.LOGIN,
)
