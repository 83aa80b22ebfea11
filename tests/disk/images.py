"""What a disk may hold after a power cut: the notes of the shim, and the images made of them. Pure.

What was synced is there. Of the rest anything may be: each write wholly, in part (sectors of 512
octets, or the room for it, filled with zeros), or not at all, whatever came before or after it; a
name (created, removed, changed) only if it came to the disk by itself or its directory was synced.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from enum import Enum
from hashlib import sha256
from pathlib import Path

SECTOR_OCTETS = 512
# The index of a WAL and the lock are made anew by whoever opens the store.
PASSING = ("-shm", ".lock")
_HEAD = struct.Struct("<QQqqII")


class Kind(Enum):
    """What a note is about."""

    CREATE = "C"
    WRITE = "W"
    TRUNCATE = "T"
    UNLINK = "U"
    RENAME = "R"
    MAKE_DIRECTORY = "D"
    SYNC = "S"

    @property
    def of_names(self) -> bool:
        """Does it change a directory, not a file?"""
        return self in (Kind.CREATE, Kind.UNLINK, Kind.RENAME, Kind.MAKE_DIRECTORY)


@dataclass(frozen=True, slots=True)
class Note:
    """One change or sync. `path` was the name then; `to` is the new one of a RENAME.

    `file` tells files apart, whatever they are called; of a directory it tells nothing.
    """

    kind: Kind
    file: int
    path: str
    offset: int = 0
    size: int = 0
    data: bytes = b""
    to: str = ""

    @property
    def directory(self) -> str:
        """Whose sync makes a name last."""
        return str(Path(self.to or self.path).parent)


class UnseenWrite(Exception):
    """The recorder can't follow what was done."""


def parse_notes(log: bytes) -> Iterator[Note]:
    """The shim's notes. Raises UnseenWrite."""
    at = 0
    while at < len(log):
        kind, file, offset, size, name_length, data_length = _HEAD.unpack_from(log, at)
        at += _HEAD.size
        name = log[at : at + name_length].decode()
        data = log[at + name_length : at + name_length + data_length]
        at += name_length + data_length
        if chr(kind) == "?":
            raise UnseenWrite(f"{data.decode()} on {name}")
        if name.endswith(PASSING):
            continue
        found = Note(Kind(chr(kind)), file, name, offset, size, data)
        if found.kind is Kind.RENAME:
            found = replace(found, data=b"", to=data.decode())
        yield found


@dataclass(slots=True)
class Content:
    """Files by what they are, and by name. A directory's name has no file."""

    files: dict[int, bytearray] = field(default_factory=dict)
    names: dict[str, int | None] = field(default_factory=dict)

    def apply(self, note: Note) -> None:
        """Do what the note tells, as far as it can be done here."""
        match note.kind:
            case Kind.CREATE:
                self.names[note.path] = note.file
                self.files.setdefault(note.file, bytearray())
            case Kind.MAKE_DIRECTORY:
                self.names[note.path] = None
            case Kind.UNLINK:
                self.names.pop(note.path, None)
            case Kind.RENAME:
                if note.path in self.names:
                    self.names[note.to] = self.names.pop(note.path)
            case Kind.WRITE:
                file = self.files.setdefault(note.file, bytearray())
                file.extend(bytes(max(0, note.offset + note.size - len(file))))
                file[note.offset : note.offset + len(note.data)] = note.data
            case Kind.TRUNCATE:
                file = self.files.setdefault(note.file, bytearray())
                del file[note.size :]
                file.extend(bytes(note.size - len(file)))

    def tree(self, root: str) -> Tree:
        """What can be reached by name below `root`."""
        reached: dict[str, bytes | None] = {}
        for path, file in sorted(self.names.items()):
            parent = str(Path(path).parent)
            if path == root or parent == root or parent in reached:
                reached[path] = None if file is None else bytes(self.files.get(file, b""))
        return {str(Path(path).relative_to(root)): data for path, data in reached.items()}


Tree = dict[str, bytes | None]
"""Relative paths and what is in the files; None for a directory."""


