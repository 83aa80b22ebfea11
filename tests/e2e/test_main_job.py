"""The main job as its user sees it: an SMS in, another APN, and an answer at the short number."""

from __future__ import annotations

import os

import pytest

from tests.e2e.bench import SHORT_NUMBER, Bench, until


@pytest.mark.parametrize("way", ["pty", "tcp"])
@pytest.mark.parametrize("inbox", ["file", "fifo"])
def test_an_sms_changes_the_apn_and_is_answered(bench: Bench, way: str, inbox: str) -> None:
    if inbox == "fifo":
        bench.inbox.unlink()
        os.mkfifo(bench.inbox)
    if way == "tcp":
        simulator = bench.simulate("--tcp", "127.0.0.1:0", link=False)
        bench.write_config(f"tcp://{simulator.modem['tcp']}")
    else:
        bench.simulate()
    bench.run()
    before = bench.json("apn", "show")
    assert (before["apn"], before["active"], before["address"]) == ("internet", False, None)
    bench.inject("APN em")
    answer = bench.answer("OK APN em ip=")
    assert "reg=roaming rat=lte rssi=-" in answer
    (sent,) = bench.outbox()
    assert sent["to"] == SHORT_NUMBER
    shown = bench.json("apn", "show")
    assert (shown["apn"], shown["live_apn"], shown["active"]) == ("em", "em", True)
    assert f"ip={shown['address']} " in answer


@pytest.mark.parametrize("network", ["lte-only", "fallback", "substitute"])
def test_an_unknown_apn_is_rolled_back(bench: Bench, network: str) -> None:
    options = {
        "lte-only": ["--lte-only"],
        "fallback": [],
        "substitute": ["--substitute-apn", "other", "--apn", "em"],
    }
    bench.simulate("--start-apn", "em", *options[network])
    bench.run()
    bench.inject("#7 APN nosuch.example")
    answer = bench.answer("#7 ROLLBACK APN nosuch.example kept=em reason=")
    reason = answer.rpartition("=")[2]
    assert reason == ("apn-mismatch" if network == "substitute" else "refused")
    shown = bench.json("apn", "show")
    assert (shown["apn"], shown["live_apn"], shown["active"]) == ("em", "em", True)
    modem = bench.json("info")["modem"]
    assert (modem["registration"], modem["rat"]) == ("roaming", "lte")
    assert modem["data_ready"]
    assert modem["sms_ready"]
    # It is still one that can be spoken to.
    bench.inject("#8 PING")
    bench.answer("#8 OK PING")


def test_back_to_the_former_apn(bench: Bench) -> None:
    bench.simulate("--start-apn", "em", "--apn", "em", "--apn", "other")
    bench.run()
    bench.inject("#1 APN other")
    bench.answer("#1 OK APN other")
    bench.inject("#2 APN ROLLBACK")
    bench.answer("#2 OK APN em")
    assert bench.json("apn", "show")["last_good"] == "other"


def test_set_by_command_beside_the_daemon_and_without_it(bench: Bench) -> None:
    bench.simulate("--start-apn", "em", "--apn", "em", "--apn", "other")
    daemon = bench.run()
    for name in ("nosuch", "nosuch2"):
        refused = bench.json("apn", "set", name, code=5)
        assert (refused["outcome"], refused["kept"]) == ("rolled-back", "em")
        done = bench.json("apn", "set", "other")
        assert (done["outcome"], done["apn"]) == ("committed", "other")
        done = bench.json("apn", "set", "--rollback")
        assert (done["outcome"], done["apn"]) == ("committed", "em")
        # The second round is the commands' own.
        if daemon.popen.poll() is None:
            assert daemon.end() == 0
    # A change by command is answered to whoever gave it, and by no SMS.
    assert bench.outbox() == []


def test_the_apn_that_a_restart_of_the_modem_changed_is_put_back(bench: Bench) -> None:
    simulator = bench.simulate("--start-apn", "em", "--apn", "em", "--apn", "other")
    bench.run()
    bench.inject("APN other")
    bench.answer("OK APN other")
    simulator.end()
    # The same card in a modem whose context is what it was at first.
    bench.simulate("--start-apn", "em", "--apn", "em", "--apn", "other")
    bench.until_row("SELECT 1 FROM journal WHERE kind = 'drift'")

    def is_back() -> bool:
        status = bench.status()
        modem = status and status["modem"]
        context = modem and modem["contexts"][0]
        return bool(context and context["apn"] == "other" and context["active"])

    until(is_back, "the committed APN is in force again", also=bench.logs)


def test_a_change_survives_that_the_modem_vanishes_in_the_middle(bench: Bench) -> None:
    """Unplugged while the unknown APN is tried; plugged in, the former one comes back."""
    simulator = bench.simulate("--start-apn", "em", "--lte-only")
    bench.run()
    bench.inject("APN nosuch")
    bench.until_row("SELECT 1 FROM changes WHERE state = 'verifying'")
    simulator.kill()
    bench.link.unlink()
    bench.simulate("--start-apn", "em", "--lte-only")
    bench.answer("ROLLBACK APN nosuch kept=em")
    shown = bench.json("apn", "show")
    assert (shown["apn"], shown["active"]) == ("em", True)


def test_sms_by_command_beside_the_daemon_and_without_it(bench: Bench) -> None:
    bench.simulate()
    daemon = bench.run()
    long_text = "Grüße aus der Ferne, " * 10
    for _ in range(2):
        assert bench.json("sms", "send", "--to", "4711", "--text", "hello")["parts"] == 1
        sent = bench.json("sms", "send", "--to", "4711", "--text", long_text)
        assert sent["parts"] == len(sent["references"]) == 2
        if daemon.popen.poll() is None:
            bench.inject("#5 PING")
            bench.answer("#5 OK PING")
            assert [row["text"] for row in bench.json("sms", "list")["inbox"]] == ["#5 PING"]
            assert daemon.end() == 0
            bench.inject("for nobody")
    until(lambda: len(bench.outbox()) >= 7, "all parts arrived")
    assert bench.answers()[0] == "hello"
    assert "".join(bench.answers()[1:3]) == long_text
    listed = bench.json("sms", "list")
    assert [row["text"] for row in listed["modem"]] == ["for nobody"]
    # Listing takes nothing away.
    assert bench.json("sms", "list") == listed


def test_two_daemons_don_t_share_a_modem(bench: Bench) -> None:
    bench.simulate()
    first = bench.run()
    second = bench.run(ready=False)
    second.until_logged(f"process {first.pid} holds it")
    assert second.popen.poll() is None
    bench.inject("PING")
    bench.answer("OK PING")
    assert second.end() == 0
    assert bench.phase() == "ready", "the first one's socket is still there"


def test_reboot_modem(bench: Bench) -> None:
    bench.simulate()
    bench.run()
    bench.inject("#3 REBOOT MODEM")
    bench.answer("#3 OK REBOOT MODEM")
    assert bench.rows("SELECT count(*) FROM rungs") == [(1,)]
    bench.inject("#4 PING")
    bench.answer("#4 OK PING")
