"""The end of every run."""

from __future__ import annotations

import pytest

from hil.rig.kept_apn import same
from hil.rig.rig import Rig


@pytest.mark.always
def test_the_apn_is_as_it_was(rig: Rig) -> None:
    """The context is set to what it was before the run."""
    now = rig.restore()
    assert now is not None
    assert rig.apn.found is not None
    assert same(now, rig.apn.found), f"{now} is set, and it was {rig.apn.found}"
