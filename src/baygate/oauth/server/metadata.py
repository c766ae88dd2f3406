"""What the server and the hub say of themselves: RFC 8414 and RFC 9728."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from baygate.access.jose import ALGORITHMS
from baygate.oauth.details import TYPE
from baygate.oauth.server.grants import AUTHENTICATION_METHODS


@dataclass(frozen=True)
class Addresses:
    """Where things are, under the hub's public origin, which is the issuer's name too."""

    origin: str

    @property
    def resource(self) -> str:
        """The protected resource, which tokens are for."""
        return f"{self.origin}/graphql"

    @property
    def resource_metadata(self) -> str:
        """Where the resource describes itself (RFC 9728, section 3.1)."""
        return f"{self.origin}/.well-known/oauth-protected-resource/graphql"

    def endpoint(self, name: str) -> str:
        """Return an endpoint of the server."""
        return f"{self.origin}/oauth/{name}"


def server_metadata(at: Addresses, scopes: Iterable[str], *, people: bool) -> Mapping[str, Any]:
    """Return the authorization server's metadata (RFC 8414, section 2; 8705, 9126, 9207, 9396, 9449)."""
    signing = list(ALGORITHMS)
    code = {
        "authorization_endpoint": at.endpoint("authorize"),
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
    }
    return {
        "issuer": at.origin,
        "token_endpoint": at.endpoint("token"),
        "jwks_uri": at.endpoint("jwks"),
        "revocation_endpoint": at.endpoint("revoke"),
        "introspection_endpoint": at.endpoint("introspect"),
        **(code if people else {}),
        # required, and never empty (sections 2 and 3.2); without people there is nowhere to ask for one
        "response_types_supported": ["code"],
        "grant_types_supported": ["client_credentials", *(["authorization_code"] if people else [])],
        "scopes_supported": sorted(scopes),
        **{
            f"{endpoint}_endpoint_auth_{what}_supported": values
            for endpoint in ("token", "revocation", "introspection")
            for what, values in (("methods", AUTHENTICATION_METHODS), ("signing_alg_values", signing))
        },
        "tls_client_certificate_bound_access_tokens": True,
        "dpop_signing_alg_values_supported": signing,
        "authorization_details_types_supported": [TYPE],
    }


def resource_metadata(at: Addresses, scopes: Iterable[str], issuers: Iterable[str]) -> Mapping[str, Any]:
    """Return the hub's metadata as a protected resource (RFC 9728, section 2)."""
    return {
        "resource": at.resource,
        "resource_name": "baygate",
        "authorization_servers": list(issuers),
        "scopes_supported": sorted(scopes),
        "bearer_methods_supported": ["header"],
        "tls_client_certificate_bound_access_tokens": True,
        "dpop_signing_alg_values_supported": list(ALGORITHMS),
        "authorization_details_types_supported": [TYPE],
    }
