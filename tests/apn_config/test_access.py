"""Who may command, and what is too old to be obeyed."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apn_config.access import (
    Access,
    Allowed,
    Denied,
    Explanation,
    NetworkTime,
    Secrets,
    Step,
    Verdict,
    is_stale,
    moved,
    sender_key,
)
from apn_config.config import AccessConfig, Config, DialectConfig, DialectsConfig, Rule
from apn_config.config_access import is_lax
from apn_config.dialects.omacp.security import digest, key_for
from apn_config.dialects.signed import parse_signed, sign
from apn_config.keys import Key
from apn_config.model import (
    ApnRequest,
    Command,
    Device,
    Form,
    Mac,
    Malformed,
    Message,
    NotForUs,
    Password,
    PinWord,
    Proof,
    Security,
    Sender,
    SetupCode,
    Signature,
    Verb,
)

T0 = datetime(2025, 3, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


# --- senders --------------------------------------------------------------------------------------

NUMBER = Sender("12345")
LISTED = {
    "same-number": ("12345", NUMBER, True),
    "plus-in-the-message": ("4917012345", Sender("+4917012345"), True),
    "plus-in-the-list": ("+4917012345", Sender("4917012345"), True),
    "plus-in-both": ("+4917012345", Sender("+4917012345"), True),
    "blanks-in-the-list": ("+49 170 12345", Sender("+4917012345"), True),
    "blank-around": (" 12345 ", NUMBER, True),
    "star-and-hash": ("*100#", Sender("*100#"), True),
    "other-number": ("12346", NUMBER, False),
    "longer-number": ("123456", NUMBER, False),
    "shorter-number": ("1234", NUMBER, False),
    "same-end": ("4912345", NUMBER, False),
    "leading-zeros": ("0012345", NUMBER, False),
    "same-name": ("emnify", Sender("emnify", alphanumeric=True), True),
    "name-in-other-case": ("emnify", Sender("EMnify", alphanumeric=True), True),
    "listed-in-other-case": ("EMNIFY", Sender("emnify", alphanumeric=True), True),
    "name-with-blank": ("My Ops", Sender("my ops", alphanumeric=True), True),
    "padded-name": ("emnify", Sender("emnify ", alphanumeric=True), True),
    "other-name": ("emnify", Sender("emnify2", alphanumeric=True), False),
    "name-of-letters-like-digits": ("ABC123", Sender("abc123", alphanumeric=True), True),
    "short-name-of-that-kind": ("B2B", Sender("B2B", alphanumeric=True), True),
    "dotless-i": ("emnify", Sender("emn\u0131fy", alphanumeric=True), False),
    "name-of-digits": ("12345", Sender("12345", alphanumeric=True), False),
    "digits-of-the-network-spell-a-name": ("abc", Sender("abc"), False),
    "nobody": ("", Sender(""), True),
    "nobody-as-a-name": ("", Sender("", alphanumeric=True), True),
    "nobody-as-an-empty-international-number": ("", Sender("+"), True),
    "nobody-is-not-a-number": ("12345", Sender(""), False),
    "a-number-is-not-nobody": ("", NUMBER, False),
    "a-name-is-not-nobody": ("", Sender("emnify", alphanumeric=True), False),
}


def listed(senders: tuple[str, ...], sender: Sender) -> bool:
    """May the sender command, where these are listed?"""
    found = Access(AccessConfig(senders=senders), Secrets()).decide(sender, ping(), Device())
    return isinstance(found, Allowed)


@pytest.mark.parametrize(("entry", "sender", "expected"), LISTED.values(), ids=LISTED)
def test_listed(entry: str, sender: Sender, expected: bool) -> None:
    assert listed((entry,), sender) is expected
    assert listed(("777", entry, "somebody"), sender) is expected


def test_an_empty_list_holds_nobody() -> None:
    assert not listed((), NUMBER)
    assert not listed((), Sender(""))


def test_a_mark_is_kept_under_one_key_for_all_forms_of_a_sender() -> None:
    assert sender_key(Sender("+49170")) == sender_key(Sender("49170"))
    assert sender_key(Sender("EMnify", True)) == sender_key(Sender("emnify", True))
    keys = {sender_key(s) for s in (Sender("1"), Sender("1", True), Sender(""), Sender("x", True))}
    assert len(keys) == 4


@given(st.text("0123456789*#", min_size=1, max_size=20).filter(lambda n: n.strip("*#")))
def test_every_number_is_its_own_entry_with_plus_or_without(digits: str) -> None:
    for entry in (digits, f"+{digits}"):
        for sender in (Sender(digits), Sender(f"+{digits}")):
            assert listed((entry,), sender)


# --- who may --------------------------------------------------------------------------------------

SENDERS = AccessConfig(senders=("12345",))
WITH_PIN = AccessConfig(senders=("12345",), pin_file=Path("pin"))
STRANGER = Sender("999")
DEVICE = Device("862345678901234", "8988303000000000001", "901430000000001", "+491700000001")
NOTHING = Secrets()


def ping(pin: str | None = None) -> Command:
    return Command(Verb.PING, proof=None if pin is None else PinWord(pin))


DECISIONS: dict[str, tuple[AccessConfig | None, Sender, str | None, str | None, Verdict]] = {
    # configuration, sender, the word that is set, the word that is given
    "no-access-section": (None, NUMBER, None, None, Denied("no-access")),
    "no-access-section-and-a-word": (None, NUMBER, None, "4821", Denied("no-access")),
    "empty-list": (AccessConfig(), NUMBER, None, None, Denied("not-listed")),
    "stranger": (SENDERS, STRANGER, None, None, Denied("not-listed")),
    "stranger-with-the-word": (WITH_PIN, STRANGER, "4821", "4821", Denied("not-listed")),
    "listed": (SENDERS, NUMBER, None, None, Allowed("senders")),
    "word-where-none-is-set": (SENDERS, NUMBER, None, "4821", Allowed("senders")),
    "word-missing": (WITH_PIN, NUMBER, "4821", None, Denied("pin-missing", rule="senders")),
    "word-wrong": (WITH_PIN, NUMBER, "4821", "4822", Denied("pin-wrong", True, "senders")),
    "word-longer": (WITH_PIN, NUMBER, "4821", "48211", Denied("pin-wrong", True, "senders")),
    "word-empty": (WITH_PIN, NUMBER, "4821", "", Denied("pin-wrong", True, "senders")),
    "word-in-other-case": (
        WITH_PIN, NUMBER, "Secret", "secret", Denied("pin-wrong", True, "senders")
    ),
    "word-in-other-script": (
        WITH_PIN, NUMBER, "secret", "s\u0435cret", Denied("pin-wrong", True, "senders")
    ),
    "word-with-a-surrogate": (
        WITH_PIN, NUMBER, "secret", "s\ud83d", Denied("pin-wrong", True, "senders")
    ),
    "word-right": (WITH_PIN, NUMBER, "4821", "4821", Allowed("senders")),
}  # fmt: skip


@pytest.mark.parametrize(
    ("config", "sender", "word", "given_word", "expected"), DECISIONS.values(), ids=DECISIONS
)
def test_decisions(
    config: AccessConfig | None,
    sender: Sender,
    word: str | None,
    given_word: str | None,
    expected: Verdict,
) -> None:
    access = Access(config, Secrets(pin_word=word))
    assert access.decide(sender, ping(given_word), DEVICE) == expected
    proof = None if given_word is None else PinWord(given_word)
    assert access.decide(sender, Malformed("bad-apn", proof=proof), DEVICE) == expected


# --- rules ----------------------------------------------------------------------------------------

OPS, HELPDESK, DASHBOARD = Sender("+491701"), Sender("+491702"), Sender("fleet", True)
SITE = AccessConfig(
    senders=("491701",),
    rules=(
        Rule("dashboard", ("fleet",), ("plain",), verbs=("STATUS", "PING"), proof=False),
        Rule("helpdesk", ("49170?",), verbs=("STATUS", "APN READ", "REBOOT MODEM")),
        Rule("nobody-else", ("*",), verbs=("PING",), proof=False),
    ),
)
SITE_SECRETS = Secrets(pin_word="4821")
PIN = PinWord("4821")
SET = Command(Verb.APN_SET, request=ApnRequest("em"), proof=PIN)

RULED: dict[str, tuple[Sender, Command | Malformed, Verdict]] = {
    "the first that is about it": (HELPDESK, Command(Verb.STATUS, proof=PIN), Allowed("helpdesk")),
    "which wants the word": (
        HELPDESK, Command(Verb.STATUS), Denied("pin-missing", rule="helpdesk")
    ),
    "a later one is no way around it": (
        HELPDESK, Command(Verb.STATUS, proof=PinWord("1")), Denied("pin-wrong", True, "helpdesk")
    ),
    "what it isn't about goes on": (HELPDESK, Command(Verb.PING), Allowed("nobody-else")),
    "to the end": (HELPDESK, SET, Denied("verb-not-allowed")),
    "or to the listed senders": (OPS, SET, Allowed("senders")),
    "reading alone": (HELPDESK, Command(Verb.APN_READ, proof=PIN), Allowed("helpdesk")),
    "without the word": (DASHBOARD, Command(Verb.STATUS), Allowed("dashboard")),
    "and a wrong one is ignored": (
        DASHBOARD, Command(Verb.STATUS, proof=PinWord("1")), Allowed("dashboard")
    ),
    "in that dialect alone": (
        DASHBOARD, Command(Verb.STATUS, dialect="teltonika"), Denied("verb-not-allowed")
    ),
    "anybody may ping": (STRANGER, Command(Verb.PING), Allowed("nobody-else")),
    "nobody without a number, too": (Sender(""), Command(Verb.PING), Allowed("nobody-else")),
    "and no more": (STRANGER, Command(Verb.STATUS), Denied("verb-not-allowed")),
    "a text that nobody knows": (STRANGER, Malformed("unknown-verb"), Denied("verb-not-allowed")),
    "an APN that is wrong": (
        STRANGER, Malformed("bad-apn", verb="APN"), Denied("verb-not-allowed")
    ),
    "of somebody who may read it": (
        HELPDESK, Malformed("bad-apn", verb="APN", proof=PIN), Denied("verb-not-allowed")
    ),
}  # fmt: skip


@pytest.mark.parametrize(("sender", "parsed", "expected"), RULED.values(), ids=RULED)
def test_rules(sender: Sender, parsed: Command | Malformed, expected: Verdict) -> None:
    assert Access(SITE, SITE_SECRETS).decide(sender, parsed, DEVICE) == expected


NONSENSE = Malformed("unknown-verb")
NARROW: dict[str, tuple[Rule, Secrets, Malformed, Verdict]] = {
    # Whoever says some verbs on a sender's word gets no error for what isn't one of them.
    "without proof": (
        Rule("look", verbs=("STATUS",), proof=False), SITE_SECRETS, NONSENSE,
        Denied("verb-not-allowed"),
    ),
    "nor with the right word, which it would tell": (
        Rule("look", verbs=("STATUS",), proof=False), SITE_SECRETS,
        Malformed("unknown-verb", proof=PIN), Denied("verb-not-allowed"),
    ),
    "where there is no word": (
        Rule("look", verbs=("STATUS",)), NOTHING, NONSENSE, Denied("verb-not-allowed")
    ),
    "where that dialect has no password": (
        Rule("look", verbs=("STATUS",)), Secrets(passwords={"coban": Password("1")}),
        Malformed("unknown", dialect="teltonika"), Denied("verb-not-allowed"),
    ),
    "with the word": (
        Rule("look", verbs=("STATUS",)), SITE_SECRETS, Malformed("unknown-verb", proof=PIN),
        Allowed("look"),
    ),
    "without the word": (
        Rule("look", verbs=("STATUS",)), SITE_SECRETS, NONSENSE, Denied("pin-missing", rule="look")
    ),
    "all verbs": (Rule("all", proof=False), SITE_SECRETS, NONSENSE, Allowed("all")),
    "a verb of the rule's": (
        Rule("look", verbs=("STATUS",), proof=False), SITE_SECRETS,
        Malformed("extra-words", verb="STATUS"), Allowed("look"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "secrets", "parsed", "expected"), NARROW.values(), ids=NARROW)
def test_who_gets_errors(
    rule: Rule, secrets: Secrets, parsed: Malformed, expected: Verdict
) -> None:
    access = Access(AccessConfig(rules=(rule,)), secrets)
    assert access.decide(STRANGER, parsed, DEVICE) == expected


def test_the_furthest_rule_tells_why_nobody_decides() -> None:
    access = Access(AccessConfig(rules=(Rule("a", ("1",)), Rule("b", ("2",), ("omacp",)))), NOTHING)
    assert access.decide(Sender("3"), ping(), DEVICE) == Denied("not-listed")
    assert access.decide(Sender("2"), ping(), DEVICE) == Denied("dialect-not-allowed")
    assert access.decide(Sender("1"), ping(), DEVICE) == Allowed("a")


def test_an_explanation_names_each_rule_and_the_one_that_decides() -> None:
    command = Command(Verb.STATUS, proof=PinWord("1"))
    found = Access(SITE, SITE_SECRETS).explain(HELPDESK, command, DEVICE)
    assert found.verdict == Denied("pin-wrong", True, "helpdesk")
    assert found.steps == (
        Step("dashboard", "sender"),
        Step("helpdesk", None, decides=True),
        Step("nobody-else", "verb"),
        Step("senders", "sender"),
    )


def test_an_explanation_without_rules() -> None:
    assert Access(None, NOTHING).explain(NUMBER, ping(), DEVICE) == Explanation(Denied("no-access"))


@pytest.mark.parametrize(
    ("sender", "number", "is_oneself"),
    [
        (Sender("+491700000001"), DEVICE.number, True),
        (Sender("491700000001"), DEVICE.number, True),
        (Sender("491700000001"), "49 170/0000001", True),
        (Sender("491700000002"), DEVICE.number, False),
        (Sender("491700000001", alphanumeric=True), DEVICE.number, False),
        (Sender(""), "", False),
        (Sender("491700000001"), "", False),
    ],
)
def test_no_answer_to_oneself(sender: Sender, number: str, is_oneself: bool) -> None:
    access = Access(AccessConfig(rules=(Rule("all"),)), NOTHING)
    found = access.decide(sender, ping(), Device(number=number))
    assert found == (Denied("oneself") if is_oneself else Allowed("all"))


# --- dialects with and without a password ---------------------------------------------------------

LOGIN = Password("geheim", "admin")
ANY = AccessConfig(senders=("12345",), rules=(Rule("free", dialects=("raw-at",), proof=False),))
LISTED_ONLY = AccessConfig(senders=("12345",))
WITH_PASSWORD = Secrets(passwords={"teltonika": LOGIN}, pin_word="4821")


def asked(dialect: str, proof: Proof | None = None) -> Command:
    return Command(Verb.APN_SET, request=ApnRequest("em"), proof=proof, dialect=dialect)


PASSWORDS: dict[str, tuple[AccessConfig, Secrets, Command, Verdict]] = {
    "right": (LISTED_ONLY, WITH_PASSWORD, asked("teltonika", LOGIN), Allowed("senders")),
    "missing": (
        LISTED_ONLY, WITH_PASSWORD, asked("teltonika"), Denied("password-missing", rule="senders")
    ),
    "wrong": (
        LISTED_ONLY, WITH_PASSWORD, asked("teltonika", Password("x", "admin")),
        Denied("password-wrong", True, "senders"),
    ),
    "wrong login": (
        LISTED_ONLY, WITH_PASSWORD, asked("teltonika", Password("geheim", "root")),
        Denied("password-wrong", True, "senders"),
    ),
    "another case": (
        LISTED_ONLY, WITH_PASSWORD, asked("teltonika", Password("Geheim", "admin")),
        Denied("password-wrong", True, "senders"),
    ),
    "the PIN word in its place": (
        LISTED_ONLY, WITH_PASSWORD, asked("teltonika", PinWord("4821")),
        Denied("password-missing", rule="senders"),
    ),
    "of another dialect": (
        LISTED_ONLY, WITH_PASSWORD, asked("coban", LOGIN), Denied("no-proof", rule="senders")
    ),
    "none set, no PIN word": (LISTED_ONLY, NOTHING, asked("coban"), Allowed("senders")),
    "none set, and ignored": (
        LISTED_ONLY, NOTHING, asked("coban", Password("123456")), Allowed("senders")
    ),
    "none set, but a PIN word": (
        LISTED_ONLY, SITE_SECRETS, asked("coban"), Denied("no-proof", rule="senders")
    ),
    "none set, and no plain dialect to go by": (
        LISTED_ONLY, Secrets(lax=False), asked("coban"), Denied("no-proof", rule="senders")
    ),
    "a rule allows it": (ANY, SITE_SECRETS, asked("raw-at"), Allowed("free")),
    "and no other dialect": (
        ANY, SITE_SECRETS, asked("coban"), Denied("no-proof", rule="senders")
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("config", "secrets", "command", "expected"), PASSWORDS.values(), ids=PASSWORDS
)
def test_passwords(
    config: AccessConfig, secrets: Secrets, command: Command, expected: Verdict
) -> None:
    assert Access(config, secrets).decide(NUMBER, command, DEVICE) == expected


DEVICES: dict[str, tuple[str | None, str, bool]] = {
    # what is configured, what the message names
    "the end of the IMEI": (None, "678901234", True),
    "all of the IMEI": (None, "862345678901234", True),
    "too little of it": (None, "78901234", False),
    "nothing": (None, "", False),
    "another's": (None, "678901235", False),
    "more than the IMEI": (None, "0862345678901234", False),
    "what is configured": ("100850", "100850", True),
    "the IMEI, where another is configured": ("100850", "678901234", False),
    "another than is configured": ("100850", "100851", False),
}


@pytest.mark.parametrize(("configured", "named", "is_us"), DEVICES.values(), ids=DEVICES)
def test_which_device_is_meant(configured: str | None, named: str, is_us: bool) -> None:
    devices = {} if configured is None else {"suntech": configured}
    access = Access(LISTED_ONLY, Secrets(devices=devices))
    command = Command(Verb.STATUS, dialect="suntech", device=named)
    expected = Allowed("senders") if is_us else Denied("other-device")
    assert access.decide(NUMBER, command, DEVICE) == expected
    # Without the IMEI nobody can tell.
    if configured is None:
        assert access.decide(NUMBER, command, Device()) == Denied("other-device")


# --- signatures -----------------------------------------------------------------------------------

KEYS = (
    Key("ops", bytes(range(32))),
    Key("ops", bytes(range(1, 33)), previous=True),
    Key("desk", bytes(range(2, 34))),
)
RING = Secrets(keys=KEYS)
BY_KEY = AccessConfig(
    rules=(Rule("ops", keys=("ops",)), Rule("desk", keys=("desk",), verbs=("STATUS",)))
)


def signed(key: Key, text: str = "STATUS", iccid: str = DEVICE.iccid) -> Command | Malformed:
    parsed = parse_signed(Message(sign(key.octets, iccid, 7, text)))
    assert not isinstance(parsed, NotForUs)
    return parsed


SIGNED: dict[str, tuple[AccessConfig, Secrets, Command | Malformed, Device, Verdict]] = {
    "right": (BY_KEY, RING, signed(KEYS[0], "APN em"), DEVICE, Allowed("ops", KEYS[0].fingerprint)),
    "previous": (BY_KEY, RING, signed(KEYS[1]), DEVICE, Allowed("ops", KEYS[1].fingerprint)),
    "another": (BY_KEY, RING, signed(KEYS[2]), DEVICE, Allowed("desk", KEYS[2].fingerprint)),
    "may less": (BY_KEY, RING, signed(KEYS[2], "APN em"), DEVICE, Denied("verb-not-allowed")),
    "but tell its counter": (
        BY_KEY, RING, signed(KEYS[2], "SYNC ABCDEFGH"), DEVICE,
        Allowed("desk", KEYS[2].fingerprint),
    ),
    "and get that wrong": (
        BY_KEY, RING, signed(KEYS[2], "SYNC 0"), DEVICE, Allowed("desk", KEYS[2].fingerprint)
    ),
    "without a rule": (
        AccessConfig(rules=(Rule("ops", keys=("ops",)),)), RING, signed(KEYS[2]), DEVICE,
        Denied("key-not-allowed"),
    ),
    "wrong": (
        BY_KEY, RING, signed(Key("x", bytes(32))), DEVICE, Denied("signature-wrong", True)
    ),
    "another card": (
        BY_KEY, RING, signed(KEYS[0], iccid="8988303000000000002"), DEVICE,
        Denied("signature-wrong", True),
    ),
    "no card": (BY_KEY, RING, signed(KEYS[0]), Device(), Denied("no-iccid")),
    "no key": (BY_KEY, NOTHING, signed(KEYS[0]), DEVICE, Denied("no-key")),
    "no signature": (
        BY_KEY, RING, Malformed("bad-signature", dialect="signed"), DEVICE, Denied("bad-signature")
    ),
    "nobody whom a rule is about": (
        SENDERS, RING, signed(KEYS[0]), DEVICE, Denied("not-listed")
    ),
    "unsigned": (BY_KEY, RING, ping(), DEVICE, Denied("not-listed")),
}  # fmt: skip


@pytest.mark.parametrize(
    ("config", "secrets", "parsed", "device", "expected"), SIGNED.values(), ids=SIGNED
)
def test_signatures(
    config: AccessConfig,
    secrets: Secrets,
    parsed: Command | Malformed,
    device: Device,
    expected: Verdict,
) -> None:
    assert Access(config, secrets).decide(STRANGER, parsed, device) == expected


def test_a_strangers_signature_is_no_guess() -> None:
    """Where no rule is about him his signature isn't looked at, so that nothing counts."""
    wrong = signed(Key("x", bytes(32)))
    assert Access(SENDERS, RING).decide(STRANGER, wrong, DEVICE) == Denied("not-listed")
    assert Access(SENDERS, RING).decide(NUMBER, wrong, DEVICE) == Denied("signature-wrong", True)


