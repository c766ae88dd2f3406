"""How people sign in and out: by name in the demo, through an OpenID Connect provider elsewhere; by no trick."""

import base64
import json
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from joserfc.jwk import ECKey
from pydantic import ValidationError
from starlette.responses import JSONResponse, PlainTextResponse
from tests.agency import Agency
from tests.oauth import provider as providers
from tests.oauth.explorer import CALLBACK, PEOPLE, Explorer, browser, csrf, enrol, sign_in, told
from tests.oauth.provider import CLIENT_ID, CLIENT_SECRET, KEYS, Lies, Provider
from tests.oauth.server.desk import eventually
from tests.serving import Hub, Serve

from baygate.cli.demo import _PEOPLE
from baygate.oauth import standing
from baygate.oauth.clients import Binding
from baygate.oauth.server import people_session
from baygate.oauth.server.people_session import COOKIE, LONGEST, Visit
from baygate.settings import PeopleSettings

BEARER = Agency("people-of-all", "commerce-gd", binding=Binding.BEARER)
DPOP = Agency("people-of-production", "commerce-gd")
HOSTILE = {
    "subject": "\"'><img src=x onerror=alert(1)>",
    "name": "</bdi><script>alert('name')</script>",
    "agency": '"><b>agency',
}
WANG = {"sub": "8d3f", "name": "王芳", "agency": "tax-gd"}
ELSEWHERE = ("https://evil.example", "evil.example")


@pytest.fixture(scope="session")
def demo(serve: Serve) -> Iterator[Hub]:
    """A hub where people sign in by their name."""
    with serve("development", oauth__people=json.dumps({"named": [*PEOPLE, HOSTILE]})) as hub:
        enrol(hub, BEARER)
        yield hub


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    """An OpenID provider."""
    with providers.serving(dict(WANG)) as provider:
        yield provider


@pytest.fixture
def honest(provider: Provider) -> Iterator[Provider]:
    """The provider, which lies in no test but the one that asks it to."""
    yield provider
    provider.lies = Lies()
    provider.person = dict(WANG)


@pytest.fixture(scope="module")
def hub_of_provider(serve: Serve, provider: Provider, demo: Hub) -> Iterator[Hub]:
    """A hub whose people the provider knows."""
    with serve("development", oauth__people=settings(provider)) as hub:
        yield hub


@pytest.fixture
def someone() -> Iterator[httpx.Client]:
    """A browser with nothing in it."""
    with browser() as client:
        yield client


def settings(provider: Provider, **other: Any) -> str:
    said = {
        "provider": provider.issuer,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "agencies": ["tax-gd", "customs-gz"],
    }
    return json.dumps(said | other)


def who(client: httpx.Client, base: str) -> str | None:
    """Return the name on the page that says who is signed in."""
    page = client.get(f"{base}/oauth/sign-in")
    if page.status_code != 200 or "/oauth/sign-out" not in page.text:
        return None
    return page.text.partition("<bdi>")[2].partition("</bdi>")[0]


def through(client: httpx.Client, hub: Hub) -> httpx.Response:
    """Go to the provider and come back; return what the hub answers then."""
    sent = client.get(f"{hub.base}/oauth/sign-in")
    assert sent.status_code == 303, sent.text
    back = client.get(sent.headers["location"])
    assert back.status_code == 302
    return client.get(back.headers["location"])


# by name


def test_the_page_has_a_button_for_everybody_in_both_languages(demo: Hub, someone: httpx.Client) -> None:
    page = someone.get(f"{demo.base}/oauth/sign-in")
    assert page.status_code == 200
    assert page.text.count("<button") == 3
    assert "陈静" in page.text
    assert "何詠詩" in page.text
    assert '<html lang="zh-Hans">' in page.text
    assert '<span lang="en">Sign in to baygate</span>' in page.text
    assert 'name="viewport"' in page.text


def test_no_page_may_be_framed_kept_or_scripted(demo: Hub, someone: httpx.Client) -> None:
    address = f"{demo.base}/oauth"
    pages = [
        someone.get(f"{address}/sign-in"),
        someone.get(f"{address}/authorize"),
        someone.post(f"{address}/sign-in", data={}),
        someone.post(f"{address}/sign-out", data={}),
    ]
    sign_in(someone, demo.base)
    signed = someone.get(f"{address}/sign-in")
    pages += [signed, someone.post(f"{address}/sign-out", data={"csrf": csrf(signed)})]
    for page in pages:
        policy = dict(each.strip().partition(" ")[::2] for each in page.headers["content-security-policy"].split(";"))
        assert policy["default-src"] == "'none'"
        assert policy["frame-ancestors"] == "'none'"
        assert policy["form-action"] == "'self'"
        assert "script-src" not in policy
        assert "<script" not in page.text
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["x-content-type-options"] == "nosniff"


