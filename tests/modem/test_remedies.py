"""The keeper on the ladder: what it does against which trouble, what it notes, when it stops."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from modem.device import Modem
from modem.errors import CommandRefused, ModemSilent, PortBusy
from modem.ladder import DAY_S, Rung, Trouble
from modem.notices import StorageFull
from modem.power import PowerFailed
from modem.recovery import KeeperPhase
from modem.remedies import NOTES, OVERDRAWN, MemoryBudget, Remedies
from tests.modem.keeping import Bench
from tests.modem.scripted import ERROR, MUTE, Answer, ok, settle
from tests.virtual_time import run

RESET = "AT+CRESET"
RADIO_OFF, RADIO_ON = "AT+CFUN=4", "AT+CFUN=1"
HOUR_S = 3600.0


@dataclass
class Switch:
    """A switch that notes each use, does what a test wants of it, and may fail."""

    toggles: bool = False
    fails: str = ""
    uses: list[float] = field(default_factory=list)
    then: Callable[[], None] = lambda: None

    async def cycle(self) -> None:
        self.uses.append(asyncio.get_running_loop().time())
        await asyncio.sleep(5.0)
        if self.fails:
            raise PowerFailed(self.fails)
        self.then()


@pytest.fixture
def power() -> Switch:
    return Switch()


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, power: Switch) -> Bench:
    """A SIM7600, which has a command that resets it, on a switch."""
    made = Bench(monkeypatch, tmp_path / "modem0", power=power)
    made.script.answers |= {RADIO_OFF: ok(), RADIO_ON: ok(), RESET: ok()}
    return made


def sicken(bench: Bench, **answers: Answer) -> Callable[[], None]:
    """Other answers than those of a well modem, until what is returned is called."""
    well = dict(bench.script.answers)
    bench.script.answers = {**well, **answers}

    def heal() -> None:
        bench.script.answers = well

    return heal


def mute(bench: Bench) -> Callable[[], None]:
    return sicken(bench, **dict.fromkeys(bench.script.answers, MUTE))


async def fall_ill(bench: Bench, make_ill: Callable[[Bench], Callable[[], None]]) -> float:
    """Ready, then ill; when."""
    await bench.keeper.modem()
    await settle()
    make_ill(bench)
    bench.link.break_wire("gone for a moment")
    await settle()
    return asyncio.get_running_loop().time()


# --- which rung, and when -------------------------------------------------------------------------

LADDERS: dict[str, tuple[dict[str, Answer], list[tuple[str, str, float]]]] = {
    "refused: from the mildest up": (
        {"AT+CMGF=0": ERROR, "AT+CMEE=1": ERROR},
        [
            ("radio-cycle", "refusing", 60.0),
            ("reset", "refusing", 180.0),
            ("power-cycle", "refusing", 480.0),
        ],
    ),
    "nonsense": (
        {"AT+CGMI": ok()},
        [("reset", "garbled", 90.0), ("power-cycle", "garbled", 210.0)],
    ),
    "no card: hardly anything helps": (
        {"AT+CPIN?": "+CME ERROR: 10"},
        [("power-cycle", "sim-absent", 600.0)],
    ),
    "a busy card: patience": (
        {"AT+CPIN?": "+CME ERROR: 14"},
        [("reset", "sim-busy", 600.0), ("power-cycle", "sim-busy", 1200.0)],
    ),
    "a locked card: nothing helps": ({"AT+CPIN?": ok("+CPIN: SIM PUK")}, []),
}


@pytest.mark.parametrize(("answers", "wanted"), LADDERS.values(), ids=LADDERS)
def test_the_ladder(
    bench: Bench, answers: dict[str, Answer], wanted: list[tuple[str, str, float]]
) -> None:
    async def story() -> None:
        ill_s = await fall_ill(bench, lambda bench: sicken(bench, **answers))
        await asyncio.sleep(0.99 * HOUR_S)
        assert bench.remedies == [(rung, trouble) for rung, trouble, _ in wanted]
        for note, (_, _, after_s) in zip(bench.notes, wanted, strict=True):
            assert 0 <= note.at_s - ill_s - after_s < 130.0, note
            assert note.failed is None
            assert note.why

    bench.run(story)


def test_a_mute_modem_is_told_to_reset_although_it_can_not_be_heard(
    bench: Bench, power: Switch
) -> None:
    async def story() -> None:
        await fall_ill(bench, mute)
        await asyncio.sleep(600.0)
        assert bench.remedies == [("reset", "silent"), ("power-cycle", "silent")]
        assert bench.script.count(RESET) == 1
        assert len(power.uses) == 1
        assert RADIO_OFF not in bench.script.lines

    bench.run(story)


@pytest.mark.parametrize("identity", ["", "ACME"], ids=["never-heard", "of-no-known-family"])
def test_no_modem_is_told_a_command_of_another_family(bench: Bench, identity: str) -> None:
    async def story() -> None:
        if identity:
            bench.script.answers["AT+CGMI"] = ok(identity)
            await fall_ill(bench, mute)
        else:
            mute(bench)
        await asyncio.sleep(0.9 * HOUR_S)
        assert {rung for rung, _ in bench.remedies} == {"power-cycle"}
        assert RESET not in bench.script.lines

    bench.run(story)


def test_a_modem_of_another_family_in_its_place_is_not_told_the_former_ones_reset(
    bench: Bench,
) -> None:
    async def story() -> None:
        other: dict[str, Answer] = {"AT+CGMI": ok("ACME"), "AT+CPIN?": "+CME ERROR: 3"}
        await fall_ill(bench, lambda bench: sicken(bench, **other))
        await asyncio.sleep(0.9 * HOUR_S)
        assert [rung for rung, _ in bench.remedies] == ["radio-cycle", "power-cycle"]
        assert RESET not in bench.script.lines

    bench.run(story)


def test_without_a_switch_the_power_is_no_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bench = Bench(monkeypatch, tmp_path / "modem0")

    async def story() -> None:
        await bench.keeper.modem()
        bench.unplug()
        await asyncio.sleep(HOUR_S)
        assert bench.remedies == []

    bench.run(story)


def test_a_port_that_another_program_holds_is_left_alone(bench: Bench) -> None:
    bench.failures = [PortBusy("modem0", "held by minicom (4711)") for _ in range(10_000)]

    async def story() -> None:
        await asyncio.sleep(DAY_S)
        assert bench.keeper.state.trouble is Trouble.PORT_UNUSABLE
        assert bench.remedies == []

    bench.run(story)


def test_the_port_is_closed_while_its_power_is_switched(bench: Bench, power: Switch) -> None:
    held: list[bool] = []
    power.then = lambda: held.append(bench.script.link is not None)

    async def story() -> None:
        await fall_ill(bench, mute)
        await asyncio.sleep(600.0)
        assert held == [False]

    bench.run(story)


# --- what ends it ---------------------------------------------------------------------------------


def test_what_helps_is_used_at_once(bench: Bench, power: Switch) -> None:
    async def story() -> None:
        well = dict(bench.script.answers)

        def heal() -> None:
            bench.script.answers = well

        power.then = heal
        await fall_ill(bench, mute)
        await bench.until(lambda: len(power.uses) == 1, limit_s=600.0)
        await bench.until(lambda: len(bench.ready) == 2, limit_s=10.0)
        await settle()
        assert bench.keeper.state.phase is KeeperPhase.READY
        assert bench.keeper.state.trouble is None
        assert len(bench.notes) == 2  # what was done stays in the status

    bench.run(story)


@pytest.mark.parametrize(
    ("well_s", "second"),
    [
        pytest.param(0.5 * HOUR_S, "power-cycle", id="not-yet-steady: goes on where it was"),
        pytest.param(1.5 * HOUR_S, "reset", id="steady: from the foot again"),
    ],
)
def test_a_remedy_that_helped_is_remembered_for_an_hour(
    bench: Bench, well_s: float, second: str
) -> None:
    async def story() -> None:
        well = dict(bench.script.answers)
        for rungs in (1, 2):
            await fall_ill(bench, mute)
            await bench.until(lambda: len(bench.notes) == rungs, limit_s=600.0)  # noqa: B023
            bench.script.answers = well
            await bench.until(lambda: len(bench.ready) == 1 + rungs)  # noqa: B023 -- at once
            await asyncio.sleep(well_s)
        assert bench.remedies == [("reset", "silent"), (second, "silent")]

    bench.run(story)


# --- budgets --------------------------------------------------------------------------------------


@dataclass
class Purse:
    """A budget that notes what it is asked, and the power's uses until then."""

    power: Switch
    yes: bool
    asked: list[tuple[Rung, int]] = field(default_factory=list)

    async def spend(self, rung: Rung) -> bool:
        self.asked.append((rung, len(self.power.uses)))
        return self.yes


