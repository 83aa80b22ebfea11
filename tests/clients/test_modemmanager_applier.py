"""The applier for ModemManager, with the real one on a simulated modem.

ModemManager has the modem's one AT line, so a stand-in is the daemon's own port; and PPP ends in
the modem, so no data flows: see docs/beside-modemmanager.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from apn_config.appliers import ApplierRefused, ApplierUnavailable, Service
from apn_config.appliers.modemmanager import ModemManagerApplier
from apn_config.model import Apn, AuthType, Credentials, PdpType
from modem import LiveContext
from tests.clients.bus import need_private_root
from tests.clients.conftest import StartModem
from tests.clients.modem_manager import Manager, start_modem_manager
from tests.clients.own_port import Driven
from tests.clients.station import Station

pytestmark = pytest.mark.clients

SUE = Credentials(AuthType.CHAP, "sue", "new-word")
SEEN_BY_MODEM = LiveContext(True, "10.11.12.13")
SERVED = Service(True, LiveContext(True, "10.11.12.13", "em"))
# A family by whose AT commands ModemManager sets the attach: its udev rules name the context.
FIBOCOM = """\
name = "fibocom"
title = "Fibocom MA510"
extends = "ec25"
cgmi = ["Fibocom"]
cgmm = ["MA510"]

[simulator]
manufacturer = "Fibocom"
model = "MA510"
"""


@dataclass(frozen=True)
class Family:
    """A kind of modem: `attach` is the APN of the attach before and after, as mmcli shows it."""

    profile: str
    usb_id: str
    attach_before: str
    attach_after: str


EC25 = Family("ec25", "2c7c:0125", "--", "--")
MA510 = Family("fibocom.toml", "2cb7:010a", "internet", "em")


@pytest.fixture
def start(
    tmp_path: Path, start_modem: StartModem, monkeypatch: pytest.MonkeyPatch
) -> Iterator[object]:
    """start(family, action, ...): ModemManager, the modem, and the applier on the same bus."""
    need_private_root()
    with ExitStack() as stack:

        def begin(family: Family, *denied: str) -> tuple[Manager, Station, Driven]:
            profile = family.profile
            if profile.endswith(".toml"):
                profile = str(tmp_path / family.profile)
                Path(profile).write_text(FIBOCOM)
            modem = start_modem(profile)
            mmcli = start_modem_manager(stack, tmp_path, modem, family.usb_id, *denied)
            monkeypatch.setenv(*next(iter(mmcli.bus.environment.items())))
            return mmcli, modem, Driven(ModemManagerApplier(), modem.imei, SEEN_BY_MODEM)

        yield begin


def _attach(mmcli: Manager) -> str:
    apn: str = mmcli.modem["3gpp"]["eps"]["initial-bearer"]["settings"]["apn"]
    return apn


@pytest.mark.parametrize("family", [EC25, MA510], ids=["EC25", "MA510"])
def test_connects_by_the_apn_that_is_written_and_by_the_former_one_again(
    start: object, family: Family
) -> None:
    assert callable(start)
    mmcli, modem, applier = start(family)
    mmcli("-m", "any", "--enable")
    mmcli.until_state("registered")
    mmcli("-m", "any", "--simple-connect=apn=em,ip-type=ipv4")
    assert applier.serving(activate=False) == SERVED
    held = applier.read()
    assert held.apn == Apn("em")
    assert _attach(mmcli) == family.attach_before

    applier.write(Apn("nonsense", PdpType.IPV4V6, SUE))
    assert applier.read().apn == Apn("nonsense", PdpType.IPV4V6, SUE)
    applier.take_effect()
    seen = applier.serving()
    assert (seen.context.active, seen.refused) == (False, True)

    applier.restore(held)
    assert applier.read() == held
    assert _attach(mmcli) == family.attach_before
    applier.take_effect()
    assert applier.until_serving(lambda seen: seen.context.active) == SERVED

    applier.write(Apn("em", PdpType.IPV4V6, SUE))
    applier.take_effect()
    assert applier.until_serving(lambda seen: seen.context.active) == SERVED
    assert _attach(mmcli) == family.attach_after
    assert applier.read().apn == Apn("em", PdpType.IPV4V6, SUE)
    assert "new-word" not in modem.trace  # ModemManager leaves the login to pppd


def test_what_polkit_denies_is_refused_with_a_hint(start: object) -> None:
    assert callable(start)
    mmcli, _, applier = start(EC25, "org.freedesktop.ModemManager1.Device.Control")
    for work in (lambda: applier.write(Apn("em")), applier.take_effect):
        with pytest.raises(ApplierRefused, match="polkit rule"):
            work()
    assert applier.read().apn == Apn("")
    assert mmcli.modem["generic"]["bearers"] == []


def test_another_modem_is_left_alone(start: object) -> None:
    assert callable(start)
    mmcli, modem, _ = start(EC25)
    stranger = Driven(ModemManagerApplier(), f"{modem.imei[:-1]}x")
    with pytest.raises(ApplierUnavailable, match="IMEI"):
        stranger.write(Apn("em"))
    assert mmcli.modem["generic"]["bearers"] == []