def test_the_form_may_lead_to_the_client_that_waits_and_nowhere_else(demo: Hub, someone: httpx.Client) -> None:
    Explorer(demo.base, BEARER).ask(someone)
    policy = someone.get(f"{demo.base}/oauth/sign-in").headers["content-security-policy"]
    assert "form-action 'self' http://127.0.0.1:9;" in policy


def test_a_person_signs_in_and_out(demo: Hub, someone: httpx.Client) -> None:
    assert who(someone, demo.base) is None
    signed = sign_in(someone, demo.base)
    assert (signed.status_code, signed.headers["location"]) == (303, "/oauth/sign-in")
    page = someone.get(f"{demo.base}/oauth/sign-in")
    assert who(someone, demo.base) == "陈静"
    out = someone.post(f"{demo.base}/oauth/sign-out", data={"csrf": csrf(page)})
    assert out.status_code == 200
    assert COOKIE not in someone.cookies
    assert who(someone, demo.base) is None


def test_whoever_copied_the_cookie_is_signed_out_too(demo: Hub, someone: httpx.Client) -> None:
    sign_in(someone, demo.base)
    with browser() as thief, browser() as elsewhere:
        thief.cookies.update(someone.cookies)
        sign_in(elsewhere, demo.base)
        assert who(thief, demo.base) == "陈静"
        page = someone.get(f"{demo.base}/oauth/sign-in")
        assert someone.post(f"{demo.base}/oauth/sign-out", data={"csrf": csrf(page)}).status_code == 200
        assert eventually(lambda: who(thief, demo.base) is None)
        asked = Explorer(demo.base, BEARER).ask(thief)
        assert (asked.status_code, asked.headers["location"]) == (302, "/oauth/sign-in"), "and gets no code"
        assert who(elsewhere, demo.base) == "陈静", "another session of the same person is another matter"


def test_a_cookie_without_the_identifier_of_a_session_signs_nobody_in() -> None:
    request = SimpleNamespace(session={"person": {}, "way": "by name", "since": int(time.time())})
    assert Visit(request).person("by name") is None  # type: ignore[arg-type]


def test_that_a_session_has_ended_is_remembered_for_longer_than_it_could_last() -> None:
    assert standing._REMEMBERED.total_seconds() > LONGEST + 60


def test_the_request_that_waited_goes_on(demo: Hub, someone: httpx.Client) -> None:
    explorer = Explorer(demo.base, BEARER)
    explorer.ask(someone)
    signed = sign_in(someone, demo.base)
    assert signed.headers["location"] == f"/oauth/authorize?{explorer.query()}"
    assert told(someone.get(demo.base + signed.headers["location"])).keys() == {"code", "state", "iss"}
    # once
    assert "waiting" not in str(session(someone))


def test_the_longest_request_that_is_admitted_fits_into_a_cookie(
    hub_of_provider: Hub, someone: httpx.Client, honest: Provider
) -> None:
    explorer = Explorer(hub_of_provider.base, BEARER)
    room = 2_000 - len(explorer.query()) - len("&more=")
    assert explorer.ask(someone, more="&more=" + "x" * room).headers["location"] == "/oauth/sign-in"
    sent = someone.get(f"{hub_of_provider.base}/oauth/sign-in")
    # what the provider's own addresses take comes on top
    assert len(sent.headers["set-cookie"].encode()) <= 3_500, len(sent.headers["set-cookie"])
    assert told(explorer.ask(someone, more="&more=" + "x" * (room + 1)))["error"] == "invalid_request"


@pytest.mark.parametrize("field", ["next", "redirect", "waiting", "redirect_uri", "return_to"])
@pytest.mark.parametrize("target", [*ELSEWHERE, "//evil.example", "/\\evil.example"])
def test_a_sign_in_leads_nowhere_that_the_browser_names(
    demo: Hub, someone: httpx.Client, field: str, target: str
) -> None:
    page = someone.get(f"{demo.base}/oauth/sign-in", params={field: target})
    signed = someone.post(
        f"{demo.base}/oauth/sign-in",
        params={field: target},
        data={"person": "chen-jing", "csrf": csrf(page), field: target},
    )
    assert signed.headers.get("location", "/oauth/sign-in") == "/oauth/sign-in"
    assert "evil" not in page.text


