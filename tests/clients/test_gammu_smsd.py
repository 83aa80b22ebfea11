"""gammu-smsd, the daemon with its file back end: ten messages come in and ten go out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clients.conftest import StartModem
from tests.clients.programs import daemon, program

pytestmark = pytest.mark.clients

COUNT = 10

# It looks every second instead of every 15, and waits for one second instead of 30 for something
# to happen between two messages that it sends.
_CONFIG = """\
[gammu]
device = {port}
connection = at115200
[smsd]
service = files
logfile = {home}/smsd.log
debuglevel = 1
inboxpath = {home}/in/
outboxpath = {home}/out/
sentsmspath = {home}/sent/
errorsmspath = {home}/error/
CommTimeout = 1
ReceiveFrequency = 1
LoopSleep = 1
StatusFrequency = 5
"""


def test_ten_messages_each_way(tmp_path: Path, start_modem: StartModem) -> None:
    smsd = program("gammu-smsd", "gammu-smsd")
    modem = start_modem("ec25")
    home = tmp_path / "smsd"
    for name in ("in", "out", "sent", "error"):
        (home / name).mkdir(parents=True)
    config = home / "smsdrc"
    config.write_text(_CONFIG.format(port=modem.port, home=home))
    log = home / "smsd.log"
    incoming = [f"in {number} для smsd" for number in range(COUNT)]
    outgoing = [f"out {number} from smsd" for number in range(COUNT)]

    def received() -> list[str]:
        files = sorted((home / "in").glob("IN*.txt"))
        return [path.read_text(encoding="utf-8").rstrip("\n") for path in files]

    def why() -> str:
        return f"{log.read_text() if log.exists() else ''}\n{modem.why()}"

    # A file's name is OUT<priority>_<recipient>_<serial>.txt, its text the message's.
    for number, text in enumerate(outgoing):
        (home / "out" / f"OUTA_+491701234567_{number:02}.txt").write_text(text)
    with daemon([smsd, "-c", str(config)], home, why) as running:
        for text in incoming:
            modem.deliver("+4917200001", text)
        running.until(lambda: len(received()) == COUNT, "ten messages in the inbox", 90)
        running.until(lambda: len(modem.sent) == COUNT, "ten messages sent", 90)
        running.until(lambda: not list((home / "out").iterdir()), "the outbox is empty", 30)

    assert sorted(received()) == sorted(incoming)
    assert all("4917200001" in path.name for path in (home / "in").iterdir())
    assert sorted(modem.sent_texts("491701234567")) == outgoing
    assert not list((home / "error").iterdir())
    assert modem.stored() == []
