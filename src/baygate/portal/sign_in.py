"""Sign-in and sign-out at the explorer: authorization code with PKCE at the hub's own authorization server (RFC 9700).

1. It is for a purpose that the person names, and begins at the explorer or at an address that he typed: another site
   cannot name one for him, since a purpose binds whoever names it.
2. What comes back answers a sign-in of this browser (``state``, in a sealed cookie), is this server's (``iss``, RFC
   9207), says nothing twice, and comes once.
3. The code is redeemed with the client's key and this sign-in's PKCE verifier: one of another sign-in is worth nothing.
4. A new session begins, whatever cookie was there before (session fixation). It begins on a page of this site, since a
   browser that comes from another one (an identity provider) would not send the cookie along yet (``SameSite=Strict``).
5. It leads to a page of the explorer, and nowhere else that an address names.
6. A sign-out ends the person's session at the hub, and with it every token that was given in it: else another tab, or
   whoever sits down next, would be signed in as him again without being asked anything.
"""

import json
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from baygate.oauth.details import TYPE
from baygate.oauth.server.endpoints import UNREACHABLE
from baygate.oauth.server.people_pages import Text, redirect
from baygate.portal import shown
from baygate.portal.caller import Guard, Refused
from baygate.portal.client import Given, NotGiven, Unanswered
from baygate.portal.flow import Flow, Flows
from baygate.portal.offered import Offered
from baygate.portal.sealing import TooLong
from baygate.portal.session import NoSession, session_of
from baygate.portal.shown import Problem

log = logging.getLogger("baygate.explorer")

CALLBACK = "/explore/signed-in"
HOME = "/#/explore"

_PAGE = r"#/[A-Za-z0-9/._~%?&=+:,-]{0,500}"
_PLACE = re.compile(rf"/?{_PAGE}|/explore/plain/(?:{_PAGE})?", re.ASCII)
_PARAMETERS = ("purpose", "legalBasis", "caseNo", "to", "prompt")
_ANSWER = ("state", "iss", "code", "error", "error_description")
_STATUS = {"temporarily_unavailable": 503, "access_denied": 403, "invalid_authorization_details": 400}


class SignIn:
    """The addresses where a person signs in to the explorer and out of it."""

    def __init__(
        self, guard: Guard, flows: Flows, offered: Offered, end_at_hub: Callable[[bytes], Awaitable[None]]
    ) -> None:
        self._guard = guard
        self._sessions = guard.sessions
        self._client = guard.client
        self._flows = flows
        self._offered = offered
        self._end_at_hub = end_at_hub

    def routes(self) -> list[Route]:
        """Return where they are."""
        return [
            Route("/explore/sign-in", self.begin, methods=["GET"]),
            Route(CALLBACK, self.signed_in, methods=["GET"]),
            Route("/explore/sign-out", self.sign_out, methods=["POST"]),
        ]

    async def begin(self, request: Request) -> Response:
        """Send the person to the authorization server."""
        if any(each not in {"same-origin", "none"} for each in request.headers.getlist("sec-fetch-site")):
            raise Problem(403, shown.ANOTHER_SITE)
        given = _once(request, _PARAMETERS)
        if "purpose" not in given:
            return shown.choice(self._offered.purposes(), given)
        flow = Flow(place(given.get("to", "")))
        sent = redirect(f"/oauth/authorize?{urlencode(self._asked(given, flow))}", 302)
        self._flows.begin(request, sent, flow)
        return sent

    def _asked(self, given: Mapping[str, str], flow: Flow) -> Mapping[str, str]:
        said = {name: given[name] for name in ("purpose", "legalBasis", "caseNo") if given.get(name)}
        return {
            "response_type": "code",
            "client_id": self._client.client_id,
            "redirect_uri": self._client.origin + CALLBACK,
            "state": flow.state,
            "code_challenge": flow.challenge,
            "code_challenge_method": "S256",
            "authorization_details": json.dumps([{"type": TYPE, **said}], ensure_ascii=False, separators=(",", ":")),
            **({"prompt": "login"} if given.get("prompt") == "login" else {}),
        }

    async def signed_in(self, request: Request) -> Response:
        """Take what the authorization server sends back; begin a session."""
        given = _once(request, _ANSWER)
        flow = self._flows.of(request, given.get("state", ""))
        if flow is None:
            raise Problem(400, shown.OVER)
        try:
            if given.get("iss") != self._client.origin:
                raise Problem(400, shown.OVER)
            if "error" in given or "code" not in given:
                raise _told(given)
            response = self._landed(await self._redeemed(request, given["code"], flow), flow)
        except Problem as problem:
            response = problem.page(flow.to)
        self._flows.end(response, flow)
        return response

    async def _redeemed(self, request: Request, code: str, flow: Flow) -> Given:
        try:
            return await self._client.redeem(request.app, code, self._client.origin + CALLBACK, flow.verifier)
        except Unanswered:
            raise Problem(503, shown.NOT_NOW) from None
        except NotGiven as refused:
            # the browser brought the code: whatever is wrong with it, nothing is wrong here
            if refused.error in {"invalid_grant", "invalid_request"}:
                raise Problem(400, shown.OVER) from None
            log.error("the explorer gets no token (portal.client_id, portal.key): %s", refused)
            raise Problem(502, shown.NOT_SET_UP) from None

    def _landed(self, given: Given, flow: Flow) -> Response:
        page = shown.signed_in(flow.to)
        try:
            self._sessions.begin(page, session_of(given.token, given.scheme))
        except NoSession:
            raise Problem(502, shown.NOT_SET_UP) from None
        except TooLong:
            raise Problem(400, shown.TOO_LONG) from None
        return page

    async def sign_out(self, request: Request) -> Response:
        """End the session in this browser, and everywhere what was given in the same one at the hub."""
        self._guard.require_own_page(request)
        session = self._sessions.of(request)
        response = Response(status_code=204)
        try:
            if session is not None:
                if session.at_hub is not None:
                    await self._end_at_hub(session.at_hub)
                await self._client.revoke(request.app, session.token)
        except (Unanswered, NotGiven, *UNREACHABLE) as error:
            log.warning("a session's token is not revoked, and good until it ends: %s", error)
            told = "You are signed out in this browser; the hub could not end the session elsewhere, where it may be."
            response = Refused(503, "not_revoked", told).response
        self._sessions.end(response)
        return response


def place(to: str) -> str:
    """Return a page of the explorer: the one that an address names, if it names one."""
    return f"/{to.removeprefix('/')}" if _PLACE.fullmatch(to) else HOME


def _once(request: Request, names: tuple[str, ...]) -> Mapping[str, str]:
    """Return the parameters of these names that have a value; raise Problem if one stands twice."""
    pairs = [(name, value) for name, value in request.query_params.multi_items() if name in names]
    given = dict(pairs)
    if len(given) < len(pairs):
        raise Problem(400, shown.OVER)
    return {name: value for name, value in given.items() if value}


def _told(given: Mapping[str, str]) -> Problem:
    """Return what the authorization server says is wrong."""
    error, description = given.get("error", ""), given.get("error_description", "")
    if error == "temporarily_unavailable":
        return Problem(503, shown.NOT_NOW)
    text = shown.PURPOSE if error == "invalid_authorization_details" else shown.DENIED
    said = f" ({error}: {description[:300]})"
    return Problem(_STATUS.get(error, 400), Text(text.zh + said, text.en + said))
