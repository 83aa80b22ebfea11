"""ModemManager on the simulated modem: finds it, sends, receives, connects."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.clients.bus import need_private_root
from tests.clients.conftest import StartModem
from tests.clients.modem_manager import Manager, start_modem_manager
from tests.clients.station import Station, until

pytestmark = pytest.mark.clients


@pytest.mark.parametrize(
    ("profile", "usb_id", "plugin"),
    [("ec25", "2c7c:0125", "quectel"), ("sim7600", "1e0e:9001", "simtech")],
)
def test_finds_sends_receives_and_connects(
    tmp_path: Path, start_modem: StartModem, profile: str, usb_id: str, plugin: str
) -> None:
    need_private_root()
    modem = start_modem(profile)
    with ExitStack() as stack:
        mmcli = start_modem_manager(stack, tmp_path, modem, usb_id)
        assert mmcli.modem["generic"]["plugin"] == plugin
        _identity_and_network(mmcli, modem)
        _messages(mmcli, modem)
        _connection(mmcli, modem)


def _identity_and_network(mmcli: Manager, modem: Station) -> None:
    found = mmcli.modem
    assert found["3gpp"]["imei"] == modem.imei
    mmcli("-m", "any", "--enable")
    mmcli.until_state("registered")
    assert mmcli.modem["3gpp"]["registration-state"] == "roaming"
    assert mmcli.modem["3gpp"]["operator-name"] == "Simulated Network"
    assert mmcli.modem["generic"]["own-numbers"] == [f"+{modem.msisdn}"]
    assert int(mmcli.modem["generic"]["signal-quality"]["value"]) > 0


def _messages(mmcli: Manager, modem: Station) -> None:
    modem.deliver("+4917200001", "for ModemManager")
    until(mmcli.messages, "a message", also=mmcli.why)
    (message,) = mmcli.messages()
    assert message["content"]["text"] == "for ModemManager"
    assert message["content"]["number"] == "+4917200001"

    created = mmcli(
        "-m", "any", "--messaging-create-sms=text='Hello of mmcli',number='+491701234567'"
    )
    path = created.split()[-1]
    mmcli("-s", path, "--send")
    assert modem.sent_texts("491701234567") == ["Hello of mmcli"]


def _connection(mmcli: Manager, modem: Station) -> None:
    refused = mmcli.run("-m", "any", "--simple-connect=apn=nonsense")
    assert refused.code != 0
    assert "NoCarrier" in refused.output
    mmcli("-m", "any", "--simple-connect=apn=em")
    mmcli.until_state("connected")
    bearers = [mmcli.shown("-b", path)["bearer"] for path in mmcli.modem["generic"]["bearers"]]
    connected = [each for each in bearers if each["status"]["connected"] == "yes"]
    assert [each["properties"]["apn"] for each in connected] == ["em"]
    mmcli("-m", "any", "--simple-disconnect")
    mmcli.until_state("registered")
    modem.deliver("+4917200002", "after the connection")
    until(lambda: len(mmcli.messages()) == 3, "another message", also=mmcli.why)
