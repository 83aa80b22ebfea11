"""The applier for pppd: what it changes, and that a power cut anywhere leaves a way back."""

from __future__ import annotations

import asyncio
import itertools
import stat
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from apn_config.appliers import Held
from apn_config.appliers.errors import ApplierRefused, ApplierUnavailable
from apn_config.appliers.ppp import PppApplier
from apn_config.appliers.processes import Finished
from apn_config.config_apn import PppConfig
from apn_config.model import Apn, AuthType, Credentials, PdpType
from modem import LinkLost, LiveContext
from tests.apn_config.appliers.stand_ins import (
    FakeModem,
    PowerCut,
    Steps,
    every_cut,
    watch_files,
)

PEER = """\
/dev/ttyUSB3 115200
# Eigene Datei, \xe4\xf6\xfc
connect 'chat -s -v -f {chat} -T em'
user "joe"
password "old word"
refuse-chap
persist
noauth
"""
CHAT_PASSED = '\'\' AT\nOK AT+CGDCONT=1,"IP","\\T"\nOK ATD*99#\n'
CHAT_LITERAL = CHAT_PASSED.replace("\\T", "em")
FORMER = Apn("em", credentials=Credentials(AuthType.PAP, "joe", "old word"))
WANTED = Apn("new.example", PdpType.IPV4V6, Credentials(AuthType.CHAP, "sue", "new word"))
UNIT = "ppp@modem.service"


@dataclass
class World:
    """Two files, a modem, and a pppd that holds what the files were when it was last started."""

    home: Path
    steps: Steps
    modem: FakeModem
    running: tuple[bytes, bytes]
    unit: str | None = UNIT
    load_state: str = "loaded"
    restart_code: int = 0

    @property
    def peer(self) -> Path:
        return self.home / "peers" / "modem"

    @property
    def chat(self) -> Path:
        return self.home / "chatscripts" / "modem"

    def applier(self) -> PppApplier:
        """A new one, as after a restart."""
        return PppApplier(
            PppConfig(self.peer, None, self.unit), run=self._systemctl, sysfs=self.home / "sys"
        )

    async def _systemctl(self, command: Sequence[str], *, timeout_s: float) -> Finished:
        assert command[0] == "systemctl"
        assert command[-2:] == ("--", self.unit)
        if "show" in command:
            return Finished(0, f"{self.load_state}\n", "")
        self.steps.take("restart")
        self.running = self.octets()
        return Finished(self.restart_code, "", "")

    def octets(self) -> tuple[bytes, bytes]:
        return self.peer.read_bytes(), self.chat.read_bytes()

    def facts(self) -> dict[str, object]:
        """All that a roll-back has to bring back."""
        return {
            "files": self.octets(),
            "rights": [
                (stat.S_IMODE(path.stat().st_mode), path.stat().st_uid, path.stat().st_gid)
                for path in (self.peer, self.chat)
            ],
            "names": sorted(path.name for path in self.home.rglob("*")),
            "context": self.modem.contexts[1],
            "attached with": self.modem.attached_with,
            "running": self.running,
        }


def _world(home: Path, chat: str = CHAT_PASSED, peer: str = PEER) -> World:
    steps = Steps()
    world = World(home, steps, FakeModem(steps), (b"", b""))
    for path, text in ((world.chat, chat), (world.peer, peer.format(chat=world.chat))):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("latin-1"))
        path.chmod(0o640)
    world.running = world.octets()
    return world


@pytest.fixture
def world(tmp_path: Path) -> World:
    return _world(tmp_path)


def _read(world: World) -> Held:
    return asyncio.run(world.applier().read(world.modem.as_modem(), 1))


def _write(world: World, apn: Apn = WANTED) -> None:
    asyncio.run(world.applier().write(world.modem.as_modem(), 1, apn))


def _restore(world: World, held: Held) -> None:
    asyncio.run(world.applier().restore(world.modem.as_modem(), 1, held))


def _take_effect(world: World) -> None:
    asyncio.run(world.applier().take_effect(world.modem.as_modem()))


def test_reads_what_the_next_dialling_would_use(world: World) -> None:
    held = _read(world)
    assert held.apn == FORMER
    assert "old word" not in repr(held)


@pytest.mark.parametrize("chat", [CHAT_PASSED, CHAT_LITERAL], ids=["passed by -T", "literal"])
def test_writes_what_it_reads(tmp_path: Path, chat: str) -> None:
    world = _world(tmp_path, chat)
    _write(world)
    assert _read(world).apn == WANTED
    assert world.modem.contexts[1] == ("IPV4V6", "new.example")
    assert world.peer.read_text("latin-1").splitlines()[1] == "# Eigene Datei, \xe4\xf6\xfc"
    assert world.modem.attached_with == "em"
    assert world.running != world.octets()


