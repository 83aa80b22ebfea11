"""The manual pages: one a command, with nothing but click installed, and roff minds none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import cli

ROOT = Path(__file__).parent.parent.parent
# Refuses every third-party module but click, as on a system where a package is built.
_BARE = """
import sys
from importlib.abc import MetaPathFinder

class Bare(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        ours = {"modem", "apn_config", "hil", "cli", "click", "man", "completions"}
        if top in sys.stdlib_module_names or top in ours or top.startswith("_"):
            return None
        raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Bare())
sys.path.insert(0, "packaging")
import runpy
sys.argv = [sys.argv[1], sys.argv[2]]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All pages."""
    folder = tmp_path_factory.mktemp("man")
    _build("man.py", folder)
    return folder


def _build(program: str, folder: Path) -> None:
    subprocess.run(
        [sys.executable, "-c", _BARE, f"packaging/{program}", str(folder)], cwd=ROOT, check=True
    )


def _names(words: tuple[str, ...], command: click.Command) -> Iterator[str]:
    yield f"{'-'.join(words)}.1"
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from _names((*words, name), below)


def test_each_command_has_its_page(pages: Path) -> None:
    expected = {*_names(("modem-helper",), cli.app), "modem-helper-config.5"}
    assert {path.name for path in pages.iterdir()} == expected


@pytest.mark.skipif(shutil.which("man") is None, reason="man isn't installed")
def test_roff_minds_nothing(pages: Path) -> None:
    """As lintian asks it."""
    env = {**os.environ, "LC_ALL": "C.UTF-8", "MANROFFSEQ": "", "MANWIDTH": "80"}
    for page in sorted(pages.iterdir()):
        told = subprocess.run(
            ["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", str(page)],
            env=env,
            capture_output=True,
            text=True,
            check=True,
        )
        assert told.stderr == "", page.name


def test_a_page_says_what_help_says(pages: Path) -> None:
    page = (pages / "modem-helper-sms-send.1").read_text()
    assert page.startswith('.TH "MODEM\\-HELPER\\-SMS\\-SEND" "1" ""')
    assert "modem\\-helper\\-sms\\-send \\- Send an SMS\n" in page
    assert "\\fB\\-\\-to TEXT\\fR\nNumber to send to." in page
    assert 'modem\\-helper sms send \\-\\-to 1234 \\-\\-text "hello"' in page
    assert "\b" not in page
    main = (pages / "modem-helper.1").read_text()
    assert ".BR modem\\-helper\\-journal (1)" in main
    assert "\\fB78\\fR\nThe configuration is wrong." in main
    config = (pages / "modem-helper-config.5").read_text()
    assert "# verify_timeout_s = 300" in config


def test_the_scripts_of_the_shells_are_beside_them(tmp_path: Path) -> None:
    _build("completions.py", tmp_path)
    found = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert found == {"bash/modem-helper", "zsh/_modem-helper", "fish/modem-helper.fish"}
