"""Whole PDUs: errors and where they point, both ways of reading, identity, and hostile octets."""

from __future__ import annotations

import hashlib
import pickle
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from modem.sms import (
    Address,
    Command,
    ComposeError,
    Deliver,
    DeliverReport,
    Encoding,
    PduError,
    StatusReport,
    Submit,
    build_status_report,
    decode_pdu,
)
from modem.sms.view import as_json, fields
from tests.modem.sms.vectors import Row, params

NOW = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)

# SMSC none; DELIVER from "123" (0381 21F3), PID 00, DCS 00, 2024-05-06 07:08:09 +00.
HEAD = "000403 8121F3 0000 42506070809000".replace(" ", "")
HEAD_UDHI = HEAD.replace("0004", "0044", 1)
HEAD_UCS2 = HEAD.replace("21F30000", "21F30008")


def _deliver(pdu: str, *, strict: bool = False) -> Deliver:
    message = decode_pdu(pdu, strict=strict)
    assert isinstance(message, Deliver)
    return message


@pytest.mark.parametrize(
    ("pdu", "field", "octet", "message"),
    [
        ("", "pdu.smsc", 0, "wanted 1 octet, 0 left"),
        ("00", "pdu.first_octet", 1, "wanted 1 octet, 0 left"),
        ("0791", "pdu.smsc", 2, "wanted 6 octets, 0 left"),
        ("0004", "deliver.oa", 2, "wanted 1 octet, 0 left"),
        ("00040381", "deliver.oa", 4, "wanted 2 octets, 0 left"),
        ("0004038121F3", "deliver.pid", 6, "wanted 1 octet, 0 left"),
        (HEAD[:-2], "deliver.scts", 8, "wanted 7 octets, 6 left"),
        (HEAD, "deliver.udl", 15, "wanted 1 octet, 0 left"),
        (HEAD_UDHI + "0A", "deliver.udh", 16, "wanted 1 octet, 0 left"),
        (HEAD_UDHI + "0605000302", "deliver.udh", 16, "wanted 5 octets, 3 left"),
        ("0001", "submit.mr", 2, "wanted 1 octet, 0 left"),
        ("0002", "status_report.mr", 2, "wanted 1 octet, 0 left"),
        ("0G", "pdu", 0, "character 2 is no hex digit"),
        ("000", "pdu", 1, "an odd number of hex digits"),
        ("00 04", "pdu", 1, "character 3 is no hex digit"),
        ("٠٠", "pdu", 0, "character 1 is no hex digit"),
        ("0004\u2003\n0", "pdu", 2, "character 5 is no hex digit"),
    ],
    ids=lambda value: (value or "empty") if isinstance(value, str) else None,
)
def test_errors_name_field_and_octet(pdu: str, field: str, octet: int, message: str) -> None:
    with pytest.raises(PduError) as caught:
        decode_pdu(pdu)
    error = caught.value
    assert (error.field, error.octet, error.message) == (field, octet, message)
    assert str(error) == f"{field} at octet {octet}: {message}"


@pytest.mark.parametrize(
    ("pdu", "warning", "text"),
    [
        (HEAD + "02C8", "deliver.ud at octet 16: wanted 2 octets, 1 left", "H"),
        (HEAD + "02C834FF", "deliver.ud at octet 18: 1 octet behind the user data", "Hi"),
        (HEAD + "A1" + "00" * 141, "141 octets, the most there may be is 140", "@" * 161),
        (HEAD + "011B", "deliver.ud at octet 16: the text ends in an escape", ""),
        (HEAD_UCS2 + "03004100", "an odd octet at the end of a UCS-2 text", "A"),
        (HEAD_UCS2 + "04D83D0041", "half a surrogate pair", "\ufffdA"),
        (HEAD_UDHI + "00", "announced by TP-UDHI, but there is no user data", ""),
        (HEAD_UDHI + "07" + "06" + "700441424344", "the header takes 8", ""),
        (HEAD_UDHI + "09" + "050003050203" + "9048", "makes no sense, not used", "HH"),
        (HEAD_UDHI + "09" + "050004050201" + "9048", "no element is used", None),
        (HEAD.replace("425060", "FF5060") + "01C8", "year octet FF is not BCD", "H"),
        (HEAD.replace("0004", "0007", 1) + "01C8", "reserved message type 3", "H"),
    ],
    ids=[
        "short",
        "trailing",
        "long",
        "escape",
        "odd",
        "surrogate",
        "no-user-data",
        "header-over-udl",
        "part-3-of-2",
        "element-too-long",
        "no-date",
        "type-3",
    ],
)
def test_lenient_reads_and_warns(pdu: str, warning: str, text: str | None) -> None:
    message = _deliver(pdu)
    assert any(warning in word for word in message.warnings), message.warnings
    if text is not None:
        assert message.text == text


def test_strict_names_the_element_that_does_not_fit() -> None:
    pdu = HEAD_UDHI + "0C" + "0A" + "05040B84" + "23F0" + "00035A02"
    pdu += "AA"
    with pytest.raises(PduError) as caught:
        decode_pdu(pdu, strict=True)
    assert str(caught.value) == "deliver.udh.ie[1] at octet 23: wanted 3 octets, 2 left"


@pytest.mark.parametrize(
    ("octet", "from_device", "kind"),
    [
        ("04", False, Deliver),
        ("01", False, Submit),
        ("02", False, StatusReport),
        ("07", False, Deliver),
        ("01", True, Submit),
        ("00", True, DeliverReport),
        ("02", True, Command),
        ("03", True, None),
    ],
)
def test_the_type_bits_mean_one_thing_each_way(
    octet: str, from_device: bool, kind: type[object] | None
) -> None:
    pdu = "00" + octet + "00" * 40
    if kind is None:
        with pytest.raises(PduError, match=r"pdu\.first_octet at octet 1: message type"):
            decode_pdu(pdu, from_device=from_device)
    else:
        assert type(decode_pdu(pdu, from_device=from_device)) is kind


