"""Reading TOML with errors that say what was wanted and what was there.

`Table` is one section of a file. What the sections are called and mean is `config.py`'s.
"""

from __future__ import annotations

import re
import stat
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import ClassVar, TypeVar

_Value = TypeVar("_Value")

# A configuration has some dozens of lines; more is another file, or a device that never ends.
_MAX_OCTETS = 1 << 20
_MAX_SECRET_OCTETS = 4096
_SHOWN_CHARS = 60
# Of more than 4300 digits CPython makes no text.
_MAX_SHOWN_INTEGER = 10**18


class ConfigError(Exception):
    """The configuration can't be used; the message names file, key, what was wanted and got.

    `key` is the dotted name ("modem.baud"), None where the file as a whole is at fault. What stands
    in a secret file is never part of the message. `forbidden`: this user may not read the file.
    """

    exit_code: ClassVar[int] = 78

    def __init__(
        self, path: Path | None, key: str | None, problem: str, *, forbidden: bool = False
    ) -> None:
        self.path = path
        self.key = key
        self.problem = problem
        self.forbidden = forbidden
        parts = [printable(str(path))] if path is not None else []
        if key is not None:
            parts.append(printable(key))
        super().__init__(": ".join([*parts, problem]))


def printable(text: str) -> str:
    """The text with escapes for what could steer a terminal or break a line."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def read_octets(path: Path) -> bytes:
    """What stands in the file; ConfigError where there is none or it can't be read."""
    try:
        with path.open("rb") as file:
            octets = file.read(_MAX_OCTETS + 1)
    except FileNotFoundError:
        raise ConfigError(
            path, None, "there is no such file; `modem-helper config init` writes one"
        ) from None
    except OSError as error:
        problem, forbidden = f"can't be read: {error.strerror}", isinstance(error, PermissionError)
        raise ConfigError(path, None, problem, forbidden=forbidden) from None
    if len(octets) > _MAX_OCTETS:
        raise ConfigError(path, None, f"wanted at most {_MAX_OCTETS} octets, got more")
    return octets


