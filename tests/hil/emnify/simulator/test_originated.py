"""SMS from devices: what the policies let through, where it goes, and what the device is told."""

from __future__ import annotations

import pytest

from hil.emnify.simulator.deliveries import mo_body
from hil.emnify.simulator.organisation import PlatformSettings
from hil.emnify.simulator.policy import SMS_MO, SMS_MT
from hil.emnify.simulator.records import Direction, SmsStatus, Via
from modem.sms import compose
from tests.hil.emnify.simulator.office import EPOCH, Office

OUTSIDE = "+4917012345678"


def test_a_message_to_a_short_number() -> None:
    office = Office()
    assert "+CMGS: 1" in office.submit("1234", "OK APN em")
    (sms,) = office.sent()
    assert (sms.direction, sms.dest, sms.payload) == (Direction.MO, "1234", "OK APN em")
    assert (sms.source, sms.status) == (office.modems[0].who.msisdn, SmsStatus.DELIVERED)
    # docs, mosms.png: keys and forms of the webhook's POST
    assert mo_body(sms, 4242) == {
        "id": sms.id,
        "endpoint": {"id": 700001, "name": "Device 0"},
        "organisation": {"id": 4242},
        "source_address": office.modems[0].who.msisdn,
        "dest_address": "1234",
        "payload": "OK APN em",
        "dcs": 0,
        "pid": 0,
        "multi_part_info": {"partno": 1, "total": 1, "identifier": str(sms.id)},
        "submit_date": EPOCH.strftime("%Y-%m-%d %H:%M:%S"),
    }


def test_parts_have_their_number_and_what_joins_them() -> None:
    office = Office()
    office.submit("1234", "x" * 161)
    parts = [sms.part for sms in office.sent()]
    assert [(part.number, part.total) for part in parts] == [(1, 2), (2, 2)]
    assert len({part.identifier for part in parts}) == 1


def test_other_alphabets_and_octets() -> None:
    office = Office()
    office.submit("1234", "привет")
    office.submit("1234", b"\x00\xff")
    text, octets = office.sent()
    assert (text.payload, text.dcs) == ("привет", 8)
    assert (octets.payload, octets.dcs) == ("00ff", 4)


@pytest.mark.parametrize(
    ("digits", "number", "application"),
    [
        pytest.param(8, "12345678", True, id="8 of 8"),
        pytest.param(8, "123456789", False, id="9 of 8"),
        pytest.param(7, "1234567", True, id="7 of 7"),
        pytest.param(7, "12345678", False, id="8 of 7"),
    ],
)
def test_how_many_digits_are_short(digits: int, number: str, application: bool) -> None:
    office = Office(settings=PlatformSettings(short_digits=digits))
    office.device.policy.flags["sms_p2p_ext"] = False
    answer = office.submit(number, "x")
    assert ("+CMGS" in answer) is application
    assert ("+CMS ERROR: 21" in answer) is not application


def test_what_is_for_applications_reaches_no_device() -> None:
    """Even where a SIM has a number of so few digits."""
    office = Office(2, settings=PlatformSettings(short_digits=15))
    office.submit(office.modems[1].who.msisdn, "x")
    assert (office.received(1), len(office.sent(0)), office.sent(1)) == ([], 1, [])


def test_mo_off() -> None:
    office = Office()
    office.device.policy.services.discard(SMS_MO)
    assert "+CMS ERROR: 50" in office.submit("1234", "x")
    assert office.sent() == []


def test_the_limit_of_the_month_is_a_time_out() -> None:
    office = Office()
    office.device.policy.limits[SMS_MO] = 1
    assert "+CMGS" in office.submit("1234", "x")
    assert office.submit("1234", "x", patience_s=39) == "\r\n> "
    office.wait(2)
    assert "+CMS ERROR: 332" in office.modems[0].take_output().decode()
    assert len(office.sent()) == 1
    office.wait(24 * 3600)
    assert "+CMGS" in office.submit("1234", "x")


def test_to_another_device() -> None:
    office = Office(2)
    one, two = office.devices
    assert "+CMGS" in office.submit(f"+{office.modems[1].who.msisdn}", "hello")
    office.wait(1)
    (sent,), (received,) = office.sent(0), office.sent(1)
    assert (sent.status, sent.device) == (SmsStatus.DELIVERED, one)
    assert (received.device, received.via) == (two, Via.P2P)
    assert (received.payload, received.source) == ("hello", office.modems[0].who.msisdn)
    assert received.status.name == "DELIVERED"
    (message,) = office.received(1)
    assert (message.text, message.number) == ("hello", f"+{office.modems[0].who.msisdn}")


def test_to_another_device_that_is_away() -> None:
    office = Office(2)
    office.modems[1].set_coverage(False)
    office.submit(office.modems[1].who.msisdn, "hello")
    office.wait(1)
    (received,) = office.sent(1)
    assert received.status.name == "BUFFERED"
    office.modems[1].set_coverage(True)
    office.wait(5)
    assert received.status.name == "DELIVERED"


