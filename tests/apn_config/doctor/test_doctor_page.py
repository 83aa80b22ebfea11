"""docs/doctor.md says what the catalogue says."""

from __future__ import annotations

from apn_config.doctor.catalogue import FAULTS
from tests.apn_config.doctor import doctor_page


def test_the_page_is_made_of_the_catalogue() -> None:
    written = doctor_page.PAGE.read_text()
    assert doctor_page.page(written) == written
    for fault in FAULTS:
        assert f"| `{fault.id}` (" in written
