"""The parts that share one modem and one store, and how they are joined."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from contextlib import suppress

from apn_config.access import Access
from apn_config.access_secrets import load_secrets
from apn_config.admission import Admission
from apn_config.apn_changes import ApnChanges, Progress
from apn_config.appliers import Applier, ApplierError, applier_for
from apn_config.batch import Counsel, Taken
from apn_config.budgets import RadioBudget, RecoveryBudget
from apn_config.change import ChangeRunner
from apn_config.clock import Clock
from apn_config.config import Config, ConfigError
from apn_config.config_recovery import PowerConfig
from apn_config.executor import Executor
from apn_config.hub import Hub
from apn_config.intake import Intake
from apn_config.judgement import Judge
from apn_config.model import ApnRequest, Device
from apn_config.outgoing import Outgoing
from apn_config.pin import PinGuard
from apn_config.reader import Reader
from apn_config.steps import Plan
from apn_config.storage_thread import StoreThread
from apn_config.store import ChangeRow
from apn_config.sweep import SweepPolicy
from apn_config.tally import Tally
from apn_config.tools import Probe
from apn_config.transaction import Reason
from apn_config.veil import Veil
from apn_config.verbs.place import Initialisations, Place
from apn_config.vitals import Turn, Vitals, idle
from apn_config.voice import Voice
from modem import (
    ContextChanged,
    MessageDirect,
    MessageStored,
    Modem,
    ModemError,
    ModemEvent,
    ModemKeeper,
    PowerSwitch,
    RegistrationChanged,
    Restarted,
    SimChanged,
    StorageFull,
    Tap,
)

logger = logging.getLogger(__name__)

# Between two looks for drift where the first one failed: each may write to the modem's flash.
FIRST_AGAIN_S = 60.0
LONGEST_AGAIN_S = 3600.0
# What each worker may take without a sign of getting on. A storage of 255 messages that has to be
# read slot by slot; a step of a change with several commands that wait for the network, 155 s each;
# a message handed to the network (120 s) with its resynchronisation.
INTAKE_LIMIT_S = 1800.0
ACTION_LIMIT_S = 900.0
SENDING_LIMIT_S = 600.0
_CNUM = re.compile(r'\+CNUM:[^,]*,\s*"?(\+?[0-9]{3,20})')


def action_limit_s(config: Config) -> float:
    """What one step of a change may take: program and probe are as slow as they are set to be."""
    script, probe = config.apn.script, config.apn.probe
    limit_s = ACTION_LIMIT_S + (4 * script.timeout_s if script else 0.0)
    return limit_s + (probe.tries * probe.timeout_s if probe else 0.0)


class Agent:
    """The parts that share one modem and one store. `db` is open before any of them runs.

    Onlookers hear by `tap` what passes on the modem's line, by `events` what the modem says unasked
    and by `taken` of each commit of messages.
    """

    def __init__(
        self,
        config: Config,
        db: StoreThread,
        clock: Clock,
        vitals: Vitals | None = None,
        tally: Tally | None = None,
    ) -> None:
        self.config = config
        self._secrets = load_secrets(config)
        self.reader = Reader.for_config(config)
        self.veil = Veil(self.reader, self._secrets.words())
        self._tally = tally or Tally()
        self.tap = Tap()
        self.taken: Hub[Taken] = Hub()
        self.events: Hub[ModemEvent] = Hub()
        self._vitals = vitals or Vitals()
        self.db = db
        self.clock = clock
        self.applier: Applier = applier_for(config.apn)
        self.sending: asyncio.Lock = Turn()
        self.sweeps = SweepPolicy(config.modem.sweep_s)
        self._initialisations = Initialisations()
        self._may_have_drifted = asyncio.Event()
        self._seen: Modem | None = None
        self._number: str | None = None
        self.keeper = ModemKeeper(
            config.require_port(),
            config.modem.baud,
            on_event=self._hear,
            on_ready=self._ready,
            pin_for=PinGuard(config, db, clock),
            budget=RecoveryBudget(db, clock, config.recovery),
            power=_power(config.recovery.power),
            tap=self.tap,
        )
        self._build()

    def _build(self) -> None:
        config, db, clock, secrets = self.config, self.db, self.clock, self._secrets
        signing = secrets.keys if config.dialects.sign_answers else ()
        voice = Voice(self.reader.dialects, signing, self._device)
        plan = Plan(config.apn, config.reply.to or "", voice)
        judge = Judge(self.reader, Access(config.access, secrets))
        budget = RadioBudget(db, clock, config.recovery.radio_cycles_per_day)
        self.outgoing = Outgoing(
            db=db,
            modem=self._modem,
            clock=clock,
            plan=plan,
            sending=self.sending,
            ended=self._ended,
            expire_s=config.reply.expire_h * 3600,
            status_report=config.reply.status_report,
            no_sms=self._no_sms,
        )
        self.runner = ChangeRunner(
            db=db,
            modem=self._modem,
            applier=self.applier,
            plan=plan,
            budget=budget,
            clock=clock,
            sending=self.sending,
            answer_queued=self.outgoing.wake,
            strayed=self._may_have_drifted.set,
            probe=_probe(config, lambda: self.keeper.state.port),
        )
        self.changes = ApnChanges(
            db=db,
            applier=self.applier,
            runner=self.runner,
            plan=plan,
            budget=budget,
            clock=clock,
        )
        self.place = Place(
            db=db,
            modem=self._modem,
            applier=self.applier,
            plan=plan,
            budget=budget,
            clock=clock,
            commands=config.commands,
            initialisations=self._initialisations,
            answer_queued=self.outgoing.wake,
            changing=self.changes.changing,
            sending=self.sending,
        )
        self.executor = Executor(
            place=self.place,
            changes=self.changes,
            max_age_h=config.access.max_age_h if config.access else 0,
            judge=judge,
        )
        self.intake = Intake(
            db=db,
            modem=self._modem,
            clock=clock,
            counsel=Counsel(judge, Admission(config.access, secrets), voice, config.reply.to or ""),
            device=self._device,
            by_card=secrets.by_card,
            policy=self.sweeps,
            stored=self._stored,
        )

    def _device(self) -> Device:
        """What is known of the modem and its card: it may be away, and is the same all the same."""
        if self._seen is None:
            return Device()
        identity = self._seen.identity
        return Device(identity.imei, identity.iccid or "", identity.imsi or "", self._number or "")

    def _ended(self) -> None:
        """The network took an answer, or it was given up."""
        self.runner.stirred.set()
        self.place.stirred.set()

    def _no_sms(self, why: str) -> None:
        """SMS don't work although the modem is registered; a change under way mends that itself."""
        if not self.changes.changing.locked():
            self.keeper.no_sms(why)

    async def run(self) -> None:
        """Serve until cancelled."""
        limit_s = action_limit_s(self.config)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.keeper.run())
            for name, within_s, work in (
                ("the intake", INTAKE_LIMIT_S, self.intake.run()),
                ("the executor", limit_s, self.executor.run()),
                ("the outbox", SENDING_LIMIT_S, self.outgoing.run()),
                ("the watch for drift", limit_s, self._watch_drift()),
            ):
                tasks.create_task(self._vitals.working(name, within_s, work))

    async def _modem(self) -> Modem:
        """The modem, which may be away for as long as it likes."""
        with idle():
            return await self.keeper.modem()

    async def set_apn(
        self, modem: Modem, request: ApnRequest | None, progress: Progress
    ) -> ChangeRow:
        """As `ApnChanges.by_socket`; a trial that begins so is watched."""
        change = await self.changes.by_socket(modem, request, progress)
        self.executor.wake()
        return change

    async def wind_down(self, seconds: float) -> None:
        """Begin nothing more, and let a change under way end within that time.

        It may go on for half of it, then it is undone. What isn't done by then, or is on trial, the
        next start goes on with.
        """
        self.executor.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds / 2):
                async with self.changes.changing:
                    return
        self.runner.call_off(Reason.STOPPED)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds / 2):
                async with self.changes.changing:
                    return

    def _stored(self, taken: Taken) -> None:
        if taken.due is not None:
            self.outgoing.wake(taken.due)
        if taken.commands:
            self.executor.wake()
        self.taken.tell(taken)

    def _hear(self, event: ModemEvent) -> None:
        """What the modem says unasked; called in the order of its words, never blocks."""
        match event:
            case MessageStored():
                self.intake.announce(event)
            case MessageDirect():
                self.intake.take_direct(event)
            case StorageFull():
                self.intake.storage_full()
            case RegistrationChanged() | ContextChanged():
                self.runner.stirred.set()
                self.outgoing.network_changed()
            case SimChanged():
                self._may_have_drifted.set()
            case Restarted(asked=False):
                self._tally.modem_restarts += 1
            case _:
                logger.debug("%s", event)
        self.events.tell(event)

    async def _ready(self, modem: Modem) -> None:
        self._tally.modem_starts += 1
        self._seen = modem
        self._initialisations.another()
        self._may_have_drifted.set()
        self.intake.initialised()
        self.outgoing.network_changed()
        self.runner.stirred.set()

    async def _watch_drift(self) -> None:
        """After each initialisation, and for another card, see that the modem holds what was
        committed. The card is known by its ICCID; an applet that changes the IMSI is no fault.

        What couldn't be compared is looked at again, later each time.
        """
        failures = 0
        while True:
            pause_s = min(FIRST_AGAIN_S * 2.0 ** (failures - 1), LONGEST_AGAIN_S)
            with suppress(TimeoutError), idle():
                async with asyncio.timeout(pause_s if failures else None):
                    await self._may_have_drifted.wait()
            self._may_have_drifted.clear()
            modem = await self._modem()
            try:
                await modem.read_card()
                self._number = await _own_number(modem)
                await self.changes.check_card(modem)
                if self.config.apn.enforce:
                    await self.changes.correct_drift(modem)
                failures = 0
            except (ModemError, ApplierError) as error:
                failures = min(failures + 1, 20)
                logger.warning("the modem's APN couldn't be compared: %s", error)


async def _own_number(modem: Modem) -> str | None:
    """The card's own number (3GPP TS 27.007 7.1), where it has one: nobody commands himself."""
    answer = await modem.run_at("AT+CNUM")
    found = map(_CNUM.match, answer.lines if answer.ok else ())
    return next((match[1] for match in found if match is not None), None)


def _power(config: PowerConfig | None) -> PowerSwitch | None:
    """The configured switch. Raises ConfigError for parameters that can't be any."""
    if config is None:
        return None
    from modem import PowerFailed, power_switch

    try:
        return power_switch(config.kind, **config.parameters)
    except PowerFailed as error:
        raise ConfigError(None, "recovery.power", str(error)) from None


def _probe(config: Config, port: Callable[[], str]) -> Probe | None:
    """Asks whether data passes by the modem that is on `port` now; None without a probe."""
    wanted = config.apn.probe
    if wanted is None:
        return None
    from apn_config.probe import probe

    async def ask() -> str | None:
        result = await probe(wanted, port())
        return None if result.ok else result.why

    return ask
