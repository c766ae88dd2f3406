"""Who asks through the explorer, and that it was the explorer's own page which asked in his name.

A request with the session's cookie is answered only if all of this holds; whatever does not refuses it:

1. It has the header ``Baygate-Explorer: 1``, which no form, image or link can send, and no script of another site
   without being asked about first, which this hub denies (CSRF; Fetch, section 3.2).
2. Where the browser says from where it comes (``Sec-Fetch-Site``, ``Origin``), it is this hub.
3. The cookie was sealed here, as a session, and is not over (``baygate.portal.session``).
4. The hub's own authentication takes the token in it, as of any other client: on each request, with revocation,
   sign-out, standing, allowance and the proof of the key that it is bound to.
"""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

from baygate.access.principal import Principal
from baygate.oauth.caller import Caller
from baygate.oauth.challenge import Unproven
from baygate.portal.client import ExplorerClient
from baygate.portal.session import Session, Sessions

HEADER = "baygate-explorer"

_SIGN_IN = "Nobody is signed in here, or not any more. Sign in at the explorer."


class Refused(Exception):
    """A request that is not answered; ``response`` says why, and what to do."""

    def __init__(self, status: int, error: str, message: str, headers: tuple[tuple[bytes, bytes], ...] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.error = error
        self.message = message
        self._headers = headers

    @property
    def response(self) -> Response:
        """The answer: JSON with ``error`` and ``message``."""
        made = JSONResponse({"error": self.error, "message": self.message}, self.status)
        made.raw_headers += self._headers
        return made


class NotSignedIn(Refused):
    """Nobody is signed in, or not any more.

    The cookie is left: another tab may just have renewed it.
    """

    def __init__(self) -> None:
        super().__init__(401, "not_signed_in", _SIGN_IN)


class Guard:
    """Lets requests of the explorer's own page through, each as who it is for."""

    def __init__(
        self,
        sessions: Sessions,
        client: ExplorerClient,
        authenticate: Callable[[Scope], Awaitable[Caller]],
        origin: str,
    ) -> None:
        self.sessions = sessions
        self.client = client
        self._authenticate = authenticate
        self._origin = origin

    def require_own_page(self, request: Request) -> None:
        """Raise Refused unless it is the explorer's own page that asks."""
        if request.headers.getlist(HEADER) != ["1"]:
            raise Refused(403, "header_missing", "Send the header Baygate-Explorer: 1, as the explorer's pages do.")
        self.require_same_origin(request)

    def require_same_origin(self, request: Request) -> None:
        """Raise Refused if a page of another site asks."""
        sites = request.headers.getlist("sec-fetch-site")
        origins = request.headers.getlist("origin")
        if any(each != "same-origin" for each in sites) or any(each != self._origin for each in origins):
            told = f"Only the explorer's own pages may ask here. Open it at {self._origin}/"
            raise Refused(403, "another_site", told)

    def session(self, request: Request) -> Session:
        """Return the session of a request of the explorer's page; raise NotSignedIn, Refused.

        Its token is not authenticated by that.
        """
        self.require_own_page(request)
        session = self.sessions.of(request)
        if session is None:
            raise NotSignedIn()
        return session

    async def principal(self, request: Request) -> Principal:
        """Return for whom a request of the explorer's page is, by the hub's own authentication.

        Raise NotSignedIn, Refused.
        """
        return (await self.authenticated(request, self.session(request))).principal

    async def authenticated(self, request: Request, session: Session) -> Caller:
        """Return whom the hub takes a session's token for; raise NotSignedIn, Refused."""
        method, path = request.method, request.scope["path"]
        shown = self.client.authorization(session.token, session.scheme, method, path)
        try:
            return await self._authenticate({"type": "http", "method": method, "path": path, "headers": shown})
        except Unproven as unproven:
            if unproven.status == 401:
                raise NotSignedIn() from None
            retry = tuple(each for each in unproven.headers if each[0] == b"retry-after")
            raise Refused(unproven.status, "not_now", unproven.description, retry) from None
