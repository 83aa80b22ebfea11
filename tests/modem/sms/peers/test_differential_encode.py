"""We decode what others encode: libgammu whole messages, smspdudecoder the fields that it can."""

from __future__ import annotations

import random
from collections.abc import Iterator

from modem import sms
from tests.modem.sms.peers import generate, libraries, ours, settled, wire
from tests.modem.sms.peers.libraries import Writer
from tests.modem.sms.peers.settled import Compared
from tests.modem.sms.peers.wire import REFUSED, Reading, Wire

COUNT = 20_000
LONG = 2_000
SEED = 27005
# libgammu writes the class in group 1111 of TP-DCS where there is one, we in 00xx: both are right.
LEFT_TO_THE_ENCODER = {"dcs"}


def _compared(write: Writer, message: Wire) -> Compared:
    said = wire.said(message)
    try:
        read = ours.read(write(message))
    except libraries.RefusedError as error:
        return Compared(message, said, {REFUSED: str(error)})
    left: Reading = {field: read[field] for field in read.keys() - LEFT_TO_THE_ENCODER}
    return Compared(message, said, left)


def test_we_read_what_libgammu_encodes() -> None:
    write = libraries.gammu_writer()
    rng = random.Random(SEED)

    def cases() -> Iterator[Compared]:
        for _ in range(COUNT):
            message = generate.sendable(rng)
            flags = (0, 0x80) if message.kind == "deliver" else (0, 0x04, 0x80, 0x84)
            elements = message.elements or generate.elements(rng, national=0)
            room = 140 - len(message._replace(elements=elements).header)
            message = message._replace(
                flags=rng.choice(flags),
                elements=elements,
                payload=generate.content(rng, message.coding, room),
            )
            yield _compared(write, message)

    settled.settle(settled.GAMMU_WRITES, cases(), COUNT)


def test_we_join_what_libgammu_splits() -> None:
    split = libraries.gammu_splitter()
    rng = random.Random(SEED)
    for number in range(LONG):
        many = rng.randint(1, 600)
        text = (generate.gsm_text if number % 2 else generate.wide_text)(rng, many)
        # See "tildes in UCS-2".
        text = text.replace("~", "-")
        parts = [sms.decode_pdu(part) for part in split("+491701234567", text)]
        assert "".join(part.text or "" for part in parts) == text
        ties = [part.concat for part in parts]
        if len(parts) > 1:
            tie = ties[0]
            assert tie is not None
            assert ties == [
                sms.Concat(tie.ref, len(parts), seq, tie.bits) for seq in range(1, len(parts) + 1)
            ]


def test_we_read_what_smspdudecoder_encodes() -> None:
    """There is nothing to settle: what it can encode, it encodes by the standard."""
    write = libraries.smspdudecoder_writer()
    rng = random.Random(SEED)

    def cases() -> Iterator[Compared]:
        for _ in range(COUNT):
            message = generate.sendable(rng)
            elements = () if message.coding == "gsm7" else generate.elements(rng)
            room = 140 - len(message._replace(elements=elements).header)
            yield _compared(
                write,
                message._replace(
                    kind="deliver",
                    address=message.address if message.named else generate.digits(rng),
                    flags=rng.choice((0, 0x04, 0x20, 0x80)),
                    pid=rng.randrange(256),
                    elements=elements,
                    payload=generate.content(rng, message.coding, room),
                ),
            )

    settled.settle((), cases(), COUNT)
