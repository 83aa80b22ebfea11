"""`APN em` in five dialects, as OMA CP and signed, from the platform's REST API to its webhook.

Each changes the APN, and its answer comes to the webhook. Said again, octet for octet, none changes
anything; and what is proven by more than a fixed word doesn't in a new SMS either.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hil.emnify.client import Client
from hil.emnify.models import SmsRequest
from tests.e2e.bench import Bench, Process, until
from tests.e2e.tap import Tap, Way

LIMIT_S = 60.0
DEVICE = 700001
# Whoever knows the words may write from anywhere: this sender isn't listed.
SENDER = "54321"
WORDS = {
    "omacp": "8861-0423-provisioned",
    "teltonika": "tp-4711",
    "ruptela": "rp-4712",
    "coban": "471300",
    "meitrack": "4714",
    "airlink": "ap-4715",
}
CONFIG = """\
[modem]
port = "{home}/modem0"
[reply]
to = "1234"
[access]
keys = "{home}/keys"
[[access.rules]]
name = "who knows the words"
dialects = ["signed", "omacp", "teltonika", "ruptela", "coban", "meitrack", "airlink"]
[dialects]
enabled = ["plain", "signed", "omacp", "teltonika", "ruptela", "coban", "meitrack", "airlink"]
omacp = {{ pin_file = "{home}/omacp" }}
teltonika = {{ login = "admin", password_file = "{home}/teltonika" }}
ruptela = {{ password_file = "{home}/ruptela" }}
coban = {{ password_file = "{home}/coban" }}
meitrack = {{ password_file = "{home}/meitrack" }}
airlink = {{ password_file = "{home}/airlink" }}
[apn]
verify_timeout_s = 20
rollback_timeout_s = 20
channel_timeout_s = 20
[store]
path = "{home}/store/modem-helper.db"
[control]
socket = "{home}/control.sock"
[recovery]
radio_cycles_per_day = 100000
"""
# What is sent, and how its answer begins in its dialect's words, the plain one's where it has none.
TEXTS = {
    "teltonika": ("admin tp-4711 setparam 2001:em", "New value 2001:em"),
    "ruptela": ("rp-4712 setconnection em,,", "set connection data ok"),
    "coban": ("apn471300 em", "apn ok"),
    "meitrack": ("4714,A81,em,,", ""),
    "airlink": ("smsPwd=ap-4715,apn=em", "OK APN em"),
}


@dataclass
class World:
    """The platform with one device, the daemon on its modem behind a tap, and a webhook."""

    bench: Bench
    tap: Tap
    ready: dict[str, Any]

    def __post_init__(self) -> None:
        self._events: list[dict[str, Any]] = []

    # --- the operator's side ------------------------------------------------------------------

    def listen(self) -> None:
        """Have the platform deliver to a webhook of ours."""
        with socket.create_server(("127.0.0.1", 0)) as found:
            port = found.getsockname()[1]
        key = self.bench.home / "webhook-key"
        key.write_text("a key of forty-eight characters, or more, for HS384\n")
        words = ("--listen", f"127.0.0.1:{port}", "--secret-file", str(key), "--json")
        receiver = self.bench.start("emnify", "webhook", "listen", *words, config=False)
        threading.Thread(target=self._read, args=(receiver,), daemon=True).start()
        policies = json.loads(self._do("emnify", "policies", "--json"))
        policy, url = policies[0]["id"], f"http://127.0.0.1:{port}/"
        self._do("emnify", "webhook", "set", str(policy), url, "--secret-file", str(key))

    def _read(self, receiver: Process) -> None:
        assert receiver.popen.stdout is not None
        for line in receiver.popen.stdout:
            self._events.append(json.loads(line))

    def _do(self, *words: str) -> str:
        code, output, errors = self.bench.do(*words, config=False)
        assert code == 0, errors
        return output

    def answers(self) -> list[str]:
        """The texts that came to the webhook."""
        return [event["text"] for event in self._events if event["event"] == "mo"]

    def send(self, request: SmsRequest) -> None:
        """By REST to the device."""

        async def send() -> None:
            async with Client(self.ready["application_token"], self.ready["api"]) as client:
                await client.send_sms(DEVICE, request, unverified=True)

        asyncio.run(send())

    def omacp(self) -> SmsRequest:
        """The OMA CP message in the form that the platform is thought to take."""
        pin = str(self.bench.home / "omacp")
        words = ("--omacp", "--apn", "em", "--pin-file", pin, "--rest", "--unverified")
        (line,) = self._do("command", "make", *words).splitlines()
        form = json.loads(line)
        return SmsRequest(form["payload"], SENDER, udh=form["udh"], dcs=form["dcs"])

    def signed(self, text: str, counter: int) -> SmsRequest:
        """A signed text."""
        iccid = self.ready["modems"][0]["iccid"]
        key = str(self.bench.home / "keys" / "ops.key")
        words = ("--key-file", key, "--iccid", iccid, "--counter", str(counter))
        return SmsRequest(self._do("command", "sign", *words, text).strip(), SENDER)

    # --- the device's side --------------------------------------------------------------------

    def set_other(self) -> None:
        """Another APN again, by the control socket."""
        self.bench.json("apn", "set", "other")

    def apn(self) -> str:
        """What the modem is set to."""
        return str(self.bench.ask("apn.show")["apn"])

    def changes(self) -> int:
        """How many changes there were."""
        return int(self.bench.rows("SELECT count(*) FROM changes")[0][0])

    def settled(self) -> int:
        """How many messages are done with."""
        return int(self.bench.rows("SELECT count(*) FROM inbox WHERE final_s IS NOT NULL")[0][0])

    def last_pdu(self) -> str:
        """The PDU that the modem was last read of."""
        lines = self.tap.seen[Way.FROM_MODEM].replace(b"\r", b"\n").split(b"\n")
        return [line for line in lines if re.fullmatch(rb"[0-9A-F]{40,}", line)][-1].decode()

    def repeated(self) -> int:
        """How often a message was known already."""
        return self.bench.logs().count("came again: known")


@pytest.fixture
def world(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> World:
    for name, word in WORDS.items():
        (bench.home / name).write_text(f"{word}\n")
        (bench.home / name).chmod(0o600)
    (bench.home / "keys").mkdir(mode=0o700)
    options = ("--listen", "127.0.0.1:0", "--unverified", "--start-apn", "other")
    simulator, tap = bench.tapped(*options, "--apn", "em", "--apn", "other")
    bench.config.write_text(CONFIG.format(home=bench.home))
    monkeypatch.setenv("EMNIFY_API", simulator.ready["api"])
    monkeypatch.setenv("EMNIFY_APPLICATION_TOKEN", simulator.ready["application_token"])
    made = World(bench, tap, simulator.ready)
    assert bench.do("keys", "create", "ops")[0] == 0
    bench.run()
    made.listen()
    return made


def check(world: World, request: SmsRequest, begins: str) -> None:
    """It changes the APN and is answered; the same SMS again is known."""
    world.set_other()
    answers, changes, repeats = len(world.answers()), world.changes(), world.repeated()
    world.send(request)
    until(lambda: len(world.answers()) > answers, "an answer", LIMIT_S, also=world.bench.logs)
    answer = world.answers()[-1]
    assert answer.startswith(begins)
    assert (world.apn(), world.changes()) == ("em", changes + 1)
    world.set_other()
    changes = world.changes()
    world.bench.inject_lines({"modem": 0, "pdu": world.last_pdu()})
    until(lambda: world.repeated() > repeats, "it is known", LIMIT_S, also=world.bench.logs)
    assert (world.apn(), world.changes()) == ("other", changes)
    assert len(world.answers()) == answers + 1


def check_repeat(world: World, request: SmsRequest) -> None:
    """The same said in a new SMS is let in no more."""
    changes, settled, answers = world.changes(), world.settled(), len(world.answers())

    def done_with() -> bool:
        # Within the second of the first one it is the same SMS, and no new one.
        repeats = world.repeated()
        world.send(request)
        return until(
            lambda: world.settled() > settled or world.repeated() > repeats,
            "it is done with",
            LIMIT_S,
            also=world.bench.logs,
        ) and (world.settled() > settled)

    until(done_with, "it is a new SMS", LIMIT_S)
    assert (world.apn(), world.changes()) == ("other", changes)
    assert len(world.answers()) == answers
    (detail,) = world.bench.rows("SELECT detail FROM journal ORDER BY id DESC LIMIT 1")[0]
    assert json.loads(detail)["what"] == "replay"


def test_all_of_them_change_the_apn_and_none_twice(world: World) -> None:
    for text, begins in TEXTS.values():
        check(world, SmsRequest(text, SENDER), begins)
    once: list[Callable[[], SmsRequest]] = [world.omacp, lambda: world.signed("#17 APN em", 1)]
    for make, begins in zip(once, ("OK APN em", "#17 OK APN em"), strict=True):
        request = make()
        check(world, request, begins)
        check_repeat(world, request)


def test_a_signed_answer_is_verified(world: World, tmp_path: Path) -> None:
    world.send(world.signed("PING", 1))
    until(world.answers, "an answer", LIMIT_S, also=world.bench.logs)
    (answer,) = world.answers()
    iccid = world.ready["modems"][0]["iccid"]
    words = ("command", "verify-answer", "--key-file", str(tmp_path / "keys" / "ops.key"))
    assert world.bench.do(*words, "--iccid", iccid, answer, config=False)[0] == 0
    other = answer.replace("PING", "PONG")
    assert world.bench.do(*words, "--iccid", iccid, other, config=False)[0] == 1
