"""Worlds for the appliers that speak over a message bus."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.apn_config.appliers.worlds import NewMmWorld, NewNmWorld, mm_worlds, nm_worlds


@pytest.fixture
def nm_world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> NewNmWorld:
    """With NetworkManager."""
    return nm_worlds(monkeypatch, tmp_path)


@pytest.fixture
def mm_world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> NewMmWorld:
    """With ModemManager alone."""
    return mm_worlds(monkeypatch, tmp_path)
