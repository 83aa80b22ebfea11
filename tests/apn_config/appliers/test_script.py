"""The applier by a user's program: real little programs, good ones and bad ones."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from apn_config.appliers import Held
from apn_config.appliers.errors import ApplierRefused, ApplierUnavailable
from apn_config.appliers.script import ScriptApplier, parse_settings
from apn_config.config_apn import ScriptConfig
from apn_config.model import NO_CREDENTIALS, Apn, AuthType, Credentials, PdpType
from modem import LiveContext
from tests.apn_config.appliers.stand_ins import IDENTITY, FakeModem, Steps

ROOT = Path(__file__).parents[3]
FORMER = Apn("em", credentials=Credentials(AuthType.PAP, "joe", "old word"))
WANTED = Apn("new.example", PdpType.IPV4V6, Credentials(AuthType.CHAP, "o'neil $(id)", "n#w `w`"))
# Keeps what it is given in a file, as a user's own would in another program's. It kills itself
# before the step whose number stands in the file `cut`.
KEEPER = """\
#!/bin/sh
home='{home}'
steps=0
step() {{ steps=$((steps + 1)); [ "$steps" != "$(cat "$home/cut")" ] || kill -9 $$; }}
echo "$0 $MODEM_HELPER_ACTION" >> "$home/calls"
if [ "$MODEM_HELPER_ACTION" = read ]; then cat "$home/state"; exit; fi
step
printf 'apn=%s\\ntype=%s\\n' "$MODEM_HELPER_APN" "$MODEM_HELPER_TYPE" > "$home/new"
step
if [ "${{MODEM_HELPER_AUTH+set}}" ]; then
  printf 'auth=%s\\n' "$MODEM_HELPER_AUTH" >> "$home/new"
  step
  printf 'user=%s\\npassword=%s\\n' "$MODEM_HELPER_USER" "$MODEM_HELPER_PASSWORD" >> "$home/new"