def test_takes_effect_for_the_network_then_for_pppd(world: World) -> None:
    _write(world)
    world.steps.done.clear()
    _take_effect(world)
    assert world.steps.done == ["CFUN", "restart"]
    assert world.modem.attached_with == "new.example"
    assert world.running == world.octets()


def test_another_chat_file_may_be_configured(world: World, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text(CHAT_PASSED.replace("=1,", "=3,"))
    applier = PppApplier(PppConfig(world.peer, other, None))
    assert asyncio.run(applier.read(world.modem.as_modem(), 3)).apn == FORMER


def test_restores_everything(world: World) -> None:
    before = world.facts()
    held = _read(world)
    _write(world)
    _take_effect(world)
    assert world.facts() != before
    _restore(world, held)
    _take_effect(world)
    assert world.facts() == before


def test_restores_without_a_snapshot(world: World) -> None:
    """A change that an earlier release began has none."""
    before = _read(world).apn
    _write(world)
    _restore(world, Held(before))
    assert _read(world).apn == before


def test_restores_what_somebody_made_unreadable(world: World) -> None:
    before = world.facts()
    held = _read(world)
    _write(world)
    world.peer.unlink()
    world.chat.write_text("'' nonsense \"")
    _restore(world, held)
    _take_effect(world)
    assert world.facts() == before


def test_the_files_come_back_while_the_modem_is_away(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_: object) -> None:
        raise LinkLost(world.modem.port, "unplugged")

    before, held = world.octets(), _read(world)
    _write(world)
    monkeypatch.setattr(world.modem, "write_context", away)
    with pytest.raises(LinkLost):
        _restore(world, held)
    assert world.octets() == before


# --- power cuts ---------------------------------------------------------------------------------


def _cut(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    before: int,
    run: Callable[..., None],
    *given: object,
) -> bool:
    """Run until the step; was there such a step?"""
    steps = world.steps = world.modem.steps = Steps(before)
    with monkeypatch.context() as patch, suppress(PowerCut):
        watch_files(patch, world.home, steps)
        run(world, *given)
    world.steps = world.modem.steps = Steps()
    return steps.cut


@pytest.mark.parametrize("chat", [CHAT_PASSED, CHAT_LITERAL], ids=["passed by -T", "literal"])
def test_a_write_that_is_cut_off_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chat: str
) -> None:
    """Each file is whole, what reads as done is done, and both ways lead on from there."""
    for number in every_cut():
        again, back = (_world(tmp_path / f"{way}{number}", chat) for way in ("again", "back"))
        before = back.facts()
        held = _read(back)
        was_cut = _cut(again, monkeypatch, number, _write)
        assert was_cut == _cut(back, monkeypatch, number, _write)
        cut_off = back.octets()
        if _read(back).apn == WANTED:
            assert back.modem.contexts[1] == ("IPV4V6", "new.example")
        _restore(back, held)
        _take_effect(back)
        assert back.facts() == before
        _write(again)
        assert _read(again).apn == WANTED
        assert again.facts()["names"] == _world(tmp_path / "plain", chat).facts()["names"]
        for was, old, new in zip(cut_off, back.octets(), again.octets(), strict=True):
            assert was in (old, new.replace(bytes(again.home), bytes(back.home)))
        if not was_cut:
            # CGDCONT; then, of each file: create, write, mode, sync, rename, the directory's sync.
            assert number == 13
            break


def _restore_cut_off(
    home: Path, monkeypatch: pytest.MonkeyPatch, first: int, second: int
) -> tuple[bool, bool]:
    """Cut off a restore at two steps one after the other, and let it come to its end then."""
    world = _world(home, CHAT_LITERAL)
    before = world.facts()
    held = _read(world)
    _write(world)
    _take_effect(world)
    cuts = [_cut(world, monkeypatch, number, _restore, held) for number in (first, second)]
    _restore(world, held)
    _take_effect(world)
    assert world.facts() == before
    return cuts[0], cuts[1]


def test_a_restore_that_is_cut_off_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in every_cut():
        was_cut, _ = _restore_cut_off(tmp_path / str(number), monkeypatch, number, number)
        if not was_cut:
            assert number == 13
            break


@pytest.mark.proof
def test_a_restore_that_is_cut_off_anywhere_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for first, second in itertools.product(range(14), repeat=2):
        home = tmp_path / f"{first}-{second}"
        _restore_cut_off(home, monkeypatch, first, second)


def test_an_effect_that_is_cut_off_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in every_cut():
        world = _world(tmp_path / str(number))
        _write(world)
        was_cut = _cut(world, monkeypatch, number, _take_effect)
        _take_effect(world)
        assert (world.modem.attached_with, world.running) == ("new.example", world.octets())
        if not was_cut:
            assert number == 2
            break


# --- what is refused, before anything is changed ------------------------------------------------


