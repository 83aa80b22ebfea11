"""`keys`, `command sign` and `command verify-answer`, as a user calls them."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from apn_config import cli_keys, cli_sign
from apn_config.cli_keys import HOW_TO_INSTALL, QR_HEAD
from apn_config.clock import SystemClock
from apn_config.control import BadRequest, ControlServer
from apn_config.dialects.signed import sign_answer
from apn_config.keys import MAX_KEYS, Key, fingerprint, key_text, new_key, read_keys
from apn_config.operations_keys import KeyOperations
from apn_config.storage_thread import StoreThread
from apn_config.store import Store, Took
from tests.apn_config.store_support import FakeClock

ROOT = Path(__file__).parents[2]
SCHEMA: dict[str, Any] = json.loads((ROOT / "docs" / "json-schema.json").read_text())
KEY = bytes(range(32))
ICCID = "8988399000000000015"
NOT_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


def call(group: Any, *arguments: str | Path, text: str | None = None, code: int = 0) -> Result:
    """The command as main() would end it: an error with `exit_code` is one line."""
    found = CliRunner().invoke(group, [str(argument) for argument in arguments], input=text)
    error = found.exception
    ended = found.exit_code if isinstance(error, SystemExit | None) else _code_of(error)
    assert ended == code, (found.output, error)
    return found


def _code_of(error: BaseException) -> int:
    code = getattr(error, "exit_code", None)
    assert isinstance(code, int), repr(error)
    return code


def printed(result: Result, name: str) -> Any:
    """The one line of JSON, which fits the schema."""
    assert result.stdout.count("\n") == 1
    value = json.loads(result.stdout)
    Draft202012Validator({**SCHEMA, "$ref": f"#/$defs/{name}"}).validate(value)
    return value


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A device's configuration, all of it below `tmp_path`."""
    return write_config(tmp_path)


def write_config(home: Path) -> Path:
    path = home / "config.toml"
    path.write_text(
        f'[access]\nsenders = ["1"]\nkeys = "{home}/keys"\n'
        f'[store]\npath = "{home}/store/modem-helper.db"\n'
        f'[control]\nsocket = "{home}/control.sock"\n'
    )
    return path


def keys(config: Path, *arguments: str | Path, text: str | None = None, code: int = 0) -> Result:
    return call(cli_keys.keys, *arguments, "--config", config, text=text, code=code)


def highest(config: Path, octets: bytes) -> int | None:
    path = config.parent / "store" / "modem-helper.db"
    with Store.open(path, FakeClock().now()) as store, store.transaction():
        return store.counters.highest(fingerprint(octets))


def the_keys(config: Path) -> tuple[Key, ...]:
    return read_keys(config.parent / "keys")


