"""Where messages are deleted, of those that a look through several memories found."""

from __future__ import annotations

import pytest

from apn_config.intake import places_to_empty
from modem import StoredMessage


def stored(memory: str, index: int, pdu: str) -> StoredMessage:
    return StoredMessage(memory, index, 0, pdu, None)


@pytest.mark.parametrize(
    ("found", "places"),
    [
        pytest.param([], {}, id="nothing"),
        pytest.param(
            [stored("ME", 0, "A"), stored("SM", 3, "B"), stored("ME", 4, "C")],
            {"ME": [0, 4], "SM": [3]},
            id="each where it is",
        ),
        pytest.param(
            [
                stored("MT", 0, "A"),
                stored("MT", 1, "B"),
                stored("ME", 0, "A"),
                stored("ME", 1, "B"),
            ],
            {"MT": [0, 1]},
            id="an alias is not emptied again",
        ),
        pytest.param(
            [stored("SM", 3, "A"), stored("SM", 4, "A")],
            {"SM": [3, 4]},
            id="a message that the modem stored two times (A7670)",
        ),
    ],
)
def test_places_to_empty(found: list[StoredMessage], places: dict[str, list[int]]) -> None:
    assert places_to_empty(found) == places