def test_to_another_device_for_as_long_as_it_is_valid() -> None:
    office = Office(2)
    office.modems[1].set_coverage(False)
    (part,) = compose(office.modems[1].who.msisdn, "hello", validity_s=300)
    office.modems[0].feed(f"AT+CMGS={part.tpdu_length}\r".encode())
    office.modems[0].feed(part.pdu.encode() + b"\x1a")
    office.wait(1)
    office.wait(301)
    assert office.sent(1)[0].status is SmsStatus.EXPIRED
    office.modems[1].set_coverage(True)
    office.wait(5)
    assert office.received(1) == []


@pytest.mark.parametrize("inside", [True, False], ids=["inside", "outside"])
def test_p2p_off(inside: bool) -> None:
    office = Office(2)
    to = office.modems[1].who.msisdn if inside else OUTSIDE
    office.device.policy.flags["sms_p2p_int" if inside else "sms_p2p_ext"] = False
    assert "+CMS ERROR: 21" in office.submit(to, "x")
    office.device.policy.flags["sms_p2p_int"] = inside is False
    office.device.policy.flags["sms_p2p_ext"] = inside is True
    other = OUTSIDE if inside else office.modems[1].who.msisdn
    assert "+CMGS" in office.submit(other, "x")


def test_the_cap_of_p2p_is_acknowledged_and_dropped() -> None:
    """5 in 24 hours: "acknowledged to the device, not forwarded, stored as failed"."""
    office = Office(2)
    to = office.modems[1].who.msisdn
    answers = [office.submit(to, str(number)) for number in range(6)]
    assert all("+CMGS" in answer for answer in answers)
    assert [sms.status for sms in office.sent()] == [SmsStatus.DELIVERED] * 5 + [SmsStatus.FAILED]
    assert office.sent()[-1].note == "SMS MO P2P limit reached: 5 in 24 hours"
    assert len(office.received(1)) == 5
    assert "+CMGS" in office.submit("1234", "to an application there is none")
    assert office.sent()[-1].status is SmsStatus.DELIVERED
    office.wait(24 * 3600)
    office.submit(to, "tomorrow")
    assert office.received(1)[-1].text == "tomorrow"


def test_the_cap_of_a_receiver() -> None:
    """Six P2P SMS a minute."""
    office = Office(3)
    to = office.modems[2].who.msisdn
    for number in range(4):
        office.submit(to, f"a{number}", 0, patience_s=0.5)
        office.submit(to, f"b{number}", 1, patience_s=0.5)
    assert len(office.received(2)) == 6
    assert [sms.status for sms in office.sent(2)].count(SmsStatus.FAILED) == 2


def test_a_receiver_without_mt() -> None:
    office = Office(2)
    office.devices[1].policy = office.platform.add_policy("no MT")
    office.devices[1].policy.services.discard(SMS_MT)
    assert "+CMGS" in office.submit(office.modems[1].who.msisdn, "x")
    assert (office.received(1), office.sent(1)[0].status) == ([], SmsStatus.FAILED)


def test_a_receiver_whose_month_is_used_up() -> None:
    office = Office(2)
    office.devices[1].policy = office.platform.add_policy("one a month")
    office.devices[1].policy.limits[SMS_MT] = 1
    for number in range(2):
        assert "+CMGS" in office.submit(office.modems[1].who.msisdn, str(number))
    assert [message.text for message in office.received(1)] == ["0"]
    assert office.sent(1)[-1].status is SmsStatus.FAILED


def test_to_a_card_that_no_device_has() -> None:
    office = Office(2)
    office.device.policy.flags["sms_p2p_ext"] = False
    office.platform.assign(office.devices[1], None)
    assert "+CMGS" in office.submit(office.modems[1].who.msisdn, "x")
    assert office.received(1) == []


def test_a_status_report_tells_the_truth() -> None:
    office = Office(2)
    office.ask("AT+CNMI=2,1,0,1")
    for to, reports in (("1234", 1), (office.modems[1].who.msisdn, 1)):
        office.modems[0].take_output()
        report_of(office, to)
        office.wait(3)
        assert office.modems[0].take_output().count(b"+CDS:") == reports
    for number in range(4):
        office.submit(office.modems[1].who.msisdn, str(number))
    office.modems[0].take_output()
    report_of(office, office.modems[1].who.msisdn)  # the sixth: dropped
    office.wait(3)
    assert b"+CDS:" not in office.modems[0].take_output()


def report_of(office: Office, to: str) -> None:
    (part,) = compose(to, "x", status_report=True)
    office.modems[0].feed(f"AT+CMGS={part.tpdu_length}\r".encode())
    office.modems[0].feed(part.pdu.encode() + b"\x1a")
    office.wait(0.5)
