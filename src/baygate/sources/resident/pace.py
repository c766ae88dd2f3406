"""How quickly a fetch is answered of late, by which it is decided whether its requests are worth gathering."""

import math

TOGETHER = 8
"""Requests that do not wait for more to go with them."""
PATIENCE = 0.005
"""Seconds after a statement began for which a request may wait for its end, though a connection is idle."""
_QUICK = 0.002
"""Seconds for one answer up to which a fetch is quick: what takes longer is better done by several connections."""
_WEIGHT = 0.2
"""Of the last statement in the average."""


class Pace:
    """The statements of one fetch that are under way, and how long they take."""

    __slots__ = ("_begun", "_seconds", "_under_way")

    def __init__(self) -> None:
        self._under_way = 0
        self._begun = -math.inf
        self._seconds = math.inf

    @property
    def quick(self) -> bool:
        """Whether a request does better to go along with others than to go by itself."""
        return self._seconds < _QUICK

    def has_turn(self, now: float) -> bool:
        """Whether the next statement is to begin rather than to wait for one that is under way."""
        return not self._under_way or now - self._begun >= PATIENCE

    def begin(self, now: float) -> None:
        """Note that a statement begins."""
        self._under_way += 1
        self._begun = now

    def leave(self) -> None:
        """Note that one that was to begin does not."""
        self._under_way -= 1

    def end(self, seconds: float, answers: int = 1) -> None:
        """Note that a statement is over, which took so long for so many answers."""
        self._under_way -= 1
        each = seconds / answers
        self._seconds = each if self._seconds == math.inf else self._seconds + _WEIGHT * (each - self._seconds)
