"""What the explorer's pages ask the hub goes through in the person's name, and nothing else gets through beside it."""

import asyncio
import json
import time
from typing import Any

import asyncpg
import httpx
import pytest
from tests.gateway.http.test_leaving import until
from tests.portal.test_session import ADDRESSES, not_signed_in
from tests.portal.visitor import COOKIE, OWN, Visitor
from tests.serving import Hub

from baygate.storage.database import Database

GRAPHQL = "/explore/graphql"
BODY = {"query": "{ parties(first: 1) { totalCount } }"}


def post(visitor: Visitor, content: bytes | None = None, **headers: str) -> httpx.Response:
    said = OWN | {"content-type": "application/json"} | {name.replace("_", "-"): each for name, each in headers.items()}
    body = json.dumps(BODY).encode() if content is None else content
    return visitor.http.post(visitor.hub.base + GRAPHQL, content=body, headers=said)


def refused(answer: httpx.Response, status: int, error: str) -> bool:
    """Whether it is refused in JSON that says what is wrong."""
    assert answer.headers["content-type"] == "application/json"
    told = answer.json()
    assert told.keys() == {"error", "message"}
    assert told["message"]
    return (answer.status_code, told["error"]) == (status, error)


def test_a_question_is_answered_as_the_hub_answers_it(chen: Visitor) -> None:
    answer = chen.ask()
    assert (answer.status_code, answer.json()) == (200, {"data": {"parties": {"totalCount": 60}}})
    assert answer.headers["content-type"].startswith("application/graphql-response+json")
    assert answer.headers["baygate-receipt"].startswith("id=")
    assert "total;dur=" in answer.headers["server-timing"]
    assert answer.headers["cache-control"] == "no-store"


def test_it_is_asked_in_the_person_s_name(chen: Visitor) -> None:
    told = chen.ask("{ me { person agency { id } purpose } }").json()
    assert told["data"]["me"]["person"] == "person:chen-jing"
    assert (told["data"]["me"]["agency"]["id"], told["data"]["me"]["purpose"]) == ("tax-gd", "RISK_ASSESSMENT")


def test_what_is_wrong_with_a_question_the_hub_says(chen: Visitor) -> None:
    answer = chen.ask("{ nothing }")
    assert answer.status_code == 400
    assert "nothing" in answer.json()["errors"][0]["message"]
    too_large = post(chen, b'{"query": "' + b" " * 300_000 + b'{ __typename }"}')
    assert too_large.status_code == 413
    assert too_large.json()["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"


def test_the_hub_s_own_address_is_blind_to_cookies(chen: Visitor) -> None:
    for headers in ({}, OWN, OWN | {"cookie": f"{COOKIE}={chen.cookie}"}):
        assert chen.http.post(chen.hub.url, json=BODY, headers=headers).status_code == 401
        assert chen.http.get(f"{chen.hub.base}/catalogue.json", headers=headers).status_code == 401
        assert chen.http.get(f"{chen.hub.base}/audit/head", headers=headers).status_code == 401


# requests that are not the explorer's own


@pytest.mark.parametrize("value", [None, "", "0", "true", "1, 1"])
def test_without_the_explorer_s_header_nothing_is_answered(chen: Visitor, value: str | None) -> None:
    assert refused(chen.ask(baygate_explorer=value), 403, "header_missing")
    for each in ADDRESSES:
        headers = {} if value is None else {"baygate-explorer": value}
        assert refused(chen.http.get(chen.hub.base + each, headers=headers), 403, "header_missing")


@pytest.mark.parametrize("path", [GRAPHQL, *ADDRESSES, "/explore/session"])
@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"}, {"origin": "null"}, {"origin": "http://localhost:3000"},
        {"origin": "http://127.0.0.1"}, {"origin": ""}, {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"}, {"sec-fetch-site": "none"},
    ],
)  # fmt: skip
def test_no_other_site_is_answered(chen: Visitor, path: str, headers: dict[str, str]) -> None:
    method = "POST" if path == GRAPHQL else "GET"
    said = OWN | {"content-type": "application/json"} | headers
    answer = chen.http.request(method, chen.hub.base + path, content=json.dumps(BODY), headers=said)
    assert refused(answer, 403, "another_site")
    assert not [each for each in answer.headers if each.startswith("access-control-")]


def test_the_explorer_s_own_page_is_answered(chen: Visitor) -> None:
    assert chen.ask(origin=chen.hub.base, sec_fetch_site="same-origin").status_code == 200


@pytest.mark.parametrize("origin", ["http://localhost:3000", "https://evil.example", "self"])
@pytest.mark.parametrize("path", [GRAPHQL, "/explore/session", "/explore/sign-out", "/explore/hub/audit/head"])
def test_no_other_site_is_told_that_it_may_ask(chen: Visitor, origin: str, path: str) -> None:
    preflight = {
        "origin": chen.hub.base if origin == "self" else origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "baygate-explorer,content-type",
    }
    answer = chen.http.options(chen.hub.base + path, headers=preflight)
    assert refused(answer, 405, "not_allowed")
    assert not [each for each in answer.headers if each.startswith("access-control-")]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "QUERY"])
