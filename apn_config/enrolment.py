"""Lets a new key's counter begin, in the daemon's store: through the daemon, or where none runs."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

from apn_config.clock import SystemClock
from apn_config.config import Config
from apn_config.control import ControlClient, ControlError, Json
from apn_config.store import Store, StoreError


def enrol(config: Config, fingerprint: str) -> bool:
    """False where the store knows something of that key already. Raises ControlError."""
    client = ControlClient.connect(config.control.socket)
    if client is None:
        return _enrol_in_store(config.store.path, fingerprint)
    try:
        return bool(client.call("keys.enrol", {"fingerprint": fingerprint})["enrolled"])
    finally:
        client.close()


def _enrol_in_store(path: Path, fingerprint: str) -> bool:
    """As whoever the store's directory belongs to: what root made there the daemon can't open."""
    try:
        owner = path.parent.stat()
    except OSError:  # it isn't there yet; systemd gives it to the daemon's user
        return _open_and_enrol(path, fingerprint)
    if os.geteuid() != 0 or owner.st_uid == 0:
        return _open_and_enrol(path, fingerprint)
    said = _as_user(owner.st_uid, owner.st_gid, lambda: _open_and_enrol(path, fingerprint))
    if "error" in said:
        raise ControlError(said["error"], said["exit_code"])
    return bool(said["enrolled"])


def _open_and_enrol(path: Path, fingerprint: str) -> bool:
    try:
        with Store.open(path, SystemClock().now()) as store, store.transaction():
            return store.counters.enrol(fingerprint)
    except StoreError as error:
        raise ControlError(str(error), error.exit_code) from None


def _as_user(user: int, group: int, work: Callable[[], bool]) -> Json:
    """What `work` gives, done in a process of that user's."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            os.setgroups([])
            os.setgid(group)
            os.setuid(user)
            os.write(writing, json.dumps(_said(work)).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        octets = answer.read()
    os.waitpid(child, 0)
    if not octets:
        raise ControlError("the store couldn't be used as its owner")
    found: Json = json.loads(octets)
    return found


def _said(work: Callable[[], bool]) -> Json:
    try:
        return {"enrolled": work()}
    except ControlError as error:
        return {"error": str(error), "exit_code": error.exit_code}
