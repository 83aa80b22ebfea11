"""Modem families as data, and which of them a modem is.

Each family is one file in `families/`, in the format of `reading`; a file put there is a family
more. They are read when somebody asks for them.
"""

from __future__ import annotations

import os
import re
import tomllib
from functools import cache
from itertools import takewhile
from typing import TYPE_CHECKING, TextIO

from modem.errors import MisuseError
from modem.profiles.generic import GENERIC
from modem.profiles.model import (
    Answer,
    AuthCommand,
    AuthOrder,
    DriverPart,
    Effect,
    Kept,
    OwnCommand,
    Profile,
    Reattach,
    Said,
    Setting,
    SimulatorPart,
    Source,
    SourceLevel,
    Technology,
)

if TYPE_CHECKING:
    EC25: Profile
    SIM7600: Profile
    PROFILES: tuple[Profile, ...]

_FAMILIES = os.path.join(os.path.dirname(__file__), "families")  # noqa: PTH118, PTH120 -- pathlib loads slowly
_SUFFIX = ".toml"
_BY_ATTRIBUTE = {"EC25": "ec25", "SIM7600": "sim7600"}


def __getattr__(name: str) -> object:
    """PROFILES, all there are, and those that code names: read when first asked for."""
    if name in _BY_ATTRIBUTE:
        return profile_named(_BY_ATTRIBUTE[name])
    if name == "PROFILES":
        return tuple(profile_named(each) for each in profile_names())
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@cache
def profile_names() -> tuple[str, ...]:
    """The names of the profiles there are, the generic one first."""
    files = sorted(os.listdir(_FAMILIES))  # noqa: PTH208
    names = (file.removesuffix(_SUFFIX) for file in files if file.endswith(_SUFFIX))
    return (GENERIC.name, *names)


@cache
def profile_named(name: str) -> Profile:
    """The profile of that name; MisuseError lists the names there are."""
    if name == GENERIC.name:
        return GENERIC
    if name not in profile_names():
        known = ", ".join(profile_names())
        raise MisuseError(f"no profile is named {name!r}; there are {known}")
    with _opened(name) as file:
        return profile_from(file.read())


def _opened(name: str) -> TextIO:
    return open(os.path.join(_FAMILIES, name + _SUFFIX), encoding="utf-8")  # noqa: PTH118, PTH123


@cache
def _heads() -> tuple[Profile, ...]:
    """By what each family is recognised, without its parts.

    That stands before the first `[`, and most of the time of reading a file is spent behind it.
    """
    heads = [GENERIC]
    for name in profile_names()[1:]:
        with _opened(name) as file:
            text = "".join(takewhile(lambda line: not line.startswith("["), file))
        head = tomllib.loads(text)
        heads.append(Profile(name, head["title"], tuple(head["cgmi"]), tuple(head["cgmm"])))
    return tuple(heads)


def profile_from(text: str) -> Profile:
    """The profile that a file of the format of `reading` holds.

    Raises modem.profiles.reading.ProfileError, a MisuseError that names the field.
    """
    from modem.profiles.reading import read_profile

    return read_profile(text, profile_named)


def match_profile(
    manufacturer: str, model: str, profiles: tuple[Profile, ...] | None = None
) -> Profile:
    """The most specific profile for what +CGMI and +CGMM say; the generic one where none fits.

    Two that match equally well are an error of the data: MisuseError names both.
    """
    if profiles is not None:
        return _best(manufacturer, model, profiles)
    return profile_named(_best(manufacturer, model, _heads()).name)


def _best(manufacturer: str, model: str, profiles: tuple[Profile, ...]) -> Profile:
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


__all__ = [
    "EC25",
    "GENERIC",
    "PROFILES",
    "SIM7600",
    "Answer",
    "AuthCommand",
    "AuthOrder",
    "DriverPart",
    "Effect",
    "Kept",
    "OwnCommand",
    "Profile",
    "Reattach",
    "Said",
    "Setting",
    "SimulatorPart",
    "Source",
    "SourceLevel",
    "Technology",
    "match_profile",
    "profile_from",
    "profile_named",
    "profile_names",
]
