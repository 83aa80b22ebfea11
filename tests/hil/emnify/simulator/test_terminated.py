"""SMS to devices: what of an operator's call goes over the air, and the life of a message."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hil.emnify.simulator.errors import Refused
from hil.emnify.simulator.organisation import PlatformSettings
from hil.emnify.simulator.policy import SMS_MT
from hil.emnify.simulator.records import DeviceStatus, SimStatus, SmsStatus, Via
from hil.emnify.simulator.wire_form import Outgoing
from modem.profiles import SIM7600
from tests.hil.emnify.simulator.office import EPOCH, Office, told
from tests.modem.simulator.bench import with_sizes

DAY_S = 24 * 3600.0


def test_a_message_arrives() -> None:
    office = Office()
    words = told(office)
    sms = office.send("APN em", source="12345")
    (message,) = office.received()
    assert (message.text, message.number) == ("APN em", "12345")
    assert message.timestamp == EPOCH
    assert words == ["DELIVERY ATTEMPT PENDING", "IN PROGRESS", "DELIVERED"]
    assert (sms.submitted, sms.expires) == (EPOCH, EPOCH + timedelta(hours=24))
    assert sms.final == sms.last_attempt == EPOCH + timedelta(seconds=0.1)


# TP-OA: length in semi-octets, type, digits (3GPP TS 23.040 9.1.2.5); the types are the API's ids.
SENDERS = {
    "national, as recorded for a short number": ("12345", 161, "05A12143F5"),
    "international": ("4917012345", 145, "0A919471103254"),
    "international by its plus": ("+4917012345", None, "0A919471103254"),
    "alphanumeric": ("emnify", 208, "0BD0E5B63B6DCE03"),
    "alphanumeric by its look": ("EMnify", None, "0BD0C5A63B6DCE03"),
    "none": ("", None, "00A1"),
}


@pytest.mark.parametrize(("source", "kind", "octets"), SENDERS.values(), ids=SENDERS)
def test_senders(source: str, kind: int | None, octets: str) -> None:
    office = Office()
    office.send("x", source=source, source_type=kind)
    (message,) = office.received()
    assert message.tpdu.hex().upper()[2 : 2 + len(octets)] == octets


# payload, udh, dcs -> TP-DCS and TP-UD behind TP-UDL, by hand (23.038 6.1.2.1, 23.040 9.2.3.24)
BODIES = {
    "GSM 7-bit": ("hi", "", None, "00", "02E834"),
    "UCS-2 by itself": ("\u0438", "", None, "08", "020438"),
    "UCS-2 by dcs": ("hi", "", 8, "08", "0400680069"),
    "a class": ("hi", "", 16, "10", "02E834"),
    "a header passes through": ("hi", "0500034B0201", None, "00", "090500034B0201D069"),
    "a header and UCS-2": ("hi", "0500034b0201", 8, "08", "0A0500034B020100680069"),
    "a header of 16 bits": ("hi", "06080412340201", 0, "00", "0A06080412340201E834"),
}


@pytest.mark.parametrize(("payload", "udh", "dcs", "said", "ud"), BODIES.values(), ids=BODIES)
def test_bodies(payload: str, udh: str, dcs: int | None, said: str, ud: str) -> None:
    office = Office()
    office.send(payload, source="1", udh=udh, dcs=dcs)
    (message,) = office.received()
    tpdu = message.tpdu.hex().upper()
    at = 2 + 6 + 2  # first octet, TP-OA of one digit, TP-PID
    assert tpdu[at : at + 2] == said
    assert tpdu[at + 2 + 14 :] == ud
    assert message.udhi is bool(udh)


def test_a_whole_message_of_160_and_no_more() -> None:
    office = Office()
    office.send("x" * 160)
    office.send("я" * 70)
    office.send("x" * 153, udh="050003010201")
    assert [len(message.text or "") for message in office.received()] == [160, 70, 153]


REFUSED = {
    "161 characters": ({"payload": "x" * 161}, "payload: has 161 characters"),
    "160 characters, of which one takes two septets": (
        {"payload": "x" * 159 + "€"},
        "payload: doesn't fit",
    ),
    "71 of UCS-2": ({"payload": "я" * 71}, "payload: doesn't fit"),
    "154 with a header": (
        {"payload": "x" * 154, "udh": "050003010201"},
        "payload: doesn't fit",
    ),
    "GSM 7-bit lacks it": ({"payload": "я", "dcs": 0}, "payload: has characters"),
    "no hex": ({"payload": "x", "udh": "05zz"}, "udh: wanted hex"),
    "a header of another length": ({"payload": "x", "udh": "0500"}, "udh: its length octet"),
    "elements that don't fill it": ({"payload": "x", "udh": "050004010201"}, "udh: its elements"),
    "a sender of 18 digits": ({"payload": "x", "source": "1" * 18}, "source_address"),
    "a name of 12": ({"payload": "x", "source": "a" * 12}, "source_address"),
    "a number that is none": (
        {"payload": "x", "source": "abc", "source_type": 161},
        "source_address: wanted at most 17 digits",
    ),
    "an alphanumeric sender without a name": (
        {"payload": "x", "source_type": 208},
        "source_address",
    ),
    "no type of address": ({"payload": "x", "source_type": 5}, "source_address_type"),
    "binary": ({"payload": "0102", "dcs": 4}, "--unverified"),
    "expired before": ({"payload": "x", "expires": EPOCH}, "expiry_date"),
    "a validity of weeks": (
        {"payload": "x", "expires": EPOCH + timedelta(days=8)},
        "expiry_date",
    ),
}


@pytest.mark.parametrize(("wanted", "words"), REFUSED.values(), ids=REFUSED)
def test_what_cant_be_sent(wanted: dict[str, object], words: str) -> None:
    office = Office()
    with pytest.raises(Refused, match=words):
        office.send(**wanted)  # type: ignore[arg-type]
    assert office.sent() == []


def test_binary_where_it_is_asked_for() -> None:
    office = Office(settings=PlatformSettings(unverified=True))
    office.send("00ff", dcs=4)
    assert office.received()[0].data == b"\x00\xff"
    with pytest.raises(Refused, match="octets in hex"):
        office.send("xyz", dcs=4)


def test_a_device_that_is_away_gets_it_when_it_comes_back() -> None:
    office = Office()
    office.modems[0].set_coverage(False)
    sms = office.send()
    assert (sms.status, sms.retries) == (SmsStatus.BUFFERED, 0)
    assert sms.retry == EPOCH + timedelta(seconds=60.1)
    office.wait(61)
    assert (sms.status, sms.retries) == (SmsStatus.BUFFERED, 1)
    assert sms.retry is not None
    office.modems[0].set_coverage(True)
    office.wait(5)
    assert sms.status.name == "DELIVERED"
    assert sms.retry is None
    assert len(office.received()) == 1
    office.wait(DAY_S)
    assert sms.status.name == "DELIVERED"  # nothing comes behind it


def test_a_full_storage_holds_it_up() -> None:
    office = Office(profile=with_sizes(SIM7600, ME=1, SM=1))
    first, second = office.send("one"), office.send("two")
    assert (first.status, second.status) == (SmsStatus.DELIVERED, SmsStatus.BUFFERED)
    office.ask("AT+CMGD=0")
    office.wait(1)
    assert second.status.name == "DELIVERED"
    assert [message.text for message in office.received()] == ["two"]


def test_it_expires() -> None:
    office = Office()
    office.modems[0].set_coverage(False)
    a_day, ten_minutes = office.send("a"), office.send("b", expires=EPOCH + timedelta(minutes=10))
    office.wait(601)
    assert [a_day.status, ten_minutes.status] == [SmsStatus.BUFFERED, SmsStatus.EXPIRED]
    assert ten_minutes.final == EPOCH + timedelta(minutes=10)
    office.modems[0].set_coverage(True)
    office.wait(5)
    assert [message.text for message in office.received()] == ["a"]


def test_it_is_cancelled_only_while_it_waits() -> None:
    office = Office()
    office.modems[0].set_coverage(False)
    sms = office.send()
    office.platform.terminated.cancel(sms)
    assert sms.status.name == "CANCELED"
    office.modems[0].set_coverage(True)
    office.wait(5)
    assert office.received() == []
    with pytest.raises(Refused, match="CANCELED"):
        office.platform.terminated.cancel(sms)
    with pytest.raises(Refused, match="DELIVERED"):
        office.platform.terminated.cancel(office.send())


def test_it_is_cancelled_before_its_first_try() -> None:
    office = Office()
    sms = office.platform.terminated.send(office.device, Outgoing("x"), Via.REST)
    assert sms.status.name == "PENDING"
    office.platform.terminated.cancel(sms)
    office.wait(1)
    assert (sms.status, office.received()) == (SmsStatus.CANCELED, [])


def test_a_message_that_the_host_has_yet_to_acknowledge() -> None:
    """+CMT with +CSMS=1: IN PROGRESS until +CNMA, and not to be taken back."""
    office = Office()
    office.ask("AT+CSMS=1;+CNMI=2,2")
    sms = office.send()
    assert sms.status.name == "IN_PROGRESS"
    with pytest.raises(Refused, match="IN PROGRESS"):
        office.platform.terminated.cancel(sms)
    office.ask("AT+CNMA=0")
    assert sms.status.name == "DELIVERED"


def test_one_that_is_never_acknowledged_expires() -> None:
    office = Office()
    office.ask("AT+CSMS=1;+CNMI=2,2")
    sms = office.send(expires=EPOCH + timedelta(seconds=10))
    office.wait(11)
    assert sms.status.name == "IN_PROGRESS"  # the modem's host may still say yes
    assert b"+CMT:" in office.modems[0].take_output()
    office.modems[0].set_coverage(False)
    office.wait(10)
    assert (sms.status.name, sms.final) == ("EXPIRED", EPOCH + timedelta(seconds=15.1))
    office.modems[0].set_coverage(True)
    office.wait(60)
    assert office.received() == []


@pytest.mark.parametrize("why", ["EXPIRED", "FAILED"])
def test_one_that_waited_before_it_reached_a_mute_host(why: str) -> None:
    """Expiry, or SMS MT off, while it is at the host: it isn't delivered a day later."""
    office = Office()
    office.ask("AT+CSMS=1;+CNMI=2,2")
    office.modems[0].set_coverage(False)
    sms = office.send(expires=EPOCH + timedelta(seconds=40))
    assert sms.status.name == "BUFFERED"
    office.modems[0].set_coverage(True)
    office.wait(5)
    assert b"+CMT:" in office.modems[0].take_output()
    if why == "FAILED":
        office.device.policy.services.discard(SMS_MT)
        office.platform.policies_changed()
    else:
        office.wait(40)
    assert sms.status.name == "IN_PROGRESS"
    office.modems[0].set_coverage(False)
    office.wait(10)
    assert sms.status.name == why
    office.modems[0].set_coverage(True)
    office.wait(DAY_S)
    assert office.received() == []


