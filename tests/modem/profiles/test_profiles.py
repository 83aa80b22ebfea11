"""Profiles: which modem gets which, and that every value that isn't generic names its source."""

from __future__ import annotations

import re
import subprocess
import sys
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
    Reattach,
    SimulatorPart,
    match_profile,
    profile_named,
    profile_names,
)

# Manufacturer and model as the modems say them: public logs, test fixtures and lists of names.
MATCHES = [
    ("SIMCOM INCORPORATED", "SIMCOM_SIM7600G-H", "sim7600"),
    ("SIMCOM INCORPORATED", "SIMCOM_SIM7600JC-H", "sim7600"),
    ("INCORPORATED", "A7670E-FASE", "a7670"),
    ("SIMCOM INCORPORATED", "A7670G-LLSE", "a7670"),
    ("INCORPORATED", "A7670C-MASL", "a7670"),
    ("SIMCOM INCORPORATED", "A7602E-H", "a7670"),
    ("SIMCOM INCORPORATED", "SIM7672JP-MNGV", "sim7670"),
    ("SIMCOM INCORPORATED", "SIM7670G-MNGV", "sim7670"),
    ("SIMCOM INCORPORATED", "SIMCOM_SIM7670G", "sim7670"),
    ("SIMCOM_Ltd", "SIMCOM_SIM7000E", "sim7000"),
    ("SIMCOM_Ltd", "SIMCOM_SIM7000G", "sim7000"),
    ("SIMCOM INCORPORATED", "SIMCOM_SIM7080G", "sim7080"),
    ("SIMCOM INCORPORATED", "SIMCOM_SIM7070G", "sim7080"),
    ("SIMCOM_Ltd", "SIMCOM_SIM800", "sim800"),
    ("SIMCOM_Ltd", "SIMCOM_SIM800L", "sim800"),
    ("SIMCOM_Ltd", "SIMCOM_SIM868", "sim800"),
    ("Quectel", "EC25", "ec25"),
    ("QUECTEL", "EC25", "ec25"),
    ("Quectel", "EG25", "ec25"),
    ("Quectel", "EC21", "ec25"),
    ("Quectel", "EC20F", "ec25"),
    ("Quectel", "EG91", "ec25"),
    ("Quectel", "EG95", "ec25"),
    ("Quectel", "BG96", "bg96"),
    ("Quectel", "BG95-M3", "bg96"),
    ("u-blox", "SARA-R410M-02B", "sara-r4"),
    ("u-blox", "SARA-R412M-03B", "sara-r4"),
    ("u-blox", "SARA-R422S", "sara-r4"),
    ("Telit", "HE910-D", "telit-910"),
    ("Telit", "LE910C1-EU", "telit-910"),
    ("Telit", "ME910C1-WW", "telit-910"),
    ("huawei", "E1752", "huawei"),
    ("huawei", "E1550", "huawei"),
    ("huawei", "E160G", "huawei"),
    ("huawei", "K3715", "huawei"),
    ("Huawei Technologies Co., Ltd.", "ME909s-120", "me909s"),
    # near misses
    ("SIMCOM INCORPORATED", "SIMCOM_SIM7100E", "generic"),
    ("SIMCOM_Ltd", "SIMCOM_SIM7600E-H", "generic"),
    ("SIMCOM_Ltd", "SIMCOM_SIM900", "generic"),
    ("Quectel", "EC200U", "generic"),
    ("Quectel", "EC200A", "generic"),
    ("Quectel", "EG915U", "generic"),
    ("Quectel", "EG912Y", "generic"),
    ("Quectel", "M95", "generic"),
    ("Sierra Wireless", "EC25", "generic"),
    ("u-blox", "SARA-R510S", "generic"),
    ("u-blox", "SARA-U201", "generic"),
    ("u-blox", "LARA-R6001", "generic"),
    ("Telit", "LE866", "generic"),
    ("huawei", "E3372", "generic"),
    ("", "", "generic"),
]


@pytest.mark.parametrize(("manufacturer", "model", "name"), MATCHES)
def test_match(manufacturer: str, model: str, name: str) -> None:
    assert match_profile(manufacturer, model).name == name


READ = """
from modem import profiles
whole = profiles.profile_from
names = []
def counted(text):
    profile = whole(text)
    names.append(profile.name)
    return profile
profiles.profile_from = counted
for modem in [("Quectel", "EC25"), ("Quectel", "EC25"), ("", "")]:
    profiles.match_profile(*modem)
print(*names)
"""


