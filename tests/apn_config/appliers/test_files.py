"""Files of other programs: replaced whole, and what happens where they can't be."""

from __future__ import annotations

import asyncio
import errno
import os
import stat
import tempfile
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from apn_config.appliers.errors import ApplierError, ApplierRefused, ApplierUnavailable
from apn_config.appliers.files import (
    MAX_OCTETS,
    FileCopy,
    dump,
    in_thread,
    load,
    read_copy,
    write_copy,
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "peer"
    path.write_bytes(b"old\n\xff\x00")
    path.chmod(0o640)
    return path


def _new(file: Path) -> FileCopy:
    return replace(read_copy(file), octets=b"new\n")


def test_reads_all_of_a_file(file: Path) -> None:
    status = file.stat()
    assert read_copy(file) == FileCopy(file, b"old\n\xff\x00", 0o640, status.st_uid, status.st_gid)


def test_a_copy_survives_the_store(file: Path) -> None:
    copies = (read_copy(file), _new(file))
    assert load(dump(copies)) == copies


@pytest.mark.parametrize(
    "text",
    ["", "nonsense", '[{"path": "/etc/x"}]', '["secret"]', "null", '[{"octets": 7}]'],
)
def test_another_text_is_refused_without_its_words(text: str) -> None:
    with pytest.raises(ApplierRefused) as caught:
        load(text)
    assert "secret" not in str(caught.value)


def test_no_repr_shows_what_stands_in_a_file(file: Path) -> None:
    assert "old" not in repr(read_copy(file))


def test_replaces_it_with_its_mode_and_leaves_nothing_behind(file: Path) -> None:
    write_copy(_new(file))
    assert file.read_bytes() == b"new\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert [entry.name for entry in file.parent.iterdir()] == ["peer"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_keeps_the_owner(file: Path) -> None:
    os.chown(file, 12, 34)
    write_copy(_new(file))
    assert (file.stat().st_uid, file.stat().st_gid) == (12, 34)


def test_follows_a_link_to_what_it_points_to(file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(file.name)
    write_copy(_new(link))
    assert link.is_symlink()
    assert file.read_bytes() == b"new\n"


def test_a_file_that_is_gone_comes_back(file: Path) -> None:
    copy = read_copy(file)
    file.unlink()
    write_copy(copy)
    assert read_copy(file) == copy


def test_what_is_there_already_is_not_written_again(file: Path) -> None:
    before = file.stat()
    write_copy(read_copy(file))
    assert file.stat().st_ino == before.st_ino


def test_a_mode_that_changed_meanwhile_is_put_back(file: Path) -> None:
    copy = read_copy(file)
    file.chmod(0o600)
    write_copy(copy)
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_the_order_on_the_disk(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Content before name, name before the end: else a power cut leaves an empty file."""
    trace: list[str] = []
    real_fsync, real_replace = os.fsync, Path.replace

    def fsync(number: int) -> None:
        is_directory = stat.S_ISDIR(os.fstat(number).st_mode)
        trace.append("directory" if is_directory else f"file of {os.fstat(number).st_size}")
        real_fsync(number)

    def rename(self: Path, target: Path) -> Path:
        trace.append("rename")
        return real_replace(self, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", rename)
    write_copy(_new(file))
    assert trace == ["file of 4", "rename", "directory"]


def test_the_temporary_file_is_never_readable_by_others(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.chmod(0o644)
    modes: list[int] = []
    real_fdopen = os.fdopen

    def fdopen(number: int, mode: str) -> object:
        if mode == "wb":
            modes.append(stat.S_IMODE(os.fstat(number).st_mode))
        return real_fdopen(number, mode)

    monkeypatch.setattr(os, "fdopen", fdopen)
    write_copy(_new(file))
    assert modes == [0o600]


def _no_regular_file(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _too_long(path: Path) -> None:
    path.write_bytes(bytes(MAX_OCTETS + 1))


def _links_in_a_circle(path: Path) -> None:
    path.unlink()
    path.symlink_to(path)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        pytest.param(Path.unlink, "No such file", id="gone"),
        pytest.param(_no_regular_file, "no regular file", id="a pipe, which isn't waited on"),
        pytest.param(_too_long, "at most", id="too long"),
        pytest.param(_links_in_a_circle, "Too many levels", id="a link to itself"),
    ],
)
def test_what_cannot_be_read(file: Path, spoil: Callable[[Path], None], why: str) -> None:
    spoil(file)
    with pytest.raises(ApplierRefused, match=f"{file}.*{why}"):
        read_copy(file)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_file_of_another_user() -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "peer"
        path.write_bytes(b"old")
        Path(name).chmod(0o755)
        copy = _new(path)
        os.seteuid(65534)
        try:
            with pytest.raises(ApplierRefused, match=r"Permission denied; does the daemon run as"):
                write_copy(copy)
        finally:
            os.seteuid(0)
        assert path.read_bytes() == b"old"


def test_a_read_only_file_is_left_alone(file: Path) -> None:
    """As root a rename would replace it all the same."""
    copy = _new(file)
    file.chmod(0o440)
    with pytest.raises(ApplierRefused, match="read-only"):
        write_copy(copy)
    assert file.read_bytes() == b"old\n\xff\x00"


@pytest.mark.parametrize(
    ("number", "kind", "why"),
    [
        pytest.param(errno.ENOSPC, ApplierUnavailable, "No space left", id="full disk"),
        pytest.param(errno.EIO, ApplierUnavailable, "Input/output error", id="failing disk"),
        pytest.param(errno.EROFS, ApplierRefused, "Read-only file system", id="read-only"),
        pytest.param(errno.EACCES, ApplierRefused, "as a user who may", id="no permission"),
        pytest.param(errno.EPERM, ApplierRefused, "as a user who may", id="immutable"),
    ],
)
@pytest.mark.parametrize("call", ["open", "fsync", "fchmod"])
def test_a_system_call_that_fails(
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    kind: type[ApplierError],
    why: str,
    call: str,
) -> None:
    copy = _new(file)
    real = getattr(os, call)

    def fail(*arguments: object) -> object:
        if call != "open" or str(arguments[0]).endswith(".modem-helper"):
            raise OSError(number, os.strerror(number))
        return real(*arguments)

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(kind, match=f"{file}.*{why}"):
        write_copy(copy)
    assert file.read_bytes() == b"old\n\xff\x00"
    assert [entry.name for entry in file.parent.iterdir()] == ["peer"]


def test_a_link_in_place_of_the_temporary_file_is_not_followed(file: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"mine")
    (tmp_path / ".peer.modem-helper").symlink_to(victim)
    write_copy(_new(file))
    assert victim.read_bytes() == b"mine"
    assert file.read_bytes() == b"new\n"


def test_a_cancelled_write_is_waited_for() -> None:
    """Else it could come after the roll-back's."""
    may_end, done = threading.Event(), threading.Event()

    def work() -> None:
        may_end.wait(5)
        done.set()

    async def main() -> None:
        task = asyncio.create_task(in_thread(work))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.sleep(0)
        assert not task.done()
        may_end.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert done.is_set()

    asyncio.run(main())


def test_a_cancelled_write_that_fails_says_nothing_more() -> None:
    may_end = threading.Event()

    def work() -> None:
        may_end.wait(5)
        raise ApplierRefused("too late")

    async def main() -> None:
        task = asyncio.create_task(in_thread(work))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.sleep(0)
        may_end.set()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
