"""The SMS codec: PDUs to messages and back, with nothing but bytes and values. Usable alone.

    from modem import sms
    message = sms.decode_pdu("00040481214300004250607080900002CF25")
    parts = sms.compose("+4917012345678", "Grüße")

No asyncio, no logging, no clock, no port. 3GPP TS 23.038, 23.040.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modem.lazy import loader
from modem.sms.address import Address, NumberingPlan, TypeOfNumber, parse_number, parse_sender
from modem.sms.compose import Count, Part, compose, compose_deliver, count
from modem.sms.content import Alphabet
from modem.sms.dcs import Dcs, Encoding, MessageWaiting, WaitingKind, decode_dcs
from modem.sms.errors import ComposeError, PduError
from modem.sms.gsm7 import encode_septets, gsm7_length, is_gsm7_basic
from modem.sms.pdu import AnyMessage, decode_pdu
from modem.sms.reports import DeliverReport, SubmitReport
from modem.sms.tpdu import Command, Deliver, StatusReport, Submit
from modem.sms.udh import (
    Concat,
    Header,
    Iei,
    InformationElement,
    Ports,
    SpecialIndication,
    concat_element,
    indication_element,
    ports_element,
    shift_element,
)
from modem.sms.validity import Validity, ValidityFormat

if TYPE_CHECKING:
    from modem.sms.build import (
        build_command,
        build_deliver,
        build_deliver_report,
        build_status_report,
        build_submit,
        build_submit_report,
    )
    from modem.sms.command_type import CommandType
    from modem.sms.failure import FailureCause
    from modem.sms.reassembly import Incomplete, Reassembler, Whole
    from modem.sms.status import Status, StatusGroup

# Where what not every program needs is loaded from when it is asked for (PEP 562).
_LATER = {
    "CommandType": "command_type",
    "FailureCause": "failure",
    "Incomplete": "reassembly",
    "Reassembler": "reassembly",
    "Status": "status",
    "StatusGroup": "status",
    "Whole": "reassembly",
    "build_command": "build",
    "build_deliver": "build",
    "build_deliver_report": "build",
    "build_status_report": "build",
    "build_submit": "build",
    "build_submit_report": "build",
}

__all__ = [
    "Address",
    "Alphabet",
    "AnyMessage",
    "Command",
    "CommandType",
    "ComposeError",
    "Concat",
    "Count",
    "Dcs",
    "Deliver",
    "DeliverReport",
    "Encoding",
    "FailureCause",
    "Header",
    "Iei",
    "Incomplete",
    "InformationElement",
    "MessageWaiting",
    "NumberingPlan",
    "Part",
    "PduError",
    "Ports",
    "Reassembler",
    "SpecialIndication",
    "Status",
    "StatusGroup",
    "StatusReport",
    "Submit",
    "SubmitReport",
    "TypeOfNumber",
    "Validity",
    "ValidityFormat",
    "WaitingKind",
    "Whole",
    "build_command",
    "build_deliver",
    "build_deliver_report",
    "build_status_report",
    "build_submit",
    "build_submit_report",
    "compose",
    "compose_deliver",
    "concat_element",
    "count",
    "decode_dcs",
    "decode_pdu",
    "encode_septets",
    "gsm7_length",
    "indication_element",
    "is_gsm7_basic",
    "parse_number",
    "parse_sender",
    "ports_element",
    "shift_element",
]

__getattr__ = loader(__name__, _LATER)
