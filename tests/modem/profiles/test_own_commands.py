"""Commands that a profile describes, as the simulated modem of the family has them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from modem.profiles import PROFILES, OwnCommand, Profile, profile_named
from modem.simulator import Login, NetworkSettings
from tests.modem.simulator.bench import Bench, lines

WHO = Bench().modem.who

# Family, command line, the lines of its answer (CMEE 1, echo off, on LTE with the APN "em").
ANSWERS: dict[str, tuple[str, str, list[str]]] = {
    # one setting
    "a setting": ("sim7600", "AT+CNMP?;+CNMP=38;+CNMP?", ["+CNMP: 2", "+CNMP: 38", "OK"]),
    "its values": ("sim7600", "AT+CNMP=?", ["+CNMP: (2,13,38,48)", "OK"]),
    "a value that it hasn't": ("sim7600", "AT+CNMP=3", ["+CME ERROR: 50"]),
    "no value": ("sim7600", "AT+CNMP=", ["+CME ERROR: 50"]),
    "two values": ("sim7600", "AT+CNMP=2,13", ["+CME ERROR: 50"]),
    "text for a number": ("sim7600", "AT+CNMP=x", ["+CME ERROR: 50"]),
    "shown its own way": ("telit-910", "AT#QSS=1;#QSS?", ["#QSS: 1,1", "OK"]),
    "of any value": ("sara-r4", "AT+UMNOPROF=100;+UMNOPROF?", ["+UMNOPROF: 100", "OK"]),
    "with too many values": ("sara-r4", "AT+UMNOPROF=1,2", ["+CME ERROR: 50"]),
    "without a run form": ("sim7600", "AT+CNMP", ["+CME ERROR: 4"]),
    # settings by key
    "a key": ("ec25", 'AT+QCFG="roamservice"', ['+QCFG: "roamservice",255', "OK"]),
    "in capitals": ("ec25", 'AT+QCFG="ROAMSERVICE"', ['+QCFG: "roamservice",255', "OK"]),
    # emnify's page on modules: 2 on, and 1 "at once", which isn't kept
    "a key is set": (
        "ec25",
        'AT+QCFG="roamservice",2,1;+QCFG="roamservice"',
        ['+QCFG: "roamservice",2', "OK"],
    ),
    # QCFG="ims" answers <conf>,<state>; only <conf> is written
    "one of two values is set": (
        "ec25",
        'AT+QCFG="ims",1;+QCFG="ims"',
        ['+QCFG: "ims",1,0', "OK"],
    ),
    "a word is set": (
        "ec25",
        'AT+QURCCFG="urcport","usbmodem";+QURCCFG="urcport"',
        ['+QURCCFG: "urcport","usbmodem"', "OK"],
    ),
    "a word that it hasn't": ("ec25", 'AT+QURCCFG="urcport","com1"', ["+CME ERROR: 50"]),
    "a key that it hasn't": ("ec25", 'AT+QCFG="nothing"', ["+CME ERROR: 100"]),
    "a key's wrong value": ("ec25", 'AT+QCFG="roamservice",3', ["+CME ERROR: 50"]),
    "its keys": (
        "bg96",
        "AT+QINDCFG=?",
        ['+QINDCFG: "all",(0,1),(0,1)', '+QINDCFG: "smsfull",(0,1),(0,1)', "OK"],
    ),
    # texts, and no other
    "one of its texts": (
        "ec25",
        'AT+QENG="servingcell"',
        [
            '+QENG: "servingcell","NOCONN","LTE","FDD",001,01,1C3D4E5,315,1226,3,5,5,1A2B,'
            "-104,-11,-78,12,20",
            "OK",
        ],
    ),
    "another text": ("ec25", 'AT+QENG="neighbourcell"', ["+CME ERROR: 50"]),
    # contexts
    "a context that was never set": ("ec25", "AT+QICSGP=5", ['+QICSGP: 0,"","","",0', "OK"]),
    "one table with +CGDCONT": (
        "bg96",
        'AT+CGDCONT=1,"IPV4V6","other";+QICSGP=1',
        ['+QICSGP: 3,"other","","",0', "OK"],
    ),
    "a context reads back": (
        "ec25",
        'AT+QICSGP=2,1,"em","me","secret",2;+QICSGP=2',
        ['+QICSGP: 1,"em","me","secret",2', "OK"],
    ),
    "what is left out is blank": (
        "ec25",
        'AT+QICSGP=2,1,"em","me","secret",2;+QICSGP=2,1,"other";+QICSGP=2',
        ['+QICSGP: 1,"other","","",0', "OK"],
    ),
    "a type that it hasn't": ("ec25", 'AT+QICSGP=1,4,"em"', ["+CME ERROR: 50"]),
    "no type": ("ec25", 'AT+QICSGP=1,0,"em"', ["+CME ERROR: 50"]),
    "a cid that it hasn't": ("ec25", "AT+QICSGP=17", ["+CME ERROR: 50"]),
    "too many parameters": ("ec25", 'AT+QICSGP=1,1,"a","b","c",1,2', ["+CME ERROR: 50"]),
    "a long APN": ("ec25", f'AT+QICSGP=1,1,"{"a" * 101}"', ["+CME ERROR: 50"]),
    "no read form": ("ec25", "AT+QICSGP?", ["+CME ERROR: 4"]),
    # SARA-R4/N4 AT manual R09 13.15: no read form; refused while active or undefined
    "u-blox, active": ("sara-r4", 'AT+UAUTHREQ=1,1,"me","secret"', ["+CME ERROR: 3"]),
    "u-blox, undefined": ("sara-r4", 'AT+UAUTHREQ=4,1,"me","secret"', ["+CME ERROR: 3"]),
    "u-blox, defined": (
        "sara-r4",
        'AT+CGDCONT=4,"IP","other";+UAUTHREQ=4,1,"me","secret"',
        ["OK"],
    ),
    "u-blox, read": ("sara-r4", "AT+UAUTHREQ?", ["+CME ERROR: 4"]),
    # templates
    "the APN that the network gave": ("sim7000", "AT+CGNAPN", ['+CGNAPN: 1,"em"', "OK"]),
    "the network": (
        "ec25",
        "AT+QNWINFO",
        ['+QNWINFO: "FDD LTE","00101","LTE BAND 3",1226', "OK"],
    ),
    "identity": (
        "sim7000",
        "AT+GSV",
        ["SIMCOM_Ltd", "SIMCOM_SIM7000E", "Revision:1351B06SIM7000E", "OK"],
    ),
    "the card": (
        "telit-910",
        "AT#RFSTS",
        [
            '#RFSTS: "001 01",1795,-101,-67,-15,1A2B,,128,3,1,01C3D4E5,'
            f'"{WHO.imsi}","Simulated Network",3,3,108',
            "OK",
        ],
    ),
    "the IMEI": (
        "sim7600",
        "ATI",
        [
            "Manufacturer: SIMCOM INCORPORATED",
            "Model: SIMCOM_SIM7600G-H",
            "Revision: LE20B05SIM7600G22",
            f"IMEI: {WHO.imei}",
            "+GCAP: +CGSM",
            "DeviceInfo: 173,170",
            "OK",
        ],
    ),
    # what a family lacks, and how it says so
    "no CGAUTH": ("ec25", "AT+CGAUTH=?", ["+CME ERROR: 100"]),
    "Telit's word": ("telit-910", "AT+QCFG=?", ["ERROR"]),
    "Huawei's words": ("huawei", "AT+QCFG=?", ["COMMAND NOT SUPPORT"]),
    # another family's form of the location, and the end of the card's trouble
    "a location": ("huawei", "AT+CREG=2;+CREG?", ["+CREG: 2,5, 1A2B, 01C3D4E5", "OK"]),
    "its list of +CFUN": ("sara-r4", "AT+CFUN=?", ["+CFUN: (0,1,4,15),(0,1)", "OK"]),
}


@pytest.mark.parametrize(("name", "line", "answer"), ANSWERS.values(), ids=ANSWERS)
def test_answer(name: str, line: str, answer: list[str]) -> None:
    bench = Bench(profile_named(name))
    bench.ask("AT+CMEE=1")
    assert lines(bench.ask(line)) == answer


# An MQTT session on a SIM7080G: the address is there once the context is, and a URC says so.
def test_what_follows_an_answer_comes_after_it() -> None:
    bench = Bench(profile_named("sim7080"))
    idle = [f'+CNACT: {cid},0,"0.0.0.0"' for cid in range(4)]
    assert lines(bench.ask("AT+CNACT?")) == [*idle, "OK"]
    assert lines(bench.ask("AT+CNACT=0,1")) == ["OK"]
    assert lines(bench.wait(0.2)) == ["+APP PDP: 0,ACTIVE"]
    assert lines(bench.ask("AT+CNACT?")) == ['+CNACT: 0,1,"10.65.0.2"', *idle[1:], "OK"]
    assert lines(bench.ask("AT+CNACT=0,0")) == ["OK"]
    assert lines(bench.wait(0.2)) == ["+APP PDP: 0,DEACTIVE"]
    assert lines(bench.ask("AT+CNACT?")) == [*idle, "OK"]


def _restarted(bench: Bench) -> None:
    bench.modem.restart()
    bench.wait(bench.modem.profile.simulator.boot_s + 15)
    bench.ask("ATE0")


def test_flash_outlives_a_restart_and_the_rest_does_not() -> None:
    bench = Bench(profile_named("sim7080"))
    bench.ask('AT+CNCFG=0,1,"em","me","secret",3;+CNACT=0,1')
    _restarted(bench)
    assert lines(bench.ask("AT+CNCFG?")) == ['+CNCFG: 0,1,"em","me","secret",3', "OK"]
    assert lines(bench.ask("AT+CNACT?"))[0] == '+CNACT: 0,0,"0.0.0.0"'


# Families, and the command that their manuals and drivers name for it: `modem/profiles/families`.
RESETS = [
    (profile.name, profile.driver.reset) for profile in PROFILES if profile.driver.reset is not None
]


@pytest.mark.parametrize(("name", "command"), RESETS)
def test_the_driver_s_reset_restarts_the_simulated_modem(name: str, command: str) -> None:
    profile = profile_named(name)
    bench = Bench(profile)
    assert lines(bench.ask(command)) == ["OK"]
    bench.wait(0.3)
    assert bench.ask("AT") == ""
    bench.wait(profile.simulator.boot_s)
    assert lines(bench.ask("AT")) == ["AT\r", "OK"]


# Family, command, its final result, the last word.
OFF = {
    "sim7600": ("sim7600", "AT+CPOF", "OK", []),
    "a7670": ("a7670", "AT+CPOF", "OK", []),
    "sim7000": ("sim7000", "AT+CPOWD=1", "NORMAL POWER DOWN", []),
    "sim7080": ("sim7080", "AT+CPOWD=1", "NORMAL POWER DOWN", []),
    "sim800": ("sim800", "AT+CPOWD=1", "NORMAL POWER DOWN", []),
    "ec25": ("ec25", "AT+QPOWD", "OK", ["POWERED DOWN"]),
    "bg96": ("bg96", "AT+QPOWD=1", "OK", ["POWERED DOWN"]),
    "sara-r4": ("sara-r4", "AT+CPWROFF", "OK", []),
    "telit-910": ("telit-910", "AT#SHDN", "OK", []),
}


@pytest.mark.parametrize(("name", "command", "final", "last"), OFF.values(), ids=OFF)
def test_off_is_off(name: str, command: str, final: str, last: list[str]) -> None:
    bench = Bench(profile_named(name))
    assert lines(bench.ask(command)) == [final]
    assert lines(bench.wait(0.5)) == last
    bench.modem.deliver("123", "waits in the network")
    assert bench.ask("AT") == ""
    assert bench.wait(3600) == ""
    bench.modem.restart()
    bench.wait(60)
    assert lines(bench.ask("AT")) == ["AT\r", "OK"]


@pytest.mark.parametrize("name", ["ec25", "bg96"])
def test_the_driver_s_roaming_setting_is_understood(name: str) -> None:
    setting = profile_named(name).driver.roaming
    assert setting is not None
    bench = Bench(profile_named(name))
    answer = [f"+QCFG: {setting.wanted}", "OK"]
    assert lines(bench.ask(setting.query)) != answer
    assert lines(bench.ask(setting.command)) == ["OK"]
    assert lines(bench.ask(setting.query)) == answer
    _restarted(bench)
    assert lines(bench.ask(setting.query)) == answer


# The words as the sources have them (test_profiles.py), where the network asks for "me", "secret".
LOGINS = {
    "ec25": ("ec25", 'AT+QICSGP=1,1,"em","me","secret",1', 5),
    "ec25, wrong order": ("ec25", 'AT+QICSGP=1,1,"em","secret","me",1', 3),
    "bg96": ("bg96", 'AT+QICSGP=1,1,"em","me","secret",1', 5),
    "sara-r4": ("sara-r4", 'AT+UAUTHREQ=1,1,"me","secret"', 5),
    "sara-r4, wrong order": ("sara-r4", 'AT+UAUTHREQ=1,1,"secret","me"', 3),
    "sara-r4, none": ("sara-r4", 'AT+UAUTHREQ=1,0,"",""', 3),
    "telit-910": ("telit-910", 'AT#PDPAUTH=1,1,"me","secret"', 5),
    "telit-910, none": ("telit-910", "AT#PDPAUTH=1,0", 3),
    "a7670": ("a7670", 'AT+CGAUTH=1,1,"secret","me"', 5),
    "a7670, wrong order": ("a7670", 'AT+CGAUTH=1,1,"me","secret"', 3),
}


@pytest.mark.parametrize(("name", "line", "stat"), LOGINS.values(), ids=LOGINS)
def test_the_network_checks_what_a_family_s_command_says(name: str, line: str, stat: int) -> None:
    settings = NetworkSettings(apns=("em",), logins={"em": Login("me", "secret")})
    bench = Bench(profile_named(name), settings=settings, lte_only=True)
    assert lines(bench.ask("AT+CFUN=4;" + line[2:])) == ["OK"]
    bench.ask("AT+CFUN=1")
    bench.wait(5)
    assert lines(bench.ask("AT+CEREG?")) == [f"+CEREG: 0,{stat}", "OK"]


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_each_command_is_listed_and_has_a_test_form(profile: Profile) -> None:
    bench = Bench(profile)
    listed = lines(bench.ask("AT+CLAC"))
    for name in profile.simulator.commands:
        assert f"AT{name}" in listed
        assert lines(bench.ask(f"AT{name}=?"))[-1] == "OK", name


def test_a_command_without_any_form_is_refused() -> None:
    part = replace(profile_named("generic").simulator, commands={"+NIL": OwnCommand()})
    bench = Bench(replace(profile_named("generic"), simulator=part))
    bench.ask("AT+CMEE=1")
    for form in ("", "?", "=1"):
        assert lines(bench.ask(f"AT+NIL{form}")) == ["+CME ERROR: 4"]