@pytest.mark.parametrize("yes", [True, False])
def test_the_budget_is_asked_before_a_remedy_is_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, power: Switch, yes: bool
) -> None:
    purse = Purse(power, yes)
    bench = Bench(monkeypatch, tmp_path / "modem0", power=power, budget=purse)

    async def story() -> None:
        await bench.keeper.modem()
        await settle()
        bench.unplug()
        await asyncio.sleep(600.0)
        assert purse.asked == [(Rung.POWER_CYCLE, 0)]
        assert len(power.uses) == yes
        assert [note.failed for note in bench.notes] == [None if yes else OVERDRAWN]

    bench.run(story)


def test_a_budget_in_memory_is_one_of_the_last_24_hours() -> None:
    async def story() -> None:
        budget = MemoryBudget({Rung.RESET: 2, Rung.POWER_CYCLE: 0})
        assert await budget.spend(Rung.RESET)
        await asyncio.sleep(DAY_S / 2)
        assert await budget.spend(Rung.RESET)
        assert not await budget.spend(Rung.RESET)
        assert not await budget.spend(Rung.POWER_CYCLE)
        await asyncio.sleep(DAY_S / 2)
        assert await budget.spend(Rung.RESET)
        assert not await budget.spend(Rung.RESET)

    run(story())


