"""Plays the scenes, and writes their screens and the pictures of docs/console.md anew.

python -m tests.e2e.console.pictures [SCENE...]
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.e2e.bench import ROOT, Bench
from tests.e2e.console.scenes import SCENES, Scene
from tests.e2e.console.stage import Stage
from tests.e2e.console.svg import svg

PICTURES = ROOT / "docs" / "console"


def main(names: list[str]) -> None:
    """Play the scenes of these names, or all."""
    for scene in SCENES:
        if names and scene.__name__ not in names:
            continue
        with tempfile.TemporaryDirectory() as home:
            _play(scene, Bench(Path(home)))
        sys.stdout.write(f"{scene.__name__}\n")


def _play(scene: Scene, bench: Bench) -> None:
    stage = Stage(bench, _take)
    try:
        scene(stage)
    finally:
        stage.close()
        bench.close()


def _take(name: str, screen: str, columns: int) -> None:
    """Write a picture."""
    (PICTURES / f"{name}.svg").write_text(svg(screen, columns, f"the console: {name}"))


if __name__ == "__main__":
    main(sys.argv[1:])
