"""The explorer put together from the settings and the hub that it belongs to."""

from typing import Protocol

from starlette.routing import BaseRoute, Route

from baygate.portal.api import Hub as ApiHub
from baygate.portal.api import api_routes
from baygate.portal.caller import Guard
from baygate.portal.client import ExplorerClient, read_key
from baygate.portal.endpoint import ExplorerEndpoint
from baygate.portal.flow import Flows
from baygate.portal.forwarding import Forwarding
from baygate.portal.offered import Offered
from baygate.portal.pages import Pages, unset
from baygate.portal.session import Sessions
from baygate.portal.session_told import SessionTold
from baygate.portal.sign_in import SignIn
from baygate.settings import Settings


class ExplorersHub(ApiHub, Protocol):
    """What the explorer needs of the hub."""

    @property
    def session_secret(self) -> bytes:
        """The hub's key for sessions."""
        ...


def portal_routes(hub: ExplorersHub, settings: Settings) -> list[BaseRoute]:
    """Return where the explorer is; raise KeyFileError if its key cannot be read."""
    if settings.portal is None:
        return [Route("/", unset, methods=["GET"])] if settings.development else []
    origin, secure = settings.origin, settings.origin.startswith("https:")
    client = ExplorerClient(
        settings.portal.client_id, read_key(settings.portal.key), origin, hub.admission.nonces.fresh
    )
    sessions = Sessions(hub.session_secret, secure=secure)
    guard = Guard(sessions, client, hub.admission.authentication.caller, origin)
    offered = Offered(hub.admission.standing.registered, client.client_id)
    explorer = ExplorerEndpoint(
        [
            *Pages(origin).routes(),
            *SignIn(guard, Flows(hub.session_secret, secure=secure), offered, hub.admission.ended.add).routes(),
            *SessionTold(guard, offered, development=settings.development).routes(),
            *Forwarding(guard).routes(),
            *api_routes(guard, hub),
        ]
    )
    return [explorer]