@pytest.mark.parametrize(
    ("chat", "apn", "persist", "refused"),
    [
        pytest.param(CHAT_PASSED, Apn("new", credentials=None), True, True, id="-T changes"),
        pytest.param(CHAT_LITERAL, Apn("new", credentials=None), True, False, id="chat changes"),
        pytest.param(CHAT_LITERAL, Apn("new", credentials=None), False, True, id="nobody redials"),
        pytest.param(CHAT_LITERAL, WANTED, True, True, id="the login changes"),
    ],
)
def test_without_a_unit_only_what_a_redialling_pppd_sees(
    tmp_path: Path, chat: str, apn: Apn, persist: bool, refused: bool
) -> None:
    """chat reads its script at each dialling, pppd its options once."""
    world = _world(tmp_path, chat, PEER if persist else PEER.replace("persist\n", ""))
    world.unit = None
    before = world.facts()
    if refused:
        with pytest.raises(ApplierRefused, match=r"apn\.ppp\.unit"):
            _write(world, apn)
        assert world.facts() == before
    else:
        _write(world, apn)
        world.steps.done.clear()
        _take_effect(world)
        assert world.steps.done == ["CFUN"]
        assert world.modem.attached_with == "new"


def test_a_unit_that_systemd_does_not_know(world: World) -> None:
    world.load_state = "not-found"
    before = world.facts()
    with pytest.raises(ApplierRefused, match=f"no unit {UNIT}"):
        _write(world)
    assert world.facts() == before


@pytest.mark.parametrize("spoil", ["chat", "peer"])
def test_a_file_that_is_not_understood(world: World, spoil: str) -> None:
    path = world.chat if spoil == "chat" else world.peer
    path.write_text("nonsense\n")
    before = world.facts()
    with pytest.raises(ApplierRefused, match=str(path)):
        _write(world)
    assert world.facts() == before


def test_a_chat_file_without_its_whole_path(tmp_path: Path) -> None:
    world = _world(tmp_path, peer=PEER.replace("{chat}", "modem"))
    with pytest.raises(ApplierRefused, match=r"apn\.ppp\.chat"):
        _read(world)


def test_a_read_only_file_is_left_alone(world: World) -> None:
    world.peer.chmod(0o444)
    with pytest.raises(ApplierRefused, match="read-only"):
        _write(world)


def test_a_restart_that_fails_shows_in_what_the_network_gives(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """Its code doesn't tell a wrong APN from a wrong unit, and each try costs a radio cycle."""
    world.restart_code = 1
    _take_effect(world)
    assert f"{UNIT}: the restart failed, code 1" in caplog.text


def test_a_restart_that_hangs_is_left_to_systemd(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def hang(*_: object, timeout_s: float) -> Finished:
        assert timeout_s >= 90
        raise ApplierUnavailable("systemctl wasn't done within 120 s")

    applier = PppApplier(PppConfig(world.peer, None, UNIT), run=hang)
    asyncio.run(applier.take_effect(world.modem.as_modem()))
    assert "systemctl wasn't done" in caplog.text


# --- service ------------------------------------------------------------------------------------


def _interface(world: World, name: str, kind: int) -> None:
    entry = world.home / "sys/class/net" / name
    entry.mkdir(parents=True)
    (entry / "type").write_text(f"{kind}\n")


@pytest.mark.parametrize(
    ("interfaces", "options", "modem_says", "context"),
    [
        pytest.param(
            {"lo": 512},
            "",
            LiveContext(True, "10.0.0.1", "em"),
            LiveContext(True, "127.0.0.1", "em"),
            id="the only ppp interface",
        ),
        pytest.param(
            {"lo": 772, "eth0": 1},
            "",
            LiveContext(True, "10.0.0.1", "em"),
            LiveContext(True, None, "em"),
            id="none: the modem's address is of no use",
        ),
        pytest.param(
            {},
            "ifname lo\n",
            LiveContext(False),
            LiveContext(True, "127.0.0.1"),
            id="the one that pppd is told to make",
        ),
        pytest.param(
            {"lo": 512, "ppp1": 512},
            "unit 7\n",
            LiveContext(False),
            LiveContext(False),
            id="it isn't there yet",
        ),
    ],
)
def test_the_address_is_that_of_pppds_interface(
    tmp_path: Path,
    interfaces: dict[str, int],
    options: str,
    modem_says: LiveContext,
    context: LiveContext,
) -> None:
    world = _world(tmp_path, peer=options + PEER)
    world.modem.live = modem_says
    for name, kind in interfaces.items():
        _interface(world, name, kind)
    service = asyncio.run(world.applier().serving(world.modem.as_modem(), 1, activate=True))
    assert (service.attached, service.context, service.refused) == (True, context, False)


def test_of_two_interfaces_nobody_knows_which(world: World) -> None:
    _interface(world, "ppp0", 512)
    _interface(world, "ppp1", 512)
    with pytest.raises(ApplierRefused, match="ppp0, ppp1: which of them"):
        asyncio.run(world.applier().serving(world.modem.as_modem(), 1, activate=False))
