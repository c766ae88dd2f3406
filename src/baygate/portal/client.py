"""The explorer as a client of the hub's own authorization server: with a key, over the protocol, without a network.

It proves itself as every client does (``private_key_jwt``, RFC 7523) and shows with each use of a token that it has the
key that the token is bound to (DPoP, RFC 9449), if it is. Nothing is given to it for being a part of the hub.
"""

import asyncio
import secrets
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from time import time
from typing import Any

import httpx2
import orjson
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from joserfc.jws import serialize_compact
from starlette.types import ASGIApp

from baygate.access.jose import encoded
from baygate.oauth.server.assertion import ASSERTION_TYPE
from baygate.storage.errors import KeyFileError

_ALGORITHM = "ES256"
_ASSERTION_LIFETIME = 60
_PATIENCE = 10.0


class Unanswered(Exception):
    """The authorization server does not answer now."""


class NotGiven(Exception):
    """The authorization server refuses; ``error`` is the code of RFC 6749, section 5.2."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(f"{error}: {description}")
        self.error = error


def read_key(file: Path) -> ECKey:
    """Read the private key of a file; raise KeyFileError if it is none, or open to everybody."""
    try:
        mode = file.stat().st_mode
        key = ECKey.import_key(file.read_bytes())
        if not key.is_private or key.curve_name != "P-256":
            raise ValueError("it is not a private key on P-256")
    except (OSError, ValueError, KeyError, JoseError) as error:
        raise KeyFileError(
            f"{file} is not the explorer's key (portal.key): {error}.",
            "Make one: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out explorer.pem; and register "
            "its public half: baygate client add --redirect-uri",
        ) from None
    if mode & (stat.S_IROTH | stat.S_IWOTH):
        raise KeyFileError(f"The explorer's key file {file} is open to everybody.", f"Run: chmod o= {file}")
    return key


@dataclass(frozen=True)
class Given:
    """A token, and the scheme under which it is shown: DPoP or Bearer."""

    token: str = field(repr=False)
    scheme: str


@dataclass(frozen=True)
class ExplorerClient:
    """The client ``client_id`` of the hub at ``origin``; ``nonce`` gives the DPoP nonce of now."""

    client_id: str
    key: ECKey = field(repr=False)
    origin: str
    nonce: Callable[[], str]

    async def redeem(self, app: ASGIApp, code: str, redirect_uri: str, verifier: str) -> Given:
        """Change a code for a token (RFC 6749, section 4.1.3); raise NotGiven, Unanswered."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        told = await self._post(app, "/oauth/token", form | {"code_verifier": verifier})
        return Given(str(told["access_token"]), str(told["token_type"]))

    async def revoke(self, app: ASGIApp, token: str) -> None:
        """End a token (RFC 7009); raise NotGiven, Unanswered."""
        await self._post(app, "/oauth/revoke", {"token": token})

    def authorization(self, token: str, scheme: str, method: str, path: str) -> list[tuple[bytes, bytes]]:
        """Return the headers by which a request to the hub shows a token."""
        shown = [(b"authorization", f"{scheme} {token}".encode())]
        if scheme == "DPoP":
            ath = encoded(sha256(token.encode()).digest())
            shown.append((b"dpop", self._proof(method, path, ath=ath).encode()))
        return shown

    async def _post(self, app: ASGIApp, path: str, form: Mapping[str, str]) -> Mapping[str, Any]:
        proven = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": self._assertion()}
        # a server that binds nothing for this client does not look at the proof
        headers = {"dpop": self._proof("POST", path)}
        transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
        try:
            async with (
                asyncio.timeout(_PATIENCE),
                httpx2.AsyncClient(transport=transport, base_url=self.origin, trust_env=False) as client,
            ):
                answer = await client.post(path, data={**form, **proven}, headers=headers)
        except (TimeoutError, httpx2.HTTPError) as error:
            raise Unanswered from error
        return _told(answer)

    def _assertion(self) -> str:
        now = int(time())
        claims = {
            "iss": self.client_id, "sub": self.client_id, "aud": self.origin, "jti": secrets.token_urlsafe(16),
            "iat": now, "exp": now + _ASSERTION_LIFETIME,
        }  # fmt: skip
        return self._signed({"typ": "client-authentication+jwt"}, claims)

    def _proof(self, method: str, path: str, **more: str) -> str:
        claims = {
            "htm": method, "htu": self.origin + path, "iat": int(time()), "jti": secrets.token_urlsafe(16),
            "nonce": self.nonce(), **more,
        }  # fmt: skip
        return self._signed({"typ": "dpop+jwt", "jwk": self.key.as_dict(private=False)}, claims)

    def _signed(self, header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
        return serialize_compact({"alg": _ALGORITHM, **header}, orjson.dumps(claims), self.key, algorithms=[_ALGORITHM])


def _told(answer: httpx2.Response) -> Mapping[str, Any]:
    """Return what the server says; raise NotGiven, or Unanswered if it cannot say."""
    if answer.status_code in {429, 503} or answer.status_code >= 500:
        raise Unanswered(f"status {answer.status_code}")
    told: Mapping[str, Any] = orjson.loads(answer.content) if answer.content else {}
    if answer.status_code != 200:
        raise NotGiven(str(told.get("error")), str(told.get("error_description", "")))
    return told
