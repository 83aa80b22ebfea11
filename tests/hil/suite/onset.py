"""A plugin for the run under test: the fault named by HIL_FAULT strikes before the first test.

Then the bench has been found fit. It strikes from outside, by the control socket or the platform's
API; nothing of the suite is touched.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hil.bench import load
from tests.hil.suite.faults import strikes_of


class _Onset:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._struck = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logstart(self) -> None:
        if not self._struck:
            self._struck = True
            bench = load(self._path)
            for strike in strikes_of(os.environ["HIL_FAULT"]):
                strike.strike(bench)


def pytest_configure(config: pytest.Config) -> None:
    """The bench's file is known now."""
    config.pluginmanager.register(_Onset(Path(config.getoption("bench"))))
