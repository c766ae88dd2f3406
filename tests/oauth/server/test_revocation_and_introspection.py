"""A client ends its own tokens (RFC 7009), and asks about those of its agency (RFC 7662)."""

import asyncio
import datetime
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.agency import EVERY_SCOPE, TAX, Agency, sign
from tests.oauth.server.conftest import Enrol
from tests.oauth.server.desk import Desk, altered, eventually, opened, raw, refused

from baygate.gateway.admission import SIGNING_KEYS
from baygate.oauth import registry
from baygate.oauth.signing import SigningKeys

WAITING = "SELECT count(*) FROM pg_locks WHERE relation = 'revoked_token'::regclass AND NOT granted"
ENDPOINTS = pytest.mark.parametrize("endpoint", ["revoke", "introspect"])


def changed(dsn: str, client: str, change: str) -> None:
    """Change the registration of a client, as an operator might."""

    async def change_it(connection: Any) -> None:
        await connection.execute(f"UPDATE client SET {change} WHERE client_id = $1", client)
        await connection.execute("SELECT pg_notify($1, $2)", registry.CLIENTS_CHANGED, client)

    altered(dsn, change_it)


@pytest.fixture
def tax(production: Any) -> Desk:
    return opened(production, TAX)


# Revocation


def test_a_revoked_token_opens_nothing_and_may_be_revoked_again(desk: Desk) -> None:
    token, other = desk.token(), desk.token()
    assert desk.graphql(token).status_code == 200
    for _ in range(2):
        answer = desk.revoke(token)
        assert (answer.status_code, answer.json()) == (200, {})
        assert answer.headers["cache-control"] == "no-store"
    assert eventually(lambda: desk.graphql(token).status_code == 401)
    assert desk.introspect(token).json() == {"active": False}
    assert desk.graphql(other).status_code == 200


def test_it_is_revoked_on_other_hubs_too(desk: Desk, hub: Any, production: Any) -> None:
    token = hub.auth.token(hub.client, hub.base)
    form = {"token": token, "client_assertion_type": desk.about("x")["client_assertion_type"]}
    answer = hub.client.post(f"{hub.base}/oauth/revoke", data=form | {"client_assertion": hub.auth.assertion(hub.base)})
    assert answer.status_code == 200
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    assert eventually(lambda: hub.client.post(hub.url, json={}, headers=headers).status_code == 401)


def test_the_token_of_another_client_is_not_revoked_and_that_is_not_told(desk: Desk, tax: Desk) -> None:
    token = desk.token()
    assert (tax.revoke(token).status_code, tax.revoke(token).json()) == (200, {})
    time.sleep(0.2)
    assert desk.graphql(token).status_code == 200
    assert desk.introspect(token).json()["active"]


@pytest.mark.parametrize("text", ["unknown", "a.b.c", "x" * 20_000, "e30.e30.e30"])
def test_what_is_no_token_is_as_good_as_revoked(desk: Desk, text: str) -> None:
    assert desk.revoke(text).status_code == 200


# Introspection


def test_a_client_learns_all_of_a_token_of_its_agency(desk: Desk) -> None:
    token = desk.token()
    answer = desk.introspect(token)
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert told["iat"] <= time.time() < told["exp"] == told.pop("iat") + 300
    assert told.pop("exp")
    assert told == {
        "active": True,
        "scope": " ".join(sorted(EVERY_SCOPE)),
        "client_id": "customs-gz",
        "token_type": "DPoP",
        "sub": "customs-gz",
        "aud": f"{desk.base}/graphql",
        "iss": desk.base,
        "agency": "customs-gz",
        "authorization_details": [{"type": "baygate_field_access", "purpose": "RISK_ASSESSMENT"}],
        "cnf": {"jkt": desk.agency.key.thumbprint()},
    }


def test_a_colleague_learns_it_too_and_another_agency_nothing(desk: Desk, tax: Desk, enrol: Enrol) -> None:
    token = desk.token()
    colleague = enrol(Agency("customs-audit", "customs-gz", purposes=("RISK_ASSESSMENT",)))
    assert colleague.introspect(token).json()["active"]
    assert tax.introspect(token).json() == {"active": False}


def test_the_tokens_of_a_disabled_client_are_not_active(desk: Desk, production: Any, enrol: Enrol) -> None:
    other = enrol(Agency("customs-old", "customs-gz", purposes=("RISK_ASSESSMENT",)))
    token = other.token()
    for enabled in (False, True):
        altered(production.dsn, registry.enable, "customs-old", enabled=enabled)
        assert eventually(lambda: desk.introspect(token).json() == {"active": False})


def test_what_was_taken_from_a_client_since_is_not_told_of_its_tokens(
    desk: Desk, production: Any, enrol: Enrol
) -> None:
    other = enrol(Agency("customs-less", "customs-gz", purposes=("RISK_ASSESSMENT", "STATISTICS")))
    token = other.token()
    assert desk.introspect(token).json()["scope"] == " ".join(sorted(EVERY_SCOPE))
    changed(production.dsn, "customs-less", "scopes = '{credit:read}'")
    assert eventually(lambda: desk.introspect(token).json()["scope"] == "credit:read")
    changed(production.dsn, "customs-less", "scopes = '{credit:read}', purposes = '{STATISTICS}'")
    assert eventually(lambda: desk.introspect(token).json() == {"active": False})


