"""`modem-helper emnify ...`: against a small API, and in processes of their own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from hil.emnify.cli import emnify
from hil.emnify.cli_webhook import event_line
from hil.emnify.errors import EmnifyError
from hil.emnify.events import parse_event
from tests.hil.emnify.fake_api import (
    APPLICATION_TOKEN,
    DEVICE,
    SMS,
    Asked,
    FakeApi,
    empty,
    refused,
    said,
    serving,
)
from tests.hil.emnify.receiving import MO, RECEIPT, part, signed

ROOT = Path(__file__).parents[3]
SCHEMA: dict[str, Any] = json.loads((ROOT / "docs" / "json-schema.json").read_text())
POLICY = {"id": 5, "name": "Default", "api_callback": {"id": 1}, "api_secret": {"id": "2"}}
SECRET = "a secret that is long enough for every one of the HMAC algorithms, SHA-512 too"
SEND_ONE = ("sms", "send", "--device", "700001", "--text", "x")
SEND_ALL = ("sms", "send", "--filter", "tags:pump", "--text", "x")


def checked(name: str, value: object) -> Any:
    """Raises ValidationError where the value isn't what docs/json-schema.json promises."""
    Draft202012Validator({**SCHEMA, "$ref": f"#/$defs/{name}"}).validate(value)
    return value


@contextmanager
def in_thread(api: FakeApi) -> Iterator[FakeApi]:
    """The API in a loop of its own: a command runs its own one."""
    ready, ended = threading.Event(), asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    async def main() -> None:
        loops.append(asyncio.get_running_loop())
        async with serving(api):
            ready.set()
            await ended.wait()

    thread = threading.Thread(target=asyncio.run, args=(main(),))
    thread.start()
    assert ready.wait(10)
    try:
        yield api
    finally:
        loops[0].call_soon_threadsafe(ended.set)
        thread.join(10)


def _shown(value: object, _asked: Asked) -> web.Response:
    return said(value)


def _created(asked: Asked) -> web.Response:
    return empty(201, Location=f"{asked.path}/9000001")


def _off(_asked: Asked) -> web.Response:
    return refused(409, 1406, "NotAllowed", "SMS MT is off")


def fleet(count: int = 1, *, bad: int = 0) -> FakeApi:
    """Devices 700001 ...; sending to the last `bad` of them fails."""
    api = FakeApi()
    devices = [{**DEVICE, "id": str(700001 + n), "name": f"Pump {n}"} for n in range(count)]

    for number, device in enumerate(devices):
        path = f"/api/v1/endpoint/{device['id']}"
        api.on(f"GET {path}", partial(_shown, device))
        api.on(f"PATCH {path}", lambda _: empty())
        api.on(f"POST {path}/sms", _off if number >= count - bad else _created)
    api.on("GET /api/v1/endpoint", lambda _: said(devices, headers={"X-Total-Pages": "1"}))
    path = "/api/v1/endpoint/700001"
    api.on(f"PATCH {path}/connectivity", lambda _: empty())
    api.on(
        f"GET {path}/connectivity",
        lambda _: said(
            {
                "status": {"description": "ATTACHED"},
                "location": {"operator": {"id": 1, "name": "Telco\x1b[2J"}},
                "services": [],
            }
        ),
    )
    api.on(f"GET {path}/sms", lambda _: said([SMS]))
    api.on(f"GET {path}/sms/9000001", lambda _: said(SMS))
    api.on(f"DELETE {path}/sms/9000001", lambda _: empty(200))
    api.on("GET /api/v1/service_profile", lambda _: said([POLICY]))
    api.on("GET /api/v1/service_profile/5", lambda _: said(POLICY))
    api.on("PATCH /api/v1/service_profile/5", lambda _: empty())
    api.on("GET /api/v1/api_callback", lambda _: said([{"id": 1, "url": "http://old"}]))
    api.on("POST /api/v1/api_callback", lambda a: empty(201, Location=f"{a.path}/11"))
    api.on("POST /api/v1/api_secret", lambda a: empty(201, Location=f"{a.path}/12"))
    return api


