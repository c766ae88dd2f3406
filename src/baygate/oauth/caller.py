"""Who sends a request."""

from collections.abc import Sequence
from dataclasses import dataclass

from baygate.access.principal import Principal

Headers = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Caller:
    """Who sends a request, and the headers that go out with its answer."""

    principal: Principal
    headers: Headers
