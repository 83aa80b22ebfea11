"""The libraries that are compared: what they read in a PDU, and the PDU they make of a message.

The only file that knows their interfaces. None of them has type hints, so this is also where `Any`
ends. A library that isn't installed is a skip that says so.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from io import StringIO
from types import ModuleType
from typing import Any

import pytest

from tests.modem.sms.peers import wire as w
from tests.modem.sms.peers.wire import CONCAT_8, CONCAT_16, REFUSED, Reading, Wire

Reader = Callable[[bytes], Reading]
Writer = Callable[[Wire], bytes]
Splitter = Callable[[str, str], list[bytes]]
"""PDUs of a long message from a number and a text."""


class RefusedError(Exception):
    """A library doesn't encode a message; the message names its own error."""


def library(module: str, package: str) -> ModuleType:
    """The module; the test that asks for it is skipped where it can't be imported."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        pytest.skip(f"{package} isn't installed, so nothing is compared with it: {error}")


def gammu_reader() -> Reader:
    """libgammu through its Python binding."""
    gammu = library("gammu", "python-gammu")

    def read(pdu: bytes) -> Reading:
        try:
            found = gammu.DecodePDU(pdu, True)
        except gammu.GSMError as error:
            return {REFUSED: type(error).__name__}
        return _gammu_reading(found)

    return read


_GAMMU_TYPES = {"Deliver": "deliver", "Submit": "submit", "Status_Report": "status_report"}


def _gammu_reading(found: dict[str, Any]) -> Reading:
    kind = _GAMMU_TYPES[found["Type"]]
    reading: Reading = {
        "kind": kind,
        "smsc": found["SMSC"]["Number"],
        "number": _cut(found["Number"]),
    }
    if kind != "submit":
        # For a report, libgammu's DateTime is when the SMSC got the message it reports on.
        reading["timestamp"] = found["DateTime"]
    if kind == "status_report":
        # Its Text is libgammu's own word for the status.
        return reading | {
            "reference": found["MessageReference"],
            "status": found["DeliveryStatus"],
            "discharge": found["SMSCDateTime"],
        }
    content = found["Text"]
    octets = isinstance(content, bytes)
    reading["text"] = None if octets else _cut(content)
    reading["data"] = content if octets else None
    reading["class"] = None if found["Class"] < 0 else found["Class"]
    reading["header"] = found["UDH"]["Text"]
    reading["concat"] = _gammu_concat(found["UDH"])
    return reading


def _cut(text: str) -> str:
    # Behind its end, what the buffer held before may follow (python-gammu 3.5.1, where characters
    # of the extension table make a text shorter than its septets).
    return text.partition("\0")[0]


def _gammu_concat(header: dict[str, Any]) -> tuple[int, int, int] | None:
    if header["AllParts"] < 1:
        return None
    reference = header["ID16bit"] if header["ID16bit"] >= 0 else header["ID8bit"]
    return reference, header["AllParts"], header["PartNumber"]


def gammu_writer() -> Writer:
    """A DELIVER or SUBMIT by libgammu, which finds type of number and TP-DCS by itself.

    It doesn't write TP-PID, nor a TP-VP other than the one that `wire` has to have: 00.
    """
    gammu = library("gammu", "python-gammu")

    def write(wire: Wire) -> bytes:
        plus = "+" if wire.toa >> 4 & 7 == w.INTERNATIONAL else ""
        message = _GAMMU_MESSAGE | {
            "Type": "Deliver" if wire.kind == "deliver" else "Submit",
            "Number": plus + wire.address,
            "SMSC": {"Number": f"+{wire.smsc}" if wire.smsc else "", "Location": 0},
            "Coding": _GAMMU_CODINGS[wire.coding],
            "Text": wire.payload if wire.coding == "8bit" else w.said(wire)["text"],
            "Class": -1 if (shown := w.class_of(wire.dcs)) is None else shown,
            "UDH": _gammu_header(wire.header),
            "DateTime": wire.stamp.moment(),
            "MessageReference": wire.reference,
            "ReplyViaSameSMSC": wire.flags >> 7,
            "RejectDuplicates": wire.flags >> 2 & 1 if wire.kind == "submit" else 0,
        }
        try:
            return bytes(gammu.EncodePDU(message, wire.kind.capitalize()))
        except gammu.GSMError as error:
            raise RefusedError(type(error).__name__) from None

    return write


_GAMMU_CODINGS = {
    "gsm7": "Default_No_Compression",
    "ucs2": "Unicode_No_Compression",
    "8bit": "8bit",
}
_GAMMU_MESSAGE: dict[str, object] = {
    "Folder": 0,
    "InboxFolder": 0,
    "Memory": "",
    "Location": 0,
    "Name": "",
    "State": "UnSent",
    "DeliveryStatus": 0,
    "ReplaceMessage": 0,
    "SMSCDateTime": None,
}


def _gammu_header(header: bytes) -> dict[str, object]:
    kind = "UserUDH" if header else "NoUDH"
    unknown = dict.fromkeys(("ID8bit", "ID16bit", "PartNumber", "AllParts"), -1)
    return {"Type": kind, "Text": header, **unknown}


def gammu_splitter() -> Splitter:
    """SUBMITs of a long text by libgammu, with references of its own choice."""
    gammu = library("gammu", "python-gammu")

    def split(number: str, text: str) -> list[bytes]:
        entry = {"ID": "ConcatenatedAutoTextLong", "Buffer": text}
        parts = gammu.EncodeSMS({"Class": -1, "Unicode": False, "Entries": [entry]})
        smsc = {"Number": "", "Location": 0}
        return [bytes(gammu.EncodePDU(part | {"Number": number, "SMSC": smsc})) for part in parts]

    return split


def smspdudecoder_reader() -> Reader:
    """smspdudecoder: DELIVER and SUBMIT. It has no reader for a STATUS-REPORT."""
    fields = library("smspdudecoder.fields", "smspdudecoder (and bitstring<5)")

    def read(pdu: bytes) -> Reading:
        source = StringIO(pdu.hex().upper())
        submit = pdu[1 + pdu[0]] & 3 == 1
        try:
            found = (fields.SMSSubmit if submit else fields.SMSDeliver).decode(source)
        except (ValueError, IndexError, AssertionError) as error:
            return {REFUSED: type(error).__name__}
        return _smspdudecoder_reading(found, submit=submit)

    return read


def _smspdudecoder_reading(found: dict[str, Any], *, submit: bool) -> Reading:
    address, flags = found["recipient" if submit else "sender"], found["header"]
    plus = "+" if address["number"] and address["toa"]["ton"] == "international" else ""
    content = found["user_data"]["data"]
    octets = isinstance(content, bytes)
    elements = (found["user_data"]["header"] or {"elements": []})["elements"]
    bits = {"rp": 0x80, "sri": 0x20, "srr": 0x20, "lp": 0x08, "mms": 0x04, "rd": 0x04}
    reading: Reading = {
        "kind": "submit" if submit else "deliver",
        "smsc": "+" + found["smsc"]["number"] if found["smsc"]["number"] else "",
        "number": plus + address["number"],
        "flags": sum(bit for flag, bit in bits.items() if flags.get(flag)),
        "pid": found["pid"],
        "text": None if octets else content,
        "data": content if octets else None,
        "concat": _smspdudecoder_concat(elements),
    }
    if submit:
        reading["reference"] = found["message-ref"]
    else:
        # Its time is in UTC always.
        reading["timestamp"] = found["scts"]
    return reading


def _smspdudecoder_concat(elements: list[dict[str, Any]]) -> tuple[int, int, int] | None:
    found = [item["data"] for item in elements if item["iei"] in (CONCAT_8, CONCAT_16)]
    if not found:
        return None
    return found[-1]["reference"], found[-1]["parts_count"], found[-1]["part_number"]


def smspdudecoder_writer() -> Writer:
    """A DELIVER out of what smspdudecoder can encode: address, time and user data.

    It has no encoder for the rest, and none for a text behind a header that needs fill bits.
    """
    codecs = library("smspdudecoder.codecs", "smspdudecoder (and bitstring<5)")
    elements = library("smspdudecoder.elements", "smspdudecoder (and bitstring<5)")

    def address(toa: int, value: str) -> str:
        scheme = elements.TypeOfAddress.encode(elements.TypeOfAddress.decode(f"{toa:02X}"))
        named = toa >> 4 & 7 == w.ALPHANUMERIC
        return str(scheme + (codecs.GSM if named else elements.Number).encode(value))

    def write(wire: Wire) -> bytes:
        smsc = address(0x91, wire.smsc) if wire.smsc else ""
        length = -(-len(w.septets_of(wire.address)) * 7 // 4) if wire.named else len(wire.address)
        first = wire.flags | (0x40 if wire.header else 0)
        text = w.said(wire)["text"]
        if wire.coding == "gsm7":
            content = codecs.GSM.encode(text)
        elif wire.coding == "ucs2":
            content = wire.header.hex() + codecs.UCS2.encode(text)
        else:
            content = (wire.header + wire.payload).hex()
        return bytes.fromhex(
            f"{len(smsc) // 2:02X}{smsc}{first:02X}{length:02X}{address(wire.toa, wire.address)}"
            f"{wire.pid:02X}{wire.dcs:02X}{elements.Date.encode(wire.stamp.moment())}"
            f"{len(wire.header) + len(wire.payload):02X}{content}"
        )

    return write