def test_the_listed_senders_may_sign_with_any_key() -> None:
    found = Access(SENDERS, RING).decide(NUMBER, signed(KEYS[2], "APN em"), DEVICE)
    assert found == Allowed("senders", KEYS[2].fingerprint)


KEYS_RULED = AccessConfig(
    senders=("12345",),
    pin_file=Path("pin"),
    rules=(Rule("look", keys=("desk",), verbs=("STATUS",)),),
)


def test_a_rule_about_signed_commands_is_one_about_keys() -> None:
    """Who forges a listed sender may do by them what the rule says, and no more."""
    rule = Rule("look", dialects=("signed",), verbs=("STATUS",))
    config = AccessConfig(senders=("12345",), pin_file=Path("pin"), rules=(rule,))
    access = Access(config, Secrets(keys=KEYS, pin_word="4821"))
    looked = access.decide(NUMBER, signed(KEYS[0]), DEVICE)
    assert looked == Allowed("look", KEYS[0].fingerprint)
    changed = access.decide(NUMBER, signed(KEYS[0], "APN em"), DEVICE)
    assert changed == Denied("verb-not-allowed")


@pytest.mark.parametrize(
    ("key", "text", "expected"),
    [
        (KEYS[2], "STATUS", Allowed("look", KEYS[2].fingerprint)),
        (KEYS[2], "APN em", Denied("verb-not-allowed")),
        (KEYS[0], "STATUS", Denied("key-not-allowed")),
    ],
    ids=["what its rule says", "no more", "a key of no rule"],
)
def test_where_a_rule_names_keys_a_listed_sender_gives_a_key_no_more(
    key: Key, text: str, expected: Verdict
) -> None:
    """A sender can be forged, and a signed command brings no PIN word."""
    access = Access(KEYS_RULED, Secrets(keys=KEYS, pin_word="4821"))
    command = signed(key, text)
    assert access.decide(NUMBER, command, DEVICE) == expected
    if isinstance(command, Command):
        form = Form("signed", counter=7, key=key.fingerprint)
        assert access.still_allows(NUMBER, command, form) == expected
    assert access.decide(NUMBER, ping("4821"), DEVICE) == Allowed("senders")


