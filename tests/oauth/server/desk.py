"""A desk at the running hub: one valid request, of which each test changes one thing."""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from tests.agency import ASSERTION, Agency, b64url

from baygate.storage.database import Database

FORM = "application/x-www-form-urlencoded"


@dataclass
class Desk:
    """Where one client asks."""

    base: str
    client: httpx.Client
    agency: Agency

    @property
    def endpoint(self) -> str:
        return f"{self.base}/oauth/token"

    def ask(self, headers: dict[str, str | None] | None = None, **changes: str | None) -> httpx.Response:
        """Ask for a token, with these parameters and headers changed; None leaves one out."""
        return self.send("token", self.form(**changes), headers)

    def form(self, **changes: str | None) -> dict[str, str]:
        return self.agency.form(self.base, **changes)

    def about(self, token: str | None, **changes: str | None) -> dict[str, str]:
        """Return the form of a request about a token."""
        own = {"token": token, "client_assertion_type": ASSERTION, "client_assertion": self.assertion()}
        return {name: value for name, value in (own | changes).items() if value is not None}

    def revoke(self, token: str | None, **changes: str | None) -> httpx.Response:
        return self.send("revoke", self.about(token, **changes))

    def introspect(self, token: str | None, **changes: str | None) -> httpx.Response:
        return self.send("introspect", self.about(token, **changes))

    def send(
        self, endpoint: str, body: dict[str, str] | bytes, headers: dict[str, str | None] | None = None
    ) -> httpx.Response:
        """POST a form, with a proof if it is for a token."""
        own: dict[str, str | None] = {"content-type": FORM, "dpop": self.proof() if endpoint == "token" else None}
        said = {name: value for name, value in (own | (headers or {})).items() if value is not None}
        content = body if isinstance(body, bytes) else urlencode(body)
        return self.client.post(f"{self.base}/oauth/{endpoint}", headers=said, content=content)

    def proof(self, **claims: Any) -> str:
        return self.agency.proof("POST", self.endpoint, **{"nonce": self.agency.nonce(self.base)} | claims)

    def assertion(self, **claims: Any) -> str:
        return self.agency.assertion(self.base, **claims)

    def token(self) -> str:
        return str(self.ask().json()["access_token"])

    def graphql(self, token: str) -> httpx.Response:
        """Ask the hub something with a token."""
        url = f"{self.base}/graphql"
        headers = self.agency.headers("POST", url, token) | {"accept": "application/json"}
        return self.client.post(url, json={"query": "{ __typename }"}, headers=headers)


def opened(hub: Any, agency: Agency) -> Desk:
    """Return the desk of a client, whose nonce is known, once the hub knows of it."""
    assert eventually(lambda: agency.ask_token(hub.client, hub.base).status_code not in {401, 503})
    return Desk(hub.base, hub.client, agency)


def raw(key: Any, header: dict[str, Any], claims: Any) -> str:
    """Sign (ES256) whatever header and claims there are, also what no library would."""
    parts = [b64url(json.dumps(each).encode()) for each in ({"alg": "ES256", **header}, claims)]
    r, s = decode_dss_signature(key.private_key.sign(".".join(parts).encode(), ec.ECDSA(hashes.SHA256())))
    return ".".join([*parts, b64url(r.to_bytes(32, "big") + s.to_bytes(32, "big"))])


def refused(answer: httpx.Response, status: int, error: str) -> str:
    """Check that a request was refused as the RFCs have it; return the description."""
    assert (answer.status_code, answer.json()["error"]) == (status, error), answer.text
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert ("www-authenticate" in answer.headers) is (status == 401)
    description = str(answer.json().get("error_description", ""))
    assert description.isascii()
    assert not set(description) & set('"\\')
    return description


def altered(dsn: str, change: Callable[..., Any], *what: Any, **how: Any) -> Any:
    """Change the registry of a database, and return what ``change`` does."""

    async def altering() -> Any:
        connection = await Database(dsn).connect()
        try:
            return await change(connection, *what, **how)
        finally:
            await connection.close()

    return asyncio.run(altering())


def eventually(holds: Callable[[], bool], seconds: float = 20) -> bool:
    """Return whether something comes to hold before one gives up; how soon it does is no matter of a test."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
