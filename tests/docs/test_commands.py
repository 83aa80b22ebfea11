"""What the pages tell a reader to type does what they say, on the simulated bench."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.blocks import Exchange, bench_of, blocks, forgotten, name_of, pages
from tests.docs.reader import Reader

# Why a block can't be tried here; a comment in the page names one of these.
REASONS = {
    "hardware": "needs a modem, a SIM or a board",
    "emnify": "needs an account on the platform",
    "install": "installs something, or changes the machine's services",
    "service": "needs systemd, udev or D-Bus; tests/clients and packaging have them",
    "interactive": "waits for a person",
    "elsewhere": "is run by a test of its own",
    "long": "takes too long; `make proof`, `make bench` or `make clients` run it",
    "sketch": "has a part that the reader fills in",
}
KEYS = {"bench", "file", "background", "until it matches", "not run"}
# README has one block, which tests/e2e/test_readme_loop.py runs, and is else as others parse it.
PAGES = pages()[1:]


def tried(page: Path) -> list[Path]:
    return [page] if any(_is_tried(said.said, said.is_typed) for said in blocks(page)) else []


def _is_tried(said: dict[str, str], typed: bool) -> bool:
    return "not run" not in said and (typed or "file" in said)


@pytest.mark.parametrize("page", [each for page in PAGES for each in tried(page)], ids=name_of)
def test_page(page: Path, tmp_path: Path) -> None:
    reader = Reader(tmp_path, bench_of(page))
    try:
        reader.start()
        for block in blocks(page):
            if _is_tried(block.said, block.is_typed):
                reader.do(block)
    finally:
        reader.close()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_command_is_forgotten(page: Path) -> None:
    """Each is in a block of commands, and each such block is tried or says why not."""
    assert forgotten(page) == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_who_is_not_tried_says_why(page: Path) -> None:
    for block in blocks(page):
        if "not run" in block.said:
            assert block.said["not run"] in REASONS, f"line {block.line}"
        assert not (block.is_typed and block.said.keys() - KEYS), f"line {block.line}"


@pytest.mark.parametrize(
    ("printed", "output", "matches"),
    [
        ("", "anything", True),
        ("port  /dev/x", "port     /dev/x", True),
        ("port  /dev/x", "port/dev/x", False),
        ("rssi=-71", "rssi=-59\n", True),
        ("rssi=-71", "rssi=none", False),
        ("OK\n...\nend", "OK\na\nb\nend", True),
        ("OK\n...\nend", "OK\na", False),
        ("OK APN em ...", "OK APN em ip=10.0.0.1", True),
        ("OK", "OK APN", False),
    ],
)
def test_what_is_printed_is_compared(printed: str, output: str, matches: bool) -> None:
    assert Exchange("x", printed).matches(output) is matches


def test_a_page_that_lies_is_found(tmp_path: Path) -> None:
    """The test itself: a wrong output, a wrong exit code, a command in no block of commands."""
    page = tmp_path / "page.md"
    page.write_text("```console\n$ echo a\nb\n```\n\n```bash\nfalse\n```\n\n    modem-helper run\n")
    wrong, failing = blocks(page)
    reader = Reader(tmp_path / "bench", bench_of(page))
    try:
        with pytest.raises(AssertionError, match="is not"):
            reader.do(wrong)
        with pytest.raises(AssertionError):
            reader.do(failing)
    finally:
        reader.close()
    assert forgotten(page) == ["10: modem-helper run"]