def test_a_rule_without_proof_makes_no_wrong_signature_right() -> None:
    access = Access(AccessConfig(rules=(Rule("all", proof=False),)), RING)
    wrong = signed(Key("x", bytes(32)))
    assert access.decide(NUMBER, wrong, DEVICE) == Denied("signature-wrong", True)


# --- OMA CP ---------------------------------------------------------------------------------------

BODY = b"\x03\x0b\x6a\x00"
OMACP_PIN = "Zaunkoenig7"


def provisioned(kind: Security, pin: str = OMACP_PIN, imsi: str = DEVICE.imsi) -> Mac:
    key = key_for(kind, pin, imsi)
    return Mac(kind, b"" if key is None else digest(key, BODY), BODY)


ALL_KINDS = frozenset(Security)
MACS: dict[str, tuple[frozenset[Security], str | None, Mac | None, Device, str | None]] = {
    # what is accepted, the PIN that is set, the MAC; the reason
    "user": (
        frozenset({Security.USERPIN}), OMACP_PIN, provisioned(Security.USERPIN), DEVICE, None
    ),
    "user, wrong": (
        frozenset({Security.USERPIN}), OMACP_PIN, provisioned(Security.USERPIN, "1234"), DEVICE,
        "mac-wrong",
    ),
    "user, no PIN": (
        frozenset({Security.USERPIN}), None, provisioned(Security.USERPIN), DEVICE, "no-pin"
    ),
    "user, no IMSI": (
        frozenset({Security.USERPIN}), OMACP_PIN, provisioned(Security.USERPIN), Device(), None
    ),
    "both": (ALL_KINDS, OMACP_PIN, provisioned(Security.USERNETWPIN), DEVICE, None),
    "both, another card": (
        ALL_KINDS, OMACP_PIN, provisioned(Security.USERNETWPIN, imsi="901430000000002"), DEVICE,
        "mac-wrong",
    ),
    "both, no IMSI": (
        ALL_KINDS, OMACP_PIN, provisioned(Security.USERNETWPIN), Device(), "no-imsi"
    ),
    "network": (ALL_KINDS, None, provisioned(Security.NETWPIN), DEVICE, None),
    "network, refused": (
        Secrets().omacp_accept, OMACP_PIN, provisioned(Security.NETWPIN), DEVICE, "netwpin-refused"
    ),
    "network, wrong": (
        ALL_KINDS, None, provisioned(Security.NETWPIN, imsi="901430000000002"), DEVICE, "mac-wrong"
    ),
    "unsigned": (ALL_KINDS, None, provisioned(Security.UNSIGNED), DEVICE, None),
    "unsigned, refused": (
        Secrets().omacp_accept, OMACP_PIN, provisioned(Security.UNSIGNED), DEVICE,
        "unsigned-refused",
    ),
    "typed": (
        ALL_KINDS, OMACP_PIN, Mac(Security.USERPINMAC, b"", BODY), DEVICE, "userpinmac-refused"
    ),
    "none": (ALL_KINDS, OMACP_PIN, None, DEVICE, "no-proof"),
}  # fmt: skip