def test_matching_reads_the_family_that_fits_alone() -> None:
    ran = subprocess.run([sys.executable, "-c", READ], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["ec25"]


def test_no_modem_is_claimed_by_two() -> None:
    """Not even where the longer match would decide: families exclude each other."""
    for manufacturer, model, name in MATCHES:
        claims = [
            profile.name
            for profile in PROFILES
            if profile is not GENERIC and match_profile(manufacturer, model, (profile,)) is profile
        ]
        assert claims == [name] * (name != "generic"), (manufacturer, model)


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
    } - {"simulator.commands"}
    differing |= {f"simulator.commands.{name}" for name in profile.simulator.commands}
    assert set(profile.sources) == differing
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


# What a driver has to know, as the sources have it:
# SIM7500_SIM7600 AT manual V3.00 (quoted in TinyGSM pull request 794) and A76XX AT manual V1.06
#   5.2.16: AT+CGAUTH=<cid>[,<auth_type>[,<passwd>[,<user>]]]
# EC20, EC200U-CN and BG96, measured: AT+QICSGP=<ctx>,<type>,"apn","user","pw",<auth>
# SARA-R4/N4 AT manual R09 13.15.2: AT+UAUTHREQ=<cid>,<auth_type>,<username>,<password>
# oFono drivers/he910modem: AT#PDPAUTH=<cid>,<type>,"user","pw"
# TinyGSM src/TinyGsmClientSIM7080.h l.302: AT+CNCFG=0,1,"apn","user","pw",<auth>; l.310: +CNACT=0,1
# HiSilicon's AT source: AT^AUTHDATA=<cid>,<type>,<plmn>,<password>,<user>
# TinyGSM issue 421: a SIM7000 wants 1, 13 and 14 to hold the APN
# ubxlib u_cell_net.c: SARA-R4's radio is off while its login is written
# ubxlib u_cell_private.c: SARA-R4 restarts by CFUN=15; EG800Q manual 2.21: by CFUN=1,1
REATTACH = {"telit-910": Reattach.COPS, "sim800": Reattach.CGATT}
CGAUTH, QICSGP = AuthCommand.CGAUTH, AuthCommand.QICSGP
USER, PASSWORD = AuthOrder.USER_FIRST, AuthOrder.PASSWORD_FIRST
DRIVERS = {
    "generic": (CGAUTH, USER, None),
    "sim7600": (CGAUTH, PASSWORD, "AT+CRESET"),
    "a7670": (CGAUTH, PASSWORD, "AT+CRESET"),
    "sim7670": (CGAUTH, PASSWORD, "AT+CRESET"),
    "sim7000": (CGAUTH, USER, None),
    "sim7080": (AuthCommand.CNCFG, USER, "AT+CREBOOT"),
    "sim800": (CGAUTH, USER, None),
    "ec25": (QICSGP, USER, "AT+CFUN=1,1"),
    "bg96": (QICSGP, USER, None),
    "sara-r4": (AuthCommand.UAUTHREQ, USER, "AT+CFUN=15"),
    "telit-910": (AuthCommand.PDPAUTH, USER, "AT#REBOOT"),
    "huawei": (CGAUTH, USER, "AT^RESET"),
    "me909s": (AuthCommand.AUTHDATA, PASSWORD, "AT^RESET"),
}


@pytest.mark.parametrize("name", profile_names())
def test_what_the_sources_say(name: str) -> None:
    driver = profile_named(name).driver
    assert (driver.auth, driver.auth_order, driver.reset) == DRIVERS[name]
    roams = driver.roaming is not None
    assert roams == (name in ("ec25", "bg96"))
    assert driver.attach_cid == 1
    assert driver.also_cids == ((13, 14) if name == "sim7000" else ())
    assert driver.reattach is REATTACH.get(name, Reattach.RADIO)
    assert driver.radio_off_to_write is (name == "sara-r4")
    assert driver.auth_order_disputed is (name == "sara-r4")
    assert driver.own_stack is (name == "sim7080")


# The last words of a start and of a full memory, one of each family (the file has the source).
@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_the_driver_knows_what_its_simulated_modem_says(profile: Profile) -> None:
    part = profile.simulator
    known = profile.driver.boot_urcs
    first = [said.line for said in part.boot_urcs][:1]
    assert all(line.startswith(known) for line in first)
    if part.storage_full is not None:
        assert part.storage_full.startswith(profile.driver.storage_full_urcs)
    ends = [answer.final for command in part.commands.values() for answer in command.set.values()]
    assert {end for end in ends if end != "OK"} <= set(known)
