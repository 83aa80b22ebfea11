"""Modem families as data, and which of them a modem is."""

from __future__ import annotations

import re

from modem.errors import MisuseError
from modem.profiles.generic import GENERIC
from modem.profiles.model import (
    AuthCommand,
    AuthOrder,
    DriverPart,
    Profile,
    Setting,
    SimulatorPart,
    Source,
    SourceLevel,
)
from modem.profiles.quectel_ec2x import EC25
from modem.profiles.simcom_sim7600 import SIM7600

PROFILES: tuple[Profile, ...] = (GENERIC, SIM7600, EC25)


def match_profile(
    manufacturer: str, model: str, profiles: tuple[Profile, ...] = PROFILES
) -> Profile:
    """The most specific profile for what +CGMI and +CGMM say; the generic one where none fits.

    Two that match equally well are an error of the data: MisuseError names both.
    """
    scored: list[tuple[int, Profile]] = []
    for profile in profiles:
        by_maker = manufacturer.casefold() in (name.casefold() for name in profile.cgmi)
        if profile.cgmi and not by_maker:
            continue
        matches = [m for m in (re.match(expression, model) for expression in profile.cgmm) if m]
        if profile.cgmm and not matches:
            continue
        longest = max((match.end() for match in matches), default=0)
        scored.append((longest + (1 if by_maker else 0), profile))
    best = max(score for score, _ in scored) if scored else 0
    fitting = [profile for score, profile in scored if score == best]
    if len(fitting) > 1:
        names = " and ".join(profile.name for profile in fitting)
        raise MisuseError(f"profiles {names} fit {manufacturer} {model} equally well")
    return fitting[0] if fitting else GENERIC


def profile_named(name: str) -> Profile:
    """The profile of that name; MisuseError lists the names there are."""
    for profile in PROFILES:
        if profile.name == name:
            return profile
    known = ", ".join(profile.name for profile in PROFILES)
    raise MisuseError(f"no profile is named {name!r}; there are {known}")


__all__ = [
    "EC25",
    "GENERIC",
    "PROFILES",
    "SIM7600",
    "AuthCommand",
    "AuthOrder",
    "DriverPart",
    "Profile",
    "Setting",
    "SimulatorPart",
    "Source",
    "SourceLevel",
    "match_profile",
    "profile_named",
]