class Daemon:
    """The operations of keys at a control socket, over a store, without a modem."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever)
        self._thread.start()
        self.db = StoreThread()
        self.server = self._do(self._start())

    async def _start(self) -> ControlServer:
        clock = SystemClock()
        await self.db.open(self._home / "store" / "modem-helper.db", clock.now())
        desk: Any = SimpleNamespace(agent=SimpleNamespace(db=self.db), clock=clock)
        self.operations = KeyOperations(desk).table

        async def status(_args: Any, _emit: Any) -> Any:
            return {"modem": {"iccid": ICCID}}

        table = {**self.operations, "status": status}
        server = ControlServer(self._home / "control.sock", table)
        await server.start()
        return server

    def ask(self, op: str, **args: Any) -> Any:
        return self._do(self.operations[op](args, lambda _event: None))

    def take(self, octets: bytes, counter: int) -> Took:
        taken: Took = self._do(
            self.db.run(lambda s: s.counters.take(fingerprint(octets), counter, changing=True))
        )
        return taken

    def close(self) -> None:
        self._do(self.server.close())
        self._do(self.db.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)


@pytest.fixture
def daemon(config: Path) -> Iterator[Daemon]:
    running = Daemon(config.parent)
    yield running
    running.close()


# --- making ---------------------------------------------------------------------------------------


def test_a_new_key_may_begin_at_once(config: Path) -> None:
    said = keys(config, "create", "ops")
    (key,) = the_keys(config)
    assert said.stdout.splitlines()[:2] == [
        f"Made ops, fingerprint {key.fingerprint}.",
        "To whoever signs:  modem-helper keys show ops --qr  (or --secret)",
    ]
    assert "systemctl reload modem-helper" in said.stdout
    assert 'enabled has no "signed"' in said.stderr
    assert key_text(key.octets) not in said.output
    assert highest(config, key.octets) == 0


def test_through_the_daemon(config: Path, daemon: Daemon) -> None:
    keys(config, "create", "ops")
    (key,) = the_keys(config)
    assert daemon.take(key.octets, 7) is Took.TAKEN
    found = printed(keys(config, "list", "--json"), "keys-list")
    assert found == {
        "directory": str(config.parent / "keys"),
        "keys": [
            {"name": "ops", "fingerprint": key.fingerprint, "file": "ops.key", "previous": False,
             "counter": 7, "awaits_code": False},
        ],
    }  # fmt: skip
    assert "ops.key  " in keys(config, "list").stdout


def test_an_imported_key_may_have_signed_before(config: Path) -> None:
    keys(config, "create", "ops", "--import", "-", text=f"{key_text(KEY)}\n")
    assert the_keys(config) == (Key("ops", KEY),)
    assert not (config.parent / "store").exists()


def test_but_if_it_is_said_to_be_unused(config: Path) -> None:
    keys(config, "create", "ops", "--import", "-", "--unused", text=key_text(KEY))
    assert highest(config, KEY) == 0


def test_a_key_that_the_store_knows_goes_on(config: Path, daemon: Daemon) -> None:
    daemon.ask("keys.enrol", fingerprint=fingerprint(KEY))
    daemon.take(KEY, 900)
    said = keys(config, "create", "ops", "--import", "-", "--unused", text=key_text(KEY))
    assert "its counter goes on where it was" in said.stderr
    assert daemon.take(KEY, 900) is Took.REPLAYED


def test_where_the_store_cant_be_used_nothing_is_made(config: Path) -> None:
    (config.parent / "store").write_text("no directory")
    keys(config, "create", "ops", code=1)
    assert the_keys(config) == ()


def test_a_key_for_elsewhere_is_no_business_of_this_store(config: Path, tmp_path: Path) -> None:
    said = keys(config, "create", "ops", "--directory", tmp_path / "mine")
    assert f"--directory {tmp_path / 'mine'} --qr" in said.stdout
    assert "reload" not in said.output
    assert not (tmp_path / "store").exists()
    assert [key.name for key in read_keys(tmp_path / "mine")] == ["ops"]


MAKING = {
    "a name that is none": (("create", "Ops"), None, 2),
    "no key": (("create", "ops", "--import", "-"), "no key", 2),
    "unused and new": (("create", "ops", "--unused"), None, 2),
    "rotate nobody": (("rotate", "ops"), None, 1),
    "delete nobody": (("delete", "ops", "--yes"), None, 1),
    "show nobody": (("show", "ops"), None, 1),
    "show two things": (("show", "ops", "--qr", "--json"), None, 2),
}


@pytest.mark.parametrize(("arguments", "text", "code"), MAKING.values(), ids=MAKING)
def test_what_is_refused(
    config: Path, arguments: tuple[str, ...], text: str | None, code: int
) -> None:
    keys(config, *arguments, text=text, code=code)
    assert the_keys(config) == ()
    assert not (config.parent / "store").exists()


def test_a_name_is_made_once(config: Path) -> None:
    keys(config, "create", "ops")
    keys(config, "create", "ops", code=4)
    assert len(the_keys(config)) == 1


@pytest.fixture
def open_home() -> Iterator[Path]:
    """A directory below which others may go, unlike pytest's."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@NOT_ROOT
def test_root_opens_the_store_as_its_owner(open_home: Path) -> None:
    """What root made there the daemon couldn't open."""
    config, store = write_config(open_home), open_home / "store"
    store.mkdir(mode=0o700)
    os.chown(store, 4242, 4243)
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import cli; cli.main()"
    subprocess.run(
        [sys.executable, "-c", code, "keys", "create", "ops", "--config", str(config)],
        check=True,
        timeout=60,
    )
    assert {(each.stat().st_uid, each.stat().st_gid) for each in store.iterdir()} == {(4242, 4243)}
    (key,) = the_keys(config)
    assert highest(config, key.octets) == 0
    assert (open_home / "keys").stat().st_uid == (_daemons_user() or 4242)


