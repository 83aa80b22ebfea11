"""The suite's part of pytest: its options, what a test says of itself, and the run around them.

    @pytest.mark.needs("sms", "other-apn")   what the bench has to have; else the test is skipped
    @pytest.mark.costs(2)                     how many SMS it may cost, both ways
    @pytest.mark.always                       even on a bench that broke down

A bench that isn't fit ends the run before its first test; one that breaks down later fails the test
that met it, and the others are skipped. The APN that was there is put back in any case.
"""

from __future__ import annotations

import argparse
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path

import pytest

from apn_config.spans import parse_span
from hil.bench import Bench, Capability
from hil.results import Results
from hil.rig.rig import Rig
from hil.running import RIG, Running
from hil.simulated_bench import LAB

pytest_plugins = ("hil.fixtures",)

RESULTS = pytest.StashKey[Results]()
SOAK = pytest.StashKey[float]()
SELECTED = pytest.StashKey[bool]()
# What comes first tells why what follows fails; what may break the bench comes late.
ORDER = ("modem", "messages", "commands", "apn", "load", "outages", "soak", "restored")
_USAGE = "give --bench FILE, or --bench simulated; `modem-helper hil init` writes a FILE"
_MARKS = (
    "needs(*capabilities): what the bench has to have",
    "costs(sms): how many SMS the test may cost",
    "always: the test runs on a broken bench, too",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of the suite."""
    group = parser.getgroup("hil", "hardware in the loop")
    group.addoption(
        "--bench",
        metavar="FILE",
        help="the bench's file; or `simulated`, `simulated:PROFILE`; --lg-env names a lab's",
    )
    group.addoption(
        "--report",
        metavar="DIR",
        type=Path,
        default=Path("hil-reports"),
        help="each run has a directory in it (default: hil-reports)",
    )
    # For `hil run`: where to write, in JSON, the run's directory or the exit code of its stop.
    group.addoption("--ended", metavar="FILE", type=Path, help=argparse.SUPPRESS)
    group.addoption("--soak", metavar="SPAN", help="have the soak run for so long, such as 1h")


def pytest_configure(config: pytest.Config) -> None:
    """Say what marks there are, and see that there is a bench."""
    for mark in _MARKS:
        config.addinivalue_line("markers", mark)
    if config.option.help or config.option.collectonly:
        return
    if config.getoption("bench") is None and config.getoption("lg_env", None) is not None:
        config.option.bench = LAB
    if config.getoption("bench") is None:
        raise pytest.UsageError(_USAGE)
    if not __debug__:
        raise pytest.UsageError("leave out -O (PYTHONOPTIMIZE): it takes the checks away")
    if config.getoption("numprocesses", None):
        raise pytest.UsageError("one modem takes one test at a time: leave out -n")
    config.stash[SOAK] = _soak(config.getoption("soak"))


def _soak(text: str | None) -> float:
    span_s = 0 if text is None else parse_span(text)
    if not span_s and text is not None:
        raise pytest.UsageError(f"--soak: wanted a span such as 90s, 10m or 1h, got {text!r}")
    return float(span_s or 0)


def pytest_report_header(config: pytest.Config) -> str:
    """Which bench."""
    return f"bench: {config.getoption('bench')}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The order of the files, and what tests say that can't be."""
    names = {f"test_{name}.py": place for place, name in enumerate(ORDER)}
    items.sort(key=lambda item: names.get(item.path.name, -1))
    for item in items:
        _needs(item)


# --- the run --------------------------------------------------------------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Look at the bench, run the tests, and put things back whatever happens."""
    if session.config.option.collectonly or not session.items:
        return (yield)
    with Running(
        session.config, lambda bench: _all_costs(session, bench)
    ).around_tests() as results:
        session.config.stash[RESULTS] = results
        results.asked = None if _some_left_out(session) else len(session.items)
        return (yield)


def _all_costs(session: pytest.Session, bench: Bench) -> int:
    """How many SMS the tests may cost that this bench can run."""
    return sum(
        _costs(item)
        for item in session.items
        if all(bench.has(capability) for capability in _needs(item))
        and (session.config.stash[SOAK] or not _is_soak(item))
    )


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A run whose report couldn't be written has failed."""
    results = session.config.stash.get(RESULTS, None)
    if results is not None and results.unwritten and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    """Some are not to run."""
    if items:
        items[0].config.stash[SELECTED] = True


def _some_left_out(session: pytest.Session) -> bool:
    """Aren't all tests of the suite asked for?"""
    files = {item.path.name for item in session.items}
    return SELECTED in session.config.stash or len(files) < len(ORDER)


# --- each test ------------------------------------------------------------------------------------


def _needs(item: pytest.Item) -> tuple[Capability, ...]:
    """The capabilities that a test asks for."""
    return tuple(Capability(word) for mark in item.iter_markers("needs") for word in mark.args)


def _is_soak(item: pytest.Item) -> bool:
    return "soak_s" in getattr(item, "fixturenames", ())


def _costs(item: pytest.Item) -> int:
    return max((mark.args[0] for mark in item.iter_markers("costs")), default=0)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what this bench can't, and what it can no longer."""
    rig = item.config.stash[RIG]
    if rig.broken is not None and item.get_closest_marker("always") is None:
        pytest.skip(f"the bench broke down: {rig.broken}")
    for capability in _needs(item):
        missing = rig.bench.missing(capability)
        if missing is not None:
            pytest.skip(missing)
    if _is_soak(item) and not item.config.stash[SOAK]:
        pytest.skip("it takes long; --soak 1h has it run")
    costs = _costs(item)
    if costs > rig.budget.left:
        words = f"it costs {costs} SMS, and {rig.budget.left} are left of [budget] sms"
        pytest.skip(f"{words} = {rig.budget.limit}")
    rig.budget.begin(costs)


@pytest.fixture(autouse=True)
def _costs_no_more(request: pytest.FixtureRequest, rig: Rig) -> Iterator[None]:
    """A test that costs more than it says is a defect: each SMS is billed."""
    yield
    costs, spent = _costs(request.node), rig.budget.test_spent
    assert spent <= costs, f"the test says costs({costs}), and it cost {spent} SMS"
