"""Each relative link of README and docs leads to a file that is there, and to a heading in it.

Links to other sites are not followed: where the tests run, nothing of them can be reached.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs._extensions.generated import filled
from tests.docs.blocks import DOCS, ROOT, name_of, pages

_CODE = re.compile(r"^( *)(`{3,}).*?^\1\2\s*$|`[^`\n]*`", re.DOTALL | re.MULTILINE)


def links(text: str) -> list[str]:
    """The targets of links and pictures, also of links around pictures."""
    return re.findall(r"\]\(([^()\s]+)\)", _CODE.sub("", text))


def anchors(page: Path) -> set[str]:
    """As a forge makes them of headings; a repeated one gets a number."""
    found: list[str] = []
    fenced = re.sub(r"^( *)(`{3,}).*?^\1\2\s*$", "", read(page), flags=re.DOTALL | re.MULTILINE)
    for heading in re.findall(r"^#+ (.+)$", fenced, re.MULTILINE):
        plain = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        found.append(f"{slug}-{found.count(slug)}" if slug in found else slug)
    return set(found)


def read(page: Path) -> str:
    return filled(page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in links(filled(text) if DOCS in page.parents else text):
        path, _, anchor = target.partition("#")
        if "://" in target or target.startswith("mailto:"):
            continue
        there = page.parent / path if path else page
        assert there.exists(), target
        if anchor:
            assert anchor in anchors(there), target


def test_a_link_is_seen_and_code_is_none() -> None:
    text = "[a](b.md#c) `[x](y)` [![p](q.png)](r.md)\n```\n[no](no.md)\n```\n"
    assert links(text) == ["b.md#c", "q.png", "r.md"]


def test_every_page_is_reached_from_the_index() -> None:
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    listed = {line.strip() for line in index.splitlines()}
    names = {page.relative_to(DOCS).with_suffix("").as_posix() for page in pages()[1:]}
    assert names - {"index"} - listed == set()


def test_the_site_is_no_part_of_the_program() -> None:
    """Its extensions are for the build of the site alone."""
    for package in ("modem", "apn_config", "hil"):
        for source in (ROOT / package).rglob("*.py"):
            assert "docs._extensions" not in source.read_text(encoding="utf-8"), source
