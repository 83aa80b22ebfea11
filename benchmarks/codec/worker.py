"""One library in a process of its own: does what it is told on stdin, a line of JSON each.

    python -m benchmarks.codec.worker NAME [DIRECTORY]

`benchmarks.codec` starts one for each library and gives them their turns. DIRECTORY is where a
library lies that isn't installed. The messages come ready made, so that nothing but the library's
own work is timed; the time is the process's own, so what else the machine does isn't in it.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from benchmarks.codec.corpus import ToSend
from benchmarks.codec.peers import PEERS, Codec, Reading

T = TypeVar("T")


def _seconds(work: Callable[[T], object], items: Iterable[T]) -> float:
    gc.collect()
    began_s = time.process_time()
    for item in items:
        work(item)
    return time.process_time() - began_s


def _decode(codec: Codec, pdus: dict[str, list[str]]) -> dict[str, float]:
    assert codec.read is not None
    return {kind: _seconds(codec.read, each) for kind, each in pdus.items()}


def _encode(codec: Codec, messages: dict[str, list[ToSend]]) -> dict[str, float]:
    assert codec.write is not None
    return {kind: _seconds(codec.write, each) for kind, each in messages.items()}


def _read(codec: Codec, pdu: str) -> dict[str, object] | None:
    """What the library reads, as JSON has it; None if it raises an error, whichever."""
    assert codec.read is not None
    assert codec.understood is not None
    try:
        found = codec.understood(codec.read(pdu))
    except Exception:  # noqa: BLE001 - a library's errors are its own
        return None
    return _as_json(found)


def _as_json(found: Reading) -> dict[str, object]:
    data, concat = found.data, found.concat
    fields: dict[str, object] = found._asdict()
    return fields | {
        "data": None if data is None else data.hex(),
        "timestamp": found.timestamp and found.timestamp.isoformat(),
        "concat": concat and list(concat),
    }


def _write(codec: Codec, message: ToSend) -> list[str] | None:
    assert codec.write is not None
    try:
        return codec.write(message)
    except Exception:  # noqa: BLE001 - a library's errors are its own
        return None


def _message(fields: list[Any]) -> ToSend:
    number, text, data, *rest = fields
    return ToSend(number, bytes.fromhex(data) if text is None else text, *rest)


def _messages(task: dict[str, list[list[Any]]]) -> dict[str, list[ToSend]]:
    return {kind: [_message(fields) for fields in each] for kind, each in task.items()}


def _answer(codec: Codec, task: dict[str, Any]) -> object:
    (what, of) = task.popitem()
    if what == "decode":
        return _decode(codec, of)
    if what == "encode":
        return _encode(codec, _messages(of))
    if what == "read":
        return {kind: [_read(codec, pdu) for pdu in each] for kind, each in of.items()}
    return {
        kind: [_write(codec, message) for message in each] for kind, each in _messages(of).items()
    }


def main() -> None:
    """Load the library, tell its version or why it isn't there, and do one task after the other."""
    name, *directories = sys.argv[1:]
    sys.path.extend(directories)
    try:
        codec = PEERS[name].load()
    except Exception as error:  # noqa: BLE001 - some fail to load with errors of their own kinds
        print(json.dumps({"missing": f"{type(error).__name__}: {error}"}), flush=True)
        return
    print(json.dumps({"version": codec.version}), flush=True)
    for line in sys.stdin:
        print(json.dumps(_answer(codec, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
