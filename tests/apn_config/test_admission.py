"""What is remembered of messages: who is locked out, what was taken once, how much was let in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from apn_config.access import Access, Secrets
from apn_config.admission import Admission
from apn_config.config import AccessConfig, Rule
from apn_config.dialects.dialect import Dialect
from apn_config.dialects.omacp.security import digest
from apn_config.dialects.plain import DIALECT as PLAIN
from apn_config.dialects.signed import DIALECT as SIGNED
from apn_config.dialects.signed import sign
from apn_config.judgement import Answer, Execute, Judge, Judgement, Silence
from apn_config.keys import Key
from apn_config.model import (
    ApnRequest,
    Command,
    Device,
    Mac,
    Message,
    NotForUs,
    Outcome,
    Parsed,
    Password,
    Result,
    Security,
    Sender,
    Verb,
)
from apn_config.reader import Reader
from apn_config.store import Store
from apn_config.store import guards as guards_module
from tests.apn_config.store_support import FakeClock, reopened, store_bytes

OPERATOR, FRIEND = Sender("12345"), Sender("777")
DEVICE = Device("862345678901234", "8988303000000000001", "901430000000001")
WORD, PASSWORD, CODE, OMACP_PIN = "Sesame-4821", "geheim", "Erstkontakt", "Zaunkoenig7"
KEY, FORMER = Key("ops", bytes(range(32))), Key("ops", bytes(range(1, 33)), previous=True)
CONFIG = AccessConfig(
    senders=("12345", "777"),
    failures=3,
    lockout_min=30,
    rules=(
        Rule("ops", keys=("ops",)),
        Rule("look", ("12345",), ("plain",), verbs=("STATUS",), proof=False),
    ),
)
SECRETS = Secrets(
    pin_word=WORD,
    passwords={"toy": Password(PASSWORD)},
    omacp_pin=OMACP_PIN,
    keys=(KEY, FORMER),
)


def _toy(message: Message) -> Parsed:
    """A dialect: `toy password`."""
    first, _, word = (message.text or "").partition(" ")
    if first != "toy":
        return NotForUs("not a toy")
    return Command(Verb.STATUS, proof=Password(word), dialect="toy")


def _omacp(message: Message) -> Parsed:
    """A dialect: a MAC of 20 octets and what it is over."""
    data = message.data
    if data is None:
        return NotForUs("no octets")
    proof = Mac(Security.USERPIN, data[:20], data[20:])
    return Command(Verb.APN_SET, request=ApnRequest("em"), proof=proof, dialect="omacp")


TOY = Dialect("toy", "", _toy, lambda *_: None, ())
OMACP = Dialect("omacp", "", _omacp, lambda *_: None, ())
READER = Reader((PLAIN, SIGNED, OMACP, TOY))


@dataclass
class Door:
    """A device: messages go to the judge and through admission."""

    store: Store
    clock: FakeClock
    config: AccessConfig = CONFIG
    secrets: Secrets = SECRETS
    counter: int = field(default=0)

    def say(self, message: str | bytes, sender: Sender = OPERATOR) -> Judgement:
        whole = Message(text=message) if isinstance(message, str) else Message(data=message)
        judge = Judge(READER, Access(self.config, self.secrets))
        judged = judge.judge(whole, sender, DEVICE)
        now = self.clock.now()
        with self.store.transaction():
            admission = Admission(self.config, self.secrets)
            return admission.admit(self.store, judged, sender, DEVICE, now)

    def why(self, message: str | bytes, sender: Sender = OPERATOR) -> str | None:
        """Why there is silence; None where there is none."""
        found = self.say(message, sender)
        return found.why if isinstance(found, Silence) else None

    def signed(self, text: str, counter: int | None = None, key: Key = KEY) -> str:
        if counter is None:
            self.counter += 1
            counter = self.counter
        return sign(key.octets, DEVICE.iccid, counter, text)

    def answer(self, message: str | bytes, sender: Sender = OPERATOR) -> Outcome:
        found = self.say(message, sender)
        assert isinstance(found, Answer), found
        return found.outcome

    def journal(self) -> list[tuple[str, str, object]]:
        with self.store.transaction():
            entries = self.store.journal.tail(99)
        return [(each.kind, each.subject, each.detail.get("what")) for each in entries]


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    clock = FakeClock()
    with Store.open(tmp_path / "store.db", clock.now()) as store:
        with store.transaction():
            store.counters.enrol(KEY.fingerprint)
            store.counters.enrol(FORMER.fingerprint)
        yield Door(store, clock)


def rows(store: Store, table: str) -> int:
    with store.transaction():
        row = store._database.one(f"SELECT count(*) AS kept FROM {table}")
    assert row is not None
    return int(row["kept"])


# --- lock-out -------------------------------------------------------------------------------------

RIGHT, WRONG = f"PIN {WORD} PING", "PIN wrong-word PING"


def test_three_wrong_words_lock_a_sender_out(door: Door) -> None:
    assert [door.why(WRONG) for _ in range(3)] == ["pin-wrong"] * 3
    assert door.why(RIGHT) == "locked-out"
    assert door.why(WRONG) == "locked-out"
    assert door.why("PING") == "locked-out"
    assert door.why(f"toy {PASSWORD}") == "locked-out"
    assert door.why("hello") == "locked-out"
    assert door.why("#17 OK PING") == "an answer"  # which is no attempt
    assert door.why(RIGHT, FRIEND) is None


def test_it_is_told_once_and_without_the_number(door: Door) -> None:
    sender = Sender("+491701234567")
    door.config = replace(CONFIG, senders=("+491701234567",))
    for _ in range(9):
        door.why(WRONG, sender)
    assert door.journal() == [("access", "***********67", "locked-out")]
    assert b"wrong-word" not in store_bytes(door.store.path)


def test_it_ends_when_it_was_to_end(door: Door) -> None:
    """Whoever goes on trying makes it no longer."""
    for _ in range(3):
        door.why(WRONG)
    for _ in range(30):
        door.clock.advance(59)
        assert door.why(WRONG) == "locked-out"
    door.clock.advance(30)
    assert door.why(RIGHT) is None


def test_it_survives_a_restart_and_a_power_cut(door: Door) -> None:
    for _ in range(3):
        door.why(WRONG)
    door.store = reopened(door.store, door.clock)
    assert door.why(RIGHT) == "locked-out"
    door.clock.reboot("boot-2", 20)
    door.store = reopened(door.store, door.clock)
    assert door.why(RIGHT) == "locked-out"
    door.clock.advance(1800)
    assert door.why(RIGHT) is None
    door.store.close()


def test_what_is_missing_is_no_guess(door: Door) -> None:
    assert {door.why("PING") for _ in range(20)} == {"pin-missing"}
    assert {door.why(WRONG, Sender("999")) for _ in range(20)} == {"not-listed"}
    assert rows(door.store, "failures") == 0


def test_a_right_word_clears_the_count(door: Door) -> None:
    for _ in range(5):
        assert [door.why(WRONG), door.why(WRONG), door.why(RIGHT)] == ["pin-wrong"] * 2 + [None]


def test_guesses_between_messages_that_need_no_word(door: Door) -> None:
    """A rule lets STATUS in without the word: that clears nothing, or guessing would be free."""
    for _ in range(3):
        assert door.why("STATUS") is None
        assert door.why("PIN another-wrong-word STATUS") is None
        assert door.why(WRONG) == "pin-wrong"
    assert door.why("STATUS") == "locked-out"


def test_a_dialect_is_locked_for_whoever_forges_senders(door: Door) -> None:
    """Ten times as many from all senders together."""
    everybody = AccessConfig(rules=(Rule("all"),), failures=3, lockout_min=30)
    door.config = everybody
    for number in range(30):
        assert door.why(WRONG, Sender(str(1000 + number))) == "pin-wrong"
    assert door.why(RIGHT) == "locked-out"
    assert door.why(f"toy {PASSWORD}") is None  # another dialect, another secret
    assert door.journal() == [("access", "all in plain", "locked-out")]
    door.clock.advance(1800)
    assert door.why(RIGHT) is None


def test_a_valid_signature_passes_whatever_is_locked(door: Door) -> None:
    """Nobody may lock the holder of a key out by forging a number."""
    for _ in range(3):
        door.why(WRONG)
    for _ in range(60):
        door.why(door.signed("STATUS", 1, Key("x", bytes(32))), FRIEND)
    assert door.why(RIGHT) == "locked-out"
    assert door.why(door.signed("STATUS")) is None
    assert door.why(door.signed("STATUS"), FRIEND) is None
    assert door.why(RIGHT) == "locked-out"  # which opens nothing else


def test_wrong_signatures_count(door: Door) -> None:
    forged = door.signed("STATUS", 1, Key("x", bytes(32)))
    assert [door.why(forged) for _ in range(4)] == ["signature-wrong"] * 3 + ["locked-out"]
    assert door.why(RIGHT) == "locked-out"


# --- the first contact ----------------------------------------------------------------------------

FRESH = Secrets(setup_code=CODE)
SETUP = f"SETUP {CODE} APN em"


def test_the_set_up_code_works_soon_after_a_boot(door: Door) -> None:
    door.secrets, door.config = FRESH, replace(CONFIG, setup_min=10)
    assert door.why(SETUP, Sender("999")) is None
    door.clock.advance(600)
    assert door.why(SETUP, Sender("999")) == "setup-closed"
    door.clock.reboot("boot-2", 5)
    door.store = reopened(door.store, door.clock)
    assert door.why(SETUP, Sender("999")) is None
    door.store.close()


@pytest.mark.parametrize(
    "secrets",
    [
        replace(FRESH, keys=(KEY,)),
        replace(FRESH, pin_word=WORD),
        replace(FRESH, passwords={"toy": Password(PASSWORD)}),
        replace(FRESH, omacp_pin=OMACP_PIN),
    ],
    ids=["key", "word", "password", "pin"],
)
def test_a_device_with_another_secret_is_set_up(door: Door, secrets: Secrets) -> None:
    door.secrets = secrets
    assert door.why(SETUP) == "setup-closed"


def test_guesses_of_the_set_up_code_lock(door: Door) -> None:
    door.secrets = FRESH
    wrong = "SETUP Erstkontakt2 APN em"
    assert [door.why(wrong) for _ in range(4)] == ["setup-wrong"] * 3 + ["locked-out"]
    assert door.why(SETUP) == "locked-out"


# --- counters -------------------------------------------------------------------------------------


def test_a_signed_command_is_let_in_once(door: Door) -> None:
    text = door.signed("APN em")
    found = door.say(text)
    assert isinstance(found, Execute)
    assert (found.form.key, found.form.counter) == (KEY.fingerprint, 1)
    assert door.why(text) == "replay"
    door.store = reopened(door.store, door.clock)
    assert door.why(text, FRIEND) == "replay"
    door.store.close()


def test_an_overtaken_change_is_stale_and_reading_isnt(door: Door) -> None:
    assert door.why(door.signed("STATUS", 10)) is None
    assert door.why(door.signed("STATUS", 8)) is None
    assert door.answer(door.signed("APN em", 9)) == Outcome(Result.ERR, reason="stale")
    assert door.why(door.signed("APN em", 9)) == "replay"
    assert door.why(door.signed("STATUS", 8)) == "replay"
    door.say(door.signed("STATUS", 1000))
    assert door.why(door.signed("STATUS", 11)) == "too-old"


def test_what_is_answered_at_once_takes_its_counter_too(door: Door) -> None:
    for text in (door.signed("PING"), door.signed("APN e;m"), door.signed("frob")):
        assert isinstance(door.say(text), Answer)
        assert door.why(text) == "replay"


def code_of(outcome: Outcome, reason: str) -> str:
    assert (outcome.result, outcome.reason) == (Result.ERR, reason)
    return dict(outcome.pairs)["code"]


def test_counters_that_nobody_knows_are_told_with_a_code(door: Door) -> None:
    key = Key("ops", bytes(range(5, 37)))
    door.secrets = replace(SECRETS, keys=(key,))
    code = code_of(door.answer(door.signed("APN em", 500, key)), "counter-unknown")
    assert code_of(door.answer(door.signed("STATUS", 501, key)), "counter-unknown") == code
    assert door.why(door.signed("SYNC AAAAAAAA", 502, key)) == "sync-wrong"
    assert door.answer(door.signed(f"SYNC {code}", 503, key)) == Outcome(Result.OK, Verb.SYNC)
    assert door.why(door.signed("APN em", 500, key)) == "replay"
    assert door.why(door.signed("APN em", 504, key)) is None


def test_a_counter_far_ahead_is_told_with_a_code(door: Door) -> None:
    door.say(door.signed("STATUS", 1))
    far = 9_000_000_000
    code = code_of(door.answer(door.signed("APN em", far)), "counter-jump")
    assert door.answer(door.signed(f"SYNC {code}", far)) == Outcome(Result.OK, Verb.SYNC)
    assert door.why(door.signed("APN em", far + 1)) is None


def test_a_sync_that_nobody_asked_for_is_told_once(door: Door) -> None:
    """One that is overheard and repeated is answered no more: each answer costs."""
    text = door.signed("SYNC ABCDEFGH")
    assert door.answer(text).reason == "no-sync"
    assert door.why(text) == "replay"


def test_a_key_that_was_rotated_away_is_good_until_the_new_one_is_used(door: Door) -> None:
    assert door.why(door.signed("APN em", 1, FORMER)) is None
    assert door.why(door.signed("PING", 1, KEY)) is None
    assert door.why(door.signed("APN em", 2, FORMER)) == "key-retired"


def test_counters_that_nobody_knows_clear_no_guesses(door: Door) -> None:
    """An overheard message is answered again and again until the SYNC."""
    key = Key("ops", bytes(range(5, 37)))
    door.secrets = replace(SECRETS, keys=(key,))
    old = door.signed("APN em", 500, key)
    for _ in range(3):
        assert door.answer(old).reason == "counter-unknown"
        assert door.why(WRONG) == "pin-wrong"
    assert door.why(RIGHT) == "locked-out"


# --- OMA CP ---------------------------------------------------------------------------------------


def test_a_provisioning_message_is_let_in_once(door: Door) -> None:
    body = b"document"
    message = digest(OMACP_PIN.encode(), body) + body
    assert isinstance(door.say(message), Execute)
    door.store = reopened(door.store, door.clock)
    assert door.why(message) == "replay"
    assert door.why(message, FRIEND) == "replay"
    other = digest(OMACP_PIN.encode(), b"another") + b"another"
    assert door.why(other) is None
    door.store.close()


def test_a_wrong_mac_is_a_guess_and_isnt_remembered(door: Door) -> None:
    wrong = bytes(20) + b"document"
    assert [door.why(wrong) for _ in range(4)] == ["mac-wrong"] * 3 + ["locked-out"]
    assert rows(door.store, "macs") == 0


# --- rates ----------------------------------------------------------------------------------------

FEW = replace(
    CONFIG, commands_per_hour=3, commands_per_day=5, answers_per_hour=7, answers_per_day=9
)


def passed(door: Door, count: int, sender: Sender = OPERATOR) -> list[str | None]:
    return [door.why(RIGHT, sender) for _ in range(count)]


def test_commands_of_a_sender_in_an_hour_and_a_day(door: Door) -> None:
    door.config = FEW
    assert passed(door, 5) == [None] * 3 + ["rate-commands"] * 2
    assert passed(door, 3, FRIEND) == [None] * 3
    door.clock.advance(3600)
    assert passed(door, 3) == [None] * 2 + ["rate-commands"]
    door.clock.advance(86400)
    assert passed(door, 4) == [None] * 3 + ["rate-commands"]


def test_answers_of_the_device(door: Door) -> None:
    door.config = replace(FEW, commands_per_hour=0, commands_per_day=0)
    assert passed(door, 8) == [None] * 7 + ["rate-answers"]
    assert door.why(RIGHT, FRIEND) == "rate-answers"
    door.clock.advance(3600)
    assert passed(door, 3, FRIEND) == [None] * 2 + ["rate-answers"]


def test_rates_hold_over_a_power_cut(door: Door) -> None:
    door.config = FEW
    passed(door, 3)
    door.clock.reboot("boot-2", 10)
    door.store = reopened(door.store, door.clock)
    assert door.why(RIGHT) == "rate-commands"
    door.store.close()


def test_a_key_has_a_rate_of_its_own(door: Door) -> None:
    door.config = FEW
    assert passed(door, 4) == [None] * 3 + ["rate-commands"]
    signed = [door.why(door.signed("PING"), Sender(str(number))) for number in range(4)]
    assert signed == [None] * 3 + ["rate-commands"]


def test_forged_senders_use_up_no_answers_to_signed_commands(door: Door) -> None:
    door.config = replace(FEW, commands_per_hour=0, commands_per_day=0)
    assert passed(door, 8)[-1] == "rate-answers"
    assert [door.why(door.signed("PING")) for _ in range(8)] == [None] * 7 + ["rate-answers"]
    door.clock.advance(3600)
    assert passed(door, 1) == [None]


def test_no_limit_is_no_row(door: Door) -> None:
    door.config = replace(
        CONFIG, commands_per_hour=0, commands_per_day=0, answers_per_hour=0, answers_per_day=0
    )
    assert passed(door, 300) == [None] * 300
    assert rows(door.store, "spent") == 0


def test_silence_isnt_counted_and_beyond_the_limit_nothing_is(door: Door) -> None:
    door.config = FEW
    for _ in range(20):
        door.why("PING")
        door.why("hello", Sender("999"))
    assert rows(door.store, "spent") == 0
    passed(door, 50)
    assert rows(door.store, "spent") == 6


def test_errors_to_a_signer_are_answers_too(door: Door) -> None:
    door.config = FEW
    door.say(door.signed("STATUS", 9))
    told = [isinstance(door.say(door.signed("APN em", 8 - each)), Answer) for each in range(4)]
    assert told == [True, True, False, False]


@pytest.mark.parametrize("known", [True, False], ids=["far ahead", "unknown"])
def test_a_message_that_takes_no_counter_uses_up_nothing_of_its_key(
    door: Door, known: bool
) -> None:
    """Anybody may say it again; who has the key needs the SYNC, whose code was told."""
    key = KEY if known else Key("ops", bytes(range(5, 37)))
    door.config, door.secrets = FEW, replace(SECRETS, keys=(key,))
    again = door.signed("APN em", 9_000_000_000, key)
    outcome = door.answer(again)
    told = [isinstance(door.say(again), Answer) for _ in range(9)]
    assert told == [True] * 2 + [False] * 7
    code = dict(outcome.pairs)["code"]
    sync = door.signed(f"SYNC {code}", 9_000_000_001, key)
    assert door.answer(sync) == Outcome(Result.OK, Verb.SYNC)
    assert door.why(door.signed("APN em", 9_000_000_002, key)) is None


# --- all of it ------------------------------------------------------------------------------------


def test_nothing_is_remembered_of_a_transaction_that_fails(door: Door) -> None:
    text = door.signed("APN em")
    judge = Judge(READER, Access(CONFIG, SECRETS))
    judged = judge.judge(Message(text), OPERATOR, DEVICE)

    def fail() -> None:
        with door.store.transaction():
            admission = Admission(CONFIG, SECRETS)
            admission.admit(door.store, judged, OPERATOR, DEVICE, door.clock.now())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert door.why(text) is None


def test_bounds_are_those_of_the_rows(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards_module, "KEEP_SENDERS", 20)
    door.config = AccessConfig(rules=(Rule("all"),), failures=1000)
    for number in range(100):
        door.why(WRONG, Sender(str(number)))
    assert rows(door.store, "failures") == 21


def test_what_is_not_proven_uses_up_its_own_rates(door: Door) -> None:
    """The sender of a command without a secret may be forged."""
    door.config = replace(CONFIG, commands_per_hour=3, answers_per_hour=3)
    assert [door.why("STATUS") for _ in range(4)] == [None, None, None, "rate-commands"]
    assert door.why("STATUS", FRIEND) == "pin-missing"
    assert isinstance(door.say(f"PIN {WORD} APN em"), Execute)


def test_who_proves_nothing_uses_up_no_answers_to_the_word(door: Door) -> None:
    """As many as there are senders to forge; APN ROLLBACK is the last that may fail."""
    look = Rule("look", dialects=("plain",), verbs=("STATUS",), proof=False)
    door.config = replace(FEW, rules=(look,))
    strangers = [door.why("STATUS", Sender(str(900 + number))) for number in range(9)]
    assert strangers == [None] * 7 + ["rate-answers"] * 2
    assert passed(door, 2) == [None] * 2
    assert door.why(f"PIN {WORD} APN ROLLBACK") is None
    assert door.why(f"toy {PASSWORD}", FRIEND) is None
    # A command and an answer of each: of seven strangers, and of the four that were proven.
    assert rows(door.store, "spent") == 2 * (7 + 4)


def test_without_any_secret_all_count_alike(door: Door) -> None:
    door.config, door.secrets = replace(FEW, rules=()), Secrets()
    assert [door.why("PING"), door.why("STATUS"), door.why("APN em")] == [None] * 3
    assert door.why("PIN ignored PING") == "rate-commands"


def test_guesses_of_an_open_set_up_code_count_for_their_sender_alone(door: Door) -> None:
    door.secrets, door.config = FRESH, replace(CONFIG, rules=(), senders=("777",))
    for number in range(3 * 30):
        assert door.why("SETUP wrong-one APN em", Sender(str(900 + number))) == "setup-wrong"
    assert door.why("STATUS", FRIEND) is None
    assert door.why(SETUP, Sender("555")) is None
    assert door.journal() == []


def test_guesses_of_the_set_up_code_after_its_time_are_none(door: Door) -> None:
    door.secrets = FRESH
    door.clock.advance(600)
    wrong = "SETUP wrong-one APN em"
    assert [door.why(wrong) for _ in range(9)] == ["setup-closed"] * 9
    assert rows(door.store, "failures") == 0


@pytest.mark.parametrize(
    ("secrets", "text", "tells"),
    [
        (SECRETS, f"PIN {WORD} STATUS", True),
        (SECRETS, f"toy {PASSWORD}", True),
        (SECRETS, "STATUS", False),
        (Secrets(), "STATUS", True),
        # A sender's word is enough in the plain dialect, whatever the toy wants.
        (Secrets(passwords={"toy": Password(PASSWORD)}), "STATUS", False),
        (Secrets(passwords={"toy": Password(PASSWORD)}), "APN e;m", False),
        (Secrets(passwords={"toy": Password(PASSWORD)}), "APN em", True),
    ],
    ids=["word", "password", "none", "no secret", "lax", "lax error", "lax change"],
)
def test_what_tells_the_networks_time(door: Door, secrets: Secrets, text: str, tells: bool) -> None:
    door.secrets = secrets
    found = door.say(text)
    assert not isinstance(found, Silence)
    assert Admission(door.config, secrets).tells_time(found) is tells


def test_a_change_that_a_rule_lets_in_without_proof_tells_no_time(door: Door) -> None:
    door.config = AccessConfig(rules=(Rule("all", proof=False),))
    found = door.say("REBOOT MODEM")
    assert isinstance(found, Execute)
    assert not Admission(door.config, SECRETS).tells_time(found)


def test_guesses_of_a_closed_set_up_code_lock_nobody_out(door: Door) -> None:
    door.secrets = replace(SECRETS, setup_code=CODE)
    for number in range(50):
        stranger = Sender(f"99{number:04}")
        assert door.why(f"SETUP wrong{number:03} APN em", stranger) == "setup-closed"
    assert door.why(f"PIN {WORD} STATUS") is None


def test_a_document_is_not_used_up_where_no_answer_is_left(door: Door) -> None:
    body = b"a document"
    message = digest(OMACP_PIN.encode(), body) + body
    door.config = replace(CONFIG, answers_per_hour=1)
    assert door.why(RIGHT) is None
    assert door.why(message) == "rate-answers"
    door.clock.advance(3601)
    assert door.why(message) is None
    door.clock.advance(3601)
    assert door.why(message) == "replay"
