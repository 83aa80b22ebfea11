"""The APN by a program of the user's own, with the values in its environment.

The program is the one that knows what is set: asked with the action `read`, it prints it. How it
is called, and what its exit codes mean, is in docs/appliers.md.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from apn_config.apn_syntax import apn_offence, credential_offence
from apn_config.appliers import Held, Service
from apn_config.appliers.errors import ApplierError, ApplierRefused, ApplierUnavailable
from apn_config.appliers.processes import Finished, run_program
from apn_config.config_apn import ScriptConfig
from apn_config.model import NO_CREDENTIALS, Apn, AuthType, Credentials, PdpType
from modem import Modem

logger = logging.getLogger(__name__)

# sysexits.h: "temporary failure; the user is invited to retry"
EX_TEMPFAIL = 75
_KEYS = ("apn", "type", "auth", "user", "password")
_SHOWN_CHARS = 200
_LOCK_LOOK_S = 0.05


class ScriptApplier:
    """Runs the configured programs, one at a time."""

    def __init__(self, config: ScriptConfig) -> None:
        self._config = config

    async def read(self, modem: Modem, cid: int) -> Held:
        """What the program says is set. Where there is one for it, a roll-back is its matter."""
        done = await self._run(self._config.apply, _about(modem, cid, "read"), secret=True)
        return Held(parse_settings(done.output), None if self._config.undo is None else "")

    async def write(self, modem: Modem, cid: int, apn: Apn) -> None:
        """Have the program set it."""
        await self._set(self._config.apply, "apply", modem, cid, apn)

    async def restore(self, modem: Modem, cid: int, held: Held) -> None:
        """Have the program for that set what was there, or the same one where there is none."""
        if self._config.undo is None:
            await self.write(modem, cid, held.apn)
        else:
            await self._set(self._config.undo, "undo", modem, cid, held.apn)

    async def take_effect(self, modem: Modem) -> None:
        """Switch the radio off and on: an attach context is only read at the attach."""
        await modem.radio_cycle()

    async def serving(self, modem: Modem, cid: int, *, activate: bool) -> Service:
        """Ask the modem. The context is for the user's system to ask for."""
        return Service(await modem.attached(), await modem.live_context(cid))

    async def _set(self, program: Path, action: str, modem: Modem, cid: int, apn: Apn) -> None:
        environment = _about(modem, cid, action) | _values(apn)
        secret = apn.credentials is not None and bool(apn.credentials.password)
        await self._run(program, environment, secret=secret)

    async def _run(
        self, program: Path, environment: Mapping[str, str], *, secret: bool
    ) -> Finished:
        """Run a program; what it printed is in an error only where it can't hold a password."""
        async with self._alone() as lock:
            done = await run_program(
                (str(program),),
                timeout_s=self._config.timeout_s,
                environment=environment,
                keep_open=(lock,),
            )
        if done.code:
            raise _failure(program, environment["MODEM_HELPER_ACTION"], done, secret=secret)
        return done

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[int]:
        """Hold the lock on the program: a daemon that was killed may have left one running, whose
        late work would undo a roll-back.

        That one holds the lock as long as it runs, since it inherited it, but for no longer than it
        was allowed to run.
        """
        try:
            lock = os.open(self._config.apply, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise ApplierRefused(
                f"{self._config.apply} can't be opened: {error.strerror}"
            ) from None
        try:
            try:
                async with asyncio.timeout(self._config.timeout_s):
                    while not _locked(lock):  # noqa: ASYNC110 -- nobody tells when it is free
                        await asyncio.sleep(_LOCK_LOOK_S)
            except TimeoutError:
                logger.warning("%s: an earlier run hasn't ended", self._config.apply)
            yield lock
        finally:
            # Said, and not left to the closing: what the program left running has it open too.
            fcntl.flock(lock, fcntl.LOCK_UN)
            os.close(lock)


def parse_settings(text: str) -> Apn:
    """What a program prints for `read`: lines "key=value". Raises ApplierRefused.

    Without any of auth, user and password nobody can tell what the login is.
    """
    found: dict[str, str] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        key, equals, value = line.removesuffix("\r").partition("=")
        # No word of the line itself: it may hold a password.
        if key not in _KEYS or not equals or key in found:
            raise ApplierRefused(
                f"what the program printed for `read`, line {number}: wanted one each of "
                f"{', '.join(f'{key}=' for key in _KEYS)}"
            )
        found[key] = value
    if "apn" not in found:
        raise ApplierRefused("what the program printed for `read` has no line apn=")
    try:
        apn = Apn(found["apn"], PdpType(found.get("type", "ip")), _credentials(found))
    except ValueError:
        raise ApplierRefused(
            "what the program printed for `read`: type= is one of ip, ipv6, ipv4v6, and auth= one "
            "of none, pap, chap, pap-or-chap"
        ) from None
    _check(apn)
    return apn


def _credentials(found: Mapping[str, str]) -> Credentials | None:
    if found.keys().isdisjoint(("auth", "user", "password")):
        return None
    user, password = found.get("user", ""), found.get("password", "")
    # As in a message: a user or password without a type means PAP.
    auth = AuthType(found.get("auth", "pap" if user or password else "none"))
    return NO_CREDENTIALS if auth is AuthType.NONE else Credentials(auth, user, password)


def _about(modem: Modem, cid: int, action: str) -> dict[str, str]:
    """What is to be done with which modem."""
    return {
        "MODEM_HELPER_ACTION": action,
        "MODEM_HELPER_CID": str(cid),
        "MODEM_HELPER_IMEI": modem.identity.imei,
        "MODEM_HELPER_ICCID": modem.identity.iccid or "",
        "MODEM_HELPER_PORT": modem.port,
    }


def _values(apn: Apn) -> dict[str, str]:
    """What is to be set. A login that nobody knows has no variables, and is to stay."""
    _check(apn)
    values = {"MODEM_HELPER_APN": apn.name, "MODEM_HELPER_TYPE": apn.type.value}
    if apn.credentials is not None:
        values |= {
            "MODEM_HELPER_AUTH": apn.credentials.auth.value,
            "MODEM_HELPER_USER": apn.credentials.user,
            "MODEM_HELPER_PASSWORD": apn.credentials.password,
        }
    return values


def _check(apn: Apn) -> None:
    """Nothing gets into an environment, or out of a program, that could be more than a value."""
    login = apn.credentials or NO_CREDENTIALS
    if apn.name and apn_offence(apn.name) is not None:
        raise ApplierRefused("this is no APN that a program is given or believed")
    if any(credential_offence(text) is not None for text in (login.user, login.password)):
        raise ApplierRefused("this is no user or password that a program is given or believed")


def _failure(program: Path, action: str, done: Finished, *, secret: bool) -> ApplierError:
    if done.code == EX_TEMPFAIL:
        return ApplierUnavailable(f"{program} {action}: not now (exit code {EX_TEMPFAIL})")
    how = f"exit code {done.code}" if done.code > 0 else f"ended by signal {-done.code}"
    lines = done.errors.split("\n")
    said = next((line.strip() for line in reversed(lines) if line.strip()), "")
    shown = "".join(char if char.isprintable() else "?" for char in said[:_SHOWN_CHARS])
    return ApplierRefused(f"{program} {action}: {how}{'' if secret or not shown else f': {shown}'}")


def _locked(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