def test_a_switch_that_fails_is_noted_and_ends_nothing(bench: Bench, power: Switch) -> None:
    power.fails = "there is no USB device 1-1.4"

    async def story() -> None:
        await bench.keeper.modem()
        await settle()
        bench.unplug()
        await asyncio.sleep(600.0)
        assert [note.failed for note in bench.notes] == [power.fails]
        bench.path.touch()
        await bench.until(lambda: len(bench.ready) == 2, limit_s=2.0)

    bench.run(story)


def test_the_last_remedies_are_kept_only(power: Switch) -> None:
    async def story() -> None:
        remedies = Remedies(MemoryBudget({Rung.POWER_CYCLE: 1000}), power)
        while len(power.uses) <= NOTES:
            await remedies.climb(Trouble.GONE, "it is gone", None)
            await asyncio.sleep(0.5 * HOUR_S)
        assert [note.at_s for note in remedies.notes] == [at_s + 5.0 for at_s in power.uses[1:]]

    run(story())


# --- complaints about a modem that answers --------------------------------------------------------


def test_no_sms_is_met_by_another_registration_and_then_by_more(
    bench: Bench, power: Switch
) -> None:
    async def story() -> None:
        await bench.keeper.modem()
        await settle()
        began_s = asyncio.get_running_loop().time()
        for _ in range(110):  # nearly an hour, and a complaint each half a minute
            bench.keeper.no_sms("+CMS ERROR 38")
            await asyncio.sleep(30.0)
        assert bench.remedies == [
            ("radio-cycle", "no-sms"),
            ("reset", "no-sms"),
            ("power-cycle", "no-sms"),
        ]
        times = [note.at_s - began_s for note in bench.notes]
        assert times[0] < 1.0
        assert times[1] >= 900.0
        assert times[2] >= 2700.0
        assert bench.script.count(RADIO_ON) == 1
        assert len(bench.ready) == 4  # each time it is begun with anew

    bench.run(story)


def test_a_complaint_is_shown_harmless_and_short(bench: Bench) -> None:
    async def story() -> None:
        await bench.keeper.modem()
        await settle()
        bench.keeper.no_sms("\x1b[2J\n" + "x" * 10_000)
        await bench.until(lambda: bool(bench.notes))
        (note,) = bench.notes
        assert note.why.isprintable()
        assert len(note.why) <= 200
        json.dumps(note.why)

    bench.run(story)


def test_a_complaint_about_a_modem_that_is_not_there_is_nothing(bench: Bench) -> None:
    async def story() -> None:
        await bench.keeper.modem()
        await settle()
        bench.unplug()
        await asyncio.sleep(5.0)
        bench.keeper.no_sms("+CMS ERROR 38")
        bench.path.touch()
        await asyncio.sleep(60.0)
        assert bench.remedies == []

    bench.run(story)


def test_a_storage_that_stays_full_has_every_memory_looked_through(bench: Bench) -> None:
    async def story() -> None:
        await bench.keeper.modem()
        await settle()
        for _ in range(7):
            bench.script.say("+SMS FULL")
            await asyncio.sleep(120.0)
        assert StorageFull() in bench.events
        assert bench.remedies == [("reinitialise", "storage-full")]
        assert len(bench.ready) == 2

    bench.run(story)


def test_a_storage_that_is_full_for_a_moment_is_its_readers_affair(bench: Bench) -> None:
    async def story() -> None:
        await bench.keeper.modem()
        await settle()
        bench.script.say("+SMS FULL", "+SMS FULL")
        await asyncio.sleep(DAY_S)
        assert (bench.remedies, len(bench.ready)) == ([], 1)

    bench.run(story)


# --- restarting again and again -------------------------------------------------------------------


@pytest.mark.parametrize("how", ["by its words", "by its port"])
def test_a_modem_that_restarts_all_the_time_gets_its_power_cut_and_no_reset(
    bench: Bench, how: str
) -> None:
    async def story() -> None:
        await bench.keeper.modem()
        for _ in range(30):
            await asyncio.sleep(60.0)
            if how == "by its words":
                bench.script.say("RDY")
            else:
                bench.link.break_wire("gone for a moment")
        assert bench.remedies == [("power-cycle", "rebooting")]
        assert RESET not in bench.script.lines

    bench.run(story)


