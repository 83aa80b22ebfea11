"""The keys of signed commands: files in a directory, read and made. Nothing here prints one.

    NAME.key         32 random octets in base32 (RFC 4648); # begins a comment
    NAME.previous    the former one, after a rotation

NAME is 1 to 16 of a-z 0-9 and the hyphen, which isn't the first. A key is for one device; why is in
docs/signed-commands.md.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import stat
from base64 import b32decode, b32encode
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from apn_config.config_reader import ConfigError, printable
from apn_config.directory_lock import alone

KEY_OCTETS = 32
# More can't be told apart by whoever looks after them, and each costs an HMAC for each message.
MAX_KEYS = 8
CURRENT, PREVIOUS = ".key", ".previous"
_CONFIG_KEY = "access.keys"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,15}")
_NAME_WANTED = "a name of 1 to 16 characters of a-z, 0-9 and, not first, -"
_KEY_WANTED = f"one line with {KEY_OCTETS} octets in base32 (52 characters of A-Z and 2-7)"
_BASE32 = re.compile(r"[A-Z2-7]{52}")
_MAX_FILE_OCTETS = 4096
# A random key has 30 different octets; one with so few is a place holder.
_FEWEST_OCTETS = 8
_FINGERPRINT_DOMAIN = b"modem-helper key"
_FINGERPRINT_CHARS = 16


@dataclass(frozen=True, slots=True)
class Key:
    """A key of that name; `previous` is one that was rotated away, good until the new one is used.

    The fingerprint tells keys apart and gives nothing of them away.
    """

    name: str
    octets: bytes = field(repr=False)
    previous: bool = False

    @property
    def fingerprint(self) -> str:
        """The first 16 hexadecimal digits of a SHA-256 over it, behind a domain of its own."""
        return fingerprint(self.octets)


class KeyTrouble(Exception):
    """A key can't be made, rotated or deleted; the message says why and what to do."""

    def __init__(self, message: str, exit_code: int = 1) -> None:
        self.exit_code = exit_code
        super().__init__(message)


def fingerprint(octets: bytes) -> str:
    """As `Key.fingerprint`."""
    return hashlib.sha256(_FINGERPRINT_DOMAIN + octets).hexdigest()[:_FINGERPRINT_CHARS]


def new_key() -> bytes:
    """A random one."""
    return secrets.token_bytes(KEY_OCTETS)


def key_text(octets: bytes) -> str:
    """A key as its file has it."""
    return b32encode(octets).decode("ascii").rstrip("=")


# --- reading --------------------------------------------------------------------------------------


def read_keys(directory: Path) -> tuple[Key, ...]:
    """All keys by name, each before its previous one; none where there is no such directory.

    Raises ConfigError.
    """
    found: list[Key] = []
    for name in key_names(directory):
        current = Key(name, _read_file(directory / f"{name}{CURRENT}"))
        found.append(current)
        former = directory / f"{name}{PREVIOUS}"
        if former.exists() and (octets := _read_file(former)) != current.octets:
            found.append(Key(name, octets, previous=True))
    owners: dict[bytes, str] = {}
    for key in found:
        if owners.setdefault(key.octets, key.name) != key.name:
            problem = f"{owners[key.octets]} and {key.name} are the same key; delete one"
            raise ConfigError(directory, _CONFIG_KEY, problem)
    return tuple(found)


def key_names(directory: Path) -> list[str]:
    """The names of the keys in a directory. Raises ConfigError."""
    try:
        files = sorted(path for path in directory.iterdir() if path.suffix == CURRENT)
    except FileNotFoundError:
        return []
    except OSError as error:
        problem = f"the directory can't be read: {error.strerror}"
        forbidden = isinstance(error, PermissionError)
        raise ConfigError(directory, _CONFIG_KEY, problem, forbidden=forbidden) from None
    for path in files:
        if not _NAME.fullmatch(path.stem):
            problem = f"wanted {_NAME_WANTED} before {CURRENT}"
            raise ConfigError(path, _CONFIG_KEY, problem)
    if len(files) > MAX_KEYS:
        problem = f"wanted at most {MAX_KEYS} keys, got {len(files)}"
        raise ConfigError(directory, _CONFIG_KEY, problem)
    return [path.stem for path in files]