fi
step
mv "$home/new" "$home/state"
step
"""
STEPS = 5
STATE = "apn=em\ntype=ip\nauth=pap\nuser=joe\npassword=old word\n"


@dataclass
class Home:
    """A directory with a user's programs."""

    path: Path
    undo: Path | None = None
    timeout_s: float = 10.0

    def program(self, text: str, name: str = "apply") -> Path:
        """Write a program."""
        path = self.path / name
        path.write_text(text.format(home=self.path) if text is KEEPER else f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
        return path

    def applier(self) -> ScriptApplier:
        return ScriptApplier(ScriptConfig(self.path / "apply", self.undo, self.timeout_s))

    @property
    def state(self) -> str:
        return (self.path / "state").read_text()

    @property
    def calls(self) -> list[str]:
        lines = (self.path / "calls").read_text().splitlines()
        return [line.removeprefix(f"{self.path}/") for line in lines]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.program(KEEPER)
    (tmp_path / "state").write_text(STATE)
    (tmp_path / "cut").write_text("never")
    return home


def _modem() -> FakeModem:
    return FakeModem(Steps())


def _read(home: Home) -> Apn:
    return asyncio.run(home.applier().read(_modem().as_modem(), 1)).apn


def _write(home: Home, apn: Apn = WANTED) -> None:
    asyncio.run(home.applier().write(_modem().as_modem(), 1, apn))


def _restore(home: Home) -> None:
    asyncio.run(home.applier().restore(_modem().as_modem(), 1, Held(FORMER)))


def test_reads_what_the_program_prints(home: Home) -> None:
    assert _read(home) == FORMER


@pytest.mark.parametrize(
    "apn",
    [
        pytest.param(WANTED, id="with everything"),
        pytest.param(Apn("x", credentials=NO_CREDENTIALS), id="without a login"),
        pytest.param(Apn("x", credentials=None), id="with a login that stays"),
        pytest.param(
            Apn("x", credentials=Credentials(AuthType.EITHER, " a ", " b ")),
            id="blanks at the ends",
        ),
    ],
)
def test_writes_what_it_reads(home: Home, apn: Apn) -> None:
    _write(home, apn)
    assert _read(home) == apn


@pytest.mark.parametrize("has_undo", [False, True])
def test_restores_with_undo_or_else_with_apply(home: Home, has_undo: bool) -> None:
    home.undo = home.program(KEEPER, "back") if has_undo else None
    _write(home)
    _restore(home)
    assert home.state == STATE
    assert home.calls == ["apply apply", "back undo" if has_undo else "apply apply"]


def test_takes_effect_by_a_radio_cycle(home: Home) -> None:
    modem = _modem()
    asyncio.run(home.applier().take_effect(modem.as_modem()))
    assert modem.steps.done == ["CFUN"]


def test_service_is_what_the_modem_says(home: Home) -> None:
    modem = _modem()
    modem.live = LiveContext(True, "10.0.0.1", "em")
    service = asyncio.run(home.applier().serving(modem.as_modem(), 1, activate=True))
    assert (service.attached, service.context) == (True, modem.live)


# --- what a program is given --------------------------------------------------------------------


def _environment(home: Home, apn: Apn | None) -> dict[str, str]:
    home.program(f"env > '{home.path}/environment'; echo apn=em")
    if apn is None:
        _read(home)
    else:
        _write(home, apn)
    lines = (home.path / "environment").read_text().splitlines()
    pairs = (line.partition("=") for line in lines)
    return {
        name.removeprefix("MODEM_HELPER_"): value
        for name, _, value in pairs
        if name.startswith("MODEM_HELPER_")
    }


ABOUT = {
    "CID": "1",
    "IMEI": IDENTITY.imei,
    "ICCID": str(IDENTITY.iccid),
    "PORT": "/dev/ttyUSB2",
}


def test_reading_is_given_which_modem_it_is(home: Home) -> None:
    assert _environment(home, None) == {"ACTION": "read", **ABOUT}


@pytest.mark.parametrize(
    ("credentials", "login"),
    [
        pytest.param(
            WANTED.credentials,
            {"AUTH": "chap", "USER": "o'neil $(id)", "PASSWORD": "n#w `w`"},
            id="a login",
        ),
        pytest.param(NO_CREDENTIALS, {"AUTH": "none", "USER": "", "PASSWORD": ""}, id="cleared"),
        pytest.param(None, {}, id="to stay"),
    ],
)
def test_applying_is_given_the_values(
    home: Home, credentials: Credentials | None, login: dict[str, str]
) -> None:
    found = _environment(home, Apn("em", PdpType.IPV6, credentials))
    assert found == {"ACTION": "apply", "APN": "em", "TYPE": "ipv6", **ABOUT, **login}


def test_a_card_that_cannot_be_read_has_no_number(home: Home) -> None:
    modem = _modem()
    modem.identity = replace(IDENTITY, iccid=None)
    home.program(f"echo \"$MODEM_HELPER_ICCID\" > '{home.path}/iccid'")
    asyncio.run(home.applier().write(modem.as_modem(), 1, WANTED))
    assert (home.path / "iccid").read_text() == "\n"


@pytest.mark.parametrize(
    "apn",
    [
        Apn("e\nm"),
        Apn("e m"),
        Apn("$(id)"),
        Apn("em\x00"),
        Apn("em", credentials=Credentials(AuthType.PAP, "a\nMODEM_HELPER_APN=x")),
        Apn("em", credentials=Credentials(AuthType.PAP, "a", 'se"cret')),
        Apn("em", credentials=Credentials(AuthType.PAP, "a", "secret\x00")),
    ],
    ids=repr,
)
def test_no_program_is_run_with_what_is_more_than_a_value(home: Home, apn: Apn) -> None:
    with pytest.raises(ApplierRefused) as caught:
        _write(home, apn)
    assert "cret" not in str(caught.value)
    assert not (home.path / "calls").exists()


# --- what it prints -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "apn"),
    [
        pytest.param("apn=em", Apn("em", credentials=None), id="only the name"),
        pytest.param("apn=\n", Apn("", credentials=None), id="none is set"),
        pytest.param("\r\napn=em\r\n  \n", Apn("em", credentials=None), id="blank lines"),
        pytest.param("apn=em\nauth=none\n", Apn("em"), id="no login"),
        pytest.param("apn=em\nuser=\npassword=\n", Apn("em"), id="an empty login"),
        pytest.param(
            "user=a\napn=em\npassword= b=c ",
            Apn("em", credentials=Credentials(AuthType.PAP, "a", " b=c ")),
            id="a login means PAP",
        ),
        pytest.param(
            "apn=em\ntype=ipv4v6\nauth=pap-or-chap\nuser=a\npassword=b",
            Apn("em", PdpType.IPV4V6, Credentials(AuthType.EITHER, "a", "b")),
            id="everything",
        ),
    ],
)
def test_understands(text: str, apn: Apn) -> None:
    assert parse_settings(text) == apn


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param("", "no line apn=", id="nothing"),
        pytest.param("type=ip\n", "no line apn=", id="no name"),
        pytest.param("em\n", "line 1: wanted", id="a bare name"),
        pytest.param("apn=em\n\napn=em\n", "line 3: wanted", id="twice"),
        pytest.param("apn=em\npasword=secret\n", "line 2: wanted", id="an unknown key"),
        pytest.param(" apn=em", "line 1: wanted", id="a blank before it"),
        pytest.param("apn=em\ntype=ppp", "type= is one of", id="type"),
        pytest.param("apn=em\nauth=secret", "auth= one", id="auth"),
        pytest.param("apn=e m", "no APN", id="no APN"),
        pytest.param("apn=em\npassword=\x1bsecret", "no user or password", id="escape"),
        pytest.param("apn=em\nuser=\ufffd", "no user or password", id="no text"),
    ],
)
def test_refuses_without_quoting(text: str, why: str) -> None:
    with pytest.raises(ApplierRefused, match=why) as caught:
        parse_settings(text)
    assert "secret" not in str(caught.value)


