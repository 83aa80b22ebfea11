"""The scripts by which shells complete the commands, where a package puts them.

    python3 packaging/completions.py OUTDIR

writes OUTDIR/bash/modem-helper, OUTDIR/zsh/_modem-helper and OUTDIR/fish/modem-helper.fish.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAMES = {"bash": "modem-helper", "zsh": "_modem-helper", "fish": "modem-helper.fish"}


def main(folder: Path) -> None:
    """Write all of them."""
    sys.path.insert(0, str(ROOT))
    from apn_config.cli_completion import script

    for shell, name in NAMES.items():
        (folder / shell).mkdir(parents=True, exist_ok=True)
        (folder / shell / name).write_text(script(shell), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} OUTDIR")
    main(Path(sys.argv[1]))
