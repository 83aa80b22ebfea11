"""What is applied, what is refused, and what is done once only."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from apn_config.config import RecoveryConfig
from modem.profiles import GENERIC
from tests.service.bench import CONFIG, DAY_S, EPOCH, OPERATOR, Bench, Play

LATER = EPOCH + timedelta(days=30)


async def settled(bench: Bench, count: int) -> None:
    """That many messages are done with."""

    def done() -> bool:
        verdicts = bench.verdicts()
        return len(verdicts) >= count and None not in verdicts

    await bench.until(done, f"{count} messages are settled", 3600)


# --- order ----------------------------------------------------------------------------------------


def test_a_command_older_than_the_last_applied_is_stale(play: Play) -> None:
    async def story(bench: Bench) -> None:
        bench.send("#1 APN other", at=LATER)
        await bench.answer("#1 OK APN other")
        bench.send("#2 APN em", at=LATER - timedelta(seconds=1))
        await bench.answer("#2 ERR reason=stale")
        assert bench.apn == "other"
        # Reading is never stale, and going back isn't either.
        bench.send("#3 APN", at=LATER - timedelta(days=20))
        await bench.answer("#3 OK APN other")
        bench.send("#4 APN ROLLBACK", at=LATER - timedelta(days=20))
        await bench.answer("#4 OK APN em")

    play(story)


def test_another_sender_has_another_mark(play: Play) -> None:
    async def story(bench: Bench) -> None:
        bench.send("#1 APN other", at=LATER)
        await bench.answer("#1 OK APN other")
        bench.send("#2 APN em", "EMnify", at=LATER - timedelta(hours=1))
        await bench.answer("#2 OK APN em")

    play(story)


def test_a_command_of_the_day_before_is_stale_by_the_network_s_time(play: Play) -> None:
    """Measured against the newest authorised message, which need not be a change."""

    async def story(bench: Bench) -> None:
        # Two messages that agree move the mark as far as they like.
        bench.send("#1 PING", at=LATER)
        bench.send("#2 PING", at=LATER + timedelta(minutes=1))
        await settled(bench, 2)
        bench.send("#3 APN other", at=LATER - timedelta(hours=25))
        await bench.answer("#3 ERR reason=stale")
        bench.send("#4 APN other", at=LATER - timedelta(hours=23))
        await bench.answer("#4 OK APN other")

    play(story)


@pytest.mark.parametrize("sender", ["999", OPERATOR], ids=["a stranger's", "a single one's"])
def test_one_stamp_far_ahead_locks_nobody_out(play: Play, sender: str) -> None:
    async def story(bench: Bench) -> None:
        bench.send("#1 PING", at=LATER)
        bench.send("#2 PING", at=LATER)
        bench.send("#3 PING", sender, at=LATER + timedelta(days=900))
        await settled(bench, 3)
        bench.send("#4 APN other", at=LATER + timedelta(seconds=1))
        await bench.answer("#4 OK APN other")

    play(story)


def test_a_batch_is_judged_in_the_order_of_its_stamps(play: Play) -> None:
    """Stored while nobody ran, the newest in the first slot: the newest is what remains."""

    async def story(bench: Bench) -> None:
        await bench.kill()
        bench.send("#2 APN other", at=LATER + timedelta(seconds=1))
        bench.send("#1 APN em2", at=LATER)
        await bench.start()
        await settled(bench, 2)
        assert [text.split()[0] for text in bench.answers] == ["#1", "#2"]
        assert bench.apn == "other"

    play(story)


# --- once -----------------------------------------------------------------------------------------


def test_a_message_that_comes_twice_is_one(play: Play) -> None:
    async def story(bench: Bench) -> None:
        (pdu,) = bench.send("#1 PING")
        await bench.answer("#1 OK PING")
        bench.simulated.deliver_pdu(pdu)
        await bench.until(lambda: bench.stored_in_modem() == 0, "it is taken")
        bench.send("#2 PING")
        await bench.answer("#2 OK PING")
        assert [text.split()[0] for text in bench.answers] == ["#1", "#2"]
        assert len(bench.verdicts()) == 2

    play(story)


def test_a_changing_command_that_comes_twice_is_applied_once(play: Play) -> None:
    async def story(bench: Bench) -> None:
        (pdu,) = bench.send("#1 APN other")
        bench.simulated.deliver_pdu(pdu)
        await bench.answer("#1 OK APN other")
        bench.send("#2 APN em")
        await bench.answer("#2 OK APN em")
        bench.simulated.deliver_pdu(pdu)
        bench.send("#3 PING")
        await bench.answer("#3 OK PING")
        await settled(bench, 3)
        assert bench.apn == "em"
        assert bench.count(r'AT\+CGDCONT=1,"IP","other"') == 1

    play(story)


def test_the_apn_that_serves_already_costs_no_radio_cycle(play: Play) -> None:
    async def story(bench: Bench) -> None:
        bench.send("#1 APN other")
        await bench.answer("#1 OK APN other")
        cycles, writes = bench.count(r"AT\+CFUN=4"), bench.count(r"AT\+CGDCONT=1,.*")
        assert (cycles, writes) == (1, 1)
        bench.send("#2 APN other")
        await bench.answer("#2 OK APN other ip=")
        assert bench.count(r"AT\+CFUN=4") == cycles
        assert bench.count(r"AT\+CGDCONT=1,.*") == writes

    play(story)


# --- REBOOT MODEM ---------------------------------------------------------------------------------

RESET = r"AT\+CRESET"


def test_reboot_modem(play: Play) -> None:
    async def story(bench: Bench) -> None:
        bench.send("#1 REBOOT MODEM")
        _, took_s = await bench.answer("#1 OK REBOOT MODEM")
        # A SIM7600 takes ten seconds to start.
        assert took_s > 10
        assert bench.count(RESET) == 1

    play(story)


@pytest.mark.parametrize("boot", ["boot-1", "boot-2"], ids=["the program", "the host, too"])
def test_a_reboot_that_was_interrupted_is_only_answered(play: Play, boot: str) -> None:
    """That it is done is told by the modem, which goes away, or by the host's own boot."""

    async def story(bench: Bench) -> None:
        bench.send("#1 REBOOT MODEM")
        await bench.until(lambda: bench.count(RESET) == 1, "the modem is told")
        await bench.kill()
        bench.clock.boot_id = boot
        if boot != "boot-1":
            bench.clock.booted_s = bench.loop.time()
        await bench.start()
        await bench.answer("#1 OK REBOOT MODEM")
        bench.send("#2 PING")
        await bench.answer("#2 OK PING")
        assert bench.count(RESET) == 1
        assert len(bench.answers) == 2

    play(story)