def test_one_that_was_not_acknowledged_waits_again() -> None:
    office = Office()
    office.ask("AT+CSMS=1;+CNMI=2,2")
    sms = office.send()
    office.modems[0].set_coverage(False)
    office.wait(10)
    assert sms.status.name == "BUFFERED"
    office.ask("AT+CSMS=0;+CNMI=2,1")
    office.modems[0].set_coverage(True)
    office.wait(10)
    assert sms.status.name == "DELIVERED"


def test_one_that_waited_is_buffered_again_when_its_host_was_mute() -> None:
    """What the list says of it is so within seconds, not at its next try in an hour."""
    office = Office()
    office.ask("AT+CSMS=1;+CNMI=2,2")
    office.modems[0].set_coverage(False)
    sms = office.send()
    office.wait(60 + 300 + 900)
    assert (sms.status.name, sms.retries) == ("BUFFERED", 3)
    office.modems[0].set_coverage(True)
    office.wait(5)
    words = told(office)
    office.device.policy.services.discard(SMS_MT)
    office.platform.policies_changed()  # it is looked at: it is at the host
    office.device.policy.services.add(SMS_MT)
    office.wait(10)
    office.modems[0].set_coverage(False)
    office.wait(10)
    assert sms.status.name == "BUFFERED"
    assert words == ["IN PROGRESS", "BUFFERED"]


