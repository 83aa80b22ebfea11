"""A family's file: what it may say, and that a file from outside is a family like any other."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.errors import MisuseError
from modem.profiles import (
    EC25,
    GENERIC,
    AuthOrder,
    Kept,
    OwnCommand,
    Said,
    Setting,
    Source,
    SourceLevel,
    match_profile,
    profile_from,
)
from modem.profiles.reading import ProfileError
from tests.modem.simulator.bench import Bench, lines

HEAD = 'name = "mine"\ntitle = "Mine"\n'

MINE = r"""
name = "mine"
title = "A modem that nobody makes"
cgmi = ["Nobody"]
cgmm = ['N\d+']

[driver.auth_order]
value = "password,user"
level = "manual"
source = "N1 AT manual 1.0, 3.1"

[driver]
reset = "AT+NRESET"
roaming = { query = "AT+NROAM?", wanted = "1", command = "AT+NROAM=1" }

[simulator]
manufacturer = "Nobody"
model = "N1"
boot_s = 4
boot_urcs = [[4.0, "N1 READY"], { after_s = 5.5, line = "+CPIN: READY" }]
prompt = "\r\n>"
cnmi = [2, 1, 0, 0, 0]
memories = [["SM"], ["SM"], ["SM"]]
sizes = { SM = 3 }
default_memory = "SM"
own_contexts = { 5 = "sos" }
unknown_command = "WHAT?"

[simulator.commands."+nreset"]
run = { effect = "restart" }
level = "manual"
source = "N1 AT manual 1.0, 9.1"

[simulator.commands."+NROAM"]
setting = { default = ["0"], allowed = "(0,1)" }

