"""The circuit breaker of one source: whoever fails again and again is left alone for a while, and then tried with care.

    closed     everything passes. Opens after so many failures in a row, or when of enough outcomes within the window
               the share of failures is too large.
    open       nothing passes until it has cooled down.
    half open  one question passes, as a probe. It closes with the probe's success and opens with its failure.

No clock of its own and no I/O: each call brings the time.
"""

from collections import deque
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where a breaker stands."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half open"


@dataclass(frozen=True)
class Terms:
    """When a breaker opens and for how long; times in seconds."""

    in_a_row: int = 5
    share: float = 0.5
    """Of the outcomes within the window, failures above which it opens,"""
    least: int = 20
    """if there are at least so many outcomes."""
    window: int = 10
    cool_down: float = 5.0


@dataclass(frozen=True)
class Status:
    """What an operator may want to know of a breaker."""

    state: State
    in_a_row: int
    outcomes: int
    failures: int
    """Of the outcomes within the window."""
    remaining: float
    """Seconds until an open breaker lets a probe pass."""


@dataclass(slots=True)
class _Second:
    at: int
    outcomes: int = 0
    failures: int = 0


class Breaker:
    """Lets questions pass or not, by what became of those before.

    Whoever is let through gets a ticket, and hands it back in with the outcome, whatever it is. A ticket of a time
    before the last change of state decides nothing: what was asked then says nothing of now.
    """

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._state = State.CLOSED
        self._ticket = 0
        self._probing = False
        self._opened = 0.0
        self._in_a_row = 0
        self._seconds: deque[_Second] = deque()
        self._outcomes = 0
        self._failures = 0

    def admit(self, now: float) -> int | None:
        """Return a ticket, or None if nothing passes."""
        if self._state is State.CLOSED:
            return self._ticket
        if self._state is State.OPEN and now - self._opened >= self._terms.cool_down:
            self._turn(State.HALF_OPEN)
        if self._state is State.OPEN or self._probing:
            return None
        self._probing = True
        return self._ticket

    def succeeded(self, ticket: int, now: float) -> bool:
        """Take a success; return whether this closed the breaker."""
        if ticket != self._ticket:
            return False
        if self._state is State.HALF_OPEN:
            self._turn(State.CLOSED)
            return True
        self._in_a_row = 0
        self._count(now, failures=0)
        return False

    def failed(self, ticket: int, now: float) -> bool:
        """Take a failure; return whether this opened the breaker."""
        if ticket != self._ticket:
            return False
        self._in_a_row += 1
        self._count(now, failures=1)
        if self._state is State.CLOSED and not self._too_many():
            return False
        self._opened = now
        self._turn(State.OPEN)
        return True

    def abandoned(self, ticket: int) -> None:
        """Take note that there is no outcome, and will be none."""
        if ticket == self._ticket:
            self._probing = False

    def status(self, now: float) -> Status:
        """Return how things stand."""
        self._forget(now)
        left = max(0.0, self._opened + self._terms.cool_down - now) if self._state is State.OPEN else 0.0
        return Status(self._state, self._in_a_row, self._outcomes, self._failures, left)

    def _turn(self, state: State) -> None:
        self._state = state
        self._ticket += 1
        self._probing = False
        if state is State.CLOSED:
            self._in_a_row = self._outcomes = self._failures = 0
            self._seconds.clear()

    def _too_many(self) -> bool:
        terms = self._terms
        return self._in_a_row >= terms.in_a_row or (
            self._outcomes >= terms.least and self._failures > terms.share * self._outcomes
        )

    def _count(self, now: float, *, failures: int) -> None:
        second = int(now)
        if not self._seconds or self._seconds[-1].at != second:
            self._forget(now)
            self._seconds.append(_Second(second))
        last = self._seconds[-1]
        last.outcomes += 1
        last.failures += failures
        self._outcomes += 1
        self._failures += failures

    def _forget(self, now: float) -> None:
        """Forget what has left the window."""
        while self._seconds and self._seconds[0].at <= int(now) - self._terms.window:
            gone = self._seconds.popleft()
            self._outcomes -= gone.outcomes
            self._failures -= gone.failures