@pytest.mark.parametrize("path", ["//evil.example/oauth/authorize", "/oauth/authorize//evil.example"])
def test_a_request_waits_only_if_it_was_found_good(demo: Hub, someone: httpx.Client, path: str) -> None:
    someone.get(f"{demo.base}{path}?{Explorer(demo.base, BEARER).query()}")
    for change in ({"redirect_uri": "https://evil.example"}, {"client_id": "nobody"}, {"scope": "root"}):
        Explorer(demo.base, BEARER).ask(someone, **change)
    assert sign_in(someone, demo.base).headers["location"] == "/oauth/sign-in"


# forms that are not the session's own


@pytest.mark.parametrize("token", [None, "", "guess", "another's"])
def test_nobody_is_signed_in_by_another_site(demo: Hub, someone: httpx.Client, token: str | None) -> None:
    with browser() as other:
        theirs = csrf(other.get(f"{demo.base}/oauth/sign-in"))
    for fresh in (True, False):
        if not fresh:
            someone.get(f"{demo.base}/oauth/sign-in")
        data = {"person": "chen-jing"} | ({"csrf": theirs if token == "another's" else token} if token else {})
        answer = someone.post(f"{demo.base}/oauth/sign-in", data=data)
        assert answer.status_code == 403
        assert who(someone, demo.base) is None


@pytest.mark.parametrize("data", [{"x": ""}, {"csrf": ""}, {"csrf": "guess"}])
def test_nobody_is_signed_out_by_another_site(demo: Hub, someone: httpx.Client, data: dict[str, str]) -> None:
    sign_in(someone, demo.base)
    assert someone.post(f"{demo.base}/oauth/sign-out", data=data).status_code == 403
    assert someone.get(f"{demo.base}/oauth/sign-out").status_code == 405
    assert who(someone, demo.base) == "陈静"


def test_a_form_is_of_the_session_it_was_made_in(demo: Hub, someone: httpx.Client) -> None:
    before = csrf(someone.get(f"{demo.base}/oauth/sign-in"))
    sign_in(someone, demo.base)
    assert someone.post(f"{demo.base}/oauth/sign-out", data={"csrf": before}).status_code == 403


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"person=nobody&csrf=%s", None),
        (b"csrf=%s", None),
        (b"person=chen-jing&person=ho-wing-sze&csrf=%s", None),
        (b"person=chen-jing&csrf=%s&csrf=x", None),
        (b"person=%%ff&csrf=%s", None),
        (b"\xff=%s", None),
        (b'{"person": "chen-jing", "csrf": "%s"}', "application/json"),
        (b"person=chen-jing&csrf=%s", "text/plain"),
        (b"person=chen-jing&csrf=%s&x=" + b"x" * 70_000, None),
    ],
)
def test_a_form_that_makes_no_sense_is_refused(
    demo: Hub, someone: httpx.Client, content: bytes, kind: str | None
) -> None:
    token = csrf(someone.get(f"{demo.base}/oauth/sign-in")).encode()
    headers = {"content-type": kind or "application/x-www-form-urlencoded"}
    answer = someone.post(f"{demo.base}/oauth/sign-in", content=content % token, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "text/html; charset=utf-8")
    assert who(someone, demo.base) is None


def test_what_a_name_says_is_text(demo: Hub, someone: httpx.Client) -> None:
    pages = [someone.get(f"{demo.base}/oauth/sign-in")]
    assert sign_in(someone, demo.base, HOSTILE["subject"]).status_code == 400, "parameters of OAuth have no quotes"
    pages.append(someone.get(f"{demo.base}/oauth/sign-in"))
    for page in pages:
        assert "<script" not in page.text
        assert "<img" not in page.text
        assert '"><b>' not in page.text


# the session


def session(client: httpx.Client) -> dict[str, Any]:
    """Return what the cookie says, which is signed and no secret."""
    if COOKIE not in client.cookies:
        return {}
    data = client.cookies[COOKIE].rpartition(".")[0].rpartition(".")[0]
    return dict(json.loads(base64.b64decode(data)))


