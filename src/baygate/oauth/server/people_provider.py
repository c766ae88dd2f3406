"""Sign-in through an OpenID Connect provider (OpenID Connect Core 1.0, section 3.1): Authlib's client, and its rules.

Whatever does not hold, the person is not signed in, and is told so:

1. The provider describes itself (Discovery 1.0, section 4.3): under the issuer identifier of the settings, with
   addresses of https. What it says is good for a minute.
2. The callback answers a request that this browser made (``state``), comes from this provider (``iss``, RFC 9207), and
   says nothing twice.
3. The provider gives an ID token for the code, to the hub's secret and the PKCE verifier (RFC 7636).
4. A key of the provider signed the ID token with an asymmetric algorithm; issuer, time and ``nonce`` are right, and the
   hub alone is its audience (Core, section 3.1.3.7).
5. The person's agency is one of those in the settings.
"""

import asyncio
import contextlib
import logging
from collections.abc import Iterator, Mapping
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.starlette_client import OAuth, OAuthError, StarletteOAuth2App
from joserfc.errors import JoseError
from starlette.requests import Request

from baygate.oauth.server.people_pages import Shown, Text

log = logging.getLogger("baygate.people")

ALGORITHMS = ("ES256", "PS256", "EdDSA", "Ed25519", "RS256")
"""What ID tokens may be signed with: the hub's own, and RS256, which each provider must have (Discovery, section 3)."""

_NAME = "provider"
_PATIENCE = 10.0
_STALE = 60.0
_SKEW = 60
_LONGEST_NAME = 100
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_UNREACHABLE = (httpx2.TransportError, OSError, TimeoutError)
_SENSELESS = (
    AuthlibBaseError, JoseError, httpx2.HTTPError, httpx2.InvalidURL, ValueError, TypeError, KeyError, AttributeError,
    RuntimeError,
)  # fmt: skip
"""What Authlib raises of an answer that is not what OpenID Connect says; it takes much for granted."""

_AGAIN = Text("登录已失效，请重新开始。", "This sign-in is no longer good. Please begin again.")
_DENIED = Text("身份提供方未允许登录。", "The identity provider did not let you sign in.")
_DOWN = Text(
    "身份提供方暂时无法连接，请稍后再试。", "The identity provider cannot be reached now. Please try again shortly."
)
_BROKEN = Text(
    "身份提供方的答复无法采信，请联系管理员。",
    "What the identity provider answers cannot be believed. Please tell the administrator.",
)
_STRANGER = Text(
    "您的单位不在可登录的范围内。", "Your agency is none of those whose people may sign in here."
)  # fmt: skip


class Provider:
    """The provider of the settings, whose people are of ``agencies`` in one ``jurisdiction``."""

    def __init__(self, settings: Any, callback: str) -> None:
        self.issuer: str = settings.provider
        self._audience: str = settings.client_id
        self._agency_claim: str = settings.agency_claim
        self._agencies: frozenset[str] = settings.agencies
        self._jurisdiction: str = settings.jurisdiction
        self._callback = callback
        self._client: _Client = OAuth().register(
            _NAME,
            client_cls=_Client,
            issuer=self.issuer,
            client_id=settings.client_id,
            client_secret=settings.client_secret.get_secret_value(),
            server_metadata_url=f"{self.issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={
                "scope": "openid profile",
                "code_challenge_method": "S256",
                "timeout": _PATIENCE,
                "follow_redirects": False,
                "trust_env": False,
            },
        )

    def admits(self, person: Mapping[str, Any]) -> bool:
        """Whether a person who signed in before may still."""
        return person["agency"] in self._agencies and person["jurisdiction"] == self._jurisdiction

    async def address(self, request: Request, *, again: bool) -> str:
        """Return where the person signs in, ``again`` if he is signed in there; what the callback needs is kept."""
        prompt = {"prompt": "login"} if again else {}
        with _told():
            async with asyncio.timeout(_PATIENCE):
                sent = await self._client.authorize_redirect(request, self._callback, **prompt)
        return str(sent.headers["location"])

    async def person(self, request: Request) -> Mapping[str, Any]:
        """Return who signed in, as the callback tells; raise Shown."""
        given = request.query_params
        began = await self._client.framework.get_state_data(request.session, given.get("state"))
        if began is None or len(given.multi_items()) != len(given):
            raise Shown(400, _AGAIN)
        with _told():
            async with asyncio.timeout(_PATIENCE):
                await self._check_sender(given)
                token = await self._client.authorize_access_token(
                    request,
                    leeway=_SKEW,
                    claims_options={
                        "iss": {"essential": True, "value": self.issuer},
                        "aud": {"essential": True, "value": self._audience},
                    },
                )
            claims = token["userinfo"]
            if claims["aud"] not in (self._audience, [self._audience]):
                raise ValueError("the ID token is for others too")
            return self._person(claims)

    async def _check_sender(self, given: Mapping[str, str]) -> None:
        metadata = await self._client.load_server_metadata()
        absent = None if metadata["authorization_response_iss_parameter_supported"] else self.issuer
        if given.get("iss", absent) != self.issuer:
            raise Shown(400, _AGAIN)

    def _person(self, claims: Mapping[str, Any]) -> Mapping[str, Any]:
        subject, agency = claims["sub"], claims.get(self._agency_claim)
        if not isinstance(subject, str) or not 0 < len(subject) <= 255 or not subject.isprintable():
            raise ValueError("the ID token names nobody")
        if not isinstance(agency, str) or agency not in self._agencies:
            raise Shown(403, _STRANGER)
        names = (claims.get(each) for each in ("name", "preferred_username"))
        name = next((each for each in names if isinstance(each, str) and each.strip() and each.isprintable()), subject)
        return {
            "subject": subject,
            "name": name[:_LONGEST_NAME],
            "agency": agency,
            "jurisdiction": self._jurisdiction,
            "roles": [],
        }


