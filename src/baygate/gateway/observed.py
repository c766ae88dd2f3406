"""A request as it is observed: from when it came until it was answered."""

from time import perf_counter

from baygate.gateway.answer import Answer
from baygate.gateway.refusal import Refusal
from baygate.observation.events import LEFT, RequestAnswered
from baygate.observation.observation import Observation
from baygate.observation.span import HEADER, underway

TRACEPARENT = HEADER.encode()
_LEFT = 499
"""What stands in the place of a status where none was sent."""


class Observed:
    """One request; made within its own task, so that whatever works for it finds its span."""

    __slots__ = ("_began", "_known", "_observation", "_span")

    def __init__(self, observation: Observation, traceparent: bytes | None) -> None:
        self._observation = observation
        self._began = self._known = perf_counter()
        self._span = observation.sampling.begin(traceparent)
        if self._span is not None:
            underway.set(self._span)

    def known(self) -> None:
        """Note that it is known who asks."""
        self._known = perf_counter()

    def over(self, answer: Answer | None, refusal: Refusal | None) -> None:
        """Announce how it ended; the refusal's status is told even where an older client was sent 200."""
        seconds = perf_counter() - self._began
        if answer is None:
            status, code = (refusal.status, refusal.code) if refusal else (_LEFT, LEFT)
            self._observation.observe(RequestAnswered(status, code, seconds, span=self._span))
            return
        caller = self._known - self._began
        call = seconds - caller - sum(each for _, each in answer.stages)
        self._observation.observe(
            RequestAnswered(
                200,
                None,
                seconds,
                len(answer.body),
                (("caller", caller), ("call", call), *answer.stages),
                answer.plan_made,
                answer.operation,
                _id(answer.receipt),
                self._span,
            )
        )


class _Unobserved:
    """A request that nobody hears of."""

    __slots__ = ()

    def known(self) -> None:
        """Do nothing."""

    def over(self, answer: Answer | None, refusal: Refusal | None) -> None:
        """Do nothing."""


_UNOBSERVED = _Unobserved()


def observed_by(observation: Observation | None, traceparent: bytes | None) -> Observed | _Unobserved:
    """Return a request as it is observed from now on; where nobody listens it costs nothing."""
    return _UNOBSERVED if observation is None else Observed(observation, traceparent)


def _id(receipt: str | None) -> str | None:
    """Return the id in a receipt, which is its first member: ``id="12-34", ...``."""
    return receipt.split('"', 2)[1] if receipt else None
