"""Every `modem-helper emnify` command on the simulated platform, as processes of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import serial

from modem.sms import compose
from tests.e2e.test_json import check

PATIENCE_S = 30.0
ROOT = Path(__file__).parents[3]
CLI = (sys.executable, "-m", "cli")
SECRET = "a key of forty-eight characters, or more, for HS384"


@dataclass(frozen=True, slots=True)
class Desk:
    """A shell in which the account of a simulated platform is set."""

    home: Path
    ready: dict[str, Any]

    @property
    def environment(self) -> dict[str, str]:
        """With API and token."""
        return {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "EMNIFY_API": self.ready["api"],
            "EMNIFY_APPLICATION_TOKEN": self.ready["application_token"],
        }

    def run(self, *words: object, code: int = 0) -> str:
        """A command to its end; what it prints."""
        done = subprocess.run(
            [*CLI, "emnify", *map(str, words)],
            cwd=self.home,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_S,
        )
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout if code == 0 else done.stderr

    def json(self, *words: object) -> Any:
        """The same with --json."""
        return json.loads(self.run(*words, "--json"))

    @contextmanager
    def running(self, *words: object) -> Iterator[subprocess.Popen[str]]:
        """A command that goes on until the block ends; Ctrl-C ends it."""
        with subprocess.Popen(
            [*CLI, "emnify", *map(str, words)],
            cwd=self.home,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        ) as process:
            try:
                yield process
                process.send_signal(signal.SIGINT)
                _, errors = process.communicate(timeout=PATIENCE_S)
                assert "Traceback" not in errors
            finally:
                process.kill()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    command = [*CLI, "simulate", "--listen", "0", "--modems", "3", "--start-apn", "em"]
    with subprocess.Popen(
        [*command, "--time-scale", "100", "--json"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            yield Desk(tmp_path, json.loads(process.stdout.readline()))
        finally:
            process.terminate()


def say(desk: Desk, text: str) -> None:
    """The first device sends an SMS to 1234."""
    with serial.Serial(desk.ready["modems"][0]["port"], timeout=PATIENCE_S) as port:
        port.write(b"ATE0+CMGF=0\r")
        port.read_until(b"OK\r\n")
        for part in compose("1234", text):
            port.write(f"AT+CMGS={part.tpdu_length}\r".encode())
            port.read_until(b"> ")
            port.write(part.pdu.encode() + b"\x1a")
            assert b"+CMGS" in port.read_until(b"OK\r\n")


def test_devices(desk: Desk) -> None:
    devices = desk.json("devices")
    assert [device["id"] for device in devices] == [m["endpoint"] for m in desk.ready["modems"]]
    assert desk.ready["modems"][1]["iccid"][:-1] in desk.run("devices")
    one = desk.json("device", "show", 700001)
    assert one["connectivity"]["status"] == "ONLINE"
    desk.run("device", "disable", 700001, "--sim")
    assert [device["id"] for device in desk.json("devices", "--filter", "status:1")] == [700001]
    assert desk.json("device", "show", 700001)["connectivity"]["status"] == "BLOCKED"
    desk.run("device", "enable", 700001, "--sim")
    desk.run("device", "reset", 700001)
    assert "404" in desk.run("device", "show", 5, code=1)


def test_sms_of_every_kind(desk: Desk) -> None:
    sent = desk.json("sms", "send", "--device", 700001, "--from", "12345", "--text", "APN em")
    assert "sent" in json.dumps(sent)
    desk.run("sms", "send", "--device", 700001, "--from", "emnify", "--text", "я" * 100)
    desk.run("sms", "send", "--filter", "status:0", "--text", "x" * 161, "--yes")
    listed = desk.json("sms", "list", 700001)
    assert len(listed) == 1 + 2 + 2
    by_id = sorted(listed, key=lambda sms: int(sms["id"]))
    assert (by_id[0]["payload"], by_id[0]["source_address"]) == ("APN em", "12345")
    assert by_id[1]["payload"] + by_id[2]["payload"] == "я" * 100
    assert "APN em" in desk.run("sms", "show", 700001, by_id[0]["id"])
    assert "DELIVERED" in desk.run("sms", "cancel", 700001, by_id[0]["id"], code=4)


def test_watching(desk: Desk) -> None:
    desk.run("device", "disable", 700001)
    desk.run("sms", "send", "--device", 700001, "--text", "waits")
    with desk.running("sms", "watch", 700001, "--json") as process:
        assert process.stdout is not None
        first = json.loads(process.stdout.readline())
        assert (first["payload"], first["status"]) == ("waits", "BUFFERED")
        desk.run("device", "enable", 700001)
        second = json.loads(process.stdout.readline())
        assert (second["id"], second["status"]) == (first["id"], "DELIVERED")


def test_cancelling_twice_is_as_good_as_once(desk: Desk) -> None:
    """As when the answer to the first call was lost."""
    desk.run("device", "disable", 700001)
    desk.run("sms", "send", "--device", 700001, "--text", "waits")
    (sms,) = desk.json("sms", "list", 700001)
    for _ in range(2):
        desk.run("sms", "cancel", 700001, sms["id"])
    assert desk.json("sms", "show", 700001, sms["id"])["status"] == "CANCELED"


def test_a_reader_that_sleeps_holds_up_no_end(desk: Desk) -> None:
    """Its pipe is full: the platform is told to come again, and Ctrl-C works."""
    with desk.running("webhook", "listen", "--listen", "127.0.0.1:0", "--json") as receiver:
        assert receiver.stderr is not None
        receiver.stderr.readline()  # the warning
        url = receiver.stderr.readline().split()[-1]
        statuses = []
        for number in range(100):
            body = {"id": number, "payload": "x" * 900, "dest_address": "1234"}
            request = urllib.request.Request(
                url, json.dumps(body).encode(), {"Content-Type": "application/json"}
            )
            try:
                with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
                    statuses.append(answer.status)
            except urllib.error.HTTPError as error:
                statuses.append(error.code)
                error.close()
        assert (statuses[0], statuses[-1]) == (204, 500)


def test_a_line_beyond_a_full_pipe_holds_up_no_end(desk: Desk) -> None:
    with subprocess.Popen(
        [*CLI, "emnify", "webhook", "listen", "--listen", "127.0.0.1:0", "--json"],
        env=desk.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as receiver:
        try:
            assert receiver.stderr is not None
            receiver.stderr.readline()  # the warning
            url = receiver.stderr.readline().split()[-1]
            body = {"id": 1, "payload": "я" * 30_000, "dest_address": "1234"}
            data = json.dumps(body, ensure_ascii=False).encode()
            request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
            with pytest.raises(TimeoutError):
                urllib.request.urlopen(request, timeout=2)
            receiver.terminate()
            assert receiver.wait(PATIENCE_S) == -signal.SIGTERM
        finally:
            receiver.kill()


def test_a_bulk_that_is_interrupted_tells_who_has_it(desk: Desk) -> None:
    """Ctrl-C: what is under way comes to its end, and the result of each device is shown."""
    (desk.home / "ids").write_text("\n".join(["700001", "700002", "700003", *map(str, range(200))]))
    words = ("sms", "send", "--devices", "ids", "--text", "x", "--yes", "--max-failures", "100%")
    with subprocess.Popen(
        [*CLI, "emnify", *words, "--json"],
        cwd=desk.home,
        env=desk.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as process:
        deadline_s = time.monotonic() + PATIENCE_S
        while not desk.json("sms", "list", 700001):  # it is under way
            assert time.monotonic() < deadline_s
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130, errors
    found = json.loads(output)
    outcomes = {each["device"]: each["outcome"] for each in found["devices"]}
    assert len(outcomes) == 203
    assert outcomes[700001] == "sent"
    assert found["not_tried"] > 100


def test_a_webhook_from_end_to_end(desk: Desk) -> None:
    (desk.home / "key").write_text(SECRET)
    key = ("--secret-file", "key")
    with desk.running("webhook", "listen", "--listen", "127.0.0.1:0", "--json", *key) as receiver:
        assert receiver.stderr is not None
        assert receiver.stdout is not None
        url = receiver.stderr.readline().split()[-1]
        (policy,) = desk.json("policies")
        desk.run("webhook", "set", policy["id"], url, *key)
        assert url in desk.run("webhook", "show", policy["id"])
        say(desk, "OK " + "x" * 200)
        event = json.loads(receiver.stdout.readline())
        assert (event["event"], event["text"]) == ("mo", "OK " + "x" * 200)
        assert (event["dest"], event["device_id"]) == ("1234", 700001)
        sent = desk.run("sms", "send", "--device", 700001, "--text", "PING")
        event = json.loads(receiver.stdout.readline())
        assert (event["event"], event["status"]) == ("receipt", "DELIVERED")
        assert str(event["id"]) in sent
        desk.run("webhook", "clear", policy["id"])
        assert "none" in desk.run("webhook", "show", policy["id"])


def test_a_policy_is_changed(desk: Desk) -> None:
    (policy,) = desk.json("policies")
    assert (policy["sms_mo"], policy["sms_mt"]) == (True, True)
    changed = desk.json("policy", "set", policy["id"], "--mt", "off", "--p2p-outside", "off")
    check("emnify-policy-set", changed)
    assert (changed["sms_mt"], changed["sms_p2p_ext"], changed["sms_mo"]) == (False, False, True)
    sent = desk.run("sms", "send", "--device", 700001, "--text", "x", code=4)
    assert "not allowed" in sent
    desk.run("policy", "set", policy["id"], "--mt", "on")
    shown = desk.json("policy", "show", policy["id"])
    check("emnify-policy-show", shown)
    assert shown["sms_mt"] is True
    desk.run("sms", "send", "--device", 700001, "--text", "x")
    assert "at least one of" in desk.run("policy", "set", policy["id"], code=2)


def test_a_taken_port_and_a_wrong_token(desk: Desk) -> None:
    address = desk.ready["api"].removeprefix("http://")
    assert "is in use" in desk.run("webhook", "listen", "--listen", address, code=7)
    (desk.home / "token").write_text("wrong")
    assert "application token" in desk.run("devices", "--token-file", "token", code=6)
