"""A message of each type, and helpers for what is said of one."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from modem import sms
from modem.sms import AnyMessage, InformationElement, SpecialIndication, WaitingKind
from modem.sms.gsm7 import encode_septets
from modem.sms.udh import indication_element
from modem.sms.view import fields

NOW = datetime(2024, 5, 6, 7, 8, 9, tzinfo=timezone(timedelta(hours=-4)))
TIME = "2024-05-06T07:08:09-04:00"
TO = sms.parse_number("+4917012345678")
HI = encode_septets("Hi")

DELIVER = sms.build_deliver(sms.parse_sender("emnify"), NOW, payload=HI)
SUBMIT = sms.build_submit(TO, reference=7, payload=HI)
STATUS_REPORT = sms.build_status_report(TO, NOW, NOW, reference=9, status=0x45)
DELIVER_REPORT = sms.build_deliver_report(failure=0xD3, pid=0x41, dcs=4, payload=b"\x01a")
SUBMIT_REPORT = sms.build_submit_report(NOW, failure=0xC0, dcs=0, payload=HI)
COMMAND = sms.build_command(TO, reference=3, command_type=2, message_number=7, data=b"\xff")
ALL = (DELIVER, SUBMIT, STATUS_REPORT, DELIVER_REPORT, SUBMIT_REPORT, COMMAND)
IDS = [message.name for message in ALL]


def meanings(message: AnyMessage) -> dict[str, str]:
    """What is said of each field, by its name."""
    return {field.name: field.meaning for field in fields(message) if field.name}


def with_octet(message: AnyMessage, at: int, octet: int, *, from_device: bool = False) -> Any:
    """The message with another octet in the place of one of its TPDU."""
    octets = bytearray(message.tpdu)
    octets[at] = octet
    return sms.decode_pdu(bytes(octets), has_smsc=False, from_device=from_device)


def validity(form: sms.ValidityFormat, octets: str) -> sms.Submit:
    return sms.build_submit(TO, validity=sms.Validity(form, bytes.fromhex(octets)))


def indication(kind: WaitingKind, extended: int = 0, *, store: bool = True) -> InformationElement:
    return indication_element(SpecialIndication(kind, 3, store, 2, extended))
