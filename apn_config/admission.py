"""What has to be remembered of messages to let them in: lock-outs, counters, MACs, rates.

It runs inside the transaction that stores the message, so that what was taken is on the disk before
anything is done, and after a crash neither or both are. Who may what by rules is access.py's.

A valid signature is let in whatever is locked: it can't be guessed, and nobody may lock its holder
out by forging a number. Everything else that comes from a sender who is locked out, or in a dialect
that is, gets silence, a right secret included.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from apn_config.access import Secrets, sender_key
from apn_config.clock import Moment
from apn_config.config import AccessConfig
from apn_config.judgement import Answer, Execute, Judgement, Silence
from apn_config.masking import masked
from apn_config.model import (
    Device,
    Form,
    Mac,
    Outcome,
    Proof,
    Result,
    Sender,
    SetupCode,
    Signature,
    Verb,
)
from apn_config.proofs import SETUP_WRONG, SIGNED
from apn_config.store import Store, Took
from apn_config.store.guards import DIALECT

HOUR_S: Final = 3600.0
DAY_S: Final = 86400.0
# A sender is free to choose for whoever forges it; so all of them together have a limit, too.
DIALECT_FACTOR: Final = 10
COMMAND, ANSWER = "command", "answer"
UNPROVEN: Final = "unproven"
# To these counters a code is answered, and they aren't used up.
_TOO_FAR, _UNKNOWN = "counter-jump", "counter-unknown"
_SAID_AGAIN: Final = frozenset({_TOO_FAR, _UNKNOWN})


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of a kind are let through for `who`; 0 is "no limit"."""

    kind: str
    who: str
    per_hour: int
    per_day: int

    @property
    def counted(self) -> bool:
        """Is there a limit?"""
        return bool(self.per_hour or self.per_day)

    def is_spent(self, store: Store, now: Moment) -> bool:
        """Was as much let through as may be?"""
        return any(
            limit and store.guards.has_spent(self.kind, self.who, limit, within_s, now)
            for limit, within_s in ((self.per_hour, HOUR_S), (self.per_day, DAY_S))
        )


def locks_of(sender: Sender, dialect: str, *, first_contact: bool = False) -> tuple[str, ...]:
    """Under which names wrong secrets count: the sender's, and the dialect's of all senders.

    Set-up codes count for the sender alone: whoever guesses them must not close the dialect for
    others, nor the first contact for who has the code.
    """
    of_sender = sender_key(sender)
    return (of_sender,) if first_contact else (of_sender, f"{DIALECT}{dialect}")


def rates_of(
    config: AccessConfig, sender: Sender, form: Form, *, proven: bool = True
) -> tuple[Rate, Rate]:
    """What counts for a message: the commands of its key or sender, and the device's answers.

    Those to signed commands count for themselves, and so does what isn't proven: forged senders use
    up only the others.
    """
    if form.key is not None:
        who, answers = f"key:{form.key}", SIGNED
    elif proven:
        who, answers = sender_key(sender), ""
    else:
        who, answers = f"{UNPROVEN}:{sender_key(sender)}", UNPROVEN
    return (
        Rate(COMMAND, who, config.commands_per_hour, config.commands_per_day),
        Rate(ANSWER, answers, config.answers_per_hour, config.answers_per_day),
    )


def is_first_contact(config: AccessConfig, secrets: Secrets, now: Moment) -> bool:
    """May the set-up code be used: soon after a boot, on a device that has no other secret yet?"""
    return not secrets.set_up and now.boottime_s < config.setup_min * 60


