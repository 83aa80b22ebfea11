"""Sierra Wireless gateways with ALEOS: `&&&` glued to the command. Pure.

    message = [ "PW" password ] "&&&" command
    command = "status" | "reset"

No command that sets the APN is in the sources; others are refused. The prefix is the default one.

Weak: a fixed password in clear text, by default the last four digits of the card's number, and
none where the sender is trusted; no counter. A device answers `Wrong Password`, which tells whoever
tries that it listens; nobody is told so here. The wording of the answers is in no source, so the
plain ones are sent.

Sources: ES440 user guide, ALEOS 4.4.0 (manualslib.com 1085061, page 335), GX440 ALEOS 4.3.4
configuration guide, pages 158 and 172.
"""

from __future__ import annotations

from apn_config.dialects import fields
from apn_config.dialects.dialect import Dialect, PasswordForm
from apn_config.dialects.fields import Asked, Frame, Refused
from apn_config.dialects.settings import plain_words
from apn_config.dialects.words import Word
from apn_config.model import Password, Verb

_PREFIX = "&&&"
_COMMANDS = {"status": Verb.STATUS, "reset": Verb.REBOOT_MODEM}


def _recognise(text: Word) -> Frame | None:
    given, proof = fields.words(text, 3), None
    if len(given) > 2 and given[0].upper == "PW":
        proof, given = Password(given[1].text), given[2:]
    if not given or not given[0].text.startswith(_PREFIX) or given[0].text == _PREFIX:
        return None
    rest = given[1] if len(given) > 1 else Word("", 0)
    return Frame(given[0].text[len(_PREFIX) :].lower(), rest, proof)


def _understand(frame: Frame) -> Asked:
    if frame.verb not in _COMMANDS:
        raise Refused("unsupported")
    fields.no_more([frame.rest] if frame.rest.text else [])
    return Asked(_COMMANDS[frame.verb])


DIALECT = Dialect(
    name="aleos",
    summary="Sierra ALEOS: PW 1234 &&&status",
    parse=fields.parser("aleos", _recognise, _understand),
    say=plain_words,
    claims=("PW 1234 &&&status", "&&&status", "PW 1234 &&&reset", "&&&reset"),
    password=PasswordForm.WORD,
)
