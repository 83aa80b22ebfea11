"""GoTrack S200 trackers: `apn,em#`, answered by `apn,em#@OK#`. Pure.

    message = "apn" "," name "#"       set
            | "apn" "#"                read
            | "reset" "#"              restart
            | "view" "," "overview" "#" | "view" "," "network" "#"      status, signal

There is no user and no password, and what is set stays as it is (with another APN it goes). An
empty name is refused.

Not understood: `apnex,` (the APN when roaming), `centralphone,`, `lockerstat`.

Weak: no password; after ten days a device takes settings from three numbers only, and answers
others `No Permission@ER#`. No counter. No other failure has documented words, so the plain ones are
sent; so they are for `reset#`. A text that ends in `@OK#` or `@ER#` is an answer, and never taken.

Source: github.com/GoTrack-GPS/gotrack-um, modules/integrated-devices/smc/s200/sms-command.
"""

from __future__ import annotations

from apn_config.dialects import fields
from apn_config.dialects.dialect import Around, Dialect
from apn_config.dialects.fields import APN, Asked, Frame, Refused
from apn_config.dialects.settings import bare
from apn_config.dialects.words import Word
from apn_config.model import ApnRequest, Form, Outcome, Verb

_SIMPLE = {
    "apn": Verb.APN_READ,
    "reset": Verb.REBOOT_MODEM,
    "view,overview": Verb.STATUS,
    "view,network": Verb.SIGNAL,
}
_OTHERS = frozenset({"apnex", "centralphone", "lockerstat"})


def _recognise(text: Word) -> Frame | None:
    body = fields.tracker_command(text)
    if body is None:
        return None
    given = [bare(each) for each in fields.split(body, ",")]
    whole = ",".join(each.upper.lower() for each in given)
    if given[0].upper == "APN" and len(given) == 2 and not fields.is_plain(given[1].text):
        return Frame("apn,", given[1])
    if whole in _SIMPLE or given[0].upper.lower() in _OTHERS:
        return Frame(whole)
    return None


def _understand(frame: Frame) -> Asked:
    if frame.verb == "apn,":
        return Asked(Verb.APN_SET, ApnRequest(fields.apn(frame.rest)))
    if frame.verb not in _SIMPLE:
        raise Refused("unsupported", None, APN if frame.verb.startswith("apnex") else None)
    return Asked(_SIMPLE[frame.verb])


def _say(outcome: Outcome, form: Form, around: Around) -> str | None:
    if not fields.succeeded(outcome):
        return None
    if outcome.verb is Verb.APN_SET and outcome.name is not None:
        return fields.fitted(f"apn,{outcome.name}#@OK#")
    if outcome.verb is Verb.APN_READ and outcome.apn is not None:
        return fields.fitted(f"apn,{outcome.apn.name}@OK#")
    if outcome.verb is Verb.STATUS:
        return fields.fitted(_overview(outcome, around))
    return fields.fitted(_network(outcome, around)) if outcome.verb is Verb.SIGNAL else None


def _overview(outcome: Outcome, around: Around) -> str:
    """`nw` is whether there is a data session, and the signal as +CSQ counts it."""
    told = fields.told(outcome)
    session = "1" if told.get("ip") else "0"
    name = f"modem-helper,{around.device.imei},{told.get('ver', '')}"
    return f"view,overview,{name} nw,{session},{_signal(told)} @OK#"


def _network(outcome: Outcome, around: Around) -> str:
    told = fields.told(outcome)
    operator = told.get("op", "").replace('"', "?")
    network = f'nw,0,0,"{operator}",{_signal(told)}'
    apn = f" apn,{told['apn']}" if told.get("apn") else ""
    return f"view,network,cid,{around.device.iccid} {network}{apn} @OK#"


def _signal(told: dict[str, str]) -> str:
    level = fields.csq(told.get("rssi"))
    return "" if level is None else str(level)


DIALECT = Dialect(
    name="gotrack",
    summary="GoTrack: apn,em#",
    parse=fields.parser("gotrack", _recognise, _understand),
    say=_say,
    claims=("apn,em#", "apn#", "reset#", "view,overview#", "view,network#"),
)
