"""PIN words and passwords: where they may not be once their command is final, in whatever form."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from modem.sms import compose_deliver
from tests.e2e.bench import OPERATOR, Bench, until


def disguises(word: str) -> list[bytes]:
    """A word as it may stand in a file: plain or packed to septets at any bit; both also in hex."""
    found = [word.encode()]
    for offset in range(8):
        bits = "".join(f"{ord(character):07b}"[::-1] for character in word)
        padded = "0" * offset + bits
        octets = bytes(
            int(padded[place : place + 8][::-1], 2) for place in range(0, len(padded) // 8 * 8, 8)
        )
        # The first and last octet hold bits of neighbours.
        found.append(octets[1:-1])
    assert all(len(form) >= 4 for form in found), "too short to be found for certain"
    hexes = [form.hex().encode() for form in found]
    return [*found, *hexes, *(form.upper() for form in hexes)]


def files_with(bench: Bench, word: str) -> list[str]:
    """The files of store and log in which the word stands, in whatever form."""
    forms = disguises(word)
    return [
        path.name
        for path in (*bench.database.parent.iterdir(), *bench.log_paths())
        if any(form in path.read_bytes() for form in forms)
    ]


def test_the_disguises_are_those_of_a_real_message() -> None:
    """Proof of the search: it finds the words in the PDU of a message that holds them."""
    for lead in range(8):
        text = "x" * lead + "watchword and more"
        (part,) = compose_deliver("12345", text, timestamp=datetime.now(tz=UTC))
        assert any(form in part.pdu.encode() for form in disguises("watchword"))


SECRET_STORIES = {
    "PING": ("#1 PIN watchword PING", "#1 OK PING"),
    "STATUS": ("#1 PIN watchword STATUS", "#1 OK STATUS"),
    "malformed": ("#1 PIN watchword APN bad..name pass=swordfish-7", "#1 ERR"),
    "committed": ("#1 PIN watchword APN em", "#1 OK APN em"),
    "rolled back": (
        "#1 PIN watchword APN nosuch user=someone pass=swordfish-7 auth=pap",
        "#1 ROLLBACK",
    ),
    "two parts": (
        "#1 PIN watchword APN nosuch user=someone pass=swordfish-7 auth=pap" + " " * 120,
        "#1 ROLLBACK",
    ),
    "wrong word": ("#1 PIN watchwordx APN em pass=swordfish-7", None),
}


def with_pin_word(bench: Bench) -> None:
    pin = bench.home / "pin-word"
    pin.write_text("watchword\n")
    pin.chmod(0o600)
    bench.write_config(str(bench.link), access=f'pin_file = "{pin}"')


def until_final(bench: Bench) -> None:
    bench.until_row("SELECT 1 FROM inbox")
    bench.until_row("SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM inbox WHERE final_s IS NULL)")
    until(lambda: bench.storage_used() == 0, "it is deleted in the modem")


def no_secret_is_left(bench: Bench) -> None:
    """At once or a moment later: the log of writes is emptied after the answer is under way."""

    def left() -> dict[str, list[str]]:
        return {word: files_with(bench, word) for word in ("watchword", "swordfish-7")}

    until(lambda: not any(left().values()), "no secret is left", 3.0, also=lambda: str(left()))


@pytest.mark.parametrize(("text", "answer"), SECRET_STORIES.values(), ids=SECRET_STORIES)
def test_secrets_are_gone_when_the_command_is_final(
    bench: Bench, text: str, answer: str | None
) -> None:
    bench.simulate()
    with_pin_word(bench)
    daemon = bench.run()
    bench.inject(text)
    if answer is not None:
        bench.answer(answer)
    until_final(bench)
    no_secret_is_left(bench)
    shown = [bench.ask(op) for op in ("status", "sms.list", "apn.show", "journal")]
    assert None not in shown
    assert "watchword" not in str(shown)
    assert "swordfish" not in str(shown)
    assert daemon.end() == 0
    no_secret_is_left(bench)


def test_a_secret_that_came_in_two_parts_hours_apart(bench: Bench) -> None:
    """The first part is on the disk as it came, until the second makes it a command."""
    bench.simulate()
    with_pin_word(bench)
    bench.run()
    text = "#1 PIN watchword PING" + " " * 160
    first, second = compose_deliver(OPERATOR, text, timestamp=datetime.now(tz=UTC), reference=7)
    bench.inject_lines({"modem": 0, "pdu": first.pdu})
    bench.until_row("SELECT 1 FROM inbox WHERE state = 'part'")
    assert files_with(bench, "watchword") != []
    bench.inject_lines({"modem": 0, "pdu": second.pdu})
    bench.answer("#1 OK PING")
    until_final(bench)
    no_secret_is_left(bench)


def test_a_committed_password_stays_in_the_record_alone(bench: Bench) -> None:
    bench.simulate()
    with_pin_word(bench)
    bench.run()
    bench.inject("#1 PIN watchword APN em user=someone pass=swordfish-7 auth=pap")
    bench.answer("#1 OK APN em")
    until_final(bench)
    until(lambda: not files_with(bench, "watchword"), "the PIN word is gone")
    until(lambda: files_with(bench, "swordfish-7") == [bench.database.name], "one file has it")
    tables = [name for (name,) in bench.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    holding = [name for name in tables if "swordfish-7" in str(bench.rows(f"SELECT * FROM {name}"))]
    assert holding == ["records"]
    shown = bench.json("apn", "show")
    assert (shown["user"], shown["auth"]) == ("someone", "pap")
    assert "swordfish" not in str(shown)