def _read_file(path: Path) -> bytes:
    """As `read_key`, but from a file alone: nobody may ever write into a pipe."""
    if os.path.exists(path) and not os.path.isfile(path):  # noqa: PTH110, PTH113 -- never raise
        raise ConfigError(path, _CONFIG_KEY, "the file can't be read: it is none")
    return read_key(path)


def read_key(path: Path) -> bytes:
    """The key in a file. Raises ConfigError, which never tells what stands there."""
    try:
        with path.open("rb") as file:
            octets = file.read(_MAX_FILE_OCTETS + 1)
    except OSError as error:
        problem = f"the file can't be read: {error.strerror}"
        forbidden = isinstance(error, PermissionError)
        raise ConfigError(path, _CONFIG_KEY, problem, forbidden=forbidden) from None
    key = parse_key(octets)
    if key is None:
        raise ConfigError(path, _CONFIG_KEY, f"wanted {_KEY_WANTED}, got something else")
    return key


def parse_key(octets: bytes) -> bytes | None:
    """A key out of what stands in its file; None where that is none.

    A person may have typed it: in any case, with blanks or hyphens between, with padding.
    """
    if len(octets) > _MAX_FILE_OCTETS or not octets.isascii():
        return None
    lines = [line.partition("#")[0] for line in octets.decode("ascii").splitlines()]
    given = [re.sub(r"[ \t-]", "", line).rstrip("=").upper() for line in lines if line.strip()]
    if len(given) != 1 or not _BASE32.fullmatch(given[0]):
        return None
    key = b32decode(given[0] + "====")
    # Four bits are left over; another key's text must not be taken for this one's.
    if key_text(key) != given[0] or len(set(key)) < _FEWEST_OCTETS:
        return None
    return key


def exposed(directory: Path) -> list[str]:
    """What others than owner and group may read, and than the owner may change, a sentence each."""
    files = [path for suffix in (CURRENT, PREVIOUS) for path in directory.glob(f"*{suffix}")]
    looked_at = (
        ([directory], stat.S_IWGRP | stat.S_IWOTH, "others may put keys into", "go-w"),
        (sorted(files), stat.S_IRWXO, "others may read", "o="),
        (sorted(files), stat.S_IWGRP, "its group may change", "g-w"),
    )
    return [
        f"{what} {printable(str(path))}; take that from them: chmod {change}"
        for paths, mode, what, change in looked_at
        for path in paths
        if _mode_of(path) & mode
    ]


def _mode_of(path: Path) -> int:
    """0 where it isn't there, or isn't any more."""
    try:
        return path.stat().st_mode
    except OSError:
        return 0


# --- making ---------------------------------------------------------------------------------------
#
# What is found out before writing is true only as long as nobody else writes: use `held` around it.


@contextmanager
def held(directory: Path) -> Iterator[None]:
    """Nobody else makes, rotates or deletes keys there meanwhile.

    Where that can't be had the directory isn't there or can't be read, which is told by reading it.
    """
    with ExitStack() as stack:
        with suppress(OSError):
            stack.enter_context(alone(directory))
        yield


def check_new(directory: Path, name: str, octets: bytes) -> None:
    """May a key of that name be made? Raises KeyTrouble, ConfigError."""
    if not _NAME.fullmatch(name):
        raise KeyTrouble(f"wanted {_NAME_WANTED}", 2)
    names = key_names(directory)
    if name in names:
        raise KeyTrouble(
            f"there is a key {name} already; `modem-helper keys rotate {name}` makes another one", 4
        )
    if len(names) >= MAX_KEYS:
        raise KeyTrouble(f"there are {MAX_KEYS} keys, which is the most; delete one", 4)
    _refuse_known(directory, octets)


