"""gnokii, the command line: identifies, sends, and reads what comes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clients.conftest import StartModem
from tests.clients.programs import program, run
from tests.clients.terminal import at_terminal

pytestmark = pytest.mark.clients

# Its names of ports have 31 characters at most.
_CONFIG = """\
[global]
model = AT
port = {port}
connection = serial
initlength = default
serial_baudrate = 115200
use_locking = no
"""


@pytest.mark.parametrize("profile", ["sim7600", "ec25"])
def test_identifies_sends_and_reads(tmp_path: Path, start_modem: StartModem, profile: str) -> None:
    gnokii = program("gnokii", "gnokii-cli")
    modem = start_modem(profile)
    home = tmp_path / "gnokii"
    (home / ".cache" / "gnokii").mkdir(parents=True)
    config = home / "config"
    config.write_text(_CONFIG.format(port=modem.tty))
    command = [gnokii, "--config", str(config)]

    identified = run([*command, "--identify"], home)
    assert modem.imei in identified.output, modem.why()

    written = run(
        ["sh", "-c", 'echo "Hello of gnokii" | "$@"', "sh", *command, "--sendsms", "+491701234567"],
        home,
    )
    assert "Send succeeded" in written.output, f"{written.output}\n{modem.why()}"
    assert modem.sent_texts("491701234567") == ["Hello of gnokii"]

    with at_terminal([*command, "--smsreader"], home) as reader:
        reader.see("Entered sms reader mode")
        modem.deliver("+4917200001", "for the reader")
        reader.see("for the reader")
        assert "4917200001" in reader.screen
        reader.press("\x03")  # Ctrl-C
