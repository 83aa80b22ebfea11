"""Debian systems to install the package on: made once by mmdebstrap, copied for each test.

One is either chrooted, without a service manager, or booted with its systemd in a container; in
both, commands are run by nsenter beside its first process, and all that it ran ends with it.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# The newest one last. Both are what Raspberry Pi OS is made of.
SUITES = ("bookworm", "trixie")
# Outside the tree, which is copied and searched; a week later there are newer packages.
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "modem-helper" / "debian"
CACHE_S = 7 * 24 * 3600
# What a Debian system has before anybody installs anything; a minimal one lacks it.
_FRESH = "systemd,systemd-sysv,udev,dbus,ca-certificates"
# And with what the package depends on, which most tests needn't fetch again.
_READY = f"{_FRESH},procps,python3,python3-click,python3-serial,python3-serial-asyncio"
BOOTSTRAP_S = 600
COMMAND_S = 300
BOOT_S = 60
PATIENCE_S = 30
_LOOK_S = 0.1

# Mounts that a chroot needs: its own /proc, /run and ptys, and harmless devices.
_CHROOT = """\
mount --make-rprivate /
mount --bind "$ROOT" "$ROOT"
mount -t proc proc "$ROOT/proc"
mount -t tmpfs tmpfs "$ROOT/run"
mount -t tmpfs tmpfs "$ROOT/dev"
mkdir "$ROOT/dev/pts" "$ROOT/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts "$ROOT/dev/pts"
for name in null zero full random urandom tty; do
  touch "$ROOT/dev/$name"
  mount --bind "/dev/$name" "$ROOT/dev/$name"
done
ln -s pts/ptmx "$ROOT/dev/ptmx"
ln -s /proc/self/fd "$ROOT/dev/fd"
exec chroot "$ROOT" bash -c 'while :; do sleep 0.1; done' # reaps what it inherits
"""
# Debian 13's systemd takes the unified hierarchy alone; where the host has it, it is this one.
_BOOT = """\
mount --make-rprivate /
if [ ! -e /sys/fs/cgroup/cgroup.controllers ]; then
  umount -R /sys/fs/cgroup
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
fi
exec systemd-nspawn --quiet --register=no --keep-unit --console=pipe --directory="$ROOT" --boot
"""


@dataclass(frozen=True, slots=True)
class Finished:
    """How a command ended, and all that it printed."""

    code: int
    output: str


class NoBootError(Exception):
    """The system can't be booted in a container here; the message says why."""


