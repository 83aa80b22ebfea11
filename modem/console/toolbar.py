"""The line at the bottom: which modem, how it is reached, how it is, and what runs."""

from __future__ import annotations

from datetime import datetime

from modem.console.session import Session
from modem.console.values import printable

_BETWEEN = " | "


def toolbar(
    session: Session, now: datetime, waiting: int, recording: str | None, columns: int
) -> str:
    """What fits into the width, the most important first."""
    channel = session.channel
    parts = [_port_name(channel.port)]
    if session.running is not None and session.began is not None:
        seconds = int((now - session.began).total_seconds())
        parts.append(f"{printable(session.running)[:32]} runs {seconds} s")
    if session.loss is not None:
        parts.append("not ready")
    if waiting:
        parts.append(f"{waiting} waiting")
    if session.raw:
        parts.append("raw")
    if recording is not None:
        parts.append(f"recording {printable(recording)}")
    if session.signal_dbm is not None:
        parts.append(f"{session.signal_dbm} dBm")
    parts.append(channel.via)
    text = ""
    for part in parts:
        longer = f"{text}{_BETWEEN}{part}" if text else f" {part}"
        if len(longer) > columns - 1:
            break
        text = longer
    return text or f" {parts[0]}"[: columns - 1]


def _port_name(port: str) -> str:
    """A device or address as it is, of a link somewhere else its name: the line is short."""
    whole = port.startswith("/dev/") or "://" in port
    return printable(port if whole else port.rpartition("/")[2] or port)