def test_the_cookie_is_for_these_pages_alone(demo: Hub, someone: httpx.Client) -> None:
    answer = sign_in(someone, demo.base)
    name, *attributes = answer.headers["set-cookie"].lower().split("; ")
    assert name.startswith(f"{COOKIE}=")
    assert set(attributes) == {"path=/oauth", "max-age=28800", "httponly", "samesite=lax"}


def test_the_cookie_goes_by_https_where_the_hub_does(serve: Serve, demo: Hub, someone: httpx.Client) -> None:
    people = json.dumps({"named": PEOPLE})
    with serve("development", oauth__people=people, oauth__origin="https://localhost") as hub:
        page = someone.get(f"{hub.base}/oauth/sign-in")
    assert "secure" in page.headers["set-cookie"].lower().split("; ")


def test_a_cookie_that_was_planted_is_worth_nothing_after_the_sign_in(demo: Hub, someone: httpx.Client) -> None:
    page = someone.get(f"{demo.base}/oauth/sign-in")
    planted, secret = someone.cookies[COOKIE], csrf(page)
    sign_in(someone, demo.base)
    assert someone.cookies[COOKIE] != planted
    someone.get(f"{demo.base}/oauth/sign-in")
    assert session(someone)["csrf"] != secret
    with browser() as attacker:
        attacker.cookies.set(COOKIE, planted, domain="127.0.0.1", path="/oauth")
        assert who(attacker, demo.base) is None


def test_a_cookie_that_was_tampered_with_is_none(demo: Hub, someone: httpx.Client) -> None:
    sign_in(someone, demo.base)
    good = someone.cookies[COOKIE]
    payload, _, signature = good.partition(".")
    forged = base64.b64encode(json.dumps(session(someone) | {"way": "by name"}).encode()).decode()
    bad = [
        good[:5] + ("A" if good[5] != "A" else "B") + good[6:],
        f"{forged}x.{signature}",
        payload,
        f"{payload}..",
        "null",
    ]
    bad += [good[:-1], f"{payload}.{signature[::-1]}", "%", "."]
    for each in bad:
        with browser() as attacker:
            attacker.cookies.set(COOKIE, each, domain="127.0.0.1", path="/oauth")
            assert who(attacker, demo.base) is None


def test_nobody_stays_signed_in_for_more_than_eight_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    request: Any = SimpleNamespace(session={})
    Visit(request).sign_in({"subject": "a"}, "by name")
    began = time.time()
    for later, still in ((LONGEST - 5, True), (LONGEST + 1, False), (-60, False)):
        monkeypatch.setattr(people_session, "time", lambda later=later: began + later)
        assert (Visit(request).person("by name") is not None) is still
    assert LONGEST == 8 * 3600


def test_who_is_no_longer_in_the_settings_is_no_longer_signed_in(
    serve: Serve, demo: Hub, hub_of_provider: Hub, someone: httpx.Client
) -> None:
    sign_in(someone, demo.base)
    assert who(someone, hub_of_provider.base) is None
    promoted = [{**PEOPLE[0], "roles": ["chief"]}, PEOPLE[1]]
    with serve("development", oauth__people=json.dumps({"named": promoted})) as hub:
        assert who(someone, hub.base) is None
        sign_in(someone, hub.base, "ho-wing-sze")
    assert who(someone, demo.base) == "何詠詩"


