"""The package's life in a fresh Debian 12 and 13: installed, used, upgraded, removed, purged."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.packaging.life import (
    CONFIG,
    STORE,
    answer_to,
    files,
    shown,
    start_daemon,
    start_modem,
    version_of,
)
from tests.packaging.machine import Machine, apt

pytestmark = pytest.mark.packaging

UNITS = "/usr/lib/systemd/system"
UNIT = f"{UNITS}/modem-helper.service"
# systemd-analyze: "OK" ends at 4. What it asks for beyond is named in the unit, with the reasons.
MOST_EXPOSED = 2.0


def test_it_installs_and_plays_its_story(fresh_machine: Machine, package: Path) -> None:
    machine = fresh_machine
    machine(apt("update"))
    machine.install(package)
    assert machine("modem-helper --version").split() == ["modem-helper", version_of(package)]
    assert "OK APN em" in machine("modem-helper demo --once")
    # Neither where it is called from nor the environment decides what is run.
    machine("mkdir /tmp/trap && echo 'raise SystemExit(99)' >/tmp/trap/cli.py")
    machine("cp /tmp/trap/cli.py /tmp/trap/click.py")
    machine("cd /tmp/trap && PYTHONPATH=/tmp/trap modem-helper --version")
    # Compiled at the installation: no start compiles, and no user could write there.
    machine("test -e /usr/share/modem-helper/__pycache__")
    machine("modem-helper run --help && modem-helper profiles ec25")


def test_the_unit_its_user_and_its_files(
    machine: Machine, package: Path, record_property: Callable[[str, object], None]
) -> None:
    machine.install(package)
    complaints = machine(f"systemd-analyze verify {UNITS}/modem-helper* 2>&1 || true").splitlines()
    # A minimal system has no man, by which the manual page would be found.
    assert [line for line in complaints if "Command 'man " not in line] == []
    said = machine(f"systemd-analyze security --offline=true --no-pager {UNIT}")
    (score,) = re.findall(r"exposure level for modem-helper.service: (\S+)", said)
    record_property("systemd-analyze security", score)
    assert float(score) <= MOST_EXPOSED
    assert machine("id --name --groups modem-helper").split() == ["modem-helper", "dialout"]
    # Locked: no password, no shell.
    assert machine("getent passwd modem-helper").strip().endswith(":/usr/sbin/nologin")
    assert machine("getent shadow modem-helper").split(":")[1].startswith("!")
    assert machine("stat -c '%a %U %G' /etc/modem-helper").strip() == "755 root root"
    # Enabled, and waiting for its configuration.
    machine("systemctl is-enabled modem-helper")
    assert machine.run("systemctl is-enabled modem-helper-metrics.timer").code != 0
    assert not (machine.root / CONFIG[1:]).exists()
    assert "no such file" in machine.run("modem-helper config check").output


def test_an_upgrade_keeps_what_a_store_in_use_holds(
    machine: Machine, package: Path, former_package: Path
) -> None:
    machine.install(former_package)
    start_modem(machine)
    config = (machine.root / CONFIG[1:]).read_bytes()
    start_daemon(machine)
    assert "OK APN em" in answer_to(machine, "#1 APN em", "#1 OK APN em")
    machine.install(package)
    # It runs on without its files, and ends as it should.
    answer_to(machine, "#2 PING", "#2 OK PING")
    machine.stop("daemon")
    start_daemon(machine)
    answer_to(machine, "#3 APN", "#3 OK APN em")
    assert machine("modem-helper --version").split()[-1] == version_of(package)
    history = shown(machine, "apn history")
    assert "em" in str(history)
    assert (machine.root / CONFIG[1:]).read_bytes() == config
    machine(apt("remove", "modem-helper"))
    assert (machine.root / CONFIG[1:]).exists()
    assert (machine.root / STORE[1:] / "modem-helper.db").exists()
    assert not (machine.root / "usr/share/modem-helper").exists()


def test_a_purge_leaves_nothing(machine: Machine, package: Path) -> None:
    before = files(machine)
    machine.install(package)
    assert len(files(machine) - before) > 300
    start_modem(machine)
    start_daemon(machine)
    answer_to(machine, "PING", "OK PING")
    machine.stop("daemon")
    machine.stop("modem")
    machine(apt("purge", "modem-helper"))
    # The user stays, and with it the copies of these files from before it was made.
    accounts = {f"/etc/{name}-" for name in ("passwd", "shadow", "group", "gshadow")}
    assert files(machine) - before <= accounts
    assert before - files(machine) == set()
    machine("! test -e /run/modem-helper")
    machine("id modem-helper")
    machine.install(package)
    assert "OK APN em" in machine("modem-helper demo --once")