class Disk:
    """What is known to last, and what isn't yet. `root` itself lasts."""

    def __init__(self, root: Path) -> None:
        self.root = str(root)
        self.pending: list[Note] = []
        self._lasting = Content()
        self._files = 0
        self._by_inode: dict[int, int] = {}

    def adopt(self, path: Path, inode: int, data: bytes | None) -> None:
        """What was there from the begin lasts; `data` is None for a directory."""
        for kind in (Kind.MAKE_DIRECTORY,) if data is None else (Kind.CREATE, Kind.WRITE):
            note = Note(kind, inode, str(path), 0, len(data or b""), data or b"")
            self._lasting.apply(self._known(note))

    def take(self, note: Note) -> None:
        """One more note; a sync makes what it covers last."""
        if note.kind is Kind.SYNC:
            covered = self.covered_by(note)
            for each in covered:
                self._lasting.apply(each)
            self.pending = [each for each in self.pending if each not in covered]
        else:
            self.pending.append(self._known(note))

    def covered_by(self, sync: Note) -> list[Note]:
        """What this sync makes last."""
        file = self._by_inode.get(sync.file)
        return [
            each
            for each in self.pending
            if (each.directory == sync.path if each.kind.of_names else each.file == file)
        ]

    def image(self, chosen: Iterable[Note]) -> Tree:
        """What is there if of the rest only this came to the disk."""
        content = deepcopy(self._lasting)
        for note in chosen:
            content.apply(note)
        return content.tree(self.root)

    def _known(self, note: Note) -> Note:
        """With a number for the file that no later one gets."""
        if note.kind is Kind.CREATE:
            self._files += 1
            self._by_inode[note.file] = self._files
        return replace(note, file=self._by_inode.get(note.file, 0))


Choice = Callable[[Sequence[Note], Sequence[Note]], Iterable[Note]]
"""Of what is pending, and of that what the sync covers at which it happens, what is there."""


def _torn(note: Note, chance: random.Random) -> Iterator[Note]:
    """Some sectors of a write, and the room for all."""
    if note.kind is not Kind.WRITE:
        yield note
        return
    yield replace(note, data=b"")
    for at in range(-(note.offset % SECTOR_OCTETS), note.size, SECTOR_OCTETS):
        if chance.random() < 0.5:
            start = max(at, 0)
            yield replace(
                note,
                offset=note.offset + start,
                size=min(at + SECTOR_OCTETS, note.size) - start,
                data=note.data[start : at + SECTOR_OCTETS],
            )


def _at_random(seed: int) -> Choice:
    def choose(pending: Sequence[Note], _covered: Sequence[Note]) -> Iterator[Note]:
        chance = random.Random(seed)
        for note in pending:
            fate = chance.random()
            if fate < 0.4:
                yield note
            elif fate < 0.6:
                yield from _torn(note, chance)

    return choose


def _last_torn(pending: Sequence[Note], _covered: Sequence[Note]) -> Iterator[Note]:
    """The last write ends with a sector in its middle; one within a sector isn't there."""
    last = max((at for at, note in enumerate(pending) if note.kind is Kind.WRITE), default=-1)
    for at, note in enumerate(pending):
        if at != last:
            yield note
            continue
        middle = note.offset + note.size // 2
        cut = middle // SECTOR_OCTETS * SECTOR_OCTETS - note.offset
        if cut > 0:
            yield replace(note, data=note.data[:cut], size=cut)


def _log(note: Note) -> bool:
    return note.path.endswith(("-wal", "-journal"))


CHOICES: dict[str, Choice] = {
    "nothing": lambda _pending, _covered: (),
    "all": lambda pending, _covered: pending,
    "what is being synced": lambda _pending, covered: covered,
    "all but that": lambda pending, covered: [n for n in pending if n not in covered],
    "the first half": lambda pending, _covered: pending[: len(pending) // 2],
    "all but the first": lambda pending, _covered: pending[1:],
    "all, the last torn": _last_torn,
    "the logs": lambda pending, _covered: [n for n in pending if _log(n)],
    "all but the logs": lambda pending, _covered: [n for n in pending if not _log(n)],
    "names": lambda pending, _covered: [n for n in pending if n.kind.of_names],
    "all but names": lambda pending, _covered: [n for n in pending if not n.kind.of_names],
    "some (1)": _at_random(1),
    "some (2)": _at_random(2),
}


def digest(tree: Tree) -> bytes:
    """Tells one from another."""
    found = sha256()
    for path, data in sorted(tree.items()):
        found.update(f"{path}\0{'-' if data is None else len(data)}\0".encode())
        found.update(data or b"")
    return found.digest()


def write_tree(tree: Tree, home: Path) -> None:
    """Make a directory of it."""
    home.mkdir()
    for path, data in tree.items():
        if data is None:
            (home / path).mkdir()
        else:
            (home / path).write_bytes(data)


def read_tree(home: Path) -> Tree:
    """What a directory holds that lasts."""
    return {
        str(path.relative_to(home)): None if path.is_dir() else path.read_bytes()
        for path in sorted(home.rglob("*"))
        if not path.name.endswith(PASSING)
    }
