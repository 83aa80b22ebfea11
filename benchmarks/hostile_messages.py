"""What it costs to judge messages that want to do harm, and whether that grows.

    python -m benchmarks.hostile_messages [--json] [--messages 100000] [--disk DIR]

Each is read in all dialects, judged by rules and proofs, and let in or not with what that has to
remember, in a store on the file system of DIR, whose fsyncs count (one in 50 messages, as the
daemon reads them in batches). They are strangers, forged senders who guess words, passwords, codes
and signatures, replays, octets, texts that are long or odd, and somebody who knows the PIN word and
floods. After each fourth comes a part of a long message that never becomes whole, and is stored, as
parts are before anybody is judged. Half a minute goes by between two: lock-outs begin and end, and
rates fill and empty.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from apn_config.access import Access, Secrets
from apn_config.admission import Admission
from apn_config.batch import Batch, Counsel, Found
from apn_config.config import AccessConfig, Rule
from apn_config.dialects import dialect_named
from apn_config.dialects.omacp.encode import EIGHT_BIT_DCS
from apn_config.dialects.omacp.security import digest
from apn_config.dialects.signed import sign
from apn_config.judgement import Judge, Silence
from apn_config.keys import Key
from apn_config.model import Device, Message, Password, Sender
from apn_config.reader import Reader
from apn_config.store import Store
from apn_config.store.inbox import COUNT_PARTS
from apn_config.voice import Voice
from benchmarks import machine
from benchmarks.figures import Spread, table
from benchmarks.process import Memory
from benchmarks.stores import moment
from modem import sms

MESSAGES = 100_000
BLOCKS = 10
BATCH = 50
EVERY_S = 30.0
PART_EVERY = 4
PARTS = "open parts"
TABLES = ("failures", "spent", "macs", "counters", "journal")
DIALECTS = ("plain", "signed", "omacp", "teltonika", "queclink", "suntech", "coban", "raw-at")

OPERATOR = Sender("4912345")
DEVICE = Device("862345678901234", "8988303000000000001", "901430000000001", "491700000001")
WORD, PIN = "Sesame-4821", b"Zaunkoenig7"
KEY = Key("ops", bytes(range(32)))
CONFIG = AccessConfig(
    senders=(OPERATOR.address,),
    rules=(
        Rule("ops", keys=("ops",)),
        Rule("look", ("49*",), verbs=("STATUS",)),
        Rule("provision", ("49*",), ("omacp",)),
        Rule("ping", ("*",), ("plain",), verbs=("PING",), proof=False),
    ),
)
SECRETS = Secrets(
    pin_word=WORD,
    passwords={"teltonika": Password("geheim", "admin"), "coban": Password("482193")},
    omacp_pin=PIN.decode(),
    setup_code="Erstkontakt",
    keys=(KEY,),
)


def hostile(count: int, seed: int = 1) -> Iterator[tuple[Message, Sender]]:
    """So many of them, always the same."""
    chance = random.Random(seed)
    kinds = _kinds(chance)
    for _ in range(count):
        yield chance.choice(kinds)()


def _kinds(chance: random.Random) -> Sequence[Callable[[], tuple[Message, Sender]]]:
    def anybody() -> Sender:
        return Sender(f"49{chance.randrange(10**9)}")

    def guess() -> str:
        return f"{chance.randrange(10**6):06}"

    def text(
        of: Callable[[], str], who: Callable[[], Sender]
    ) -> Callable[[], tuple[Message, Sender]]:
        return lambda: (Message(of()), who())

    def octets(of: Callable[[], bytes]) -> Callable[[], tuple[Message, Sender]]:
        return lambda: (Message(data=of(), port=2948), anybody())

    def operator() -> Sender:
        return OPERATOR

    forged = Key("x", bytes(range(1, 33)))
    body = b"\x03\x0b\x6a\x00\x45"
    odd = ("\u202e", "\x00", '";', "$(reboot)", "\r\nAT+CFUN=0", "\u0430pn")
    return (
        text(lambda: f"APN {guess()}", anybody),
        text(lambda: f"PIN {guess()} APN em", operator),
        text(lambda: f"PIN {guess()} STATUS", anybody),
        text(lambda: "APN em", operator),
        text(lambda: f"admin {guess()} setparam 2001:em", operator),
        text(lambda: f"apn{guess()} em", operator),
        text(lambda: f"SETUP {guess()}{guess()} APN em", anybody),
        text(
            lambda: sign(forged.octets, DEVICE.iccid, chance.randrange(1, 10**9), "APN em"), anybody
        ),
        # Whoever overheard some of the first day's, and repeats them.
        text(lambda: sign(KEY.octets, DEVICE.iccid, chance.randrange(1, 500), "STATUS"), anybody),
        text(lambda: f"PIN {WORD} PING", operator),
        text(lambda: "PING", anybody),
        text(lambda: f"PIN {WORD} APN e{chance.choice(odd)}m", anybody),
        text(lambda: chance.choice(odd) * chance.randrange(1, 200), operator),
        text(lambda: "APN " + "x" * chance.randrange(2000), operator),
        text(lambda: '"' * chance.randrange(1000), anybody),
        octets(lambda: chance.randbytes(140)),
        octets(lambda: _push(chance.randbytes(20), body + chance.randbytes(40))),
        # Somebody has the PIN, too, and fills what is remembered of MACs.
        octets(lambda: _proven(body + chance.randbytes(8))),
    )


def hostile_parts(count: int, seed: int = 1) -> Iterator[str]:
    """So many PDUs, always the same: of one message, of many, and of one with the most parts."""
    chance = random.Random(seed)
    for _ in range(count):
        sender, concat = chance.choice(
            (
                ("99666", sms.Concat(55, 2, 1)),
                (f"49{chance.randrange(10**9)}", sms.Concat(chance.randrange(256), 3, 1)),
                (OPERATOR.address, sms.Concat(7, 255, chance.randrange(1, 255))),
            )
        )
        yield sms.build_deliver(
            sms.parse_sender(sender),
            datetime(2026, 1, 1, tzinfo=UTC),
            payload=chance.randbytes(130),
            elements=(sms.concat_element(concat),),
            dcs=EIGHT_BIT_DCS,
        ).pdu


def _proven(body: bytes) -> bytes:
    return _push(digest(PIN, body), body)


def _push(mac: bytes, body: bytes) -> bytes:
    """A WSP push with SEC USERPIN and that MAC."""
    head = b"\x1f\x2d\xb6\x91\x81\x92" + mac.hex().upper().encode() + b"\x00"
    return b"\x01\x06" + bytes((len(head),)) + head + body


@dataclass(frozen=True, slots=True)
class Result:
    """What it came to: CPU time a message in each tenth, rows and memory at the end of each."""

    messages: int
    blocks_s: tuple[float, ...]
    elapsed_s: float
    rows: Mapping[str, tuple[int, ...]]
    rss_kib: tuple[int, ...]
    verdicts: Mapping[str, int]

    @property
    def ratio(self) -> float:
        """Of the last tenth to the first."""
        return self.blocks_s[-1] / self.blocks_s[0]

    def json(self) -> dict[str, object]:
        """Microseconds, KiB and counts."""
        return {
            "messages": self.messages,
            "cpu_us": Spread.of([1e6 * each for each in self.blocks_s]).json(1),
            "ratio": round(self.ratio, 3),
            "elapsed_us": round(1e6 * self.elapsed_s / self.messages, 1),
            "rows": {name: max(counts) for name, counts in self.rows.items()},
            "rss_growth_kib": self.rss_kib[-1] - self.rss_kib[0],
            "verdicts": dict(self.verdicts),
        }


def measure(path: Path, messages: int) -> Result:
    """Judge so many in a new store at `path`."""
    reader = Reader([dialect_named(name) for name in DIALECTS])
    judge, admission = Judge(reader, Access(CONFIG, SECRETS)), Admission(CONFIG, SECRETS)
    counsel = Counsel(judge, admission, Voice(reader.dialects), OPERATOR.address)
    verdicts: Counter[str] = Counter()
    blocks_s: list[float] = []
    rss_kib: list[int] = []
    rows: dict[str, list[int]] = {name: [] for name in (*TABLES, PARTS)}
    size = messages // BLOCKS
    waiting = list(hostile(size * BLOCKS))
    parts = list(hostile_parts(size * BLOCKS // PART_EVERY + 1))
    began_s = time.perf_counter()
    with Store.open(path, moment(0)) as store:
        with store.transaction():
            store.counters.enrol(KEY.fingerprint)
        for block in range(BLOCKS):
            began_cpu_s = time.process_time()
            for first in range(block * size, (block + 1) * size, BATCH):
                with store.transaction():
                    for number in range(first, min(first + BATCH, (block + 1) * size)):
                        message, sender = waiting[number]
                        now = moment(EVERY_S * number)
                        judged = judge.judge(message, sender, DEVICE)
                        let_in = admission.admit(store, judged, sender, DEVICE, now)
                        verdicts[let_in.why if isinstance(let_in, Silence) else "let in"] += 1
                        if number % PART_EVERY == 0:
                            part = Found(parts[number // PART_EVERY])
                            Batch(store, counsel, DEVICE, now).take([part])
            blocks_s.append((time.process_time() - began_cpu_s) / size)
            rss_kib.append(Memory.of(os.getpid()).rss_kib)
            for name, count in _counts(store).items():
                rows[name].append(count)
    elapsed_s = time.perf_counter() - began_s
    return Result(
        size * BLOCKS,
        tuple(blocks_s),
        elapsed_s,
        {name: tuple(counts) for name, counts in rows.items()},
        tuple(rss_kib),
        dict(verdicts.most_common()),
    )


def _counts(store: Store) -> dict[str, int]:
    queries = {name: f"SELECT count(*) AS kept FROM {name}" for name in TABLES}
    with store.transaction():
        found = {}
        for name, query in (queries | {PARTS: COUNT_PARTS}).items():
            row = store._database.one(query)  # noqa: SLF001
            assert row is not None
            found[name] = int(row["kept"])
        return found


def text(result: Result) -> str:
    """For people."""
    spread = Spread.of([1e6 * each for each in result.blocks_s])
    lines = [
        ("messages", f"{result.messages:,}"),
        ("CPU time of one, us: median of ten blocks", f"{spread.median:.0f}"),
        ("  most", f"{spread.max:.0f}"),
        ("  the last block to the first", f"{result.ratio:.2f}"),
        ("with the disk, us", f"{1e6 * result.elapsed_s / result.messages:.0f}"),
        *((f"most rows of {name}", f"{max(counts):,}") for name, counts in result.rows.items()),
        ("memory, first to last block, KiB", f"{result.rss_kib[-1] - result.rss_kib[0]:+,}"),
        *((f"  {verdict}", f"{count:,}") for verdict, count in result.verdicts.items()),
    ]
    return table(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.hostile_messages",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--messages", type=int, default=MESSAGES, help="how many (100000)")
    parser.add_argument("--disk", type=Path, help="a directory on the disk to measure")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-", dir=options.disk) as name:
        home = Path(name)
        result = measure(home / "store.db", options.messages)
        where = {**machine.described(), "file_system": machine.file_system(home)}
    if options.json:
        print(json.dumps({"machine": where, **result.json()}))
    else:
        print(f"{text(result)}\n\nmachine: {json.dumps(where)}")


if __name__ == "__main__":
    main()
