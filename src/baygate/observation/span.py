"""A span: one piece of work as part of a trace, by the ids that W3C Trace Context gives it.

A request may bring the id of the trace that it is part of (``traceparent``), and takes it along to the sources that it
asks. ``tracestate``, which may say anything, is read by nobody here and not passed on.
"""

import random
import re
from contextvars import ContextVar
from dataclasses import dataclass

HEADER = "traceparent"

_FIELD = re.compile(rb"(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_SAMPLED = 1


@dataclass(frozen=True, slots=True)
class Span:
    """Ids in hexadecimal. One that is not recorded stands for whoever sent it, and is passed on as it came."""

    trace: str
    id: str
    parent: str | None = None
    recorded: bool = False
    sampled: bool = False

    def child(self) -> "Span":
        """Return the span of a part of this work."""
        return Span(self.trace, _new(8), self.id, recorded=True, sampled=True) if self.recorded else self

    @property
    def traceparent(self) -> str:
        """What is sent to whoever does a part of this work (W3C Trace Context, section 3.2)."""
        return f"00-{self.trace}-{self.id}-{'01' if self.sampled else '00'}"


underway: ContextVar[Span | None] = ContextVar("underway", default=None)
"""The span of the request that this task works for."""


@dataclass(frozen=True)
class Sampling:
    """Which requests are recorded: this share of them, and none that whoever sent it does not record."""

    share: float = 0.0

    def begin(self, traceparent: bytes | None) -> Span | None:
        """Return the span of a request by what its field ``traceparent`` says, if it has one; None if there is none."""
        sender = received(traceparent) if traceparent else None
        if sender is not None and not sender.sampled:
            return sender
        if not self.share or random.random() >= self.share:  # noqa: S311 - no secret
            return sender
        trace, parent = (sender.trace, sender.id) if sender else (_new(16), None)
        return Span(trace, _new(8), parent, recorded=True, sampled=True)


def received(traceparent: bytes) -> Span | None:
    """Return the span that a field names; None if it is not as section 3.2 has it."""
    found = _FIELD.fullmatch(traceparent)
    if found is None or (found[1] == b"00" and found[5] is not None):
        return None
    return Span(found[2].decode(), found[3].decode(), sampled=bool(int(found[4], 16) & _SAMPLED))


def _new(size: int) -> str:
    """Return a random id, which is not zero."""
    return f"{random.getrandbits(8 * size) or 1:0{2 * size}x}"
