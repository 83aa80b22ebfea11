"""A place of a labgrid lab as a bench: `pytest hil --bench lab --lg-env env.yaml`.

Nothing here schedules anything: labgrid's coordinator has the places and who acquired them, its
exporters have the boards. In the environment file the driver `ModemBench` (`hil.lab.place`) joins a
place's serial port and power driver with the rest of a bench, which stands in a bench's file:

    targets:
      main:
        resources:
          RemotePlace: {name: !template $LG_PLACE}
        drivers:
          NetworkPowerDriver: {}
          ModemBench: {bench: bench.toml}
    imports: [hil.lab.place]

`bench_of(config)` gives the suite that bench. Only `hil.lab.place` knows labgrid, which is
installed beside us and not by us; `hil.lab.bridge` makes a plain TCP port of the telnet port that
an exporter's ser2net has.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from apn_config.config_reader import ConfigError

if TYPE_CHECKING:
    import pytest

    from hil.bench import Bench


def bench_of(config: pytest.Config) -> AbstractContextManager[Bench]:
    """The bench of the target `main` in labgrid's environment (`--lg-env` or LG_ENV).

    Raises ConfigError when called where labgrid is missing, and when entered where the bench can't
    be had: no environment, no coordinator, a place that nobody acquired, a target without
    `ModemBench`, a wrong file.
    """
    try:
        from hil.lab import place
    except ImportError as error:
        missing = f"{error.name} is missing: labgrid has to be installed here (docs/lab.md)"
        raise ConfigError(None, "--bench lab", missing) from error
    return place.bench_of(config)
