"""What looks like a fault and is none, or is another one."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from apn_config import config
from apn_config.clock import Moment
from apn_config.config import ConfigError
from apn_config.control import ControlError
from apn_config.doctor import Examined, Topic, Verdict, answer, exit_code_of, root_of
from apn_config.doctor.daemon import _or_join
from apn_config.model import Apn
from apn_config.store import Store
from modem import Heard, Speech
from modem.profiles import Answer, OwnCommand
from tests.apn_config.doctor.cases import lte_only, status
from tests.apn_config.doctor.clinic import CONFIG, FAST, Clinic, clinic, told
from tests.apn_config.store_support import FakeClock

RULED_OUT: dict[str, tuple[str, Callable[[Clinic], object]]] = {}


def ruled_out(fault: str) -> Callable[[Callable[[Clinic], object]], Callable[[Clinic], object]]:
    """Add the function to the table of what isn't that fault."""

    def add(set_up: Callable[[Clinic], object]) -> Callable[[Clinic], object]:
        RULED_OUT[f"{fault}: {set_up.__doc__}"] = fault, set_up
        return set_up

    return add


@ruled_out("no-service-centre")
def _(c: Clinic) -> None:
    "it can't be read at present"
    c.refuse("+CSCA?", "CMS 302")


@ruled_out("storage-tight")
def _(c: Clinic) -> None:
    "an empty card of four places"
    part = c.profile.simulator
    c.profile = replace(c.profile, simulator=replace(part, sizes={"SM": 4, "ME": 4, "SR": 4}))


@ruled_out("clock-wrong")
def _(c: Clinic) -> None:
    "the modem's is of another zone"
    c.now += timedelta(hours=2)


@ruled_out("no-signal")
def _(c: Clinic) -> None:
    "LTE's own value tells that something is heard"
    c.answers(CREG="+CREG: 0,2", CGREG="+CGREG: 0,2", CEREG="+CEREG: 0,2")
    own = {
        "+CSQ": OwnCommand(run=Answer(("+CSQ: 99,99",))),
        "+CESQ": OwnCommand(run=Answer(("+CESQ: 99,99,255,255,20,50",))),
    }
    c.with_commands(own)


@ruled_out("unsteady")
def _(c: Clinic) -> None:
    "a busy modem doesn't tell its contexts"
    c.refuse("+CGDCONT?", "CME 14")


@ruled_out("gpsd")
def _(c: Clinic) -> None:
    "it has a receiver of its own"
    c.usb(ttys={2: c.modem.port})
    c.port = c.tty_name(2)
    c.runs("gpsd", "-n", "/dev/ttyACM0")


@ruled_out("brltty")
def _(c: Clinic) -> None:
    "the modem has a port of its own"
    c.usb(ttys={2: c.modem.port})
    c.port = c.tty_name(2)
    c.runs("brltty")


@ruled_out("usb-autosuspend")
def _(c: Clinic) -> None:
    "of a converter beside the modem"
    c.usb("0403:6001", ttys={0: c.other_pty()}, control="auto")


@ruled_out("serial-console")
def _(c: Clinic) -> None:
    "a login on another terminal"
    c.runs("agetty", "-o", "-p", "-", "linux", terminal="/dev/null")


@pytest.mark.parametrize(("fault", "set_up"), RULED_OUT.values(), ids=list(RULED_OUT))
def test_it_is_not_told(fault: str, set_up: Callable[[Clinic], object], tmp_path: Path) -> None:
    with clinic(tmp_path) as made:
        set_up(made)
        found = made.examined()
    assert fault not in told(found)
    assert found.identity is not None


def root(found: Examined) -> str | None:
    first = root_of(found.findings)
    return None if first is None else first.id


def on_2g(c: Clinic) -> None:
    "2G has no APN in its attach"
    c.answers(CREG="+CREG: 0,3", CGREG="+CGREG: 0,3", CEREG="+CEREG: 0,0")
    c.options["start_apn"] = "internet"


def without_config(c: Clinic) -> None:
    "nobody has said which APN is wanted"
    lte_only(c, "internet")
    c.asked_port, c.config_text = c.modem.port, None


def illegal(c: Clinic) -> None:
    "the network names the card"
    c.with_commands({"+CEER": OwnCommand(run=Answer(("+CEER: Illegal MS",)))})
    lte_only(c, "internet")


