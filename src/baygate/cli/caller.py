"""The other side: a client that gets tokens with its own key and sends its requests with proofs of it.

What it is, a profile says: ``<name>.json`` beside its private key, in the directory that ``--clients`` names.
"""

import json
import secrets
import ssl
import time
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import httpx2
from joserfc.jwk import ECKey
from joserfc.jws import serialize_compact

from baygate.access.jose import encoded
from baygate.cli.console import Failure
from baygate.cli.holder import Holder

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_DETAILS = "baygate_field_access"


@dataclass(frozen=True)
class Profile:
    """What a client is called, the key that it proves itself with, and what it asks for unless told otherwise."""

    client_id: str
    purpose: str
    binding: str
    key: ECKey = field(repr=False)
    certificate: tuple[Path, Path] | None = None
    authority: Path | None = None
    holder: Holder | None = None
    """Who signs the assertion, if not the key."""


def of_holder(client_id: str, purpose: str, holder: Holder) -> Profile:
    """Return the profile of a party that comes with its certificate; its tokens are bound to a key made now."""
    return Profile(client_id, purpose, "dpop", ECKey.generate_key("P-256", private=True), holder=holder)


def profile(directory: Path, name: str) -> Profile:
    """Read a profile; raise Failure if there is none of this name."""
    file = directory / f"{name}.json"
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        key = ECKey.import_key((directory / said["key"]).read_bytes())
    except FileNotFoundError:
        names = ", ".join(sorted(each.stem for each in directory.glob("*.json")))
        raise Failure(
            f"There is no client {name} in {directory}.",
            f"There are: {names}" if names else "`make demo` makes some; --clients names another directory.",
        ) from None
    except (KeyError, ValueError) as error:
        raise Failure(f"{file} is not the profile of a client: {error}.", "docs/oauth.md shows one.") from None
    certificate = (directory / said["certificate"], directory / said["key"]) if "certificate" in said else None
    authority = directory / said["authority"] if "authority" in said else None
    return Profile(said["client_id"], said["purpose"], said.get("binding", "dpop"), key, certificate, authority)


def check(url: str) -> str:
    """Return the origin of a hub's address; raise Failure if it is none."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise Failure(f"{url} is not an http address.")
    return f"{parts.scheme}://{parts.netloc}"


class Caller:
    """A client of one hub. A token and a nonce are kept for as long as the caller is."""

    def __init__(self, client: Profile, url: str) -> None:
        self._client = client
        self._url = url
        self._origin = check(url)
        self._nonce: str | None = None
        self._http = httpx2.Client(timeout=60, verify=_verified(client), trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def token(self, purpose: str | None, **more: str) -> dict[str, Any]:
        """Return a token response; ``more`` are members of the authorization details."""
        server = self._get("/.well-known/oauth-authorization-server")
        form = {
            "grant_type": "client_credentials",
            "client_id": self._client.client_id,
            "authorization_details": self.details(purpose, **more),
        }
        endpoint = server["token_endpoint"]
        answer = self._proven("POST", endpoint, lambda: {"data": form | self.assertion(server["issuer"])})
        told = _json(answer)
        if answer.status_code != 200:
            raise Failure(f"The hub gives no token: {told.get('error')}: {told.get('error_description', '')}")
        return told

    def ask(self, token: dict[str, Any], body: dict[str, Any]) -> httpx2.Response:
        """Send a GraphQL request with a token."""
        text = token["access_token"]
        headers = {
            "authorization": f"{token['token_type']} {text}",
            "accept": "application/graphql-response+json, application/json;q=0.9",
        }
        return self._proven("POST", self._url, lambda: {"json": body, "headers": headers}, text)

    def details(self, purpose: str | None, **more: str) -> str:
        """Return the parameter ``authorization_details`` (RFC 9396)."""
        return json.dumps([{"type": _DETAILS, "purpose": purpose or self._client.purpose, **more}])

    def _proven(self, method: str, url: str, parts: Any, token: str | None = None) -> httpx2.Response:
        """Send a request with a fresh proof, once more if the hub asks for its nonce (RFC 9449, section 8)."""
        for _ in range(2):
            given = parts()
            headers = given.pop("headers", {})
            if self._client.binding == "dpop":
                headers |= {"dpop": self.proof(method, url, token)}
            answer = self._send(method, url, headers=headers, **given)
            fresh, before = answer.headers.get("dpop-nonce"), self._nonce
            self._nonce = fresh or before
            if answer.status_code not in {400, 401} or fresh in {None, before}:
                break
        return answer

    def proof(self, method: str, url: str, token: str | None = None) -> str:
        """Return a proof of the client's key for one request (RFC 9449, section 4.2)."""
        claims = {"htm": method, "htu": url, "iat": int(time.time()), "jti": secrets.token_urlsafe(16)}
        if token is not None:
            claims["ath"] = encoded(sha256(token.encode()).digest())
        if self._nonce is not None:
            claims["nonce"] = self._nonce
        return self._signed({"typ": "dpop+jwt", "jwk": self._client.key.as_dict(private=False)}, claims)

    def assertion(self, issuer: str) -> dict[str, str]:
        """Return the parameters by which the client proves itself (RFC 7523); none if its certificate does."""
        if self._client.certificate is not None:
            return {}
        now = int(time.time())
        name = self._client.client_id
        claims = {"iss": name, "sub": name, "aud": issuer, "iat": now, "exp": now + 60}
        claims |= {"jti": secrets.token_urlsafe(16)}
        holder = self._client.holder
        signed = _signed_by(holder, claims) if holder else self._signed({"typ": "JWT"}, claims)
        return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": signed}

    def _signed(self, header: dict[str, Any], claims: dict[str, Any]) -> str:
        return serialize_compact({"alg": "ES256", **header}, json.dumps(claims), self._client.key, ["ES256"])

    def _get(self, path: str) -> dict[str, Any]:
        return _json(self._send("GET", self._origin + path))

    def _send(self, method: str, url: str, **parts: Any) -> httpx2.Response:
        try:
            return self._http.request(method, url, **parts)
        except httpx2.HTTPError as error:
            raise Failure(f"No hub answers at {self._url}: {error}.", "Start one with: baygate demo") from None


def _signed_by(holder: Holder, claims: dict[str, Any]) -> str:
    text = ".".join(encoded(json.dumps(each).encode()) for each in (holder.header, claims))
    return f"{text}.{holder.sign(text)}"


def _json(answer: httpx2.Response) -> dict[str, Any]:
    try:
        said = answer.json()
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise Failure(f"{answer.url} answered {answer.status_code}, not with a JSON object.", "Is it a baygate hub?")
    return said


def _verified(client: Profile) -> ssl.SSLContext | bool:
    if client.certificate is None and client.authority is None:
        return True
    context = ssl.create_default_context(cafile=client.authority)
    if client.certificate is not None:
        context.load_cert_chain(*client.certificate)
    return context
