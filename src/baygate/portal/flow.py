"""A sign-in under way: what the browser must bring back with the answer, in a sealed cookie of its own.

Each has its own cookie, named by its ``state``, so that several tabs can renew their sessions at once. Over https no
other site can set one (``__Host-``): it would be of its own sign-in, and the person be signed in as somebody else.
"""

import re
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import compare_digest
from time import time

from starlette.requests import Request
from starlette.responses import Response

from baygate.access.jose import encoded
from baygate.portal.cookies import Cookie, cookies
from baygate.portal.sealing import Seal

LIFETIME = 600
"""Seconds that a sign-in may take."""
_MOST = 8
"""Sign-ins under way in one browser; with more, the older ones are given up."""
_OF_STATE = re.compile("[0-9a-f]{12}")


@dataclass(frozen=True)
class Flow:
    """One sign-in: ``state`` and PKCE verifier (RFC 7636), and which of the explorer's pages it leads ``to``."""

    to: str
    state: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)

    @property
    def challenge(self) -> str:
        """The PKCE code challenge, S256."""
        return encoded(sha256(self.verifier.encode()).digest())


class Flows:
    """Keeps sign-ins under way in the browser that they began in."""

    def __init__(self, secret: bytes, *, secure: bool) -> None:
        self._seal = Seal(secret, "sign-in")
        self._name = f"{'__Host-' if secure else ''}baygate-explorer-sign-in-"
        self._secure = secure

    def begin(self, request: Request, response: Response, flow: Flow) -> None:
        """Let a response keep a sign-in."""
        others = {name for each in cookies(request) if self._is_one(name := each.partition("=")[0])}
        if len(others) >= _MOST:
            for each in others:
                self._cookie(each).clear(response)
        kept = {"state": flow.state, "verifier": flow.verifier, "to": flow.to}
        self._of(flow.state).set(response, self._seal.seal(kept, time() + LIFETIME), LIFETIME)

    def of(self, request: Request, state: str) -> Flow | None:
        """Return the sign-in of this browser to which an answer with this ``state`` belongs."""
        sealed = self._of(state).value(request)
        kept = self._seal.open(sealed) if sealed else None
        if kept is None or not compare_digest(kept["state"].encode(), state.encode()):
            return None
        return Flow(kept["to"], kept["state"], kept["verifier"])

    def end(self, response: Response, flow: Flow) -> None:
        """Let a response end a sign-in: its answer has come."""
        self._of(flow.state).clear(response)

    def _is_one(self, name: str) -> bool:
        return name.startswith(self._name) and _OF_STATE.fullmatch(name.removeprefix(self._name)) is not None

    def _of(self, state: str) -> Cookie:
        return self._cookie(self._name + sha256(state.encode()).hexdigest()[:12])

    def _cookie(self, name: str) -> Cookie:
        return Cookie(name, "/", "lax", self._secure)
