"""The manual pages, from the texts of --help and of the configuration's template.

    python3 packaging/man.py OUTDIR

writes modem-helper.1, a page for each command and subcommand (modem-helper-sms-send.1), and
modem-helper-config.5. Nothing but click has to be installed.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = "modem-helper"
EXIT_CODES = (
    ("0", "Done."),
    ("1", "It failed."),
    ("2", "The command line is wrong."),
    ("3", "The port isn't there."),
    ("4", "Refused by policy."),
    ("5", "The APN was rolled back."),
    ("6", "No permission."),
    ("7", "Another program has the port."),
    ("8", "No answer: of the modem, or of the daemon."),
    ("9", "The SIM is absent, or wants its PIN or PUK."),
    ("78", "The configuration is wrong."),
    ("130", "Interrupted."),
)
# What roff takes for its own (groff_char(7), man-pages(7)); the backslash first.
_ROFF = (
    ("\\", "\\e"),
    ("-", "\\-"),
    ("'", "\\(aq"),
    ("`", "\\(ga"),
    ("~", "\\(ti"),
    ("^", "\\(ha"),
)
FILES = (
    ("/etc/modem-helper/config.toml", "The configuration, see modem-helper-config(5)."),
    ("/run/modem-helper/control.sock", "The control socket of the daemon."),
    ("/var/lib/modem-helper/", "The store: messages, answers, changes."),
)


def main(folder: Path) -> None:
    """Write all pages."""
    sys.path.insert(0, str(ROOT))
    import cli

    folder.mkdir(parents=True, exist_ok=True)
    version = _version()
    for words, command in commands((PROGRAM,), cli.app):
        name = "-".join(words)
        (folder / f"{name}.1").write_text(page(words, command, version), encoding="utf-8")
    (folder / f"{PROGRAM}-config.5").write_text(config_page(version), encoding="utf-8")


def _version() -> str:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    found = re.search(r'^version = "([^"]+)"', text, re.MULTILINE)
    assert found is not None
    return found[1]


def commands(
    words: tuple[str, ...], command: click.Command
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """The command and all below it, each with the words that call it."""
    yield words, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None and not below.hidden:
                yield from commands((*words, name), below)


def page(words: tuple[str, ...], command: click.Command, version: str) -> str:
    """A command's page."""
    context = click.Context(command, info_name=" ".join(words))
    text = inspect.cleandoc(command.help or "").partition("\f")[0]
    summary = text.partition("\n\n")[0].replace("\n", " ").rstrip(".")
    name = "-".join(words)
    lines = [
        *_title(name, "1", version, "User Commands"),
        f"{_escaped(name)} \\- {_escaped(_short(summary))}",
        ".SH SYNOPSIS",
        f"\\fB{_escaped(' '.join(words))}\\fR",
        _escaped(" ".join(command.collect_usage_pieces(context))),
        ".SH DESCRIPTION",
        *_paragraphs(text),
        *_options(command, context),
    ]
    if isinstance(command, click.Group):
        lines += [".SH COMMANDS", *_below(words, command, context)]
    if len(words) == 1:
        lines += [*_table("EXIT STATUS", EXIT_CODES), *_table("FILES", FILES)]
    lines += [".SH SEE ALSO", ",\n".join(_see_also(words))]
    return "\n".join(lines) + "\n"


def _title(name: str, section: str, version: str, manual: str) -> list[str]:
    head = f'.TH "{_escaped(name.upper())}" "{section}" "" "{PROGRAM} {version}" "{manual}"'
    return [head, ".SH NAME"]


def _short(text: str) -> str:
    """The first sentence: apropos(1) shows it in a line."""
    return re.split(r"(?<=[a-z)])[.:] ", text)[0]


def _paragraphs(text: str) -> Iterator[str]:
    """A docstring's paragraphs; those behind \\b as they stand."""
    for block in text.split("\n\n"):
        if not block.startswith("\b"):
            yield from (".PP", _marked(" ".join(block.split())))
            continue
        first, *others = block.removeprefix("\b").strip("\n").split("\n")
        if first and not first.startswith(" "):
            yield from (".PP", _marked(first))
        else:
            others = [first, *others]
        yield from (".RS 4", ".nf", *(_escaped(inspect.cleandoc(each)) for each in others), ".fi")
        yield ".RE"


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    options = [param for param in command.get_params(context) if isinstance(param, click.Option)]
    records = [option.get_help_record(context) for option in options]
    shown = [record for record in records if record is not None]
    if shown:
        yield ".SH OPTIONS"
    for names, meaning in shown:
        yield from (".TP", f"\\fB{_escaped(names)}\\fR", _marked(meaning))


def _below(words: tuple[str, ...], group: click.Group, context: click.Context) -> Iterator[str]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is not None and not command.hidden:
            yield ".TP"
            yield f".BR {_escaped('-'.join((*words, name)))} (1)"
            yield _marked(command.get_short_help_str(200))


def _table(title: str, rows: tuple[tuple[str, str], ...]) -> Iterator[str]:
    yield f".SH {title}"
    for word, meaning in rows:
        yield from (".TP", f"\\fB{_escaped(word)}\\fR", _marked(meaning))


def _see_also(words: tuple[str, ...]) -> Iterator[str]:
    for count in range(1, len(words)):
        yield f".BR {_escaped('-'.join(words[:count]))} (1)"
    yield f".BR {_escaped(PROGRAM)}\\-config (5)"


def config_page(version: str) -> str:
    """The configuration's page: the template that `config init` writes, with all its comments."""
    from apn_config.config_template import render

    text = render("/dev/ttyUSB2", "1234", ["12345", "emnify"])
    lines = [
        *_title(f"{PROGRAM}-config", "5", version, "File Formats"),
        f"{_escaped(PROGRAM)}\\-config \\- configuration of modem\\-helper(1)",
        ".SH DESCRIPTION",
        _marked(
            "/etc/modem-helper/config.toml is a file in TOML. `modem-helper config init` writes"
            " one, `modem-helper config check` tells what is understood of it. These are all its"
            " keys; one that is commented out shows its default."
        ),
        ".SH KEYS",
        ".nf",
        *(_escaped(line) for line in text.split("\n")),
        ".fi",
        ".SH SEE ALSO",
        f".BR {_escaped(PROGRAM)} (1),",
        f".BR {_escaped(PROGRAM)}\\-config (1)",
    ]
    return "\n".join(lines) + "\n"


def _marked(text: str) -> str:
    """A text in which `words` in backticks are bold."""
    pieces = re.split(r"`([^`]+)`", text)
    shown = [
        f"\\fB{_escaped(piece)}\\fR" if position % 2 else _escaped(piece)
        for position, piece in enumerate(pieces)
    ]
    return _safe_start("".join(shown))


def _escaped(text: str) -> str:
    """The text as roff prints it."""
    for plain, roff in _ROFF:
        text = text.replace(plain, roff)
    return _safe_start(text)


def _safe_start(text: str) -> str:
    return f"\\&{text}" if text.startswith((".", "'")) else text


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} OUTDIR")
    main(Path(sys.argv[1]))
