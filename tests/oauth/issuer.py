"""An agency's own authorization server, small and real: it publishes its keys, and misbehaves as it is told."""

import json
import secrets
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import uvicorn
from joserfc import jws
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from tests.agency import new_key
from tests.prompt_server import PromptServer

OAUTH, OPENID = "/.well-known/oauth-authorization-server{path}", "{path}/.well-known/openid-configuration"
"""Where metadata are: RFC 8414, section 3.1; OpenID Connect Discovery 1.0, section 4."""

PURPOSE = [{"type": "baygate_field_access", "purpose": "RISK_ASSESSMENT"}]

Answer = Any
"""What is at a path: a document, or a function that makes a response."""


def public(key: Any, **members: Any) -> dict[str, Any]:
    """Return the JWK of a key's public half."""
    return {**key.as_dict(private=False), **members}


@dataclass
class Issuer:
    """Runs on 127.0.0.1 while it is entered; ``asked`` are the paths that were asked for."""

    path: str = ""
    well_known: str = OAUTH
    key: ECKey = field(default_factory=new_key)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=500)
        self.base = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.url = self.base + self.path
        self.metadata = self.well_known.format(path=self.path)
        self.answers: dict[str, Answer] = {
            self.metadata: {"issuer": self.url, "jwks_uri": f"{self.base}/jwks"},
            "/jwks": {"keys": [public(self.key, kid="first")]},
        }

    def __enter__(self) -> Self:
        app = Starlette(routes=[Route("/{path:path}", self._answer)])
        config = uvicorn.Config(app, log_level="critical", lifespan="off", ws="none", loop="asyncio")
        self._server = PromptServer(config)
        self._server.start(self._socket)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Be gone, from one moment to the next: nobody answers at this address."""
        self._server.stop()

    @property
    def fetches(self) -> int:
        """How often its keys were fetched."""
        return self.asked.count("/jwks")

    def publish(self, *keys: Any) -> None:
        """Have these keys in the key set, and no other."""
        self.answers["/jwks"] = {"keys": list(keys)}

    def claims(self, audience: str, **claims: Any) -> dict[str, Any]:
        """Return the claims of a token (RFC 9068); ``claims`` replace its own, None leaves one out."""
        now = int(time.time())
        own = {
            "iss": self.url, "aud": audience, "sub": "a system", "client_id": "a-system", "iat": now, "exp": now + 300,
            "jti": secrets.token_urlsafe(12), "scope": "identity:read", "authorization_details": PURPOSE,
            "cnf": {"jkt": self.key.thumbprint()},
        }  # fmt: skip
        return {name: each for name, each in (own | claims).items() if each is not None}

    def token(self, audience: str, *, key: Any = None, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """Return a token; it is bound to the key that signs it, unless ``cnf`` says otherwise."""
        said = {"alg": "ES256", "typ": "at+jwt", "kid": "first"} | (header or {})
        payload = json.dumps(self.claims(audience, **claims)).encode()
        return jws.serialize_compact(said, payload, key or self.key, algorithms=[said["alg"]])

    async def _answer(self, request: Request) -> Response:
        self.asked.append(request.url.path)
        answer = self.answers.get(request.url.path)
        if answer is None:
            return Response(status_code=404)
        if not isinstance(answer, Callable):
            return JSONResponse(answer)
        made = answer()
        return made if isinstance(made, Response) else await made
