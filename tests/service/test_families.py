"""Each modem family through a change with a login, and through a roll-back that restores it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apn_config.model import Apn
from modem.profiles import Profile, profile_named, profile_names
from modem.profiles.model import Technology
from modem.simulator import NetworkSettings
from modem.simulator.plmn import Login
from tests.service.bench import Bench, Play, with_apn

# The two are different words, so that an exchange shows.
PRIVATE = {"private": Login("me", "secret")}
SETTINGS = NetworkSettings(apns=("em", "private"), logins=PRIVATE)


def lte(profile: Profile) -> bool:
    """Is there LTE to be alone with?"""
    return Technology.EUTRAN in profile.simulator.technologies


@pytest.mark.parametrize("name", profile_names())
def test_a_change_with_a_login_and_its_roll_back(play: Play, name: str) -> None:
    profile = profile_named(name)

    async def story(bench: Bench) -> None:
        bench.send("#1 APN private user=me pass=secret auth=pap")
        await bench.answer("#1 OK APN private")
        assert bench.serves == "private"
        bench.send("#2 APN nosuch user=x pass=y")
        await bench.answer("#2 ROLLBACK APN nosuch kept=private")
        await bench.until(lambda: bench.serves == "private", "the former one serves", 900)
        login = bench.simulated.state.auth[1].login
        assert (login.user, login.password) == ("me", "secret")

    play(
        story,
        profile=profile,
        settings=SETTINGS,
        lte_only=lte(profile),
        config=with_apn(fallback=Apn("em")),
    )


def other_order() -> Profile:
    """A SARA-R4 whose module takes the password first, as u-blox's own driver has it."""
    profile = profile_named("sara-r4")
    command = profile.simulator.commands["+UAUTHREQ"]
    commands = {
        **profile.simulator.commands,
        "+UAUTHREQ": replace(command, context=("cid", "auth", "password", "user")),
    }
    return replace(profile, simulator=replace(profile.simulator, commands=commands))


def test_a_disputed_order_is_tried_the_other_way(play: Play) -> None:
    async def story(bench: Bench) -> None:
        bench.send("#1 APN private user=me pass=secret auth=pap")
        await bench.answer("#1 OK APN private")
        assert bench.serves == "private"
        assert bench.count(r'AT\+UAUTHREQ=1,1,"me","secret"') == 1
        assert bench.count(r'AT\+UAUTHREQ=1,1,"secret","me"') == 1
        # What was learnt is in the record: the next roll-back writes it so at once.
        bench.send("#2 APN nosuch user=x pass=y")
        await bench.answer("#2 ROLLBACK APN nosuch kept=private")
        assert bench.count(r'AT\+UAUTHREQ=1,1,"me","secret"') == 1
        assert bench.serves == "private"

    play(
        story,
        profile=other_order(),
        settings=SETTINGS,
        lte_only=True,
        config=with_apn(fallback=Apn("em")),
    )


def test_a_wrong_password_is_tried_both_ways_once(play: Play) -> None:
    async def story(bench: Bench) -> None:
        bench.send("#1 APN private user=me pass=wrong auth=pap")
        await bench.answer("#1 ROLLBACK APN private kept=em reason=refused")
        assert bench.serves == "em"
        assert bench.count(r'AT\+UAUTHREQ=1,1,"me","wrong"') == 1
        assert bench.count(r'AT\+UAUTHREQ=1,1,"wrong","me"') == 1

    play(
        story,
        profile=other_order(),
        settings=SETTINGS,
        lte_only=True,
        config=with_apn(fallback=Apn("em")),
    )


def test_a_sim7000_holds_the_apn_in_three_contexts(play: Play) -> None:
    async def story(bench: Bench) -> None:
        contexts = bench.simulated.state.contexts
        contexts[13] = replace(contexts[1], apn="ims")
        bench.send("#1 APN private user=me pass=secret")
        await bench.answer("#1 OK APN private")
        assert [contexts[cid].apn for cid in (1, 13, 14)] == ["private"] * 3
        bench.send("#2 APN nosuch")
        await bench.answer("#2 ROLLBACK APN nosuch kept=private")
        assert [contexts[cid].apn for cid in (1, 13, 14)] == ["private"] * 3

    play(story, profile=profile_named("sim7000"), settings=SETTINGS, lte_only=True)


def test_a_sim7000_gets_back_what_each_context_held(play: Play) -> None:
    async def story(bench: Bench) -> None:
        contexts = bench.simulated.state.contexts
        contexts[13] = replace(contexts[1], apn="ims")
        bench.send("#1 APN nosuch")
        await bench.answer("#1 ROLLBACK APN nosuch kept=em")
        assert (contexts[1].apn, contexts[13].apn) == ("em", "ims")
        assert 14 not in contexts

    play(story, profile=profile_named("sim7000"), settings=SETTINGS, lte_only=True)


def test_sms_by_gsm_never_stops_on_a_sim800(play: Play) -> None:
    async def story(bench: Bench) -> None:
        bench.send("#1 APN private user=me pass=secret")
        await bench.answer("#1 OK APN private")
        assert bench.count(r"AT\+CFUN=4") == 0
        assert bench.count(r"AT\+CGATT=0") == 1

    play(story, profile=profile_named("sim800"), settings=SETTINGS)
