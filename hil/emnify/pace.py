"""How fast the platform may be asked, and when a call is repeated. Pure: the clock is passed in."""

from __future__ import annotations

import re
from bisect import insort
from dataclasses import dataclass
from enum import Enum, auto


class Bucket:
    """At most `rate` calls a second, `burst` of them at once (the generic cell rate algorithm)."""

    def __init__(self, rate: float, burst: int) -> None:
        self._interval_s = 1 / rate
        self._slack_s = self._interval_s * (burst - 1)
        self._due_s = float("-inf")

    def ready_at(self, now_s: float) -> float:
        """When the next call may go."""
        return max(now_s, self._due_s - self._slack_s)

    def take(self, at_s: float) -> None:
        """A call goes at that time."""
        self._due_s = max(self._due_s, at_s) + self._interval_s


class Window:
    """At most `limit` calls in any `span_s`."""

    def __init__(self, limit: int, span_s: float) -> None:
        self._limit = limit
        self._span_s = span_s
        self._taken: list[float] = []

    def ready_at(self, now_s: float) -> float:
        """When the next call may go."""
        if len(self._taken) < self._limit:
            return now_s
        return max(now_s, self._taken[0] + self._span_s)

    def take(self, at_s: float) -> None:
        """A call goes at that time."""
        insort(self._taken, at_s)
        del self._taken[: -self._limit]


_ID = "[0-9]+"
# "Rate limits" of the API's guidelines: calls a second, and how many at once. First match counts.
_DOCUMENTED = (
    (re.compile("GET /api/v1/endpoint"), 10, 5),
    (re.compile(f"GET /api/v1/endpoint/{_ID}(/connectivity)?"), 50, 25),
    (re.compile(f"GET /api/v1/service_profile(/{_ID})?"), 100, 50),
)
# "100 ms between calls" is the advice there; the paths of SMS have no limit of their own.
_OTHERWISE = (10, 1)
_AUTHENTICATE = "POST /api/v1/authenticate"


class Pace:
    """When each call may go. The limits are by address, so one of these serves a client."""

    def __init__(self) -> None:
        self._all = Window(2000, 300)
        self._log_in = Window(100, 300)
        self._buckets = [Bucket(rate, burst) for _, rate, burst in _DOCUMENTED]
        self._otherwise = Bucket(*_OTHERWISE)
        self._held_until_s = float("-inf")

    def reserve(self, method: str, path: str, now_s: float) -> float:
        """When a call may go; the time is then taken."""
        call = f"{method} {path}"
        gates: list[Bucket | Window] = [self._all, self._bucket(call)]
        if call == _AUTHENTICATE:
            gates.append(self._log_in)
        at_s = max(now_s, self._held_until_s, *(gate.ready_at(now_s) for gate in gates))
        for gate in gates:
            gate.take(at_s)
        return at_s

    def hold(self, until_s: float) -> None:
        """The platform wants to be left alone until then: its limits count for the address."""
        self._held_until_s = max(self._held_until_s, until_s)

    def _bucket(self, call: str) -> Bucket:
        for (pattern, _, _), bucket in zip(_DOCUMENTED, self._buckets, strict=True):
            if pattern.fullmatch(call):
                return bucket
        return self._otherwise


class Failure(Enum):
    """How a call failed."""

    NOT_CONNECTED = auto()  # nothing was sent
    LOST = auto()  # it was sent, and no answer came
    REFUSED = auto()  # 429: not taken
    GATEWAY = auto()  # 502 to 504: a gateway answered, and who knows what is behind it


_SURELY_NOT_TAKEN = frozenset({Failure.NOT_CONNECTED, Failure.REFUSED})
_FIRST_S, _MOST_S = 0.5, 30.0
# Longer than that nobody waits for a command; after failed log-ins it would be five minutes.
_PATIENCE_S = 120.0


@dataclass(frozen=True, slots=True)
class Backoff:
    """Which failure is followed by another try, and after what time."""

    tries: int = 5

    def wait_s(
        self,
        failure: Failure,
        tried: int,
        *,
        repeatable: bool,
        jitter: float,
        retry_after_s: float | None = None,
    ) -> float | None:
        """Seconds to the next try, or None to give up. `jitter` is from 0 to 1.

        What isn't repeatable, such as an SMS, is tried again only if it surely wasn't taken.
        """
        if tried >= self.tries or not (repeatable or failure in _SURELY_NOT_TAKEN):
            return None
        if retry_after_s is not None:
            return None if retry_after_s > _PATIENCE_S else max(0.0, retry_after_s)
        whole: float = min(_MOST_S, _FIRST_S * 2 ** (tried - 1))
        return whole * (0.5 + jitter / 2)
