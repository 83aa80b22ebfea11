"""The daemon on the bench's modem: commands by SMS, who may give them, where answers go."""

from __future__ import annotations

import re

import pytest

from hil.fixtures import NewDaemon
from hil.rig.cloud import Cloud
from hil.rig.daemon import Daemon
from hil.rig.recorder import Recorder
from hil.rig.rig import Rig
from hil.rig.talking import Talk
from hil.rig.waiting import until

pytestmark = pytest.mark.needs("sms")

_STRANGERS = ("54321", "98765")
_PIN_WORD = "sesame-4821"


@pytest.mark.costs(2)
def test_ping(talk: Talk, recorder: Recorder) -> None:
    """PING is answered; the time there and back is measured."""
    exchange = talk.ask("PING", "OK PING")
    recorder.measure("answer_s", exchange.total_s)


@pytest.mark.costs(2)
def test_status(talk: Talk, rig: Rig) -> None:
    """STATUS tells registration, signal and APN."""
    text = talk.ask("STATUS", "OK STATUS").answer.text
    assert "reg=home" in text or "reg=roaming" in text
    if rig.apn.found is not None and rig.apn.found.apn:
        assert f"apn={rig.apn.found.apn}" in text


@pytest.mark.costs(2)
def test_apn_is_told(talk: Talk, rig: Rig) -> None:
    """APN alone tells the one that is set."""
    assert rig.apn.found is not None
    assert f" {rig.apn.found.apn}" in talk.ask("APN", "OK APN").answer.text


@pytest.mark.costs(2)
def test_nonsense_gets_an_error(talk: Talk) -> None:
    """What is no command is answered so, with the reason."""
    talk.ask("APNN em", "ERR")


@pytest.mark.costs(4)
def test_answers_go_to_the_short_number(talk: Talk, cloud: Cloud) -> None:
    """An answer goes to the configured short number, and not to who sent the command."""
    for command in ("PING", "STATUS"):  # answered at once, and after the modem was asked
        assert talk.ask(command, f"OK {command}").answer.dest == cloud.short_number


@pytest.mark.usefixtures("storing")
@pytest.mark.costs(2)
def test_the_modem_is_rid_of_what_was_stored(talk: Talk, daemon: Daemon, rig: Rig) -> None:
    """A message that is in the daemon's store is deleted in the modem, and not before."""
    used, lines = daemon.storage_used(), len(daemon.lines)
    talk.ask("PING", "OK PING")
    deleted = daemon.until_logged(r"^-> AT\+CMGD=", lines)
    before = daemon.lines[lines : daemon.lines.index(deleted)]
    assert any(re.match(r"message \d+ from ", line.text) for line in before), "not stored before"

    until(
        lambda: daemon.storage_used() == used,
        f"the modem's storage holds {used} again",
        rig.bench.patience_s,
        also=daemon.log,
    )


@pytest.mark.costs(3)
def test_who_is_not_listed_gets_silence(talk: Talk, daemon: Daemon, cloud: Cloud) -> None:
    """A command from somebody else is not answered, and the next one of the operator is."""
    since, lines = len(cloud.answers), len(daemon.lines)
    stranger = cloud.new_tag()
    sender = next(each for each in _STRANGERS if each != cloud.sender)
    talk.send(f"{stranger} PING", sender=sender)
    daemon.until_logged(r"^message \d+ from ", lines)
    talk.ask("PING", "OK PING")
    assert not any(each.text.startswith(stranger) for each in cloud.answers[since:])


@pytest.mark.costs(4)
def test_pin_word(new_daemon: NewDaemon, cloud: Cloud, rig: Rig) -> None:
    """With a PIN word, a command without it or with another one gets silence."""
    daemon = new_daemon()
    daemon.want_pin_word(_PIN_WORD)
    daemon.start()
    talk = Talk(cloud, daemon, rig.recorder)
    since = len(cloud.answers)
    wrong = [f"{cloud.new_tag()} PING", f"{cloud.new_tag()} PIN {_PIN_WORD[::-1]} PING"]
    for text in wrong:
        lines = len(daemon.lines)
        talk.send(text)
        daemon.until_logged(r"^message \d+ from ", lines)
    tag = cloud.new_tag()
    sent = talk.send(f"{tag} PIN {_PIN_WORD} PING")
    answer = cloud.awaited(
        lambda found: found.text.startswith(f"{tag} OK PING"),
        "an answer to the command with the PIN word",
        since,
        also=daemon.log,
    )
    talk.trace("PIN word", sent, answer, daemon.lines)
    assert [each.text.partition(" ")[0] for each in cloud.answers[since:]] == [tag]
    assert not any(_PIN_WORD in line.text for line in daemon.lines), "the PIN word is in the log"