def test_a_port_that_is_lost_at_each_start_is_not_set_up_all_the_time(bench: Bench) -> None:
    """A server of serial ports that takes connections and closes them."""

    async def story() -> None:
        for starts in range(1, 9):
            await bench.until(lambda: len(bench.ready) == starts)  # noqa: B023 -- awaited at once
            await settle()
            bench.link.break_wire("closed by the server")
        began_s = bench.opened[0]
        await bench.until(lambda: len(bench.ready) == 9)
        assert bench.opened[-1] - began_s >= 1 + 2 + 4 + 8 + 16 + 30

    bench.run(story)


def test_a_few_restarts_in_an_hour_are_no_trouble(bench: Bench) -> None:
    async def story() -> None:
        await bench.keeper.modem()
        for _ in range(20):
            await asyncio.sleep(900.0)
            bench.script.say("RDY")
        assert bench.remedies == []

    bench.run(story)


def test_a_port_that_is_gone_for_a_moment_now_and_then_has_its_time_again(bench: Bench) -> None:
    async def story() -> None:
        for starts in (1, 2, 3):
            await bench.until(lambda: len(bench.ready) == starts)  # noqa: B023 -- awaited at once
            await asyncio.sleep(60.0)
            bench.unplug()
            await asyncio.sleep(120.0)
            bench.path.touch()
        assert bench.remedies == []

    bench.run(story)


# --- one key for on and off -----------------------------------------------------------------------


@dataclass
class Board:
    """A modem that a key switches on and off, and that may hang while it is on."""

    bench: Bench
    switch: Switch
    on: bool
    hangs: bool

    def __post_init__(self) -> None:
        self.well = dict(self.bench.script.answers)
        self.switch.toggles = True
        self.switch.then = self.press
        self._apply()

    def press(self) -> None:
        self.on = not self.on
        self.hangs = False
        self._apply()

    def _apply(self) -> None:
        answers = self.on and not self.hangs
        self.bench.script.answers = dict(self.well) if answers else dict.fromkeys(self.well, MUTE)


@pytest.mark.parametrize(
    ("on", "presses"),
    [pytest.param(True, 2, id="it-hung"), pytest.param(False, 1, id="it-was-off")],
)
def test_the_key_is_pressed_again_where_the_modem_stays_away(
    bench: Bench, power: Switch, on: bool, presses: int
) -> None:
    async def story() -> None:
        board = Board(bench, power, on=on, hangs=on)
        await bench.until(lambda: len(bench.ready) == 1, limit_s=900.0)
        await asyncio.sleep(DAY_S)
        assert board.on
        assert len(power.uses) == presses
        assert {rung for rung, _ in bench.remedies} == {"power-cycle"}

    bench.run(story)


def test_a_modem_that_is_there_is_not_switched_off_by_a_second_press(
    bench: Bench, power: Switch
) -> None:
    async def story() -> None:
        bench.script.answers["AT+CPIN?"] = "+CME ERROR: 10"
        power.toggles = True
        await asyncio.sleep(0.5 * HOUR_S)
        assert len(power.uses) == 1

    bench.run(story)


def test_a_press_that_helped_is_not_followed_by_another_one_later(
    bench: Bench, power: Switch
) -> None:
    async def story() -> None:
        Board(bench, power, on=False, hangs=False)
        await bench.until(lambda: len(bench.ready) == 1, limit_s=900.0)
        await asyncio.sleep(300.0)
        await fall_ill(bench, mute)
        await asyncio.sleep(80.0)  # a start fails, and the ladder waits
        assert bench.keeper.state.trouble is Trouble.SILENT
        assert len(power.uses) == 1

    bench.run(story)


def test_a_modem_that_is_mute_to_the_caller_at_each_start_is_mute(bench: Bench) -> None:
    async def story() -> None:
        async def asks(modem: Modem) -> None:
            for _ in range(3):
                with suppress(ModemSilent):
                    await modem.attached()
            await modem.attached()

        bench.then = asks
        bench.script.answers["AT+CGATT?"] = MUTE
        await asyncio.sleep(0.5 * HOUR_S)
        assert bench.remedies == [("reset", "silent"), ("power-cycle", "silent")]

    bench.run(story)


def test_a_failure_of_the_callers_part_climbs_too(bench: Bench) -> None:
    async def story() -> None:
        async def fails(_modem: object) -> None:
            raise CommandRefused("AT+CMGL=4", "CMS", 320)

        bench.then = fails
        await asyncio.sleep(600.0)
        assert [rung for rung, _ in bench.remedies] == ["radio-cycle", "reset", "power-cycle"]

    bench.run(story)
