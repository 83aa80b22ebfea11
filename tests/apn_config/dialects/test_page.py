"""docs/dialects.md is what the tables say; a dialect of somebody else's is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from apn_config.config import ConfigError, parse
from apn_config.model import Command, Message, Verb
from apn_config.reader import Reader
from tests.apn_config.dialects.page import PAGE, page

DIST = "mine-1.0.dist-info"
MODULE = """\
from apn_config.dialects.dialect import Dialect
from apn_config.model import Command, NotForUs, Verb

def parse(message):
    return Command(Verb.STATUS, dialect="mine") if message.text == "wie geht es" else NotForUs("no")

DIALECT = Dialect("mine", "a test's", parse, lambda outcome, form, around: "gut", ("wie geht es",))
"""


def test_the_page_is_made_from_the_tables() -> None:
    assert PAGE.read_text() == page(), "python -m tests.apn_config.dialects.page writes it"


def test_a_dialect_comes_as_an_entry_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine_dialect.py").write_text(MODULE)
    (tmp_path / DIST).mkdir()
    (tmp_path / DIST / "METADATA").write_text("Metadata-Version: 2.1\nName: mine\nVersion: 1.0\n")
    points = "[modem_helper.dialects]\nmine = mine_dialect:DIALECT\n"
    (tmp_path / DIST / "entry_points.txt").write_text(points)
    text = b'[dialects]\nenabled = ["plain", "mine"]\n[dialects.mine]\ndevice_id = "7"\n'
    with pytest.raises(ConfigError, match=r"unknown key|some of"):
        parse(text, tmp_path / "config.toml")
    monkeypatch.syspath_prepend(str(tmp_path))
    config = parse(text, tmp_path / "config.toml")
    parsed = Reader.for_config(config).read(Message("wie geht es"))
    assert isinstance(parsed, Command)
    assert (parsed.verb, parsed.dialect) == (Verb.STATUS, "mine")


def test_two_that_understand_the_same_are_an_error_of_the_configuration(tmp_path: Path) -> None:
    text = b'[dialects]\nenabled = ["concox", "gotrack"]\n'
    with pytest.raises(ConfigError, match="concox and gotrack both understand"):
        parse(text, tmp_path / "config.toml")
