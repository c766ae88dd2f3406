"""The explorer's own API: what its pages show that no client of the hub needs to ask for in one piece.

Nothing is decided here. What is told of access is the hub's own explanation (``gateway.control``), of certificates its
own judgement (``gateway.recognitions``), of policies what the commands of ``baygate policy`` tell; and each only to
whom it is told there.
"""

import datetime
from collections.abc import Callable
from typing import Any, Protocol

from starlette.requests import Request
from starlette.routing import BaseRoute

from baygate.access.access import Access
from baygate.access.principal import Principal
from baygate.gateway.admission import Admission
from baygate.gateway.control import Control
from baygate.gateway.road import Road
from baygate.observation.observation import Observation
from baygate.portal.api import asked
from baygate.portal.api.health import health
from baygate.portal.api.matrix import matrix
from baygate.portal.api.my_access import my_access
from baygate.portal.api.proposal import LARGEST, proposal
from baygate.portal.api.recognise import LARGEST as LONGEST
from baygate.portal.api.recognise import Desk
from baygate.portal.api.samples import samples
from baygate.portal.caller import Guard

_ESCAPED = 6
"""How much longer a text can be in JSON than it is."""


class Hub(Protocol):
    """What the explorer's API asks of a worker."""

    admission: Admission
    observation: Observation
    road: Road

    @property
    def authorise(self) -> Callable[[Principal], tuple[Principal, Access]]:
        """Gives the principal as the root document knows him, and what he may see."""

    @property
    def control(self) -> Callable[[Principal, Any], Control]:
        """Gives what the hub answers of itself to a principal who sees a schema."""


def api_routes(guard: Guard, hub: Hub) -> list[BaseRoute]:
    """Return the addresses of the explorer's API."""
    api = _Api(hub)
    return [
        asked.address("/explore/api/access", guard, api.access),
        asked.address("/explore/api/matrix", guard, api.matrix),
        asked.address("/explore/api/matrix/diff", guard, api.proposal, "POST"),
        asked.address("/explore/api/recognise", guard, api.recognise, "POST"),
        asked.address("/explore/api/health", guard, api.health),
        asked.address("/explore/samples", guard, api.samples),
    ]


class _Api:
    """Answers for one worker."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._desk = Desk(hub.admission.recognitions)
        self._explaining = asked.Aside()
        self._comparing = asked.Aside()

    async def access(self, request: Request, principal: Principal) -> Any:
        """Tell what the caller would get."""
        control = self._control(principal)
        purpose = asked.purpose_of(control, request.query_params.get("purpose"))
        return await self._explaining.do(my_access, control, purpose)

    async def matrix(self, request: Request, principal: Principal) -> Any:
        """Tell whom the caller's agency gives what."""
        control = self._control(principal)
        purpose = asked.purpose_of(control, request.query_params.get("purpose"))
        return await self._explaining.do(matrix, control, purpose)

    async def proposal(self, request: Request, principal: Principal) -> Any:
        """Tell what a proposed policy would change."""
        said = await asked.body(request, LARGEST * _ESCAPED, "policy", "purpose")
        control = self._control(principal)
        purpose = asked.purpose_of(control, said.get("purpose"))
        return await self._comparing.do(proposal, control, purpose, said["policy"], _now())

    async def recognise(self, request: Request, _: Principal) -> Any:
        """Tell whether a certificate is recognised."""
        said = await asked.body(request, LONGEST * _ESCAPED, "certificate")
        return await self._desk.judged(said["certificate"])

    async def health(self, _: Request, __: Principal) -> Any:
        """Tell how the worker does."""
        return health(self._hub.observation.windows, _now())

    async def samples(self, _: Request, __: Principal) -> Any:
        """Give the sample queries."""
        return samples()

    def _control(self, principal: Principal) -> Control:
        known, access = self._hub.authorise(principal)
        return self._hub.control(known, self._hub.road.visible.of(access)[1])


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
