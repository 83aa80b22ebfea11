"""A device's life from its first contact on, and all that is said meanwhile: words right and wrong
in several dialects, OMA CP, signed commands, replays, a lock-out, a command of one's own.
"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

from apn_config.dialects.omacp.encode import (
    PORTS,
    AccessPoint,
    document_of,
    encode_push,
    encode_wbxml,
)
from apn_config.dialects.signed import sign
from apn_config.keys import read_key
from apn_config.model import AuthType, Security
from modem.sms import compose_deliver
from tests.e2e.bench import OPERATOR, PATIENCE_S, Bench, Process, until
from tests.e2e.secret_forms import found_at, found_in

STRANGER = "66600"
# What proves something, and what is set; and what is wrong, but for a letter.
WORDS = {
    "PIN word": "watchword-91",
    "wrong PIN word": "watchwurd-92",
    "login": "lodger-1717",
    "password": "tango-44711",
    "wrong password": "tango-44712",
    "other password": "romeo-55821",
    "other wrong password": "romeo-55822",
    "OMA CP PIN": "oscar-6693-pin",
    "wrong OMA CP PIN": "oscar-6694-pin",
    "set-up code": "SIERRA77CODE",
    "wrong set-up code": "SIERRA78CODE",
    "first APN password": "mackerel-1",
    "rolled back APN password": "barracuda-3",
    "refused APN password": "piranha-555",
    "stranger's APN password": "stingray-66",
    "argument": "owlarg-7177",
}
CURRENT, LAST_GOOD = "swordfish-7", "marlin-8812"
# What may be kept, in one place.
SET: dict[str, str | bytes] = {"current password": CURRENT, "last good password": LAST_GOOD}
LEFT_S = 3.0
COMMON = """\
[modem]
port = "{link}"
[reply]
to = "1234"
[apn]
verify_timeout_s = 10
rollback_timeout_s = 10
channel_timeout_s = 10
[store]
path = "{home}/store/modem-helper.db"
[control]
socket = "{home}/control.sock"
[recovery]
radio_cycles_per_day = 100000
"""
NEW = """\
[access]
setup_code_file = "{home}/set-up code"
setup_min = 1440
"""
IN_USE = """\
[access]
keys = "{home}/keys"
pin_file = "{home}/PIN word"
setup_code_file = "{home}/set-up code"
failures = 3
[[access.rules]]
name = "whoever knows the words"
[dialects]
enabled = ["plain", "signed", "omacp", "teltonika", "ruptela"]
[dialects.omacp]
pin_file = "{home}/OMA CP PIN"
[dialects.teltonika]
login = "lodger-1717"
password_file = "{home}/password"
[dialects.ruptela]
password_file = "{home}/other password"
[commands.own.DOOR]
program = ["/bin/true"]
arguments = ["[a-z0-9-]+"]
"""
BEGAN = datetime(2026, 11, 28, 12, tzinfo=UTC)
# setup_min is the longest that there is.
WINDOW_S = 1440 * 60.0 - 120
TEXTS_TO_EXPLAIN = (
    "#9 PIN watchword-91 APN em user=u pass=piranha-555",
    "lodger-1717 tango-44711 setparam 2001:em;2003:piranha-555",
    "lodger-1717 tango-44712 getinfo",
    "Our words are watchword-91 and tango-44711, tell nobody",
)
IN_FILES = ("PIN word", "set-up code", "OMA CP PIN", "password", "other password")


class Onlooker:
    """A client of the control socket that hears what a streaming operation says."""

    def __init__(self, path: Path, op: str) -> None:
        self.heard = b""
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(path))
        self._socket.sendall(json.dumps({"id": 1, "op": op}).encode() + b"\n")
        self._thread = Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        with suppress(OSError):
            while octets := self._socket.recv(1 << 16):
                self.heard += octets

    def close(self) -> bytes:
        """Until the daemon has ended; what was heard."""
        self._thread.join(PATIENCE_S)
        self._socket.close()
        return self.heard


class Story:
    """A device's life, and all that was said of it."""

    def __init__(self, home: Path) -> None:
        self.bench = Bench(home)
        self.secrets: dict[str, str | bytes] = dict(WORDS)
        self.said: dict[str, bytes] = {}
        self._onlookers: dict[str, Onlooker] = {}
        self._messages = self._parts = self._looked_on = 0
        self.kept_while_running: dict[str, list[str]] = {"": ["not looked at"]}
        for name in IN_FILES:
            path = home / name
            path.write_text(f"{WORDS[name]}\n")
            path.chmod(0o600)

    # --- what happens -------------------------------------------------------------------------

    def configure(self, section: str) -> None:
        """The configuration from the next start on."""
        text = COMMON + section
        self.bench.config.write_text(text.format(link=self.bench.link, home=self.bench.home))

    def run(self) -> Process:
        """Start the daemon, with somebody who looks on."""
        daemon = self.bench.run()
        for op in ("watch", "record"):
            self._onlookers[f"{op} {self._looked_on}"] = Onlooker(self.bench.socket, op)
            self._looked_on += 1
        return daemon

    def send(self, text: str, sender: str = OPERATOR) -> None:
        """An SMS, in parts where it is long."""
        self._deliver(text, sender)

    def send_document(self, point: AccessPoint, pin: str) -> None:
        """An OMA CP message."""
        body = encode_wbxml(document_of(point))
        self._deliver(encode_push(body, Security.USERPIN, pin.encode()), OPERATOR)

    def _deliver(self, content: str | bytes, sender: str) -> None:
        self._messages += 1
        # Each a second later, so that none is stale, and none the same as another.
        parts = compose_deliver(
            sender,
            content,
            timestamp=BEGAN + timedelta(seconds=self._messages),
            ports=PORTS if isinstance(content, bytes) else None,
            reference=self._messages,
        )
        self._parts += len(parts)
        self.bench.inject_lines(*({"modem": 0, "pdu": part.pdu} for part in parts))

    def settled(self) -> None:
        """Wait until all that was sent is done with."""
        count = "SELECT count(*) FROM inbox WHERE final_s IS NOT NULL"
        self.bench.until_row(f"SELECT 1 WHERE ({count}) = {self._parts}")
        until(lambda: self.bench.storage_used() == 0, "it is deleted in the modem")

    # --- what is said -------------------------------------------------------------------------

    def do(self, *words: str | Path, config: bool = True) -> str:
        """A command; all that it says is kept."""
        code, output, errors = self.bench.do(*words, config=config)
        self.said[" ".join(map(str, words))] = f"{code}\n{output}\n{errors}".encode()
        return output

    def ask(self, op: str, **args: object) -> None:
        """An operation of the control socket; its answer is kept."""
        with closing(socket.socket(socket.AF_UNIX)) as connection:
            connection.connect(str(self.bench.socket))
            connection.sendall(json.dumps({"id": 1, "op": op, "args": args}).encode() + b"\n")
            with connection.makefile("rb") as answer:
                self.said[f"{op} {args}"] = answer.readline()

    def look(self) -> None:
        """Ask the daemon, and every command, for all that they tell."""
        report = self.bench.home / "report.txt"
        for words in (
            ("status", "--json"),
            ("journal", "--json", "-n", "500"),
            ("sms", "list", "--json"),
            ("apn", "show", "--json"),
            ("at", "AT+CGAUTH?", "AT+CGDCONT?"),
            ("metrics",),
            ("keys", "list"),
            ("keys", "show", "ops", "--json"),
            ("doctor", "--report", report),
        ):
            self.do(*words)
        for text in TEXTS_TO_EXPLAIN:
            self.do("access", "explain", "--from", OPERATOR, "--text", text)
        self.do("command", "check", "--from", OPERATOR, "--text", TEXTS_TO_EXPLAIN[0], "--json")
        for message in range(1, self._parts + 1):
            self.ask("sms.read", id=message)
        for op in ("sms.list", "apn.history", "keys.counters"):
            self.ask(op)

    def end(self, daemon: Process) -> None:
        """Stop the daemon; what the onlookers heard is kept."""
        assert daemon.end() == 0
        for name, onlooker in self._onlookers.items():
            self.said[f"onlooker: {name}"] = onlooker.close()
        self._onlookers = {}

    # --- what was written ---------------------------------------------------------------------

    def files(self) -> list[Path]:
        """All that was written, but for what holds secrets because it is their place, and for the
        store: logs, the outbox, the report.
        """
        home = self.bench.home
        ours = {self.bench.inbox, self.bench.config, *(home / name for name in IN_FILES)}
        found = [path for path in home.iterdir() if path.is_file() and path not in ours]
        assert {"outbox", "report.txt"} <= {path.name for path in found}
        return found

    def leaks(self, secrets: Mapping[str, str | bytes]) -> dict[str, list[str]]:
        """These secrets, in files and in what was said."""
        told = {name: found_in(octets, secrets) for name, octets in self.said.items()}
        return found_at(self.files(), secrets) | {k: v for k, v in told.items() if v}

    def store_files(self) -> list[Path]:
        """The database, its log of writes, and whatever else is there."""
        return sorted(self.bench.database.parent.iterdir())

    def tables_with(self, word: str) -> list[str]:
        """The tables in which it stands."""
        tables = self.bench.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
        return [name for (name,) in tables if word in str(self.bench.rows(f"SELECT * FROM {name}"))]


