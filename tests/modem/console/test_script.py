"""Scripts: how they are read, and what becomes of their steps."""

from __future__ import annotations

import asyncio
import re

import pytest

from modem.channel import ChannelError
from modem.console.script import (
    MAX_SCRIPT_LENGTH,
    Outcome,
    ScriptError,
    ScriptRun,
    Send,
    Step,
    Until,
    Wait,
    parse_script,
)
from tests.modem.console.channels import ScriptedChannel, Sent, ok, refused
from tests.virtual_time import run


def outcomes(channel: ScriptedChannel, text: str, *, force: bool = False) -> list[Outcome]:
    """What becomes of the steps of a script."""

    async def doing() -> list[Outcome]:
        script = ScriptRun(force=force)
        await channel.connect(script.hear, lambda _news: None)
        return [outcome async for outcome in script.outcomes(channel, parse_script(text))]

    return run(doing())


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        pytest.param("# it\n\n   # is there\nAT", [Send(4, "AT")], id="remarks"),
        pytest.param("at+csq", [Send(1, "at+csq")], id="any case"),
        pytest.param("  ATI  ", [Send(1, "ATI")], id="blanks around"),
        pytest.param("ATI\n= ERROR", [Send(1, "ATI", final="ERROR")], id="another result"),
        pytest.param("ATI\nwithin 3m", [Send(1, "ATI", timeout_s=180)], id="a time-out"),
        pytest.param("AT+CMGS=1\n> 00\n> 11", [Send(1, "AT+CMGS=1", "00\n11")], id="a payload"),
        pytest.param("AT+CMGS=1\n>", [Send(1, "AT+CMGS=1", "")], id="an empty payload"),
        pytest.param(
            "ATI\nexpect /SIM/\nexpect /a b/",
            [Send(1, "ATI", expects=(re.compile("SIM"), re.compile("a b")))],
            id="two expectations",
        ),
        pytest.param("wait 2s\nwait 500ms\nwait 1", [Wait(1, 2), Wait(2, 0.5), Wait(3, 1)], id="w"),
        pytest.param(
            "until +CMTI within 10s", [Until(1, "+CMTI", re.compile(r"^\+CMTI"), 10)], id="a prefix"
        ),
        pytest.param("until /R.Y/", [Until(1, "/R.Y/", re.compile("R.Y"), 30)], id="a pattern"),
    ],
)
def test_reading(text: str, steps: list[Step]) -> None:
    assert list(parse_script(text)) == steps


@pytest.mark.parametrize(
    ("text", "number", "problem"),
    [
        pytest.param("HELLO", 1, "begins with AT", id="no line of ours"),
        pytest.param("\n= OK", 2, "begins with AT", id="a result of nothing"),
        pytest.param("wait 1s\nexpect /x/", 2, "begins with AT", id="a wait is answered nothing"),
        pytest.param("ATI\nexpect x", 2, "expect /PATTERN/", id="no slashes"),
        pytest.param("ATI\nexpect /(/", 2, "no pattern", id="no pattern"),
        pytest.param("wait soon", 1, "span", id="no span"),
        pytest.param("until", 1, "until PREFIX", id="until what"),
        pytest.param("ATI\n=", 2, "= RESULT", id="no result"),
        pytest.param("", 1, "nothing to do", id="nothing"),
        pytest.param("# only\n# remarks", 2, "nothing to do", id="remarks alone"),
        pytest.param("AT\n" + "#\n" * (MAX_SCRIPT_LENGTH // 2), 524288, "at most", id="too long"),
    ],
)
def test_what_is_no_script(text: str, number: int, problem: str) -> None:
    with pytest.raises(ScriptError, match=problem) as caught:
        parse_script(text)
    assert caught.value.number == number
    assert caught.value.exit_code == 2


CME_10 = refused("+CME ERROR: 10", 10, "SIM not inserted")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param("ATI", None, id="OK"),
        pytest.param("ATI\nexpect /^SIM76/", None, id="found"),
        pytest.param("ATI\nexpect /^BG96/", "wanted /^BG96/, got 'ACME | SIM7600'", id="not found"),
        pytest.param("ATI\nexpect /ACME/\nexpect /x/", "wanted /x/", id="both are needed"),
        pytest.param("AT+CPIN?", "wanted OK, got +CME ERROR: 10", id="refused"),
        pytest.param("AT+CPIN?\n= ERROR", None, id="any error"),
        pytest.param("AT+CPIN?\n= +CME ERROR: 10", None, id="that error"),
        pytest.param("AT+CPIN?\n= +CME ERROR: 11", "wanted +CME ERROR: 11", id="another error"),
        pytest.param("ATI\n= ERROR", "wanted ERROR, got OK", id="an error was wanted"),
        pytest.param("AT+CPIN?\n= any", None, id="anything"),
        pytest.param("AT+DEAD", "the link is gone", id="no answer"),
        pytest.param("wait 60s", None, id="waiting"),
        pytest.param("until +CMTI within 9s", "it didn't come within 9 s", id="nothing came"),
    ],
)
def test_one_step(text: str, why: str | None) -> None:
    channel = ScriptedChannel(
        {
            "ATI": ok("ACME", "SIM7600"),
            "AT+CPIN?": CME_10,
            "AT+DEAD": ChannelError("the link is gone"),
        }
    )
    (outcome,) = outcomes(channel, text)
    assert outcome.ok == (why is None)
    assert why is None or why in (outcome.why or "")


def test_a_step_that_fails_is_the_last() -> None:
    channel = ScriptedChannel({"AT+CPIN?": CME_10})
    found = outcomes(channel, "ATI\nAT+CPIN?\nAT+CSQ")
    assert [(outcome.number, outcome.ok) for outcome in found] == [(1, True), (2, False)]
    assert [sent.line for sent in channel.sent] == ["ATI", "AT+CPIN?"]


@pytest.mark.parametrize("force", [True, False])
def test_what_is_minded_is_sent_only_by_force(force: bool) -> None:
    channel = ScriptedChannel(minded={"AT&F": "it forgets all"})
    (outcome,) = outcomes(channel, "AT&F", force=force)
    assert outcome.ok == force
    assert channel.sent[-1] == Sent("AT&F", force=force)


def test_a_secret_stands_in_no_outcome() -> None:
    channel = ScriptedChannel({'AT+CPIN="4711"': ok("4711")})
    (outcome,) = outcomes(channel, 'AT+CPIN="4711"\nexpect /0815/')
    assert outcome.text == "AT+CPIN=***"
    assert "0815" not in (outcome.why or "")


def test_what_came_unasked_counts_once_and_since_the_last_line() -> None:
    async def doing() -> list[bool]:
        script, channel = ScriptRun(), ScriptedChannel()
        loop = asyncio.get_running_loop()
        script.hear(("+CMTI: too early",))
        steps = parse_script("ATI\nuntil +CMTI within 5s\nuntil +CMTI within 5s")
        loop.call_later(3, script.hear, ('+CMTI: "ME",1', "RING"))
        loop.call_later(7, script.hear, ('+CMTI: "ME",2',))
        found = [outcome.ok async for outcome in script.outcomes(channel, steps)]
        assert loop.time() == pytest.approx(1007.0)
        return found

    assert run(doing()) == [True, True, True]
