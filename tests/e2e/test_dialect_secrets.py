"""What the dialects are proven with, and what they set: where it may not be, in whatever form.

Everything that is written in a device's life is looked through: logs, answers, what the control
socket says, reports; and in the end the store.
"""

from __future__ import annotations

import shutil
import sqlite3
from base64 import b32encode, b64encode, urlsafe_b64encode
from contextlib import closing
from pathlib import Path

import pytest

from apn_config.keys import key_text
from modem.sms import compose_deliver
from tests.e2e.bench import OPERATOR
from tests.e2e.secret_forms import forms, found_at, found_in
from tests.e2e.secret_story import (
    BEGAN,
    CURRENT,
    LAST_GOOD,
    SET,
    TEXTS_TO_EXPLAIN,
    Story,
    first_contact,
    in_use,
)

VERDICTS = "SELECT verdict FROM inbox WHERE verdict <> 'joined' ORDER BY id"


def test_secrets_are_where_they_belong_and_nowhere_else(tmp_path: Path) -> None:
    story = Story(tmp_path)
    try:
        story.bench.simulate("--apn", "em", "--apn", "em2", "--start-apn", "em2")
        first_contact(story)
        in_use(story)
        all_of_it_happened(story)
        no_secret_is_told(story)
        no_secret_is_kept(story)
        what_is_set_is_in_the_record_alone(story)
        for what, statement in FORGOTTEN.items():
            what_is_forgotten_is_found(story, statement, tmp_path / what)
        what_is_told_is_found(story)
    finally:
        story.bench.close()


def all_of_it_happened(story: Story) -> None:
    """What isn't said can't be found."""
    assert [verdict for (verdict,) in story.bench.rows(VERDICTS)][2:] == [
        *("committed", "committed", "rolled-back", "rolled-back", "answered", "done", "answered"),
        *("bad-apn", "bad-apn", "unsupported", "bad-pass", "pin-missing", "pin-missing"),
        *("no-verb", "setup-closed", "bad-apn", "replay", "replay", "mac-wrong"),
        *("password-wrong", "password-wrong", "password-wrong", "pin-wrong"),
        *("locked-out", "locked-out", "locked-out", "locked-out", "answered"),
    ]
    for name in ("watch 0", "record 1", "watch 2", "record 3"):
        assert len(story.said[f"onlooker: {name}"]) > 1000
    assert b"locked-out" in story.said["journal --json -n 500"]
    explained = story.said[f"access explain --from {OPERATOR} --text {TEXTS_TO_EXPLAIN[0]}"]
    assert b"APN em user=*** pass=***" in explained


def no_secret_is_told(story: Story) -> None:
    """Neither logs, answers, the socket, commands nor reports have one, in whatever form."""
    assert story.leaks(story.secrets | SET) == {}


def no_secret_is_kept(story: Story) -> None:
    """The store had none soon after the last command, and has none in the end."""
    assert story.kept_while_running == {}
    assert found_at(story.store_files(), story.secrets) == {}


def what_is_set_is_in_the_record_alone(story: Story) -> None:
    """The current and the last good credentials, once each."""
    assert sorted(found_at(story.store_files(), SET)) == [story.bench.database.name]
    octets = story.bench.database.read_bytes()
    assert found_in(octets, SET) == [f"{name}: plain" for name in SET]
    for word in (CURRENT, LAST_GOOD):
        assert octets.count(word.encode()) == 1
        assert story.tables_with(word) == ["records"]


# How a secret might be left in the store by somebody who forgot something.
FORGOTTEN = {
    "a text": "UPDATE inbox SET text = 'PIN watchword-91 STATUS' WHERE id = 3",
    "octets": "UPDATE inbox SET data = CAST('tango-44711' AS BLOB) WHERE id = 3",
    "a PDU": "UPDATE inbox SET pdu = '{pdu}' WHERE id = 3",
    "an entry": "INSERT INTO journal (at_s, at_wall, kind, subject, detail)"
    " VALUES (1, '', 'message', '1', '{{\"what\": \"oscar-6693-pin\"}}')",
    "a former one": f"UPDATE records SET last_good = replace(current, '{CURRENT}', 'mackerel-1')",
}


def what_is_forgotten_is_found(story: Story, statement: str, place: Path) -> None:
    """In a copy of the store that somebody left it in."""
    place.mkdir()
    for path in story.store_files():
        shutil.copy(path, place)
    (part,) = compose_deliver(OPERATOR, "xx lodger-1717 STATUS", timestamp=BEGAN)
    with closing(sqlite3.connect(place / story.bench.database.name)) as connection:
        assert connection.execute(statement.format(pdu=part.pdu)).rowcount == 1
        connection.commit()
    assert found_at(place.iterdir(), story.secrets) != {}


def what_is_told_is_found(story: Story) -> None:
    """In a log that says too much."""
    with story.bench.log_paths()[-1].open("a") as log:
        log.write(f"DEBUG: AT+CGAUTH=1,1,someone,{CURRENT}\n")
    assert story.leaks(SET) == {Path(log.name).name: ["current password: plain"]}


# --- that it would be found -----------------------------------------------------------------------


@pytest.mark.parametrize("secret", ["watchword-91", bytes(range(100, 132))], ids=["word", "key"])
def test_each_form_is_found(secret: str | bytes) -> None:
    secrets = {"it": secret}
    others: dict[str, str | bytes] = {"word": "matchwood-91", "key": bytes(range(32))}
    for form, octets in forms(secret).items():
        around = b"\x55" + octets + b"\x2a"
        assert f"it: {form}" in found_in(around, secrets)
        assert found_in(around, others) == []


def test_the_forms_are_those_of_real_messages() -> None:
    """At whatever bit it begins in a message of the codec's, and in UCS-2."""
    for lead in range(16):
        for text in ("x" * lead + "watchword-91 and more", "\u0436" * lead + "watchword-91"):
            (part,) = compose_deliver(OPERATOR, text, timestamp=BEGAN)
            for octets in (part.pdu.encode(), part.pdu.lower().encode(), bytes.fromhex(part.pdu)):
                assert found_in(octets, {"word": "watchword-91"})


@pytest.mark.parametrize("skip", range(15))
def test_a_key_is_found_in_longer_texts(skip: int) -> None:
    key = bytes(range(100, 132))
    longer = bytes(skip) + key + b"more"
    texts = (b32encode(longer), b32encode(longer).lower(), b64encode(longer), longer)
    for text in (*texts, urlsafe_b64encode(longer), key_text(key).encode()):
        assert found_in(text, {"key": key})
