"""What holds for any octets: PduError or a message that answers all questions, and agrees with it.

For the property tests and the fuzz target; neither pytest nor hypothesis is imported here.
"""

from __future__ import annotations

import pickle
import re

from modem.sms import (
    AnyMessage,
    Command,
    ComposeError,
    Deliver,
    DeliverReport,
    Encoding,
    PduError,
    StatusReport,
    Submit,
    SubmitReport,
    decode_pdu,
)
from modem.sms.checks import findings
from tests.modem.sms.rebuilding import rebuilt

TYPES = (Deliver, Submit, StatusReport, Command, DeliverReport, SubmitReport)
NAMES = frozenset(kind.name for kind in TYPES)
PROPERTIES = {
    kind: [
        name
        for name in dir(kind)
        if not name.startswith("_") and isinstance(getattr(kind, name), property)
    ]
    for kind in TYPES
}
"""All that can be asked of a message, by its type: the public properties."""

_WARNING = re.compile(r"([a-z_]+)(?:\.[a-z_]+)*(?:\[\d+\])? at octet (\d+): \S.*")


def answers(message: AnyMessage) -> dict[str, object]:
    """What a message answers to all of these questions."""
    return {name: getattr(message, name) for name in PROPERTIES[type(message)]}


def named_octets(message: AnyMessage) -> set[int]:
    """The octets that the warnings name."""
    return {_octet(warning, len(message.octets)) for warning in message.warnings}


def _octet(warning: str, most: int) -> int:
    found = _WARNING.fullmatch(warning)
    assert found, warning
    assert found[1] in NAMES | {"pdu"}, warning
    octet = int(found[2])
    assert octet <= most, warning
    return octet


def examine(
    pdu: str | bytes, *, from_device: bool, has_smsc: bool, strict: bool
) -> AnyMessage | None:
    """Decode a PDU and assert what holds for all; None where it is refused, by PduError alone."""
    try:
        message = decode_pdu(pdu, from_device=from_device, has_smsc=has_smsc, strict=strict)
    except PduError as error:
        _is_exact(error, len(pdu))
        if strict:
            _is_a_breach(str(error), pdu, from_device, has_smsc)
        return None
    if isinstance(pdu, bytes):
        assert message.octets == pdu
    _answers_agree(message)
    _survives_pickling(message)
    _comes_back(message)
    if strict:
        assert not any(found.breach for found in findings(message))
        assert message == decode_pdu(pdu, from_device=from_device, has_smsc=has_smsc)
    return message


def _is_exact(error: PduError, most: int) -> None:
    assert _octet(str(error), most) == error.octet
    assert str(error) == f"{error.field} at octet {error.octet}: {error.message}"


def _is_a_breach(error: str, pdu: str | bytes, from_device: bool, has_smsc: bool) -> None:
    """What strict decoding refuses, lenient refuses for the same reason, or warns of."""
    try:
        message = decode_pdu(pdu, from_device=from_device, has_smsc=has_smsc)
    except PduError as lenient:
        said: tuple[str, ...] = (str(lenient),)
    else:
        said = message.warnings
    # A warning may go on to say what is made of it.
    assert any(warning.split("; ")[0] == error.split("; ")[0] for warning in said)


def _answers_agree(message: AnyMessage) -> None:
    given = answers(message)
    named_octets(message)
    assert message.tpdu_length == len(message.tpdu) == len(message.octets) - message.start
    assert bytes.fromhex(message.pdu) == message.octets
    assert message.concat == message.header.concat
    assert str(message.tpdu_length) in repr(message)
    text, data = message.text, message.data
    assert (text is not None) + (data is not None) == bool(message.udl_at)
    if text is not None:
        assert "\x1b" not in text or message.encoding is Encoding.UCS2
        text.encode()  # half a surrogate pair can't be
    assert data in (None, message.payload)
    assert len(message.ud) <= message.ud_octets
    if isinstance(message, Deliver):
        assert len(message.key) == 32
    assert given == answers(message)


def _survives_pickling(message: AnyMessage) -> None:
    again = pickle.loads(pickle.dumps(message))
    assert (type(again), again, hash(again)) == (type(message), message, hash(message))
    assert again.octets == message.octets


def _comes_back(message: AnyMessage) -> None:
    """Built from its values it has the same octets, or warnings say why not."""
    breached = any(found.breach for found in findings(message))
    try:
        again = rebuilt(message)
    except ComposeError:
        assert breached
        return
    if again.tpdu != message.tpdu or again.smsc != message.smsc:
        assert message.warnings
    assert rebuilt(again).octets == again.octets