def untold(c: Clinic) -> None:
    "the contexts can't be read"
    c.within(lambda: c.state.subscriber.bar(True))
    c.refuse("+CGDCONT?")


@pytest.mark.parametrize("set_up", [on_2g, without_config, illegal, untold])
def test_a_refusal_that_the_apn_does_not_bring_about(
    set_up: Callable[[Clinic], None], tmp_path: Path
) -> None:
    with clinic(tmp_path) as made:
        set_up(made)
        assert root(made.examined()) == "denied", set_up.__doc__


def test_a_telephone_beside_a_healthy_modem_is_no_failure(tmp_path: Path) -> None:
    with clinic(tmp_path) as made:
        made.usb("12d1:107e", driver=False)
        found = made.examined()
    assert "usb-driver" in told(found)
    assert exit_code_of(found.findings) == 0


# --- what is asked --------------------------------------------------------------------------------


@dataclass
class Script:
    """Stands for the ports: what is heard at which, the last one for ever; and what was asked."""

    heard: dict[tuple[str, int], list[Heard]]
    asked: list[tuple[str, int]]

    async def listen(self, port: str, *, baud: int, **_options: Any) -> Heard:
        self.asked.append((port, baud))
        turns = self.heard.get((port, baud), [Heard(Speech.NOTHING)])
        return turns.pop(0) if len(turns) > 1 else turns[0]


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Script:
    made = Script({}, [])
    monkeypatch.setattr(answer, "listen_to", made.listen)
    return made


def test_a_modem_that_was_starting_has_no_other_speed(tmp_path: Path, script: Script) -> None:
    words, nothing = Heard(Speech.WORDS), Heard(Speech.NOTHING)
    with clinic(tmp_path) as made:
        script.heard = {
            (made.modem.port, 115200): [nothing, words],
            (made.modem.port, 9600): [words],
        }
        found = made.examined()
    assert exit_code_of(found.findings) == 0
    assert [baud for _, baud in script.asked] == [115200, 9600, 115200]


def test_a_modem_at_another_speed_is_told_still(tmp_path: Path, script: Script) -> None:
    with clinic(tmp_path) as made:
        script.heard = {(made.modem.port, 9600): [Heard(Speech.WORDS)]}
        assert root(made.examined()) == "wrong-baud"


@pytest.mark.parametrize("text", [None, "[modem", "[modem2]\n"])
def test_nothing_is_opened_that_nobody_named(
    text: str | None, tmp_path: Path, script: Script
) -> None:
    """What is behind a converter may be a printer; and a faulty file may name another port."""
    ids = "1a86:7523" if text is None else "1e0e:9001"
    with clinic(tmp_path, config_text=text, port="none") as made:
        made.usb(ids, ttys={2: made.other_pty()})
        found = made.examined()
        name = made.tty_name(2)
    assert script.asked == []
    if text is None:
        missing = next(each for each in found.findings if each.id == "no-modem")
        assert name in missing.found
    else:
        assert root(found) == "config-faulty"


def test_of_a_faulty_file_the_port_is_known(tmp_path: Path) -> None:
    with clinic(tmp_path, config_text=CONFIG + "[modem2]\n") as made:
        found = made.examined()
        assert found.port == made.modem.port
    assert root(found) == "config-faulty"
    assert found.identity is not None
    # The default store is another one.
    store = [each.verdict for each in found.findings if each.topic is Topic.STORE]
    assert store == [Verdict.SKIPPED]


@pytest.mark.parametrize(
    ("ids", "asked"),
    [
        pytest.param("2c7c:0125", [2, 3], id="its ports for diagnostics and positions are left"),
        pytest.param("0403:6011", [2], id="a converter's others are of something else"),
    ],
)
def test_which_other_ports_are_asked(
    ids: str, asked: list[int], tmp_path: Path, script: Script
) -> None:
    with clinic(tmp_path) as made:
        made.usb(ids, ttys={number: made.other_pty() for number in range(4)})
        made.port = made.tty_name(2)
        made.examined()
        names = [made.tty_name(number) for number in asked]
    assert list(dict.fromkeys(port for port, _ in script.asked)) == names


# --- users and daemons ----------------------------------------------------------------------------


