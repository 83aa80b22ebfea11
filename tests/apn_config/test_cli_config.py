"""`config check` and `config init`, as a user calls them."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

import modem
from apn_config import cli_config, who_drives
from apn_config.config import ConfigError, load, parse
from apn_config.config_apn import ProbeConfig
from apn_config.config_recovery import PowerConfig
from apn_config.config_template import render
from apn_config.who_drives import Drivers
from modem import Holder

SCHEMAS = Path(__file__).parent / "json_schemas"

WORKING = """
[modem]
port = "{port}"
[reply]
to = "1234"
[access]
senders = ["12345", "emnify"]
"""


def call(command: click.Command, *arguments: str | Path) -> Result:
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def json_of(result: Result, schema: str) -> dict[str, Any]:
    """The one line of JSON that was printed, which fits its schema."""
    assert result.exit_code == 0, result.output
    assert result.stdout.count("\n") == 1
    value: dict[str, Any] = json.loads(result.stdout)
    jsonschema.validate(value, json.loads((SCHEMAS / f"{schema}.json").read_text()))
    return value


@pytest.fixture
def working(tmp_path: Path) -> Path:
    """A configuration whose port is there."""
    (tmp_path / "modem0").touch()
    path = tmp_path / "config.toml"
    path.write_text(WORKING.format(port="modem0"))
    return path


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets who drives the port."""

    def set_up(*users: Holder, manager: bool = False) -> None:
        monkeypatch.setattr(modem, "holders", lambda _port: users)
        monkeypatch.setattr(who_drives, "drivers_of", lambda _port: Drivers(manager))

    set_up()
    return set_up


# --- config check ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("machine")
def test_check_shows_what_is_understood(working: Path) -> None:
    result = call(cli_config.config, "check", "--config", working)
    assert result.exit_code == 0
    rows = dict(line.split(maxsplit=1) for line in result.stdout.splitlines())
    assert rows["modem.port"] == str(working.parent / "modem0")
    assert rows["reply.to"] == "1234"
    assert rows["access.senders"] == "12345, emnify"
    assert rows["apn.verify_timeout_s"] == "300"
    assert "warning" not in result.stdout


@pytest.mark.usefixtures("machine")
def test_check_as_json(working: Path) -> None:
    report = json_of(
        call(cli_config.config, "check", "--config", working, "--json"), "config_check"
    )
    assert report["path"] == str(working)
    assert report["access"]["senders"] == ["12345", "emnify"]
    assert report["port"] == {
        "present": True,
        "holders": [],
        "modem_manager": False,
        "network_manager": False,
        "pppd": False,
        "net_driver": None,
        "fitting_applier": "at",
    }
    assert report["warnings"] == []


def test_check_tells_who_drives_the_port(working: Path, machine: Callable[..., None]) -> None:
    machine(Holder(812, "minicom"), manager=True)
    result = call(cli_config.config, "check", "--config", working)
    assert "minicom (pid 812)" in result.stdout
    assert "ID_MM_PORT_IGNORE=1" in result.stdout
    report = json_of(
        call(cli_config.config, "check", "--config", working, "--json"), "config_check"
    )
    assert report["port"]["holders"] == [{"pid": 812, "name": "minicom"}]
    assert report["port"]["modem_manager"] is True


def test_check_tells_which_applier_fits(working: Path, machine: Callable[..., None]) -> None:
    machine(manager=True)
    result = call(cli_config.config, "check", "--config", working)
    assert '"at" works against ModemManager; "modemmanager" fits' in result.stdout


def test_check_of_a_port_on_tcp_asks_for_no_holders(
    tmp_path: Path, machine: Callable[..., None]
) -> None:
    machine(Holder(812, "minicom"), manager=True)
    path = tmp_path / "config.toml"
    path.write_text(WORKING.format(port="tcp://127.0.0.1:7000"))
    report = json_of(call(cli_config.config, "check", "--config", path, "--json"), "config_check")
    assert (report["port"]["present"], report["port"]["holders"]) == (None, [])
    assert report["port"]["modem_manager"] is True
    assert report["warnings"] == []


