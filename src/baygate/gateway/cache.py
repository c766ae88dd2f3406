"""A cache bounded in bytes, and per class of caller, so that no one caller's traffic empties it for the others."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Kept = TypeVar("Kept")


class Bounded(Generic[Kept]):
    """Least recently used goes first: first within a class that holds more than its share, then overall.

    ``size`` and ``share`` are in bytes, as estimated by whoever keeps something.
    """

    def __init__(self, size: int, share: int | None = None) -> None:
        self._size = size
        self._share = share or size
        self._kept: OrderedDict[Hashable, tuple[Kept, int, Hashable]] = OrderedDict()
        self._used = 0
        self._used_by: dict[Hashable, int] = {}
        self.hits = 0
        self.misses = 0

    def get(self, key: Hashable) -> Kept | None:
        """Return what is kept under ``key``."""
        entry = self._kept.get(key)
        if entry is None:
            self.misses += 1
            return None
        self.hits += 1
        self._kept.move_to_end(key)
        return entry[0]

    def keep(self, key: Hashable, value: Kept, weight: int, owner: Hashable = None) -> None:
        """Keep ``value``; what is heavier than a whole share is not kept at all."""
        self.drop(key)
        if weight > self._share:
            return
        self._kept[key] = (value, weight, owner)
        self._used += weight
        self._used_by[owner] = self._used_by.get(owner, 0) + weight
        if self._used_by[owner] > self._share:
            self._make_room(owner)
        while self._used > self._size:
            self.drop(next(iter(self._kept)))

    def drop(self, key: Hashable) -> None:
        """Forget ``key``."""
        entry = self._kept.pop(key, None)
        if entry is not None:
            _, weight, owner = entry
            self._used -= weight
            self._used_by[owner] -= weight
            if not self._used_by[owner]:
                del self._used_by[owner]

    def _make_room(self, owner: Hashable) -> None:
        for key in [key for key, (_, _, other) in self._kept.items() if other == owner]:
            if self._used_by.get(owner, 0) <= self._share:
                return
            self.drop(key)

    @property
    def used(self) -> int:
        """How many bytes all that is kept has, as estimated."""
        return self._used

    def __len__(self) -> int:
        return len(self._kept)
