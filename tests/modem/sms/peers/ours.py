"""The codec under test: what it reads in a PDU, and the PDUs it makes of a message."""

from __future__ import annotations

import struct

from modem import sms
from tests.modem.sms.peers import wire as w
from tests.modem.sms.peers.wire import REFUSED, Reading, Wire

_KINDS: dict[type, w.Kind] = {
    sms.Deliver: "deliver",
    sms.Submit: "submit",
    sms.StatusReport: "status_report",
}
_FORMATS = {
    0: sms.ValidityFormat.ABSENT,
    1: sms.ValidityFormat.RELATIVE,
    7: sms.ValidityFormat.ABSOLUTE,
}
# 23.040 9.2.2: of the first octet, all but the type, TP-VPF and TP-UDHI.
_FLAGS = {"deliver": 0xBC, "submit": 0xA4, "status_report": 0xBC}


def read(pdu: bytes) -> Reading:
    """All fields, as `wire.said` names them."""
    try:
        message = sms.decode_pdu(pdu)
    except sms.PduError as error:
        return {REFUSED: str(error)}
    assert isinstance(message, sms.Deliver | sms.Submit | sms.StatusReport)
    kind = _KINDS[type(message)]
    found: Reading = {
        "kind": kind,
        "smsc": message.smsc.number if message.smsc else "",
        "number": message.number,
        "toa": message.address.toa,
        "flags": message.first_octet & _FLAGS[kind],
    }
    if isinstance(message, sms.Deliver | sms.StatusReport):
        found["timestamp"] = message.timestamp
    if isinstance(message, sms.Submit | sms.StatusReport):
        found["reference"] = message.reference
    if isinstance(message, sms.StatusReport):
        return found | {"status": message.status, "discharge": message.discharge}
    body = b"".join(bytes((item.iei, len(item.data))) + item.data for item in message.udh)
    concat = message.concat
    return found | {
        "pid": message.pid,
        "dcs": message.dcs.value,
        "class": message.message_class,
        "header": bytes((len(body),)) + body if body else b"",
        "concat": (concat.ref, concat.total, concat.seq) if concat else None,
        "text": message.text,
        "data": message.data,
    }


def write(wire: Wire, reference: int = 0) -> tuple[sms.Part, ...]:
    """The PDUs of a message, whose payload may be longer than one takes; `reference` ties them."""
    number = ("+" if wire.toa >> 4 & 7 == w.INTERNATIONAL else "") + wire.address
    alphabet: sms.Alphabet = wire.coding
    content = wire.payload if alphabet == "8bit" else _text(wire)
    element = wire.element(w.PORTS_16)
    ports = sms.Ports(*struct.unpack(">HH", element)) if element else None
    if wire.kind == "deliver":
        moment = wire.stamp.moment()
        assert moment is not None
        return sms.compose_deliver(
            number,
            content,
            timestamp=moment,
            alphabet=alphabet,
            reference=reference,
            smsc=f"+{wire.smsc}",
            message_class=w.class_of(wire.dcs),
            ports=ports,
        )
    return sms.compose(
        number,
        content,
        alphabet=alphabet,
        reference=reference,
        status_report=bool(wire.flags & 0x20),
        validity_s=_seconds(wire.validity[0]) if wire.validity else None,
        message_class=w.class_of(wire.dcs),
        ports=ports,
    )


def _text(wire: Wire) -> str:
    return w.text_of(wire.payload) if wire.coding == "gsm7" else wire.payload.decode("utf-16-be")


def _seconds(validity: int) -> int:
    """23.040 9.2.3.12.1."""
    if validity < 144:
        return (validity + 1) * 300
    if validity < 168:
        return 12 * 3600 + (validity - 143) * 1800
    return 86400 * ((validity - 166) if validity < 197 else 7 * (validity - 192))


def parts_of(wire: Wire, reference: int, parts: tuple[sms.Part, ...]) -> list[Wire]:
    """What each part is to be, given how the text was divided."""
    if len(parts) == 1:
        return [wire]
    size, iei = (1, w.CONCAT_8) if reference < 0x100 else (2, w.CONCAT_16)
    tie = reference.to_bytes(size, "big")
    return [
        wire._replace(
            elements=((iei, tie + bytes((len(parts), seq))), *wire.elements),
            payload=_payload(wire.coding, part),
        )
        for seq, part in enumerate(parts, start=1)
    ]


def _payload(coding: w.Coding, part: sms.Part) -> bytes:
    if part.text is None:
        return part.data or b""
    return w.septets_of(part.text) if coding == "gsm7" else part.text.encode("utf-16-be")


def build(wire: Wire) -> bytes:
    """The octets of a message all of whose fields are given."""
    address = sms.Address(wire.address, wire.toa)
    smsc = sms.parse_number(f"+{wire.smsc}") if wire.smsc else None
    if wire.kind == "status_report":
        return sms.build_status_report(
            address,
            wire.stamp.octets(),
            wire.discharge.octets(),
            reference=wire.reference,
            status=wire.status,
            more_messages=not wire.flags & 0x04,
            smsc=smsc,
        ).octets
    elements = tuple(sms.InformationElement(*each) for each in wire.elements)
    if wire.kind == "deliver":
        return sms.build_deliver(
            address,
            wire.stamp.octets(),
            payload=wire.payload,
            elements=elements,
            dcs=wire.dcs,
            pid=wire.pid,
            more_messages=not wire.flags & 0x04,
            status_report_indication=bool(wire.flags & 0x20),
            reply_path=bool(wire.flags & 0x80),
            smsc=smsc,
        ).octets
    return sms.build_submit(
        address,
        reference=wire.reference,
        validity=sms.Validity(_FORMATS[len(wire.validity)], wire.validity),
        payload=wire.payload,
        elements=elements,
        dcs=wire.dcs,
        pid=wire.pid,
        reject_duplicates=bool(wire.flags & 0x04),
        status_report_request=bool(wire.flags & 0x20),
        reply_path=bool(wire.flags & 0x80),
        smsc=smsc,
    ).octets