# --- how it ends --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("program", "kind", "why"),
    [
        pytest.param("exit 1", ApplierRefused, "apply: exit code 1$", id="fails"),
        pytest.param("exit 75", ApplierUnavailable, "apply: not now", id="try later"),
        pytest.param("kill -9 $$", ApplierRefused, "ended by signal 9$", id="killed"),
        pytest.param("sleep 60", ApplierUnavailable, "wasn't done within 0.3 s", id="hangs"),
        pytest.param(
            "echo first >&2; printf 'la\\033st\\n\\n' >&2; exit 3",
            ApplierRefused,
            r"exit code 3: la\?st$",
            id="says why",
        ),
        pytest.param(
            "yes 12345678 | tr -d '\\n' | head -c 9000000 >&2; exit 3",
            ApplierRefused,
            r"exit code 3: (12345678){25}$",
            id="says a lot",
        ),
    ],
)
def test_a_program_that_does_not_do_it(
    home: Home, program: str, kind: type[Exception], why: str
) -> None:
    home.timeout_s = 0.3 if program.startswith("sleep") else 10.0
    home.program(program)
    with pytest.raises(kind, match=why):
        _write(home, Apn("em"))


@pytest.mark.parametrize("program", ["", "sleep 60 & :", "yes | head -c 5000000"])
def test_what_it_prints_or_leaves_behind_is_no_matter(home: Home, program: str) -> None:
    home.program(program)
    _write(home)


@pytest.mark.parametrize("act", [_read, _write, _restore], ids=["read", "apply", "undo"])
def test_no_error_quotes_what_may_hold_a_password(home: Home, act: object) -> None:
    """As a script with `set -x` prints it."""
    home.program("env >&2; cat '/dev/null'; echo 'password=old word' >&2; exit 3")
    with pytest.raises(ApplierRefused) as caught:
        act(home)  # type: ignore[operator]
    assert re.fullmatch(rf"{home.path}/apply (read|apply): exit code 3", str(caught.value))


@pytest.mark.parametrize("mode", [None, 0o644])
def test_a_program_that_cannot_be_run(home: Home, mode: int | None) -> None:
    path = home.path / "apply"
    path.unlink() if mode is None else path.chmod(mode)
    with pytest.raises(ApplierRefused, match=r"can't be (opened|started)"):
        _read(home)


# --- cut off ------------------------------------------------------------------------------------


@pytest.mark.parametrize("applied", range(1, STEPS + 2))
def test_a_restore_that_is_cut_off_anywhere(home: Home, applied: int) -> None:
    """After an apply that was, too: whatever is there, `undo` has only its values to go by."""
    home.undo = home.program(KEEPER, "back")
    for undone in range(1, STEPS + 2):
        for number, act in ((applied, _write), (undone, _restore)):
            (home.path / "cut").write_text(str(number))
            if number <= STEPS:
                with pytest.raises(ApplierRefused, match="signal 9"):
                    act(home)
            else:
                act(home)
        (home.path / "cut").write_text("never")
        _restore(home)
        assert home.state == STATE
        assert not (home.path / "new").exists()


_DAEMON = """
import asyncio, sys
sys.path.insert(0, {root!r})
from tests.apn_config.appliers.test_script import Home, _write
from pathlib import Path
_write(Home(Path({home!r})))
"""


def _kill_a_daemon_that_applies(home: Home) -> None:
    code = _DAEMON.format(root=str(ROOT), home=str(home.path))
    daemon = subprocess.Popen([sys.executable, "-c", code])
    _wait_for(home.path / "began")
    daemon.kill()
    assert daemon.wait() == -signal.SIGKILL


def _wait_for(file: Path) -> None:
    deadline_s = time.monotonic() + 30
    while not file.exists():
        assert time.monotonic() < deadline_s
        time.sleep(0.01)


def test_what_a_killed_daemon_left_running_cannot_undo_the_restore(home: Home) -> None:
    home.undo = home.program(KEEPER, "back")
    home.program(
        f"touch '{home.path}/began'; sleep 0.7; echo apn=late > '{home.path}/state'; "
        f"touch '{home.path}/ended'"
    )
    _kill_a_daemon_that_applies(home)
    assert home.state == STATE
    _restore(home)
    _wait_for(home.path / "ended")
    assert home.state == STATE


def test_one_that_never_ends_is_waited_for_as_long_as_it_might_have_run(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    home.undo = home.program(KEEPER, "back")
    home.program(f"echo $$ > '{home.path}/pid'; touch '{home.path}/began'; exec sleep 30")
    _kill_a_daemon_that_applies(home)
    home.timeout_s = 0.5
    _restore(home)
    assert "an earlier run hasn't ended" in caplog.text
    os.kill(int((home.path / "pid").read_text()), signal.SIGKILL)


def test_a_service_that_a_program_started_holds_up_nobody(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    """It keeps the inherited lock's file open, but the lock is given back."""
    pids = home.path / "pids"
    home.program(f"setsid sh -c 'echo $$ >> {pids}; exec sleep 30' & sleep 0.3; echo apn=em")
    _write(home)
    assert _read(home) == Apn("em", credentials=None)
    assert "an earlier run" not in caplog.text
    for pid in pids.read_text().split():
        os.kill(int(pid), signal.SIGKILL)