def _daemons_user() -> int | None:
    import pwd

    try:
        return pwd.getpwnam("modem-helper").pw_uid
    except KeyError:
        return None


# --- rotating, deleting ---------------------------------------------------------------------------


def test_a_rotated_key(config: Path, daemon: Daemon) -> None:
    keys(config, "create", "ops")
    (former,) = the_keys(config)
    said = keys(config, "rotate", "ops")
    assert "The former one is good until this one has been used." in said.stdout
    assert the_keys(config)[1] == Key("ops", former.octets, previous=True)
    listed = keys(config, "list").stdout.splitlines()
    assert [re.split("  +", line) for line in listed] == [
        ["file", "fingerprint", "counter"],
        ["ops.key", the_keys(config)[0].fingerprint, "not used yet"],
        ["ops.previous", former.fingerprint, "not used yet"],
    ]


def test_it_isnt_rotated_again_before_it_was_used(config: Path, daemon: Daemon) -> None:
    keys(config, "create", "ops")
    keys(config, "rotate", "ops")
    second, first = the_keys(config)
    keys(config, "rotate", "ops", code=4)
    assert the_keys(config) == (second, first)
    assert daemon.take(second.octets, 1) is Took.TAKEN
    keys(config, "rotate", "ops")
    third, former = the_keys(config)
    assert former.octets == second.octets
    keys(config, "rotate", "ops", code=4)
    keys(config, "rotate", "ops", "--force")
    assert the_keys(config)[1].octets == third.octets


def test_where_nobody_can_tell_it_was_not(config: Path) -> None:
    keys(config, "create", "ops")
    keys(config, "rotate", "ops")
    keys(config, "rotate", "ops", code=4)
    keys(config, "rotate", "ops", "--force")


def test_a_stolen_key_is_gone_at_once(config: Path) -> None:
    keys(config, "create", "ops")
    keys(config, "rotate", "ops")
    said = keys(config, "rotate", "ops", "--at-once")
    assert "The former one is good until the daemon is reloaded." in said.stdout
    assert [key.previous for key in the_keys(config)] == [False]


def test_a_previous_key_is_deleted_alone(config: Path) -> None:
    keys(config, "create", "ops")
    keys(config, "rotate", "ops")
    keys(config, "delete", "ops", "--previous", "--yes")
    assert [key.previous for key in the_keys(config)] == [False]


