"""The modem, its card and its network, without the daemon."""

from __future__ import annotations

import re

import pytest

from hil.rig.cloud import Cloud
from hil.rig.own_modem import OwnModem
from hil.rig.recorder import Recorder
from hil.rig.rig import Rig


def test_identity(own: OwnModem) -> None:
    """Modem and card say who they are."""
    who = own.modem.identity
    assert who.manufacturer, "no manufacturer (+CGMI)"
    assert who.model, "no model (+CGMM)"
    assert who.revision, "no firmware (+CGMR)"
    assert re.fullmatch("[0-9]{15}", who.imei), "no IMEI of 15 digits (+CGSN)"
    assert re.fullmatch("[0-9]{14,15}", who.imsi or ""), "no IMSI (+CIMI)"
    assert re.fullmatch("[0-9]{18,20}", who.iccid or ""), "no ICCID (+CCID)"


@pytest.mark.needs("platform")
def test_the_card_is_the_platforms(own: OwnModem, cloud: Cloud) -> None:
    """The card in the modem is the one that the platform has for this device."""
    device, card = cloud.device(), own.modem.identity
    assert device.enabled, f"the device is {device.status} at the platform"
    # With or without its check digit, which some modems leave out.
    shown = (card.iccid or "")[:18]
    assert shown, "the card tells no ICCID"
    assert device.iccid.startswith(shown), "another card is in the modem than the platform has"


def test_registration(own: OwnModem) -> None:
    """The modem is registered, and SMS can be sent and received."""
    found = own.do(own.modem.registration())
    assert found.registered, "the modem isn't registered"
    assert found.sms_ready, "no SMS by this registration (+CREG)"
    assert own.do(own.modem.service_centre()), "no SMS centre (+CSCA)"


def test_signal(own: OwnModem, recorder: Recorder) -> None:
    """The modem hears the network well enough to tell how well."""
    found = own.do(own.modem.signal())
    for name, value in (("rssi_dbm", found.rssi_dbm), ("rsrp_dbm", found.rsrp_dbm)):
        if value is not None:
            recorder.measure(name, value)
    assert found.rssi_dbm is not None or found.rsrp_dbm is not None, "no signal (+CSQ, +CESQ)"


@pytest.mark.needs("data")
def test_data_connection(own: OwnModem, rig: Rig) -> None:
    """The expected APN is set, the context active, and the network gave an address."""
    cid = rig.bench.apn.cid
    settings = own.do(own.modem.read_context(cid))
    assert settings.apn.lower() == (rig.bench.apn.expected or "").lower()
    live = own.do(own.modem.live_context(cid))
    assert live.active, f"context {cid} isn't active"
    assert live.address not in (None, "0.0.0.0", "::"), "no address"  # noqa: S104 -- no binding
    assert live.apn is None or live.apn.lower() == settings.apn.lower(), (
        f"the network gave the APN {live.apn}"
    )


@pytest.mark.needs("power")
def test_registration_from_power_up(rig: Rig, recorder: Recorder) -> None:
    """After the power was off and on, the modem registers by itself."""
    rig.cycle_power()
    recorder.measure("registration_s", rig.await_service())
