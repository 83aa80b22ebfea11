"""Every dialect by its table: what is understood, what is answered, what is refused; and that no
two dialects understand the same text, nor any of them an answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations

import pytest

from apn_config.dialects import dialect_named, known
from apn_config.dialects.dialect import Around, Dialect
from apn_config.dialects.plain import is_courtesy
from apn_config.model import Apn, Command, Malformed, Message, NotForUs, Outcome, Result, Verb
from apn_config.reader import Reader
from modem import sms
from tests.apn_config.dialects.table_cases import (
    AROUND,
    CASES,
    NAMES,
    NOWHERE,
    OURS,
    SETTING,
    Case,
    of,
    read,
    rolled_back,
    success,
)

# They have tests of their own: one's texts are signed, the other's are octets.
WITHOUT_TABLE = {"plain", "signed", "omacp"}


@dataclass(frozen=True, slots=True)
class Clash:
    """Dialects that understand texts of the same form, and such a text.

    Whoever enables two of them is told so by the configuration's check, and at run time the text is
    nobody's.
    """

    dialects: frozenset[str]
    form: str
    example: str

    def excuses(self, dialect: str, text: str) -> bool:
        """May one of the others understand the text, too?"""
        matches = re.fullmatch(self.form, text.strip(), re.IGNORECASE | re.DOTALL)
        return dialect in self.dialects and matches is not None


CLASHES = (
    Clash(frozenset({"concox", "gotrack", "reachfar"}), r"apn *,[^,]*#", "APN,em#"),
    Clash(frozenset({"concox", "gotrack"}), r"apn *#", "APN#"),
)
# The code of the first contact means the same in both; the plain dialect leaves it to the other.
SETUP = Clash(
    frozenset({"plain", "rayleigh"}), r"setup \S+ apn( [^ =\"]+){1,3}", "setup A1B2C3 APN em"
)


@cache
def dialects() -> dict[str, Dialect]:
    return {name: dialect_named(name) for name in known()}


def claims(dialect: Dialect, text: str) -> bool:
    """Does it understand the text? The plain dialect leaves to others what has no verb of its."""
    parsed = dialect.parse(Message(text))
    if dialect.name == "plain" and isinstance(parsed, Malformed):
        return parsed.verb is not None
    return not isinstance(parsed, NotForUs)


def claimants(text: str) -> set[str]:
    return {name for name, dialect in dialects().items() if claims(dialect, text)}


def say(case: Case, outcome: Outcome, around: Around = AROUND) -> str | None:
    return dialect_named(case.dialect).say(outcome, read(case).form, around)


def answers(case: Case) -> Iterator[str]:
    """All that may be answered to it, in the dialect's own words."""
    name = case.keys.get("apn")
    outcomes = [case.outcome]
    if "verb" in case.keys:
        verb = Verb(case.keys["verb"])
        outcomes += [Outcome(Result.ERR, verb, reason="busy"), Outcome(Result.OK, verb)]
        outcomes += [rolled_back(name), Outcome(Result.ERR, verb, name, reason="no-data")]
        outcomes += [replace(success(Verb.APN_READ), apn=Apn("", credentials=None))]
    for outcome in outcomes:
        for around in (AROUND, NOWHERE):
            said = say(case, outcome, around)
            if said is not None:
                yield said


def test_every_dialect_has_a_table() -> None:
    assert set(known()) - WITHOUT_TABLE == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_table_is_thorough(name: str) -> None:
    cases = [case for case in CASES if case.dialect == name]
    texts = [case.text for case in cases]
    assert len(texts) == len(set(texts))
    assert len(texts) >= 12
    assert any("refused" in case.keys for case in cases)
    assert any("silent" in case.keys for case in cases)


@of(CASES)
def test_it_is_read(case: Case) -> None:
    parsed = dialect_named(case.dialect).parse(Message(case.text))
    if case.wanted is None:
        assert isinstance(parsed, NotForUs)
    else:
        assert not isinstance(parsed, NotForUs)
        assert replace(parsed, echo=()) == case.wanted


@of(OURS)
def test_it_is_answered(case: Case) -> None:
    assert say(case, case.outcome) == case.keys.get("answer")
    if "verb" in case.keys:
        assert ("answer" in case.keys) != case.keys.get("plain_answer", False)


