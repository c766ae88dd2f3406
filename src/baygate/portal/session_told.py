"""``GET /explore/session``: who is signed in, for what purpose, and for what purposes he could ask."""

import datetime
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from baygate.portal.caller import Guard, NotSignedIn
from baygate.portal.offered import Offered, as_json
from baygate.portal.session import Session

_NOBODY: Mapping[str, Any] = dict.fromkeys(("person", "purpose", "legalBasis", "caseNo", "expiresAt"))


class SessionTold:
    """Tells the explorer's page; never the token."""

    def __init__(self, guard: Guard, offered: Offered, *, development: bool) -> None:
        self._guard = guard
        self._offered = offered
        self._development = development

    def routes(self) -> list[Route]:
        """Return where it is told."""
        return [Route("/explore/session", self.tell, methods=["GET"])]

    async def tell(self, request: Request) -> Response:
        """Tell who is signed in, if the hub still takes him for it."""
        self._guard.require_same_origin(request)
        session = self._guard.sessions.of(request)
        try:
            if session is not None:
                await self._guard.authenticated(request, session)
        except NotSignedIn:
            session = None
        told = {
            "signedIn": session is not None,
            "development": self._development,
            **(_of(session) if session else _NOBODY),
            "purposes": [as_json(each) for each in self._offered.purposes()],
            "languages": ["zh", "en"],
        }
        return JSONResponse(told)


def _of(session: Session) -> Mapping[str, Any]:
    return {
        "person": dict(session.person),
        "purpose": session.details.purpose,
        "legalBasis": session.details.legal_basis,
        "caseNo": session.details.case_no,
        "expiresAt": datetime.datetime.fromtimestamp(session.expires_at, datetime.UTC).isoformat(),
    }
