"""Who carries out which verb, and what is loaded for that."""

from __future__ import annotations

import subprocess
import sys
from inspect import iscoroutinefunction
from pathlib import Path

import pytest

from apn_config.model import Verb
from apn_config.verbs import ONCE, READING, Once

ROOT = Path(__file__).parents[3]
# A change of the APN has machinery of its own; the others need no modem.
ELSEWHERE = {
    *(Verb.APN_SET, Verb.APN_ROLLBACK, Verb.APN_KEEP),
    *(Verb.PING, Verb.HELP, Verb.SYNC),
}


def test_every_verb_is_carried_out_by_somebody() -> None:
    assert set(READING) | set(ONCE) | ELSEWHERE == set(Verb)
    assert not set(READING) & set(ONCE)


@pytest.mark.parametrize("verb", READING, ids=lambda verb: verb.value)
def test_reading_verbs_change_nothing(verb: Verb) -> None:
    assert not verb.changing
    assert verb.repeatable
    assert iscoroutinefunction(READING[verb])


@pytest.mark.parametrize("verb", ONCE, ids=lambda verb: verb.value)
def test_the_others_change_the_device(verb: Verb) -> None:
    assert verb.changing
    found = ONCE[verb]
    assert isinstance(found, Once)
    assert iscoroutinefunction(found.run)
    assert iscoroutinefunction(found.after_restart)


def test_what_is_not_carried_out_here_is_unknown() -> None:
    assert Verb.PING not in READING
    assert Verb.APN_SET not in ONCE
    with pytest.raises(KeyError):
        READING[Verb.PING]


def test_nothing_is_loaded_before_it_is_needed() -> None:
    code = "import sys, apn_config.agent; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    ours = {name for name in loaded if name.startswith("apn_config.verbs.")}
    assert ours == {"apn_config.verbs.place"}
    assert "importlib.metadata" not in loaded
