"""The parts of pages that are made from the program when the site is built.

A page names such a part by a comment, `<!-- generated: commands -->`; nothing of it is committed,
so nothing of it can be out of date. `readme: HEADING` is a section of the README.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from docs._extensions import commands, configuration, json_output

if TYPE_CHECKING:
    from sphinx.application import Sphinx

README = Path(__file__).parents[2] / "README.md"
PARTS = {
    "configuration": configuration.page,
    "commands": commands.page,
    "json": json_output.page,
}
_MARK = re.compile(r"<!-- generated: (.+?) -->")


def filled(text: str) -> str:
    """The page with its generated parts. KeyError where a comment names none."""

    def part(mark: re.Match[str]) -> str:
        kind, _, rest = mark[1].partition(": ")
        return readme_section(rest) if kind == "readme" else PARTS[kind]()

    return _MARK.sub(part, text)


def readme_section(heading: str) -> str:
    """What stands below a heading of the README, for a page that lies one directory below docs."""
    _, found, rest = README.read_text(encoding="utf-8").partition(f"\n## {heading}\n")
    if not found:
        raise KeyError(f"the README has no section {heading!r}")
    section = re.split(r"^## ", rest, maxsplit=1, flags=re.MULTILINE)[0]
    return re.sub(r"\]\(docs/", "](../", section)


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    from pygments.lexers.special import TextLexer

    # Pygments has no language of udev's rules.
    app.add_lexer("udev", TextLexer)

    def fill(_app: Sphinx, _page: str, source: list[str]) -> None:
        source[0] = filled(source[0])

    app.connect("source-read", fill)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
