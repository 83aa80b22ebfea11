"""The rules of who may import whom, read from the source itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = ("modem", "apn_config", "hil", "cli", "tests", "benchmarks")
# Nothing of these in a pure zone: time comes in as an argument, bytes go out as a result.
IMPURE = {"asyncio", "socket", "time", "logging", "sqlite3", "threading", "subprocess", "select"}
PURE_ZONES = (
    "hil/checks/findings.py",
    "hil/report/picture.py",
    "hil/report/values.py",
    "hil/rig/budget.py",
    "hil/rig/masking.py",
    "hil/emnify/models.py",
    "hil/emnify/pace.py",
    "hil/emnify/simulator/policy.py",
    "hil/emnify/simulator/records.py",
    "hil/emnify/simulator/request_limits.py",
    "hil/emnify/simulator/wire_form.py",
    "hil/emnify/simulator/rest/calls.py",
    "modem/at",
    "modem/markup.py",
    "modem/transcript/format.py",
    "modem/transcript/masking",
    "modem/transcript/page.py",
    "modem/transcript/reading.py",
    "modem/transcript/replay.py",
    "modem/transcript/view.py",
    "modem/sms",
    "modem/commands",
    "modem/explain",
    "modem/console/palette.py",
    "modem/console/values.py",
    "modem/profiles",
    "modem/registration.py",
    "modem/usb_roles.py",
    "modem/values.py",
    "modem/notices.py",
    "modem/resync.py",
    "modem/silences.py",
    "modem/ladder.py",
    "modem/simulator",
    "apn_config/model.py",
    "apn_config/dialects",
    "apn_config/access.py",
    "apn_config/apn_syntax.py",
    "apn_config/merge.py",
    "apn_config/probe_target.py",
    "apn_config/dns_message.py",
    "apn_config/doctor/catalogue.py",
    "apn_config/doctor/faults_",
    "apn_config/doctor/findings.py",
    "apn_config/doctor/words.py",
    "apn_config/appliers/mm_settings.py",
    "apn_config/appliers/nm_settings.py",
    "apn_config/appliers/ppp_words.py",
    "apn_config/appliers/ppp_files.py",
    "apn_config/arguments.py",
    "apn_config/journal_words.py",
    "apn_config/judgement.py",
    "apn_config/proofs.py",
    "apn_config/reader.py",
    "apn_config/rules.py",
    "apn_config/silences.py",
    "apn_config/veil.py",
    "apn_config/voice.py",
    "apn_config/message_secrets.py",
    "apn_config/status_view.py",
    "apn_config/replies.py",
    "apn_config/retries.py",
    "apn_config/spans.py",
    "apn_config/sweep.py",
    "apn_config/transaction.py",
)
# Packages of modem that are interfaces of their own, by what their `__all__` names.
OPEN_PACKAGES = ("modem.sms", "modem.explain", "modem.transcript", "modem.console")
# Within modem/simulator only the endpoints touch the world.
IMPURE_PARTS = ("modem/simulator/endpoints",)
OWNERS: dict[str, tuple[str, ...]] = {
    "aiohttp": ("hil/emnify/",),
    "jsonschema": ("hil/emnify/simulator/",),
    "jwt": ("hil/emnify/",),
    "labgrid": ("hil/lab/",),
    "pytest": (
        "hil/conftest.py",
        "hil/fixtures.py",
        "hil/lab/",
        "hil/plugin.py",
        "hil/results.py",
        "hil/running.py",
        "hil/test_",
        "modem/simulator/pytest.py",
    ),
    "prompt_toolkit": ("modem/console/",),
    "prometheus_client": ("apn_config/metrics.py",),
    "segno": ("apn_config/qr.py",),
    "anyascii": ("modem/sms/translit.py",),
    "dbus_fast": ("apn_config/appliers/bus.py",),
    "serial": ("modem/transport.py", "modem/discovery.py"),
    "serial_asyncio": ("modem/transport.py",),
    "sqlite3": ("apn_config/store/database.py",),
    "click": (
        "cli.py",
        "modem/cli.py",
        "modem/cli_profiles.py",
        "modem/cli_transcript.py",
        "apn_config/cli",
        "hil/cli.py",
        "hil/cli_address.py",
        "hil/cli_control.py",
        "hil/cli_hil",
        "hil/emnify/cli",
    ),
}


@dataclass(frozen=True, slots=True)
class Import:
    """One import: in which file, of which module, at module level or within a function."""

    file: str
    line: int
    module: str
    typing_only: bool

    def __str__(self) -> str:
        return f"{self.file}:{self.line} imports {self.module}"


def _imports() -> Iterator[Import]:
    for folder in ("modem", "apn_config", "hil"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield from _imports_of(path)
    yield from _imports_of(ROOT / "cli.py")


def _imports_of(path: Path) -> Iterator[Import]:
    name = str(path.relative_to(ROOT))
    tree = ast.parse(path.read_text())
    guarded = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}:{node.lineno} imports relatively"
            modules = [node.module or ""]
            modules += [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for module in modules:
            yield Import(name, node.lineno, module, id(node) in guarded)


IMPORTS = tuple(_imports())


def _within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def _broken(rule: str, found: list[Import]) -> None:
    assert not found, f"{rule}:\n" + "\n".join(map(str, found))


@pytest.mark.parametrize(
    ("package", "may"),
    [
        pytest.param("modem", ("modem",), id="modem imports none of ours"),
        pytest.param("apn_config", ("apn_config", "modem"), id="apn_config imports modem"),
        pytest.param("hil", ("hil", "apn_config", "modem"), id="hil imports both"),
        pytest.param("cli.py", (), id="the command table imports lazily, by name"),
    ],
)
def test_packages_import_downwards(package: str, may: tuple[str, ...]) -> None:
    found = [
        item
        for item in IMPORTS
        if item.file.startswith(package)
        and any(_within(item.module, ours) for ours in OURS)
        and not any(_within(item.module, allowed) for allowed in may)
    ]
    _broken(f"{package} may import {may}", found)


def test_apn_config_uses_only_what_modem_exports() -> None:
    from modem import __all__ as exported

    allowed = {"modem", *(f"modem.{name}" for name in exported)}
    for package in OPEN_PACKAGES:
        names = getattr(import_module(package), "__all__", ())
        allowed |= {package, *(f"{package}.{name}" for name in names)}
    found = [
        item
        for item in IMPORTS
        if item.file.startswith("apn_config")
        and _within(item.module, "modem")
        and item.module not in allowed
    ]
    _broken(f"apn_config may import what modem and {OPEN_PACKAGES} export", found)


@pytest.mark.parametrize("zone", PURE_ZONES)
def test_pure_zones_touch_no_world(zone: str) -> None:
    found = [
        item
        for item in IMPORTS
        if item.file.startswith(zone)
        and not item.file.startswith(IMPURE_PARTS)
        and not item.typing_only
        and item.module.split(".")[0] in IMPURE
    ]
    _broken(f"{zone} is pure", found)
    assert any(item.file.startswith(zone) for item in IMPORTS), f"{zone} is gone: mend this list"


def test_simulator_and_driver_know_nothing_of_each_other() -> None:
    simulator_may = (
        "modem.simulator",
        "modem.sms",
        "modem.at.parameters",
        "modem.at.results",  # the names of error numbers: a table of the standard
        "modem.profiles",
    )
    # The in-memory endpoint speaks to a driver's link, whose shape the transport defines; ptys are
    # offered by a replay, too.
    extra = ("modem.errors", "modem.link", "modem.memory_link", "modem.inotify", "modem.port_links")
    up = [
        item
        for item in IMPORTS
        if item.file.startswith("modem/simulator")
        and _within(item.module, "modem")
        and not any(_within(item.module, allowed) for allowed in (*simulator_may, *extra))
        and item.module not in ("modem", "modem.at")
    ]
    _broken("the simulator is built on codec, parameters and profiles", up)
    down = [
        item
        for item in IMPORTS
        if item.file.startswith(("modem", "apn_config"))
        and not item.file.startswith("modem/simulator")
        and _within(item.module, "modem.simulator")
    ]
    _broken("no product code imports a simulator", down)


@pytest.mark.parametrize(("library", "owners"), OWNERS.items(), ids=list(OWNERS))
def test_each_library_has_its_owner(library: str, owners: tuple[str, ...]) -> None:
    found = [
        item
        for item in IMPORTS
        if _within(item.module, library) and not item.file.startswith(owners)
    ]
    _broken(f"{library} belongs to {owners}", found)