def test_of_two_equal_ones_the_second_can_be_cancelled() -> None:
    office = Office()
    office.ask("AT+CSMS=1;+CNMI=2,2")
    first, second = (
        office.platform.terminated.send(office.device, Outgoing("x"), Via.REST) for _ in range(2)
    )
    office.wait(0.2)
    assert (first.status.name, second.status.name) == ("IN_PROGRESS", "BUFFERED")
    office.platform.terminated.cancel(second)
    office.ask("AT+CNMA=0")
    assert (first.status.name, second.status.name) == ("DELIVERED", "CANCELED")


def test_a_sim_that_is_taken_out_while_its_host_has_yet_to_acknowledge() -> None:
    office = Office()
    office.ask("AT+CSMS=1;+CNMI=2,2")
    sms = office.send()
    sim = office.device.sim
    office.platform.assign(office.device, None)
    assert sms.status.name == "FAILED"
    other = office.platform.add_device("other", office.device.policy)
    office.platform.assign(other, sim)
    office.modems[0].take_output()
    office.wait(60)
    assert b"+CMT" not in office.modems[0].take_output()


def test_a_disabled_device_gets_it_when_it_is_enabled() -> None:
    office = Office()
    office.platform.set_status(office.device, DeviceStatus.DISABLED)
    office.wait(5)
    assert office.device.connectivity.value == "BLOCKED"
    assert "+CREG: 0,3" in office.ask("AT+CREG?")
    sms = office.send()
    assert sms.status.name == "BUFFERED"
    office.platform.set_status(office.device, DeviceStatus.ENABLED)
    office.wait(5)
    assert sms.status.name == "DELIVERED"
    assert office.device.connectivity.value == "ONLINE"


