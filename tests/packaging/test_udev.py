"""The installed udev rules under udev's own check; what they do is tried in tests/clients."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.packaging.machine import chrooted

pytestmark = pytest.mark.packaging


def test_udev_has_nothing_to_say_of_the_rules(package: Path, tmp_path: Path) -> None:
    # Debian 12's udev has no such check yet.
    with chrooted("trixie", tmp_path) as machine:
        machine.install(package)
        examples = "/usr/share/doc/modem-helper/examples"
        rules = f"/usr/lib/udev/rules.d/60-modem-helper.rules {examples}/*-modem-helper-*.rules"
        said = machine(f"udevadm verify {rules} 2>&1")
        assert "Success: 3" in said, said
        assert "Fail:    0" in said, said
