"""The APN that was there before the run: remembered, and put back.

It is on the disk, beside the bench's file, until it is set again: a run that is killed, or a
machine that loses power, leaves another APN behind, and the next run knows by this file what to do.
No password is in it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from glob import escape
from pathlib import Path

from hil.bench import Bench
from hil.rig.own_modem import OwnModem
from modem import ContextAuth, ContextSettings, ModemError, same_apn

_SUFFIX = ".apn"


class KeptApn:
    """The setting of the bench's context. `found` is that of before the run.

    The file is named after bench and modem, too: boards of a lab share a bench's file.
    """

    def __init__(self, bench: Bench, note: Callable[[str], None]) -> None:
        self._bench = bench
        self._note = note
        self._name = f"{bench.path.name}.{bench.name}"
        self.found: ContextSettings | None = None

    @property
    def former_run_was_killed(self) -> bool:
        """Is there what a run found that didn't come to its end?"""
        return any(self._bench.path.parent.glob(f"{escape(self._name)}.*{_SUFFIX}"))

    def _path(self, own: OwnModem) -> Path:
        return self._bench.path.with_name(f"{self._name}.{own.modem.identity.imei}{_SUFFIX}")

    def finish_former_run(self, own: OwnModem) -> str | None:
        """Put back what a killed run left behind; in words, None where there was nothing to do.

        Only an APN that a run sets is undone: somebody may have set another one since. Raises
        ModemError; the file stays then.
        """
        path = self._path(own)
        former, now = _read(path), self._now(own)
        ours = (self._bench.apn.other, self._bench.apn.unknown)
        if former is None or not any(same_apn(now.apn, each) for each in ours if each is not None):
            path.unlink(missing_ok=True)
            return None
        self._write(own, former)
        if not same(self._now(own), former):
            raise ModemError(f"the modem took the APN {former.apn} and doesn't keep it")
        path.unlink(missing_ok=True)
        return (
            f"a run that was killed left {now.apn} in context {now.cid}; {former.apn}, which it "
            "had found, is put back"
        )

    def remember(self, own: OwnModem) -> str | None:
        """What is set now is what is to be set in the end. Why it isn't on the disk, else None."""
        self.found = self._now(own)
        auth = self.found.auth
        words = {
            "cid": self.found.cid,
            "type": self.found.type,
            "apn": self.found.apn,
            "auth": None if auth is None else {"type": auth.type, "user": auth.user},
        }
        path = self._path(own)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(words, file)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            return f"a run that is killed couldn't be undone: {path}: {error.strerror}"
        return None

    @property
    def why_not_undone(self) -> str | None:
        """Why a change of the APN couldn't be undone; None where it could."""
        if self.found is None or self.found.auth is None or not self.found.auth.user:
            return None
        return (
            "the context has a login, and its password is kept nowhere: had the run to be undone, "
            "it would be lost"
        )

    def restore(self, own: OwnModem) -> ContextSettings | None:
        """Write back what was found, where it is another now; what is set then."""
        if self.found is None:
            return None
        now = self._now(own)
        if not same(now, self.found):
            self._note(f"the APN is {now.apn}: {self.found.apn} is put back")
            self._write(own, self.found)
            now = self._now(own)
        if same(now, self.found):
            self._path(own).unlink(missing_ok=True)
        return now

    def _now(self, own: OwnModem) -> ContextSettings:
        return own.do(own.modem.read_context(self._bench.apn.cid))

    def _write(self, own: OwnModem, settings: ContextSettings) -> None:
        if settings.auth is not None and settings.auth.password is None:
            settings = replace(settings, auth=None)  # as it is: the suite sets no login
        own.do(own.modem.write_context(settings))
        own.do(own.modem.reattach())


def same(one: ContextSettings, other: ContextSettings) -> bool:
    """Are they set alike, as far as a modem tells?"""
    logins = [
        None if each.auth is None else (each.auth.type, each.auth.user) for each in (one, other)
    ]
    return same_apn(one.apn, other.apn) and one.type == other.type and logins[0] == logins[1]


def _login(auth_type: int, user: str) -> ContextAuth:
    """A login whose password isn't known; without a user there is none."""
    return ContextAuth(auth_type, user, None if user else "")


def _read(path: Path) -> ContextSettings | None:
    try:
        found = json.loads(path.read_bytes())
        auth = found["auth"]
        return ContextSettings(
            int(found["cid"]),
            str(found["type"]),
            str(found["apn"]),
            None if auth is None else _login(int(auth["type"]), str(auth["user"])),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
