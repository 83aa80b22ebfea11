"""The libraries' processes, from the side that gives them their turns. Their side: `worker`."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.codec import messaging
from benchmarks.codec.corpus import ToSend
from benchmarks.codec.peers import Peer
from benchmarks.daemon import BenchmarkError

_ROOT = Path(__file__).parent.parent

Kinds = Mapping[str, Sequence[Any]]


class Lane:
    """One library in its process. `missing` says why it isn't there, `version` which one it is."""

    def __init__(self, peer: Peer, process: subprocess.Popen[str]) -> None:
        self.peer = peer
        self._process = process
        hello = json.loads(self._line() or '{"missing": "its process ended"}')
        self.version: str = hello.get("version", "")
        self.missing: str | None = hello.get("missing")

    def decode(self, pdus: Kinds) -> dict[str, float]:
        """Seconds by kind."""
        found: dict[str, float] = self._ask("decode", pdus)
        return found

    def encode(self, messages: Mapping[str, Sequence[ToSend]]) -> dict[str, float]:
        """Seconds by kind, of those that the library can."""
        found: dict[str, float] = self._ask("encode", self._able(messages))
        return found

    def read(self, pdus: Kinds) -> dict[str, list[Any]]:
        """What it reads in each: fields of `Reading` as JSON has them, None for an error."""
        found: dict[str, list[Any]] = self._ask("read", pdus)
        return found

    def write(self, messages: Mapping[str, Sequence[ToSend]]) -> dict[str, list[Any]]:
        """The PDUs that it makes of each, None for an error."""
        found: dict[str, list[Any]] = self._ask("write", self._able(messages))
        return found

    def _able(self, messages: Mapping[str, Sequence[ToSend]]) -> dict[str, list[object]]:
        return {kind: [_fields(each) for each in messages[kind]] for kind in self.peer.writes}

    def _ask(self, what: str, of: object) -> Any:
        assert self._process.stdin is not None
        print(json.dumps({what: of}), file=self._process.stdin, flush=True)
        line = self._line()
        if not line:
            raise BenchmarkError(f"the process of {self.peer.name} ended while asked to {what}")
        return json.loads(line)

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


def _fields(message: ToSend) -> list[object]:
    number, content, *rest = message
    octets = content.hex() if isinstance(content, bytes) else None
    return [number, content if octets is None else None, octets, *rest]


@contextmanager
def running(peer: Peer) -> Iterator[Lane]:
    """The library's process, until the end of the context."""
    worker = (sys.executable, "-m", "benchmarks.codec.worker", peer.name)
    with subprocess.Popen(
        [*worker, str(messaging.directory())],
        cwd=_ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        try:
            yield Lane(peer, process)
        finally:
            process.kill()
