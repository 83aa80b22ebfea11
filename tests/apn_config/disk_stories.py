"""Stories of a store on a disk of its own, each told by a process of its own.

    python -m tests.apn_config.disk_stories STORY DIRECTORY

Prints, as JSON, what each attempt ended in: "done", or the name of the error.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from apn_config.store import Store, StoreError
from tests.apn_config.store_support import FakeClock, message

NOW = FakeClock().now()
MOUNT = "/usr/bin/mount"
NOBODY = 65534


class Teller:
    """Tries things, and remembers what became of them."""

    def __init__(self, home: Path) -> None:
        self.path = home / "store" / "store.db"
        self.filler = home / "filler"
        self.told: list[str] = []
        self._number = 0

    def tries(self, attempt: Callable[[], object]) -> None:
        """What became of it goes into the tale."""
        try:
            attempt()
        except StoreError as error:
            self.told.append(type(error).__name__)
        else:
            self.told.append("done")

    def opens(self) -> None:
        """The store is opened and closed."""
        self.tries(lambda: Store.open(self.path, NOW).close())

    def adds(self, store: Store, rows: int = 1) -> None:
        """One transaction with so many messages."""

        def add() -> None:
            with store.transaction():
                for _ in range(rows):
                    self._number += 1
                    store.inbox.add(message(self._number), NOW)

        self.tries(add)

    def counts(self) -> None:
        """How many messages a new start finds."""
        with Store.open(self.path, NOW) as store, store.transaction():
            self.told.append(str(len(store.inbox.recent(10_000))))

    def fills_the_disk(self) -> None:
        """Nothing more fits."""
        with self.filler.open("wb", buffering=0) as file:
            for size in (65536, 1):
                try:
                    while True:
                        file.write(bytes(size))
                except OSError:
                    continue


def full_at_work(teller: Teller) -> None:
    with Store.open(teller.path, NOW) as store:
        teller.adds(store)
        teller.fills_the_disk()
        teller.adds(store, 100)
        teller.adds(store, 100)
        teller.filler.unlink()
        teller.adds(store)
    teller.counts()


def full_at_start(teller: Teller) -> None:
    teller.fills_the_disk()
    teller.opens()
    teller.filler.unlink()
    teller.opens()


def full_at_a_later_start(teller: Teller) -> None:
    with Store.open(teller.path, NOW) as store:
        teller.adds(store)
    teller.fills_the_disk()
    teller.opens()
    teller.filler.unlink()
    teller.counts()


def read_only_at_start(teller: Teller) -> None:
    with Store.open(teller.path, NOW) as store:
        teller.adds(store)
    home = str(teller.path.parents[1])
    subprocess.run([MOUNT, "-o", "remount,ro", home], check=True)
    teller.opens()
    subprocess.run([MOUNT, "-o", "remount,rw", home], check=True)
    teller.counts()


def limited_file_size(teller: Teller) -> None:
    """RLIMIT_FSIZE: the write fails with EFBIG, as some network file systems do when full."""
    with Store.open(teller.path, NOW) as store:
        teller.adds(store)
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
        teller.adds(store, 500)
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        teller.adds(store)
    teller.counts()


def _as_nobody(teller: Teller) -> None:
    """Another user opens the store."""
    told, tells = os.pipe()
    child = os.fork()
    if not child:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        teller.opens()
        os.write(tells, teller.told[-1].encode())
        os._exit(0)
    os.waitpid(child, 0)
    teller.told.append(os.read(told, 100).decode())


def somebody_elses(teller: Teller) -> None:
    """The directory may not be entered, not be written, and both, but its files are another's."""
    Store.open(teller.path, NOW).close()
    for mode in (0o700, 0o755, 0o777):
        teller.path.parent.chmod(mode)
        _as_nobody(teller)
    Path(f"{teller.path}.lock").unlink()
    teller.path.chmod(0o444)
    _as_nobody(teller)


if __name__ == "__main__":
    storyteller = Teller(Path(sys.argv[2]))
    globals()[sys.argv[1]](storyteller)
    sys.stdout.write(json.dumps(storyteller.told))