def run(api: FakeApi, *words: str, stdin: str = "", **env: str) -> Result:
    """A command with the account in its environment."""
    with in_thread(api):
        variables = {
            "EMNIFY_APPLICATION_TOKEN": APPLICATION_TOKEN,
            "EMNIFY_API": f"{api.base}/api",
            **env,
        }
        return CliRunner().invoke(emnify, words, input=stdin, env=variables)


def fine(result: Result) -> str:
    """What it printed."""
    assert result.exit_code == 0, (result.output, result.exception)
    assert APPLICATION_TOKEN not in result.output + result.stderr
    return result.stdout


@pytest.mark.parametrize(
    ("words", "name", "shown"),
    [
        ("devices --filter status:0", "emnify-devices", "89883030000000000016"),
        ("device show 700001", "emnify-device-show", "Telco\\x1b[2J"),
        ("device enable 700001", "emnify-device-enable", "Enabled"),
        ("device disable 700001", "emnify-device-disable", "Pump 0"),
        ("device reset 700001", "emnify-device-reset", "connectivity is reset"),
        ("policies", "emnify-policies", "Default"),
        ("sms send --device 700001 --text hello", "emnify-sms-send", "700001: 9000001"),
        ("sms list 700001", "emnify-sms-list", "BUFFERED"),
        ("sms show 700001 9000001", "emnify-sms-show", "2026-01-02T03:04:05Z"),
        ("sms cancel 700001 9000001", "emnify-sms-cancel", "9000001 is cancelled"),
        ("webhook show 5", "emnify-webhook-show", "http://old"),
        ("webhook set 5 http://new", "emnify-webhook-set", "http://old"),
        ("webhook clear 5", "emnify-webhook-clear", "Default"),
    ],
)
def test_each_command_prints_lines_and_json(words: str, name: str, shown: str) -> None:
    lines = fine(run(fleet(), *words.split()))
    assert shown in lines
    document = fine(run(fleet(), *words.split(), "--json"))
    checked(name, json.loads(document))
    assert document.count("\n") == 1


def test_sends_as_it_is_told() -> None:
    api = fleet()
    fine(run(api, *SEND_ONE, "--from", "12345", "--validity", "2h"))
    body = api.asked[-1].body
    assert (body["payload"], body["source_address"]) == ("x", "12345")
    assert body["source_address_type"] == {"id": 161}
    assert body["expiry_date"].endswith("Z")


def test_warns_of_a_sender_that_answers_do_not_reach() -> None:
    assert "P2P" in run(fleet(), *SEND_ONE, "--from", "12345678").stderr
    assert "P2P" not in run(fleet(), *SEND_ONE, "--from", "1234567").stderr


def test_octets_go_only_as_unverified() -> None:
    api = fleet()
    words = ["sms", "send", "--device", "700001", "--hex", "01ab"]
    assert run(api, *words).exit_code == 2
    fine(run(api, *words, "--unverified"))
    assert api.asked[-1].body == {"payload": "01AB", "dcs": 4}


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 1), ("", 2)])
def test_asks_before_it_sends_to_many(answer: str, code: int) -> None:
    api = fleet(3)
    result = run(api, *SEND_ALL, "--json", stdin=answer)
    assert "Send to 3 devices?" in result.stderr
    sent = [a for a in api.asked if a.path.endswith("/sms")]
    assert (result.exit_code, len(sent)) == (code, 0 if code else 3)
    assert ("--yes" in result.stderr) is (code == 2)


def test_sends_to_the_devices_of_a_file(tmp_path: Path) -> None:
    listed = tmp_path / "devices"
    listed.write_text("700001  # the first\n\n# none\n700003\n700001\n")
    result = run(fleet(3), *f"sms send --devices {listed} --text x --yes --json".split())
    found = checked("emnify-sms-send", json.loads(fine(result)))
    assert [(d["device"], d["ids"]) for d in found["devices"]] == [
        (700001, [9000001]),
        (700003, [9000001]),
    ]


def test_stops_when_too_many_fail_and_lists_the_rest() -> None:
    result = run(fleet(40, bad=36), *SEND_ALL, "--yes", "--max-failures", "10%", "--json")
    found = checked("emnify-sms-send", json.loads(result.stdout))
    assert (result.exit_code, found["sent"]) == (4, 4)
    assert found["not_tried"] >= 20
    assert found["sent"] + found["failed"] + found["not_tried"] == len(found["devices"]) == 40


