"""Requests that nobody wrote, to every endpoint that the hub has: never a 500, never a stack trace, always an end."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.routing import Route
from tests.agency import ASSERTION, CUSTOMS
from tests.oauth.explorer import CALLBACK, PEOPLE
from tests.serving import Hub, Serve

from baygate.gateway.app import create_app
from baygate.settings import Settings

METHODS = ("GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE", "QUERY")
MEDIA = (
    "application/json", "application/x-www-form-urlencoded", "application/graphql-response+json", "multipart/form-data",
    "application/x-www-form-urlencoded; charset=utf-7", "text/plain", "*/*", "", ";", "a/b;q=nan",
)  # fmt: skip
NAMES = (
    "grant_type", "client_id", "client_assertion", "client_assertion_type", "scope", "authorization_details", "code",
    "code_verifier", "redirect_uri", "state", "resource", "token", "token_type_hint", "response_type", "iss", "error",
    "code_challenge", "code_challenge_method", "nonce", "prompt", "csrf", "person", "request", "request_uri", "query",
    "variables", "extensions", "operationName",
)  # fmt: skip
GOOD = (
    "client_credentials", "authorization_code", "customs-gz", "developer", "explorer", ASSERTION, "identity:read",
    '[{"type":"baygate_field_access","purpose":"RISK_ASSESSMENT"}]', CALLBACK, "code", "S256", "x" * 43, "{ me }",
    "{__typename}", "{}", "null", "[]", PEOPLE[0]["subject"],
)  # fmt: skip
BAD = (
    "",
    "\0",
    "é",
    "\ud7ff",
    "😀",
    '"',
    "\\",
    "%",
    "%zz",
    "../",
    "//",
    "[" * 2_000,
    "9" * 400,
    "a" * 9_000,
    "-1",
    "NaN",
)
HEADERS = (
    "authorization", "dpop", "accept", "accept-encoding", "cookie", "host", "origin", "content-type",
    "content-encoding", "range", "forwarded", "x-forwarded-host", "x-forwarded-proto", "te", "expect", "if-none-match",
    "idempotency-key", "access-control-request-method", "apollo-require-preflight", "x-http-method-override",
)  # fmt: skip
LINE = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=60)


def words(*known: str) -> st.SearchStrategy[str]:
    return st.sampled_from(known) | st.sampled_from(BAD) | st.text(st.characters(codec="utf-8"), max_size=30)


parameters = st.lists(
    st.tuples(st.sampled_from(NAMES) | st.text(st.characters(codec="utf-8"), max_size=8), words(*GOOD)), max_size=9
)
jsons = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | words(*GOOD),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words(*NAMES), inner, max_size=4),
    max_leaves=12,
)
bodies = st.one_of(
    st.binary(max_size=200),
    parameters.map(lambda pairs: urlencode(pairs).encode()),
    jsons.map(lambda value: json.dumps(value).encode()),
)
headers = st.dictionaries(
    st.sampled_from(HEADERS), LINE | st.sampled_from([*MEDIA, "Bearer x", "DPoP x.y.z"]), max_size=5
)


@pytest.fixture(scope="module")
def whole(serve: Serve) -> Iterator[Hub]:
    """A hub with every endpoint that there is."""
    with serve("development", oauth__people=json.dumps({"named": PEOPLE})) as hub:
        yield hub


@pytest.fixture(scope="module")
def tokens(whole: Hub) -> tuple[str, str]:
    """Good credentials of both schemes, since most of the road lies behind them."""
    bearer = whole.auth.token(whole.client, whole.base)
    return f"Bearer {bearer}", f"DPoP {CUSTOMS.token(whole.client, whole.base)}"


@pytest.fixture(scope="module")
def paths(whole: Hub, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Every path that the application routes."""
    made = Settings(
        profile="development",
        keys=tmp_path_factory.mktemp("keys"),
        database={"dsn": whole.dsn},
        oauth={"people": {"named": PEOPLE}},
    )
    return [route.path for route in create_app(made).routes if isinstance(route, Route)]


@given(data=st.data())
@settings(max_examples=600, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_request_is_answered_by_a_500(whole: Hub, tokens: tuple[str, str], paths: list[str], data: Any) -> None:
    path = data.draw(st.sampled_from(paths), "path")
    query = data.draw(st.just("") | parameters.map(urlencode) | LINE, "query")
    sent = data.draw(headers, "headers")
    sent.setdefault("content-type", data.draw(st.sampled_from(MEDIA), "content-type"))
    if data.draw(st.booleans(), "authorized"):
        sent["authorization"] = data.draw(st.sampled_from(tokens))
    answer = whole.client.request(
        data.draw(st.sampled_from(METHODS), "method"),
        f"{whole.base}{path}?{query.replace('#', '')}",
        headers=[(name.encode(), value.strip().encode("latin-1")) for name, value in sent.items()],
        content=data.draw(bodies, "body"),
        auth=None,
    )
    assert answer.status_code < 500, (answer.status_code, answer.text)
    assert "Traceback" not in answer.text
    assert str(whole.keys) not in answer.text
    if answer.content and answer.headers.get("content-type", "").startswith("application/json"):
        assert isinstance(answer.json(), dict)
