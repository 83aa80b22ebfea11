"""How several dialects read one message, those of other packages among them."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from apn_config.config import ConfigError, load
from apn_config.dialects import BrokenDialect, dialect_named, known, plain
from apn_config.dialects.dialect import Dialect
from apn_config.model import (
    ApnRequest,
    Command,
    Form,
    Malformed,
    Message,
    NotForUs,
    Outcome,
    Parsed,
    PinWord,
    Result,
    SetupCode,
    Signature,
    Verb,
)
from apn_config.reader import Reader, redacted, verb_of
from apn_config.voice import Voice

OWN = frozenset({"LED"})


def with_plain(*names: str) -> Reader:
    return Reader([plain.DIALECT, *map(dialect_named, names)], OWN)


# --- dialects of other packages -------------------------------------------------------------------

FOREIGN = """
from apn_config.dialects.dialect import Dialect
from apn_config.model import Command, NotForUs, Verb

def parse(message):
    text = message.text or ""
    if "boom" in text:
        raise ValueError(text)
    return Command(Verb.STATUS) if text == "mine" else NotForUs("another's")

def say(outcome, form, around):
    raise KeyError("say")

DIALECT = Dialect("mine", "Mine: mine", parse, say, ("mine",))
OTHER_NAME = Dialect("plain", "Mine: mine", parse, say, ("mine",))
NO_DIALECT = "Dialect"
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Installs a package with an entry point `mine`; gives a configuration that enables it."""

    def install(value: str) -> Path:
        (tmp_path / "foreign_dialect.py").write_text(FOREIGN)
        metadata = tmp_path / "foreign-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text("Name: foreign\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text(f"[modem_helper.dialects]\nmine = {value}\n")
        monkeypatch.syspath_prepend(str(tmp_path))
        config = tmp_path / "config.toml"
        config.write_text('[dialects]\nenabled = ["plain", "mine"]\n')
        return config

    return install


def test_one_of_another_package_is_read(installed: Callable[[str], Path]) -> None:
    reader = Reader.for_config(load(installed("foreign_dialect:DIALECT")))
    assert known()[-1] == "mine"
    # It goes by the name that it is enabled under, whatever its commands say.
    mine = Command(Verb.STATUS, dialect="mine")
    assert reader.read(Message("mine")) == reader.read_as(Message("mine"), "mine") == mine


BROKEN = {
    "another name": ("foreign_dialect:OTHER_NAME", "another name: 'plain'"),
    "no dialect": ("foreign_dialect:NO_DIALECT", "is no Dialect"),
    "no such name": ("foreign_dialect:GONE", "can't be loaded: AttributeError"),
    "no such module": ("foreign_dialect_gone:DIALECT", "can't be loaded: ModuleNotFoundError"),
}


@pytest.mark.parametrize(("value", "told"), BROKEN.values(), ids=BROKEN)
def test_a_broken_one_is_an_error_of_the_configuration(
    installed: Callable[[str], Path], value: str, told: str
) -> None:
    config = installed(value)
    with pytest.raises(ConfigError) as caught:
        load(config)
    assert caught.value.key == "dialects.enabled"
    assert told in str(caught.value)
    with pytest.raises(BrokenDialect):
        dialect_named("mine")


def test_the_fault_of_one_ends_nothing(installed: Callable[[str], Path]) -> None:
    reader = Reader.for_config(load(installed("foreign_dialect:DIALECT")))
    failed = NotForUs("mine failed: ValueError")
    for parsed in (reader.read(Message("boom")), reader.read_as(Message("boom"), "mine")):
        assert isinstance(parsed, NotForUs)
        assert parsed.why == failed.why
    # What is another's all the same is carried out.
    assert reader.read(Message("#boom PING")) == Command(Verb.PING, "boom")
    assert redacted(reader.read(Message("boom")), Message("boom")) == "[4 characters]"


def test_what_one_gives_that_is_no_command_is_a_fault() -> None:
    nothing: Callable[[Message], Parsed] = lambda message: None  # type: ignore[assignment,return-value]  # noqa: E731
    reader = Reader([Dialect("mine", "", nothing, lambda *_: None, ())])
    assert reader.read(Message("x")).why == "mine failed: TypeError"  # type: ignore[union-attr]


def test_one_without_words_is_answered_in_plain_ones(installed: Callable[[str], Path]) -> None:
    reader = Reader.for_config(load(installed("foreign_dialect:DIALECT")))
    outcome = Outcome(Result.OK, Verb.PING)
    said = Voice(reader.dialects).say(outcome, Form("mine"), datetime(2026, 1, 1, tzinfo=UTC))
    assert said == "OK PING"


# --- the plain dialect beside others --------------------------------------------------------------

PLAINS = (
    "SETUP 7H2K9QXW APN em pass=secret user=joe",
    "SETUP 7H2K9QXW APN em user=u",
    "SETUP 7H2K9QXW APN ROLLBACK",
    "SETUP 7H2K9QXW APN KEEP",
    'SETUP 7H2K9QXW APN "keep"',
    "SETUP 7H2K9QXW APN HISTORY",
    "SETUP 7H2K9QXW APN em#",
    "SETUP 7H2K9QXW APN KEEP#",
    "SETUP 7H2K9QXW APN",
    "SETUP 7H2K9QXW REBOOT MODEM",
    "APN,KEEP#",
    "APN,HISTORY#",
    "apn,rollback#",
    "APN,em user=u#",
    "APN em user=joe pass=secret@ok#",
    "PIN 4821 APN em user=me@er#",
    "LED status",
    "LED reboot",
    "LED getinfo",
    "LED reset",
    "#17 LED getapn",
    "LED sys reset",
)
OTHERS = [name for name in known() if name not in ("plain", "signed", "omacp")]


@pytest.mark.parametrize(("text", "name"), list(itertools.product(PLAINS, OTHERS)))
def test_what_only_the_plain_one_has_is_its(text: str, name: str) -> None:
    parsed = with_plain(name).read(Message(text))
    assert isinstance(parsed, Command)
    assert parsed == with_plain().read(Message(text))
    assert parsed.dialect == "plain"


def test_the_first_contact_of_the_other_is_its() -> None:
    parsed = with_plain("rayleigh").read(Message("SETUP 7H2K9QXW APN em joe secret"))
    assert isinstance(parsed, Command)
    assert parsed.request == ApnRequest("em", "joe", "secret")
    assert parsed.dialect == "rayleigh"


def test_a_verb_of_ones_own_is_no_others_password_by_chance_alone() -> None:
    # Another password before the same words is another's command.
    parsed = with_plain("teltonika-router").read(Message("admin01 status"))
    assert isinstance(parsed, Command)
    assert parsed.dialect == "teltonika-router"


# What somebody sends may begin like an answer; a command is one all the same.
NO_ANSWERS = ("APN ok.example", "apn:em", "Param", "APN em@ok", "reset")


@pytest.mark.parametrize("text", NO_ANSWERS)
def test_what_is_no_answer_is_told_of(text: str) -> None:
    assert isinstance(Reader().read(Message(text)), Command | Malformed)


# --- what is kept of a command --------------------------------------------------------------------


def _commands(verb: Verb) -> list[Command]:
    """Of each verb all forms of its arguments."""
    match verb:
        case Verb.APN_SET:
            names = ("em", "", "keep", "SET", "ROLLBACK", "status")
            requests = [ApnRequest(name, *rest) for name in names for rest in ((), ("u", "p"))]
            return [Command(verb, request=each) for each in requests]
        case Verb.OWN:
            return [Command(verb, words=words) for words in (("LED",), ("LED", "STATUS"))]
        case Verb.NETWORK_SELECT:
            return [Command(verb, words=(word,)) for word in ("AUTO", "26201")]
        case Verb.SMSC_SET:
            return [Command(verb, words=("+491710760000",))]
        case Verb.SYNC:
            return [Command(verb, words=("k3y",), proof=Signature("", 1, ""))]
    return [Command(verb)]


@pytest.mark.parametrize("verb", Verb, ids=lambda verb: verb.value)
def test_the_verb_is_told_by_what_is_kept(verb: Verb) -> None:
    proofs = (None, PinWord("4821"), SetupCode("7H2K9QXW"))
    for command in _commands(verb):
        for dialect, tag, proof in itertools.product(("plain", "queclink"), (None, "A7"), proofs):
            given = Command(
                verb, tag, command.request, proof or command.proof, dialect, command.words
            )
            kept = redacted(given, Message("x"))
            assert verb_of(kept) == verb.value, kept


@pytest.mark.parametrize("kept", ["", "[19 characters]", "[140 octets]"])
def test_what_was_no_command_has_no_verb(kept: str) -> None:
    assert verb_of(kept) is None
