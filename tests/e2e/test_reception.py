"""No message is lost: bursts, a full storage, modems and ports that come and go."""

from __future__ import annotations

import re
import sys
import time

import pytest
import serial

from tests.e2e.bench import PATIENCE_S, Bench, until
from tests.e2e.tap import Way


def tags(bench: Bench) -> list[str]:
    """The tags of all PINGs that were answered, in order."""
    return [text.split()[0] for text in bench.answers() if text.endswith("OK PING")]


def pings(first: int, count: int) -> tuple[str, ...]:
    return tuple(f"#{number} PING" for number in range(first, first + count))


def until_answered(bench: Bench, count: int) -> None:
    until(lambda: len(tags(bench)) >= count, f"{count} answers", also=bench.logs)
    assert sorted(tags(bench)) == sorted(set(tags(bench))), "one was answered twice"
    until(lambda: bench.storage_used() == 0, "the storage is empty")


def ask(port: serial.Serial, line: str) -> bytes:
    port.write(line.encode() + b"\r")
    answer: bytes = port.read_until(b"OK\r\n")
    assert answer.endswith(b"OK\r\n"), answer
    return answer


def used_in(answer: bytes) -> list[int]:
    """How many messages +CPMS? tells for its three memories."""
    return [int(number) for number in re.findall(rb'"[A-Z]{2}",(\d+),', answer)]


def test_twenty_announced_back_to_back(bench: Bench) -> None:
    _, tap = bench.tapped()
    bench.run()
    bench.inject(*pings(1, 20))
    until_answered(bench, 20)
    # The lines really came without anything between them.
    assert re.search(rb"(\r\n\+CMTI: [^\r]*\r\n){20}", bytes(tap.seen[Way.FROM_MODEM]))


def test_a_full_storage_is_taken_at_the_start(bench: Bench) -> None:
    """23 in ME, 40 in SM, and what the network holds back until there is room."""
    bench.simulate()
    with serial.Serial(str(bench.link), timeout=PATIENCE_S) as port:
        # Where the next messages go is what +CPMS says last.
        for memory, first, count in (("SM", 100, 40), ("ME", 200, 23)):
            ask(port, f'AT+CPMS="{memory}","ME","{memory}"')
            bench.inject(*pings(first, count))

            def is_full(count: int = count) -> bool:
                return used_in(ask(port, "AT+CPMS?"))[2] == count

            until(is_full, f"{count} messages in {memory}")
    bench.inject(*pings(300, 7))
    bench.run()
    until_answered(bench, 40 + 23 + 7)
    assert bench.json("sms", "list")["modem"] == []
    assert bench.rows("SELECT count(*) FROM inbox WHERE state = 'settled'") == [(70,)]


def test_a_storage_that_fills_while_the_daemon_runs(bench: Bench) -> None:
    """More at once than the modem has slots: the rest comes as room is made."""
    bench.simulate()
    bench.run()
    bench.inject(*pings(1, 60))
    until_answered(bench, 60)


@pytest.mark.parametrize(
    "line",
    [rb"\+CGDCONT: 1,[^\r]*\r\n", rb"\r\nOK\r\n", rb"\+CSQ: [^\r]*\r\n"],
    ids=["within a list", "before OK", "behind the line of an answer"],
)
def test_an_announcement_within_another_answer(bench: Bench, line: bytes) -> None:
    """The +CMTI is held back, and let in where an answer is under way."""
    _, tap = bench.tapped()
    bench.run()
    held = bytearray()
    place = re.compile(line)
    announcement = re.compile(rb"\r\n\+CMTI: [^\r]*\r\n")

    def alter(data: bytes) -> bytes:
        for found in announcement.findall(data):
            held.extend(found)
        data = announcement.sub(b"", data)
        found = place.search(data)
        if not held or found is None:
            return data
        at = found.start() if line.startswith(rb"\r\n") else found.end()
        inserted = bytes(held)
        held.clear()
        tap.alter = None
        return data[:at] + inserted + data[at:]

    tap.alter = alter
    bench.inject("#1 PING")
    until(lambda: held, "the message is announced")
    bench.json("info")
    bench.answer("#1 OK PING")
    assert tap.alter is None, "it was never let in"


def test_an_announcement_that_comes_in_pieces(bench: Bench) -> None:
    _, tap = bench.tapped()
    bench.run()

    def alter(data: bytes) -> bytes:
        if b"+CMTI" not in data:
            return data
        tap.alter = None
        for number in range(len(data)):
            tap.say(data[number : number + 1])
        return b""

    tap.alter = alter
    bench.inject("#1 PING")
    bench.answer("#1 OK PING")


def test_a_lost_announcement_is_made_up_for_by_the_next(bench: Bench) -> None:
    """One +CMTI never comes; the sweep every second finds its message."""
    _, tap = bench.tapped()
    bench.write_config(str(bench.link), modem="sweep_s = 1")
    bench.run()
    tap.alter = lambda data: re.sub(rb"\r\n\+CMTI: [^\r]*\r\n", b"", data)
    bench.inject("#1 PING")
    bench.answer("#1 OK PING")


def test_the_modem_restarts_under_the_daemon(bench: Bench) -> None:
    """Stopped and started again under the same link: what comes then is answered."""
    simulator = bench.simulate()
    bench.run()
    for number in range(3):
        simulator.end()
        assert not bench.link.is_symlink()
        simulator = bench.simulate()
        bench.inject(f"#{number} PING")
        bench.answer(f"#{number} OK PING")


def test_the_modem_reboots_by_itself(bench: Bench) -> None:
    """The port stays, the modem has forgotten its settings."""
    _, tap = bench.tapped()
    bench.run()
    before = len(tap.commands(rb"AT\+CNMI=2,"))
    tap.say(b"\r\nRDY\r\n\r\n+CPIN: READY\r\n\r\nSMS DONE\r\n")
    until(lambda: len(tap.commands(rb"AT\+CNMI=2,")) > before, "it is initialised again")
    bench.inject("#1 PING")
    bench.answer("#1 OK PING")


def test_the_port_is_away_for_eight_seconds(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    """gammu-smsd answers 48 s after the port's return, smstools never (both tried on a pty)."""
    simulator = bench.simulate()
    daemon = bench.run()
    simulator.end()
    left_s = time.monotonic()
    daemon.until_logged("is gone")
    until(lambda: time.monotonic() - left_s >= 8.0, "eight seconds are over")
    bench.simulate()
    back_s = time.monotonic()
    bench.inject("#1 PING")
    bench.answer("#1 OK PING")
    answered_s = time.monotonic() - back_s
    with capsys.disabled():
        sys.stdout.write(f" [answered {answered_s:.2f} s after the port's return] ")
    assert answered_s < 2.0
