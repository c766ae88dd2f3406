"""The grant ``authorization_code``: a person lets the explorer ask, and nobody else gets anything out of it."""

import asyncio
import json
import secrets
from base64 import urlsafe_b64decode
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from typing import Any

import asyncpg
import httpx
import pytest
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from tests.agency import Agency
from tests.oauth.explorer import CALLBACK, PEOPLE, Explorer, browser, enrol, sign_in, told
from tests.serving import Hub, Serve, plain

from baygate.oauth.clients import Binding
from baygate.storage.database import Database

BEARER = Agency("people-bearer", "commerce-gd", binding=Binding.BEARER)
DPOP = Agency("people-dpop", "commerce-gd")
QUERY = {"query": "{ parties(first: 1) { totalCount } }"}


@pytest.fixture(scope="module")
def demo(serve: Serve) -> Iterator[Hub]:
    """A hub where people sign in by their name."""
    with serve("development", oauth__people=json.dumps({"named": PEOPLE})) as hub:
        enrol(hub, BEARER, DPOP)
        yield hub


@pytest.fixture
def explorer(demo: Hub) -> Explorer:
    return Explorer(demo.base, BEARER)


@pytest.fixture
def chen(demo: Hub) -> Iterator[httpx.Client]:
    """The browser of a person who has signed in."""
    with browser() as client:
        assert sign_in(client, demo.base).status_code == 303
        yield client


@pytest.fixture
def nobody() -> Iterator[httpx.Client]:
    """The browser of a person who has not."""
    with browser() as client:
        yield client


def claims(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    return dict(json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4))))


