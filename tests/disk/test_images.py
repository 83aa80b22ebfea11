"""What may be on a disk after a power cut, on small examples."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.disk.images import CHOICES, Disk, Kind, Note, Tree, read_tree, write_tree

HOME = Path("/home")


def create(name: str, inode: int = 7) -> Note:
    return Note(Kind.CREATE, inode, f"/home/{name}")


def write(data: bytes, offset: int = 0, inode: int = 7) -> Note:
    return Note(Kind.WRITE, inode, "/home/a", offset, len(data), data)


def synced(inode: int = 7) -> Note:
    return Note(Kind.SYNC, inode, "/home/a")


HOME_SYNCED = Note(Kind.SYNC, 1, "/home")


def after(*notes: Note) -> Disk:
    disk = Disk(HOME)
    for note in notes:
        disk.take(note)
    return disk


@pytest.mark.parametrize(
    ("notes", "lasting"),
    [
        pytest.param([create("a"), write(b"x")], {}, id="nothing is synced"),
        pytest.param([create("a"), write(b"x"), synced()], {}, id="its name isn't"),
        pytest.param([create("a"), write(b"x"), HOME_SYNCED], {"a": b""}, id="its content isn't"),
        pytest.param(
            [create("a"), write(b"x"), synced(), HOME_SYNCED, write(b"y")],
            {"a": b"x"},
            id="what came later isn't",
        ),
        pytest.param(
            [
                create("a"),
                HOME_SYNCED,
                Note(Kind.UNLINK, 0, "/home/a"),
                create("b"),
                write(b"x"),
                synced(),
            ],
            {"a": b""},
            id="an inode may be another file's later",
        ),
        pytest.param(
            [
                create("a"),
                write(b"xyz"),
                synced(),
                HOME_SYNCED,
                Note(Kind.RENAME, 0, "/home/a", to="/home/b"),
                Note(Kind.TRUNCATE, 7, "/home/b", size=1),
                synced(),
            ],
            {"a": b"x"},
            id="a file's sync doesn't make its new name last",
        ),
        pytest.param(
            [Note(Kind.MAKE_DIRECTORY, 0, "/home/d"), create("d/a"), Note(Kind.SYNC, 2, "/home/d")],
            {},
            id="a name below a directory that isn't there",
        ),
    ],
)
def test_what_lasts(notes: list[Note], lasting: Tree) -> None:
    assert after(*notes).image([]) == lasting


def images(disk: Disk, sync: Note) -> Iterator[tuple[str, Tree]]:
    for name, choice in CHOICES.items():
        yield name, disk.image(choice(disk.pending, disk.covered_by(sync)))


def test_the_choices_differ_in_what_came_to_the_disk() -> None:
    disk = after(create("a"), synced(), HOME_SYNCED, create("b-wal", inode=8))
    for note in (write(b"1" * 1024), write(b"2" * 1024, 1024), write(b"3", inode=8)):
        disk.take(note)
    found = dict(images(disk, synced()))
    ones, twos = b"1" * 1024, b"2" * 1024
    assert found["nothing"] == {"a": b""}
    assert found["all"] == {"a": ones + twos, "b-wal": b"3"}
    assert found["what is being synced"] == {"a": ones + twos}
    assert found["all but that"] == {"a": b"", "b-wal": b"3"}
    assert found["the first half"] == {"a": ones, "b-wal": b""}
    assert found["all but the first"] == {"a": ones + twos}
    assert found["names"] == {"a": b"", "b-wal": b""}
    assert found["all, the last torn"] == {"a": ones + twos, "b-wal": b""}


def test_a_torn_write_ends_with_a_sector() -> None:
    disk = after(create("a"), HOME_SYNCED, write(b"1" * 2048, 24))
    torn = dict(images(disk, synced()))["all, the last torn"]["a"]
    assert torn == bytes(24) + b"1" * (1024 - 24)


def test_a_later_write_may_be_there_without_an_earlier_one() -> None:
    disk = after(create("a"), HOME_SYNCED, write(b"1"), write(b"2", 1))
    assert disk.image(disk.pending[1:]) == {"a": b"\x002"}


def test_a_tree_comes_back_as_it_was_written(tmp_path: Path) -> None:
    tree: Tree = {"d": None, "d/a": b"x", "b": b""}
    write_tree(tree, tmp_path / "home")
    assert read_tree(tmp_path / "home") == tree
