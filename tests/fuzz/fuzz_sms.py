"""Coverage-guided fuzzing of the SMS decoder, by atheris (libFuzzer).

    python -m pip install atheris
    python -m tests.fuzz.fuzz_sms -max_total_time=600 CORPUS

CORPUS is a directory; where it is empty or isn't there, the vectors are put into it. At the end,
`stat::number_of_executed_units` is the number of executions. A finding ends the run with the
traceback, and its input is in a file `crash-...`; with that file's name instead of CORPUS it runs
again. The options are libFuzzer's.

An input's first octet has the flags (see `Flag`), the rest is the PDU.
"""

from __future__ import annotations

import json
import sys
from enum import IntFlag
from hashlib import sha256
from pathlib import Path

VECTORS = Path(__file__).parents[1] / "vectors"


class Flag(IntFlag):
    """How the PDU behind the flags is decoded."""

    FROM_DEVICE = 1
    HAS_SMSC = 2
    STRICT = 4
    HEX = 8
    """Given as a hex line, not as octets."""
    TEXT = 16
    """The octets are the text itself, hex or not."""


def one_input(data: bytes) -> None:
    """Decode one input and assert what holds for all."""
    from tests.modem.sms.examining import examine

    flags, octets = Flag(data[0] & 31) if data else Flag(0), data[1:]
    pdu: str | bytes = octets
    if flags & Flag.TEXT:
        pdu = octets.decode(errors="surrogateescape")
    elif flags & Flag.HEX:
        pdu = octets.hex()
    examine(
        pdu,
        from_device=bool(flags & Flag.FROM_DEVICE),
        has_smsc=bool(flags & Flag.HAS_SMSC),
        strict=bool(flags & Flag.STRICT),
    )


def seeds() -> list[bytes]:
    """An input for each PDU of the vectors, read the way it is meant to be."""
    found = set()
    for file in sorted(VECTORS.glob("pdu_*.jsonl")):
        for line in file.read_text().splitlines():
            row = json.loads(line)
            flags = Flag.HAS_SMSC if row["has_smsc"] else Flag(0)
            text = row["pdu_hex"]
            try:
                found.add(bytes((flags,)) + bytes.fromhex(text))
            except ValueError:
                found.add(bytes((flags | Flag.TEXT,)) + text.encode())
    return sorted(found)


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
    with atheris.instrument_imports(include=["modem.sms"]):
        # What the codec loads later, too: what is loaded outside of here isn't seen.
        from modem.sms import charsets, failure, status  # noqa: F401
        from tests.modem.sms import examining  # noqa: F401
    atheris.Setup([*sys.argv, "-print_final_stats=1", "-max_len=320"], one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
