"""The end of every run."""

from __future__ import annotations

import pytest

from hil.rig.rig import Rig


@pytest.mark.always
def test_the_apn_is_as_it_was(rig: Rig) -> None:
    """The context is set to what it was before the run."""
    now = rig.restore()
    assert now is not None
    assert rig.found is not None
    assert (now.apn, now.type) == (rig.found.apn, rig.found.type)
