"""Who wants to hear of something, and the telling of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Hub(Generic[T]):
    """Listeners, each called at once with what is told; they must not block."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[T], None]] = []

    def listen(self, listener: Callable[[T], None]) -> Callable[[], None]:
        """Have `listener` called; the result ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def tell(self, item: T) -> None:
        """Call all of them."""
        for listener in tuple(self._listeners):
            listener(item)
