"""The codec against the vectors: what others wrote and read, and the standard's word on it."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from modem.sms import (
    Alphabet,
    Deliver,
    PduError,
    Reassembler,
    Submit,
    compose,
    compose_deliver,
    decode_dcs,
    decode_pdu,
)
from modem.sms.address import address_end, decode_address
from modem.sms.gsm7 import decode_septets, encode_septets, pack, unpack
from modem.sms.ucs2 import decode_ucs2, encode_ucs2
from tests.modem.sms.vectors import READ, Row, params, rows

PDU_FILES = ("pdu_deliver.jsonl", "pdu_submit.jsonl", "pdu_status_report.jsonl")


def _of_kind(kind: str) -> list[object]:
    return [param for param in params("codec.jsonl") if param.values[0]["kind"] == kind]


@pytest.mark.parametrize("row", params(*PDU_FILES))
def test_every_expected_field(row: Row) -> None:
    message = decode_pdu(row["pdu_hex"], has_smsc=row["has_smsc"])
    expected = row["expected"]
    assert {key: READ[key](message) for key in expected} == expected


@pytest.mark.parametrize("row", params(*PDU_FILES))
def test_strict_refuses_only_what_breaks_the_standard(row: Row) -> None:
    if "strict_error" in row:
        with pytest.raises(PduError):
            decode_pdu(row["pdu_hex"], has_smsc=row["has_smsc"], strict=True)
    else:
        lenient = decode_pdu(row["pdu_hex"], has_smsc=row["has_smsc"])
        assert decode_pdu(row["pdu_hex"], has_smsc=row["has_smsc"], strict=True) == lenient


@pytest.mark.parametrize("row", params("pdu_invalid.jsonl"))
def test_strict_refuses_invalid_pdus(row: Row) -> None:
    if row["spec_reason"] is None:
        assert decode_pdu(row["pdu_hex"], has_smsc=row["has_smsc"], strict=True).warnings
    else:
        with pytest.raises(PduError):
            decode_pdu(row["pdu_hex"], has_smsc=row["has_smsc"], strict=True)


# What lenient decoding makes of the invalid rows which it reads; the others are refused in both.
LENIENT_READINGS = {
    "linux-mobile-broadband/ModemManager:src/tests/test-sms-part-3gpp.c:"
    "test_pdu_insufficient_data": "wanted 10 octets, 9 left",
    "linux-mobile-broadband/ModemManager:src/tests/test-sms-part-3gpp.c:"
    "test_pdu_wrong_user_data_elements_size": "announced by TP-UDHI, but there is no user data",
    "babca/python-gsmmodem:test/test_pdu.py:test_decode_invalidPduType": (
        "reserved message type 3, read as a DELIVER"
    ),
    "warthog618/sms:encoding/tpdu/tpdu_test.go:TestUnmarshalBinary/SmsDeliver underflow ud": (
        "wanted 7 octets, 0 left"
    ),
    "warthog618/sms:encoding/tpdu/tpdu_test.go:TestUnmarshalBinary/SmsStatusReport underflow pid": (
        "announced by TP-PI, but not there"
    ),
    "warthog618/sms:encoding/tpdu/tpdu_test.go:TestUnmarshalBinary/SmsStatusReport underflow ud": (
        "announced by TP-PI, but not there"
    ),
    "warthog618/sms:encoding/tpdu/tpdu_test.go:TestUnmarshalBinary/SmsSubmit bad vp": (
        "day octet C8 is not BCD"
    ),
    "gammu/gammu:tests/at-sms-failing/01.dump": "129 semi-octets, the most there may be is 20",
}


@pytest.mark.parametrize("row", params("pdu_invalid.jsonl"))
def test_lenient_reads_some_invalid_pdus_with_a_warning(row: Row) -> None:
    if row["source"] in LENIENT_READINGS:
        message = decode_pdu(row["pdu_hex"], has_smsc=row["has_smsc"])
        assert any(LENIENT_READINGS[row["source"]] in word for word in message.warnings)
    else:
        with pytest.raises(PduError):
            decode_pdu(row["pdu_hex"], has_smsc=row["has_smsc"])


class Reading(NamedTuple):
    """A row where two readings are legitimate: what they differ in, ours, and why."""

    source: str
    question: str
    field: str
    ours: object
    why: str


NRF = "nrfconnect/sdk-nrf:tests/lib/sms/src/sms_test.c:"
TWO_READINGS = (
    Reading(
        f"{NRF}test_recv_concat_escape_character_last[1]",
        "an escape ends the text",
        "text",
        "1234567890" * 15 + "12",
        "23.038 6.2.1.1: it stands for nothing; not shown as a space, and flagged",
    ),
    Reading(
        "warthog618/sms:sms_test.go:TestDecode/ucs2 split surrogate part 1",
        "half of a surrogate pair",
        "text",
        "😁\ufffd",
        "the octets are kept in `payload`, so that the parts joined give the whole character",
    ),
    Reading(
        f"{NRF}test_recv_invalid_udl_longer_than_ud_7bit_len41",
        "fewer octets than TP-UDL says",
        "text",
        "12345678901234567890123456789012345678901",
        "what is there is shown, with a warning; strict refuses it",
    ),
    Reading(
        "rilmodem/ofono:unit/test-sms.c:test_sr_assembly:sr_pdu3",
        "a time zone that is no BCD",
        "timestamp",
        None,
        "23.040 9.2.3.11: no date, its octets kept; not a zone that nobody has",
    ),
    Reading(
        "gammu/gammu:tests/at-sms/20.dump",
        "TP-UDHI without any user data",
        "text",
        "",
        "an empty message, with a warning; strict refuses it",
    ),
    Reading(
        "pmarti/python-messaging:messaging/test/test_sms.py:test_encoding_message_with_latin1_chars",
        "a last `@` where seven bits are spare",
        "text",
        "BÄRÇA äñ@",
        "23.040 9.2.3.16: TP-UDL counts septets, so a counted one is a character",
    ),
)


@pytest.mark.parametrize("reading", TWO_READINGS, ids=lambda reading: reading.question)
def test_which_of_two_readings_is_taken(reading: Reading) -> None:
    [row] = [row for row in rows(*PDU_FILES) if row["source"] == reading.source]
    message = decode_pdu(row["pdu_hex"], has_smsc=row["has_smsc"])
    assert READ[reading.field](message) == reading.ours, reading.why


def test_the_peers_that_assert_something_else_are_known() -> None:
    differing = [row for row in rows(*PDU_FILES) if "conflict" in row]
    # gammu's tests compare with the text before its transliteration, not with the one in the PDU.
    assert {row["source"].split(":")[0] for row in differing} == {"gammu/gammu"}
    assert len(differing) == 59


@pytest.mark.parametrize("row", _of_kind("gsm7"))
def test_septets(row: Row) -> None:
    # Spanish (2) has no locking shift table: the default alphabet holds (TS 23.038 A.3).
    locking = 0 if row["locking"] == 2 else row["locking"]
    fill = row.get("fill_bits", 0)
    septets = unpack(bytes.fromhex(row["packed_hex"]), row["septets"], fill)
    assert decode_septets(septets, locking, row["single"]) == (row["text"], False)
    if not locking and not row["single"]:
        assert pack(encode_septets(row["text"]), fill).hex().upper() == row["packed_hex"]


@pytest.mark.parametrize("row", _of_kind("ucs2"))
def test_ucs2(row: Row) -> None:
    octets = bytes.fromhex(row["data_hex"])
    assert decode_ucs2(octets) == (row["text"], False)
    assert encode_ucs2(row["text"]) == octets


@pytest.mark.parametrize("row", _of_kind("address"))
def test_addresses(row: Row) -> None:
    octets = bytes.fromhex(row["data_hex"])
    assert decode_address(octets, 0).number == row["text"]
    assert address_end(octets, 0) == row.get("octets", len(octets))


@pytest.mark.parametrize("row", _of_kind("dcs"))
def test_data_coding_schemes(row: Row) -> None:
    dcs = decode_dcs(row["dcs"])
    waiting = dcs.waiting and {"active": dcs.waiting.active, "store": dcs.waiting.store}
    assert (dcs.encoding, dcs.message_class, waiting) == (row["encoding"], row["class"], row["mwi"])


def test_all_kinds_of_codec_rows_are_tested() -> None:
    assert {row["kind"] for row in rows("codec.jsonl")} == {"gsm7", "ucs2", "address", "dcs"}


@pytest.mark.parametrize("row", params("concat_sets.jsonl"))
def test_long_messages(row: Row) -> None:
    parts = [decode_pdu(pdu, has_smsc=row["has_smsc"]) for pdu in row["pdus"]]
    assert [part.concat and part.concat.seq for part in parts] == row["have"]
    assert all(part.concat and part.concat.ref == row["ref"] for part in parts)
    assert all(getattr(part, "number", None) == row["number"] for part in parts)
    if "text_parts" in row:
        assert [part.text for part in parts] == row["text_parts"]
    if row["direction"] != "deliver":
        return
    reassembler = Reassembler()
    wholes = [reassembler.add(part, 0.0) for part in reversed(parts) if isinstance(part, Deliver)]
    assert [whole is not None for whole in wholes] == [False] * (len(parts) - 1) + [row["complete"]]
    last = wholes[-1]
    if last is not None:
        assert last.text == row.get("text")


# Rows whose octets aren't those that the codec writes for the same values.
NOT_CANONICAL = {
    "gammu/gammu:tests/at-sms/02.dump": "the spare bit behind the last septet is set",
    "pmarti/python-messaging:messaging/test/test_sms.py:test_decoding_7bit_pdu": "a zone of -0",
}


def _plain_rows(name: str) -> list[object]:
    """Rows that say nothing which can't be asked of `compose`: no header, no class, TP-PID 0."""
    plain = []
    for param in params(name):
        row = param.values[0]
        expected = row["expected"]
        if (
            row["source"] not in NOT_CANONICAL
            and "strict_error" not in row
            and expected.get("number")
            and expected["toa"] in (0x81, 0x91, 0xD0)
            and expected["pid"] == 0
            and expected["dcs"] in (0, 8)
            and not expected["udhi"]
            and not expected["trailing"]
            and "lone_surrogate" not in expected
            and expected.get("vpf") in (None, "absent", "relative")
        ):
            plain.append(param)
    return plain


