"""Types what a page says, as its reader would: in one directory, with the page's bench.

`modem-helper` is the program of this tree, with the bench's configuration as its default; `sudo`
does without. A page's port and its file of configuration are those of the bench.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from tests.docs.blocks import ROOT, Block, Exchange
from tests.e2e.bench import Bench, until
from tests.e2e.test_readme_loop import free_ports

PATIENCE_S = 30.0
_LOOK_S = 0.1
_PROGRAM = """\
#!{python}
import pathlib
import sys

sys.path.insert(0, {root!r})
import apn_config.config

apn_config.config.DEFAULT_PATH = pathlib.Path({config!r})
import cli

cli.main()
"""
# Ends what a block leaves in the background, but for a block that is said to stay there.
_END = "code=$?; trap - EXIT; kill $(jobs -p) 2>/dev/null || true; wait; exit $code"
_BEFORE = f"trap '{_END}' EXIT\n"


class Reader:
    """One page's reader."""

    def __init__(self, home: Path, needs: tuple[str, ...]) -> None:
        home.mkdir(exist_ok=True)
        self._bench = Bench(home)
        self._needs = needs
        self._directory = home / "here"
        self._background: list[subprocess.Popen[str]] = []
        self._put_programs(home / "bin")
        self._directory.mkdir()

    def start(self) -> None:
        """Start what the page's comment names: modem, daemon."""
        options = [word for word in self._needs if word not in ("modem", "daemon")]
        if self._needs:
            self._bench.simulate("--start-apn", "em", *options)
        if "daemon" in self._needs:
            self._bench.run()

    def close(self) -> None:
        """End everything that was started."""
        for process in self._background:
            os.killpg(process.pid, signal.SIGTERM)
            process.communicate(timeout=PATIENCE_S)
        self._bench.close()

    def do(self, block: Block) -> None:
        """Write the file, or type the commands; AssertionError where it isn't as it says."""
        if name := block.said.get("file"):
            (self._directory / name).write_text(self._here(block.text))
        elif "background" in block.said:
            self._leave(block.text, block.said["background"].removeprefix("until "))
        elif block.language == "bash":
            code, output = self._typed(f"set -euo pipefail\n{block.text}")
            assert code == 0, output
        else:
            for exchange in block.exchanges():
                self._ask(exchange, again="until it matches" in block.said)

    def _ask(self, exchange: Exchange, *, again: bool) -> None:
        deadline_s = time.monotonic() + PATIENCE_S
        while True:
            _, output = self._typed(exchange.command)
            if exchange.matches(self._there(output)):
                return
            if not again or time.monotonic() > deadline_s:
                raise AssertionError(f"{exchange.command}\n{output}\n-- is not\n{exchange.printed}")
            time.sleep(_LOOK_S)

    def _typed(self, text: str) -> tuple[int, str]:
        """Run a script to its end: its exit code and all that it printed."""
        with self._shell(text) as shell:
            try:
                output, _ = shell.communicate(timeout=PATIENCE_S)
            except subprocess.TimeoutExpired:
                os.killpg(shell.pid, signal.SIGKILL)
                raise AssertionError(f"not within {PATIENCE_S:g} s: {text}") from None
        return shell.returncode, output

    def _leave(self, text: str, name: str) -> None:
        shell = self._shell(text)
        self._background.append(shell)
        there = self._directory / self._here(name)
        until(lambda: there.exists() or shell.poll() is not None, f"{name} is there", PATIENCE_S)
        assert shell.poll() is None, shell.communicate()[0]

    def _shell(self, text: str) -> subprocess.Popen[str]:
        path = os.pathsep.join(
            (str(self._bench.home / "bin"), str(Path(sys.executable).parent), os.environ["PATH"])
        )
        return subprocess.Popen(
            ["bash", "-c", _BEFORE + self._here(text)],
            cwd=self._directory,
            env={**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def _here(self, text: str) -> str:
        """The page's text with the bench's names."""
        return _replaced(text, self._names)

    def _there(self, output: str) -> str:
        """What was printed, with the page's names."""
        return _replaced(output, {here: there for there, here in self._names.items()})

    @cached_property
    def _names(self) -> dict[str, str]:
        """The names on a page, and what stands for them here."""
        bench = self._bench
        return {
            "127.0.0.1:8090": f"127.0.0.1:{free_ports(1)[0]}",
            "/dev/ttyUSB2": str(bench.link),
            "/etc/modem-helper/config.toml": str(bench.config),
            "/run/modem-helper/control.sock": str(bench.socket),
            "/var/lib/modem-helper": str(bench.database.parent),
            "/tmp/": f"{self._directory}/",
        }

    def _put_programs(self, directory: Path) -> None:
        directory.mkdir()
        program = _PROGRAM.format(
            python=sys.executable, root=str(ROOT), config=str(self._bench.config)
        )
        for name, text in {"modem-helper": program, "sudo": '#!/bin/sh\nexec "$@"\n'}.items():
            (directory / name).write_text(text)
            (directory / name).chmod(0o755)


def _replaced(text: str, names: Mapping[str, str]) -> str:
    """All at once, since one name may be the beginning of another."""
    longest_first = sorted(names, key=len, reverse=True)
    pattern = "|".join(re.escape(name) for name in longest_first)
    return re.sub(pattern, lambda found: names[found[0]], text)
