"""2N gateways for lifts: LiftGate (`cfg apn1`) and EasyGate IP (`EG SET`). Pure.

    message  = [ password ] "cfg" "apn1" name [ user [ password ] ]      LiftGate: set
             | [ password ] "sys" ( "getinfo" | "reset" )                status, restart
             | "EG" "SET" password "243=(" name ")"                      EasyGate IP: set
             | "EG" "GET" password "243"                                 read
             | "EG" "INF" password | "EG" "RST" password                 status, restart

LiftGate's words stand between blanks, commas or semicolons; between two commas one may be empty,
which clears. A user and a password that are absent stay (with another APN they go). An empty name
is refused: it is mandatory with LiftGate, and what it does with EasyGate is in no source.

Not understood: `cfg apn2` (a second card), `cfg default`, `EG DEF`, `EG PWD`, and every other
number or name of a parameter; those of user and password are in no source.

Weak: a fixed password in clear text, or the sender's number alone; no counter. The answer to
`EG INF` is that of EasyGate, a part of its lines; the others are in no source, so the plain ones
are sent.

Sources: wiki.2n.com, LiftGate user manual 3.2.9; EasyGate IP user manual 5.7.1; EasyGate user
manual 4.7 (the answer to `EG INF`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from apn_config.dialects import fields
from apn_config.dialects.dialect import Around, Dialect, PasswordForm
from apn_config.dialects.fields import APN, Asked, Frame, Refused
from apn_config.dialects.settings import apn_request
from apn_config.dialects.words import Word
from apn_config.model import ApnRequest, Form, Outcome, Password, Verb

_LIFTGATE = frozenset({"cfg apn1", "cfg apn2", "cfg default", "sys reset", "sys getinfo"})
_LIFTGATE_VERBS = {"sys reset": Verb.REBOOT_MODEM, "sys getinfo": Verb.STATUS}
_EASYGATE_VERBS = {"eg inf": Verb.STATUS, "eg rst": Verb.REBOOT_MODEM}
_EASYGATE_WORDS = {"eg inf": 3, "eg rst": 3, "eg def": 3, "eg pwd": 4}
_APN_ID = "243"
_PIECE = re.compile(r"[^ ,;]+|[,;]")
_ID = re.compile(r"[0-9]{1,4}|[a-z0-9]+_[a-z0-9_]+")
_ASSIGNMENT = re.compile(r"243=(?:\(([^()]*)\)|([^() ]*))")


def _recognise(text: Word) -> Frame | None:
    return _easygate(text) or _liftgate(text, None) or _behind_password(text)


def _behind_password(text: Word) -> Frame | None:
    password = fields.words(text, 1)[0].text if text.text else ""
    return _liftgate(fields.behind(text, len(password)), Password(password)) if password else None


def _liftgate(text: Word, proof: Password | None) -> Frame | None:
    given = _pieces(text)
    verb = " ".join(each.text.lower() for each in given[:2])
    return Frame(verb, text, proof) if verb in _LIFTGATE else None


def _pieces(text: Word) -> list[Word]:
    """What stands between blanks, commas and semicolons; empty between two of the latter."""
    found, empty = [], True
    for piece in _PIECE.finditer(text.text):
        separator = piece.group() in ",;"
        if not separator or empty:
            found.append(Word("" if separator else piece.group(), text.at + piece.start()))
        empty = separator
    return [*found, Word("", text.at + len(text.text))] if empty and found else found


def _easygate(text: Word) -> Frame | None:
    given = fields.words(text, 3)
    verb = " ".join(each.text.lower() for each in given[:2])
    if len(given) < 3 or not _is_easygate(verb, given):
        return None
    rest = given[3] if len(given) > 3 else Word("", text.at + len(text.text))
    echo = tuple(each.text.upper() for each in given[:2])
    return Frame(verb, rest, Password(given[2].text), echo=echo)


def _is_easygate(verb: str, given: Sequence[Word]) -> bool:
    """An ordinary sentence may begin with "Eg get", so what follows has to fit."""
    if verb == "eg set":
        return len(given) > 3 and "=" in given[3].text
    if verb == "eg get":
        return len(given) > 3 and _ID.fullmatch(given[3].text.partition(" ")[0]) is not None
    return len(given) == _EASYGATE_WORDS.get(verb)


def _understand(frame: Frame) -> Asked:
    if frame.verb == "cfg apn1":
        return _liftgate_set(_pieces(frame.rest)[2:])
    if frame.verb == "eg set":
        return Asked(Verb.APN_SET, ApnRequest(fields.apn(_assigned(frame.rest))))
    if frame.verb == "eg get" and frame.rest.text == _APN_ID:
        return Asked(Verb.APN_READ)
    if frame.verb in _LIFTGATE_VERBS:
        fields.no_more(_pieces(frame.rest)[2:])
        return Asked(_LIFTGATE_VERBS[frame.verb])
    if frame.verb not in _EASYGATE_VERBS:
        raise Refused("unsupported")
    return Asked(_EASYGATE_VERBS[frame.verb])


def _liftgate_set(given: Sequence[Word]) -> Asked:
    fields.no_more(given[3:], APN)
    if not given or not given[0].text:
        raise Refused("empty-value", None, APN)
    user, secret = (*given[1:], None, None)[:2]
    return Asked(Verb.APN_SET, apn_request(given[0], user, secret))


def _assigned(rest: Word) -> Word:
    """The APN's name. Raises Refused where anything else is set."""
    found = _ASSIGNMENT.fullmatch(rest.text)
    if found is None:
        raise Refused("unsupported", rest.at, APN if rest.text.startswith("243=") else None)
    group = 1 if found.group(1) is not None else 2
    return Word(found.group(group), rest.at + found.start(group))


def _say(outcome: Outcome, form: Form, around: Around) -> str | None:
    """EasyGate's information, without what this program doesn't know or had better not tell."""
    if form.echo != ("EG", "INF") or not fields.succeeded(outcome):
        return None
    told = fields.told(outcome)
    lines = ["EG.INF OK"]
    lines += [f"FW:{told['ver']}"] if told.get("ver") else []
    lines += [f"IMEI:{around.device.imei}"] if around.device.imei else []
    lines += [f"RSSI:{told['rssi']}dBm"] if told.get("rssi") else []
    return fields.fitted(" ".join(lines))


DIALECT = Dialect(
    name="2n",
    summary="2N LiftGate and EasyGate IP: cfg apn1 em",
    parse=fields.parser("2n", _recognise, _understand),
    say=_say,
    claims=(
        "cfg apn1 em",
        "12345 cfg apn1 em u p",
        "12345 sys getinfo",
        "12345 sys reset",
        "EG SET 12345 243=(em)",
        "EG GET 12345 243",
        "EG INF 12345",
        "EG RST 12345",
    ),
    password=PasswordForm.WORD,
)