def test_a_family_without_a_known_reset_isn_t_reset(play: Play) -> None:
    async def story(bench: Bench) -> None:
        bench.send("#1 REBOOT MODEM")
        await bench.answer("#1 ERR reason=unsupported")

    play(story, profile=GENERIC)


# --- the budget -----------------------------------------------------------------------------------


def test_without_budget_nothing_is_changed(play: Play) -> None:
    async def story(bench: Bench) -> None:
        bench.send("#1 APN other")
        await bench.answer("#1 ERR reason=budget")
        bench.send("#2 REBOOT MODEM")
        await bench.answer("#2 ERR reason=budget")
        assert bench.apn == "em"
        assert bench.count(r"AT\+CFUN=4") == bench.count(RESET) == 0

    play(story, config=replace(CONFIG, recovery=RecoveryConfig(0)))


def test_the_default_budget_is_twenty_a_day_and_a_roll_back_s_is_never_refused(play: Play) -> None:
    async def story(bench: Bench) -> None:
        made = 0
        while True:
            bench.send(f"#{made} APN nosuch")
            text, _ = await bench.answer(f"#{made} ")
            if "ROLLBACK" not in text:
                break
            made += 1
            assert bench.serves == "em", "it was rolled back although the budget is spent"
        assert text == f"#{made} ERR reason=budget"
        cycles = bench.count(r"AT\+CFUN=4")
        assert 20 <= cycles <= 22
        # It comes back as the day moves on.
        await bench.passes(DAY_S)
        bench.send("#x APN other")
        await bench.answer("#x OK APN other")

    play(story, config=replace(CONFIG, recovery=RecoveryConfig()), lte_only=True)


# --- credentials ----------------------------------------------------------------------------------


def test_another_name_clears_the_credentials_and_the_same_keeps_them(play: Play) -> None:
    async def story(bench: Bench) -> None:
        def auth() -> tuple[int, str, str]:
            found = bench.simulated.state.auth.get(1)
            return (0, "", "") if found is None or not found.kind else (
                found.kind, found.login.user, found.login.password
            )  # fmt: skip

        bench.send("#1 APN other user=someone pass=word-1 auth=chap")
        await bench.answer("#1 OK APN other")
        assert auth() == (2, "someone", "word-1")
        bench.send("#2 APN other type=ipv4v6")
        await bench.answer("#2 OK APN other")
        assert auth() == (2, "someone", "word-1")
        bench.send("#3 APN nosuch")
        await bench.answer("#3 ROLLBACK APN nosuch kept=other")
        assert auth() == (2, "someone", "word-1")
        bench.send("#4 APN em")
        await bench.answer("#4 OK APN em")
        assert auth() == (0, "", "")
        bench.send("#5 APN ROLLBACK")
        await bench.answer("#5 OK APN other")
        assert auth() == (2, "someone", "word-1")

    play(story)
