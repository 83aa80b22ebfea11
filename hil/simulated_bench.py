"""`--bench simulated`: a simulated modem with its network and platform, and the file of that bench.

They run in a process of their own, as a bench's do; nothing of the suite knows the difference.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from apn_config.config_reader import ConfigError
from hil.bench_template import quoted
from hil.rig import children
from modem import PROFILES, profile_named

SIMULATED, LAB = "simulated", "lab"
DEFAULT_PROFILE = "sim7600"
EXPECTED_APN, OTHER_APN = "em", "other"
SENDER, SHORT_NUMBER = "12345", "1234"
# The network's two seconds for a registration become 0.1 s, a modem's start 0.5 s.
TIME_SCALE = 20
# What takes a network minutes takes seconds here; a busy machine has time all the same.
PATIENCE_S = 20
_READY_S = 30.0

_FILE = """\
[bench]
name = {name}
patience_s = {patience_s}
[modem]
port = {modem0}
[apn]
expected = "{expected}"
other = "{other}"
[platform]
device = {device}
token_file = {token}
api = "{api}"
sender = "{sender}"
short_number = "{short_number}"
poll_s = 0.2
binary = true
{webhook}
[power]
kind = "simulated"
of = "power"
control = {control}
off_s = 0.5
[cable]
kind = "simulated"
of = "cable"
control = {control}
off_s = 0.5
"""
_WEBHOOK = """\
[webhook]
listen = "127.0.0.1:{port}"
url = "http://127.0.0.1:{port}/"
secret_file = {secret}
"""


def profile_of(bench: str) -> str:
    """The modem family that `simulated` or `simulated:NAME` names. Raises ConfigError."""
    _, _, name = bench.partition(":")
    names = [profile.name for profile in PROFILES]
    if name and name not in names:
        raise ConfigError(None, "--bench", f"no profile {name!r}; there are {', '.join(names)}")
    return profile_named(name or DEFAULT_PROFILE).name


@contextmanager
def simulated_bench(
    profile: str, home: Path, *, webhook: bool = True, options: Sequence[str] = ()
) -> Iterator[Path]:
    """Run one in that directory; the path of its file. `options` are further ones of `simulate`.

    Without a `webhook` answers are polled for.
    """
    with _process(profile, home, options) as ready:
        path = home / "bench.toml"
        listen = _free_port() if webhook else None
        _write(path, profile, ready, listen)
        if listen is not None:
            asyncio.run(_use_webhook(ready, home, f"http://127.0.0.1:{listen}/"))
        yield path


@contextmanager
def _process(profile: str, home: Path, options: Sequence[str]) -> Iterator[dict[str, Any]]:
    words = ["simulate", "--json", "--profile", profile]
    words += ["--link", str(home / "modem0"), "--listen", "127.0.0.1:0", "--unverified"]
    words += ["--control", str(home / "control"), "--time-scale", str(TIME_SCALE)]
    words += ["--apn", EXPECTED_APN, "--apn", OTHER_APN, "--start-apn", EXPECTED_APN, *options]
    log = home / "simulate.log"
    with (
        log.open("wb") as errors,
        children.start(words, home, stdout=subprocess.PIPE, stderr=errors) as process,
    ):
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                said = log.read_text(errors="replace").strip()
                raise ConfigError(None, SIMULATED, f"`modem-helper simulate` ended: {said}")
            yield json.loads(line)
        finally:
            process.terminate()
            process.wait(_READY_S)


def _write(path: Path, profile: str, ready: dict[str, Any], listen: int | None) -> None:
    home = path.parent
    for name, secret in (("token", ready["application_token"]), ("secret", secrets.token_hex(32))):
        with os.fdopen(os.open(home / name, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write(f"{secret}\n")
    webhook = ""
    if listen is not None:
        webhook = _WEBHOOK.format(port=listen, secret=quoted(home / "secret"))
    path.write_text(
        _FILE.format(
            name=quoted(f"{SIMULATED}-{profile}"),
            patience_s=PATIENCE_S,
            **{name: quoted(home / name) for name in ("modem0", "token", "control")},
            expected=EXPECTED_APN,
            other=OTHER_APN,
            device=ready["modems"][0]["endpoint"],
            api=ready["api"],
            sender=SENDER,
            short_number=SHORT_NUMBER,
            webhook=webhook,
        ),
        encoding="utf-8",
    )


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


async def _use_webhook(ready: dict[str, Any], home: Path, url: str) -> None:
    """Have the device's policy send everything there, as one does once at the real platform."""
    from hil.emnify.client import Client

    async with Client((home / "token").read_text(), ready["api"]) as client:
        device = await client.device(ready["modems"][0]["endpoint"])
        assert device.policy_id is not None
        await client.set_webhook(device.policy_id, url, (home / "secret").read_text().strip())