def test_shows_each_devices_result() -> None:
    result = run(fleet(3, bad=1), *SEND_ALL, "--yes")
    assert result.exit_code == 4
    assert "Sent to 2 of 3 devices." in result.stdout
    assert "SMS MT is off" in result.stdout


def test_lists_no_more_than_wanted() -> None:
    found = json.loads(fine(run(fleet(5), *["devices", "--limit", "2", "--json"])))
    assert [device["id"] for device in found] == [700001, 700002]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("sms send --text x", "one of --device"),
        ("sms send --device 1 --filter a:b --text x", "one of --device"),
        ("sms send --device 1", "either --text or --hex"),
        ("sms send --device 1 --text x --hex 00", "either --text or --hex"),
        ("sms send --device 1 --hex 0 --unverified", "pairs of hex"),
        ("sms send --device 1 --text x --validity soon", "wanted a span"),
        ("sms send --device 1 --text x --max-failures 101%", "0% to 100%"),
        ("sms send --device 1 --text x --max-failures nan", "0% to 100%"),
        ("sms send --devices /dev/null --text x", "names no device"),
        ("devices --filter pump", "FIELD:VALUE"),
        ("devices --filter a:b --filter a:c", "given twice"),
        ("device show 0", "0"),
        ("device show x", "x"),
        ("webhook set 5 example.com", "wanted a URL"),
        ("webhook listen --listen elsewhere", "HOST:PORT"),
        ("webhook listen --path x{y}", "wanted a path"),
        ("webhook listen --secret-file /nowhere", "/nowhere"),
        ("devices --token-file /nowhere", "/nowhere"),
        ("devices --token-file /dev/null", "is empty"),
    ],
)
def test_usage_errors(words: str, message: str) -> None:
    result = run(fleet(), *words.split())
    assert result.exit_code == 2
    assert message in result.stderr


def test_no_token_says_where_one_is_looked_for() -> None:
    result = run(fleet(), "devices", EMNIFY_APPLICATION_TOKEN="")
    assert result.exit_code == 2
    assert "EMNIFY_APPLICATION_TOKEN" in result.stderr


