"""Entries of the journal as sentences. What came from outside is made harmless. Pure."""

from __future__ import annotations

from apn_config.control import Json
from apn_config.display import local_time, safe
from apn_config.model import Verb

_VERBS = {verb.value for verb in Verb}


def line(entry: Json) -> str:
    """When, and what."""
    return f"{local_time(entry['time'])}  {words(entry)}"


def words(entry: Json) -> str:
    """What happened, without when."""
    say = _SENTENCES.get(entry["kind"])
    subject = safe(entry["subject"])
    detail = {key: value for key, value in entry["detail"].items() if value is not None}
    told = (
        None if say is None else say(subject, {key: safe(value) for key, value in detail.items()})
    )
    return told or " ".join([safe(entry["kind"]), subject, *_pairs(detail)])


def _pairs(detail: Json) -> list[str]:
    return [f"{safe(key)}={safe(value)}" for key, value in detail.items()]


def _message(subject: str, detail: dict[str, str]) -> str | None:
    if subject == "set aside":
        return f"An SMS makes no sense and is set aside: {detail.get('why', '-')}"
    if subject == "incomplete":
        return f"Parts of long SMS whose others never came are given up: {detail.get('parts', '-')}"
    what = detail.get("what")
    if what is None:
        return None
    if subject == "again":
        return f"An SMS from {detail.get('from', '-')} came again and is known already"
    told = f"command {what}" if what in _VERBS else what
    if "rule" in detail:
        told += f", by rule {detail['rule']}"
    return f"SMS {subject} from {detail.get('from', '-')}: {told}"


def _command(subject: str, detail: dict[str, str]) -> str:
    return f"SMS {subject} is carried out: {detail.get('verdict', '-')}"


def _change(subject: str, detail: dict[str, str]) -> str | None:
    apn, former = detail.get("apn", "-"), detail.get("former", "-")
    if "origin" in detail:
        return f"Change {subject} begins, by {detail['origin']}: from {former} to {apn}"
    if "to" not in detail:
        return None
    why = f" ({detail['reason']})" if "reason" in detail else ""
    return f"Change {subject} to {apn}: {detail.get('from', '-')} -> {detail['to']}{why}"


def _answer(subject: str, detail: dict[str, str]) -> str | None:
    if "reference" in detail:
        return f"Answer {subject} is sent, reference {detail['reference']}"
    if "failed" in detail:
        return f"Answer {subject} can't be sent: {detail['failed']}"
    if "report" in detail:
        return f"Answer {subject} is reported on: {detail['report']}"
    return f"Answer {subject} is too old to be sent: {detail.get('expired', 'never tried')}"


def _report(_subject: str, detail: dict[str, str]) -> str:
    return f"A report on no answer that is known, reference {detail.get('reference', '-')}"


def _drift(subject: str, detail: dict[str, str]) -> str:
    found, wanted = detail.get("found", "-"), detail.get("wanted", "-")
    return f"Context {subject} held {found}; {wanted} is put back"


def _recovery(subject: str, detail: dict[str, str]) -> str:
    return f"Remedy for {subject}: {detail.get('rung', '-')}"


def _access(subject: str, detail: dict[str, str]) -> str | None:
    if detail.get("what") != "locked-out":
        return None
    failures, minutes = detail.get("failures", "-"), detail.get("minutes", "-")
    return f"{subject}: locked out for {minutes} minutes after {failures} wrong secrets"


def _key(subject: str, detail: dict[str, str]) -> str | None:
    return f"Key {subject} is enrolled" if detail.get("what") == "enrolled" else None


def _store(_subject: str, detail: dict[str, str]) -> str:
    return f"The store was damaged and is begun anew: {detail.get('why', '-')}"


_SENTENCES = {
    "message": _message,
    "command": _command,
    "change": _change,
    "answer": _answer,
    "report": _report,
    "drift": _drift,
    "recovery": _recovery,
    "access": _access,
    "key": _key,
    "store": _store,
}
