"""What a page tells its reader to type, and what the comments in it say about that.

A block of commands is fenced: `bash` is a script that runs whole, `console` has `$ command` and
what it prints. Comments, which no reader sees, tell how it is tried:

    <!-- bench: modem daemon -->      what the blocks of this page find running; options are those
                                      of `simulate`: <!-- bench: modem --pin 4821 -->
    <!-- file: name -->               the block below is this file, in the directory of all blocks
    <!-- background: until NAME -->   the block below goes on while others run, once NAME is there
    <!-- until it matches -->         what it prints is asked for until it is as it stands there
    <!-- not run: reason -->          the block below can't be tried here
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
LANGUAGES = ("bash", "console")
# How a line begins that a reader is to type; such a line in another kind of block is forgotten.
_TYPED = re.compile(
    r"(\$ |sudo |modem-helper |pip |python3? |git |make |mmcli |udevadm |journalctl |systemctl )"
)
_FENCE = re.compile(r"(?P<blanks> *)(?P<fence>`{3,})(?P<language>[\w{}-]*)\s*")
_COMMENT = re.compile(r"\s*<!-- (?P<key>[a-z ]+?)(?:: (?P<value>.*))? -->\s*")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block. `said` are the comments right above it, `line` where it begins."""

    language: str
    text: str
    line: int
    said: dict[str, str]

    @property
    def is_typed(self) -> bool:
        """Is it for the reader to type?"""
        return self.language in LANGUAGES

    def exchanges(self) -> Iterator[Exchange]:
        """The commands of a console and what is to come of each."""
        for part in re.split(r"^\$ ", self.text, flags=re.MULTILINE)[1:]:
            lines = part.splitlines()
            count = 1
            while lines[count - 1].endswith("\\"):
                count += 1
            yield Exchange("\n".join(lines[:count]), "\n".join(lines[count:]))


@dataclass(frozen=True, slots=True)
class Exchange:
    """A command and what stands below it; "" where nothing is said of what it prints."""

    command: str
    printed: str

    def matches(self, output: str) -> bool:
        """Is that what it printed? `...` is any text, a number any number, a gap any gap."""
        if not self.printed.strip():
            return True
        shown = _bare(output)
        return re.fullmatch(_pattern(_bare(self.printed)), shown, re.DOTALL) is not None


def _bare(text: str) -> str:
    """Without blanks at the ends of lines, and without empty lines, which forges may drop."""
    return "\n".join(line.rstrip() for line in text.splitlines() if line.strip())


def _pattern(expected: str) -> str:
    """A regular expression of what is expected."""
    parts = re.split(r"(\.\.\.|[0-9]+| {2,})", expected)
    return "".join(_part(part) for part in parts)


def _part(part: str) -> str:
    if part == "...":
        return ".*"
    if part.isdecimal():
        return "[0-9]+"
    return " +" if part.startswith("  ") else re.escape(part)


def pages() -> list[Path]:
    """All pages that people read."""
    return [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]


def name_of(page: Path) -> str:
    """For the ids of tests."""
    return page.relative_to(ROOT).as_posix()


def bench_of(page: Path) -> tuple[str, ...]:
    """What the page's blocks find running."""
    named = re.findall(r"^<!-- bench: (.+) -->$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return tuple(word for words in named for word in words.split())


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page, in order."""
    found: list[Block] = []
    said: dict[str, str] = {}
    lines = iter(enumerate(page.read_text(encoding="utf-8").splitlines(), 1))
    for number, line in lines:
        if comment := _COMMENT.fullmatch(line):
            said[comment["key"]] = comment["value"] or ""
        elif fence := _FENCE.fullmatch(line):
            blanks, end = len(fence["blanks"]), fence["fence"]
            inside = []
            for _, each in lines:
                if each.strip() == end:
                    break
                inside.append(each[blanks:])
            text = "".join(f"{each}\n" for each in inside)
            found.append(Block(fence["language"], text, number, said))
            said = {}
        elif line.strip():
            said = {}
    return found


def forgotten(page: Path) -> list[str]:
    """Lines that look as if they were to be typed, in no block of commands."""
    in_blocks = [
        f"{block.line}: {line}"
        for block in blocks(page)
        if not block.is_typed and block.language in ("", "text", "sh", "shell")
        for line in block.text.splitlines()
        if _TYPED.match(line)
    ]
    return in_blocks + [f"{number}: {line}" for number, line in _indented(page)]


def _indented(page: Path) -> Iterator[tuple[int, str]]:
    """Lines of blocks that are set off by four blanks, as Markdown did before fences."""
    fence = None
    before = ""
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        if mark := _FENCE.fullmatch(line):
            fence = None if fence else mark["fence"]
        is_code = line.startswith("    ") and (not before.strip() or before.startswith("    "))
        if not fence and is_code and _TYPED.match(line[4:]):
            yield number, line.strip()
        before = line