# the settings


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"named": PEOPLE, "provider": "https://id.example", "client_id": "a", "client_secret": "b", "agencies": ["c"]},
        {"provider": "https://id.example", "client_id": "a", "client_secret": "b"},
        {"provider": "http://id.example", "client_id": "a", "client_secret": "b", "agencies": ["c"]},
        {"named": [{**PEOPLE[0], "jurisdiction": "XX"}]},
    ],
)
def test_people_sign_in_one_way(said: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        PeopleSettings.model_validate(said)


def test_the_demo_has_three_people() -> None:
    named = PeopleSettings.model_validate({"named": _PEOPLE}).named
    assert [each.name for each in named] == ["陈静", "李国强", "何詠詩"]
    assert {each.jurisdiction for each in named} == {"CN-GD", "HK"}


# through the provider


def test_a_person_of_the_provider_gets_a_token(hub_of_provider: Hub, honest: Provider, someone: httpx.Client) -> None:
    explorer = Explorer(hub_of_provider.base, BEARER)
    assert explorer.ask(someone).headers["location"] == "/oauth/sign-in"
    home = through(someone, hub_of_provider)
    assert (home.status_code, home.headers["location"]) == (303, f"/oauth/authorize?{explorer.query()}")
    given = told(someone.get(hub_of_provider.base + home.headers["location"]))
    token = explorer.redeem(given["code"]).json()["access_token"]
    payload = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert [claims[each] for each in ("sub", "name", "agency", "jurisdiction", "roles")] == [
        "person:8d3f", "王芳", "tax-gd", "CN-GD", [],
    ]  # fmt: skip
    assert who(someone, hub_of_provider.base) == "王芳"


def test_also_in_production(serve: Serve, hub_of_provider: Hub, honest: Provider, someone: httpx.Client) -> None:
    honest.person["agency"] = "customs-gz"
    with serve("production", oauth__people=settings(honest, jurisdiction="HK")) as hub:
        enrol(hub, DPOP)
        explorer = Explorer(hub.base, DPOP)
        explorer.ask(someone)
        through(someone, hub)
        token = explorer.redeem(explorer.code(someone)).json()["access_token"]
        for _ in range(2):
            headers = DPOP.headers("POST", hub.url, token) | {"graphql-require-preflight": "1"}
            answer = someone.post(hub.url, json={"query": "{ parties(first: 1) { totalCount } }"}, headers=headers)
            DPOP._heard(hub.base, answer)
        assert answer.json()["data"]["parties"]["totalCount"] > 0


def test_the_provider_is_asked_as_openid_connect_says(
    hub_of_provider: Hub, honest: Provider, someone: httpx.Client
) -> None:
    asked = [someone.get(f"{hub_of_provider.base}/oauth/sign-in").headers["location"] for _ in range(2)]
    first, second = (dict(parse_qsl(urlsplit(each).query)) for each in asked)
    assert first["redirect_uri"] == f"{hub_of_provider.base}/oauth/callback"
    assert set(first["scope"].split()) == {"openid", "profile"}
    for each in ("state", "nonce", "code_challenge"):
        assert first[each] != second[each]


@pytest.mark.parametrize("alg", KEYS)
def test_an_id_token_may_be_signed_by_any_of_the_provider_s_keys(
    hub_of_provider: Hub, honest: Provider, someone: httpx.Client, alg: str
) -> None:
    honest.lies.alg = alg
    assert through(someone, hub_of_provider).status_code == 303
    assert who(someone, hub_of_provider.base) == "王芳"


_NOW = int(time.time())
NOT_BELIEVED = {
    "another issuer": Lies(claims={"iss": "https://id.example"}),
    "no issuer": Lies(claims={"iss": None}),
    "another audience": Lies(claims={"aud": "another"}),
    "another audience, for the hub": Lies(claims={"aud": "another", "azp": CLIENT_ID}),
    "more audiences": Lies(claims={"aud": [CLIENT_ID, "another"], "azp": CLIENT_ID}),
    "no audience": Lies(claims={"aud": None}),
    "another party": Lies(claims={"azp": "another"}),
    "another nonce": Lies(claims={"nonce": "x" * 20}),
    "no nonce": Lies(claims={"nonce": None}),
    "expired": Lies(claims={"exp": _NOW - 600, "iat": _NOW - 700}),
    "no expiry": Lies(claims={"exp": None}),
    "expiry is no time": Lies(claims={"exp": "tomorrow"}),
    "not yet": Lies(claims={"iat": _NOW + 6_000, "exp": _NOW + 7_000}),
    "nobody": Lies(claims={"sub": None}),
    "an empty nobody": Lies(claims={"sub": ""}),
    "no text": Lies(claims={"sub": ["8d3f"]}),
    "unsigned": Lies(alg="none", key=b""),
    "signed with the hub's secret": Lies(alg="HS256", key=CLIENT_SECRET.encode()),
    "signed with a public key": Lies(alg="HS256", key=KEYS["RS256"].as_pem(private=False)),
    "another key": Lies(key=ECKey.generate_key("P-256", {"kid": "es"}, private=True)),
    "an unknown key": Lies(key=ECKey.generate_key("P-256", {"kid": "new"}, private=True)),
    "the wrong key's name": Lies(header={"kid": "rs"}),
    "no keys": Lies(key_set={"keys": []}),
    "keys that are none": Lies(key_set=["x"]),
    "no ID token": Lies(token=JSONResponse({"access_token": "a", "token_type": "Bearer"})),
    "ID token that is none": Lies(token=JSONResponse({"access_token": "a", "token_type": "Bearer", "id_token": "x.y"})),
    "ID token of another kind": Lies(token=JSONResponse({"access_token": "a", "token_type": "b", "id_token": 7})),
    "no JSON": Lies(token=PlainTextResponse("<html>")),
    "no object": Lies(token=JSONResponse(["id_token"])),
    "nothing": Lies(token=JSONResponse(None)),
    "out of order": Lies(token=PlainTextResponse("no", 500)),
    "another secret": Lies(token=JSONResponse({"error": "invalid_client"}, 401)),
    "a strange error": Lies(token=JSONResponse({"error": {"a": 1}}, 400)),
}


@pytest.mark.parametrize("why", NOT_BELIEVED)
def test_what_is_not_right_about_the_provider_s_word_is_not_believed(
    serve: Serve, request: pytest.FixtureRequest, provider: Provider, someone: httpx.Client, why: str
) -> None:
    hub = request.getfixturevalue("hub_of_keys" if why.startswith(("no keys", "keys")) else "hub_of_provider")
    provider.lies = NOT_BELIEVED[why]
    try:
        answer = through(someone, hub)
    finally:
        provider.lies = Lies()
    assert (answer.status_code, answer.headers["content-type"]) == (502, "text/html; charset=utf-8")
    assert "身份提供方" in answer.text
    assert "person" not in session(someone)


@pytest.fixture
def hub_of_keys(serve: Serve, provider: Provider, demo: Hub) -> Iterator[Hub]:
    """A hub that has not read the provider's keys yet."""
    with serve("development", oauth__people=settings(provider)) as hub:
        yield hub


@pytest.mark.parametrize(
    "agency", ["samr-gd", "", None, ["tax-gd"], {"tax-gd": 1}, "TAX-GD", "tax-gd ", "<script>alert(1)</script>"]
)
def test_people_of_other_agencies_do_not_sign_in(
    hub_of_provider: Hub, honest: Provider, someone: httpx.Client, agency: Any
) -> None:
    honest.lies.claims = {"agency": agency}
    answer = through(someone, hub_of_provider)
    assert answer.status_code == 403
    assert "<script" not in answer.text
    assert "person" not in session(someone)


def test_a_provider_s_names_are_text(hub_of_provider: Hub, honest: Provider, someone: httpx.Client) -> None:
    honest.lies.claims = {"name": HOSTILE["name"], "sub": "\"'><img src=x>"}
    assert through(someone, hub_of_provider).status_code == 303
    page = someone.get(f"{hub_of_provider.base}/oauth/sign-in")
    assert "<script" not in page.text
    assert "&lt;script&gt;" in page.text


@pytest.mark.parametrize("name", [None, "", " ", 7, "a\u202eb", "长" * 500])
def test_a_name_is_shown_as_far_as_it_is_one(
    hub_of_provider: Hub, honest: Provider, someone: httpx.Client, name: Any
) -> None:
    honest.lies.claims = {"name": name}
    answer = through(someone, hub_of_provider)
    assert len(answer.headers["set-cookie"].encode()) < 4_096
    assert who(someone, hub_of_provider.base) == ("长" * 100 if str(name).startswith("长") else "8d3f")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        ("access_denied", 403),
        ("login_required", 403),
        ("temporarily_unavailable", 503),
        ("server_error", 502),
        ("<script>alert(1)</script>", 502),
    ],
)
def test_an_error_of_the_provider_is_told(
    hub_of_provider: Hub, honest: Provider, someone: httpx.Client, error: str, status: int
) -> None:
    honest.lies.callback = {"code": None, "error": error, "error_description": "<img src=x onerror=alert(1)>"}
    answer = through(someone, hub_of_provider)
    assert answer.status_code == status
    assert "alert" not in answer.text
    assert "person" not in session(someone)