def test_graphql_is_asked_by_post_alone(chen: Visitor, method: str) -> None:
    headers = OWN | {"graphql-require-preflight": "1"}
    answer = chen.http.request(method, f"{chen.hub.base}{GRAPHQL}?query=%7B__typename%7D", headers=headers)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    "kind",
    [
        "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain",
        "text/plain; application/json", "", "application/graphql", "application/jsonx", "text/json",
    ],
)  # fmt: skip
def test_what_a_form_can_send_is_not_taken(chen: Visitor, kind: str) -> None:
    assert refused(post(chen, content_type=kind), 415, "not_json")


def test_json_may_say_its_charset(chen: Visitor) -> None:
    assert post(chen, content_type="Application/JSON; charset=utf-8").status_code == 200


def test_a_body_has_one_type(chen: Visitor) -> None:
    headers = [*OWN.items(), ("content-type", "application/json"), ("content-type", "text/plain")]
    answer = chen.http.post(chen.hub.base + GRAPHQL, content=json.dumps(BODY), headers=headers)
    assert refused(answer, 415, "not_json")


# what goes along


def test_nothing_but_the_session_says_who_asks(chen: Visitor, other: Visitor, hub: Hub) -> None:
    other.sign_in("ho-wing-sze")
    token = hub.auth.token(chen.http, chen.hub.base)
    for more in (
        {"authorization": f"Bearer {token}"},
        {"authorization": "Bearer x"},
        {"dpop": "x"},
        {"x_client_cert": "x"},
    ):
        told = chen.ask("{ me { person } }", **more).json()
        assert told["data"]["me"]["person"] == "person:chen-jing"
    with Visitor(chen.hub) as nobody:
        assert not_signed_in(nobody.ask(authorization=f"Bearer {token}"))


def test_a_question_is_no_longer_answered_when_its_page_has_left(chen: Visitor) -> None:
    def leave() -> None:
        with pytest.raises(httpx.ReadTimeout):
            chen.http.post(chen.hub.base + GRAPHQL, json=BODY, headers=OWN, timeout=httpx.Timeout(5, read=1))

    async def run() -> None:
        watcher = await asyncpg.connect(chen.hub.dsn)
        holder = await Database(chen.hub.dsn).connect()
        try:
            async with holder.transaction():
                await holder.execute("LOCK TABLE party IN ACCESS EXCLUSIVE MODE")
                leaving = asyncio.create_task(asyncio.to_thread(leave))
                await until(watcher, 1)
                await leaving
                await until(watcher, 0)
        finally:
            await watcher.close()
            await holder.close()

    asyncio.run(run())
    assert chen.ask().status_code == 200


def test_the_query_of_an_address_goes_along(chen: Visitor) -> None:
    answer = chen.own("/explore/hub/audit/accesses?nonsense=1")
    assert refused(answer, 400, "invalid_request")
    assert "There is no parameter nonsense" in answer.json()["message"]


def test_evidence_and_catalogue_are_given_to_the_person(chen: Visitor) -> None:
    receipt = chen.ask().headers["baygate-receipt"].partition('id="')[2].partition('"')[0]
    deadline = time.monotonic() + 15
    while (proof := chen.own(f"/explore/hub/audit/receipts/{receipt}")).status_code == 404:
        assert refused(proof, 404, "not_found")
        assert proof.headers["retry-after"] == "1"
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert proof.status_code == 200
    head: dict[str, Any] = chen.own("/explore/hub/audit/head").json()
    assert head.keys() == {"head"}
    assert chen.own("/explore/hub/audit/consistency?old=1&new=1").status_code == 200
    accesses = chen.own("/explore/hub/audit/accesses")
    assert (accesses.status_code, accesses.headers["content-type"]) == (200, "application/x-ndjson")
    catalogue = chen.own("/explore/hub/catalogue.json")
    assert catalogue.json()["entries"]
    known = chen.http.get(
        f"{chen.hub.base}/explore/hub/catalogue.json", headers=OWN | {"if-none-match": catalogue.headers["etag"]}
    )
    assert known.status_code == 304


@pytest.mark.parametrize(
    "path",
    [
        "audit/receipts/..%2f..%2fgraphql", "audit/receipts/1-1%2f..",
        "audit/receipts/1-1%00", "audit/receipts/1", "audit/receipts/%ef%bc%91-1", "audit/receipts/1-1%0d%0ax:y",
        "audit/receipts/", "audit", "", "graphql", "oauth/token", "catalogue.jsonld", "healthz", "audit/head/",
        "..%2foauth%2ftoken", "%2e%2e/%2e%2e/oauth/jwks", "/audit/head",
        "audit%2fhead%2f..%2faccesses", "audit/head%3fx", "audit/head%23",
    ],
)  # fmt: skip
def test_no_other_address_of_the_hub_is_reached(chen: Visitor, path: str) -> None:
    url = httpx.URL(chen.hub.base).copy_with(raw_path=f"/explore/hub/{path}".encode())
    answer = chen.http.send(chen.http.build_request("GET", url, headers=OWN))
    assert refused(answer, 404, "not_found")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", ADDRESSES)
def test_the_hub_s_other_addresses_are_read_only(chen: Visitor, method: str, path: str) -> None:
    assert refused(chen.http.request(method, chen.hub.base + path, headers=OWN), 405, "not_allowed")
