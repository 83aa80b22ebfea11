"""What somebody does at a console, and what is to be seen then."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeAlias

from tests.e2e.bench import OPERATOR, until
from tests.e2e.console.stage import Stage

Scene: TypeAlias = Callable[[Stage], None]

MESSAGES = 300
_BIG = f"""\
name = "big"
title = "A big one"
extends = "sim7600"
[simulator]
sizes = {{ ME = {MESSAGES} }}
"""


def first_session(stage: Stage) -> None:
    """Look at the modem, and have commands completed."""
    stage.simulate()
    terminal = stage.open()
    terminal.enter("ATI")
    stage.see(terminal, "+GCAP", "OK")
    terminal.enter("AT+CSQ")
    stage.picture(terminal, "first-session", "dBm")
    terminal.type("AT+CN")
    stage.see(terminal, "+CNUM")
    terminal.press("Tab", "Tab", "Tab", "Tab")
    stage.picture(terminal, "completion", "modem> AT+CNMI")
    terminal.press("C-c")
    terminal.type("AT+CNMI=")
    stage.see(terminal, "at once, within the data")
    terminal.press("Tab")
    # It has no 3, and says so.
    until(lambda: "within the data" not in terminal.screen(), "the modem's own values")
    stage.picture(terminal, "values", "at once, kept")
    terminal.press("C-c")
    terminal.press("C-d")
    until(lambda: terminal.exit_code == 0, "the console has ended")


def burst(stage: Stage) -> None:
    """Messages come while a line is being typed."""
    stage.simulate()
    terminal = stage.open()
    terminal.type("AT+CGDCONT=1,")
    stage.see(terminal, "AT+CGDCONT=1,")
    stage.bench.inject_lines(
        *({"modem": 0, "from": OPERATOR, "text": f"message {n}"} for n in range(9))
    )
    stage.see(terminal, '+CMTI: "ME",8')
    terminal.type('"IP","em"')
    stage.picture(terminal, "burst", 'AT+CGDCONT=1,"IP","em"')
    terminal.press("Enter")
    stage.see(terminal, 'modem> AT+CGDCONT=1,"IP","em"\nOK')


def attached(stage: Stage) -> None:
    """The daemon has the modem; what would take its ground is asked about first."""
    stage.simulate()
    stage.bench.run()
    terminal = stage.open(columns=120, rows=24)
    terminal.enter("AT+CSQ")
    stage.see(terminal, "dBm")
    terminal.enter("AT+CMGF=1")
    stage.picture(terminal, "question", "[y/N]")
    terminal.enter("n")
    stage.see(terminal, "not sent")
    terminal.enter("AT+CMGF?")
    stage.see(terminal, "+CMGF: 0")
    terminal.enter("AT+CMGF=1")
    stage.see(terminal, "[y/N]")
    terminal.enter("y")
    until(lambda: terminal.screen().count("OK") >= 3, "it was sent", also=terminal.screen)
    terminal.press("C-d")
    until(lambda: terminal.exit_code == 0, "the console has ended")
    # The daemon has its ground back, and works on.
    stage.bench.inject("PING")
    stage.bench.answer("OK PING")


def full_storage(stage: Stage) -> None:
    """A storage with 300 messages is listed."""
    profile = stage.bench.home / "big.toml"
    profile.write_text(_BIG)
    stage.simulate("--profile", str(profile))
    stage.bench.inject_lines(
        *({"modem": 0, "from": OPERATOR, "text": f"message {n}"} for n in range(MESSAGES))
    )
    until(lambda: stage.used("ME") == MESSAGES, "the storage is full")
    terminal = stage.open()
    began_s = time.monotonic()
    terminal.enter("AT+CMGL=4")
    stage.see(terminal, f"message {MESSAGES - 1}", "modem>")
    took_s = time.monotonic() - began_s
    assert took_s < 5, f"a listing took {took_s:.1f} s"
    stage.picture(terminal, "full-storage")
    shown = terminal.all()
    assert all(f'"message {number}"' in shown for number in range(MESSAGES - 1, 0, -100))


def vanishes(stage: Stage) -> None:
    """The modem is unplugged, and plugged in again."""
    stage.simulate()
    terminal = stage.open()
    terminal.enter("AT+CSQ")
    stage.see(terminal, "dBm")
    stage.sim_control("unplug")
    stage.see(terminal, "modem0 is not ready:")
    terminal.enter("AT+CSQ")
    stage.picture(terminal, "vanished", "the link to the modem on modem0 is gone")
    stage.sim_control("plug")
    stage.see(terminal, "modem0 is ready")
    terminal.enter("AT+CREG?")
    stage.picture(terminal, "returned", "+CREG: 0,")


def widths(stage: Stage) -> None:
    """A narrow terminal, and a wide one."""
    stage.simulate()
    terminal = stage.open(columns=40, rows=24)
    terminal.enter("AT+CGDCONT?")
    stage.see(terminal, "OK")
    terminal.type("AT+CG")
    stage.picture(terminal, "narrow", "+CGDATA")
    terminal.press("C-c")
    stage.see(terminal, "modem>\n")
    terminal.resize(200, 24)
    stage.picture(terminal, "wide", "direct")


def raw_and_cancel(stage: Stage) -> None:
    """Bytes as they are, secrets out of sight, and a command that is given up."""
    stage.simulate()
    terminal = stage.open()
    terminal.press("F2")
    terminal.enter("AT+CPIN?")
    stage.see(terminal, "READY")
    terminal.enter('AT+CPIN="1234"')
    stage.see(terminal, "[y/N]")
    terminal.enter("y")
    stage.see(terminal, "not shown")
    terminal.press("F2")
    terminal.enter("AT+COPS=?")
    terminal.enter("ATI")
    stage.see(terminal, "runs", "1 waiting")
    terminal.press("C-c")
    stage.see(terminal, "AT+COPS=? was given up", "+GCAP")
    terminal.enter("/hex 41 54 0D")
    stage.see(terminal, r">> 'AT\r'")
    assert "1234" not in terminal.all()
    history = stage.bench.home / "state" / "modem-helper" / "console-history"
    assert "1234" not in history.read_text()
    assert "AT+CPIN?" in history.read_text()


def sms(stage: Stage) -> None:
    """A message by /send, one at the prompt of +CMGS, and one that is thought better of."""
    stage.simulate()
    terminal = stage.open()
    terminal.enter("/send 1234 hello")
    stage.see(terminal, "sent; message reference")
    terminal.enter("AT+CMGS=12")
    stage.see(terminal, "AT+CMGS=12\n>")
    terminal.press("C-c")
    stage.see(terminal, "AT+CMGS=12 is not sent")
    terminal.enter("AT+CMGS=14")
    stage.see(terminal, "AT+CMGS=14\n>")
    terminal.enter("00010004812143000005E8329BFD06")
    stage.picture(terminal, "sms", "+CMGS: ")
    until(lambda: stage.bench.answers() == ["hello", "hello"], "both went out")


SCENES: tuple[Scene, ...] = (
    first_session,
    burst,
    attached,
    full_storage,
    vanishes,
    widths,
    raw_and_cancel,
    sms,
)