@pytest.mark.parametrize(("accept", "pin", "mac", "device", "reason"), MACS.values(), ids=MACS)
def test_macs(
    accept: frozenset[Security],
    pin: str | None,
    mac: Mac | None,
    device: Device,
    reason: str | None,
) -> None:
    access = Access(LISTED_ONLY, Secrets(pin_word="4821", omacp_pin=pin, omacp_accept=accept))
    expected = (
        Allowed("senders") if reason is None else Denied(reason, reason == "mac-wrong", "senders")
    )
    assert access.decide(NUMBER, asked("omacp", mac), device) == expected
    malformed = Malformed("no-apn", verb="APN", proof=mac, dialect="omacp")
    assert access.decide(NUMBER, malformed, device) == expected


# --- the first contact ----------------------------------------------------------------------------

CODE = "Erstkontakt"
FRESH = Secrets(setup_code=CODE)
FIRST: dict[str, tuple[Secrets, Command | Malformed, Verdict]] = {
    "right": (
        FRESH, Command(Verb.APN_SET, request=ApnRequest("em"), proof=SetupCode(CODE)),
        Allowed("set-up"),
    ),
    "in another dialect": (FRESH, asked("rayleigh", SetupCode(CODE)), Allowed("set-up")),
    "wrong": (
        FRESH, asked("plain", SetupCode("erstkontakt")), Denied("setup-wrong", True, "set-up")
    ),
    "none set": (NOTHING, asked("plain", SetupCode(CODE)), Denied("no-setup-code", rule="set-up")),
    "closed, and right": (
        Secrets(setup_code=CODE, pin_word="1"), asked("plain", SetupCode(CODE)),
        Denied("setup-closed", rule="set-up"),
    ),
    "closed, and wrong": (
        Secrets(setup_code=CODE, keys=KEYS), asked("plain", SetupCode("x")),
        Denied("setup-closed", rule="set-up"),
    ),
    "more than an APN": (
        FRESH, Command(Verb.REBOOT_HOST, proof=SetupCode(CODE)),
        Denied("verb-not-allowed", rule="set-up"),
    ),
    "a wrong APN": (
        FRESH, Malformed("bad-apn", verb="APN", proof=SetupCode(CODE)), Allowed("set-up")
    ),
    "an unknown verb": (
        FRESH, Malformed("unknown-verb", proof=SetupCode(CODE)), Allowed("set-up")
    ),
}  # fmt: skip


