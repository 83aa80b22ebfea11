"""Others decode what we encode, and all decode what was built bit by bit.

Of each message three things are known: what it says, what we read, and what another library read.
What we read has to be what it says; where another differs, `settled` has the reason.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator

import pytest

from tests.modem.sms.peers import generate, libraries, ours, settled, wire
from tests.modem.sms.peers.libraries import Reader
from tests.modem.sms.peers.settled import Compared
from tests.modem.sms.peers.wire import Wire

BUILT = 22_000
SENT, LONG, REPORTS = 17_000, 1_500, 1_500
CUT_SHORT = 3_000
AT_LEAST = 20_000
SEED = 23040

Pairs = list[tuple[Wire, bytes]]

NEVER_SENT_BY_US = (
    "national tables",
    "escape before nothing, or nothing known",
)


@pytest.fixture(scope="module")
def built() -> Pairs:
    """Messages as the standard has them, and the octets."""
    return [(each, wire.pdu(each)) for each in generate.messages(SEED, BUILT)]


@pytest.fixture(scope="module")
def encoded() -> Pairs:
    """Messages, and the octets that we encode them as."""
    return list(_encoded(random.Random(SEED)))


def _encoded(rng: random.Random) -> Iterator[tuple[Wire, bytes]]:
    for number in range(SENT + LONG):
        make = generate.sendable if number < SENT else generate.long
        message = _as_we_send(rng, make(rng))
        reference = rng.randrange(rng.choice((0x100, 0x10000)))
        parts = ours.write(message, reference)
        for expected, part in zip(ours.parts_of(message, reference, parts), parts, strict=True):
            yield expected, bytes.fromhex(part.pdu)
    for _ in range(REPORTS):
        report = generate.report(rng)
        yield report, ours.build(report)


def _as_we_send(rng: random.Random, message: Wire) -> Wire:
    """With what our composers set, and what they can be asked for."""
    if message.kind == "deliver":
        return message._replace(flags=0x04)
    validity = rng.choice((b"", rng.randbytes(1)))
    return message._replace(flags=rng.choice((0, 0x20)), validity=validity)


def test_we_read_what_was_built(built: Pairs) -> None:
    for message, octets in built:
        assert ours.read(octets) == wire.said(message)


def test_we_build_what_was_built(built: Pairs) -> None:
    for message, octets in built:
        assert ours.build(message) == octets


def test_we_encode_as_if_built_bit_by_bit(encoded: Pairs) -> None:
    for message, octets in encoded:
        assert octets == wire.pdu(message)


def test_parts_join_to_the_whole() -> None:
    rng = random.Random(SEED)
    for _ in range(LONG):
        message = _as_we_send(rng, generate.long(rng))
        parts = ours.parts_of(message, 7, ours.write(message, 7))
        assert b"".join(part.payload for part in parts) == message.payload


def _compared(read: Reader, pairs: Pairs) -> Iterator[Compared]:
    return (Compared(message, wire.said(message), read(octets)) for message, octets in pairs)


def _without_reports(pairs: Pairs) -> Pairs:
    return [pair for pair in pairs if pair[0].kind != "status_report"]


def test_libgammu_reads_what_was_built(built: Pairs) -> None:
    read = libraries.gammu_reader()
    settled.settle(settled.GAMMU, _compared(read, built), AT_LEAST)


def test_libgammu_reads_what_we_encode(encoded: Pairs) -> None:
    read = libraries.gammu_reader()
    table = settled.without(
        settled.GAMMU,
        *NEVER_SENT_BY_US,
        "reserved codings are octets",
        "class of a message marked for automatic deletion",
    )
    settled.settle(table, _compared(read, encoded), AT_LEAST)


def test_smspdudecoder_reads_what_was_built(built: Pairs) -> None:
    read = libraries.smspdudecoder_reader()
    pairs = _without_reports(built)
    settled.settle(settled.SMSPDUDECODER, _compared(read, pairs), AT_LEAST)


def test_smspdudecoder_reads_what_we_encode(encoded: Pairs) -> None:
    read = libraries.smspdudecoder_reader()
    table = settled.without(
        settled.SMSPDUDECODER,
        *NEVER_SENT_BY_US,
        "coding by two bits alone",
        "a time that is no date",
        "half a surrogate pair",
    )
    settled.settle(table, _compared(read, _without_reports(encoded)), AT_LEAST)


def test_smspdudecoder_reads_what_was_cut_short(caplog: pytest.LogCaptureFixture) -> None:
    """libgammu is left out: it is C that trusts lengths, and a crash would end all tests."""
    caplog.set_level(logging.ERROR, logger="smspdudecoder")  # it logs each of them
    read = libraries.smspdudecoder_reader()
    pairs = [(each, wire.pdu(each)) for each in generate.cut_short(SEED, CUT_SHORT)]
    for message, octets in pairs:
        assert ours.read(octets) == wire.said(message)
    pairs = _without_reports(pairs)
    settled.settle(settled.SMSPDUDECODER_CUT_SHORT, _compared(read, pairs), len(pairs))