def execute(hub: Hub, work: Callable[[asyncpg.Connection], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        connection = await Database(hub.dsn).connect()
        try:
            return await work(connection)
        finally:
            await connection.close()

    return asyncio.run(run())


def asked(hub: Hub, token: str) -> httpx.Response:
    with plain() as client:
        return client.post(hub.url, json=QUERY, headers={"authorization": f"Bearer {token}"})


# the whole way


def test_authlib_s_own_client_goes_the_whole_way(demo: Hub, nobody: httpx.Client) -> None:
    metadata = nobody.get(f"{demo.base}/.well-known/oauth-authorization-server").json()
    verifier = secrets.token_urlsafe(40)
    with OAuth2Client(
        BEARER.client_id,
        BEARER.key,
        token_endpoint_auth_method="private_key_jwt",
        code_challenge_method="S256",
        redirect_uri=CALLBACK,
        scope="identity:read",
        trust_env=False,
    ) as client:
        client.register_client_auth_method(PrivateKeyJWT(metadata["issuer"], alg="ES256"))
        details = '[{"type":"baygate_field_access","purpose":"RISK_ASSESSMENT"}]'
        address, state = client.create_authorization_url(
            metadata["authorization_endpoint"], code_verifier=verifier, authorization_details=details
        )
        first = nobody.get(address)
        assert (first.status_code, first.headers["location"]) == (302, "/oauth/sign-in")
        chosen = sign_in(nobody, demo.base)
        assert chosen.status_code == 303
        answer = nobody.get(f"{demo.base}{chosen.headers['location']}")
        assert told(answer)["iss"] == metadata["issuer"]
        token = client.fetch_token(
            metadata["token_endpoint"],
            authorization_response=answer.headers["location"],
            state=state,
            code_verifier=verifier,
        )
        assert client.post(demo.url, json=QUERY).json()["data"]["parties"]["totalCount"] > 0
    said = claims(token["access_token"])
    assert {name: said[name] for name in ("sub", "name", "agency", "jurisdiction", "roles", "scope")} == {
        "sub": "person:chen-jing", "name": "陈静", "agency": "tax-gd", "jurisdiction": "CN-GD", "roles": ["auditor"],
        "scope": "identity:read",
    }  # fmt: skip
    assert said["client_id"] == BEARER.client_id


def test_a_token_for_a_person_is_bound_to_the_client_s_key(demo: Hub, nobody: httpx.Client) -> None:
    explorer = Explorer(demo.base, DPOP)
    sign_in(nobody, demo.base, "ho-wing-sze")
    # its first request has no nonce: the code is good for the second
    given = explorer.redeem(explorer.code(nobody)).json()
    assert given["token_type"] == "DPoP"
    token = given["access_token"]
    assert (claims(token)["agency"], claims(token)["jurisdiction"]) == ("hk-customs", "HK")
    for _ in range(2):
        answer = nobody.post(demo.url, json=QUERY, headers=DPOP.headers("POST", demo.url, token))
        DPOP._heard(demo.base, answer)
    assert answer.status_code == 200
    assert asked(demo, token).status_code == 401


def test_whoever_is_signed_in_gets_a_code_at_once(explorer: Explorer, chen: httpx.Client) -> None:
    answer = explorer.ask(chen)
    assert told(answer) == {"code": told(answer)["code"], "state": explorer.state, "iss": explorer.base}
    assert len(told(answer)["code"]) >= 40
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_the_state_comes_back_as_it_was(explorer: Explorer, chen: httpx.Client) -> None:
    state = "a b&c=d#e%20\"'<ü>\r\nset-cookie: x"
    assert told(explorer.ask(chen, state=state))["state"] == state
    assert told(explorer.ask(chen, state=state, scope="x"))["state"] == state


def test_the_server_says_that_people_may_come(demo: Hub, hub: Hub) -> None:
    with browser() as client:
        told = client.get(f"{demo.base}/.well-known/oauth-authorization-server").json()
        other = client.get(f"{hub.base}/.well-known/oauth-authorization-server").json()
        assert client.get(f"{hub.base}/oauth/authorize").status_code == 404
    assert told["authorization_response_iss_parameter_supported"] is True
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert "authorization_code" in told["grant_types_supported"]
    assert "authorization_endpoint" not in other


# what is wrong with a request, the client is told


def _detail(**members: str) -> str:
    return json.dumps([{"type": "baygate_field_access", **members}])


WRONG = [
    ({"response_type": "token"}, "unsupported_response_type"),
    ({"response_type": "code token"}, "unsupported_response_type"),
    ({"response_type": None}, "invalid_request"),
    ({"response_type": ""}, "invalid_request"),
    ({"scope": "identity:read root"}, "invalid_scope"),
    ({"scope": '"'}, "invalid_request"),
    ({"authorization_details": None}, "invalid_authorization_details"),
    ({"authorization_details": "{"}, "invalid_authorization_details"),
    ({"authorization_details": _detail(purpose="CURIOSITY")}, "invalid_authorization_details"),
    ({"resource": "https://elsewhere.example/graphql"}, "invalid_target"),
    ({"dpop_jkt": "x" * 43}, "invalid_request"),
    ({"code_challenge": None}, "invalid_request"),
    ({"code_challenge": "short"}, "invalid_request"),
    ({"code_challenge_method": None}, "invalid_request"),
    ({"code_challenge_method": "plain"}, "invalid_request"),
    ({"code_challenge_method": "s256"}, "invalid_request"),
    ({"unknown": "x" * 2_000}, "invalid_request"),
    ({"unknown": "<\x00>"}, "invalid_request"),
]


@pytest.mark.parametrize(("change", "error"), WRONG)
@pytest.mark.parametrize("who", ["chen", "nobody"])
def test_the_client_is_told_what_is_wrong(
    explorer: Explorer, request: pytest.FixtureRequest, who: str, change: dict[str, str | None], error: str
) -> None:
    given = told(explorer.ask(request.getfixturevalue(who), **change))
    assert (given["error"], given["state"], given["iss"]) == (error, explorer.state, explorer.base)
    assert "code" not in given


@pytest.mark.parametrize("state", [None, ""])
def test_a_request_without_a_state_is_refused(explorer: Explorer, chen: httpx.Client, state: str | None) -> None:
    given = told(explorer.ask(chen, state=state))
    assert (given["error"], given["iss"]) == ("invalid_request", explorer.base)
    assert "state" not in given


@pytest.mark.parametrize("name", ["scope", "response_type", "code_challenge", "authorization_details", "unknown"])
def test_no_parameter_stands_twice(explorer: Explorer, chen: httpx.Client, name: str) -> None:
    given = told(explorer.ask(chen, f"&{name}=code&{name}=code"))
    assert (given["error"], given["state"]) == ("invalid_request", explorer.state)


def test_a_state_that_stands_twice_is_not_given_back(explorer: Explorer, chen: httpx.Client) -> None:
    given = told(explorer.ask(chen, "&state=another"))
    assert given["error"] == "invalid_request"
    assert "state" not in given


def test_a_database_that_does_not_answer_is_told_as_such(demo: Hub, explorer: Explorer, chen: httpx.Client) -> None:
    async def locked(connection: asyncpg.Connection) -> httpx.Response:
        async with connection.transaction():
            await connection.execute("LOCK TABLE authorization_code")
            return await asyncio.to_thread(explorer.ask, chen)

    assert told(execute(demo, locked))["error"] == "temporarily_unavailable"


# where an answer may not go

ELSEWHERE = [
    {"client_id": None},
    {"client_id": "nobody"},
    {"client_id": "<script>alert(1)</script>"},
    {"client_id": "developer"},
    {"redirect_uri": None},
    {"redirect_uri": CALLBACK + "/"},
    {"redirect_uri": CALLBACK[:-1]},
    {"redirect_uri": CALLBACK + "?x=1"},
    {"redirect_uri": CALLBACK + "#x"},
    {"redirect_uri": CALLBACK.upper()},
    {"redirect_uri": CALLBACK.replace("127.0.0.1", "127.0.0.1@evil.example")},
    {"redirect_uri": "https://evil.example/"},
    {"redirect_uri": "javascript:alert(1)"},
]


@pytest.mark.parametrize("change", ELSEWHERE)
@pytest.mark.parametrize("who", ["chen", "nobody"])
def test_an_answer_goes_nowhere_but_to_a_registered_address(
    explorer: Explorer, request: pytest.FixtureRequest, who: str, change: dict[str, str | None]
) -> None:
    answer = explorer.ask(request.getfixturevalue(who), **change)
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "<script" not in answer.text
    assert "evil" not in answer.text


@pytest.mark.parametrize(
    "more", ["&client_id=people-bearer", "&redirect_uri=https://evil.example/", f"&redirect_uri={CALLBACK}"]
)
def test_an_address_that_stands_twice_is_none(explorer: Explorer, chen: httpx.Client, more: str) -> None:
    assert explorer.ask(chen, more).status_code == 400


@pytest.mark.parametrize("query", ["", "?", "?" + "&".join(["a=b"] * 200), "?%ff=%fe", "?client_id=%00", "?\xff"])
def test_a_query_that_makes_no_sense_is_no_error_of_the_server_s(demo: Hub, nobody: httpx.Client, query: str) -> None:
    assert nobody.get(f"{demo.base}/oauth/authorize{query}").status_code == 400


def test_strangers_do_not_learn_which_systems_there_are(explorer: Explorer, nobody: httpx.Client) -> None:
    """Systems have no address; to say so of one would say that it is there."""
    answers = [explorer.ask(nobody, client_id=each) for each in ("nobody", "customs-gz", "tax-gd", "developer")]
    assert len({(each.status_code, each.text) for each in answers}) == 1


def test_a_client_gets_no_more_codes_than_it_may_ask_and_only_whoever_signs_in_spends_them(
    demo: Hub, chen: httpx.Client, nobody: httpx.Client
) -> None:
    poor = Explorer(demo.base, replace(BEARER, client_id="people-poor", rate=2))
    enrol(demo, poor.agency)
    assert [poor.ask(nobody).headers["location"] for _ in range(5)] == ["/oauth/sign-in"] * 5
    given = [told(poor.ask(chen)) for _ in range(5)]
    # the minute may end meanwhile
    assert 2 <= sum("code" in each for each in given) <= 4
    assert {each["error"] for each in given if "code" not in each} == {"temporarily_unavailable"}


def test_only_get_asks(explorer: Explorer, chen: httpx.Client) -> None:
    assert chen.post(f"{explorer.base}/oauth/authorize", content=explorer.query()).status_code == 405


# what a code is good for


def refused(answer: httpx.Response, error: str = "invalid_grant", status: int = 400) -> None:
    assert (answer.status_code, answer.json()["error"]) == (status, error), answer.text


def test_a_code_is_good_once_and_its_token_dies_with_the_second_use(
    demo: Hub, explorer: Explorer, chen: httpx.Client
) -> None:
    code = explorer.code(chen)
    token = explorer.redeem(code).json()["access_token"]
    assert asked(demo, token).status_code == 200
    refused(explorer.redeem(code))
    assert asked(demo, token).status_code == 401


def test_a_second_use_is_noticed_also_when_the_code_has_expired(
    demo: Hub, explorer: Explorer, chen: httpx.Client
) -> None:
    code = explorer.code(chen)
    token = explorer.redeem(code).json()["access_token"]
    execute(demo, lambda each: each.execute("UPDATE authorization_code SET expires_at = now() - interval '1 second'"))
    refused(explorer.redeem(code))
    assert asked(demo, token).status_code == 401


def test_a_code_is_good_for_a_minute(demo: Hub, explorer: Explorer, chen: httpx.Client) -> None:
    code = explorer.code(chen)
    left = execute(demo, lambda each: each.fetchval("SELECT max(expires_at) - now() FROM authorization_code"))
    assert 50 < left.total_seconds() <= 60
    execute(demo, lambda each: each.execute("UPDATE authorization_code SET expires_at = now() - interval '1 second'"))
    refused(explorer.redeem(code))


def test_a_code_is_no_other_client_s(demo: Hub, explorer: Explorer, chen: httpx.Client) -> None:
    code = explorer.code(chen)
    thief = Explorer(demo.base, DPOP, explorer.verifier)
    refused(thief.redeem(code))
    assert explorer.redeem(code).status_code == 200


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"code_verifier": None}, "invalid_grant"),
        ({"code_verifier": "x" * 43}, "invalid_grant"),
        ({"code_verifier": "short"}, "invalid_request"),
        ({"redirect_uri": None}, "invalid_grant"),
        ({"redirect_uri": CALLBACK + "/"}, "invalid_grant"),
    ],
)
def test_whoever_stole_a_code_cannot_use_it_nor_can_anybody_after(
    explorer: Explorer, chen: httpx.Client, change: dict[str, str | None], error: str
) -> None:
    code = explorer.code(chen)
    refused(explorer.redeem(code, **change), error)
    refused(explorer.redeem(code))


