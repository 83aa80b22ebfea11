"""Completion, as the shells themselves do it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from apn_config.cli_completion import SHELLS, script

ROOT = Path(__file__).parent.parent
# A key that takes longer than this to answer feels stuck. It takes 80 ms at most on an idle core;
# what is measured here is the best of some tries, since others work beside.
PATIENCE_S = 0.4

# What bash does at Tab: it sets the words, calls the function and reads COMPREPLY.
_BASH = """
source "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_modem_helper_completion modem-helper 2>&1
printf '%s\\n' "${COMPREPLY[@]}"
"""
# zsh's compadd and fish's complete need a terminal or its own call, so each has its way.
_FISH = 'source "$argv[1]"; complete --do-complete "$argv[2]"'


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A directory with a `modem-helper` in it that runs this tree, and the scripts."""
    program = tmp_path / "bin" / "modem-helper"
    program.parent.mkdir()
    program.write_text(
        f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(ROOT)!r})\n"
        "sys.argv[0] = 'modem-helper'\nimport cli\ncli.main()\n"
    )
    program.chmod(0o755)
    for shell in SHELLS:
        (tmp_path / shell).write_text(script(shell))
    return tmp_path


def run(home: Path, *command: str) -> list[str]:
    path = f"{home / 'bin'}:{os.environ['PATH']}"
    result = subprocess.run(
        command,
        env={**os.environ, "PATH": path, "HOME": str(home)},
        cwd=home,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()


CASES = {
    "commands": ("s", {"status", "sms", "simulate", "sim-control"}),
    "subcommands": ("sms ", {"send", "list", "read", "delete", "watch"}),
    "options": ("status --w", {"--watch"}),
    "choices": ("completion z", {"zsh"}),
    "families": ("profiles ec2", {"ec25"}),
    "families of the simulator": ("simulate --profile bg", {"bg96"}),
}


@pytest.mark.parametrize(("words", "expected"), CASES.values(), ids=CASES)
def test_bash(home: Path, words: str, expected: set[str]) -> None:
    line = ["modem-helper", *words.split(" ")]
    found = run(home, "bash", "-c", _BASH, "bash", str(home / "bash"), *line)
    assert set(found) == expected


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish isn't installed")
@pytest.mark.parametrize(("words", "expected"), CASES.values(), ids=CASES)
def test_fish(home: Path, words: str, expected: set[str]) -> None:
    found = run(home, "fish", "-c", _FISH, str(home / "fish"), f"modem-helper {words}")
    assert {line.partition("\t")[0] for line in found} == expected


@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh isn't installed")
@pytest.mark.parametrize(("words", "expected"), CASES.values(), ids=CASES)
def test_zsh(home: Path, words: str, expected: set[str]) -> None:
    """Its function, with what it hands to the line editor printed instead."""
    ask = (
        "compdef() { }; _describe() { print -l -- ${(P)3%%:*}; };"
        " compadd() { print -l -- ${(P)@[-1]}; };"
        ' source "$1"; shift; words=("$@"); CURRENT=$#; _modem_helper_completion'
    )
    line = ["modem-helper", *words.split(" ")]
    found = run(home, "zsh", "-f", "-c", ask, "zsh", str(home / "zsh"), *line)
    assert expected <= {each for each in found if each}


@pytest.mark.parametrize("shell", [name for name in SHELLS if shutil.which(name)])
def test_the_script_is_one(home: Path, shell: str) -> None:
    run(home, shell, "-n", str(home / shell))


def test_ports_and_files(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import click
    from click.shell_completion import ShellComplete

    from apn_config import cli as commands

    for name in ("ttyUSB1", "ttyUSB0", "other"):
        (home / name).touch()
    monkeypatch.setattr(commands, "PORTS", (f"{home}/ttyUSB*",))
    complete = ShellComplete(click.Group("x", commands={"info": commands.info}), {}, "x", "_X")
    found = complete.get_completions(["info", "--port"], f"{home}/tty")
    assert [item.value for item in found] == [f"{home}/ttyUSB0", f"{home}/ttyUSB1"]
    (file,) = complete.get_completions(["info", "--config"], "")
    assert file.type == "file"


@pytest.mark.parametrize("words", ["", "sms ", "info --port /dev/t", "apn set --"])
def test_it_is_quick(home: Path, words: str) -> None:
    line = ["modem-helper", *words.split(" ")]
    env = {
        **os.environ,
        "_MODEM_HELPER_COMPLETE": "bash_complete",
        "COMP_WORDS": " ".join(line),
        "COMP_CWORD": str(len(line) - 1),
    }
    taken = []
    for _ in range(5):
        began_s = time.perf_counter()
        subprocess.run([home / "bin" / "modem-helper"], env=env, check=True, capture_output=True)
        taken.append(time.perf_counter() - began_s)
    assert min(taken) < PATIENCE_S
