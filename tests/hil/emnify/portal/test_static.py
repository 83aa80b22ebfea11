"""The portal's files: nothing from a message becomes markup, nothing comes from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import hil

STATIC = Path(hil.__file__).parent / "emnify" / "simulator" / "portal" / "static"
FILES = sorted(STATIC.iterdir())
# Ways from text to markup or code; `style` attributes and inline handlers the CSP forbids.
MARKUP = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment"
    r"|\beval\(|new Function|srcdoc|javascript:|[\"' ]style="
)
ELSEWHERE = re.compile(r"(?:src|href|url|import|from)\W{1,3}(?:https?:)?//")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_text_stays_text_and_nothing_comes_from_elsewhere(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert not MARKUP.search(text)
    assert not ELSEWHERE.search(text)


def test_the_page_has_no_code_of_its_own() -> None:
    page = (STATIC / "index.html").read_text(encoding="utf-8")
    assert re.findall(r"<script[^>]*>(.*?)</script>", page, re.DOTALL) == [""]
    assert not re.search(r"<style|\son\w+=", page)


def test_it_imports_only_what_is_there() -> None:
    imported = {
        name
        for file in STATIC.glob("*.js")
        for name in re.findall(r'"\./([^"]+)"', file.read_text())
    }
    assert imported <= {file.name for file in FILES}
