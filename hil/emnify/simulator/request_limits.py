"""How many requests the API takes (API guidelines, "Rate limits"). Pure; the clock is passed in."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Peers that are remembered; the one that asked longest ago goes first.
_MAX_BUCKETS = 10_000


@dataclass(frozen=True, slots=True)
class Limit:
    """Of the paths that match: so many a second, and a burst of so many at once."""

    method: str
    path: re.Pattern[str]
    rate: float
    burst: float


_ANY = Limit("*", re.compile(r".*"), 2000 / 300, 2000)  # 2000 in five minutes
LIMITS = (
    Limit("POST", re.compile(r"/api/v1/authenticate"), 100 / 300, 100),
    Limit("GET", re.compile(r"/api/v1/endpoint"), 10, 5),
    Limit("GET", re.compile(r"/api/v1/endpoint/\d+(/connectivity)?"), 50, 25),
    Limit("GET", re.compile(r"/api/v1/service_profile(/\d+)?"), 100, 50),
)


class RequestLimits:
    """Token buckets by peer and limit."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[str, int], tuple[float, float]] = {}

    def take(self, peer: str, method: str, path: str, now_s: float) -> float:
        """Count a request; how many seconds it comes too early, 0 where it may pass."""
        applying = [_ANY] + [
            limit for limit in LIMITS if limit.method == method and limit.path.fullmatch(path)
        ]
        levels = [self._level(peer, limit, now_s) for limit in applying]
        wait_s = max(
            (1 - level) / limit.rate for level, limit in zip(levels, applying, strict=True)
        )
        if wait_s > 0:
            return wait_s
        for level, limit in zip(levels, applying, strict=True):
            self._buckets[peer, id(limit)] = (level - 1, now_s)
        return 0.0

    def _level(self, peer: str, limit: Limit, now_s: float) -> float:
        level, since_s = self._buckets.pop((peer, id(limit)), (limit.burst, now_s))
        if len(self._buckets) >= _MAX_BUCKETS:
            del self._buckets[next(iter(self._buckets))]
        level = min(limit.burst, level + (now_s - since_s) * limit.rate)
        self._buckets[peer, id(limit)] = (level, now_s)
        return level
