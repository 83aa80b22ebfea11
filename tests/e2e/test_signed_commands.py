"""Signed commands through the whole program: keys made on the device, texts signed elsewhere."""

from __future__ import annotations

import re
import signal
from pathlib import Path
from typing import Any

import pytest

from apn_config.keys import Key, key_text, read_keys
from tests.e2e.bench import Bench, Process, until
from tests.e2e.test_json import check


class Sender:
    """Who signs, by `command sign`, with files of keys of their own."""

    def __init__(self, bench: Bench, iccid: str) -> None:
        self._bench = bench
        self._iccid = iccid
        self.home = bench.home / "sender"
        self.home.mkdir()

    def learn(self, key: str, name: str) -> None:
        (self.home / f"{name}.key").write_text(key)

    def sign(self, text: str, *options: str, name: str = "ops") -> str:
        signed = self._do("sign", text, *options, name=name)
        check("command-sign", signed)
        return str(signed["text"])

    def verify(self, answer: str, name: str = "ops", *, code: int = 0) -> Any:
        found = self._do("verify-answer", answer, name=name, code=code)
        check("command-verify-answer", found)
        assert found["valid"] is (code == 0)
        return found

    def _do(self, command: str, *arguments: str, name: str, code: int = 0) -> Any:
        key = str(self.home / f"{name}.key")
        options = ("--key-file", key, "--iccid", self._iccid)
        words = ("command", command, *options, *arguments)
        return self._bench.json(*words, config=False, code=code)


@pytest.fixture
def place(bench: Bench) -> Path:
    """The device's keys. Nothing but signed commands is understood."""
    path = bench.home / "keys"
    text = bench.config.read_text()
    access = f'keys = "{path}"\n[dialects]\nenabled = ["signed"]\n'
    bench.config.write_text(text.replace("[apn]", f"{access}[apn]"))
    return path


def begin(bench: Bench) -> tuple[Process, Sender]:
    """A device with the key `ops`, which a sender has learnt."""
    simulator = bench.simulate("--start-apn", "em", "--apn", "em", "--apn", "other")
    assert bench.do("keys", "create", "ops")[0] == 0
    daemon = bench.run()
    sender = Sender(bench, simulator.modem["iccid"])
    shown = bench.json("keys", "show", "ops", "--secret")
    check("keys-show", shown)
    assert shown["iccid"] == simulator.modem["iccid"]
    sender.learn(shown["key"], "ops")
    return daemon, sender


def reload(bench: Bench, daemon: Process) -> None:
    before = daemon.log.count("has taken effect")
    daemon.popen.send_signal(signal.SIGHUP)
    until(lambda: daemon.log.count("has taken effect") > before, "it is read again")
    bench.until_ready(daemon)


def verdict(bench: Bench, why: str, count: int = 1) -> None:
    bench.until_row(
        f"SELECT 1 FROM inbox WHERE verdict = '{why}' GROUP BY verdict HAVING count(*) >= {count}"
    )


def test_from_the_first_command_to_a_lost_store(bench: Bench, place: Path) -> None:
    daemon, sender = begin(bench)
    change = sender.sign("#1 APN other")
    bench.inject(change)
    answer = bench.answer("#1 OK APN other")
    found = sender.verify(answer)
    assert (found["counter"], found["text"]) == (1, answer.rpartition(" ")[0])
    # The same in another SMS, another text with its signature, an answer, one without any.
    bench.inject(f"{change} ", change.replace("other", "em"), f" {answer}", "#2 APN em")
    verdict(bench, "replay")
    verdict(bench, "signature-wrong")
    assert bench.json("apn", "show")["apn"] == "other"
    assert len(bench.answers()) == 1
    # An older one that was held back.
    held_back = sender.sign("#3 APN em")
    bench.inject(sender.sign("#4 PING"))
    bench.answer("#4 OK PING")
    bench.inject(held_back)
    bench.answer("#3 ERR reason=stale")
    # The store is lost, and all that it knew.
    assert daemon.end() == 0
    for path in bench.database.parent.iterdir():
        path.unlink()
    bench.run()
    bench.inject(f"{change}  ")
    code = re.search(r"code=(\w+)", bench.answer("#1 ERR reason=counter-unknown"))
    assert code is not None
    listed = bench.json("keys", "list")
    check("keys-list", listed)
    assert [(each["counter"], each["awaits_code"]) for each in listed["keys"]] == [(None, True)]
    sync = sender.sign(f"#5 SYNC {code[1]}")
    bench.inject(sync)
    bench.answer("#5 OK SYNC")
    bench.inject(f"{change}   ", f"{sync} ", f"{held_back} ")
    verdict(bench, "replay", 2)
    bench.inject(sender.sign("#6 APN em"))
    bench.answer("#6 OK APN em")
    sender.verify(bench.answer("#6 OK APN em").replace("em", "other"), code=1)


def test_a_rotated_key_is_good_until_the_new_one_is_used(bench: Bench, place: Path) -> None:
    daemon, sender = begin(bench)
    bench.inject(sender.sign("#1 PING"))
    bench.answer("#1 OK PING")
    assert bench.do("keys", "rotate", "ops")[0] == 0
    reload(bench, daemon)
    # Another SMS may have been on its way; its answer is signed by the key that it knows.
    bench.inject(sender.sign("#2 PING"))
    sender.verify(bench.answer("#2 OK PING"))
    sender.learn(bench.json("keys", "show", "ops", "--secret")["key"], "new")
    bench.inject(sender.sign("#3 PING", name="new"))
    answer = bench.answer("#3 OK PING")
    sender.verify(answer, "new")
    sender.verify(answer, code=1)
    bench.inject(sender.sign("#4 PING"))
    verdict(bench, "key-retired")
    assert bench.do("keys", "delete", "ops", "--yes")[0] == 0
    reload(bench, daemon)
    bench.inject(sender.sign("#5 PING", name="new"))
    verdict(bench, "no-key")
    assert len(bench.answers()) == 3


def test_no_key_is_anywhere_but_in_its_file(bench: Bench, place: Path) -> None:
    daemon, sender = begin(bench)
    bench.inject(sender.sign("#1 STATUS"), sender.sign("#2 APN em;"))
    bench.answer("#2 ERR APN")
    for words in (("list",), ("show", "ops"), ("rotate", "ops"), ("show", "ops", "--json")):
        code, output, errors = bench.do("keys", *words)
        assert code == 0
        assert not _holds(f"{output}{errors}".encode(), read_keys(place))
    keys = read_keys(place)
    assert _holds((place / "ops.previous").read_bytes(), keys), "what is looked for would be found"
    assert daemon.end() == 0
    for path in bench.home.rglob("*"):
        if path.is_file() and path.parent not in (place, sender.home):
            assert not _holds(path.read_bytes(), keys), path


def _holds(octets: bytes, keys: tuple[Key, ...]) -> bool:
    found = [(key.octets, key.octets.hex().encode(), key_text(key.octets).encode()) for key in keys]
    return any(form in octets or form in octets.upper() for forms in found for form in forms)
