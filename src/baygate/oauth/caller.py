"""Who sends a request."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from baygate.access.principal import Principal
from baygate.oauth.challenge import Unproven
from baygate.oauth.once import Use

Headers = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Unclaimed:
    """A proof that holds, of which it is not recorded yet that it was used; before that nothing is to be answered.

    Whoever writes a record of the request records ``use`` with it; otherwise it is to ``claim``, which raises Unproven.
    """

    use: Use
    claim: Callable[[], Awaitable[None]]
    replayed: Callable[[], Unproven]
    """Makes the refusal of a proof that was used before."""


@dataclass(frozen=True)
class Caller:
    """Who sends a request, and the headers that go out with its answer."""

    principal: Principal
    headers: Headers
    unclaimed: Unclaimed | None = None