@pytest.mark.parametrize("row", _plain_rows("pdu_submit.jsonl"))
def test_compose_writes_what_others_write(row: Row) -> None:
    message = decode_pdu(row["pdu_hex"], has_smsc=row["has_smsc"])
    assert isinstance(message, Submit)
    assert message.text is not None
    alphabet: Alphabet = "ucs2" if message.dcs.value == 8 else "gsm7"
    [part] = compose(
        message.number,
        message.text,
        alphabet=alphabet,
        status_report=message.status_report_request,
        validity_s=message.validity_s,
    )
    written = bytes.fromhex(part.pdu)[1:]
    # TP-MR is the modem's; TP-RP and TP-RD aren't asked for.
    first = message.first_octet & ~0x84
    assert written.hex() == (bytes((first, 0)) + message.tpdu[2:]).hex()


@pytest.mark.parametrize("row", _plain_rows("pdu_deliver.jsonl"))
def test_compose_deliver_writes_what_networks_write(row: Row) -> None:
    message = decode_pdu(row["pdu_hex"], has_smsc=row["has_smsc"])
    assert isinstance(message, Deliver)
    assert message.text is not None
    assert message.timestamp is not None
    [part] = compose_deliver(
        message.number,
        message.text,
        timestamp=message.timestamp,
        alphabet="ucs2" if message.dcs.value == 8 else "gsm7",
        smsc=message.smsc.number if message.smsc else None,
    )
    # TP-MMS is always set; TP-SRI, TP-RP and TP-LP aren't asked for.
    first = message.first_octet & ~0xA8 | 0x04
    written = bytes.fromhex(part.pdu)
    assert written[-part.tpdu_length :].hex() == (bytes((first,)) + message.tpdu[1:]).hex()


def test_many_rows_are_written_again() -> None:
    assert len(_plain_rows("pdu_submit.jsonl")) >= 70
    assert len(_plain_rows("pdu_deliver.jsonl")) >= 90
