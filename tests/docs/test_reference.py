"""What the site's references are made of is all there, and says something of each thing."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path

import click
import pytest

from apn_config import config_apn
from apn_config.config import _SECTIONS
from apn_config.config_access import ACCESS_KEYS, RULE_KEYS
from apn_config.config_commands import _OWN_KEYS
from apn_config.config_dialects import _DIALECT_KEYS, _OMACP_KEYS, _SIGNED_KEYS, ENABLED_KEYS
from apn_config.config_recovery import SWITCH_KINDS
from docs._extensions import commands, configuration, json_output
from docs._extensions.generated import PARTS, filled
from tests.docs.blocks import DOCS, blocks, name_of, pages

# --- the configuration ----------------------------------------------------------------------------

# Sections inside of sections, which `fields` shows as keys.
INSIDE = {
    "apn.probe": tuple(each.name for each in fields(config_apn.ProbeConfig)),
    "apn.ppp": tuple(each.name for each in fields(config_apn.PppConfig)),
    "apn.script": tuple(each.name for each in fields(config_apn.ScriptConfig)),
    "apn.fallback": config_apn._FALLBACK_KEYS,
}
# Sections that are no dataclass of their own, with an example of each that the user names.
OTHERS = {
    "access": tuple(key for key in ACCESS_KEYS if key != "rules"),
    "access.rules": RULE_KEYS,
    "dialects": ENABLED_KEYS,
    "dialects.teltonika": _DIALECT_KEYS,
    "dialects.omacp": _OMACP_KEYS,
    "dialects.signed": _SIGNED_KEYS,
    "commands": ("reboot_host",),
    "commands.own.DOOR": tuple(key for key in _OWN_KEYS if key != "function"),
    "commands.own.LAMP": ("function",),
}


def known_keys() -> Iterator[str]:
    """What the reader knows, but for a switch's parameters, which go by its kind."""
    for section, kind in _SECTIONS.items():
        for field in fields(kind):
            dotted = f"{section}.{field.name}"
            if dotted in INSIDE:
                yield from (f"{dotted}.{key}" for key in INSIDE[dotted])
            elif dotted != "recovery.power":
                yield dotted
    for section, keys in OTHERS.items():
        yield from (f"{section}.{key}" for key in keys)


KEYS = {
    f"{key.section}.{key.name}": key
    for section in configuration.sections()
    for key in section.keys
    if section.name != "recovery.power"
}


def test_each_key_has_a_row() -> None:
    assert set(KEYS) == set(known_keys())


@pytest.mark.parametrize("dotted", KEYS)
def test_each_key_says_what_it_takes(dotted: str) -> None:
    key = KEYS[dotted]
    assert configuration.wanted(key.section, key.name)


def test_each_key_says_what_it_means() -> None:
    """The two whose name says it all are left."""
    silent = {name for name, key in KEYS.items() if not key.meaning}
    assert silent == {"apn.fallback.type", "apn.fallback.user"}


@pytest.mark.parametrize(
    ("dotted", "wanted"),
    [
        ("modem.baud", "a whole number from 300 to 4000000"),
        ("reply.to", "1 to 8 digits"),
        ("modem.port", 'a device such as "/dev/ttyUSB2", or "tcp://host:port"'),
        ("apn.enforce", "true or false"),
        ("apn.probe.tries", "a whole number from 1 to 100"),
    ],
)
def test_the_limits_are_the_readers(dotted: str, wanted: str) -> None:
    section, _, key = dotted.rpartition(".")
    assert configuration.wanted(section, key) == wanted


def test_defaults_are_told_and_examples_are_none() -> None:
    page = configuration.page()
    assert "| `verify_timeout_s` | a number above 0, 604800 at most | `300` |" in page
    assert re.search(r"^\| `sim_pin_file` \| [^|]+ \|  \|", page, re.MULTILINE)
    for kind in SWITCH_KINDS:
        assert f"| `{kind}` | `" in page