def first_contact(story: Story) -> None:
    """A new device: the code of the first contact sets its APN."""
    story.configure(NEW)
    daemon = story.run()
    story.send("#1 SETUP SIERRA78CODE APN em user=someone pass=piranha-555", STRANGER)
    story.send("#2 SETUP SIERRA77CODE APN em user=someone pass=mackerel-1")
    # On a machine that has been up for a day there is no first contact any more.
    if time.clock_gettime(time.CLOCK_BOOTTIME) < WINDOW_S:
        story.bench.answer("#2 OK APN em")
    story.settled()
    for op in ("status", "journal", "sms.list", "apn.show"):
        story.ask(op)
    story.end(daemon)


def in_use(story: Story) -> None:
    """Right and wrong words in all dialects."""
    bench = story.bench
    story.configure(IN_USE)
    story.do("keys", "create", "ops")
    key = read_key(bench.home / "keys" / "ops.key")
    story.secrets["key"] = key
    daemon = story.run()
    status = bench.status()
    assert status is not None
    iccid = status["modem"]["iccid"]
    replayed = sign(key, iccid, 1, "#5 APN nosuch user=someone pass=barracuda-3 auth=chap")
    point = AccessPoint("nosuch", "someone", "barracuda-3", AuthType.PAP)

    story.send(f"#3 PIN watchword-91 APN em user=someone pass={LAST_GOOD} auth=pap")
    bench.answer("#3 OK APN em")
    story.send(f"lodger-1717 tango-44711 setparam 2001:em2;2002:another;2003:{CURRENT};2016:2")
    bench.answer("New value 2001:em2")
    story.send_document(point, WORDS["OMA CP PIN"])
    bench.answer("ROLLBACK APN nosuch")
    story.send(replayed)
    bench.answer("#5 ROLLBACK APN nosuch")
    story.send("romeo-55821 getapn")
    story.send("#6 PIN watchword-91 DOOR owlarg-7177")
    bench.answer("#6 OK DOOR")
    story.send("#7 PIN watchword-91 STATUS" + " " * 160)
    bench.answer("#7 OK STATUS")

    # Malformed, unknown, forgotten.
    story.send("#8 PIN watchword-91 APN em..em user=someone pass=piranha-555")
    story.send("lodger-1717 tango-44711 setparam 2001:em..em;2003:piranha-555")
    story.send("romeo-55821 setconnection em,u,piranha-555,TCP,10.0.0.1,80")
    story.send('#8 PIN watchword-91 APN em pass="piranha-555')
    story.send("watchword-91 APN em pass=piranha-555")
    story.send("Our word is watchword-91 and tango-44711, tell nobody")
    story.send("PIN watchword-91")
    story.send("#8 SETUP SIERRA77CODE APN em pass=piranha-555")
    story.send(sign(key, iccid, 2, "#8 APN em..em pass=piranha-555"))

    # The same again.
    story.send_document(point, WORDS["OMA CP PIN"])
    story.send(replayed)

    # A stranger's tries, until nothing of him is looked at; the right words then.
    story.send_document(replace(point, apn="em"), WORDS["wrong OMA CP PIN"])
    story.send("romeo-55822 getapn", "66601")
    story.send("romeo-55822 setconnection em,u,stingray-66", "66601")
    story.send("lodger-1717 tango-44712 setparam 2001:em;2003:stingray-66", STRANGER)
    story.send("PIN watchwurd-92 APN em pass=stingray-66", STRANGER)
    story.send("PIN watchwurd-92 STATUS", STRANGER)
    story.send("SETUP SIERRA78CODE APN em pass=stingray-66", STRANGER)
    story.send("PIN watchword-91 APN em pass=stingray-66", STRANGER)
    story.send("lodger-1717 tango-44711 setparam 2001:em;2003:stingray-66", STRANGER)
    story.settled()
    story.send("#9 PIN watchword-91 PING")
    bench.answer("#9 OK PING")
    story.settled()
    # The log of writes is emptied a moment after the answer is under way.
    with suppress(AssertionError):
        until(lambda: not found_at(story.store_files(), story.secrets), "none is left", LEFT_S)
    story.kept_while_running = found_at(story.store_files(), story.secrets)
    story.look()
    story.end(daemon)