def test_a_suspended_sim_is_out_and_comes_back() -> None:
    office = Office()
    sim = office.device.sim
    assert sim is not None
    office.platform.set_sim_status(sim, SimStatus.SUSPENDED)
    office.wait(5)
    assert not office.modems[0].state.subscriber.registered
    office.platform.set_sim_status(sim, SimStatus.ACTIVATED)
    office.wait(5)
    assert office.modems[0].state.subscriber.registered


def test_the_policy_may_forbid_it() -> None:
    office = Office()
    office.modems[0].set_coverage(False)
    waiting = office.send("waiting")
    office.device.policy.services.discard(SMS_MT)
    office.platform.policies_changed()
    with pytest.raises(Refused) as refused:
        office.send()
    assert (refused.value.status, refused.value.as_json()["error_code"]) == (409, 1406)
    assert (waiting.status, waiting.note) == (
        SmsStatus.FAILED,
        "SMS MT is off in the service profile",
    )
    office.modems[0].set_coverage(True)
    office.wait(5)
    assert office.received() == []


def test_mt_is_switched_off_while_its_host_has_yet_to_acknowledge() -> None:
    office = Office()
    office.ask("AT+CSMS=1;+CNMI=2,2")
    sms = office.send()
    office.device.policy.services.discard(SMS_MT)
    office.platform.policies_changed()
    assert sms.status.name == "IN_PROGRESS"
    office.modems[0].set_coverage(False)
    office.wait(10)
    assert sms.status.name == "FAILED"


def test_a_quota_that_applies_and_is_not_assigned_denies_it() -> None:
    office = Office()
    office.device.policy.flags["apply_sms_quota"] = True
    with pytest.raises(Refused, match="not allowed"):
        office.send()


def test_the_limit_of_the_month() -> None:
    office = Office()
    office.device.policy.limits[SMS_MT] = 2
    office.send("1")
    office.send("2")
    with pytest.raises(Refused, match="Traffic limit of 2 MT-SMS per month exceeded") as refused:
        office.send("3")
    assert refused.value.status == 422
    office.wait(DAY_S / 2)  # midnight UTC: February begins
    assert office.send("4").status is SmsStatus.DELIVERED


def test_a_sim_that_is_taken_out() -> None:
    office = Office()
    office.modems[0].set_coverage(False)
    sms = office.send()
    sim = office.device.sim
    assert sim is not None
    office.platform.assign(office.device, None)
    assert (sms.status, sms.note) == (SmsStatus.FAILED, "the SIM was taken out")
    with pytest.raises(Refused, match="no SIM"):
        office.send()
    other = office.platform.add_device("other", office.device.policy)
    office.platform.assign(other, sim)
    office.modems[0].set_coverage(True)
    office.wait(5)
    assert other.connectivity.value == "ONLINE"
    assert office.received() == []


def test_a_message_that_is_delivered_twice_is_told_once() -> None:
    office = Office()
    words = told(office)
    office.send()
    office.network.smsc.redeliver(office.modems[0].who.msisdn)
    assert words.count("DELIVERED") == 1


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hil.emnify.simulator.records.KEPT_SMS", 3)
    office = Office()
    messages = [office.send(str(number)) for number in range(5)]
    assert [sms.id for sms in office.sent()] == [sms.id for sms in messages[-3:]]
