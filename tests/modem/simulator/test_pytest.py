"""The fixtures as another project has them: a pytest run of its own, in a directory of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TIMEOUT_S = 60.0

CLIENT = """
import os

import pytest
import serial
from modem.simulator import Action, Fault, FaultPlan, NetworkSettings
from modem.sms import compose


@pytest.fixture
def simulated_network_settings():
    return NetworkSettings(apns=("net",), submit_s=0.0)


def ask(port, line):
    port.write(line.encode() + b"\\r")
    return port.read_until(b"OK\\r\\n").decode()


def test_both_ways(simulated_modem, modem_port):
    assert modem_port == simulated_modem.port
    with serial.Serial(modem_port, timeout=5) as port:
        ask(port, "ATE0+CNMI=2,1")
        (pdu,) = simulated_modem.deliver("12345", "hello")
        assert b"+CMTI" in port.read_until(b",0\\r\\n")
        assert pdu in ask(port, "AT+CMGF=0;+CMGR=0")
        (part,) = compose("1234", "answer")
        port.write(f"AT+CMGS={part.tpdu_length}\\r".encode())
        port.read_until(b"> ")
        port.write(part.pdu.encode() + b"\\x1a")
        assert simulated_modem.next_submission().text == "answer"
        port.read_until(b"OK\\r\\n")
        assert '"net"' in ask(port, "AT+CGDCONT?")
    with pytest.raises(TimeoutError, match="nothing was sent"):
        simulated_modem.next_submission(timeout_s=0.01)


def test_what_a_test_does_to_it(simulated_modem):
    simulated_modem.set_faults(FaultPlan((Fault(Action.REFUSE, code="ERROR", nth=1),)))
    with serial.Serial(simulated_modem.port, timeout=5) as port:
        port.write(b"ATE0\\r")
        assert b"ERROR" in port.read_until(b"ERROR\\r\\n")
    simulated_modem.set_coverage(False)
    report = simulated_modem.report()
    assert (report["covered"], report["faults"]) == (False, {"1-refuse": 1})
    port = simulated_modem.port
    simulated_modem.unplug()
    assert simulated_modem.port == "" and not os.path.exists(port)
    simulated_modem.plug(renamed=True)
    assert simulated_modem.port not in ("", port)
    simulated_modem.restart()
    assert simulated_modem.report()["running"] is False
    with pytest.raises(ValueError):
        simulated_modem.deliver_pdu("nonsense")


def test_what_a_test_does_to_the_network(simulated_modem):
    simulated_modem.set_signal(7)
    simulated_modem.refuse(38, count=1)
    (part,) = compose("1234", "refused")
    with serial.Serial(simulated_modem.port, timeout=5) as port:
        assert "+CSQ: 7,99" in ask(port, "ATE0+CMEE=1;+CMGF=0;+CSQ")
        port.write(f"AT+CMGS={part.tpdu_length}\\r".encode())
        port.read_until(b"> ")
        port.write(part.pdu.encode() + b"\\x1a")
        assert b"38\\r\\n" in port.read_until(b"38\\r\\n")
        simulated_modem.refresh_card(imsi="262020000000001")
        port.write(b"AT+CIMI\\r")
        assert b"+CME ERROR: " in port.read_until(b"ERROR: ")


def test_two_modems(simulated_network):
    one, two = simulated_network.add_modem(), simulated_network.add_modem()
    assert one.report()["imei"] != two.report()["imei"]
"""

OPTIONS = """
def test_options(simulated_modem):
    report = simulated_modem.report()
    assert (report["profile"], report["faults"]) == ("ec25", {"1-reboot": 0})
"""

FAILING = """
def test_failure(simulated_modem):
    network = simulated_modem.simulator.network
    simulated_modem.simulator.run(lambda: network.agenda.after(0, lambda: 1 / 0))
    simulated_modem.report()
"""


def run(home: Path, text: str, *options: str) -> subprocess.CompletedProcess[str]:
    (home / "test_client.py").write_text(text)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "modem.simulator.pytest", "-W", "error"]
    return subprocess.run(
        [*command, "-p", "no:cacheprovider", f"--rootdir={home}", *options, str(home)],
        cwd=home,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )


def test_a_project_s_tests_pass(tmp_path: Path) -> None:
    done = run(tmp_path, CLIENT)
    assert (done.returncode, "4 passed" in done.stdout) == (0, True), done.stdout + done.stderr


def test_options(tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text('[[fault]]\naction = "reboot"\nnth = 1\n')
    faults = f"--simulated-faults={tmp_path / 'plan.toml'}"
    done = run(tmp_path, OPTIONS, "--simulated-profile=ec25", faults)
    assert (done.returncode, "1 passed" in done.stdout) == (0, True), done.stdout + done.stderr


@pytest.mark.parametrize(
    ("option", "message"),
    [
        pytest.param("--simulated-profile=nokia", "no profile is named 'nokia'", id="profile"),
        pytest.param("--simulated-faults=none.toml", "No such file", id="faults"),
    ],
)
def test_bad_options_are_said(tmp_path: Path, option: str, message: str) -> None:
    done = run(tmp_path, OPTIONS, option)
    assert done.returncode != 0
    assert message in done.stdout + done.stderr


def test_a_failure_of_the_simulator_fails_the_test(tmp_path: Path) -> None:
    done = run(tmp_path, FAILING)
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stdout