def at_once(config: Path, *arguments: tuple[str, ...]) -> list[int]:
    """The exit codes of commands that run at the same time."""
    command = (sys.executable, "-m", "cli", "keys")
    running = [
        subprocess.Popen(
            [*command, *each, "--config", str(config)],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for each in arguments
    ]
    return sorted(each.wait(60) for each in running)


def test_two_that_are_made_at_once_are_never_more_than_eight(config: Path) -> None:
    keys(config, "create", "k0")
    for number in range(1, MAX_KEYS - 1):
        (config.parent / "keys" / f"k{number}.key").write_text(key_text(new_key()))
    assert at_once(config, ("create", "a"), ("create", "b"), ("create", "c")) == [0, 4, 4]
    assert len(the_keys(config)) == MAX_KEYS


def test_of_two_that_rotate_at_once_one_is_refused(config: Path) -> None:
    """The former key is the one that whoever signs has."""
    keys(config, "create", "ops", "--import", "-", text=key_text(KEY))
    assert at_once(config, *[("rotate", "ops")] * 3) == [0, 4, 4]
    assert the_keys(config)[1] == Key("ops", KEY, previous=True)


def test_keys_that_cant_be_used_are_deleted(config: Path) -> None:
    place = config.parent / "keys"
    place.mkdir()
    for number in range(MAX_KEYS + 2):
        (place / f"k{number}.key").write_text(key_text(new_key()))
    (place / "Bad.key").write_text("nonsense")
    os.mkfifo(place / "pipe.key")
    keys(config, "list", code=78)
    for name in ("Bad", "pipe", "k8", "k9"):
        keys(config, "delete", name, "--yes")
    keys(config, "delete", "../config", "--yes", code=1)
    assert [key.name for key in the_keys(config)] == [f"k{number}" for number in range(MAX_KEYS)]


def test_a_key_is_deleted_once_somebody_says_yes(config: Path) -> None:
    keys(config, "create", "ops")
    keys(config, "delete", "ops", text="n\n", code=1)
    assert len(the_keys(config)) == 1
    keys(config, "delete", "ops", text="y\n")
    assert the_keys(config) == ()


# --- showing --------------------------------------------------------------------------------------


def test_a_key_is_shown_without_the_key(config: Path, daemon: Daemon) -> None:
    keys(config, "create", "ops", "--import", "-", text=key_text(KEY))
    said = keys(config, "show", "ops")
    assert [re.split("  +", line) for line in said.stdout.splitlines()] == [
        ["name", "ops"],
        ["fingerprint", fingerprint(KEY)],
        ["file", "ops.key"],
        ["counter", "unknown"],
        ["ICCID", ICCID],
    ]
    found = printed(keys(config, "show", "ops", "--json"), "keys-show")
    assert (found["iccid"], found["device_id"], found["key"]) == (ICCID, ICCID, None)


def test_but_where_it_is_asked_for(config: Path) -> None:
    keys(config, "create", "ops", "--import", "-", text=key_text(KEY))
    assert key_text(KEY) in keys(config, "show", "ops", "--secret").stdout
    found = printed(keys(config, "show", "ops", "--secret", "--json"), "keys-show")
    assert (found["key"], found["iccid"]) == (key_text(KEY), None)


def test_a_key_is_found_among_many_that_were(config: Path, daemon: Daemon) -> None:
    for number in range(150):
        daemon.ask("keys.enrol", fingerprint=f"{number:016x}")
    keys(config, "create", "ops", "--import", "-", "--unused", text=key_text(bytes(range(1, 33))))
    assert "not used yet" in keys(config, "list").stdout


def test_a_code_that_is_awaited_is_told(config: Path, daemon: Daemon) -> None:
    keys(config, "create", "ops", "--import", "-", text=key_text(KEY))
    daemon._do(daemon.db.run(lambda store: store.counters.challenge(fingerprint(KEY))))
    assert "a code is awaited" in keys(config, "list").stdout


def test_a_key_as_a_qr_code(config: Path, daemon: Daemon) -> None:
    segno = pytest.importorskip("segno")
    keys(config, "create", "ops", "--import", "-", text=key_text(KEY))
    said = keys(config, "show", "ops", "--qr").stdout.splitlines()
    code = segno.make(f"{QR_HEAD}:OPS:{ICCID}:{key_text(KEY)}", error="m", boost_error=False)
    assert code.mode == "alphanumeric"
    wanted = [[bool(module) for module in row] for row in code.matrix_iter(border=2)]
    # A half block is two modules: what is drawn is light.
    drawn: list[list[bool]] = []
    for line in said[5:]:
        drawn.append([each not in "\u2588\u2580" for each in line])
        drawn.append([each not in "\u2588\u2584" for each in line])
    assert drawn[: len(wanted)] == wanted
    assert max(map(len, said[5:])) <= 60


def test_without_segno_it_says_what_to_install(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys(config, "create", "ops")
    monkeypatch.setitem(sys.modules, "segno", None)
    monkeypatch.delitem(sys.modules, "apn_config.qr", raising=False)
    assert HOW_TO_INSTALL in keys(config, "show", "ops", "--qr", code=1).output


def test_what_others_may_read_is_told(config: Path) -> None:
    keys(config, "create", "ops")
    (config.parent / "keys" / "ops.key").chmod(0o644)
    assert "warning: others may read" in keys(config, "list").stderr


def test_without_any(config: Path) -> None:
    assert "There is no key in" in keys(config, "list").stdout


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_without_permission(config: Path) -> None:
    (config.parent / "keys").mkdir(mode=0o000)
    keys(config, "list", code=6)


def test_names_are_completed(config: Path) -> None:
    for name in ("ops", "other", "pump"):
        keys(config, "create", name)
    complete = ShellComplete(cli_keys.keys, {}, "keys", "_X")
    found = complete.get_completions(["show", "--config", str(config)], "o")
    assert [item.value for item in found] == ["ops", "other"]
    assert complete.get_completions(["show", "--config", "/nowhere"], "o") == []


# --- the operations -------------------------------------------------------------------------------


@pytest.mark.parametrize("given", [5, "x", [KEY.hex()], [5], ["0123456789abcdef"] * 17])
def test_fingerprints_that_are_none(daemon: Daemon, given: Any) -> None:
    with pytest.raises(BadRequest):
        daemon.ask("keys.counters", fingerprints=given)


@pytest.mark.parametrize("given", [None, 5, "", "0123456789ABCDEF", "0123456789abcdef0", KEY.hex()])
def test_a_fingerprint_that_is_none(daemon: Daemon, given: Any) -> None:
    """A whole key among them: it must not get into the store."""
    with pytest.raises(BadRequest):
        daemon.ask("keys.enrol", fingerprint=given)
    assert daemon.ask("keys.counters") == {"counters": []}


def test_enrolling_is_in_the_journal(daemon: Daemon) -> None:
    for expected in (True, False):
        assert daemon.ask("keys.enrol", fingerprint=fingerprint(KEY)) == {"enrolled": expected}
    entries = daemon._do(daemon.db.run(lambda store: store.journal.tail(5)))
    assert [(each.kind, each.subject) for each in entries] == [("key", fingerprint(KEY))]


# --- signing --------------------------------------------------------------------------------------


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "first.key"
    path.write_text(key_text(KEY))
    return path


def signed(
    key_file: Path, *arguments: str | Path, text: str | None = None, code: int = 0
) -> Result:
    options = ("--key-file", key_file, "--iccid", ICCID)
    return call(cli_sign.command_sign, *options, *arguments, text=text, code=code)


def test_a_command_is_signed_and_counted(key_file: Path) -> None:
    said = [signed(key_file, "#17 APN em").stdout for _ in range(2)]
    assert said[1] == "#17 APN em S1:2:FPN5NFQ35K4UOFY2\n"
    assert (key_file.parent / "first.key.counter").read_text() == "2\n"


def test_with_a_counter_of_its_own(key_file: Path, tmp_path: Path) -> None:
    assert signed(key_file, "STATUS", "--counter", "1").stdout == "STATUS S1:1:ADYL4FTQ2IKEUNBH\n"
    assert not (tmp_path / "first.key.counter").exists()
    (tmp_path / "n").write_text("8\n")
    assert "S1:9:" in signed(key_file, "STATUS", "--counter-file", tmp_path / "n").stdout
    signed(key_file, "STATUS", "--counter", "1", "--counter-file", tmp_path / "n", code=2)


def test_a_key_of_the_directory(config: Path) -> None:
    keys(config, "create", "ops", "--import", "-", text=key_text(KEY))
    options = ("--key", "ops", "--config", config, "--iccid", ICCID, "--counter", "2")
    said = call(cli_sign.command_sign, *options, "#17 APN em")
    assert said.stdout == "#17 APN em S1:2:FPN5NFQ35K4UOFY2\n"
    call(cli_sign.command_sign, *options[2:], "--key", "b", "PING", code=1)


def test_a_password_comes_by_stdin(key_file: Path) -> None:
    said = signed(
        key_file, "-", "--counter", "3", text="#18 APN em user=\u201cJane Doe\u201d pass=x\n"
    )
    assert said.stdout == '#18 APN em user="Jane Doe" pass=x S1:3:XHUR27VM73AJGXRQ\n'


def test_for_scripts(key_file: Path) -> None:
    said = signed(key_file, "STATUS", "--counter", "1", "--json")
    assert printed(said, "command-sign") == {
        "text": "STATUS S1:1:ADYL4FTQ2IKEUNBH", "counter": 1, "septets": 28, "parts": 1,
    }  # fmt: skip
    said = signed(key_file, "OPEN \u0449" * 20, "--json")
    found = printed(said, "command-sign")
    assert (found["septets"], found["parts"]) == (None, 3)
    assert "it takes 3 SMS, since a character is not in GSM 7-bit" in said.stderr


WARNED = {
    "one SMS": ("x" * 138, None),
    "two SMS": ("x" * 139, "it takes 2 SMS"),
    "blanks in quotes": ('APN em pass="a  b"', "blanks side by side become one"),
    "blanks between words": (' APN  em  pass="a b" ', None),
    "a phone's quotes": ("APN em pass=\u201ca b\u201d", None),
}


@pytest.mark.parametrize(("text", "warning"), WARNED.values(), ids=WARNED)
def test_what_costs_more_or_says_something_else_is_told(
    key_file: Path, text: str, warning: str | None
) -> None:
    said = signed(key_file, text, "--counter", "1").stderr
    assert said == "" if warning is None else warning in said


UNSIGNED = {
    "no text": (" ", 2),
    "signed already": ("STATUS S1:1:ADYL4FTQ2IKEUNBH", 2),
    "too long": ("x" * 990, 2),
    "no UTF-8": ("APN \udcff\udcfe", 2),
}


@pytest.mark.parametrize(("text", "code"), UNSIGNED.values(), ids=UNSIGNED)
def test_what_cant_be_signed_uses_no_counter_up(key_file: Path, text: str, code: int) -> None:
    signed(key_file, text, code=code)
    assert not (key_file.parent / "first.key.counter").exists()


@pytest.mark.parametrize("iccid", ["", "898839900000000", "8988-3990-x", "8" * 21, "\u0668" * 19])
def test_a_card_that_is_none(key_file: Path, iccid: str) -> None:
    call(cli_sign.command_sign, "--key-file", key_file, "--iccid", iccid, "PING", code=2)


@NOT_ROOT
@pytest.mark.parametrize("what", ["key", "directory", "counter"])
def test_without_permission_it_ends_as_keys_do(what: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        home.chmod(0o755)
        place = home / "keys"
        place.mkdir(mode=0o700 if what == "directory" else 0o755)
        (place / "ops.key").write_text(key_text(KEY))
        (place / "ops.key").chmod(0o600 if what == "key" else 0o644)
        options = ("--key", "ops", "--directory", place, "--iccid", ICCID, "PING")
        call(cli_sign.command_sign, *options)  # with all that it imports
        (place / "ops.key.counter").unlink()
        os.seteuid(65534)
        try:
            said = call(cli_sign.command_sign, *options, code=6)
        finally:
            os.seteuid(0)
    assert "ermission" in str(said.exception)


def test_no_key_is_in_an_error(key_file: Path) -> None:
    key_file.write_text(key_text(KEY)[:-1])
    said = signed(key_file, "PING", code=78)
    assert key_text(KEY)[:20] not in f"{said.output}{said.exception}"


def verified(key_file: Path, text: str, *options: str, code: int = 0) -> Result:
    command = cli_sign.command_verify_answer
    return call(
        command, "--key-file", key_file, "--iccid", ICCID, *options, "-", text=text, code=code
    )


def test_an_answer_is_verified(key_file: Path) -> None:
    answer = sign_answer(KEY, ICCID, 2, "#17 OK APN em")
    assert verified(key_file, f"{answer}\r\n").stdout == (
        "Signed, to the command with counter 2: #17 OK APN em\n"
    )
    found = printed(verified(key_file, answer, "--json"), "command-verify-answer")
    assert found == {"valid": True, "counter": 2, "text": "#17 OK APN em"}


FORGED = {
    "another text": "#17 ERR APN",
    "not signed": "#17 OK APN em",
    "a command": "#17 APN em S1:2:FPN5NFQ35K4UOFY2",
    "nothing": "",
}


@pytest.mark.parametrize("text", FORGED.values(), ids=FORGED)
def test_a_forged_answer_isnt(key_file: Path, text: str) -> None:
    if text == "#17 ERR APN":
        text = sign_answer(KEY, ICCID, 2, "#17 OK APN").replace("OK", "ERR")
    assert "Not signed" in verified(key_file, text, code=1).stdout
    found = printed(verified(key_file, text, "--json", code=1), "command-verify-answer")
    assert found == {"valid": False, "counter": None, "text": None}


def test_an_answer_of_another_key_isnt(key_file: Path) -> None:
    verified(key_file, sign_answer(new_key(), ICCID, 2, "OK PING"), code=1)
    verified(key_file, sign_answer(KEY, "89883030000000010006", 2, "OK PING"), code=1)


def test_an_answer_cant_play_with_the_terminal(key_file: Path) -> None:
    answer = sign_answer(KEY, ICCID, 2, "OK \x1b[2J")
    assert "\x1b" not in verified(key_file, answer).stdout
