"""SMS to the device and from it, with the modem in the test's hands: content, legs, receipts."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from hil.report.values import Leg
from hil.rig.cloud import Answer, Cloud, Sent
from hil.rig.own_modem import OwnModem, Received
from hil.rig.recorder import Recorder
from modem import sms

# What tells one message from another's: so many hex digits and a blank stand before it.
_MARK_DIGITS = 6
_OCTETS_DCS = 4  # 3GPP TS 23.038 4
_WORDS = "the quick brown fox jumps over the lazy dog, "
# 160 septets are one SMS, 161 two, 459 three full ones (3GPP TS 23.040 9.2.3.24.1).
_TEXTS = {
    "short": "temperature 21.5",
    "160": _WORDS * 4,
    "161": _WORDS * 4,
    "459": _WORDS * 10,
    "extended": "{brackets} [and] 5 €",
    "unicode": "Ωmega Жук 温度 😀",
}
_TEXT = pytest.mark.parametrize(
    "kind",
    [
        pytest.param("short", marks=pytest.mark.costs(1)),
        pytest.param("160", marks=pytest.mark.costs(1)),
        pytest.param("161", marks=pytest.mark.costs(2)),
        pytest.param("459", marks=pytest.mark.costs(3)),
        pytest.param("extended", marks=pytest.mark.costs(1)),
        pytest.param("unicode", marks=pytest.mark.costs(1)),
    ],
)


def _new_text(kind: str) -> str:
    """A text of that kind which no other test sends."""
    text = f"{secrets.token_hex(_MARK_DIGITS // 2)} {_TEXTS[kind]}"
    return text[: int(kind)] if kind.isdigit() else text


@pytest.mark.needs("sms")
@_TEXT
def test_text_to_the_device(kind: str, own: OwnModem, cloud: Cloud, recorder: Recorder) -> None:
    """A text arrives as it was sent, once, and its receipt comes."""
    text = _new_text(kind)
    sent = cloud.send(text)
    parts = own.awaited(
        lambda message: _is_ours(message, sent, text),
        len(sent.ids),
        f"{len(sent.ids)} SMS announced (+CMTI)",
    )
    receipt = cloud.delivered(sent)
    _trace_to_device(recorder, text, sent, parts, receipt)
    assert _joined(parts) == text
    again = [each for each in own.received if _is_ours(each.message, sent, text)]
    assert len(again) == len(sent.ids), "the message came more than once"
    recorder.measure("to_modem_s", parts[-1].at - sent.began)
    recorder.measure("rest_s", sent.accepted - sent.began)
    recorder.measure("receipt_s", receipt - sent.began)


@pytest.mark.needs("sms")
@pytest.mark.costs(1)
def test_sender_and_time_of_a_text(own: OwnModem, cloud: Cloud) -> None:
    """The modem shows the sender that the call named, and the time of the network."""
    text = _new_text("short")
    sent = cloud.send(text)
    (part,) = own.awaited(
        lambda message: _mark(message.text or "") == _mark(text), 1, "an SMS announced (+CMTI)"
    )
    cloud.delivered(sent)
    assert _plain(part.message.number) == _plain(cloud.sender)
    came = part.message.timestamp
    assert came is not None, "no time of the network (TP-SCTS)"
    # A day: the network's zone may be wrong, and so may this machine's clock.
    assert abs(came - datetime.now(UTC)) < timedelta(days=1), f"the network's time is {came}"


@pytest.mark.needs("sms", "binary")
@pytest.mark.costs(1)
def test_octets_to_the_device(own: OwnModem, cloud: Cloud) -> None:
    """An 8-bit message arrives octet by octet."""
    octets = secrets.token_bytes(20)
    sent = cloud.send_octets(octets)
    (part,) = own.awaited(
        lambda message: message.data == octets, 1, "an SMS with these octets announced (+CMTI)"
    )
    cloud.delivered(sent)
    assert part.message.dcs.value == _OCTETS_DCS


@pytest.mark.needs("sms")
@_TEXT
def test_text_from_the_device(kind: str, own: OwnModem, cloud: Cloud, recorder: Recorder) -> None:
    """A text reaches the platform as the modem sent it, at the short number, once."""
    text = _new_text(kind)
    since = len(cloud.answers)
    began = time.monotonic()
    own.send(text, reference=secrets.randbelow(256))
    taken = time.monotonic()
    answer = cloud.awaited(lambda found: _mark(found.text) == _mark(text), text, since)
    _trace_from_device(recorder, text, began, taken, answer)
    assert answer.text == text
    assert answer.dest == cloud.short_number
    recorder.measure("to_webhook_s", answer.at - began)
    recorder.measure("submit_s", taken - began)


@pytest.mark.needs("sms", "binary")
@pytest.mark.costs(1)
def test_octets_from_the_device(own: OwnModem, cloud: Cloud) -> None:
    """An 8-bit message reaches the platform, as hex."""
    octets = secrets.token_bytes(20)
    since = len(cloud.answers)
    own.send(octets)
    answer = cloud.awaited(
        lambda found: found.dcs == _OCTETS_DCS, "octets (TP-DCS says 8-bit)", since
    )
    assert answer.text.lower() == octets.hex()


def _is_ours(message: sms.Deliver, sent: Sent, text: str) -> bool:
    """Networks and operators write to roaming devices, and what waits for one may be old."""
    if message.concat is not None:
        return message.concat.ref == sent.reference
    return _mark(message.text or "") == _mark(text)


def _plain(sender: str) -> str:
    return sender.lstrip("+").lower()


def _mark(text: str) -> str:
    return text[:_MARK_DIGITS]


def _joined(parts: Sequence[Received]) -> str:
    """The text of a message whose parts came in any order."""
    reassembler = sms.Reassembler()
    for part in parts:
        whole = reassembler.add(part.message, 0.0)
        if whole is not None:
            return whole.text or ""
    raise AssertionError(f"{len(parts)} SMS came and make no whole message")


def _trace_to_device(
    recorder: Recorder, text: str, sent: Sent, parts: Sequence[Received], receipt: float
) -> None:
    trace = recorder.message(f"to the device: {text}")
    trace.mark(Leg.REST, "the call begins", sent.began)
    trace.mark(Leg.REST, "the platform took it", sent.accepted)
    for part in parts:
        trace.mark(Leg.MODEM, "announced (+CMTI)", part.at)
    trace.mark(Leg.PLATFORM, "receipt", receipt)


def _trace_from_device(
    recorder: Recorder, text: str, began: float, taken: float, answer: Answer
) -> None:
    trace = recorder.message(f"from the device: {text}")
    trace.mark(Leg.OUTBOX, "AT+CMGS", began)
    trace.mark(Leg.OUTBOX, "the network took it", taken)
    trace.mark(Leg.WEBHOOK, "arrived", answer.at)