def parse_toml(octets: bytes, path: Path) -> dict[str, object]:
    """The content as tables; ConfigError, with the line, where it is no TOML in UTF-8."""
    try:
        # Editors on Windows put a byte order mark first, which TOML doesn't know.
        return tomllib.loads(octets.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = octets.count(b"\n", 0, error.start) + 1
        raise ConfigError(path, None, f"wanted UTF-8, got another octet at line {line}") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(path, None, f"wanted TOML: {printable(str(error))}") from None
    except ValueError:
        # From CPython, not from tomllib: the same limit as for showing a number.
        raise ConfigError(path, None, "wanted TOML, got a number of too many digits") from None
    except RecursionError:
        raise ConfigError(path, None, "wanted TOML, got brackets nested too deep") from None


def read_secret(path: Path, *, key: str, digits: range | None = None) -> str:
    """The content of a secret file without its line end.

    ConfigError where it can't be read, is empty or no text, or hasn't as many digits as wanted.
    """
    try:
        with path.open("rb") as file:
            octets = file.read(_MAX_SECRET_OCTETS + 1)
    except OSError as error:
        problem = f"the file can't be read: {error.strerror}"
        forbidden = isinstance(error, PermissionError)
        raise ConfigError(path, key, problem, forbidden=forbidden) from None
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError:
        # From None: the error's own text would quote the secret.
        raise ConfigError(path, key, "wanted a file with text, got other octets") from None
    text = text.removesuffix("\n").removesuffix("\r")
    if not text:
        raise ConfigError(path, key, "wanted a file with one line, got an empty one")
    if not text.isprintable() or len(octets) > _MAX_SECRET_OCTETS:
        raise ConfigError(path, key, "wanted a file with one line of text, got something else")
    if digits is not None and not (text.isascii() and text.isdecimal() and len(text) in digits):
        wanted = f"{digits.start} to {digits.stop - 1} digits"
        raise ConfigError(path, key, f"wanted a file with {wanted}, got something else")
    return text


PORT_WANTED = 'a device such as "/dev/ttyUSB2", or "tcp://host:port"'


def is_port(value: str) -> bool:
    """Can it name a modem's port: a file, or a TCP address?"""
    scheme, separator, address = value.partition("://")
    if not separator:
        return bool(value)
    host, _, number = address.rpartition(":")
    is_number = re.fullmatch(r"[0-9]{1,5}", number) is not None and 0 < int(number) < 65536
    return scheme == "tcp" and bool(host) and is_number


class Table:
    """One section. Each method returns a key's value, or the default where the key is absent."""

    def __init__(
        self,
        path: Path,
        name: str,
        values: Mapping[str, object],
        known: Iterable[str],
        elsewhere: Mapping[str, str] | None = None,
    ) -> None:
        """ConfigError at the first key that isn't `known`.

        `elsewhere` tells for keys of other sections where they belong.
        """
        self._path = path
        self._name = name
        self._values = values
        allowed = tuple(known)
        for key in values:
            if key not in allowed:
                raise self._unknown(key, allowed, elsewhere or {})

    def text(self, key: str, default: _Value) -> str | _Value:
        """A string without control characters."""
        value = self._values.get(key)
        if value is None:
            return default
        if not isinstance(value, str) or not value.isprintable():
            raise self.error(key, "a string of printable characters, in quotes")
        return value

    def port(self, key: str) -> str | None:
        """A device, relative to the configuration's directory, or a URL of TCP."""
        value = self.text(key, None)
        if value is None:
            return None
        if not is_port(value):
            raise self.error(key, PORT_WANTED)
        return value if "://" in value else str(self._path.parent / value)

    def choice(self, key: str, allowed: Sequence[str], default: str) -> str:
        """One of some words."""
        value = self.text(key, default)
        if value not in allowed:
            raise self.error(key, " or ".join(f'"{word}"' for word in allowed))
        return value

    def integer(self, key: str, default: int, low: int, high: int) -> int:
        """A whole number from `low` to `high`."""
        return self._checked_integer(key, self._values.get(key, default), low, high)

    def integers(self, key: str, low: int, high: int) -> tuple[int, ...]:
        """An array of whole numbers."""
        return tuple(
            self._checked_integer(key, item, low, high) for item in self._array(key, "numbers")
        )

    def positive(self, key: str, default: float, high: int) -> float:
        """A number above 0, whole or not. TOML's nan and inf are none."""
        value = self._values.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= high:
            raise self.error(key, f"a number above 0, {high} at most")
        return value

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        value = self._values.get(key, default)
        if not isinstance(value, bool):
            raise self.error(key, "true or false")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """An array of strings."""
        found = []
        for item in self._array(key, "strings"):
            if not isinstance(item, str) or not item.isprintable():
                raise self.error(key, "printable strings, each in quotes", item)
            found.append(item)
        return tuple(found)

    def file(self, key: str, default: _Value) -> Path | _Value:
        """The path of a file, relative to the configuration's directory."""
        value = self._values.get(key)
        if value is None:
            return default
        if not isinstance(value, str) or not value or not value.isprintable():
            # No "got": where a file with a secret is wanted, somebody may have put the secret.
            problem = f"wanted the path of a file, in quotes, got {_kind(value)}"
            raise ConfigError(self._path, self.dotted(key), problem)
        return self._path.parent / value

    def secret_file(self, key: str, notes: list[str]) -> Path | None:
        """The path of a file that others than its owner should not read; told in `notes` if so."""
        path = self.file(key, None)
        if path is None:
            return None
        try:
            mode = path.stat().st_mode
        except OSError:  # told when the file is read: not every command needs it
            return path
        if mode & (stat.S_IRGRP | stat.S_IROTH):
            shown = printable(str(path))
            notes.append(f"{self.dotted(key)}: others may read {shown}; set its mode to 0600")
        return path

    def has(self, key: str) -> bool:
        """Is the key there?"""
        return key in self._values

    def section(
        self, key: str, known: Iterable[str], elsewhere: Mapping[str, str] | None = None
    ) -> Table:
        """A table inside this one; an empty one where it is absent."""
        value = self._values.get(key, {})
        name = self.dotted(key)
        if not isinstance(value, dict):
            raise ConfigError(self._path, name, f"wanted a section [{name}], got {_kind(value)}")
        return Table(self._path, name, value, known, elsewhere)

    def sections(self, key: str, known: Iterable[str]) -> list[Table]:
        """The tables of an array, `[[section.key]]`; in errors they count from 1."""
        allowed, name = tuple(known), self.dotted(key)
        found = []
        for number, item in enumerate(self._array(key, "tables"), 1):
            if not isinstance(item, dict):
                raise ConfigError(self._path, name, f"wanted [[{name}]], got {_kind(item)}")
            found.append(Table(self._path, f"{name} {number}", item, allowed))
        return found

    def named(self, key: str, known: Iterable[str]) -> dict[str, Table]:
        """The tables inside this one's table `key`, by names that the user gives."""
        allowed, value, name = tuple(known), self._values.get(key, {}), self.dotted(key)
        if not isinstance(value, dict):
            raise ConfigError(
                self._path, name, f"wanted sections [{name}.NAME], got {_kind(value)}"
            )
        found = {}
        for each, inner in value.items():
            own = f"{name}.{printable(each)}"
            if not isinstance(inner, dict):
                raise ConfigError(self._path, own, f"wanted a section [{own}], got {_kind(inner)}")
            found[each] = Table(self._path, own, inner, allowed)
        return found

    def error(self, key: str, wanted: str, got: object = None) -> ConfigError:
        """What was wanted of a key that is there; `got` is the item of an array."""
        value = self._values.get(key) if got is None else got
        problem = f"wanted {wanted}, got {'nothing' if value is None else _shown(value)}"
        return ConfigError(self._path, self.dotted(key), problem)

    def dotted(self, key: str) -> str:
        """The key's full name."""
        return f"{self._name}.{key}" if self._name else key

    def _array(self, key: str, of: str) -> list[object]:
        value = self._values.get(key, [])
        if not isinstance(value, list):
            raise self.error(key, f"an array of {of}, in brackets")
        return value

    def _checked_integer(self, key: str, value: object, low: int, high: int) -> int:
        # In Python a bool is an int; in TOML it is none.
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self.error(key, f"a whole number from {low} to {high}", value)
        return value

    def _unknown(
        self, key: str, known: tuple[str, ...], elsewhere: Mapping[str, str]
    ) -> ConfigError:
        # Loaded here: only a mistake needs it.
        from difflib import get_close_matches

        longer = [name for name in known if name.startswith(f"{key}_")]
        near = get_close_matches(key, known, 1) or longer
        if key in elsewhere:
            hint = f"it belongs into [{elsewhere[key]}]"
        elif near:
            hint = f"did you mean {near[0]}?"
        else:
            hint = f"known are {', '.join(known)}"
        what = "key" if self._name else "section"
        return ConfigError(self._path, self.dotted(key), f"unknown {what}; {hint}")


def _kind(value: object) -> str:
    kinds: tuple[tuple[type, str], ...] = (
        (bool, "true or false"),
        (int, "a number"),
        (float, "a number"),
        (str, "such a string" if value else "an empty string"),
        (list, "an array"),
        (dict, "a table"),
    )
    return next((name for kind, name in kinds if isinstance(value, kind)), "a date or time")


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) > _MAX_SHOWN_INTEGER:
        return "a huge number"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, str):
        text = printable(value)
        return f'"{text}"' if len(text) <= _SHOWN_CHARS else f'"{text[:_SHOWN_CHARS]}..."'
    return _kind(value)