@pytest.mark.parametrize(("secrets", "parsed", "expected"), FIRST.values(), ids=FIRST)
def test_the_first_contact(
    secrets: Secrets, parsed: Command | Malformed, expected: Verdict
) -> None:
    for sender in (NUMBER, STRANGER):
        assert Access(SENDERS, secrets).decide(sender, parsed, DEVICE) == expected
    assert Access(None, secrets).decide(NUMBER, parsed, DEVICE) == Denied("no-access")


@pytest.mark.parametrize("verb", Verb)
def test_what_the_set_up_code_is_for(verb: Verb) -> None:
    found = Access(SENDERS, FRESH).decide(STRANGER, Command(verb, proof=SetupCode(CODE)), DEVICE)
    apn = verb.value.split()[0] == "APN"
    may = apn or verb in {Verb.STATUS, Verb.SIGNAL, Verb.PING, Verb.HELP, Verb.SYNC}
    assert isinstance(found, Allowed) is may


# --- again ----------------------------------------------------------------------------------------

OPS_FORM = Form("signed", counter=7, key=KEYS[0].fingerprint)
AGAIN: dict[str, tuple[AccessConfig | None, Secrets, Sender, Command, Form, Verdict]] = {
    "still": (SENDERS, SITE_SECRETS, NUMBER, ping("wrong by now"), Form(), Allowed("senders")),
    "not listed any more": (
        AccessConfig(senders=("1",)), NOTHING, NUMBER, ping(), Form(), Denied("not-listed")
    ),
    "no section any more": (None, NOTHING, NUMBER, ping(), Form(), Denied("no-access")),
    "signed": (
        BY_KEY, RING, STRANGER, asked("signed", Signature("APN em", 7, "")), OPS_FORM,
        Allowed("ops", KEYS[0].fingerprint),
    ),
    "signed by a key that is gone": (
        BY_KEY, Secrets(keys=KEYS[2:]), STRANGER, asked("signed", Signature("APN em", 7, "")),
        OPS_FORM, Denied("no-key"),
    ),
    "another IMSI by now": (
        SENDERS, Secrets(omacp_pin="1"), NUMBER, asked("omacp", Mac(Security.NETWPIN, b"", b"")),
        Form("omacp"), Allowed("senders"),
    ),
    "by the set-up code": (
        SENDERS, FRESH, STRANGER, asked("plain", SetupCode("")), Form(), Allowed("set-up")
    ),
    "which is gone": (
        SENDERS, NOTHING, STRANGER, asked("plain", SetupCode("")), Form(), Denied("no-setup-code")
    ),
    "which is over": (
        SENDERS, Secrets(setup_code=CODE, pin_word="4821"), STRANGER,
        asked("plain", SetupCode("")), Form(), Denied("setup-closed"),
    ),
    "without the word that is wanted by now": (
        SENDERS, SITE_SECRETS, NUMBER, ping(), Form(), Denied("pin-missing", rule="senders")
    ),
    "without the password that is wanted by now": (
        SENDERS, WITH_PASSWORD, NUMBER, asked("teltonika"), Form("teltonika"),
        Denied("password-missing", rule="senders"),
    ),
    "in a dialect that was a way around": (
        SENDERS, SITE_SECRETS, NUMBER, asked("coban"), Form("coban"),
        Denied("no-proof", rule="senders"),
    ),
    "by a rule that wants none": (
        ANY, SITE_SECRETS, NUMBER, asked("raw-at"), Form("raw-at"), Allowed("free")
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("config", "secrets", "sender", "command", "form", "expected"), AGAIN.values(), ids=AGAIN
)
def test_what_was_let_in_before_is_not_proven_again(
    config: AccessConfig | None,
    secrets: Secrets,
    sender: Sender,
    command: Command,
    form: Form,
    expected: Verdict,
) -> None:
    assert Access(config, secrets).still_allows(sender, command, form) == expected


# --- secrets --------------------------------------------------------------------------------------

FULL = Secrets(
    pin_word="pin-secret",
    passwords={"teltonika": Password("password-secret", "login-secret")},
    omacp_pin="omacp-secret",
    setup_code="setup-secret",
    keys=(Key("ops", b"octets-secret-".ljust(32, b"x")),),
)


def test_no_secret_is_in_a_repr() -> None:
    assert "secret-" not in repr(FULL)
    assert "-secret" not in repr(FULL)
    assert "-secret" not in repr(Access(SENDERS, FULL))


def test_the_words_that_have_to_be_hidden() -> None:
    assert set(FULL.words()) == {"pin-secret", "password-secret", "omacp-secret", "setup-secret"}
    assert NOTHING.words() == ()


PROVEN: dict[str, tuple[Proof | None, str, bool]] = {
    "nothing": (None, "plain", False),
    "pin": (PinWord("pin-secret"), "plain", True),
    "ignored pin": (PinWord("x"), "plain", False),
    "password": (Password("password-secret", "login-secret"), "teltonika", True),
    "ignored password": (Password("password-secret", "login-secret"), "coban", False),
    "signature": (Signature("", 1, ""), "signed", True),
    "code": (SetupCode("setup-secret"), "plain", True),
    "mac": (Mac(Security.USERPIN, b"", b""), "omacp", True),
    "mac of the IMSI": (Mac(Security.NETWPIN, b"", b""), "omacp", False),
    "no mac": (Mac(Security.UNSIGNED, b"", b""), "omacp", False),
}


@pytest.mark.parametrize(("proof", "dialect", "expected"), PROVEN.values(), ids=PROVEN)
def test_what_proves_something(proof: Proof | None, dialect: str, expected: bool) -> None:
    assert FULL.proves(dialect, proof) is expected


@pytest.mark.parametrize("proof", [PinWord("x"), Password("x"), SetupCode("x")], ids=repr)
def test_secrets_are_compared_in_constant_time(
    proof: Proof, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pair that differs at once takes as long as another: there is no other comparison."""
    compared: list[tuple[bytes, bytes]] = []

    def compare(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return True

    monkeypatch.setattr(hmac, "compare_digest", compare)
    dialect = "teltonika" if isinstance(proof, Password) else "plain"
    # The code of the first contact is compared only as long as there is no other secret.
    secrets = Secrets(setup_code="setup-secret") if isinstance(proof, SetupCode) else FULL
    verdict = Access(SENDERS, secrets).decide(NUMBER, asked(dialect, proof), DEVICE)
    assert isinstance(verdict, Allowed)
    assert compared[0][0] == b"x"


WAYS = ("plain", "teltonika", "raw-at", "signed", "omacp")


@given(
    before=st.sets(st.sampled_from(WAYS), min_size=1),
    added=st.sampled_from(WAYS[1:]),
    pin=st.booleans(),
    password=st.booleans(),
)
def test_another_dialect_opens_no_way_without_a_secret(
    before: set[str], added: str, pin: bool, password: bool
) -> None:
    """What whoever forges a listed number, and knows no secret, can do."""

    def is_open(enabled: set[str]) -> bool:
        settings = {"teltonika": DialectConfig(password_file=Path("x") if password else None)}
        config = Config(
            access=SENDERS,
            dialects=DialectsConfig(tuple(enabled), settings if "teltonika" in enabled else {}),
        )
        secrets = Secrets(
            pin_word="4821" if pin else None,
            passwords={"teltonika": LOGIN} if password and "teltonika" in enabled else {},
            omacp_pin=OMACP_PIN if "omacp" in enabled else None,
            keys=KEYS if "signed" in enabled else (),
            lax=is_lax(config),
        )
        access = Access(SENDERS, secrets)
        attempts = {
            "plain": asked("plain", PinWord("x")),
            "teltonika": asked("teltonika", Password("x")),
            "raw-at": asked("raw-at"),
            "signed": signed(Key("x", bytes(32))),
            "omacp": asked("omacp", provisioned(Security.NETWPIN)),
        }
        return any(
            isinstance(access.decide(NUMBER, attempts[name], DEVICE), Allowed) for name in enabled
        )

    assert is_open(before) or not is_open(before | {added}) or before <= {added}


# --- how far the network's time has come ----------------------------------------------------------


def after(*stamps: datetime | None, start: NetworkTime | None = None) -> NetworkTime:
    time = start or NetworkTime()
    for stamp in stamps:
        time = moved(time, stamp)
    return time


FAR = datetime(2099, 1, 1, tzinfo=UTC)
MOVES: dict[str, tuple[list[datetime | None], NetworkTime]] = {
    "nothing": ([], NetworkTime()),
    "no-stamp": ([None], NetworkTime()),
    "first": ([T0], NetworkTime(None, T0)),
    "second-confirms": ([T0, T0 + HOUR], NetworkTime(T0 + HOUR)),
    "second-that-is-earlier-confirms": ([T0, T0 - HOUR], NetworkTime(T0)),
    "the-same-stamp-confirms": ([T0, T0], NetworkTime(T0)),
    "a-day-confirms": ([T0, T0 + DAY], NetworkTime(T0 + DAY)),
    "more-confirms-the-earlier": ([T0, T0 + DAY + SECOND], NetworkTime(T0, T0 + DAY + SECOND)),
    "a-day-further": ([T0, T0, T0 + DAY], NetworkTime(T0 + DAY)),
    "more-is-a-candidate": ([T0, T0, T0 + DAY + SECOND], NetworkTime(T0, T0 + DAY + SECOND)),
    "older-moves-nothing": ([T0, T0, T0 - 100 * DAY], NetworkTime(T0)),
    "no-stamp-moves-nothing": ([T0, T0, None], NetworkTime(T0)),
    "wrong-one-moves-nothing": ([T0, T0, FAR, T0 + HOUR], NetworkTime(T0 + HOUR, FAR)),
    "wrong-one-and-a-month": ([T0, T0, FAR, T0 + 30 * DAY], NetworkTime(T0 + 30 * DAY, FAR)),
    "wrong-one-first": ([FAR, T0, T0 + HOUR], NetworkTime(T0 + HOUR, FAR)),
    "wrong-one-in-the-past-first": (
        [T0 - 9000 * DAY, T0, T0 + HOUR],
        NetworkTime(T0 + HOUR),
    ),
    "months-apart": (
        [T0, T0 + 30 * DAY, T0 + 60 * DAY],
        NetworkTime(T0 + 30 * DAY, T0 + 60 * DAY),
    ),
    "far-and-confirmed": ([T0, T0, FAR, FAR + HOUR], NetworkTime(FAR + HOUR)),
    "a-candidate-that-is-reached-is-none-any-more": (
        [T0, T0, T0 + 25 * HOUR, T0 + 20 * HOUR, T0 + 30 * HOUR, T0 + 100 * HOUR],
        NetworkTime(T0 + 30 * HOUR, T0 + 100 * HOUR),
    ),
    "other-time-zone": (
        [T0, T0.astimezone(timezone(timedelta(hours=5, minutes=45))) + HOUR],
        NetworkTime(T0 + HOUR),
    ),
}


@pytest.mark.parametrize(("stamps", "expected"), MOVES.values(), ids=MOVES)
def test_moves(stamps: list[datetime | None], expected: NetworkTime) -> None:
    assert after(*stamps) == expected


HOURS = st.integers(-2000, 2000).map(lambda count: T0 + count * HOUR)
STAMPS = st.lists(st.none() | HOURS | st.datetimes(timezones=st.just(UTC)), max_size=12)


@given(STAMPS)
def test_the_network_time_never_goes_back(stamps: list[datetime | None]) -> None:
    time = NetworkTime()
    for stamp in stamps:
        before, time = time, moved(time, stamp)
        if before.newest is not None:
            assert time.newest is not None
            assert time.newest >= before.newest


@given(STAMPS)
def test_a_candidate_is_always_further_than_a_day(stamps: list[datetime | None]) -> None:
    time = after(*stamps)
    if time.newest is not None and time.candidate is not None:
        assert time.candidate - time.newest > DAY


@given(
    gaps_h=st.lists(st.integers(0, 1500), min_size=1, max_size=12),
    place=st.integers(0, 12),
    wrong=(st.integers(0, 1500) | st.integers(0, 650_000)).map(lambda hours: T0 + hours * HOUR),
)
def test_one_wrong_stamp_ahead_makes_no_right_command_stale(
    gaps_h: list[int], place: int, wrong: datetime
) -> None:
    """Wherever it comes, the first message included; the right ones come in order."""
    time = after(wrong) if place == 0 else NetworkTime()
    right = T0
    for number, gap_h in enumerate(gaps_h, start=1):
        right += gap_h * HOUR
        time = moved(time, right)
        assert not is_stale(right, applied=None, newest=time.newest, max_age_h=24)
        if number == place:
            time = moved(time, wrong)


# --- what is too old ------------------------------------------------------------------------------

STALE: dict[str, tuple[datetime | None, datetime | None, datetime | None, float, bool]] = {
    # its stamp, the last one applied, the newest, the most hours, stale
    "no-marks": (T0, None, None, 24, False),
    "no-stamp": (None, T0, T0, 24, False),
    "newer-than-applied": (T0 + SECOND, T0, T0, 24, False),
    "same-as-applied": (T0, T0, T0, 24, False),
    "older-than-applied": (T0 - SECOND, T0, T0, 24, True),
    "older-than-applied-whatever-the-newest": (T0 - SECOND, T0, None, 24, True),
    "as-old-as-allowed": (T0 - DAY, None, T0, 24, False),
    "older-than-allowed": (T0 - DAY - SECOND, None, T0, 24, True),
    "older-but-newer-than-applied": (T0 - 2 * DAY, T0 - 3 * DAY, T0, 24, True),
    "shorter-age": (T0 - HOUR, None, T0, 0.5, True),
    "within-the-shorter-age": (T0 - HOUR / 2, None, T0, 0.5, False),
    "longer-age": (T0 - 6 * DAY, None, T0, 7 * 24, False),
    "age-beyond-the-calendar": (T0 - 900 * DAY, None, T0, 1e12, False),
    "no-limit": (T0 - 900 * DAY, None, T0, float("inf"), False),
    "other-time-zone": (
        (T0 - SECOND).astimezone(timezone(timedelta(hours=12))),
        T0,
        None,
        24,
        True,
    ),
}


@pytest.mark.parametrize(
    ("scts", "applied", "newest", "max_age_h", "expected"), STALE.values(), ids=STALE
)
def test_stale(
    scts: datetime | None,
    applied: datetime | None,
    newest: datetime | None,
    max_age_h: float,
    expected: bool,
) -> None:
    assert is_stale(scts, applied=applied, newest=newest, max_age_h=max_age_h) is expected


def test_a_mark_from_the_far_future_locks_nobody_out() -> None:
    """One message with a wrong stamp was applied; the time that the network has reached says so."""
    now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    wrong = now.replace(year=2059)
    assert not is_stale(now, applied=wrong, newest=now, max_age_h=24)
    # Within a day of the network's time the order counts.
    assert is_stale(now, applied=now + timedelta(hours=1), newest=now, max_age_h=24)
    # And before the network's time is known.
    assert is_stale(now, applied=now + timedelta(hours=1), newest=None, max_age_h=24)