@pytest.mark.parametrize(
    "lie", [{"state": "guess"}, {"state": None}, {"iss": "https://id.example"}, {"iss": None}, {"code": "guess"}]
)
def test_a_callback_that_answers_no_request_of_this_browser_signs_nobody_in(
    hub_of_provider: Hub, honest: Provider, someone: httpx.Client, lie: dict[str, str | None]
) -> None:
    honest.lies.callback = lie
    answer = through(someone, hub_of_provider)
    assert answer.status_code == 400
    assert "person" not in session(someone)


def test_a_callback_of_another_browser_signs_nobody_in(
    hub_of_provider: Hub, honest: Provider, someone: httpx.Client
) -> None:
    with browser() as attacker:
        sent = attacker.get(f"{hub_of_provider.base}/oauth/sign-in")
        lure = attacker.get(sent.headers["location"]).headers["location"]
    assert someone.get(lure).status_code == 400
    someone.get(f"{hub_of_provider.base}/oauth/sign-in")
    assert someone.get(lure).status_code == 400
    assert "person" not in session(someone)


def test_a_callback_is_good_once(hub_of_provider: Hub, honest: Provider, someone: httpx.Client) -> None:
    sent = someone.get(f"{hub_of_provider.base}/oauth/sign-in")
    back = someone.get(sent.headers["location"]).headers["location"]
    assert someone.get(back).status_code == 303
    assert someone.get(back).status_code == 400


