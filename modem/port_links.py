"""Symbolic links to ptys: a name that stays, whatever number the kernel gives."""

from __future__ import annotations

import os
from pathlib import Path

_PTY_HOME = Path("/dev/pts")


class LinkError(Exception):
    """The link's name can't be had; the message says why."""

    exit_code = 1


def make_link(link: Path, port: str) -> None:
    """Make `link` point to `port`, at one stroke; raises LinkError.

    Replaced are links that an earlier run left behind: they lead nowhere, or to a pty that is
    younger than they are, since the kernel gives numbers again.
    """
    if not link.parent.is_dir():
        raise LinkError(f"{link}: the directory {link.parent} doesn't exist")
    if link.is_symlink():
        target = link.readlink()
        if link.exists() and target.parent != _PTY_HOME:
            raise LinkError(f"{link}: is a link to {target}, which is no pty; remove it")
        if link.exists() and link.lstat().st_mtime_ns >= link.stat().st_ctime_ns:
            raise LinkError(f"{link}: leads to {target}, which is in use; choose another name")
    elif link.exists():
        raise LinkError(f"{link}: exists and is no symbolic link; remove it or choose another name")
    draft = link.with_name(f".{link.name}.{os.getpid()}")
    try:
        draft.unlink(missing_ok=True)
        draft.symlink_to(port)
        draft.replace(link)
    except OSError as error:
        raise LinkError(f"{link}: {error.strerror}") from error


def remove_link(link: Path, port: str) -> None:
    """Take `link` away if it still leads to `port`."""
    try:
        if link.readlink() == Path(port):
            link.unlink()
    except OSError:  # gone, or somebody else's by now
        return
