"""One bench a test: its processes end with it, and none may have left a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.bench import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A bench in a directory of its own."""
    made = Bench(tmp_path)
    try:
        yield made
    finally:
        made.close()