@pytest.mark.usefixtures("machine")
def test_check_warns_of_programs_that_are_not_there(working: Path) -> None:
    with working.open("a") as file:
        file.write(
            '[commands]\nreboot_host = ["/nowhere/reboot"]\n'
            '[commands.own.A]\nprogram = ["sh", "-c", "x"]\n'
            '[commands.own.B]\nprogram = ["bin/sh"]\n'
            '[commands.own.C]\nprogram = ["nowhere"]\n'
            '[commands.own.D]\nprogram = ["/"]\n'
            '[commands.own.E]\nfunction = "nobody"\n'
        )
    report = json_of(
        call(cli_config.config, "check", "--config", working, "--json"), "config_check"
    )
    assert report["warnings"] == [
        "commands.reboot_host: there is no program /nowhere/reboot now",
        "commands.own.C: there is no program nowhere now",
        "commands.own.D: there is no program / now",
        "commands.own.E: there is no entry point nobody of modem_helper.commands",
    ]


@pytest.mark.usefixtures("machine")
def test_check_warns_of_a_port_that_is_not_there(working: Path) -> None:
    (working.parent / "modem0").unlink()
    report = json_of(
        call(cli_config.config, "check", "--config", working, "--json"), "config_check"
    )
    assert report["port"]["present"] is False
    (warning,) = report["warnings"]
    assert warning.startswith("modem.port: there is no ")


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize("options", [(), ("--json",)], ids=["table", "json"])
def test_check_reads_secrets_and_shows_none(working: Path, options: tuple[str, ...]) -> None:
    for name, content in (("sim", "48215739"), ("word", "Sesame"), ("pass", "geheim")):
        (working.parent / name).write_text(content)
        (working.parent / name).chmod(0o600)
    working.write_text(
        f'[modem]\nport = "{working.parent}/modem0"\nsim_pin_file = "sim"\n'
        '[reply]\nto = "1234"\n[access]\nsenders = ["1"]\npin_file = "word"\n'
        '[apn.fallback]\napn = "private.example"\nuser = "u"\npass_file = "pass"\n'
    )
    result = call(cli_config.config, "check", "--config", working, *options)
    assert result.exit_code == 0, result.output
    for secret in ("48215739", "Sesame", "geheim"):
        assert secret not in result.output
    if options:
        report = json_of(result, "config_check")
        assert report["modem"]["sim_pin"] is True
        assert report["access"]["pin_word"] is True
        assert report["apn"]["fallback"] == {
            "apn": "private.example", "type": "ip", "user": "u", "auth": "pap", "password": True,
        }  # fmt: skip


FAULTS = {
    "no file": (None, None),
    "no port": ('[reply]\nto = "1"', "modem.port"),
    "no number": ('[modem]\nport = "/dev/x"', "reply.to"),
    "no PIN file": (WORKING.format(port="x") + 'pin_file = "none"', "access.pin_file"),
    "no SIM PIN file": (
        '[modem]\nport = "x"\nsim_pin_file = "none"\n[reply]\nto = "1"', "modem.sim_pin_file"
    ),
}  # fmt: skip


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize(("text", "key"), FAULTS.values(), ids=FAULTS)
def test_check_ends_for_what_run_would_end_for(
    tmp_path: Path, text: str | None, key: str | None
) -> None:
    path = tmp_path / "config.toml"
    if text is not None:
        path.write_text(text)
    result = call(cli_config.config, "check", "--config", path)
    assert isinstance(result.exception, ConfigError)
    assert result.exception.key == key
    assert result.stdout == ""


def test_check_writes_nothing_that_steers_the_terminal(
    working: Path, machine: Callable[..., None]
) -> None:
    machine(Holder(1, "evil\x1b[2J"))
    result = call(cli_config.config, "check", "--config", working)
    assert "\x1b" not in result.stdout


# --- config init ----------------------------------------------------------------------------------