@of(SETTING)
def test_a_change_that_was_rolled_back_is_answered(case: Case) -> None:
    assert say(case, rolled_back(case.keys["apn"])) == case.keys.get("failed")


@of(OURS)
def test_an_answer_fits_and_tells_no_secret(case: Case) -> None:
    told = list(answers(case))
    for said in told:
        assert sms.is_gsm7_basic(said)
        assert len(said) <= 160
        assert said.isprintable()
    for secret in case.secrets | {"Secret-7"}:
        whole = re.compile(rf"(?<![A-Za-z0-9]){re.escape(secret)}(?![A-Za-z0-9])")
        assert not [each for each in (*told, *read(case).echo) if whole.search(each)]
        assert repr(secret) not in repr(read(case))


@of(OURS)
def test_an_answer_is_nobodys_command(case: Case) -> None:
    for said in answers(case):
        parsed = {name: dialect.parse(Message(said)) for name, dialect in dialects().items()}
        assert {name for name, each in parsed.items() if not isinstance(each, NotForUs)} == set()


@of(OURS)
def test_a_text_is_one_dialects(case: Case) -> None:
    others = claimants(case.text) - {case.dialect}
    # The trackers' forms that the plain dialect leaves to one that is enabled for them.
    if is_courtesy(case.text):
        others.discard("plain")
    for clash in (*CLASHES, SETUP):
        if clash.excuses(case.dialect, case.text):
            others -= clash.dialects
    assert others == set()


@pytest.mark.parametrize("clash", CLASHES, ids=lambda clash: clash.example)
def test_a_known_clash_is_told(clash: Clash) -> None:
    assert clash.dialects <= claimants(clash.example)
    for pair in combinations(sorted(clash.dialects), 2):
        told = list(Reader([dialect_named(name) for name in pair]).clashes())
        assert clash.example.lower() in {text.lower() for _, _, text in told}
        assert isinstance(
            Reader([*map(dialect_named, pair)]).read(Message(clash.example)), NotForUs
        )


def test_the_first_contact_is_left_to_the_other_dialect() -> None:
    assert claimants(SETUP.example) >= SETUP.dialects
    reader = Reader([*map(dialect_named, SETUP.dialects)])
    parsed = reader.read(Message(SETUP.example))
    assert isinstance(parsed, Command)
    assert parsed.dialect == "rayleigh"
    assert list(reader.clashes()) == []


@pytest.mark.parametrize("name", NAMES)
def test_what_it_says_of_itself_is_true(name: str) -> None:
    dialect = dialect_named(name)
    assert dialect.name == name
    assert dialect.claims
    for text in dialect.claims:
        assert claims(dialect, text)
    with_text = [case for case in OURS if case.dialect == name]
    assert dialect.names_device == any("device" in case.keys for case in with_text)
    assert (dialect.password.value != "none") == any("password" in c.keys for c in with_text)


# What people and machines send that is no dialect's of this table's.
ORDINARY = [
    "",
    " ",
    "\r\n",
    "Hi, please call me back",
    "The apn is not set yet, can you send status and reset it?",
    "Please reboot the modem",
    "What's my APN",
    "What's the new APN for it",
    "Where is APN KEEP documented",
    "Your code is 123456.",
    "OK",
    "OK APN em",
    "ERR APN reason=bad-apn at=2",
    "#17 ROLLBACK APN em kept=old reason=not-registered",
    "APN",
    "APN em",
    "APN em user=u pass=p auth=pap",
    "#17 PIN 4821 APN em",
    "apn=em",
    "APN ROLLBACK",
    "APN KEEP",
    "APN HISTORY",
    "STATUS",
    "status",
    "#17 STATUS",
    "PIN 4821 STATUS",
    "SIGNAL",
    "PING",
    "HELP",
    "REBOOT MODEM",
    "REBOOT HOST",
    "NETWORK",
    "NETWORK SCAN",
    "SMSC",
    "PIN 4821 REBOOT MODEM",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("text", ORDINARY, ids=repr)
def test_what_isnt_its_own_it_leaves_alone(name: str, text: str) -> None:
    assert not claims(dialect_named(name), text)


@pytest.mark.parametrize("name", NAMES)
def test_octets_are_left_alone(name: str) -> None:
    assert isinstance(dialect_named(name).parse(Message(data=b"\x01\x06", port=2948)), NotForUs)
