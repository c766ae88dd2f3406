"""What the server and the hub publish of themselves: RFC 8414, RFC 9728, RFC 7517."""

from typing import Any

import httpx
import pytest
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from joserfc.jwk import KeySet
from tests.agency import EVERY_SCOPE

from baygate.oauth.server.metadata import Addresses, server_metadata

ALGORITHMS = ["ES256", "PS256", "EdDSA", "Ed25519"]
METHODS = ["private_key_jwt", "self_signed_tls_client_auth", "tls_client_auth"]


def got(hub: Any, path: str) -> Any:
    answer = httpx.get(hub.base + path, trust_env=False)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "public, max-age=300"
    return answer.json()


def test_the_server_describes_itself(production: Any) -> None:
    told = got(production, "/.well-known/oauth-authorization-server")
    AuthorizationServerMetadata(told).validate()
    at = f"{production.base}/oauth"
    assert told == {
        "issuer": production.base,
        "token_endpoint": f"{at}/token",
        "jwks_uri": f"{at}/jwks",
        "revocation_endpoint": f"{at}/revoke",
        "introspection_endpoint": f"{at}/introspect",
        "response_types_supported": ["code"],
        "grant_types_supported": ["client_credentials"],
        "scopes_supported": sorted(EVERY_SCOPE),
        "token_endpoint_auth_methods_supported": METHODS,
        "token_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
        "revocation_endpoint_auth_methods_supported": METHODS,
        "revocation_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
        "introspection_endpoint_auth_methods_supported": METHODS,
        "introspection_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
        "tls_client_certificate_bound_access_tokens": True,
        "dpop_signing_alg_values_supported": ALGORITHMS,
        "authorization_details_types_supported": ["baygate_field_access"],
    }


def test_where_people_sign_in_the_authorization_endpoint_is_told_and_pkce() -> None:
    told = server_metadata(Addresses("https://hub.example"), ["credit:read"], people=True)
    AuthorizationServerMetadata(told).validate()
    assert told["authorization_endpoint"] == "https://hub.example/oauth/authorize"
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert told["grant_types_supported"] == ["client_credentials", "authorization_code"]
    assert told["authorization_response_iss_parameter_supported"]


def test_only_the_resource_that_there_is_is_described(production: Any) -> None:
    """What is at the origin itself would have to name the origin (RFC 9728, section 3.3)."""
    assert httpx.get(f"{production.base}/.well-known/oauth-protected-resource", trust_env=False).status_code == 404


def test_the_hub_describes_itself_as_a_resource(production: Any) -> None:
    assert got(production, "/.well-known/oauth-protected-resource/graphql") == {
        "resource": f"{production.base}/graphql",
        "resource_name": "baygate",
        "authorization_servers": [production.base],
        "scopes_supported": sorted(EVERY_SCOPE),
        "bearer_methods_supported": ["header"],
        "tls_client_certificate_bound_access_tokens": True,
        "dpop_signing_alg_values_supported": ALGORITHMS,
        "authorization_details_types_supported": ["baygate_field_access"],
    }


def test_who_comes_without_a_token_is_told_where_that_stands(production: Any) -> None:
    answer = httpx.post(production.url, json={"query": "{ __typename }"}, trust_env=False)
    assert answer.status_code == 401
    metadata = f'resource_metadata="{production.base}/.well-known/oauth-protected-resource/graphql"'
    assert all(metadata in each for each in answer.headers.get_list("www-authenticate"))


def test_the_keys_are_public_and_named(production: Any) -> None:
    told = got(production, "/oauth/jwks")
    assert list(told) == ["keys"]
    for key in told["keys"]:
        assert key.keys() == {"kty", "crv", "x", "y", "kid", "use", "alg"}
        assert (key["kty"], key["crv"], key["use"], key["alg"]) == ("EC", "P-256", "sig", "ES256")
    kids = [each["kid"] for each in told["keys"]]
    assert kids == [each.thumbprint() for each in KeySet.import_key_set(told).keys]
    assert len(set(kids)) == len(kids)


@pytest.mark.parametrize("path", ["/oauth/jwks", "/.well-known/oauth-authorization-server"])
def test_what_is_published_is_read_and_never_written(production: Any, path: str) -> None:
    answers = [httpx.request(each, production.base + path, trust_env=False) for each in ("POST", "PUT", "DELETE")]
    assert [each.status_code for each in answers] == [405] * 3
    assert httpx.head(production.base + path, trust_env=False).status_code == 200