@pytest.fixture
def by_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory in the place of /dev/serial/by-id, with no port plugged in."""
    directory = tmp_path / "by-id"
    monkeypatch.setattr(cli_config, "_BY_ID", directory)
    monkeypatch.setattr(cli_config, "_BY_RULE", tmp_path / "by-rule")
    return directory


def plug_in(by_id: Path, *names: str) -> None:
    by_id.mkdir()
    for name in names:
        (by_id / name).touch()


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        pytest.param(["at", "at-1-1.4"], "at", id="the only modem that udev knows"),
        pytest.param(["at", "at-1-1.4", "at-1-1.3"], "at-1-1.3", id="one of several"),
    ],
)
def test_init_takes_the_name_that_udev_gives(
    tmp_path: Path, by_id: Path, names: list[str], chosen: str
) -> None:
    plug_in(by_id, "usb-SimTech-if02-port0")
    plug_in(tmp_path / "by-rule", *names)
    result = call(cli_config.config, "init", "--output", "-")
    assert f'port = "{tmp_path / "by-rule" / chosen}"' in result.stdout


@pytest.mark.usefixtures("by_id")
def test_init_writes_what_check_understands(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    arguments = ["--port", "/dev/ttyUSB7", "--reply-to", "1234", "--sender", "12345"]
    result = call(cli_config.config, "init", *arguments, "--sender", "emnify", "--output", path)
    assert result.exit_code == 0, result.output
    report = json_of(call(cli_config.config, "check", "--config", path, "--json"), "config_check")
    assert report["modem"]["port"] == "/dev/ttyUSB7"
    assert report["reply"]["to"] == "1234"
    assert report["access"]["senders"] == ["12345", "emnify"]
    assert f"modem-helper config check --config {path}" in result.stdout


@pytest.mark.usefixtures("by_id")
def test_init_is_read_by_all_and_written_by_its_owner_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        call(cli_config.config, "init", "--output", tmp_path / "config.toml")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "config.toml").stat().st_mode) == 0o644


@pytest.mark.usefixtures("by_id")
def test_init_prints(tmp_path: Path) -> None:
    result = call(cli_config.config, "init", "--output", "-", "--reply-to", "77")
    assert result.exit_code == 0
    understood = parse(result.stdout.encode(), tmp_path / "config.toml")
    assert understood.modem.port == "/dev/ttyUSB2"
    assert understood.reply.to == "77"
    assert list(tmp_path.glob("*.toml")) == []


@pytest.mark.usefixtures("by_id")
def test_init_tells_what_is_left_to_do(tmp_path: Path) -> None:
    result = call(cli_config.config, "init", "--output", tmp_path / "config.toml")
    assert "Set [reply] to" in result.stdout
    assert "no sender is listed" in result.stdout


def split_template(text: str) -> tuple[str, str]:
    """What holds by default, and the sections that are examples; both uncommented."""
    defaults: list[str] = []
    examples: list[str] = []
    into = "defaults"
    for line in text.splitlines():
        plain = line.removeprefix("# ")
        if plain != line and plain.startswith("["):
            into = "examples"
        elif not line.startswith("#"):
            into = "defaults"
        if plain != line and (" = " in line or plain.startswith("[")) and "_file" not in line:
            (examples if into == "examples" else defaults).append(plain)
        elif plain == line:
            defaults.append(line)
    return "\n".join(defaults), "\n".join(examples)


def test_every_commented_default_is_the_default(tmp_path: Path) -> None:
    """What stands behind a # may be uncommented, and says what holds without."""
    path = tmp_path / "config.toml"
    bare = render("/dev/ttyUSB2", "1234", ["1"])
    defaults, _ = split_template(bare)
    uncommented = "\n".join(line for line in defaults.splitlines() if "cellular" not in line)
    assert parse(uncommented.encode(), path) == parse(bare.encode(), path)


def test_every_commented_section_is_a_good_example(tmp_path: Path) -> None:
    _, examples = split_template(render("/dev/ttyUSB2", "1234", ["1"]))
    found = parse(examples.encode(), tmp_path / "config.toml")
    assert found.apn.fallback is not None
    assert found.apn.fallback.name == "private.example"
    assert found.apn.probe == ProbeConfig("tcp", "1.1.1.1:443", "wwan0")
    assert found.recovery.power == PowerConfig("usb", {"device": "1-1.4"})


def test_init_takes_the_applier_that_fits(tmp_path: Path, machine: Callable[..., None]) -> None:
    machine(manager=True)
    path = tmp_path / "config.toml"
    result = call(cli_config.config, "init", "--port", "/dev/ttyUSB2", "--output", path)
    assert result.exit_code == 0, result.output
    assert 'Applier "modemmanager": ModemManager runs this modem' in result.stdout
    assert load(path).apn.applier == "modemmanager"


def test_init_refuses_what_works_against_modem_manager(
    tmp_path: Path, machine: Callable[..., None]
) -> None:
    machine(manager=True)
    path = tmp_path / "config.toml"
    given = ("init", "--port", "/dev/ttyUSB2", "--applier", "at", "--output", path)
    result = call(cli_config.config, *given)
    assert result.exit_code == 4
    assert "--applier modemmanager" in result.output
    assert not path.exists()
    assert call(cli_config.config, *given, "--force").exit_code == 0
    assert load(path).apn.applier == "at"


PLUGGED = {
    "nothing": ((), "/dev/ttyUSB2"),
    "one": (("usb-FTDI_FT232R-if00-port0",), "usb-FTDI_FT232R-if00-port0"),
    "a SIM7600": (
        tuple(f"usb-SimTech__Incorporated_SimTech-if0{n}-port0" for n in range(5)),
        "usb-SimTech__Incorporated_SimTech-if02-port0",
    ),
    "a name with a line end": (("usb\n[x]-if02", "usb-b"), "usb-b"),
}


