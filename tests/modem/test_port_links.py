"""Links to ptys: what an earlier run left behind is replaced, what is in use is not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from modem.port_links import LinkError, make_link, remove_link


@pytest.fixture
def ptys() -> Iterator[tuple[str, str]]:
    """The names of two ptys that somebody has open."""
    pairs = [os.openpty(), os.openpty()]
    yield os.ttyname(pairs[0][1]), os.ttyname(pairs[1][1])
    for descriptor in (*pairs[0], *pairs[1]):
        os.close(descriptor)


def test_a_link_that_is_in_use_stays(tmp_path: Path, ptys: tuple[str, str]) -> None:
    link = tmp_path / "modem0"
    make_link(link, ptys[0])
    for port in ptys:  # another run's, and a pass-through's to itself
        with pytest.raises(LinkError, match=f"leads to {ptys[0]}, which is in use"):
            make_link(link, port)
    remove_link(link, ptys[1])
    assert link.readlink() == Path(ptys[0])
    remove_link(link, ptys[0])
    assert not link.is_symlink()


def test_what_an_earlier_run_left_behind_is_replaced(tmp_path: Path, ptys: tuple[str, str]) -> None:
    link = tmp_path / "modem0"
    link.symlink_to("/dev/pts/none")
    make_link(link, ptys[0])
    link.unlink()
    link.symlink_to(ptys[0])  # and the kernel has given its number again
    older_ns = Path(ptys[0]).stat().st_ctime_ns - 1
    os.utime(link, ns=(older_ns, older_ns), follow_symlinks=False)
    make_link(link, ptys[1])
    assert link.readlink() == Path(ptys[1])
