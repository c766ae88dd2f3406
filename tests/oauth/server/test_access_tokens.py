"""The token that a client gets (RFC 6749, section 5.1; RFC 9068; RFC 9449; RFC 9396)."""

import json
import time
from secrets import token_urlsafe
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey
from tests.agency import EVERY_SCOPE, Agency
from tests.oauth.server.desk import Desk, altered, eventually, refused

from baygate.oauth import registry
from baygate.oauth.clients import ClientKey


def read(desk: Desk, token: str) -> jwt.Token:
    """Verify a token as any resource server would: by the published keys."""
    keys = KeySet.import_key_set(desk.client.get(f"{desk.base}/oauth/jwks").json())
    return jwt.decode(token, keys, algorithms=["ES256"])


def test_the_answer_is_a_token_its_type_lifetime_scope_and_details(desk: Desk) -> None:
    answer = desk.ask()
    assert answer.status_code == 200
    told = answer.json()
    assert told.pop("access_token").count(".") == 2
    assert told == {
        "token_type": "DPoP",
        "expires_in": 300,
        "scope": " ".join(sorted(EVERY_SCOPE)),
        "authorization_details": [{"type": "baygate_field_access", "purpose": "RISK_ASSESSMENT"}],
    }


def test_the_answer_is_for_nobody_to_keep_and_brings_the_next_nonce(desk: Desk) -> None:
    headers = desk.ask().headers
    assert headers["cache-control"] == "no-store"
    assert headers["pragma"] == "no-cache"
    assert headers["content-type"] == "application/json"
    assert headers["dpop-nonce"]


def test_the_token_says_who_may_do_what_for_whom_and_until_when(desk: Desk) -> None:
    before = int(time.time())
    token = read(desk, desk.ask(scope="credit:read").json()["access_token"])
    claims = token.claims
    assert len(claims.pop("jti")) >= 16
    assert before <= claims["iat"] <= time.time()
    assert claims.pop("exp") - claims.pop("iat") == 300
    assert claims == {
        "iss": desk.base,
        "aud": f"{desk.base}/graphql",
        "sub": "customs-gz",
        "client_id": "customs-gz",
        "scope": "credit:read",
        "authorization_details": [{"type": "baygate_field_access", "purpose": "RISK_ASSESSMENT"}],
        "agency": "customs-gz",
        "jurisdiction": "CN-GD",
        "roles": [],
        "cnf": {"jkt": desk.agency.key.thumbprint()},
    }


def test_its_header_names_its_type_and_a_published_key(desk: Desk) -> None:
    header = read(desk, desk.token()).header
    kids = {each["kid"] for each in desk.client.get(f"{desk.base}/oauth/jwks").json()["keys"]}
    assert header.pop("kid") in kids
    assert header == {"alg": "ES256", "typ": "at+jwt"}


def test_no_two_tokens_are_the_same(desk: Desk) -> None:
    first, second = (read(desk, desk.token()).claims["jti"] for _ in range(2))
    assert first != second


def test_legal_basis_and_case_number_stand_in_answer_and_token(desk: Desk) -> None:
    detail = {
        "type": "baygate_field_access",
        "purpose": "INVESTIGATION",
        "legalBasis": "《海关法》第六条",
        "caseNo": "案1",
    }
    told = desk.ask(authorization_details=json.dumps([detail])).json()
    assert told["authorization_details"] == [detail]
    assert read(desk, told["access_token"]).claims["authorization_details"] == [detail]


def test_the_token_opens_the_hub(desk: Desk) -> None:
    assert desk.graphql(desk.token()).json() == {"data": {"__typename": "Query"}}


def test_a_bearer_client_gets_a_plain_token_in_development_and_none_in_production(hub: Any, production: Any) -> None:
    told = hub.auth.ask_token(hub.client, hub.base).json()
    assert told["token_type"] == "Bearer"
    assert "cnf" not in read(Desk(hub.base, hub.client, hub.auth), told["access_token"]).claims
    refused(hub.auth.ask_token(production.client, production.base), 401, "invalid_client")


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [
        ("ES256", ECKey.generate_key("P-256", private=True)),
        ("PS256", RSAKey.generate_key(2048, private=True)),
        ("EdDSA", OKPKey.generate_key("Ed25519", private=True)),
        ("Ed25519", OKPKey.generate_key("Ed25519", private=True)),
    ],
)
@pytest.mark.filterwarnings("ignore:EdDSA is deprecated via RFC 9864")
def test_clients_sign_their_assertions_with(algorithm: str, key: Any, desk: Desk, production: Any) -> None:
    """The key of the proofs, which the token is bound to, is another."""
    name = f"signs-{algorithm.lower()}"
    client = Agency(name, purposes=("RISK_ASSESSMENT",)).registration(keys=(ClientKey(key.as_dict(private=False)),))
    altered(production.dsn, registry.add, client)

    def asked() -> int:
        claims = {"iss": name, "sub": name, "aud": desk.base, "exp": int(time.time()) + 60, "jti": token_urlsafe()}
        assertion = jwt.encode({"alg": algorithm}, claims, key, algorithms=[algorithm])
        return desk.ask(client_assertion=assertion, scope="credit:read").status_code

    assert eventually(lambda: asked() == 200)


# The proof of the key that the token is bound to (RFC 9449, section 5)


def test_without_a_nonce_the_answer_gives_one(desk: Desk) -> None:
    answer = desk.ask({"dpop": desk.proof(nonce=None)})
    refused(answer, 400, "use_dpop_nonce")
    assert desk.ask({"dpop": desk.proof(nonce=answer.headers["dpop-nonce"])}).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"htm": "GET"},
        {"htu": "https://elsewhere.example/oauth/token"},
        {"iat": 0},
        {"jti": None},
        {"jti": ""},
        {"header": {"typ": "JWT"}},
        {"header": {"jwk": {}}},
        {"header": {"jwk": Agency("other").key.as_dict(private=False)}},
        {"header": {"jwk": Agency("private").key.as_dict(private=True)}},
    ],
)
def test_a_proof_that_proves_nothing_is_refused(desk: Desk, wrong: dict[str, Any]) -> None:
    refused(desk.ask({"dpop": desk.proof(**wrong)}), 400, "invalid_dpop_proof")


@pytest.mark.parametrize("wrong", [None, "", "nonsense", "a.b.c"])
def test_a_proof_that_is_none_is_refused(desk: Desk, wrong: str | None) -> None:
    refused(desk.ask({"dpop": wrong}), 400, "invalid_dpop_proof")


def test_a_proof_is_good_once(desk: Desk) -> None:
    proof = {"dpop": desk.proof()}
    assert desk.ask(proof).status_code == 200
    refused(desk.ask(proof), 400, "invalid_dpop_proof")


def test_of_two_proofs_none_counts(desk: Desk) -> None:
    headers = [("content-type", "application/x-www-form-urlencoded"), ("dpop", desk.proof()), ("dpop", desk.proof())]
    refused(desk.client.post(desk.endpoint, headers=headers, data=desk.form()), 400, "invalid_dpop_proof")