@pytest.mark.parametrize(("names", "taken"), PLUGGED.values(), ids=PLUGGED)
def test_init_finds_the_port(by_id: Path, names: tuple[str, ...], taken: str) -> None:
    if names:
        plug_in(by_id, *names)
    result = call(cli_config.config, "init", "--output", "-")
    port = parse(result.stdout.encode(), Path("/x.toml")).require_port()
    assert port == str(by_id / taken)
    for name in names:
        assert (f"# found: {by_id / name}\n" in result.stdout) == name.isprintable()


@pytest.mark.usefixtures("by_id")
def test_init_takes_a_relative_port_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = call(cli_config.config, "init", "--output", "-", "--port", "modem0")
    port = parse(result.stdout.encode(), Path("/etc/x.toml")).require_port()
    assert port == str(tmp_path / "modem0")


@pytest.mark.usefixtures("by_id")
def test_init_overwrites_nothing(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("mine")
    result = call(cli_config.config, "init", "--output", path)
    assert result.exit_code == 1
    assert "is there already" in result.stderr
    assert path.read_text() == "mine"


@pytest.mark.usefixtures("by_id")
def test_init_follows_no_dangling_link(tmp_path: Path) -> None:
    (tmp_path / "config.toml").symlink_to(tmp_path / "elsewhere")
    result = call(cli_config.config, "init", "--output", tmp_path / "config.toml")
    assert result.exit_code == 1
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.usefixtures("by_id")
def test_init_needs_the_directory(tmp_path: Path) -> None:
    result = call(cli_config.config, "init", "--output", tmp_path / "no" / "config.toml")
    assert result.exit_code == 1
    assert f"there is no directory {tmp_path / 'no'}" in result.stderr


@pytest.mark.usefixtures("by_id")
def test_init_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    result = call(cli_config.config, "init", "--output", tmp_path / "config.toml")
    assert result.exit_code == 6
    assert "can't be written: Permission denied" in result.stderr


USAGE = {
    "reply-to": (["--reply-to", "123456789"], "--reply-to: wanted 1 to 8 digits"),
    "sender": (["--sender", "+49 170 1"], "--sender: wanted digits"),
    "port": (["--port", "tcp://host"], "--port: wanted a device"),
    "no port": (["--port", ""], "--port: wanted a device"),
    "control": (["--sender", "a\x1bb"], "wanted printable characters, got 'a\\x1bb'"),
    "surrogate": (["--port", "/dev/\udcff"], "wanted printable characters"),
}


@pytest.mark.usefixtures("by_id")
@pytest.mark.parametrize(("arguments", "told"), USAGE.values(), ids=USAGE)
def test_init_refuses(tmp_path: Path, arguments: list[str], told: str) -> None:
    path = tmp_path / "config.toml"
    result = call(cli_config.config, "init", *arguments, "--output", path)
    assert result.exit_code == 2
    assert told in " ".join(result.stderr.split())
    assert not path.exists()


PRINTABLE = st.characters(exclude_categories=["C", "Z"])
NAMES = st.text(PRINTABLE, max_size=11).filter(
    lambda name: not set(name) <= set("-+()./ 0123456789")
)
NUMBERS = st.from_regex(r"\+?[0-9]{1,20}", fullmatch=True)


@given(
    port=st.text(PRINTABLE, min_size=1, max_size=40).map(lambda name: f"/dev/{name}"),
    to=st.none() | st.from_regex(r"[0-9]{1,8}", fullmatch=True),
    senders=st.lists(NAMES | NUMBERS | st.just(""), max_size=4),
)
def test_what_is_rendered_is_read_back(port: str, to: str | None, senders: list[str]) -> None:
    if "://" in port:
        return
    understood = parse(render(port, to, senders, [port]).encode(), Path("/x.toml"))
    assert understood.access is not None
    assert Path(understood.require_port()) == Path(port)
    assert (understood.reply.to, understood.access.senders) == (to, tuple(senders))


@pytest.mark.parametrize("arguments", [[], ["check"], ["init"]], ids=["config", "check", "init"])
def test_every_help_has_an_example(arguments: list[str]) -> None:
    result = call(cli_config.config, *arguments, "--help")
    assert result.exit_code == 0
    assert "Example" in result.stdout
    assert "modem-helper config " in result.stdout