# --- the command line -----------------------------------------------------------------------------


def test_the_examples_of_commands_are_commands() -> None:
    there = dict(commands.every_command())
    lines = [line for command in there.values() for line in commands.examples(command)]
    ours = [line for line in lines if line.startswith(commands.PROGRAM)]
    assert len(ours) > len(there) / 2
    for line in ours:
        _assert_command(line, there)


def _assert_command(line: str, there: Mapping[str, click.Command]) -> None:
    words = shlex.split(re.split(r" [|>&]", line)[0], comments=True)
    if words[1].startswith("-"):  # --help, --version
        return
    command = there[" ".join(words[:2])]
    words = words[2:]
    while isinstance(command, click.Group):
        # A group may have arguments of its own before the command: sim-control SOCKET deliver.
        found = [index for index, word in enumerate(words) if word in command.commands]
        own = [each for each in command.params if isinstance(each, click.Argument)]
        if len(words) <= len(own):  # the group as a whole is meant
            return
        assert found, line
        command = command.commands[words[found[0]]]
        words = words[found[0] + 1 :]
    known = {option for each in command.params for option in (*each.opts, *each.secondary_opts)}
    known |= {"--help", "-h"}
    given = {word.partition("=")[0] for word in words if word.startswith("-") and word != "-"}
    assert given <= known, f"{line}: {given - known}"


def told(page: Path) -> Iterator[str]:
    """The commands in a page's sentences, and in the blocks that aren't tried."""
    text = page.read_text(encoding="utf-8")
    yield from re.findall(r"(?<!`)`(modem-helper (?!\.\.\.)[^`\n]+)`", text)
    for block in blocks(page):
        if block.is_typed and "not run" in block.said:
            joined = block.text.replace("\\\n", " ")
            yield from re.findall(
                r"^(?:\$ )?(?:sudo )?(modem-helper .+?)(?: &)?$", joined, re.MULTILINE
            )


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_the_commands_that_a_page_names_are_ours(page: Path) -> None:
    there = dict(commands.every_command())
    for line in told(page):
        _assert_command(line, there)


def test_a_command_that_isnt_ours_is_found() -> None:
    there = dict(commands.every_command())
    for wrong in ("modem-helper frob", "modem-helper info --frob", "modem-helper sms frob"):
        with pytest.raises((AssertionError, KeyError)):
            _assert_command(wrong, there)


def test_every_option_is_in_the_page() -> None:
    page = commands.page()
    for name, command in commands.every_command():
        assert f"# {name}\n" in page
        assert all(each.opts[-1] in page for each in command.params if each.opts[0][0] == "-")


# --- exit codes, JSON -----------------------------------------------------------------------------


def test_the_exit_codes_are_those_of_the_readme() -> None:
    text = (DOCS / "reference" / "exit-codes.md").read_text(encoding="utf-8")
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)}
    readme = pages()[0].read_text(encoding="utf-8")
    listed = re.search(r"Exit codes: (.+?)\. `run` ends", readme, re.DOTALL)
    assert listed is not None
    assert told == {int(code) for code in re.findall(r"(?:^|, |,\n)(\d+) ", listed[1])}


def test_every_definition_of_the_schema_is_in_the_page() -> None:
    page = json_output.page()
    for name in ("simulate", "apn-show", "emnify-webhook-listen"):
        assert f"## {name}\n" in page
    assert "| `live_apn` | string or null | what the network granted |" in page


# --- what pages are filled with -------------------------------------------------------------------


def test_each_part_is_on_a_page() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in pages()[1:])
    assert set(re.findall(r"<!-- generated: (\w+) -->", text)) == set(PARTS)


def test_a_part_that_nobody_makes_is_an_error() -> None:
    with pytest.raises(KeyError):
        filled("<!-- generated: nothing -->")
    with pytest.raises(KeyError, match="no section"):
        filled("<!-- generated: readme: No such heading -->")
