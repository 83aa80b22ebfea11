"""The libraries that the codec is measured against, behind one interface; and the codec itself.

A library is loaded only in the process that measures it (`worker`). Each reads the same five
things of a PDU: text or data, number, timestamp, class and concatenation, as far as it knows them.
What `read` gives is in the library's own terms; making it comparable (`understood`) is not timed.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from io import StringIO
from typing import Any, Literal, NamedTuple

from benchmarks.codec.corpus import ToSend

Job = Literal["whole", "one PDU", "octets"]
Concat = tuple[int, int, int]
Found = tuple[Any, ...]
"""What a library read, in its own terms."""


class Reading(NamedTuple):
    """The same of all libraries. What a library lacks is None, and named in `Peer.lacks`."""

    text: str | None
    data: bytes | None
    number: str
    timestamp: datetime
    message_class: int | None = None
    concat: Concat | None = None


@dataclass(frozen=True, slots=True)
class Codec:
    """A loaded library. `read` and `write` are what is timed; None where it can't."""

    version: str
    read: Callable[[str], Found] | None
    understood: Callable[[Found], Reading] | None
    write: Callable[[ToSend], list[str]] | None


@dataclass(frozen=True, slots=True)
class Peer:
    """A library: what to install, what it is written in, and what it can't do.

    `lacks` are fields of `Reading` that it doesn't tell, or the zone of the timestamp; `writes` the
    kinds of message that it encodes. `note` is for the reader of the table.
    """

    name: str
    package: str
    language: str
    load: Callable[[], Codec]
    lacks: tuple[str, ...] = ()
    writes: tuple[str, ...] = ("gsm7", "ucs2", "parts")
    note: str = ""
    reads: bool = True
    job: Job = "whole"
    """How much of a codec's job it does: any message, one PDU when told how, or text to octets."""


OURS = "modem.sms"
_HEADERS = {"Type": "NoUDH", "Text": b"", "ID8bit": -1, "ID16bit": -1, "PartNumber": -1}
_GAMMU_CODINGS = ("Default_No_Compression", "Unicode_No_Compression")
_GAMMU_MESSAGE: dict[str, object] = {
    "SMSC": {"Location": 0, "Number": ""},
    "UDH": _HEADERS | {"AllParts": -1},
    "Folder": 0,
    "InboxFolder": 0,
    "Memory": "",
    "Location": 0,
    "Name": "",
    "Type": "Submit",
    "DateTime": None,
    "SMSCDateTime": None,
    "DeliveryStatus": 0,
    "ReplyViaSameSMSC": 0,
    "State": "UnSent",
    "Class": -1,
    "MessageReference": 0,
    "ReplaceMessage": 0,
    "RejectDuplicates": 0,
}


def _ours() -> Codec:
    from modem import sms

    def read(pdu: str) -> Found:
        message = sms.decode_pdu(pdu)
        assert isinstance(message, sms.Deliver)
        return (
            message.text,
            message.data,
            message.number,
            message.timestamp,
            message.message_class,
            message.concat,
        )

    def understood(found: Found) -> Reading:
        text, data, number, timestamp, message_class, concat = found
        tie = (concat.ref, concat.total, concat.seq) if concat else None
        return Reading(text, data, number, timestamp, message_class, tie)

    def write(message: ToSend) -> list[str]:
        parts = sms.compose(message.number, message.content, reference=message.reference)
        return [part.pdu for part in parts]

    return Codec(version("modem-helper"), read, understood, write)


def _gammu(*, one_pdu: bool = False) -> Codec:
    gammu: Any = importlib.import_module("gammu")

    def read(pdu: str) -> Found:
        found = gammu.DecodePDU(bytes.fromhex(pdu), True)
        return found["Text"], found["Number"], found["DateTime"], found["Class"], found["UDH"]

    def understood(found: Found) -> Reading:
        content, number, timestamp, message_class, header = found
        octets = isinstance(content, bytes)
        concat = None
        if header["AllParts"] > 0:
            reference = header["ID16bit"] if header["ID16bit"] >= 0 else header["ID8bit"]
            concat = reference, header["AllParts"], header["PartNumber"]
        return Reading(
            # Behind a NUL follows what the buffer held before.
            None if octets else content.partition("\0")[0],
            content if octets else None,
            number,
            timestamp,
            None if message_class < 0 else message_class,
            concat,
        )

    def write(message: ToSend) -> list[str]:
        if isinstance(message.content, bytes):
            return write_one(message)
        # Up to twice as fast as letting it find out by itself (ConcatenatedAutoTextLong).
        entry = {"ID": "ConcatenatedTextLong", "Buffer": message.content}
        pdus = []
        for part in gammu.EncodeSMS({"Class": -1, "Unicode": message.wide, "Entries": [entry]}):
            part["Number"] = message.number
            pdus.append(gammu.EncodePDU(part).hex())
        return pdus

    def write_one(message: ToSend) -> list[str]:
        content = message.content
        coding = "8bit" if isinstance(content, bytes) else _GAMMU_CODINGS[message.wide]
        fields = {"Number": message.number, "Text": content, "Coding": coding}
        return [gammu.EncodePDU(_GAMMU_MESSAGE | fields).hex()]

    shown = f"{version('python-gammu')}, libgammu {gammu.Version()[0]}"
    if one_pdu:
        return Codec(shown, None, None, write_one)
    return Codec(shown, read, understood, write)


