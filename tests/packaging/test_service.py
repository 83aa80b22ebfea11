"""The unit under a real systemd, in a container: what it confines still works, and does confine."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.packaging.life import CONFIG, STORE, answer_to, shown, start_modem, version_of
from tests.packaging.machine import Machine, apt

pytestmark = pytest.mark.packaging

DROP_INS = "/etc/systemd/system/modem-helper.service.d"
EXAMPLES = "/usr/share/doc/modem-helper/examples"


def value(machine: Machine, name: str) -> str:
    """A property of the unit."""
    return machine(f"systemctl show --property={name} --value modem-helper").strip()


def process_status(machine: Machine) -> dict[str, str]:
    """/proc/PID/status of the daemon."""
    lines = machine(f"cat /proc/{value(machine, 'MainPID')}/status").splitlines()
    return {name: text.strip() for name, _, text in (line.partition(":") for line in lines)}


def test_an_upgrade_of_a_running_service(
    booted_machine: Machine, package: Path, former_package: Path
) -> None:
    machine = booted_machine
    machine.install(former_package)
    # Enabled, but without a configuration there is nothing to run, and nothing has failed.
    assert value(machine, "ActiveState") == "inactive"
    assert value(machine, "ConditionResult") == "no"
    assert value(machine, "UnitFileState") == "enabled"
    start_modem(machine)
    machine("systemctl start modem-helper")
    assert value(machine, "ActiveState") == "active"
    answer_to(machine, "#1 APN em", "#1 OK APN em")
    former = value(machine, "MainPID")

    machine.install(package)
    assert value(machine, "ActiveState") == "active"
    assert value(machine, "MainPID") != former
    assert shown(machine, "info")["daemon"] is not None
    assert machine("modem-helper --version").split()[-1] == version_of(package)
    answer_to(machine, "#2 APN", "#2 OK APN em")
    assert value(machine, "NRestarts") == "0"

    machine(apt("remove", "modem-helper"))
    assert machine.run("systemctl is-active modem-helper").output.strip() == "inactive"
    assert (machine.root / STORE[1:] / "modem-helper.db").exists()
    machine(apt("purge", "modem-helper"))
    for path in (CONFIG, STORE, "/run/modem-helper", "/etc/modem-helper"):
        assert not (machine.root / path[1:]).exists()
    assert machine("systemctl --failed --quiet --no-legend") == ""


def test_it_runs_confined(booted_machine: Machine, package: Path) -> None:
    machine = booted_machine
    machine.install(package)
    start_modem(machine)
    machine("systemctl start modem-helper")
    answer_to(machine, "#1 PING", "#1 OK PING")
    assert "/srv/sim/modem0" in value(machine, "StatusText")
    status = process_status(machine)
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")
    assert {status[name] for name in ("CapEff", "CapBnd", "CapAmb")} == {"0" * 16}
    assert machine(f"stat -c '%a %U' {STORE}").split() == ["700", "modem-helper"]
    # Who may speak to it: the group, and nobody else.
    assert machine("stat -c '%a %G' /run/modem-helper/control.sock").split() == [
        "660",
        "modem-helper",
    ]
    machine("useradd --create-home technician && useradd stranger")
    machine("usermod --append --groups modem-helper technician")
    machine("runuser -u technician -- modem-helper info")
    refused = machine.run("runuser -u stranger -- modem-helper info")
    assert refused.code == 6
    assert "no permission" in refused.output

    # A reload, and the end of a process that doesn't get on.
    former = value(machine, "MainPID")
    machine("systemctl reload modem-helper")
    answer_to(machine, "#2 PING", "#2 OK PING")
    assert value(machine, "MainPID") == former
    machine("systemctl kill --signal=KILL modem-helper")
    machine.until("systemctl is-active modem-helper", 60)
    answer_to(machine, "#3 PING", "#3 OK PING")
    # A faulty configuration is not tried again and again.
    machine(f"echo '[nonsense]' >>{CONFIG}")
    machine.run("systemctl restart modem-helper")
    machine.until("systemctl is-failed modem-helper")
    assert value(machine, "ExecMainStatus") == "78"
    assert value(machine, "SubState") == "failed"


# A line of shell that a daemon which was taken over might run, and how it fails.
FORBIDDEN = {
    "touch /etc/modem-helper/x": "Read-only file system",
    "touch /usr/x": "Read-only file system",
    "cat /root/secret": "Permission denied",
    "head -c1 /dev/other": "Operation not permitted",
    "unshare --user true": "Operation not permitted",
    "python3 -c 'import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)'": (
        "Address family not supported"
    ),
}
PROBE = "[Service]\nType=oneshot\nRestart=no\nExecStart=\nExecStart=/bin/sh /srv/probe\n"
DROP_INS_AND_USERS = {
    "applier-ppp": "root",
    "applier-script": "root",
    "power-command": "modem-helper",
    "power-gpio": "modem-helper",
    "power-uhubctl": "modem-helper",
    "power-usb": "modem-helper",
}


def test_what_a_daemon_taken_over_can_not_do(booted_machine: Machine, package: Path) -> None:
    machine = booted_machine
    machine.install(package)
    machine("chmod 755 /root && touch /root/secret")
    # The kernel's log, as anybody might read it: only the unit forbids it.
    machine("mknod --mode=666 /dev/other c 1 11")
    lines = ["head -c1 /dev/zero && id && ls /var/lib/modem-helper", *FORBIDDEN]
    (machine.root / "srv/probe").write_text("\n".join(f"({line}) 2>&1" for line in lines))
    machine(f"touch {CONFIG} && mkdir {DROP_INS}")
    (machine.root / DROP_INS[1:] / "probe.conf").write_text(PROBE)
    machine("systemctl daemon-reload")
    machine.run("systemctl start modem-helper")
    said = machine("journalctl --unit=modem-helper --output=cat --no-pager")
    assert "(modem-helper) groups=" in said
    (why,) = {re.sub(r".*: ", "", line) for line in said.splitlines() if "/usr/x" in line}
    assert why == "Read-only file system"
    assert [each for each in FORBIDDEN.values() if each not in said] == [], said
    assert said.count("Operation not permitted") == 2, said


def test_each_drop_in_is_taken_and_the_service_runs(booted_machine: Machine, package: Path) -> None:
    machine = booted_machine
    machine.install(package)
    machine("groupadd --system gpio")
    start_modem(machine)
    listed = {path.stem for path in (machine.root / EXAMPLES[1:]).glob("*.conf")}
    assert listed == set(DROP_INS_AND_USERS)
    for number, (name, user) in enumerate(DROP_INS_AND_USERS.items()):
        machine(f"rm -rf {DROP_INS} && mkdir {DROP_INS} && cp {EXAMPLES}/{name}.conf {DROP_INS}/")
        # More starts in a row than systemd allows where nobody resets its count.
        machine("systemctl daemon-reload && systemctl reset-failed modem-helper")
        machine("systemctl restart modem-helper")
        answer_to(machine, f"#{number} PING", f"#{number} OK PING")
        assert machine(f"ps -o user= -p {value(machine, 'MainPID')}").strip().startswith(user[:7])
    said = machine("journalctl --boot --output=cat --no-pager")
    assert not re.search(r"modem-helper\.service.*(Unknown|Failed to parse|ignoring)", said), said
