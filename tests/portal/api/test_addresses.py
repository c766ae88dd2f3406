"""The addresses: who is not signed in learns nothing, and whatever is sent gets an answer that says what to do."""

import asyncio
import json
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from tests.portal.api.sample_control import GATES, control, principal, state
from tests.sample.test_policies import CERTIFICATES, POLICIES, facts

from baygate.access.compile import compiled, who
from baygate.access.principal import Principal
from baygate.contract.schema import graphql_schema
from baygate.gateway.introspection import Introspection
from baygate.gateway.visible import VisibleSchemas
from baygate.oauth.recognised import RecognitionUnavailable
from baygate.observation.observation import Observation
from baygate.portal.api import api_routes
from baygate.portal.caller import NotSignedIn

GETS = ("/explore/api/access", "/explore/api/matrix", "/explore/api/health", "/explore/samples")
POSTS = {"/explore/api/matrix/diff": "policy", "/explore/api/recognise": "certificate"}
CUSTOMS = principal("customs-gz")
SOURCE = (POLICIES / "customs-gz/credit.json").read_text(encoding="utf-8")


class Door:
    """A guard that takes callers for who a test wants."""

    def __init__(self, caller: Principal | None) -> None:
        self._caller = caller

    async def principal(self, _: Request) -> Principal:
        if self._caller is None:
            raise NotSignedIn
        return self._caller


async def _no_recognition(_: Any) -> Any:
    raise RecognitionUnavailable


def app(caller: Principal | None) -> Starlette:
    """Return the addresses, over the sample policies, for one caller."""
    schemas = VisibleSchemas(graphql_schema(), _binding(), GATES, Introspection.ALL)
    recognitions = SimpleNamespace(judged=_no_recognition)
    hub = SimpleNamespace(
        admission=SimpleNamespace(recognitions=recognitions),
        observation=Observation.of_worker(requests_logged=False, traces_to=None, share=0),
        road=SimpleNamespace(visible=schemas),
        authorise=lambda each: (each, GATES.behind(each.scopes, compiled(state(), who(each, state()), facts()))),
        control=lambda each, _: control(each.agency, each.purpose, party=each.party),
    )
    return Starlette(routes=api_routes(Door(caller), hub))  # type: ignore[arg-type]


def _binding() -> Any:
    from baygate.sources.bindings import resident_binding

    return resident_binding()


def ask(
    method: str, path: str, *, caller: Principal | None = CUSTOMS, times: int = 1, **said: Any
) -> list[httpx.Response]:
    """Send a request, or several at once."""

    async def run() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app(caller), raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="http://hub") as client:
            return await asyncio.gather(*(client.request(method, path, **said) for _ in range(times)))

    return asyncio.run(run())


def get(path: str, **said: Any) -> httpx.Response:
    (answer,) = ask("GET", path, **said)
    return answer


def post(path: str, content: Any, content_type: str = "application/json", **said: Any) -> httpx.Response:
    body = content if isinstance(content, bytes) or callable(content) else json.dumps(content).encode()
    body = body() if callable(body) else body
    (answer,) = ask("POST", path, content=body, headers={"content-type": content_type}, **said)
    return answer


def error(answer: httpx.Response) -> tuple[int, str]:
    told = answer.json()
    assert told.keys() == {"error", "message"}
    assert told["message"]
    return answer.status_code, told["error"]


# Who may ask


@pytest.mark.parametrize("path", GETS)
def test_whoever_is_not_signed_in_gets_nothing(path: str) -> None:
    assert error(get(path, caller=None)) == (401, "not_signed_in")


@pytest.mark.parametrize(("path", "member"), POSTS.items())
def test_whoever_is_not_signed_in_is_not_even_read(path: str, member: str) -> None:
    async def endless() -> AsyncIterator[bytes]:
        raise AssertionError("it was read")
        yield b""

    assert error(post(path, {member: SOURCE}, caller=None)) == (401, "not_signed_in")
    assert error(post(path, endless, caller=None)) == (401, "not_signed_in")


@pytest.mark.parametrize("path", GETS)
def test_what_is_asked_by_get_is_not_asked_by_post(path: str) -> None:
    assert ask("POST", path)[0].status_code == 405


@pytest.mark.parametrize("path", POSTS)
def test_what_is_sent_is_not_asked_by_get(path: str) -> None:
    assert get(path).status_code == 405


def test_another_agencys_policy_is_forbidden() -> None:
    source = (POLICIES / "tax-gd/credit.json").read_text(encoding="utf-8")
    assert error(post("/explore/api/matrix/diff", {"policy": source})) == (403, "forbidden")