def _smspdudecoder() -> Codec:
    easy: Any = importlib.import_module("smspdudecoder.fields")

    def read(pdu: str) -> Found:
        found = easy.SMSDeliver.decode(StringIO(pdu))
        content, sender = found["user_data"], found["sender"]
        return content["data"], content["header"], sender["number"], sender["toa"], found["scts"]

    def understood(found: Found) -> Reading:
        content, header, number, toa, timestamp = found
        octets = isinstance(content, bytes)
        parts = [item["data"] for item in (header or {"elements": ()})["elements"]]
        concat = [(it["reference"], it["parts_count"], it["part_number"]) for it in parts]
        return Reading(
            None if octets else content,
            content if octets else None,
            ("+" if toa["ton"] == "international" else "") + number,
            timestamp,
            concat=concat[0] if concat else None,
        )

    return Codec(version("smspdudecoder"), read, understood, None)


def _messaging() -> Codec:
    messages: Any = importlib.import_module("messaging.sms")

    def read(pdu: str) -> Found:
        found = messages.SmsDeliver(pdu)
        return found.text, found.number, found.date, found.dcs, found.udh

    def understood(found: Found) -> Reading:
        content, number, date, dcs, header = found
        octets = isinstance(content, bytes)
        concat = header.concat if header else None
        return Reading(
            None if octets else content,
            content if octets else None,
            number,
            # It gives UTC, and says so in its documentation only.
            date.replace(tzinfo=UTC),
            dcs & 3 if dcs & 0x10 else None,
            (concat.ref, concat.cnt, concat.seq) if concat else None,
        )

    def write(message: ToSend) -> list[str]:
        content = message.content
        octets = isinstance(content, bytes)
        text = content.decode("latin-1") if isinstance(content, bytes) else content
        made = messages.SmsSubmit(message.number, text)
        made.rand_id = message.reference
        if octets:
            made.fmt = 4
        return [part.pdu for part in made.to_pdu()]

    return Codec("0.5.13", read, understood, write)


def _gsmmodem() -> Codec:
    pdus: Any = importlib.import_module("gsmmodem.pdu")

    def read(pdu: str) -> Found:
        found = pdus.decodeSmsPdu(pdu)
        return found["text"], found["number"], found["time"], found.get("udh")

    def understood(found: Found) -> Reading:
        text, number, time, header = found
        concat = [(item.reference, item.parts, item.number) for item in header or ()]
        return Reading(text, None, number, time, None, *concat[:1])

    def write(message: ToSend) -> list[str]:
        made = pdus.encodeSmsSubmitPdu(
            message.number, message.content, message.reference, requestStatusReport=False
        )
        return [str(pdu) for pdu in made]

    return Codec(version("python-gsmmodem-new"), read, understood, write)


def _smsutil() -> Codec:
    smsutil: Any = importlib.import_module("smsutil")

    def write(message: ToSend) -> list[str]:
        found = smsutil.split(message.content)
        return [part.content.encode(found.encoding).hex() for part in found.parts]

    return Codec(version("smsutil"), None, None, write)


PEERS = {
    peer.name: peer
    for peer in (
        Peer(OURS, "modem-helper", "Python", _ours, writes=("gsm7", "ucs2", "8bit", "parts")),
        Peer(
            "python-gammu",
            "python-gammu",
            "C",
            _gammu,
            writes=("gsm7", "ucs2", "8bit", "parts"),
            note="text taken up to its first NUL; is told the alphabet; chooses the references",
        ),
        Peer(
            "python-gammu EncodePDU",
            "python-gammu",
            "C",
            partial(_gammu, one_pdu=True),
            reads=False,
            writes=("gsm7", "ucs2", "8bit"),
            job="one PDU",
            note="EncodePDU alone: is told the alphabet and that one PDU is enough",
        ),
        Peer(
            "python-gsmmodem-new",
            "python-gsmmodem-new",
            "Python",
            _gsmmodem,
            lacks=("data", "message_class"),
            note="tells no class, and data as text",
        ),
        Peer(
            "python-messaging",
            "python-messaging",
            "Python",
            _messaging,
            lacks=("zone",),
            writes=("gsm7", "ucs2", "8bit", "parts"),
            note="tells TP-DCS instead of a class, and the time in UTC",
        ),
        Peer(
            "smspdudecoder",
            "smspdudecoder 'bitstring<5'",
            "Python",
            _smspdudecoder,
            lacks=("message_class", "zone"),
            writes=(),
            note="tells no class, the time in UTC; encodes nothing",
        ),
        Peer(
            "smsutil",
            "smsutil",
            "Python",
            _smsutil,
            note="texts to octets only: no packing, numbers, headers or PDUs",
            reads=False,
            job="octets",
        ),
    )
}
