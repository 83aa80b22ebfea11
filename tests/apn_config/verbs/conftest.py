"""A story is played on a bench of its own: the daemon's parts and a simulated modem."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.service.bench import Play, Story, play


@pytest.fixture(name="play")
def _play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Play:
    """Runs a story; options are the bench's."""

    def run_story(story: Story, **options: object) -> None:
        play(story, tmp_path, monkeypatch, **options)

    return run_story
