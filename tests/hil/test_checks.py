"""What is told of a bench: each thing that may be wrong with it, on the simulated one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from hil.bench import Bench
from hil.checks import Check, Verdict, examine
from hil.emnify.simulator.records import DeviceStatus, SimStatus
from tests.hil.checking import (
    ABSENT,
    OK,
    WEBHOOK,
    Desk,
    desk,
    examined,
    verdicts,
    write_secret,
)


def test_a_bench_on_which_all_is_right(tmp_path: Path) -> None:
    found = examined(tmp_path, lambda _desk: None)
    assert verdicts(found) == {**OK, **ABSENT}
    assert [finding.check for finding in found.findings] == list(Check)
    assert found.first_failure() is None
    facts = found.modem
    assert facts is not None
    assert (facts.profile, facts.rat, facts.operator) == ("sim7600", "lte", "Simulated Network")
    assert facts.apn is not None
    assert (facts.apn.apn, facts.apn.cid) == ("em", 1)


def test_numbers_of_the_card_are_not_told(tmp_path: Path) -> None:
    found = examined(tmp_path, lambda _desk: None)
    assert found.modem is not None
    who = found.modem.identity
    said = " ".join(finding.message for finding in found.findings)
    assert not any(number and number in said for number in (who.iccid, who.imsi, who.imei))


def test_the_port_is_free_afterwards(tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as found:
            for _ in range(2):
                result = await examine(found.bench(), lambda _finding: None)
                assert result.first_failure() is None

    asyncio.run(main())


# --- one thing is wrong ---------------------------------------------------------------------------


def no_coverage(found: Desk) -> Bench:
    found.modem.set_coverage(False)
    return replace(found.bench(), patience_s=0.1)


def no_signal_but_denied(found: Desk) -> Bench:
    found.platform.set_status(found.device, DeviceStatus.DISABLED)
    return replace(found.bench(), patience_s=0.1)


def wrong_token(found: Desk) -> None:
    write_secret(found.home / "token", "eyJhbGciOiJIUzUxMiJ9.x.y")


def no_token(found: Desk) -> None:
    (found.home / "token").unlink()


def suspended(found: Desk) -> Bench:
    found.platform.set_sim_status(found.device.sim, SimStatus.SUSPENDED)
    return replace(found.bench(), patience_s=0.1)


def without(*services: int) -> Callable[[Desk], None]:
    def change(found: Desk) -> None:
        found.policy.services.difference_update(services)

    return change


def smpp(found: Desk) -> Bench:
    bench = found.webhook("http://127.0.0.1:9/", 9)
    found.policy.interface = 2
    return bench


def webhook_elsewhere(found: Desk) -> Bench:
    found.webhook("https://production.example/", 9)
    return found.bench(more=WEBHOOK.format(port=9, url="http://127.0.0.1:9/"))


def unsigned(found: Desk) -> Bench:
    bench = found.webhook("http://127.0.0.1:9/", 9, "a secret that is long enough for HS256")
    found.platform.choose_webhook(found.policy, found.policy.callback, None)
    return bench


def api_of_nobody(found: Desk) -> Bench:
    bench = found.bench()
    assert bench.platform is not None
    return replace(bench, platform=replace(bench.platform, api="http://127.0.0.1:9"))


def other_apn(found: Desk) -> Bench:
    return replace(found.bench(), apn=replace(found.bench().apn, expected="other"))


WRONG: dict[str, tuple[Callable[[Desk], Bench | None], Check, str, int]] = {
    "no port": (
        lambda d: replace(d.bench(), modem=replace(d.bench().modem, port=f"{d.home}/none")),
        Check.PORT,
        "No such file or directory; is the modem plugged in",
        3,
    ),
    "no listener": (
        lambda d: replace(d.bench(), modem=replace(d.bench().modem, port="tcp://127.0.0.1:9")),
        Check.PORT,
        "does ser2net",
        3,
    ),
    "no serial port": (
        lambda d: replace(d.bench(), modem=replace(d.bench().modem, port=str(d.home))),
        Check.PORT,
        "is no serial port; mend [modem]",
        78,
    ),
    "no coverage": (no_coverage, Check.NETWORK, "no coverage within 0.1 s", 1),
    "denied": (no_signal_but_denied, Check.NETWORK, "the network refuses this SIM", 1),
    "wrong token": (wrong_token, Check.PLATFORM, "check the application token", 6),
    "no token": (no_token, Check.PLATFORM, "platform.token_file: the file can't be read", 78),
    "another APN": (
        other_apn,
        Check.APN,
        "has em, and other is expected; modem-helper apn set",
        1,
    ),
    "nobody at the API": (api_of_nobody, Check.PLATFORM, "can this machine reach", 8),
    "wrong device": (
        lambda d: d.bench(device=700999),
        Check.DEVICE,
        "there is no device 700999; `modem-helper emnify devices --api http",
        78,
    ),
    "no MT": (without(6), Check.POLICY, "no SMS MT pass; modem-helper emnify policy set 4", 1),
    "no MO": (without(32), Check.POLICY, "--mo on", 1),
    "neither": (without(6, 32), Check.POLICY, "policy set 400001 --mt on --mo on", 1),
    "another interface": (smpp, Check.POLICY, "gives what devices send to SMPP", 1),
    "another webhook": (
        webhook_elsewhere,
        Check.WEBHOOK,
        "sends SMS to https://production.example/, and the bench expects them at http://127.0.0.1"
        ":9/; modem-helper emnify webhook set 400001 http://127.0.0.1:9/ --api",
        1,
    ),
    "an unsigned webhook": (unsigned, Check.WEBHOOK, "doesn't sign what it sends", 1),
    "a switch that can't be": (
        lambda d: d.bench(more='[power]\nkind = "usb"\ndevice = "../1"'),
        Check.POWER,
        "wanted a name such as 1-1.4, got '../1'; mend [power]",
        78,
    ),
}


@pytest.mark.parametrize(("change", "check", "words", "code"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_ends_a_run_with_one_message(
    tmp_path: Path,
    change: Callable[[Desk], Bench | None],
    check: Check,
    words: str,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hil.emnify.pace._FIRST_S", 0.0)
    found = examined(tmp_path, change)
    failure = found.first_failure()
    assert failure is not None
    assert (failure.check, failure.exit_code) == (check, code), failure.message
    assert words in failure.message
    assert {each.check for each in found.findings} == set(Check), "all are told of"


@pytest.mark.parametrize("change", [no_signal_but_denied, suspended])
def test_a_device_that_may_not(tmp_path: Path, change: Callable[[Desk], Bench]) -> None:
    (device,) = [
        finding for finding in examined(tmp_path, change).findings if finding.check is Check.DEVICE
    ]
    assert device.verdict is Verdict.FAILED
    assert "modem-helper emnify device enable 700001 --sim" in device.advice


def test_another_card(tmp_path: Path) -> None:
    def change(found: Desk) -> Bench:
        devices = list(found.platform.devices.values())
        return found.bench(device=devices[1].id)

    failure = examined(tmp_path, change, modems=2).first_failure()
    assert failure is not None
    assert (failure.check, failure.exit_code) == (Check.CARD, 78)
    assert "the modem has the SIM ..." in failure.message


def test_a_device_without_a_card(tmp_path: Path) -> None:
    def change(found: Desk) -> Bench:
        return found.bench(device=found.platform.add_device("empty", found.policy).id)

    failure = examined(tmp_path, change).first_failure()
    assert failure is not None
    assert failure.message.startswith("device: 700002 empty has no SIM")


# --- warnings -------------------------------------------------------------------------------------


def readable_token(found: Desk) -> Bench:
    (found.home / "token").chmod(0o644)
    return found.bench()


def weak(found: Desk) -> None:
    found.modem.set_signal(2)


def policy_with_a_webhook(found: Desk) -> Bench:
    found.webhook("https://production.example/", 9)
    return found.bench()


WARNED: dict[str, tuple[Callable[[Desk], Bench | None], Check, str]] = {
    "a token that others may read": (readable_token, Check.FILE, "set its mode to 0600"),
    "a weak signal": (weak, Check.SIGNAL, "-109 dBm is weak"),
    "a webhook beside the polling": (
        policy_with_a_webhook,
        Check.WEBHOOK,
        "policy 400001 sends it to https://production.example/, too",
    ),
}


@pytest.mark.parametrize(("change", "check", "words"), WARNED.values(), ids=WARNED)
def test_what_a_run_may_begin_with(
    tmp_path: Path, change: Callable[[Desk], Bench | None], check: Check, words: str
) -> None:
    found = examined(tmp_path, change)
    assert found.first_failure() is None
    (warning,) = [each for each in found.findings if each.verdict is Verdict.WARNING]
    assert warning.check is check
    assert words in warning.message


def test_a_full_storage(tmp_path: Path) -> None:
    def change(found: Desk) -> None:
        for _ in range(23):
            found.modem.deliver("12345", "Hello")

    found = examined(tmp_path, change)
    (warning,) = [each for each in found.findings if each.verdict is Verdict.WARNING]
    assert (warning.check, "23 of 23 in ME" in warning.found) == (Check.STORAGE, True)
