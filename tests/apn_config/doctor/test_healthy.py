"""On a healthy modem nothing is found wrong, whatever its family."""

from __future__ import annotations

from pathlib import Path

import pytest

from apn_config.doctor import Verdict, exit_code_of
from modem.profiles import PROFILES, Profile
from tests.apn_config.doctor.clinic import clinic, told, troubles

# What every start of the daemon sets, and what comes with the technology.
HARMLESS = {
    "echo",
    "plain-errors",
    "text-mode",
    "announcements-off",
    "no-context",
    "family-unknown",
}


@pytest.mark.parametrize("profile", PROFILES, ids=[profile.name for profile in PROFILES])
def test_nothing_is_wrong_with_a_healthy_modem(profile: Profile, tmp_path: Path) -> None:
    with clinic(tmp_path, profile=profile) as made:
        found = made.examined()
    assert troubles(found) == []
    assert told(found) <= HARMLESS
    assert exit_code_of(found.findings) == 0
    assert not any(each.verdict is Verdict.SKIPPED for each in found.findings)


@pytest.mark.parametrize("profile", PROFILES, ids=[profile.name for profile in PROFILES])
def test_the_modem_is_left_as_it_was(profile: Profile, tmp_path: Path) -> None:
    with clinic(tmp_path, profile=profile) as made:
        made.say(b"AT+CMEE=0", b"AT+CMGF=1", b"AT+CNMI=0,0")
        before = made.modem.simulator.run(lambda: repr(made.state.settings))
        kept = made.modem.simulator.run(lambda: repr((made.state.kept, made.state.contexts)))
        made.examined()
        assert made.modem.simulator.run(lambda: repr(made.state.settings)) == before
        assert (
            made.modem.simulator.run(lambda: repr((made.state.kept, made.state.contexts))) == kept
        )


def test_a_modem_on_usb_is_found_without_being_named(tmp_path: Path) -> None:
    with clinic(tmp_path, config_text=None) as made:
        made.usb(ttys={0: made.other_pty(), 2: made.modem.port})
        found = made.examined()
    assert found.port == made.tty_name(2)
    assert {each.id for each in troubles(found)} == {"config-missing"}
    ports = next(each.found for each in found.findings if "interface 02" in each.found)
    assert "interface 00: diagnostics" in ports
    assert "interface 02: AT commands" in ports


def test_of_a_modem_with_unknown_ids_the_port_is_found_by_asking(tmp_path: Path) -> None:
    with clinic(tmp_path, config_text=None) as made:
        made.usb("1e0e:beef", ttys={0: made.other_pty(), 3: made.modem.port})
        found = made.examined()
    assert found.port == made.tty_name(3)
    assert {each.id for each in troubles(found)} == {"config-missing"}
