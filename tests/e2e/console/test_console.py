"""The console as a user sees it, in a terminal, against the simulated modem."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.e2e.bench import Bench
from tests.e2e.console.scenes import SCENES
from tests.e2e.console.stage import Stage
from tests.e2e.console.tmux import require_tmux


@pytest.mark.parametrize("scene", SCENES, ids=[scene.__name__ for scene in SCENES])
def test_scenes(bench: Bench, scene: Callable[[Stage], None]) -> None:
    require_tmux()
    stage = Stage(bench)
    try:
        scene(stage)
    finally:
        stage.close()