def test_octets_text_case_and_blanks_around_are_the_same_message() -> None:
    pdu = HEAD + "02C834"
    same = [
        decode_pdu(bytes.fromhex(pdu)),
        decode_pdu(pdu.lower()),
        decode_pdu(f"  {pdu}\r\n"),
        decode_pdu(f"\u2003{pdu}\xa0"),
        decode_pdu(pdu[2:], has_smsc=False),
    ]
    assert all(message == same[0] for message in same)
    assert len(set(same)) == 1


def test_compressed_text_is_handed_on_as_octets() -> None:
    message = _deliver(HEAD.replace("21F30000", "21F30020") + "03C83400")
    assert (message.encoding, message.text, message.data) == (
        Encoding.COMPRESSED,
        None,
        b"\xc8\x34\x00",
    )


def test_a_national_table_that_is_not_known_falls_back_to_the_default() -> None:
    message = _deliver(HEAD_UDHI + "06" + "03" + "25017F" + "4002")
    assert message.text == "H"
    assert message.warnings == (
        "deliver.udh at octet 16: locking shift table 127 unknown, read by the default one",
    )


BASE = HEAD + "02C834"


@pytest.mark.parametrize(
    ("pdu", "same"),
    [
        (BASE, True),
        ("07919471325476F8" + BASE[2:], True),
        (BASE.replace("0004", "0000", 1), True),
        (BASE.replace("0004", "00A4", 1), True),
        (BASE + "FFFF", True),
        (BASE.replace("21F3", "21F4"), False),
        (BASE.replace("0381", "0391"), False),
        (BASE.replace("21F30000", "21F30100"), False),
        (BASE.replace("21F30000", "21F30001"), False),
        (BASE.replace("425060", "425070"), False),
        (BASE.replace("02C834", "02C835"), False),
        (BASE.replace("02C834", "01C834"), False),
        (BASE.replace("0004", "0044", 1).replace("02C834", "020034"), False),
    ],
    ids=[
        "itself",
        "smsc",
        "mms",
        "sri-and-rp",
        "trailing",
        "number",
        "type-of-number",
        "pid",
        "dcs",
        "scts",
        "text",
        "udl",
        "udhi",
    ],
)
def test_the_key_is_what_makes_a_message_the_same(pdu: str, same: bool) -> None:
    assert (_deliver(pdu).key == _deliver(BASE).key) is same


def test_the_key_is_over_the_octets_that_its_docstring_names() -> None:
    octets = bytes.fromhex("038121F3" + "00" + "00" + "42506070809000" + "00" + "02" + "C834")
    assert _deliver(BASE).key == hashlib.sha256(octets).digest()
    header = HEAD_UDHI + "02" + "00" + "7F"
    octets = bytes.fromhex("038121F3" + "00" + "00" + "42506070809000" + "40" + "02" + "007F")
    assert _deliver(header).key == hashlib.sha256(octets).digest()


@pytest.mark.parametrize(
    "row",
    params("pdu_deliver.jsonl", "pdu_submit.jsonl", "pdu_status_report.jsonl"),
)
def test_what_is_shown_of_a_message_is_all_of_its_octets(row: Row) -> None:
    message = decode_pdu(row["pdu_hex"], has_smsc=row["has_smsc"])
    drawn = fields(message)
    assert b"".join(field.octets for field in drawn) == message.octets
    assert all(field.meaning.isprintable() for field in drawn)
    assert as_json(message)["tpdu_length"] == message.tpdu_length


def test_errors_survive_pickling() -> None:
    for error in (PduError("deliver.ud", 3, "wanted 1 octet, 0 left"), ComposeError("to", "none")):
        again = pickle.loads(pickle.dumps(error))
        assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))


def test_a_status_report_survives() -> None:
    built = build_status_report(
        Address("49171234567", 0x91), NOW, NOW.replace(minute=9), reference=200, status=0x41
    )
    report = decode_pdu(built.pdu, strict=True)
    assert isinstance(report, StatusReport)
    assert (report.number, report.reference, report.status) == ("+49171234567", 200, 0x41)
    assert (report.timestamp, report.discharge) == (NOW, NOW.replace(minute=9))
    assert (report.tpdu_length, report.warnings) == (built.tpdu_length, ())


@pytest.mark.parametrize(("reference", "status"), [(-1, 0), (256, 0), (0, -1), (0, 256)])
def test_a_status_report_takes_octets(reference: int, status: int) -> None:
    with pytest.raises(ComposeError, match=r"wanted 0 to 255, got (-1|256)"):
        build_status_report(Address("1", 0x81), NOW, NOW, reference=reference, status=status)


# `typing` loads `re` before anything of ours is loaded; what loads it again, loads it by itself.
LIGHT = """
import sys
import dataclasses, enum, typing
sys.modules.pop("re")
before = set(sys.modules)
import modem.sms
print(*set(sys.modules) - before)
"""
HEAVY = {"asyncio", "logging", "hashlib", "socket", "sqlite3", "re", "unicodedata"}
LATER = ("charsets", "national", "translit", "status", "checks", "view", "failure", "pid")


def test_importing_the_codec_loads_nothing_heavy() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIGHT],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stdout.split())
    assert "modem.sms.tpdu" in loaded
    assert not loaded & HEAVY
    # What few messages need is loaded with the first that does.
    assert not {
        name for name in loaded if name.startswith("modem.sms.") and name.split(".")[2] in LATER
    }