def create_key(directory: Path, name: str, octets: bytes) -> Key:
    """Write a key of a new name. Raises KeyTrouble, ConfigError."""
    check_new(directory, name, octets)
    try:
        _write(directory / f"{name}{CURRENT}", octets, new=True)
        # One of that name that was deleted has nothing to do with it.
        (directory / f"{name}{PREVIOUS}").unlink(missing_ok=True)
        _sync(directory)
    except OSError as error:
        raise _trouble(directory, error) from None
    return Key(name, octets)


def check_rotated(directory: Path, name: str, octets: bytes) -> None:
    """May a key be put in the place of that one? Raises KeyTrouble, ConfigError."""
    if name not in key_names(directory):
        raise absent(name)
    _refuse_known(directory, octets)


def rotate_key(directory: Path, name: str, octets: bytes, *, keep: bool = True) -> Key:
    """Put a new key in the place of one, which stays as the previous one where it's to `keep`.

    At each moment one of both is there whole. Raises KeyTrouble, ConfigError.
    """
    check_rotated(directory, name, octets)
    current, previous = directory / f"{name}{CURRENT}", directory / f"{name}{PREVIOUS}"
    try:
        if keep:
            _write(previous, read_key(current))
            _sync(directory)
        _write(current, octets)
        if not keep:
            previous.unlink(missing_ok=True)
        _sync(directory)
    except OSError as error:
        raise _trouble(directory, error) from None
    return Key(name, octets)


def delete_key(directory: Path, name: str, *, only_previous: bool = False) -> None:
    """Remove a key and its previous one, or that alone. Raises KeyTrouble.

    No other one is looked at, nor how many they are: it is the way out where they can't be used.
    """
    try:
        if all(path.name != f"{name}{CURRENT}" for path in directory.iterdir()):
            raise absent(name)
        for suffix in (PREVIOUS,) if only_previous else (PREVIOUS, CURRENT):
            (directory / f"{name}{suffix}").unlink(missing_ok=True)
        _sync(directory)
    except FileNotFoundError:
        raise absent(name) from None
    except OSError as error:
        raise _trouble(directory, error) from None


def make_directory(directory: Path, owner: tuple[int, int] | None) -> bool:
    """Make the directory where it isn't there, for that user and group; was it made?

    Raises KeyTrouble.
    """
    try:
        directory.mkdir(mode=0o700)
        if os.geteuid() == 0 and owner is not None:
            os.chown(directory, *owner)
        _sync(directory.parent)
    except FileExistsError:
        return False
    except OSError as error:
        raise _trouble(directory, error) from None
    return True


def absent(name: str) -> KeyTrouble:
    """The error where there is no key of that name."""
    return KeyTrouble(f"there is no key {printable(name)}; `modem-helper keys list` shows them")


def _refuse_known(directory: Path, octets: bytes) -> None:
    for key in read_keys(directory):
        if key.octets == octets:
            what = "the previous one of " if key.previous else ""
            raise KeyTrouble(f"this key is there already, as {what}{key.name}", 4)


def _write(path: Path, octets: bytes, *, new: bool = False) -> None:
    """Write a key's file whole, in the place of one unless it has to be `new`. Raises OSError."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(beside, flags, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            _give(file.fileno(), path.parent)
            file.write(f"{key_text(octets)}\n".encode())
            file.flush()
            os.fsync(file.fileno())
        if new:
            os.link(beside, path)
        else:
            beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _give(descriptor: int, directory: Path) -> None:
    """To the directory's owner and group.

    The group may read what is root's: it is the daemon's. Where the owner is the daemon itself, or
    a person, nobody else has to.
    """
    found = directory.stat()
    if os.geteuid() != 0:
        return
    os.fchown(descriptor, found.st_uid, found.st_gid)
    os.fchmod(descriptor, 0o640 if found.st_uid == 0 and found.st_gid != 0 else 0o600)


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _trouble(directory: Path, error: OSError) -> KeyTrouble:
    where = printable(str(error.filename or directory))
    if isinstance(error, PermissionError):
        return KeyTrouble(f"no permission on {where}; use sudo", 6)
    return KeyTrouble(f"{where}: {error.strerror}")
