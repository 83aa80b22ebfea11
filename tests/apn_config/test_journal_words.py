"""Entries of the journal, in words."""

from __future__ import annotations

from typing import Any

import pytest

from apn_config.journal_words import line, words
from tests.apn_config.test_display import HOSTILE

ENTRIES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "SMS 7 from *****45: command STATUS": ("message", "7", {"from": "*****45", "what": "STATUS"}),
    "SMS 7 from *****45: command STATUS, by rule look": (
        "message",
        "7",
        {"from": "*****45", "what": "STATUS", "rule": "look"},
    ),
    "SMS 7 from EMnify: not-listed": ("message", "7", {"from": "EMnify", "what": "not-listed"}),
    "An SMS makes no sense and is set aside: too short": (
        "message",
        "set aside",
        {"why": "too short"},
    ),
    "Parts of long SMS whose others never came are given up: 2": (
        "message",
        "incomplete",
        {"parts": 2},
    ),
    "SMS 7 is carried out: answered": ("command", "7", {"verdict": "answered"}),
    "Change 3 begins, by sms: from em to other": (
        "change",
        "3",
        {"apn": "other", "former": "em", "origin": "sms"},
    ),
    "Change 3 to other: verifying -> rolling-back (refused)": (
        "change",
        "3",
        {"from": "verifying", "to": "rolling-back", "apn": "other", "reason": "refused"},
    ),
    "Change 3 to other: proving -> committed": (
        "change",
        "3",
        {"from": "proving", "to": "committed", "apn": "other", "reason": None},
    ),
    "Answer 5 is sent, reference 17": ("answer", "5", {"reference": 17}),
    "Answer 5 can't be sent: no number": ("answer", "5", {"failed": "no number"}),
    "Answer 5 is too old to be sent: never tried": ("answer", "5", {"expired": None}),
    "Answer 5 is reported on: delivered": ("answer", "5", {"report": "delivered", "status": 0}),
    "A report on no answer that is known, reference 9": (
        "report",
        "status report",
        {"reference": 9, "status": 0},
    ),
    "Context 1 held x; em is put back": ("drift", "1", {"found": "x", "live": "", "wanted": "em"}),
    "Remedy for the modem: reset": ("recovery", "the modem", {"rung": "reset"}),
    "Key ef75a1b2 is enrolled": ("key", "ef75a1b2", {"what": "enrolled"}),
    "The store was damaged and is begun anew: page 7": ("store", "replaced", {"why": "page 7"}),
    "other thing key=1": ("other", "thing", {"key": 1, "none": None}),
}


def entry(kind: str, subject: str, detail: dict[str, Any]) -> dict[str, Any]:
    time = "2026-01-01T00:00:00+00:00"
    return {"id": 1, "time": time, "kind": kind, "subject": subject, "detail": detail}


@pytest.mark.parametrize(("said", "of"), ENTRIES.items(), ids=list(ENTRIES))
def test_each_kind_has_its_sentence(said: str, of: tuple[str, str, dict[str, Any]]) -> None:
    assert words(entry(*of)) == said


@pytest.mark.parametrize("kind", sorted({kind for kind, _, _ in ENTRIES.values()}))
@pytest.mark.parametrize("subject", [HOSTILE, "7"])
def test_nothing_hostile_passes_and_nothing_has_to_be_there(kind: str, subject: str) -> None:
    keys = {key for _, _, detail in ENTRIES.values() for key in detail}
    for detail in (
        {},
        dict.fromkeys(keys, HOSTILE),
        {HOSTILE: HOSTILE},
        *({k: HOSTILE} for k in keys),
    ):
        assert line(entry(kind, subject, detail)).isprintable()
