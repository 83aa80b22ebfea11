"""Addresses on the command line, for all that listens."""

from __future__ import annotations

import re

import click

_LOOPBACK = "127.0.0.1"


def host_and_port(value: str) -> tuple[str, int]:
    """HOST:PORT; an IPv6 address stands in brackets."""
    match = re.fullmatch(r"(?:\[([^\]]+)\]|([^:\[\]]+)):(\d{1,5})", value, re.ASCII)
    if match is None or int(match[3]) > 65535:
        raise click.BadParameter(f"wanted HOST:PORT, for example 127.0.0.1:7000, got {value!r}")
    return match[1] or match[2], int(match[3])


def listen_address(value: str) -> tuple[str, int]:
    """HOST:PORT, or PORT alone for this machine only."""
    return host_and_port(f"{_LOOPBACK}:{value}" if value.isascii() and value.isdigit() else value)
