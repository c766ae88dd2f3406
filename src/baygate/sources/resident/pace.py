"""How quickly a fetch is answered of late, by which it is decided whether its requests are worth gathering."""

import math

GATHERING = 0.005
"""Seconds for which a request may wait for a statement that has begun, though a connection is idle."""
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

    def gathers(self, now: float) -> bool:
        """Whether a request does better to wait than to begin."""
        return self._under_way > 0 and now - self._begun < GATHERING and self._seconds < _QUICK

    def begin(self, now: float) -> float:
        """Note that a statement begins; return its beginning."""
        self._under_way += 1
        self._begun = now
        return now

    def end(self, began: float, now: float, answers: int = 1) -> None:
        """Note that a statement is over, which was for so many answers."""
        self._under_way -= 1
        each = (now - began) / answers
        self._seconds = each if self._seconds == math.inf else self._seconds + _WEIGHT * (each - self._seconds)