class Machine:
    """A running system. `root` is its file system as the host sees it."""

    def __init__(self, root: Path, leader: int) -> None:
        self.root = root
        self._leader = leader

    def run(self, command: str, *, limit_s: float = COMMAND_S) -> Finished:
        """Run a line of shell to its end."""
        done = subprocess.run(
            self._inside("sh", "-c", command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=limit_s,
            check=False,
        )
        return Finished(done.returncode, done.stdout.decode(errors="replace"))

    def __call__(self, command: str, *, limit_s: float = COMMAND_S) -> str:
        """What a line of shell prints; one that fails fails the test."""
        done = self.run(command, limit_s=limit_s)
        assert done.code == 0, f"{command}: {done.code}\n{done.output}"
        return done.output

    def start(self, name: str, program: str) -> None:
        """Have a program run on under that name; what it prints is in /tmp/started there."""
        line = shlex.quote(f"echo $$ >/tmp/{name}.pid; cd /; exec {program}")
        self(f"setsid sh -c {line} >>/tmp/started 2>&1 </dev/null &")
        self.until(f"test -s /tmp/{name}.pid")

    def stop(self, name: str) -> None:
        """End that program."""
        self(f"kill $(cat /tmp/{name}.pid)")
        self.until(f"! kill -0 $(cat /tmp/{name}.pid)")
        self(f"rm /tmp/{name}.pid")

    def until(self, command: str, limit_s: float = PATIENCE_S) -> str:
        """Try a line of shell until it succeeds; what it printed then."""
        deadline_s = time.monotonic() + limit_s
        while (done := self.run(command)).code:
            log = self.root / "tmp/started"
            said = log.read_text(errors="replace") if log.exists() else ""
            assert time.monotonic() < deadline_s, f"{command}\n{done.output}\n{said}"
            time.sleep(_LOOK_S)
        return done.output

    def install(self, package: Path, *options: str) -> str:
        """apt-get install a package's file, with what it depends on."""
        shutil.copy(package, self.root / "root")
        return self(apt("install", "--no-install-recommends", *options, f"/root/{package.name}"))

    def _inside(self, *command: str) -> list[str]:
        kept = ("http_proxy", "https_proxy", "no_proxy")
        environment = [f"{name}={os.environ[name]}" for name in kept if name in os.environ]
        environment += ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
        environment += ["LC_ALL=C.UTF-8", "HOME=/root", "DEBIAN_FRONTEND=noninteractive"]
        nsenter = ["nsenter", f"--target={self._leader}", "--mount", "--pid", "--uts", "--ipc"]
        return [*nsenter, "--root", "--wd", "env", "-i", *environment, *command]


def apt(*arguments: str) -> str:
    """A line of shell that runs apt-get without asking anything."""
    # Without a file of its state, which would look like one of the package's.
    return f"apt-get -y -q -o Dpkg::Use-Pty=0 {shlex.join(arguments)}"


def base(suite: str, *, fresh: bool) -> Path:
    """A file system to copy; it takes a minute to make, and is kept for a week.

    A fresh one lacks what the package depends on.
    """
    name = f"{suite}-{'fresh' if fresh else 'ready'}"
    made = CACHE / name
    if made.exists() and time.time() - made.stat().st_mtime < CACHE_S:
        return made
    CACHE.mkdir(parents=True, exist_ok=True)
    making = CACHE / f"{name}.new"
    for old in (made, making):
        shutil.rmtree(old, ignore_errors=True)
    included = _FRESH if fresh else _READY
    command = ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={included}"]
    command += ["--skip=cleanup/apt/lists", suite, str(making)]
    subprocess.run(command, check=True, timeout=BOOTSTRAP_S)
    making.rename(made)
    os.utime(made)
    return made


@contextmanager
def chrooted(suite: str, home: Path, *, fresh: bool = False) -> Iterator[Machine]:
    """A system of its own without a service manager."""
    root = _copy(base(suite, fresh=fresh), home)
    with _process(_CHROOT, root) as (process, _):
        yield Machine(root, _child(process))


@contextmanager
def booted(suite: str, home: Path) -> Iterator[Machine]:
    """A system of its own with its systemd running. Raises NoBootError."""
    root = _copy(base(suite, fresh=False), home)
    with _process(_BOOT, root) as (process, log):
        try:
            # unshare's child is nspawn, whose child is systemd.
            machine = Machine(root, _child(process, depth=2))
            machine.until("systemctl is-system-running --wait", BOOT_S)
        except AssertionError as error:
            raise NoBootError(f"{log.read_text(errors='replace')[-2000:]}\n{error}") from None
        yield machine


def _copy(original: Path, home: Path) -> Path:
    root = home / original.name
    subprocess.run(["cp", "-a", "--reflink=auto", str(original), str(root)], check=True)
    resolver = root / "etc/resolv.conf"
    resolver.unlink(missing_ok=True)
    shutil.copy("/etc/resolv.conf", resolver)
    return root


@contextmanager
def _process(script: str, root: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    log = root.with_suffix(".log")
    command: Sequence[str] = ("unshare", "--mount", "--pid", "--fork", "--kill-child")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "sh", "-ec", script],
            env={**os.environ, "ROOT": str(root)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process, log
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        # Gigabytes, of no use once the test is over.
        shutil.rmtree(root, ignore_errors=True)


def _child(process: subprocess.Popen[bytes], depth: int = 1) -> int:
    """The process's only child, or that one's, once it runs what it was started for."""
    deadline_s = time.monotonic() + PATIENCE_S
    pid = process.pid
    while time.monotonic() < deadline_s and process.poll() is None:
        pid = process.pid
        for _ in range(depth):
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            if len(children) != 1:
                break
            pid = int(children[0])
        else:
            if Path(f"/proc/{pid}/comm").read_text().strip() in ("bash", "systemd"):
                return pid
        time.sleep(_LOOK_S)
    raise AssertionError("the system doesn't start")
