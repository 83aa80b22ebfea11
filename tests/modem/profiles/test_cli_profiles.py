"""`modem-helper profiles`: what it shows, for people and as JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from modem.cli_profiles import profiles
from modem.errors import MisuseError
from modem.profiles import PROFILES, profile_named, profile_names


def shown(*arguments: str) -> str:
    result: Result = CliRunner().invoke(profiles, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_all_families_are_listed() -> None:
    output = shown()
    assert [line.split()[0] for line in output.splitlines()[: len(PROFILES)]] == [
        profile.name for profile in PROFILES
    ]
    assert all(profile.title in output for profile in PROFILES)


def test_all_families_as_json() -> None:
    listed = json.loads(shown("--json"))
    assert set(listed) == {"profiles"}
    assert [family["name"] for family in listed["profiles"]] == list(profile_names())
    ec25 = next(family for family in listed["profiles"] if family["name"] == "ec25")
    assert ec25["cgmi"] == ["Quectel"]
    assert r"EC2[15]" in ec25["cgmm"]


def test_without_a_name_each_family_is_as_with_its_name() -> None:
    listed = json.loads(shown("--json"))["profiles"]
    alone = [json.loads(shown(name, "--json"))["profiles"] for name in profile_names()]
    assert [[family] for family in listed] == alone
    assert all(family["fields"] for family in listed)


@pytest.mark.parametrize("name", profile_names())
def test_each_field_has_value_source_and_level(name: str) -> None:
    (family,) = json.loads(shown(name, "--json"))["profiles"]
    fields: dict[str, dict[str, Any]] = {row["field"]: row for row in family["fields"]}
    assert len(fields) == len(family["fields"])
    sources = profile_named(name).sources
    for field, row in fields.items():
        assert set(row) == {"field", "value", "source", "level"}
        source = sources.get(field)
        expected = (None, None) if source is None else (source.text, source.level.value)
        assert (row["source"], row["level"]) == expected
    assert set(sources) <= set(fields)


def test_values_are_those_of_the_file() -> None:
    (family,) = json.loads(shown("sim7670", "--json"))["profiles"]
    rows = {row["field"]: row for row in family["fields"]}
    assert rows["simulator.prompt"] == {
        "field": "simulator.prompt",
        "value": "\r\n>\r\n\r",
        "source": "gammu issue 1176: the prompt of a SIM7670G has no blank",
        "level": "transcript",
    }
    assert rows["simulator.commands.+CRESET"]["value"] == {"run": {"effect": "restart"}}
    assert rows["simulator.boot_urcs"]["value"][0] == {"after_s": 3.0, "line": "*ATREADY: 1"}
    assert rows["driver.auth_order"]["value"] == "password,user"
    assert rows["driver.attach_cid"]["value"] == 1


def test_people_see_the_source_under_the_value() -> None:
    output = shown("bg96")
    assert output.startswith("bg96: Quectel BG95/BG96\nmatches +CGMI Quectel and +CGMM BG9[56]\n")
    assert (
        '  driver.auth = "+QICSGP"\n      transcript: AT+QICSGP=? and AT+QICSGP=1 of a BG96\n'
    ) in output
    particular, _, standard = output.partition("By the standard:")
    assert "driver.attach_cid = 1" in standard
    assert "driver.attach_cid" not in particular


def test_the_generic_one_has_nothing_particular() -> None:
    assert "Particular" not in shown("generic")


def test_an_unknown_name() -> None:
    with pytest.raises(MisuseError, match="sim9999"):
        shown("sim9999")
