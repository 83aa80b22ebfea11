"""How many silences in a row are too many, and which don't count."""

from __future__ import annotations

from modem.silences import MAX_SILENCES, Silences


def test_the_third_in_a_row_is_one_too_many() -> None:
    silences = Silences()
    assert [silences.another(0.0) for _ in range(MAX_SILENCES)] == [False, False, True]


def test_an_answer_between_begins_anew() -> None:
    silences = Silences()
    for _ in range(MAX_SILENCES - 1):
        silences.another(0.0)
    silences.heard()
    assert not silences.another(0.0)


def test_a_modem_that_is_still_at_a_command_is_excused_once() -> None:
    silences = Silences()
    silences.excuse(0.0, 60.0)
    assert not any(silences.another(59.0) for _ in range(9))
    silences.excuse(59.0, 60.0)  # no longer than it was the first time
    assert [silences.another(60.0) for _ in range(MAX_SILENCES)] == [False, False, True]
    silences.heard()
    silences.excuse(100.0, 60.0)
    assert not any(silences.another(159.0) for _ in range(9))
