"""docs/commands.md tells of every verb and of every reason that one can be answered with."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from apn_config import verbs
from apn_config.config_commands import OwnCommand
from apn_config.dialects.plain import parse
from apn_config.model import Command, Verb

PAGE = Path(__file__).parents[3] / "docs/commands.md"
SOURCES = sorted(Path(verbs.__file__).parent.glob("*.py"))
# By their own pages.
ELSEWHERE = {Verb.APN_SET, Verb.APN_KEEP, Verb.APN_ROLLBACK, Verb.SYNC, Verb.OWN}
_REASON = re.compile(
    r'(?:Refused|_err|_failed|FunctionFailed)\((?:name, )?"([a-z-]+)"'
    r'|reason="([a-z-]+)"|return "([a-z]+(?:-[a-z]+)*)"$|reason = "([a-z-]+)"',
    re.MULTILINE,
)


def commands() -> list[str]:
    """What stands in the first column of the first table."""
    return re.findall(r"^\| `([A-Z][^`=]*)` \| [a-z]", PAGE.read_text(), re.MULTILINE)


def test_every_verb_is_there_and_is_understood() -> None:
    parsed = [parse(text) for text in commands()]
    verbs = [each.verb for each in parsed if isinstance(each, Command)]
    assert len(verbs) == len(parsed)
    assert set(verbs) == set(Verb) - ELSEWHERE


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_every_reason_is_there(source: Path) -> None:
    page = PAGE.read_text()
    for found in _REASON.findall(source.read_text()):
        (reason,) = filter(None, found)
        assert re.search(rf"`(?:[^`|]*[= ])?{reason}[ `]", page), reason


def test_reasons_are_found_at_all() -> None:
    found = {reason for source in SOURCES for reason in _REASON.findall(source.read_text())}
    assert len(found) > 15


def test_its_numbers_are_true() -> None:
    page, default = PAGE.read_text(), OwnCommand()
    assert f"`timeout_s` ({default.timeout_s:g} by default, 600 at most)" in page
    assert f"`output` characters of it ({default.output} by default)" in page