class Admission:
    """Lets judged messages in, or doesn't."""

    def __init__(self, config: AccessConfig | None, secrets: Secrets) -> None:
        self._config = config or AccessConfig()
        self._secrets = secrets

    def admit(
        self, store: Store, judgement: Judgement, sender: Sender, device: Device, now: Moment
    ) -> Judgement:
        """What is to be done with a message after all. Belongs inside a transaction."""
        if isinstance(judgement, Silence):
            return self._silent(store, judgement, sender, now)
        proof, form = _proof_of(judgement), judgement.form
        locks = locks_of(sender, form.dialect, first_contact=isinstance(proof, SetupCode))
        if not isinstance(proof, Signature) and _is_locked(store, locks, now):
            return Silence("locked-out", dialect=form.dialect)
        if isinstance(proof, Mac):
            # A document is good once: it isn't used up where there is no answer left for it.
            beyond = self._beyond(store, judgement, sender, now)
            if beyond is not None:
                return beyond
        taken = self._take(store, judgement, proof, now)
        if isinstance(taken, Silence):
            return taken
        if taken is judgement and self._secrets.proves(form.dialect, proof):
            store.guards.forgive(sender_key(sender), now)
        return self._within_rates(store, taken, sender, now)

    def is_proven(self, admitted: Answer | Execute) -> bool:
        """Has it proved a secret, wherever there is one? A sender can be forged, and a stamp, too:
        what isn't proven doesn't use up the rates of what is.
        """
        if not self._secrets.set_up:
            return True
        return self._secrets.proves(admitted.form.dialect, _proof_of(admitted))

    def tells_time(self, admitted: Answer | Execute) -> bool:
        """May its stamp move the network's time? Forged messages that are ahead of it would make
        those with a secret stale, for good.

        What changes the device on its sender's word alone, where that is enough, may: else nothing
        would keep such commands in their order.
        """
        changing = isinstance(admitted, Execute) and admitted.command.verb.changing
        return self.is_proven(admitted) or (changing and not self._secrets.demanded)

    # --- wrong secrets ----------------------------------------------------------------------------

    def _silent(self, store: Store, judgement: Silence, sender: Sender, now: Moment) -> Silence:
        """What nobody claims is no attempt, and asks for no look at the store."""
        dialect = judgement.dialect
        if dialect is None:
            return judgement
        first_contact = judgement.why == SETUP_WRONG
        if first_contact and not is_first_contact(self._config, self._secrets, now):
            return Silence("setup-closed", dialect=dialect)
        locks = locks_of(sender, dialect, first_contact=first_contact)
        if _is_locked(store, locks, now):
            # Nothing is looked at, so nothing counts: the lock-out ends when it was to end.
            return Silence("locked-out", dialect=dialect)
        if judgement.offence:
            self._count(store, locks, (masked(sender), f"all in {dialect}"), now)
        return judgement

    def _count(
        self, store: Store, locks: Sequence[str], shown_as: Sequence[str], now: Moment
    ) -> None:
        config = self._config
        limits = (config.failures, config.failures * DIALECT_FACTOR)
        for who, shown, limit in zip(locks, shown_as, limits, strict=False):
            if store.guards.fail(who, limit, config.lockout_min * 60, now):
                detail: dict[str, str | int | None] = {
                    "what": "locked-out",
                    "failures": limit,
                    "minutes": round(config.lockout_min),
                }
                store.journal.add("access", shown, detail, now)

    # --- once only --------------------------------------------------------------------------------

    def _take(
        self, store: Store, judgement: Answer | Execute, proof: Proof | None, now: Moment
    ) -> Judgement:
        """Use up what may be used once."""
        dialect = judgement.form.dialect
        if isinstance(proof, Signature):
            return self._take_counter(store, judgement, proof)
        if isinstance(proof, SetupCode) and not is_first_contact(self._config, self._secrets, now):
            return Silence("setup-closed", dialect=dialect)
        if isinstance(proof, Mac):
            digest = hashlib.sha256(proof.body + proof.mac).digest()
            if not store.guards.take_mac(digest, now):
                return Silence("replay", dialect=dialect)
        return judgement

    def _take_counter(
        self, store: Store, judgement: Answer | Execute, proof: Signature
    ) -> Judgement:
        form, key = judgement.form, judgement.form.key
        if key is None or self._is_retired(store, key):
            return Silence("key-retired", dialect=form.dialect)
        command = judgement.command if isinstance(judgement, Execute) else None
        if command is not None and command.verb is Verb.SYNC:
            return _sync(store, key, proof, command.words, form)
        changing = command is not None and command.verb.changing
        took = store.counters.take(key, proof.counter, changing=changing)
        return judgement if took is Took.TAKEN else _not_taken(store, key, took, form)

    def _is_retired(self, store: Store, fingerprint: str) -> bool:
        """A key that was rotated away is good until the new one has been used."""
        found = self._secrets.key_of(fingerprint)
        if found is None:
            return True
        if not found.previous:
            return False
        return any(
            store.counters.highest(key.fingerprint)
            for key in self._secrets.keys
            if key.name == found.name and not key.previous
        )

    # --- rates ------------------------------------------------------------------------------------

    def _within_rates(
        self, store: Store, judgement: Judgement, sender: Sender, now: Moment
    ) -> Judgement:
        """Each SMS costs money, and an authorised sender may be a forged one."""
        if isinstance(judgement, Silence):
            return judgement
        beyond = self._beyond(store, judgement, sender, now)
        if beyond is None:
            _spend(store, self._rates(judgement, sender), now)
        return judgement if beyond is None else beyond

    def _rates(self, judgement: Answer | Execute, sender: Sender) -> tuple[Rate, Rate]:
        form = judgement.form
        # One that used no counter up can be said again by anybody, so it counts as a sender's.
        again = isinstance(judgement, Answer) and judgement.outcome.reason in _SAID_AGAIN
        proven = self.is_proven(judgement)
        counted = replace(form, key=None) if again else form
        return rates_of(self._config, sender, counted, proven=proven)

    def _beyond(
        self, store: Store, judgement: Answer | Execute, sender: Sender, now: Moment
    ) -> Silence | None:
        for rate in self._rates(judgement, sender):
            if rate.is_spent(store, now):
                return Silence(f"rate-{rate.kind}s", dialect=judgement.form.dialect)
        return None


