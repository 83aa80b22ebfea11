"""Coverage-guided fuzzing of the OMA CP reader, by atheris (libFuzzer).

    python -m pip install atheris
    python -m tests.fuzz.fuzz_omacp -max_total_time=600 CORPUS

As `fuzz_sms`: CORPUS is filled with the vectors where it is empty, a finding ends the run with the
traceback and leaves its input in a file, and the options are libFuzzer's.

An input's first octet says how the rest is read (see `Way`).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from enum import IntEnum
from hashlib import sha256
from pathlib import Path
from typing import Any

VECTORS = Path(__file__).parents[1] / "vectors" / "omacp.json"
# Twenty SMS; the largest message of all has 34,170 octets, the largest document 8192.
MAX_INPUT = 2560
PIN, IMSI = "1234", "901430000000001"


class Way(IntEnum):
    """What an input is."""

    PUSH = 0
    """A message to port 2948."""
    UNKNOWN = 1
    """A message of which no port is known."""
    WBXML = 2
    XML = 3


def one_input(data: bytes) -> None:
    """Read one input and assert what holds for all."""
    from tests.apn_config.dialects.omacp import examining

    way, octets = Way(data[0] & 3) if data else Way.PUSH, data[1:]
    if way is Way.WBXML:
        examining.examine_wbxml(octets)
    elif way is Way.XML:
        examining.examine_xml(octets)
    else:
        examining.examine_message(octets, 2948 if way is Way.PUSH else None)


def seeds() -> list[bytes]:
    """An input for each message and each document of the vectors."""
    vectors = json.loads(VECTORS.read_text())
    found = {bytes((way,)) + octets for way, octets in _pieces(vectors)}
    return sorted(found)


def _pieces(vectors: dict[str, Any]) -> Iterator[tuple[Way, bytes]]:
    for vector in vectors["vectors"]:
        text = vector["xml"].encode()
        yield Way.XML, text
        yield Way.PUSH, b"\x01\x06\x01\xb5" + text
        for body in vector["body_encodings_hex"].values():
            yield Way.WBXML, bytes.fromhex(body)
        for message in vector["messages_over_kannel_body"]:
            for way in (Way.PUSH, Way.UNKNOWN):
                yield way, bytes.fromhex(message["wsp_push_hex"])
    yield Way.WBXML, bytes.fromhex(vectors["external_mac_vector"]["wbxml_hex"])


def fill(corpus: Path) -> None:
    """Put the seeds into a corpus that has nothing yet."""
    corpus.mkdir(parents=True, exist_ok=True)
    if not any(corpus.iterdir()):
        for seed in seeds():
            (corpus / sha256(seed).hexdigest()[:16]).write_bytes(seed)


def main() -> None:
    """Fuzz until libFuzzer's options end it, or a finding does."""
    import atheris  # type: ignore[import-untyped]

    for argument in sys.argv[1:]:
        if not argument.startswith("-") and not Path(argument).is_file():
            fill(Path(argument))
    with atheris.instrument_imports(include=["apn_config.dialects.omacp", "apn_config.apn_syntax"]):
        from tests.apn_config.dialects.omacp import examining  # noqa: F401
    limits = ["-print_final_stats=1", f"-max_len={MAX_INPUT}", "-timeout=5"]
    atheris.Setup([*sys.argv, *limits], one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
