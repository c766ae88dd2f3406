"""A person's session at the explorer: a sealed cookie with the token by which the hub is asked in his name.

1. The token is in the cookie and nowhere else: no page, no script and no address ever has it.
2. The cookie goes with requests of the hub's own pages alone (``SameSite=Strict``), never to a script (``HttpOnly``),
   and over https under a name that no other site can set (``__Host-``, RFC 6265bis, section 4.1.3.2).
3. It is good for no longer than its token. What else ends it, the hub's own authentication says on each request: the
   token was revoked, the person has signed out, the client was disabled.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from time import time
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from baygate.access.jose import BadToken, read
from baygate.oauth.details import BadDetails, Details, of_claim
from baygate.oauth.tokens import PERSON, TYPE
from baygate.portal.cookies import Cookie
from baygate.portal.sealing import Seal


class NoSession(Exception):
    """A token that the hub has given says nothing of a person."""


@dataclass(frozen=True)
class Session:
    """Who is signed in, and why he asks, as his token says; the ``scheme`` is how the token is shown.

    ``at_hub`` is the session at the hub that the token was given in, as it is remembered once it has ended.
    """

    token: str = field(repr=False)
    scheme: str
    person: Mapping[str, str]
    details: Details
    expires_at: float
    at_hub: bytes | None = None


def session_of(token: str, scheme: str) -> Session:
    """Return the session of a token that the hub itself has given; raise NoSession if it is not for a person."""
    try:
        claims = read(token.encode(), TYPE).unverified
        subject = claims["sub"]
        if not subject.startswith(PERSON):
            raise NoSession
        person = {name: str(claims[name]) for name in ("name", "agency", "jurisdiction")}
        details = of_claim(claims["authorization_details"])
        expires_at = float(claims["exp"])
        at_hub = bytes.fromhex(claims.get("sid", "")) or None
    except (BadToken, BadDetails, KeyError, AttributeError, TypeError, ValueError) as error:
        raise NoSession from error
    return Session(token, scheme, {"subject": subject.removeprefix(PERSON), **person}, details, expires_at, at_hub)


class Sessions:
    """Reads and sets the cookie."""

    def __init__(self, secret: bytes, *, secure: bool) -> None:
        self.cookie = Cookie("__Host-baygate-explorer" if secure else "baygate-explorer", "/", "strict", secure)
        self._seal = Seal(secret, "session")

    def of(self, request: Request) -> Session | None:
        """Return the session that a request belongs to."""
        sealed = self.cookie.value(request)
        kept: Mapping[str, Any] | None = self._seal.open(sealed) if sealed else None
        if kept is None:
            return None
        try:
            return session_of(kept["token"], kept["scheme"])
        except NoSession:
            return None

    def begin(self, response: Response, session: Session) -> None:
        """Let a response begin a session; raise TooLong if its cookie cannot be set."""
        kept = {"token": session.token, "scheme": session.scheme}
        sealed = self._seal.seal(kept, session.expires_at)
        self.cookie.set(response, sealed, max(1, int(session.expires_at - time())))

    def end(self, response: Response) -> None:
        """Let a response end the session in this browser."""
        self.cookie.clear(response)