[simulator.commands."+NINFO"]
read = { lines = ["+NINFO: {imei},{apn},{ip}"] }
"""


def test_all_of_a_file_is_in_the_profile() -> None:
    mine = profile_from(MINE)
    assert (mine.name, mine.cgmi, mine.cgmm) == ("mine", ("Nobody",), (r"N\d+",))
    assert mine.driver == replace(
        GENERIC.driver,
        auth_order=AuthOrder.PASSWORD_FIRST,
        reset="AT+NRESET",
        roaming=Setting("AT+NROAM?", "1", "AT+NROAM=1"),
    )
    part = mine.simulator
    assert part.boot_urcs == (Said(4.0, "N1 READY"), Said(5.5, "+CPIN: READY"))
    assert (part.boot_s, part.prompt, part.cnmi) == (4.0, b"\r\n>", (2, 1, 0, 0, 0))
    assert part.own_contexts == {5: "sos"}
    assert part.sizes == {"SM": 3, "ME": 100}
    assert part.commands["+NROAM"] == OwnCommand(setting=Kept(("0",), "(0,1)"))
    assert mine.sources == {
        "driver.auth_order": Source("N1 AT manual 1.0, 3.1", SourceLevel.MANUAL),
        "simulator.commands.+NRESET": Source("N1 AT manual 1.0, 9.1", SourceLevel.MANUAL),
    }


def test_a_file_from_outside_is_a_modem_like_any_other() -> None:
    mine = profile_from(MINE)
    assert match_profile("NOBODY", "N12", (GENERIC, EC25, mine)) is mine
    bench = Bench(mine)
    who = bench.modem.who
    assert lines(bench.ask("ATI")) == ["Nobody", "N1", "Revision: 1.0", "OK"]
    assert lines(bench.ask("AT+NINFO?")) == [f"+NINFO: {who.imei},em,10.65.0.2", "OK"]
    assert lines(bench.ask("AT+NROAM=1;+NROAM?;+NROAM=?")) == [
        "+NROAM: 1",
        "+NROAM: (0,1)",
        "OK",
    ]
    assert lines(bench.ask("AT+NROAM=2")) == ["ERROR"]
    assert lines(bench.ask("AT+NOTHING")) == ["WHAT?"]
    assert bench.ask("AT+CMGS=20") == "\r\n>"
    bench.send(b"\x1b")
    assert lines(bench.ask("AT+NRESET")) == ["OK"]
    bench.wait(1)
    assert bench.ask("AT") == ""
    assert lines(bench.wait(3.2)) == ["N1 READY"]
    assert lines(bench.wait(1.5)) == ["+CPIN: READY"]
    assert lines(bench.ask("ATE0;+NROAM?"))[1:] == ["+NROAM: 1", "OK"]


def test_what_a_file_extends_stays() -> None:
    mine = profile_from(
        HEAD + 'extends = "ec25"\n[simulator]\nmodel = "EC25-X"\nsizes = { SM = 7 }\n'
    )
    assert mine.driver == EC25.driver
    assert mine.simulator == replace(
        EC25.simulator, model="EC25-X", sizes={**EC25.simulator.sizes, "SM": 7}
    )
    assert mine.cgmi == ()
    # The value has changed, so its old source is not the new one's.
    assert set(EC25.sources) - set(mine.sources) == {"simulator.model", "simulator.sizes"}


# What is wrong, where it is said to be, and a word of the reason.
WRONG = {
    "no TOML": ("name = ", "", "no TOML"),
    "no name": ('title = "x"', "name", "missing"),
    "no title": ('name = "x"', "title", "missing"),
    "a name that is a path": ('name = "../x"\ntitle = "x"', "name", "small letters"),
    "another key": (HEAD + "vendor = 1", "vendor", "no such key"),
    "text for a list": (HEAD + 'cgmi = "x"', "cgmi", "list"),
    "an expression": (HEAD + 'cgmm = ["ok", "("]', "cgmm[1]", "regular expression"),
    "another part": (HEAD + "[power]\nx = 1", "power", "no such key"),
    "another field": (HEAD + "[driver]\nrest = 1", "driver.rest", "no such field"),
    "a part that is none": (HEAD + "driver = 1", "driver", "table"),
    "an order": (HEAD + '[driver]\nauth_order = "x"', "driver.auth_order", "'user,password'"),
    "half a source": (
        HEAD + '[driver.reset]\nvalue = "AT"\nlevel = "code"',
        "driver.reset.source",
        "missing",
    ),
    "a level": (
        HEAD + '[driver.reset]\nvalue = "AT"\nlevel = "rumour"\nsource = "x"',
        "driver.reset.level",
        "'manual'",
    ),
    "a key beside the value": (
        HEAD + '[driver.reset]\nvalue = "AT"\nsauce = "x"',
        "driver.reset.sauce",
        "no such key",
    ),
    "text for a number": (HEAD + '[simulator]\nboot_s = "3"', "simulator.boot_s", "a number"),
    "true for a number": (HEAD + "[simulator]\ncmee = true", "simulator.cmee", "whole number"),
    "too few": (HEAD + "[simulator]\ncnmi = [1, 2]", "simulator.cnmi", "5 values"),
    "a key that is no number": (
        HEAD + '[simulator]\nown_contexts = { x = "sos" }',
        "simulator.own_contexts.x",
        "number",
    ),
    "a record of other fields": (
        HEAD + "[simulator]\nboot_urcs = [{ at = 1.0 }]",
        "simulator.boot_urcs[0].at",
        "after_s",
    ),
    "a record that is short": (
        HEAD + "[simulator]\nboot_urcs = [[1.0]]",
        "simulator.boot_urcs[0].line",
        "missing",
    ),
    "a record that is long": (
        HEAD + '[simulator]\nboot_urcs = [[1.0, "RDY", 2]]',
        "simulator.boot_urcs[0]",
        "3 values",
    ),
    "said too early": (
        HEAD + '[simulator]\nboot_s = 2\nboot_urcs = [[1.0, "RDY"]]',
        "simulator.boot_urcs",
        "before boot_s",
    ),
    "a memory without a size": (
        HEAD + '[simulator]\ndefault_memory = "BM"',
        "simulator.default_memory",
        "no size",
    ),
    "an alias of nothing": (
        HEAD + '[simulator]\naliases = { MT = "BM" }',
        "simulator.aliases",
        "no size",
    ),
    "a memory of no size, alias or union": (
        HEAD + '[simulator]\nmemories = [["SM", "MT"], ["SM"], ["SM", "XX"]]',
        "simulator.memories[2]",
        "XX",
    ),
    "a murmur without a pause": (
        HEAD + '[simulator]\nbackground_urcs = [[30.0, "^RSSI: 1"], [0.0, "^BOOT"]]',
        "simulator.background_urcs",
        "0.1 s or more",
    ),
    "a murmur that time can't tell": (
        HEAD + '[simulator]\nbackground_urcs = [[1e-300, "^BOOT"]]',
        "simulator.background_urcs",
        "0.1 s or more",
    ),
    "a start before power on": (HEAD + "[simulator]\nboot_s = -1", "simulator.boot_s", "0 s or"),
    "a start that never ends": (HEAD + "[simulator]\nboot_s = inf", "simulator.boot_s", "inf"),
    "a card that is busy backwards": (
        HEAD + "[simulator]\nsim_busy_s = -0.5",
        "simulator.sim_busy_s",
        "0 s or more",
    ),
    "a word at no time": (
        HEAD + '[simulator]\nboot_urcs = [[nan, "RDY"]]',
        "simulator.boot_urcs",
        "nan",
    ),
    "a word before its command": (
        HEAD + '[simulator.commands."+X"]\nrun = { then = [[-1.0, "BYE"]] }',
        "simulator.commands.+X",
        "0 s or more",
    ),
    "a lack that an oddity needs": (
        HEAD + '[simulator]\nlacks = ["+CMGR"]\ncmgr_on_one_line = true',
        "simulator.lacks",
        "cmgr_on_one_line",
    ),
    "a lack that a lock needs": (
        HEAD + '[simulator]\nlacks = ["+CMGL"]\nlocked_memories = ["ME"]',
        "simulator.lacks",
        "locked_memories",
    ),
    "a test form of words": (
        HEAD + '[simulator]\ncnmi_test = "anything"',
        "simulator.cnmi_test",
        "such as",
    ),
    "a test form that is short": (
        HEAD + '[simulator]\ncnmi_test = "(0-2),(0-3)"',
        "simulator.cnmi_test",
        "5 places",
    ),
    "a range that is empty": (
        HEAD + '[simulator]\ncnmi_test = "(0-2),(3-0),(0,2),(0-2),(0,1)"',
        "simulator.cnmi_test",
        "5 places",
    ),
    "a setting's values": (
        HEAD + '[simulator.commands."+X"]\nsetting = { default = ["0"], allowed = "0 or 1" }',
        "simulator.commands.+X.setting.allowed",
        "0 or 1",
    ),
    "a key's values": (
        HEAD + '[simulator.commands."+X"]\nkeys.a = { default = ["0"], allowed = "(0-" }',
        "simulator.commands.+X.keys.a.allowed",
        "(0-",
    ),
    "errors of another kind": (HEAD + "[simulator]\ncmee = 3", "simulator.cmee", "0, 1 or 2"),
    "a character set": (
        HEAD + '[simulator]\ncharsets = ["IRA", "UTF-8"]',
        "simulator.charsets",
        "UTF-8",
    ),
    "a default that isn't offered": (
        HEAD + '[simulator]\ncharsets = ["GSM"]',
        "simulator.default_charset",
        "IRA",
    ),
    "no message format": (
        HEAD + "[simulator]\nmessage_formats = []",
        "simulator.message_formats",
        "0, 1 or both",
    ),
    "a message format": (
        HEAD + "[simulator]\nmessage_formats = [0, 2]",
        "simulator.message_formats",
        "0, 1 or both",
    ),
    "a technology": (
        HEAD + '[simulator]\ntechnologies = ["5g"]',
        "simulator.technologies[0]",
        "'eutran'",
    ),
    "no technology": (
        HEAD + "[simulator]\ntechnologies = []",
        "simulator.technologies",
        "one at least",
    ),
    "braces": (
        HEAD + '[simulator.commands."+X"]\nrun = { lines = ["{imai}"] }',
        "simulator.commands.+X",
        "{imai}",
    ),
    "braces in a location": (
        HEAD + '[simulator]\nlocated = "{stat},{lac}"',
        "simulator.located",
        "{lac}",
    ),
    "a parameter": (
        HEAD + '[simulator.commands."+X"]\ncontext = ["cid", "pin"]',
        "simulator.commands.+X.context",
        "'pin'",
    ),
    "two ways to set": (
        HEAD + '[simulator.commands."+X"]\ncontext = ["cid"]\nkeys.a = { default = ["1"] }',
        "simulator.commands.+X",
        "only one",
    ),
    "lines before another end": (
        HEAD + '[simulator.commands."+X"]\nrun = { lines = ["x"], final = "BYE" }',
        "simulator.commands.+X",
        "no lines",
    ),
    "an effect": (
        HEAD + '[simulator.commands."+X"]\nrun = { effect = "explode" }',
        "simulator.commands.+X.run.effect",
        "'restart'",
    ),
}


@pytest.mark.parametrize(("text", "where", "word"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said_with_its_place(text: str, where: str, word: str) -> None:
    with pytest.raises(ProfileError) as caught:
        profile_from(text)
    assert caught.value.where == where
    assert word in str(caught.value)
    assert caught.value.exit_code == 2


def test_a_base_that_is_not_there() -> None:
    with pytest.raises(MisuseError, match="sim9999"):
        profile_from(HEAD + 'extends = "sim9999"')


# What a TOML string may hold as it is
_CHARACTERS = st.characters(codec="utf-8", min_codepoint=0x20, exclude_characters="\x7f")
_VALUES = st.recursive(
    st.booleans() | st.integers(-(1 << 63), (1 << 63) - 1) | st.text(_CHARACTERS, max_size=5),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)


@given(
    field=st.sampled_from(["boot_s", "boot_urcs", "sizes", "cnmi", "memories", "located", "cmee"]),
    value=_VALUES,
)
def test_any_value_is_read_or_refused(field: str, value: object) -> None:
    """No value ends in anything but a profile or a ProfileError that names the field."""
    where = "simulator."
    try:
        profile_from(f"{HEAD}[simulator]\n{field} = {json.dumps(value, ensure_ascii=False)}\n")
    except ProfileError as error:
        where = error.where
    assert where.startswith("simulator.")