class _Client(StarletteOAuth2App):  # type: ignore[misc]  # Authlib has no types
    """Authlib's client, but for what it believes of the provider's metadata, and for how long."""

    server_metadata: dict[str, Any]
    _read = float("-inf")

    async def load_server_metadata(self) -> Mapping[str, Any]:
        """Return what is needed of the metadata; nothing is kept of what does not hold."""
        if monotonic() - self._read > _STALE:
            async with self._get_session() as client:
                answer = await client.request("GET", self._server_metadata_url, withhold_token=True)
                answer.raise_for_status()
            self.server_metadata = _checked(answer.json(), self.server_metadata["issuer"])
            self._read = monotonic()
        return self.server_metadata

    async def save_authorize_data(self, request: Request, **data: Any) -> None:
        """Keep what the callback needs, and not the whole address: a cookie has 4 kB."""
        del data["url"]
        await super().save_authorize_data(request, **data)


def _checked(metadata: Mapping[str, Any], issuer: str) -> dict[str, Any]:
    if metadata["issuer"] != issuer:
        raise ValueError("the metadata are another issuer's")
    addresses = {name: metadata[name] for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
    for each in addresses.values():
        parts = urlsplit(each)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise ValueError(f"{each} is not an https address")
    offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
    algorithms = [each for each in ALGORITHMS if each in offered]
    if not algorithms:
        raise ValueError(f"ID tokens are signed with none of {', '.join(ALGORITHMS)}")
    return {
        "issuer": issuer,
        **addresses,
        "id_token_signing_alg_values_supported": algorithms,
        "authorization_response_iss_parameter_supported": (
            metadata.get("authorization_response_iss_parameter_supported") is True
        ),
    }


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Turn whatever the provider does into something that a person can be told."""
    try:
        yield
    except _UNREACHABLE as error:
        log.warning("the identity provider cannot be reached: %s", error or type(error).__name__)
        raise Shown(503, _DOWN) from None
    except OAuthError as error:
        # its code alone: the description is whatever stood in an address that anybody may have made
        log.warning("the identity provider refused a sign-in: %.60r", error.error)
        raise _refusal(error.error) from None
    except _SENSELESS as error:
        log.warning("the identity provider is not believed: %.300r", error)
        raise Shown(502, _BROKEN) from None


def _refusal(code: object) -> Shown:
    match code:
        case "access_denied" | "login_required" | "interaction_required" | "account_selection_required":
            return Shown(403, _DENIED)
        case "invalid_grant" | "mismatching_state":
            return Shown(400, _AGAIN)
        case "temporarily_unavailable":
            return Shown(503, _DOWN)
        case _:
            return Shown(502, _BROKEN)