def test_a_partner_has_nothing_to_propose_and_sees_himself_alone() -> None:
    partner = principal("hk-platform", "TRADE_FACILITATION", party="HK-70812345", jurisdiction="HK")
    assert error(post("/explore/api/matrix/diff", {"policy": SOURCE}, caller=partner)) == (403, "forbidden")
    found = get("/explore/api/matrix", caller=partner).json()
    assert (found["owner"], [each["id"] for each in found["agencies"]]) == (None, ["hk-platform"])


# What is answered


def test_each_answers() -> None:
    access = get("/explore/api/access").json()
    assert (access["purpose"], access["agency"]) == ("RISK_ASSESSMENT", "customs-gz")
    assert access["fields"]["CreditRating.grade"]["outcome"] == "ALLOW"
    assert get("/explore/api/matrix").json()["owner"] == "customs-gz"
    assert len(get("/explore/api/health").json()["windows"]) == 120
    assert {each["id"] for each in get("/explore/samples").json()} > {"four-views"}
    assert post("/explore/api/matrix/diff", {"policy": SOURCE}).json()["compared"] is True


def test_the_purpose_is_the_sessions_unless_another_is_named() -> None:
    assert get("/explore/api/access?purpose=EXPORT_REFUND").json()["purpose"] == "EXPORT_REFUND"
    said = {"policy": SOURCE, "purpose": "EXPORT_REFUND"}
    assert post("/explore/api/matrix/diff", said).json()["purpose"] == "EXPORT_REFUND"


@pytest.mark.parametrize("purpose", ["", "FUN", "export_refund", "EXPORT_REFUND' OR 1=1", "数据", "%00", "A" * 5_000])
def test_a_purpose_that_is_none_is_told_so(purpose: str) -> None:
    for path in ("/explore/api/access", "/explore/api/matrix"):
        assert error(get(path, params={"purpose": purpose})) == (400, "unknown_purpose")
    assert error(post("/explore/api/matrix/diff", {"policy": SOURCE, "purpose": purpose})) == (400, "unknown_purpose")


def test_what_is_large_comes_compressed() -> None:
    answer = get("/explore/api/access")
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.num_bytes_downloaded < 60_000 < len(answer.content)
    plain = get("/explore/api/access", headers={"accept-encoding": "identity"})
    assert plain.json() == answer.json()


# What is sent


@pytest.mark.parametrize(("path", "member"), POSTS.items())
@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_what_a_form_could_send_is_not_taken(path: str, member: str, content_type: str) -> None:
    assert error(post(path, {member: SOURCE}, content_type)) == (415, "unsupported_media_type")


def test_the_type_may_name_its_charset() -> None:
    assert post("/explore/api/matrix/diff", {"policy": SOURCE}, "Application/JSON; charset=utf-8").status_code == 200


@pytest.mark.parametrize(("path", "member"), POSTS.items())
@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"null", b"1", b"\xff\xfe", b'"text"', b"[" * 100_000, b'{"x": 1}', b"{}",
        b'{"%s": null}', b'{"%s": 1}', b'{"%s": ["x"]}', b'{"%s": {"x": "y"}}', b'{"%s": "x", "more": "y"}',
        b'{"%s": "\\ud800"}',
    ],
)  # fmt: skip
def test_a_body_that_is_not_what_it_should_be_is_told_so(path: str, member: str, content: bytes) -> None:
    assert error(post(path, content.replace(b"%s", member.encode()))) == (400, "bad_request")


@pytest.mark.parametrize(("path", "member"), POSTS.items())
def test_a_huge_body_is_refused_before_its_end(path: str, member: str) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b'{"%s": "' % member.encode()
        while True:
            sent += 65_536
            assert sent < 10_000_000, "it is read on and on"
            yield b"x" * 65_536

    assert error(post(path, endless)) == (413, "too_large")


def test_a_policy_or_a_certificate_that_is_too_large_is_refused_though_its_body_is_not() -> None:
    assert error(post("/explore/api/matrix/diff", {"policy": "x" * 262_145})) == (413, "too_large")
    assert error(post("/explore/api/recognise", {"certificate": "x" * 65_537})) == (413, "too_large")


def test_where_certificates_cannot_be_judged_now_one_is_told_when_to_come_again() -> None:
    pem = (CERTIFICATES / "hk/platform.pem").read_text(encoding="ascii")
    answer = post("/explore/api/recognise", {"certificate": pem})
    assert error(answer) == (503, "busy")
    assert answer.headers["retry-after"] == "1"


def test_whoever_finds_too_many_waiting_comes_again() -> None:
    answers = ask("GET", "/explore/api/access", times=20)
    served, sent_away = ([each for each in answers if each.status_code == status] for status in (200, 503))
    assert len(served) + len(sent_away) == 20
    assert served
    assert {error(each) for each in sent_away} == {(503, "busy")}