def test_a_client_that_went_to_another_agency_left_its_tokens_behind(
    desk: Desk, tax: Desk, production: Any, enrol: Enrol
) -> None:
    token = enrol(Agency("customs-moved", "customs-gz", purposes=("RISK_ASSESSMENT",))).token()
    assert desk.introspect(token).json()["active"]
    changed(production.dsn, "customs-moved", "agency = 'tax-gd'")
    assert eventually(lambda: desk.introspect(token).json() == {"active": False})
    assert tax.introspect(token).json() == {"active": False}


def test_a_registration_may_change_while_the_database_is_asked(desk: Desk, production: Any, enrol: Enrol) -> None:
    moving = enrol(Agency("customs-moving", "customs-gz", purposes=("RISK_ASSESSMENT",)))
    token = moving.token()
    assert moving.graphql(token).status_code == 200

    async def ask_while_it_changes(connection: Any) -> httpx.Response:
        async with connection.transaction():
            await connection.execute("LOCK TABLE revoked_token")
            answer = asyncio.create_task(asyncio.to_thread(desk.introspect, token))
            while not await connection.fetchval(WAITING):  # noqa: ASYNC110 - PostgreSQL has no event for it
                await asyncio.sleep(0.01)
            await asyncio.to_thread(changed, production.dsn, "customs-moving", "agency = 'tax-gd'")
            assert await asyncio.to_thread(eventually, lambda: moving.graphql(token).status_code == 401)
        return await answer

    answer = altered(production.dsn, ask_while_it_changes)
    assert (answer.status_code, answer.json()["active"]) == (200, True)
    assert desk.introspect(token).json() == {"active": False}


@pytest.mark.parametrize("text", ["garbage", "a.b.c", "e30.e30.e30", "x" * 20_000])
def test_garbage_is_not_active(desk: Desk, text: str) -> None:
    assert desk.introspect(text).json() == {"active": False}


@pytest.fixture
def made(desk: Desk, production: Any) -> Any:
    """Return the way to make a token with the hub's own key, and whatever header and claims."""
    now = datetime.datetime.now(datetime.UTC)
    key = SigningKeys(Path(production.keys) / SIGNING_KEYS).current(now)
    own = {
        "iss": desk.base, "aud": f"{desk.base}/graphql", "sub": "customs-gz", "client_id": "customs-gz", "jti": "made",
        "iat": int(now.timestamp()) - 10, "exp": int(now.timestamp()) + 200, "scope": "credit:read",
        "authorization_details": [{"type": "baygate_field_access", "purpose": "RISK_ASSESSMENT"}],
        "agency": "customs-gz", "jurisdiction": "CN-GD", "roles": [], "cnf": {"jkt": desk.agency.key.thumbprint()},
    }  # fmt: skip
    header = {"typ": "at+jwt", "kid": key.kid}
    return lambda header_too=None, by=key.private, **claims: raw(by, header | (header_too or {}), own | claims)


def test_a_token_of_the_hubs_own_key_is_active(desk: Desk, made: Any) -> None:
    assert desk.introspect(made()).json()["active"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"exp": 1_000},
        {"iat": 1_000, "exp": 1_300},
        {"iss": "https://elsewhere.example"},
        {"nbf": time.time() + 10_000},
        {"cnf": None},
        {"client_id": "nobody"},
        {"header_too": {"typ": "JWT"}},
        {"header_too": {"kid": "unknown"}},
        {"header_too": {"kid": []}},
        {"by": Agency("forger").key},
    ],
)
def test_a_token_that_is_over_or_none_is_not_active(desk: Desk, made: Any, wrong: dict[str, Any]) -> None:
    assert desk.introspect(made(**wrong)).json() == {"active": False}


def test_an_assertion_is_no_token(desk: Desk) -> None:
    assert desk.introspect(desk.assertion()).json() == {"active": False}
    assert desk.introspect(sign(desk.agency.key, {"typ": "at+jwt"}, {"iss": desk.base})).json() == {"active": False}


# Both


@ENDPOINTS
@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "urn:unknown", ""])
def test_a_hint_changes_nothing(desk: Desk, endpoint: str, hint: str) -> None:
    assert desk.send(endpoint, desk.about(desk.token(), token_type_hint=hint)).status_code == 200


@ENDPOINTS
def test_without_a_token_there_is_nothing_to_answer(desk: Desk, endpoint: str) -> None:
    refused(desk.send(endpoint, desk.about(None)), 400, "invalid_request")
    refused(desk.send(endpoint, desk.about("")), 400, "invalid_request")


@ENDPOINTS
@pytest.mark.parametrize("wrong", ["client_assertion", "client_assertion_type", "both"])
def test_nobody_asks_without_proof(desk: Desk, endpoint: str, wrong: str) -> None:
    names = ("client_assertion", "client_assertion_type") if wrong == "both" else (wrong,)
    token = desk.token()
    refused(desk.send(endpoint, desk.about(token, **dict.fromkeys(names))), 401, "invalid_client")
    assert desk.introspect(token).json()["active"]


@ENDPOINTS
def test_a_token_proves_nothing_here(desk: Desk, endpoint: str) -> None:
    token = desk.token()
    answer = desk.send(endpoint, {"token": token}, {"authorization": f"Bearer {token}"})
    refused(answer, 401, "invalid_client")
    assert answer.headers["www-authenticate"].startswith("Bearer ")
