"""Profiles: which modem gets which, and that every value that isn't generic names its source."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest

from modem.errors import MisuseError
from modem.profiles import (
    GENERIC,
    PROFILES,
    AuthCommand,
    AuthOrder,
    DriverPart,
    Profile,
    SimulatorPart,
    match_profile,
    profile_named,
)


# Manufacturer and model as the modems say them; the first four and the A76xx from public logs.
@pytest.mark.parametrize(
    ("manufacturer", "model", "name"),
    [
        ("SIMCOM INCORPORATED", "SIMCOM_SIM7600G-H", "sim7600"),
        ("SIMCOM INCORPORATED", "SIMCOM_SIM7600JC-H", "sim7600"),
        ("Quectel", "EC25", "ec25"),
        ("QUECTEL", "EC25", "ec25"),
        ("Quectel", "EG25", "ec25"),
        ("Quectel", "EC21", "ec25"),
        ("Quectel", "EC20F", "ec25"),
        ("Quectel", "EG91", "ec25"),
        ("Quectel", "EG95", "ec25"),
        ("INCORPORATED", "A7670E-FASE", "generic"),
        ("SIMCOM INCORPORATED", "A7670G-LLSE", "generic"),
        ("SIMCOM INCORPORATED", "SIM7672JP-MNGV", "generic"),
        ("SIMCOM INCORPORATED", "SIMCOM_SIM7670G", "generic"),
        ("SIMCOM_Ltd", "SIMCOM_SIM7000E", "generic"),
        ("Quectel", "EC200U", "generic"),
        ("Quectel", "EC200A", "generic"),
        ("Quectel", "EG915U", "generic"),
        ("Quectel", "EG912Y", "generic"),
        ("Quectel", "BG96", "generic"),
        ("Quectel", "BG95-M3", "generic"),
        ("Sierra Wireless", "EC25", "generic"),
        ("u-blox", "SARA-R410M-02B", "generic"),
        ("", "", "generic"),
    ],
)
def test_match(manufacturer: str, model: str, name: str) -> None:
    assert match_profile(manufacturer, model).name == name


def test_two_that_fit_equally_well_are_an_error() -> None:
    one = Profile("one", "One", cgmi=("Maker",), cgmm=("M1",))
    two = Profile("two", "Two", cgmi=("Maker",), cgmm=("M1",))
    with pytest.raises(MisuseError, match="one and two"):
        match_profile("Maker", "M100", (GENERIC, one, two))


def test_the_longer_match_wins() -> None:
    wide = Profile("wide", "Wide", cgmi=("Maker",), cgmm=("M1",))
    narrow = Profile("narrow", "Narrow", cgmi=("Maker",), cgmm=("M10",))
    assert match_profile("Maker", "M100", (wide, narrow)) is narrow


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_every_value_that_is_not_generic_names_its_source(profile: Profile) -> None:
    differing = {
        f"{part}.{item.name}"
        for part, default in (("driver", DriverPart()), ("simulator", SimulatorPart()))
        for item in fields(default)
        if getattr(getattr(profile, part), item.name) != getattr(default, item.name)
    }
    assert differing <= set(profile.sources)
    known = {
        f"{part}.{item.name}"
        for part, of in (("driver", DriverPart), ("simulator", SimulatorPart))
        for item in fields(of)
    }
    assert set(profile.sources) <= known
    assert all(source.text for source in profile.sources.values())


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_a_simulated_modem_of_a_family_is_recognised_as_one(profile: Profile) -> None:
    assert match_profile(profile.simulator.manufacturer, profile.simulator.model) is profile
    assert all(re.compile(expression) for expression in profile.cgmm)


def test_names_are_unique_and_found() -> None:
    names = [profile.name for profile in PROFILES]
    assert len(set(names)) == len(names)
    assert all(profile_named(profile.name) is profile for profile in PROFILES)
    with pytest.raises(MisuseError, match="generic"):
        profile_named("sim9999")


# SIM7500_SIM7600 AT manual V3.00 (quoted in TinyGSM pull request 794):
#   AT+CGAUTH=<cid>[,<auth_type>[,<passwd>[,<user>]]]
# EC20 and EC200U-CN, measured: AT+QICSGP=<ctx>,<type>,"apn","user","pw",<auth>
@pytest.mark.parametrize(
    ("name", "command", "order", "reset"),
    [
        ("generic", AuthCommand.CGAUTH, AuthOrder.USER_FIRST, None),
        ("sim7600", AuthCommand.CGAUTH, AuthOrder.PASSWORD_FIRST, "AT+CRESET"),
        ("ec25", AuthCommand.QICSGP, AuthOrder.USER_FIRST, "AT+CFUN=1,1"),
    ],
)
def test_what_the_manuals_say(
    name: str, command: AuthCommand, order: AuthOrder, reset: str | None
) -> None:
    driver = profile_named(name).driver
    assert (driver.auth, driver.auth_order, driver.reset) == (command, order, reset)
