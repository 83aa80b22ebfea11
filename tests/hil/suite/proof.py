"""Shows that the suite catches each mutation, and writes the tables of docs/hil-proof.md.

    python -m tests.hil.suite.proof [NAME...]        run mutations, all or some
    python -m tests.hil.suite.proof --write docs     put both tables into docs/hil-proof.md

A mutated copy of the tree runs the suite, and the daemon within it, on a simulated bench of this
tree: a fault of the codec mustn't be undone by the same fault at the other end.
"""

from __future__ import annotations

import argparse
import importlib.util
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from hil.report.values import Outcome
from hil.simulated_bench import simulated_bench
from tests.hil.suite.faults import BORNE, FAULTS
from tests.hil.suite.mutations import MUTATIONS, Mutation
from tests.hil.suite.running import BAD, ROOT, Ran, edit, run_tests

PAGE = "hil-proof.md"
AT_ONCE = 3
# It needs the modem's start and commands, and nothing that a mutation changes.
_UNTOUCHED = "test_registration"
# A daemon that bears a trouble takes longer than one without.
_PATIENCE_S = 6
_PATIENCE_WITH_TROUBLE_S = 20
_TREES = ("modem", "apn_config", "hil", "tests/hil/suite")
_FILES = ("cli.py", "pyproject.toml")


@dataclass(frozen=True, slots=True)
class Verdict:
    """`survived` are the tests that should have failed and didn't; `said` is pytest's output."""

    name: str
    survived: tuple[str, ...]
    said: str

    @property
    def line(self) -> str:
        """For the terminal."""
        if not self.survived:
            return f"{self.name}: caught by {', '.join(MUTATIONS[self.name].tests)}"
        return f"{self.name}: SURVIVED {', '.join(self.survived)}"


def run_mutation(name: str) -> Verdict:
    """Copy, mutate, run; a trouble alone must fail nothing, and a mutation not everything."""
    mutation = MUTATIONS[name]
    if mutation.trouble:
        ran = _run(mutation, ROOT)
        if any(ran.outcome(test) is not Outcome.PASSED for test in mutation.tests):
            return Verdict(name, mutation.tests, f"without the mutation:\n{ran.said}")
    with tempfile.TemporaryDirectory(prefix="mutation-") as directory:
        ran = _run(mutation, _mutated(mutation, Path(directory)))
    if ran.outcome(_UNTOUCHED) is not Outcome.PASSED:
        return Verdict(name, mutation.tests, f"more is broken than was meant:\n{ran.said}")
    survived = [test for test in mutation.tests if ran.outcome(test) not in BAD]
    return Verdict(name, tuple(survived), ran.said)


def run_mutations(names: Iterable[str]) -> Iterator[Verdict]:
    """A few at once; the verdicts in order."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield from pool.map(run_mutation, names)


def _mutated(mutation: Mutation, tree: Path) -> Path:
    for name in _TREES:
        shutil.copytree(ROOT / name, tree / name)
    for name in _FILES:
        shutil.copy2(ROOT / name, tree / name)
    path = tree / mutation.file
    edit(path, mutation.before, mutation.after)
    # It may have the size and the second of the former one's.
    Path(importlib.util.cache_from_source(str(path))).unlink(missing_ok=True)
    return tree


def _run(mutation: Mutation, tree: Path) -> Ran:
    options = BORNE[mutation.trouble].options if mutation.trouble else ()
    patience_s = _PATIENCE_WITH_TROUBLE_S if mutation.trouble else _PATIENCE_S
    with tempfile.TemporaryDirectory(prefix="bench-") as directory:
        home = Path(directory)
        with simulated_bench(mutation.profile, home, options=options) as bench:
            edit(bench, "patience_s = 20", f"patience_s = {patience_s}")
            tests = (_UNTOUCHED, *mutation.tests)
            return run_tests(bench, tests, fault=mutation.trouble, tree=tree)


# --- the page -------------------------------------------------------------------------------------


def fault_table() -> list[str]:
    """The faults as a table."""
    rows = ["| what is wrong | how it is set up | tests that fail |", "|---|---|---|"]
    for fault in FAULTS.values():
        tests = ", ".join(f"`{test}`" for test in fault.tests)
        tests += "; the rest is skipped" if fault.behind else ""
        rows.append(f"| {fault.what} | {_cell('; '.join(fault.how()))} | {tests} |")
    return rows


def mutation_table() -> list[str]:
    """The mutations as a table."""
    rows = ["| mutation | file | tests that catch it |", "|---|---|---|"]
    for mutation in MUTATIONS.values():
        what = mutation.what
        if mutation.trouble:
            what += f" (while {BORNE[mutation.trouble].what})"
        tests = ", ".join(f"`{test}`" for test in mutation.tests)
        rows.append(f"| {_cell(what)} | `{mutation.file}` | {tests} |")
    return rows


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def with_tables(page: str) -> str:
    """The page with both tables as they are now, between their marks."""
    for name, rows in (("faults", fault_table()), ("mutations", mutation_table())):
        begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        head, _, rest = page.partition(begin)
        _, _, tail = rest.partition(end)
        page = head + begin + "\n".join(rows) + "\n" + end + tail
    return page


def main(arguments: Sequence[str]) -> int:
    """0: all caught."""
    parser = argparse.ArgumentParser(prog="python -m tests.hil.suite.proof")
    parser.add_argument("names", nargs="*", metavar="NAME", help="some mutations only")
    parser.add_argument("--write", type=Path, metavar="DIR", help="write DIR's page, run nothing")
    parsed = parser.parse_args(arguments)
    if parsed.write is not None:
        page = parsed.write / PAGE
        page.write_text(with_tables(page.read_text(encoding="utf-8")), encoding="utf-8")
        return 0
    unknown = set(parsed.names) - set(MUTATIONS)
    if unknown:
        parser.error(f"no mutation {', '.join(sorted(unknown))}")
    survivors = 0
    for verdict in run_mutations(parsed.names or MUTATIONS):
        print(verdict.line, flush=True)  # noqa: T201
        survivors += bool(verdict.survived)
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
