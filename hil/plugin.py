"""The suite's part of pytest: its options, what a test says of itself, and the run around them.

    @pytest.mark.needs("sms", "other-apn")   what the bench has to have; else the test is skipped
    @pytest.mark.costs(2)                     how many SMS it may cost, both ways
    @pytest.mark.always                       even on a bench that broke down

A bench that isn't fit ends the run before its first test; one that breaks down later fails the test
that met it, and the others are skipped. The APN that was there is put back in any case.
"""

from __future__ import annotations

import tempfile
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from apn_config.config_reader import ConfigError
from apn_config.spans import parse_span
from hil.bench import Bench, Capability, load
from hil.checks import Examined, Finding, examine
from hil.emnify.errors import EmnifyError
from hil.results import Results
from hil.rig.rig import Rig
from hil.simulated_bench import SIMULATED, profile_of, simulated_bench
from modem import ModemError

pytest_plugins = ("hil.fixtures",)

RIG = pytest.StashKey[Rig]()
SOAK = pytest.StashKey[float]()
SELECTED = pytest.StashKey[bool]()
LAB = "lab"
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
    if config.getoption("numprocesses", None):
        raise pytest.UsageError("one modem takes one test at a time: leave out -n")
    config.stash[SOAK] = _soak(config.getoption("soak"))


def _soak(text: str | None) -> float:
    span_s = 0 if text is None else parse_span(text)
    if span_s is None:
        raise pytest.UsageError(f"--soak: wanted a span such as 90s, 10m or 1h, got {text!r}")
    return float(span_s)


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
    with ExitStack() as stack:
        config = session.config
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="modem-helper-hil-")))
        bench = stack.enter_context(_bench(config, home))
        examined = _examined(config, bench)
        rig = Rig(bench, home)
        results = Results(rig, examined, datetime.now(UTC), simulated=_is_simulated(config))
        config.stash[RIG] = rig
        config.pluginmanager.register(results, "hil-results")
        _open(rig)
        try:
            return (yield)
        finally:
            _put_back(rig)
            rig.close()
            results.write(config.getoption("report"), lambda count: _whole(session, count))


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    """Some are not to run."""
    if items:
        items[0].config.stash[SELECTED] = True


def _whole(session: pytest.Session, count: int) -> bool:
    """Were all tests asked for, and did all have their turn?"""
    files = {item.path.name for item in session.items}
    left_out = SELECTED in session.config.stash or len(files) < len(ORDER)
    return not left_out and count == len(session.items)


def _is_simulated(config: pytest.Config) -> bool:
    name: str = config.getoption("bench")
    return name.partition(":")[0] == SIMULATED


@contextmanager
def _bench(config: pytest.Config, home: Path) -> Iterator[Bench]:
    """The bench that the option names."""
    name: str = config.getoption("bench")
    with ExitStack() as stack:
        try:
            if _is_simulated(config):
                found = load(stack.enter_context(simulated_bench(profile_of(name), home)))
            elif name == LAB:
                from hil.lab import bench_of

                found = stack.enter_context(bench_of(config))
            else:
                found = load(Path(name))
        except ConfigError as error:
            pytest.exit(str(error), returncode=error.exit_code)
        yield found


def _examined(config: pytest.Config, bench: Bench) -> Examined:
    """Is the bench fit? Else the run ends here, with one message that says what to do."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")

    def tell(finding: Finding) -> None:
        if reporter is not None and reporter.verbosity >= 0:
            reporter.write_line(f"  {finding.verdict.value:8} {finding.message}")

    import asyncio

    examined = asyncio.run(examine(bench, tell))
    failure = examined.first_failure()
    if failure is not None:
        pytest.exit(f"the bench isn't fit: {failure.message}", returncode=failure.exit_code)
    return examined


def _open(rig: Rig) -> None:
    try:
        rig.open()
    except (ModemError, EmnifyError, ConfigError) as error:
        rig.close()
        pytest.exit(f"the bench isn't fit: {error}", returncode=getattr(error, "exit_code", 1))


def _put_back(rig: Rig) -> None:
    """The APN that was there; where that is impossible, say what it was."""
    try:
        rig.let_go()
        rig.restore()
    except (ModemError, AssertionError) as error:
        found = rig.found
        assert found is not None
        rig.broken = rig.broken or (
            f"context {found.cid} couldn't be put back to the APN {found.apn}: {error}"
        )


# --- each test ------------------------------------------------------------------------------------


def _needs(item: pytest.Item) -> tuple[Capability, ...]:
    """The capabilities that a test asks for."""
    return tuple(Capability(word) for mark in item.iter_markers("needs") for word in mark.args)


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
    if "soak_s" in getattr(item, "fixturenames", ()) and not item.config.stash[SOAK]:
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
