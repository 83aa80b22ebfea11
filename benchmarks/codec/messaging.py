"""python-messaging, which pip can fetch but not build: fetched, and unpacked in the environment.

It is nothing but Python, so a directory on the module path is as good as an installation.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path, PurePosixPath

REQUIREMENT = "python-messaging==0.5.13"
TIMEOUT_S = 60.0
_PACKAGE = "messaging"


_PLACE = Path("share", "modem-helper", REQUIREMENT.replace("==", "-"))


def directory() -> Path:
    """Where it is, or would be: in the environment that runs this."""
    return sys.prefix / _PLACE


def fetch() -> str | None:
    """Have it there. None if it is; else why not, and what to do."""
    if (directory() / _PACKAGE).is_dir():
        return None
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        said = _download(scratch)
        archives = list(Path(scratch).glob("*.tar.gz"))
        if not archives:
            return (
                f"pip could not fetch it ({said}); unpack the source of {REQUIREMENT} as {_PLACE} "
                "in the virtual environment"
            )
        _unpack(archives[0])
    return None


def _download(scratch: str) -> str:
    """The last line that pip said."""
    pip = (sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check")
    options = ("--no-deps", "--no-binary", ":all:", "--retries", "0", "--dest", scratch)
    try:
        result = subprocess.run(
            [*pip, *options, REQUIREMENT],
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT_S,
        )
    except subprocess.TimeoutExpired:
        return f"nothing came within {TIMEOUT_S:g} s"
    return (result.stderr.strip().splitlines() or ["it said nothing"])[-1]


def _unpack(archive: Path) -> None:
    """The package's own Python files, and nothing else of what an archive may hold."""
    with tarfile.open(archive) as source:
        for member in source:
            path = PurePosixPath(member.name)
            inside = path.parts[1:2] == (_PACKAGE,) and ".." not in path.parts
            content = source.extractfile(member) if inside and path.suffix == ".py" else None
            if content is not None:
                target = directory().joinpath(*path.parts[1:])
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content.read())
