"""A story is played on a bench of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.service import daemon_bench
from tests.service.bench import Play, Story, play


@pytest.fixture(name="play")
def _play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Play:
    """Runs a story; options are the bench's."""

    def run_story(story: Story, **options: object) -> None:
        play(story, tmp_path, monkeypatch, **options)

    return run_story


@pytest.fixture
def play_daemon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> daemon_bench.Play:
    """The same with the whole daemon."""

    def run_story(story: daemon_bench.Story, **options: Any) -> None:
        daemon_bench.play(story, tmp_path, monkeypatch, **options)

    return run_story
