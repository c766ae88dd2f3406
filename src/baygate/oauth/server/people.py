"""People sign in, so that the explorer may ask for them: the authorization endpoint (RFC 6749, section 3.1).

What comes to it is answered in this order:

1. The client is registered, for people, and so is the address that it wants the answer at, character by character. If
   not, the person is told, and nobody else: an answer to an address that is not the client's could be anybody's.
2. Anything else that is wrong the client is told at that address: ``error``, ``state``, ``iss`` (RFC 6749, section
   4.1.2.1; RFC 9207).
3. Nobody is signed in, or the client wants somebody to sign in now (``prompt=login``, OpenID Connect Core, section
   3.1.2.1): the request waits, and the person signs in first. Who is signed in stays so until then.
4. The client has requests left, and gets a code. It is the hub's own, so that nobody need be asked again.

Who a person is, an OpenID Connect provider says; in the demo, the person himself.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc6749 import InvalidRequestError, OAuth2Error, UnsupportedResponseTypeError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from baygate.oauth.allowance import Allowances, Exceeded, policies
from baygate.oauth.server.authority import Authority
from baygate.oauth.server.endpoints import UNREACHABLE, asked_of, on
from baygate.oauth.server.errors import TemporarilyUnavailable
from baygate.oauth.server.grants import AuthorizationCode
from baygate.oauth.server.metadata import Addresses
from baygate.oauth.server.people_pages import Shown, Text, redirect
from baygate.oauth.server.people_session import Ended, Visit, sessions
from baygate.oauth.server.request import Asked
from baygate.oauth.server.sign_in import SignIn, shown

if TYPE_CHECKING:
    from baygate.oauth.clients import Client
    from baygate.settings import PeopleSettings

log = logging.getLogger("baygate.people")

LONGEST_QUERY = 2_000
"""Bytes of a request; it must go into the session's cookie beside what a sign-in needs, and a cookie has 4,096."""

_NO_CLIENT = Text(
    "发起登录的应用未在此登记（client_id）。", "The application that sent you is not registered here (client_id)."
)
_NO_ADDRESS = Text(
    "应用给出的返回地址未登记（redirect_uri）。",
    "The application gave an address that it has not registered (redirect_uri).",
)


@dataclass(frozen=True)
class Asker:
    """A client's address, found to be its own, and the ``state`` that goes back with every answer."""

    redirect_uri: str
    state: str | None

    def told(self, error: OAuth2Error, issuer: str) -> Response:
        """Tell the client what is wrong."""
        error.state = self.state
        return redirect(add_params_to_uri(self.redirect_uri, [*error.get_body(), ("iss", issuer)]), 302)


class People:
    """The authorization endpoint and the sign-in."""

    def __init__(
        self,
        settings: "PeopleSettings",
        authority: Authority,
        allowances: Allowances,
        ended: Ended,
        at: Addresses,
        secret: bytes,
    ) -> None:
        self._authority = authority
        self._allowances = allowances
        self._engine = ended.engine
        self._at = at
        self._sign_in = SignIn(settings, at, ended)
        self._sessions = sessions(secret, secure=at.origin.startswith("https:"))

    def routes(self) -> list[BaseRoute]:
        """Return where they are."""
        places = (
            ("authorize", "GET", self.authorize),
            ("sign-in", "GET", self._sign_in.begin),
            ("sign-in", "POST", self._sign_in.choose),
            ("callback", "GET", self._sign_in.callback),
            ("sign-out", "POST", self._sign_in.sign_out),
        )
        return [
            Route(f"/oauth/{name}", endpoint, methods=[method], middleware=self._sessions)
            for name, method, endpoint in places
        ]

    @shown
    async def authorize(self, request: Request) -> Response:
        """Give the client a code for the person who is signed in."""
        query = request.scope["query_string"]
        asker = self._asker(query)
        try:
            return await self._authorized(request, query)
        except OAuth2Error as error:
            return asker.told(error, self._at.origin)
        except Exceeded as error:
            return asker.told(TemporarilyUnavailable(str(error)), self._at.origin)
        except UNREACHABLE as error:
            log.warning("no code: %s", error)
            return asker.told(TemporarilyUnavailable(), self._at.origin)

    def _asker(self, query: bytes) -> Asker:
        """Return whom to answer, before anything else is read; raise Shown if that is nobody."""
        try:
            pairs = parse_qsl(query.decode("latin-1"), max_num_fields=100)
        except ValueError:
            raise Shown(400, _NO_CLIENT) from None
        names = [name for name, _ in pairs]
        # what stands twice is not known: it must not be one thing here and another there
        once = {name: value for name, value in pairs if names.count(name) == 1}
        client = self._authority.query_client(once.get("client_id", ""))
        # which systems there are is nobody's business here
        if client is None or not client.for_people:
            raise Shown(400, _NO_CLIENT)
        if not client.check_redirect_uri(once.get("redirect_uri", "")):
            raise Shown(400, _NO_ADDRESS)
        return Asker(once["redirect_uri"], once.get("state"))

    async def _authorized(self, request: Request, query: bytes) -> Response:
        if len(query) > LONGEST_QUERY:
            raise InvalidRequestError(f"The request has more than {LONGEST_QUERY} bytes")
        asked = asked_of(request, self._at, query)
        response_type = asked.form.get("response_type")
        if response_type is None:
            raise InvalidRequestError("Send the response_type code")
        if response_type != "code":
            raise UnsupportedResponseTypeError(response_type, "The only response_type is code")
        grant = self._authority.get_consent_grant(asked)
        person = self._sign_in.person(request)
        if asked.form.get("prompt") == "login":
            Visit(request).wait_for_another(_without_prompt(query.decode()))
            return redirect("/oauth/sign-in", 302)
        if person is None:
            Visit(request).wait(query.decode())
            return redirect("/oauth/sign-in", 302)
        # not before somebody has signed in: nobody else may spend what is the client's
        client: Client = asked.client  # type: ignore[assignment]  # found by its identifier
        await self._allowances.spend(client.client_id, policies(client.rate, client.quota))
        async with self._engine.begin() as connection:
            # what the code gives ends with the session that it was given in
            whose = {**person, "session": (Visit(request).session or b"").hex()}
            location = await connection.run_sync(lambda held: _coded(grant, on(asked, held), whose))
        return redirect(add_params_to_uri(location, [("iss", self._at.origin)]), 302)


def _without_prompt(query: str) -> str:
    """Return a request as it goes on once somebody has signed in for it."""
    return urlencode([(name, value) for name, value in parse_qsl(query) if name != "prompt"])


def _coded(grant: AuthorizationCode, asked: Asked, person: Mapping[str, Any]) -> str:
    """Return the client's address with the code."""
    _, _, headers = grant.create_authorization_response(asked.form["redirect_uri"], person)
    return dict(headers)["Location"]