@pytest.mark.parametrize("name", ["code", "state", "iss", "error"])
def test_a_callback_says_nothing_twice(
    hub_of_provider: Hub, honest: Provider, someone: httpx.Client, name: str
) -> None:
    sent = someone.get(f"{hub_of_provider.base}/oauth/sign-in")
    back = someone.get(sent.headers["location"]).headers["location"]
    assert someone.get(f"{back}&{name}=x&{name}=y").status_code == 400


def test_without_a_provider_there_is_no_callback(demo: Hub, someone: httpx.Client) -> None:
    assert someone.get(f"{demo.base}/oauth/callback?code=x&state=y").status_code == 404


def test_with_a_provider_nobody_signs_in_by_name(hub_of_provider: Hub, demo: Hub, someone: httpx.Client) -> None:
    token = csrf(someone.get(f"{demo.base}/oauth/sign-in"))
    data = {"person": "chen-jing", "csrf": token}
    assert someone.post(f"{hub_of_provider.base}/oauth/sign-in", data=data).status_code == 400


BAD_METADATA = {
    "another issuer": {"issuer": "https://id.example"},
    "no issuer": {"issuer": None},
    "no token endpoint": {"token_endpoint": None},
    "a script": {"authorization_endpoint": "javascript:alert(1)"},
    "a plain address": {"token_endpoint": "http://id.example/token"},
    "plain keys": {"jwks_uri": "http://id.example/jwks"},
    "symmetric algorithms": {"id_token_signing_alg_values_supported": ["HS256", "none"]},
    "an address that is none": {"jwks_uri": 7},
}


def test_metadata_that_are_not_the_provider_s_are_not_believed(serve: Serve, demo: Hub, provider: Provider) -> None:
    with serve("development", oauth__people=settings(provider)) as hub, browser() as client:
        for why, lie in BAD_METADATA.items():
            provider.lies = Lies(metadata=lie)
            answer = client.get(f"{hub.base}/oauth/sign-in")
            assert answer.status_code == 502, why
            assert "location" not in answer.headers
        # members that would change how the hub speaks to the provider change nothing, nor is a lie remembered
        provider.lies = Lies(metadata={"client_id": "x", "scope": "all", "verify": False, "headers": {"a": "b"}})
        assert through(client, hub).status_code == 303
        provider.lies = Lies()
        assert who(client, hub.base) == "王芳"


def test_a_provider_that_is_down_is_told_as_such(serve: Serve, demo: Hub) -> None:
    with providers.serving(dict(WANG)) as provider:
        pass
    with serve("development", oauth__people=settings(provider)) as hub, browser() as client:
        answer = client.get(f"{hub.base}/oauth/sign-in")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert "稍后再试" in answer.text


def test_a_provider_that_goes_down_midway_is_told_as_such(serve: Serve, demo: Hub, someone: httpx.Client) -> None:
    with providers.serving(dict(WANG)) as provider:
        hubs = serve("development", oauth__people=settings(provider))
        hub = hubs.__enter__()
        sent = someone.get(f"{hub.base}/oauth/sign-in")
        back = someone.get(sent.headers["location"])
    try:
        assert someone.get(back.headers["location"]).status_code == 503
    finally:
        hubs.__exit__(None, None, None)
    assert CALLBACK not in back.headers["location"]
