"""smsd of the SMS Server Tools 3: both ways, with status reports."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clients.conftest import StartModem
from tests.clients.programs import daemon, program

pytestmark = pytest.mark.clients

COUNT = 3

# It looks every second instead of every ten, and has status reports come as +CDS.
_CONFIG = """\
devices = GSM1
outgoing = {home}/outgoing
checked = {home}/checked
incoming = {home}/incoming
report = {home}/report
sent = {home}/sent
failed = {home}/failed
infofile = {home}/info
pidfile = {home}/pid
logfile = {home}/smsd.log
stats = {home}/stats
loglevel = 7
delaytime = 1
[GSM1]
device = {port}
incoming = yes
report = yes
memory_start = 0
init = AT+CNMI=2,0,0,1,0
using_routed_status_report = yes
routed_status_report_cnma = no
delaytime = 1
baudrate = 115200
decode_unicode_text = yes
"""
_DIRECTORIES = ("outgoing", "checked", "incoming", "report", "sent", "failed", "stats")


def parsed(path: Path) -> tuple[dict[str, str], str]:
    """A message file: its header's fields, and the text behind the empty line."""
    header, _, text = path.read_text(encoding="utf-8").partition("\n\n")
    fields = dict(line.split(": ", 1) for line in header.splitlines() if ": " in line)
    return fields, text.rstrip("\n")


@pytest.mark.parametrize("profile", ["sim7600", "ec25"])
def test_both_ways_with_status_reports(
    tmp_path: Path, start_modem: StartModem, profile: str
) -> None:
    smsd = program("smsd", "smstools")
    modem = start_modem(profile)
    home = tmp_path / "smstools"
    for name in _DIRECTORIES:
        (home / name).mkdir(parents=True)
    config = home / "smsd.conf"
    config.write_text(_CONFIG.format(port=modem.port, home=home))
    incoming = [f"in {number} for smstools" for number in range(COUNT)]
    outgoing = [f"out {number} of smstools" for number in range(COUNT)]

    def files(name: str) -> list[Path]:
        return sorted((home / name).glob("GSM1.*" if name != "sent" else "*"))

    def why() -> str:
        log = home / "smsd.log"
        return f"{log.read_text() if log.exists() else ''}\n{modem.why()}"

    for text in outgoing:
        path = home / "outgoing" / text.replace(" ", "-")
        path.write_text(f"To: 491701234567\nReport: yes\n\n{text}")
    with daemon([smsd, "-t", f"-c{config}"], home, why) as smstools:
        for text in incoming:
            modem.deliver("+4917200001", text)
        smstools.until(lambda: len(files("incoming")) == COUNT, "all received", 60)
        smstools.until(lambda: len(files("sent")) == COUNT, "all sent", 60)
        smstools.until(lambda: len(files("report")) == COUNT, "all reported", 60)

    messages = [parsed(path) for path in files("incoming")]
    assert sorted(text for _, text in messages) == incoming
    assert {fields["From"] for fields, _ in messages} == {"4917200001"}
    assert sorted(modem.sent_texts("491701234567")) == outgoing
    references = sorted(message["reference"] for message in modem.sent)
    reports = [path.read_text() for path in files("report")]
    assert all("SMS STATUS REPORT" in report for report in reports)
    for reference in references:
        assert any(f"Message_id: {reference}\n" in report for report in reports), reports
    assert all("Status: 0," in report for report in reports), reports
    assert modem.stored() == []