@pytest.mark.parametrize(
    ("words", "exit_code", "message"),
    [
        ("device show 7", 1, "404 NotFound"),
        ("sms send --device 700001 --text x", 4, "SMS MT is off"),
        ("sms send --device 700001 --text x --from ThisIsTooLong", 2, "at most 11"),
        ("devices --api ftp://x", 2, "no address of an API"),
        ("devices --api http://127.0.0.1:1", 8, "no answer"),
    ],
)
def test_errors_have_their_exit_code(
    words: str, exit_code: int, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hil.emnify.session.Backoff.wait_s", lambda *_, **__: None)
    error = run(fleet(bad=1), *words.split()).exception
    assert isinstance(error, EmnifyError)
    assert error.exit_code == exit_code
    assert message in str(error)


def test_a_token_from_a_file_counts_more_than_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{APPLICATION_TOKEN}\n")
    words = ("devices", "--token-file", str(file))
    fine(run(fleet(), *words, EMNIFY_APPLICATION_TOKEN="another"))


def test_a_secret_goes_with_the_webhook(tmp_path: Path) -> None:
    file, api = tmp_path / "secret", fleet()
    file.write_text("key \n")
    result = run(api, *f"webhook set 5 http://new --secret-file {file}".split())
    assert "key" not in fine(result)
    (asked,) = (a for a in api.asked if a.call == "POST /api/v1/api_secret")
    assert asked.body == {"secret": "key "}


def test_a_line_of_an_event_is_harmless() -> None:
    sms = event_line(parse_event("POST", {**MO, "payload": "\x1b[2Jx\nMO"}))
    assert "\x1b" not in sms
    assert "\n" not in sms
    assert sms.startswith("2026-01-02T03:04:05Z SMS 9000002 Pump 7 (700001) 4230")
    assert event_line(parse_event("PATCH", RECEIPT)).endswith("DELIVERED")


# Processes


_START = "import sys; from hil.emnify.cli import emnify; emnify(sys.argv[1:])"


@contextmanager
def listener(tmp_path: Path, *words: str, **pipes: Any) -> Iterator[tuple[Any, str]]:
    """`webhook listen`, and its URL."""
    secret = tmp_path / "secret"
    secret.write_text(f"{SECRET}\n")
    command = ("webhook", "listen", "--listen", "127.0.0.1:0", "--secret-file", str(secret))
    process = subprocess.Popen(
        [sys.executable, "-c", _START, *command, *words],
        stdout=pipes.get("stdout", subprocess.PIPE),
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        assert line.startswith("Listening at http://127.0.0.1:"), line
        yield process, line.split()[-1]
    finally:
        process.kill()
        process.communicate(timeout=10)


def call(method: str, url: str, body: object) -> int:
    request = urllib.request.Request(url, json.dumps(body).encode(), signed(SECRET), method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_listens_and_prints_lines_of_json(tmp_path: Path) -> None:
    with listener(tmp_path, "--json", "--path", "/sms") as (process, url):
        assert url.endswith("/sms")
        assert [call("POST", url, MO), call("POST", url, MO)] == [204, 204]
        sms = checked("emnify-webhook-listen", json.loads(process.stdout.readline()))
        assert (sms["event"], sms["text"], sms["missing"]) == ("mo", "APN OK em", [])
        assert call("PATCH", url, RECEIPT) == 204
        receipt = checked("emnify-webhook-listen", json.loads(process.stdout.readline()))
        assert (receipt["event"], receipt["status"]) == ("receipt", "DELIVERED")
        assert call("POST", url, part(2)) == 204
        process.send_signal(signal.SIGTERM)
        rest = checked("emnify-webhook-listen", json.loads(process.stdout.readline()))
        assert (rest["text"], rest["missing"]) == ("<2>", [1, 3])
        assert process.wait(10) == 0


def test_an_event_whose_line_can_not_be_written_is_not_acknowledged(tmp_path: Path) -> None:
    with (
        open("/dev/full", "w") as full,  # noqa: PTH123
        listener(tmp_path, stdout=full) as (process, url),
    ):
        assert call("POST", url, MO) == 500
        assert process.wait(10) == 1


def test_a_reader_that_is_gone_ends_it_without_an_acknowledgement(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    with listener(tmp_path, stdout=writing) as (process, url):
        os.close(writing)
        os.close(reading)
        assert call("POST", url, MO) == 500
        assert process.wait(10) == 1


def test_watches_until_it_is_interrupted() -> None:
    api = fleet()
    with in_thread(api):
        process = subprocess.Popen(
            [sys.executable, "-c", _START, "sms", "watch", "700001", "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={
                **os.environ,
                "EMNIFY_APPLICATION_TOKEN": APPLICATION_TOKEN,
                "EMNIFY_API": api.base,
            },
        )
        assert process.stdout is not None
        assert checked("emnify-sms-watch", json.loads(process.stdout.readline()))["id"] == 9000001
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=10)
        assert "Traceback" not in stderr


@pytest.mark.parametrize("words", [["--help"], ["sms", "send", "--help"], ["webhook", "--help"]])
def test_help_loads_no_library(words: list[str]) -> None:
    code = (
        "import sys\nfrom hil.emnify.cli import emnify\n"
        f"emnify({words!r}, standalone_mode=False)\n"
        "assert not {'aiohttp', 'jwt'} & set(sys.modules), 'loaded'"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)


@pytest.mark.parametrize("library", ["aiohttp", "jwt"])
@pytest.mark.parametrize("words", [["devices"], ["webhook", "listen"]], ids=["client", "webhook"])
def test_a_missing_library_is_told_with_its_remedy(words: list[str], library: str) -> None:
    code = (
        f"import sys; sys.modules[{library!r}] = None\n"
        "from hil.emnify.cli import emnify\nfrom hil.emnify.errors import LibraryMissing\n"
        f"try: emnify({words!r}, standalone_mode=False)\n"
        "except LibraryMissing as error: print(error)"
    )
    found = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, "EMNIFY_APPLICATION_TOKEN": "x"},
    )
    assert "pip install 'modem-helper[bench]'" in found.stdout