@pytest.mark.parametrize(
    ("change", "error"),
    [({"code": None}, "invalid_request"), ({"code": "guess"}, "invalid_grant"), ({"resource": "x"}, "invalid_target")],
)
def test_a_token_request_that_names_no_code_takes_none(
    explorer: Explorer, chen: httpx.Client, change: dict[str, str | None], error: str
) -> None:
    code = explorer.code(chen)
    refused(explorer.redeem(code, **change), error)
    assert explorer.redeem(code).status_code == 200


def test_a_challenge_is_no_verifier(explorer: Explorer, chen: httpx.Client) -> None:
    challenge = explorer.query().partition("code_challenge=")[2].partition("&")[0]
    refused(explorer.redeem(explorer.code(chen), code_verifier=challenge))


def test_a_client_for_people_never_acts_for_itself_nor_a_system_for_people(demo: Hub, explorer: Explorer) -> None:
    with plain() as client:
        refused(BEARER.ask_token(client, demo.base), "unauthorized_client")
    refused(Explorer(demo.base, demo.auth).redeem("guess"), "unauthorized_client")


def test_a_client_that_does_not_prove_itself_gets_nothing(explorer: Explorer, chen: httpx.Client) -> None:
    code = explorer.code(chen)
    refused(explorer.redeem(code, client_assertion=None, client_assertion_type=None), "invalid_client", 401)


def test_the_scopes_of_a_token_are_those_that_were_asked_for(explorer: Explorer, chen: httpx.Client) -> None:
    code = explorer.code(chen, scope="credit:read")
    assert explorer.redeem(code, scope="identity:read credit:investigation").json()["scope"] == "credit:read"
