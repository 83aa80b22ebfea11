"""The APN of before a run, on the disk and put back."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from hil.bench import Bench, parse
from hil.rig.kept_apn import KeptApn
from hil.rig.own_modem import OwnModem
from modem import NO_AUTH, ContextAuth, ContextSettings, Identity, ModemError

EM = ContextSettings(1, "IP", "em", NO_AUTH)


@dataclass
class Modem:
    """One context, and what was done."""

    settings: ContextSettings
    identity: Identity = field(
        default_factory=lambda: Identity("Maker", "M1", "R1", "001017005766699")
    )
    reattached: int = 0
    refuses: bool = False
    forgets: bool = False

    def read_context(self, _cid: int) -> ContextSettings:
        return self.settings

    def write_context(self, settings: ContextSettings) -> None:
        assert settings.auth is None or settings.auth.password is not None
        if self.refuses:
            raise ModemError("no")
        if not self.forgets:
            self.settings = settings

    def reattach(self) -> None:
        self.reattached += 1


class Own:
    """The modem in our own hands, without a loop."""

    def __init__(self, settings: ContextSettings = EM) -> None:
        self.modem = Modem(settings)

    def do(self, done: Any) -> Any:
        return done


def own(made: Own) -> OwnModem:
    return cast("OwnModem", made)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    text = b'[modem]\nport = "/dev/ttyUSB2"\n[apn]\nexpected = "em"\nother = "other"\n'
    return parse(text, tmp_path / "bench.toml")


def kept(bench: Bench) -> KeptApn:
    notes: list[str] = []
    return KeptApn(bench, notes.append)


def changed(made: Own, apn: str) -> None:
    made.modem.settings = ContextSettings(1, "IP", apn, NO_AUTH)


def test_it_is_put_back_and_forgotten(bench: Bench) -> None:
    made, apn = Own(), kept(bench)
    apn.remember(own(made))
    assert apn.former_run_was_killed
    changed(made, "other")
    assert apn.restore(own(made)) == EM
    assert made.modem.reattached == 1
    assert not kept(bench).former_run_was_killed


def test_what_is_as_it_was_is_left_alone(bench: Bench) -> None:
    made, apn = Own(), kept(bench)
    apn.remember(own(made))
    assert apn.restore(own(made)) == EM
    assert made.modem.reattached == 0


@pytest.mark.parametrize("left", ["other", "nosuch.invalid", "NOSUCH.invalid"])
def test_the_next_run_undoes_what_a_killed_one_left(bench: Bench, left: str) -> None:
    made = Own()
    kept(bench).remember(own(made))
    changed(made, left)
    words = kept(bench).finish_former_run(own(made))
    assert words is not None
    assert words.startswith(f"a run that was killed left {left} in context 1; em")
    assert made.modem.settings == EM
    assert not kept(bench).former_run_was_killed


def test_an_apn_that_somebody_set_since_is_theirs(bench: Bench) -> None:
    made = Own()
    kept(bench).remember(own(made))
    changed(made, "mine")
    assert kept(bench).finish_former_run(own(made)) is None
    assert made.modem.settings.apn == "mine"
    assert not kept(bench).former_run_was_killed


def test_another_modem_is_let_alone(bench: Bench) -> None:
    kept(bench).remember(own(Own()))
    another = Own()
    another.modem.identity = Identity("Maker", "M1", "R1", "001017005766700")
    changed(another, "other")
    assert kept(bench).finish_former_run(own(another)) is None
    assert another.modem.settings.apn == "other"
    assert kept(bench).former_run_was_killed, "it is still to be done for the other modem"


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"cid": 1, "auth": 3}'])
def test_a_file_that_is_none_of_ours(bench: Bench, text: str) -> None:
    bench.path.with_name("bench.toml.bench.001017005766699.apn").write_text(text)
    made = Own()
    changed(made, "other")
    assert kept(bench).finish_former_run(own(made)) is None
    assert not kept(bench).former_run_was_killed


def test_what_could_not_be_written_is_tried_again_by_the_next_run(bench: Bench) -> None:
    made = Own()
    kept(bench).remember(own(made))
    changed(made, "other")
    made.modem.refuses = True
    with pytest.raises(ModemError, match="no"):
        kept(bench).finish_former_run(own(made))
    made.modem.refuses, made.modem.forgets = False, True
    with pytest.raises(ModemError, match="doesn't keep it"):
        kept(bench).finish_former_run(own(made))
    made.modem.forgets = False
    assert kept(bench).finish_former_run(own(made)) is not None
    assert made.modem.settings == EM


def test_a_login_is_not_risked(bench: Bench) -> None:
    made = Own(ContextSettings(1, "IP", "em", ContextAuth(1, "joe", "sesame")))
    apn = kept(bench)
    apn.remember(own(made))
    (path,) = bench.path.parent.glob("*.apn")
    assert "sesame" not in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    assert "login" in (apn.why_not_undone or "")


def test_without_a_login_all_can_be_undone(bench: Bench) -> None:
    apn = kept(bench)
    apn.remember(own(Own()))
    assert apn.why_not_undone is None


def test_a_directory_that_cannot_be_written(tmp_path: Path) -> None:
    bench = parse(b'[modem]\nport = "/dev/ttyUSB2"\n', tmp_path / "gone" / "bench.toml")
    apn = kept(bench)
    assert "couldn't be undone" in (apn.remember(own(Own())) or "")
    assert apn.found == EM
