"""How many PDUs a second the codec decodes and encodes, beside other libraries, and who is right.

    python -m benchmarks.codec [--json] [--svg FILE] [--markdown FILE] [--rounds 7]

Each library runs in a process of its own, and they take turns: one round is 5,000 PDUs each way for
each of them (see `corpus`), no message twice in a run. Every library is asked for text or
data, number, timestamp, class and concatenation of each PDU, given as the hexadecimal line that
modems show, and for such lines when it encodes. What is timed is processor time. A rate counts the
PDUs that suffice for the messages, so that a library gains nothing by sending more of them.

Speed counts where the result is right. Before the rounds each library decodes 1,000 PDUs, and what
it encodes is decoded by us and by libgammu. What isn't as it was meant is counted.

The libraries: pip install -e '.[peers]'. python-messaging is fetched by itself, since it can't be
built. One that isn't there is a row that says so.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks.codec import messaging, page
from benchmarks.codec.corpus import KINDS, ToSend, received, to_send
from benchmarks.codec.lanes import Lane, running
from benchmarks.codec.peers import PEERS
from benchmarks.codec.report import Result, Row, Way
from benchmarks.codec.right import as_meant, by_us, wrong_readings
from benchmarks.daemon import BenchmarkError

ROUNDS = 7
SETS = 5
_JUDGE = "python-gammu"


def measure(rounds: int) -> Result:
    """Run all libraries that are there, in turns. Raises BenchmarkError."""
    why_not = {"python-messaging": messaging.fetch()}
    with ExitStack() as stack:
        lanes = [stack.enter_context(running(peer)) for peer in PEERS.values()]
        rows = {
            lane.peer.name: Row(lane.peer, lane.version, lane.missing and _missing(lane, why_not))
            for lane in lanes
        }
        there = [lane for lane in lanes if not lane.missing]
        _check(there, rows)
        for number in range(rounds):
            # Whoever is first in a round isn't in the next.
            turn = number % len(there)
            _round(there[turn:] + there[:turn], rows, 1 + number * SETS)
    return Result(tuple(rows.values()))


def _missing(lane: Lane, why_not: dict[str, str | None]) -> str:
    install = f"pip install {lane.peer.package}"
    return why_not.get(lane.peer.name) or f"{lane.missing}; {install}"


def _check(lanes: Sequence[Lane], rows: dict[str, Row]) -> None:
    """Count what is wrong, on a set that isn't measured. It warms everything up as well."""
    read, sent = received(0), to_send(0)
    pdus = {kind: [message.pdu for message in each] for kind, each in read.items()}
    judge = next((lane for lane in lanes if lane.peer.name == _JUDGE), None)
    for lane in lanes:
        row = rows[lane.peer.name]
        if lane.peer.reads:
            row.decode.wrong, row.decode.by = wrong_readings(lane.peer, read, lane.read(pdus))
            row.decode.of = sum(map(len, pdus.values()))
        if lane.peer.writes:
            made = lane.write(sent)
            row.encode.of = sum(map(len, made.values()))
            row.encode.made = sum(len(each or ()) for kind in made for each in made[kind])
            if lane.peer.job != "octets":
                _judge(row.encode, sent, made, judge)


def _judge(
    way: Way,
    sent: Mapping[str, Sequence[ToSend]],
    made: Mapping[str, Sequence[list[str] | None]],
    judge: Lane | None,
) -> None:
    """Count the messages that aren't as meant: as we read them, or as libgammu does."""
    wrong: set[tuple[str, int]] = set()
    verdicts = {"modem.sms": _verdicts_of_ours(sent, made)}
    if judge is not None:
        verdicts["libgammu"] = _verdicts_of(judge, sent, made)
    for name, found in verdicts.items():
        way.by[name] = len(found)
        wrong |= found
    way.wrong = len(wrong)


def _verdicts_of_ours(
    sent: Mapping[str, Sequence[ToSend]], made: Mapping[str, Sequence[list[str] | None]]
) -> set[tuple[str, int]]:
    return {
        (kind, number)
        for kind, each in made.items()
        for number, pdus in enumerate(each)
        if not as_meant(sent[kind][number], [by_us(pdu) for pdu in pdus or ()])
    }


def _verdicts_of(
    judge: Lane,
    sent: Mapping[str, Sequence[ToSend]],
    made: Mapping[str, Sequence[list[str] | None]],
) -> set[tuple[str, int]]:
    flat = {kind: [pdu for pdus in each for pdu in pdus or ()] for kind, each in made.items()}
    read = {kind: iter(each) for kind, each in judge.read(flat).items()}
    return {
        (kind, number)
        for kind, each in made.items()
        for number, pdus in enumerate(each)
        if not as_meant(sent[kind][number], [next(read[kind]) for _ in pdus or ()])
    }


def _round(lanes: Sequence[Lane], rows: dict[str, Row], seed: int) -> None:
    """One turn of each, each way, on the same messages, which nobody has seen before."""
    read = [received(seed + number) for number in range(SETS)]
    sent = [to_send(seed + number) for number in range(SETS)]
    pdus = {kind: [each.pdu for one in read for each in one[kind]] for kind in KINDS}
    messages = {kind: [each for one in sent for each in one[kind]] for kind in KINDS}
    for lane in lanes:
        row = rows[lane.peer.name]
        if lane.peer.reads:
            row.decode.pdus = {kind: len(each) for kind, each in pdus.items()}
            row.decode.rounds.append(lane.decode(pdus))
        if lane.peer.writes:
            row.encode.pdus = {
                kind: sum(each.pdus for each in messages[kind]) for kind in lane.peer.writes
            }
            row.encode.rounds.append(lane.encode(messages))


def main() -> None:
    """Measure and print, and write what is asked for."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.codec",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--svg", type=Path, metavar="FILE", help="write a bar chart")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write a page with the table")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"turns of each ({ROUNDS})")
    options = parser.parse_args()
    try:
        result = measure(options.rounds)
    except BenchmarkError as error:
        sys.exit(str(error))
    if options.svg:
        options.svg.write_text(page.svg(result))
    if options.markdown:
        chart = options.svg and options.svg.name
        options.markdown.write_text(page.markdown(result, chart))
    print(json.dumps(result.json()) if options.json else page.text(result))


if __name__ == "__main__":
    main()