def _proof_of(judgement: Answer | Execute) -> Proof | None:
    return judgement.command.proof if isinstance(judgement, Execute) else judgement.proof


def _is_locked(store: Store, locks: Sequence[str], now: Moment) -> bool:
    return any(store.guards.locked_s(who, now) for who in locks)


def _spend(store: Store, rates: Sequence[Rate], now: Moment) -> None:
    counted = [(rate.kind, rate.who) for rate in rates if rate.counted]
    if counted:
        store.guards.spend(counted, now)


def _not_taken(store: Store, key: str, took: Took, form: Form) -> Judgement:
    """What is said to whoever has signed, but with a counter that can't be taken."""
    match took:
        case Took.STALE:
            return _refused("stale", form)
        case Took.TOO_FAR:
            return _refused(_TOO_FAR, form, store.counters.challenge(key))
        case Took.UNKNOWN:
            return _refused(_UNKNOWN, form, store.counters.challenge(key))
        case Took.TOO_OLD:
            return Silence("too-old", dialect=form.dialect)
    return Silence("replay", dialect=form.dialect)


def _sync(
    store: Store, key: str, proof: Signature, words: tuple[str, ...], form: Form
) -> Judgement:
    """The code that was asked for sets the counter. One that is overheard is good only once."""
    if not store.counters.awaited(key):
        took = store.counters.take(key, proof.counter, changing=False)
        refused = _refused("no-sync", form)
        return refused if took is Took.TAKEN else _not_taken(store, key, took, form)
    if not store.counters.sync(key, "".join(words), proof.counter):
        return Silence("sync-wrong", dialect=form.dialect)
    return Answer(Outcome(Result.OK, Verb.SYNC), form, "answered", proof)


def _refused(reason: str, form: Form, code: str | None = None) -> Answer:
    pairs = () if code is None else (("code", code),)
    return Answer(Outcome(Result.ERR, pairs=pairs, reason=reason), form, reason)