def test_a_secret_file_of_the_daemon_s_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, *, key: str, **_options: Any) -> str:
        raise ConfigError(path, key, "the file can't be read", forbidden=True)

    monkeypatch.setattr(config, "read_secret", refuse)
    with clinic(tmp_path) as made:
        made.write("pin", "1234\n").chmod(0o600)
        made.in_modem = f'sim_pin_file = "{made.home}/pin"'
        found = made.examined()
    assert exit_code_of(found.findings) == 0
    assert any("belongs to another user" in each.found for each in found.findings)


def test_the_group_of_root_is_for_nobody(tmp_path: Path) -> None:
    file = tmp_path / "socket"
    file.touch()
    os.chown(file, -1, 0)
    assert _or_join(file) == ""
    assert _or_join(tmp_path / "none") == ""


def test_amid_an_apn_change_the_modem_is_left_alone(tmp_path: Path) -> None:
    asked: list[str] = []

    async def at(args: Any, _emit: Any) -> None:
        asked.append(args["line"])

    with clinic(tmp_path) as made:
        status(made, change={"outcome": "verifying", "apn": "iot2", "kept": None})
        made.operations["at"] = at
        found = made.examined()
    assert asked == []
    assert exit_code_of(found.findings) == 0
    skipped = {each.topic.value for each in found.findings if each.verdict is Verdict.SKIPPED}
    assert {"modem", "SIM", "network", "SMS", "APN", "data"} <= skipped


def test_an_apn_on_trial_is_looked_at(tmp_path: Path) -> None:
    asked: list[str] = []

    async def at(args: Any, _emit: Any) -> None:
        asked.append(args["line"])
        raise ControlError("the modem gave no answer", exit_code=8)

    with clinic(tmp_path) as made:
        status(made, change={"outcome": "trial", "apn": "iot2", "kept": "iot2"})
        made.operations["at"] = at
        made.examined()
    assert asked


# --- the APN that was committed -------------------------------------------------------------------


def commit(c: Clinic, apn: str) -> None:
    """As the daemon does, which has ended since."""
    now: Moment = FakeClock().now()
    iccid = c.modem.simulator.run(lambda: c.state.card.iccid)
    with Store.open(c.home / "store/db", now) as store, store.transaction():
        store.records.commit(iccid, 1, Apn(apn), now)


@pytest.mark.parametrize(
    ("has", "other"),
    [("iot2", False), ("em", True)],
    ids=["as committed", "drifted to the default"],
)
def test_the_committed_apn_is_the_right_one(has: str, other: bool, tmp_path: Path) -> None:
    with clinic(tmp_path, network=replace(FAST, apns=("em", "iot2"))) as made:
        made.options["start_apn"] = has
        commit(made, "iot2")
        before = sorted(file.name for file in (made.home / "store").iterdir())
        found = made.examined()
        assert sorted(file.name for file in (made.home / "store").iterdir()) == before
    assert ("apn-other" in told(found)) is other


def test_the_daemon_tells_what_was_committed(tmp_path: Path) -> None:
    async def show(_args: Any, _emit: Any) -> Any:
        return {"last_good": "iot2"}

    async def at(args: Any, _emit: Any) -> Any:
        lines = {"AT+CPIN?": ["+CPIN: READY"], "AT+CGDCONT?": ['+CGDCONT: 1,"IP","iot2"']}
        lines |= {"AT+CGACT?": ["+CGACT: 1,0"], "AT+CEREG?": ["+CEREG: 0,1"]}
        told = lines.get(args["line"])
        final = {"final": "ERROR" if told is None else "OK", "ok": told is not None}
        return {"line": args["line"], "lines": told or [], "code": None, "name": None, **final}

    with clinic(tmp_path) as made:
        status(made)
        made.operations |= {"apn.show": show, "at": at}
        found = made.examined()
    assert "APN" in {each.topic.value for each in found.findings if each.verdict is Verdict.OK}


def test_without_the_configuration_no_apn_is_called_wrong(tmp_path: Path) -> None:
    with clinic(tmp_path) as made:
        made.options["start_apn"] = "iot.real"
        assert made.config_text is not None
        made.config_text += "[modem2]\n"
        made.asked_port = made.modem.port
        found = made.examined()
    assert root(found) == "config-faulty"
    assert "apn-other" not in told(found)
    assert any(each.topic.value == "network" and each.fault is None for each in found.findings)
