"""The SMS codec: PDUs to messages and back, with nothing but bytes and values. Usable alone.

    from modem import sms
    message = sms.decode_pdu("00040481214300004250607080900002CF25")
    parts = sms.compose("+4917012345678", "Grüße")

No asyncio, no logging, no clock, no port. 3GPP TS 23.038, 23.040.
"""

from __future__ import annotations

from modem.sms.address import Address, TypeOfNumber
from modem.sms.compose import Alphabet, Part, compose, compose_deliver, encode_status_report
from modem.sms.dcs import Dcs, Encoding, MessageWaiting, WaitingKind, decode_dcs
from modem.sms.errors import ComposeError, PduError
from modem.sms.gsm7 import gsm7_length, is_gsm7_basic
from modem.sms.pdu import decode_pdu
from modem.sms.reassembly import Incomplete, Reassembler, Whole
from modem.sms.tpdu import Deliver, StatusReport, Submit
from modem.sms.udh import Concat, InformationElement, Ports
from modem.sms.userdata import UserData
from modem.sms.validity import Validity, ValidityFormat

__all__ = [
    "Address",
    "Alphabet",
    "ComposeError",
    "Concat",
    "Dcs",
    "Deliver",
    "Encoding",
    "Incomplete",
    "InformationElement",
    "MessageWaiting",
    "Part",
    "PduError",
    "Ports",
    "Reassembler",
    "StatusReport",
    "Submit",
    "TypeOfNumber",
    "UserData",
    "Validity",
    "ValidityFormat",
    "WaitingKind",
    "Whole",
    "compose",
    "compose_deliver",
    "decode_dcs",
    "decode_pdu",
    "encode_status_report",
    "gsm7_length",
    "is_gsm7_basic",
]
