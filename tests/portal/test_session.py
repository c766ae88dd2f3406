"""A session is a person's at one browser; what it is made of nobody sees, and nothing else is taken for one."""

import asyncio
import base64
import datetime
import json
import re
import time
from typing import Any

import httpx
import pytest
from tests.agency import Agency
from tests.oauth.explorer import csrf
from tests.portal.conftest import PLAIN
from tests.portal.visitor import COOKIE, OWN, Visitor
from tests.serving import Hub

from baygate.oauth import registry
from baygate.portal.sealing import Seal
from baygate.portal.session import NoSession, Session, Sessions, session_of
from baygate.storage.database import Database

ADDRESSES = (
    "/explore/hub/audit/head",
    "/explore/hub/audit/accesses",
    "/explore/hub/catalogue.json",
    "/explore/hub/audit/receipts/1-1",
)
TOKEN = re.compile(rb"eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}")


def not_signed_in(answer: httpx.Response) -> bool:
    assert answer.headers["content-type"].startswith("application/")
    return answer.status_code == 401 and answer.json() == {
        "error": "not_signed_in",
        "message": "Nobody is signed in here, or not any more. Sign in at the explorer.",
    }


def until(condition: Any) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_page_is_told_who_is_signed_in_and_what_he_could_ask_for(chen: Visitor) -> None:
    told = chen.session()
    assert told["person"] == {"subject": "chen-jing", "name": "陈静", "agency": "tax-gd", "jurisdiction": "CN-GD"}
    assert (told["signedIn"], told["development"], told["purpose"]) == (True, True, "RISK_ASSESSMENT")
    assert (told["legalBasis"], told["caseNo"], told["languages"]) == (None, None, ["zh", "en"])
    left = datetime.datetime.fromisoformat(told["expiresAt"]) - datetime.datetime.now(datetime.UTC)
    assert 200 < left.total_seconds() <= 300
    needs = {each["id"]: each["needs"] for each in told["purposes"]}
    assert needs == {"EXPORT_REFUND": [], "RISK_ASSESSMENT": [], "INVESTIGATION": ["legalBasis", "caseNo"]}
    assert {each["zh"] for each in told["purposes"]} >= {"风险评估"}


def test_who_is_not_signed_in_is_told_so(someone: Visitor) -> None:
    told = someone.session()
    assert told["signedIn"] is False
    assert told["person"] is told["purpose"] is told["expiresAt"] is None
    assert len(told["purposes"]) == 3


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(someone: Visitor) -> None:
    page = someone.sign_in()
    begun, ended = page.headers.get_list("set-cookie")
    name, *attributes = begun.split("; ")
    assert name.startswith(f"{COOKIE}=")
    lifetime = next(each for each in attributes if each.startswith("Max-Age"))
    assert {each.lower() for each in attributes} - {lifetime.lower()} == {"httponly", "path=/", "samesite=strict"}
    assert 200 < int(lifetime.partition("=")[2]) <= 300
    assert "Max-Age=0" in ended
    assert ended.startswith("baygate-explorer-sign-in-")


def test_over_https_no_other_site_can_set_it() -> None:
    cookie = Sessions(b"s" * 32, secure=True).cookie
    assert (cookie.name, cookie.path, cookie.secure) == ("__Host-baygate-explorer", "/", True)


def test_no_token_is_in_any_answer(explorer: Hub, someone: Visitor) -> None:
    """The cookie is sealed, so that what it holds is no token to anybody."""
    answers = [sent := someone.begin()]
    answers += [someone.get(someone.authorized(sent)), someone.get("/"), someone.get("/explore/session")]
    answers += [someone.ask("{ me { agency { id } } }"), *(someone.own(each) for each in ADDRESSES[1:])]
    answers.append(someone.http.post(f"{explorer.base}/explore/sign-out", headers=OWN))
    for answer in answers:
        signed = [each for each in TOKEN.findall(answer.content) if b'"at+jwt"' in header(each)]
        fields = "\n".join(value for name, value in answer.headers.multi_items() if name != "baygate-receipt")
        assert not signed, answer.url
        assert not TOKEN.search(fields.encode()), answer.url
        assert not {"authorization", "dpop-nonce", "www-authenticate"} & answer.headers.keys()
        assert all("httponly" in each.lower() for each in answer.headers.get_list("set-cookie")), answer.url


def header(token: bytes) -> bytes:
    return base64.urlsafe_b64decode(token.partition(b".")[0] + b"==")


# what is no session


def test_without_a_session_nothing_is_answered(someone: Visitor) -> None:
    assert not_signed_in(someone.ask())
    assert all(not_signed_in(someone.own(each)) for each in ADDRESSES)


def test_a_cookie_that_was_altered_cut_or_made_up_is_none(chen: Visitor, other: Visitor) -> None:
    good = chen.cookie or ""
    header_, _, vector, text, tag = good.split(".")
    forged = [
        good[:-1], good[: len(good) // 2], good + "A", f"{header_}..{vector}.{text[::-1]}.{tag}", text, "null", "%00",
        good.replace(text[40], "A" if text[40] != "A" else "B"), json.dumps({"token": "x"}), "A" * 3_000, "A" * 20_000,
    ]  # fmt: skip
    for each in forged:
        assert not_signed_in(other.ask(cookie=f"{COOKIE}={each}"))
    assert other.ask(cookie=f"{COOKIE}={good}").status_code == 200, "else the others would prove nothing"


def sealed(explorer: Hub, use: str, **content: Any) -> str:
    secret = bytes.fromhex((explorer.keys / "session.key").read_text().strip())
    return Seal(secret, use).seal(content, content.pop("until", time.time() + 60))


def held(explorer: Hub, visitor: Visitor) -> dict[str, Any]:
    """Return what a visitor's cookie holds, for whoever has the hub's key."""
    secret = bytes.fromhex((explorer.keys / "session.key").read_text().strip())
    return dict(Seal(secret, "session").open(visitor.cookie or "") or {})


def test_a_cookie_sealed_with_another_key_or_for_another_use_is_none(
    explorer: Hub, chen: Visitor, other: Visitor
) -> None:
    kept = held(explorer, chen)
    foreign = Seal(b"x" * 32, "session").seal(kept, time.time() + 60)
    for each in (foreign, sealed(explorer, "sign-in", **kept)):
        assert not_signed_in(other.ask(cookie=f"{COOKIE}={each}"))
    assert other.ask(cookie=f"{COOKIE}={sealed(explorer, 'session', **kept)}").status_code == 200


def test_a_cookie_that_is_over_is_none(explorer: Hub, chen: Visitor, other: Visitor) -> None:
    over = sealed(explorer, "session", **held(explorer, chen), until=time.time() - 1)
    assert not_signed_in(other.ask(cookie=f"{COOKIE}={over}"))


def test_the_cookie_of_a_sign_in_is_no_session_and_the_reverse(someone: Visitor, chen: Visitor) -> None:
    sent = chen.begin()
    (name,) = (each for each in chen.http.cookies if each.startswith("baygate-explorer-sign-in"))
    of_sign_in = chen.http.cookies[name]
    with Visitor(someone.hub) as other:
        assert not_signed_in(other.ask(cookie=f"{COOKIE}={of_sign_in}"))
        callback = chen.authorized(sent)
        assert other.get(callback, cookie=f"{name}={chen.cookie}").status_code == 400


def test_a_cookie_that_stands_twice_is_none(chen: Visitor, other: Visitor) -> None:
    other.sign_in("ho-wing-sze")
    both = f"{COOKIE}={chen.cookie}; {COOKIE}={other.cookie}"
    with Visitor(chen.hub) as victim:
        assert not_signed_in(victim.ask(cookie=both))


def test_a_token_that_the_hub_did_not_give_is_refused_by_the_hub(explorer: Hub, chen: Visitor, other: Visitor) -> None:
    token = held(explorer, chen)["token"]
    head, claims, signature = token.split(".")
    said = json.loads(base64.urlsafe_b64decode(claims + "=="))
    said["agency"] = "customs-gz"
    changed = base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()
    forged = sealed(explorer, "session", token=f"{head}.{changed}.{signature}", scheme="Bearer")
    assert not_signed_in(other.ask(cookie=f"{COOKIE}={forged}"))
    assert other.get("/explore/session", cookie=f"{COOKIE}={forged}").json()["signedIn"] is False


def test_a_token_of_a_system_is_no_session_of_a_person(hub: Hub) -> None:
    with pytest.raises(NoSession):
        session_of(hub.auth.token(hub.client, hub.base), "Bearer")


def test_a_session_does_not_show_its_token() -> None:
    assert "secret" not in repr(Session("secret", "Bearer", {}, None, 0))  # type: ignore[arg-type]


# what ends one


def test_a_session_ends_with_the_sign_out_also_for_whoever_copied_the_cookie(chen: Visitor) -> None:
    with Visitor(chen.hub) as thief:
        thief.put(chen.cookie or "")
        assert thief.ask().status_code == 200
        out = chen.http.post(f"{chen.hub.base}/explore/sign-out", headers=OWN)
        assert (out.status_code, out.content) == (204, b"")
        assert chen.cookie is None
        assert not_signed_in(chen.ask())
        until(lambda: not_signed_in(thief.ask()))
        assert thief.session()["signedIn"] is False
        assert all(not_signed_in(thief.own(each)) for each in ADDRESSES)


@pytest.mark.parametrize("headers", [{}, {"baygate-explorer": "0"}, OWN | {"origin": "https://evil.example"}])
def test_no_other_site_signs_anybody_out(chen: Visitor, headers: dict[str, str]) -> None:
    assert chen.http.post(f"{chen.hub.base}/explore/sign-out", headers=headers).status_code == 403
    assert chen.http.get(f"{chen.hub.base}/explore/sign-out", headers=OWN).status_code == 405
    assert chen.ask().status_code == 200


def test_to_sign_out_twice_does_no_harm(someone: Visitor) -> None:
    for _ in range(2):
        assert someone.http.post(f"{someone.hub.base}/explore/sign-out", headers=OWN).status_code == 204


def test_a_session_ends_when_the_person_signs_out_of_the_hub(chen: Visitor) -> None:
    page = chen.get("/oauth/sign-in")
    assert chen.http.post(f"{chen.hub.base}/oauth/sign-out", data={"csrf": csrf(page)}).status_code == 200
    until(lambda: not_signed_in(chen.ask()))
    assert chen.session()["signedIn"] is False


def test_a_session_ends_when_the_client_is_disabled(explorer: Hub, chen: Visitor) -> None:
    def enable(*, enabled: bool) -> None:
        async def change() -> None:
            connection = await Database(explorer.dsn).connect()
            await registry.enable(connection, PLAIN.client_id, enabled=enabled)
            await connection.close()

        asyncio.run(change())

    enable(enabled=False)
    try:
        until(lambda: not_signed_in(chen.ask()))
        with Visitor(explorer) as other:
            assert "client_id" in other.get(other.begin().headers["location"]).text, "and nobody signs in"
    finally:
        enable(enabled=True)
    until(lambda: chen.get(chen.begin().headers["location"]).status_code == 302)
    assert chen.sign_in().status_code == 200
    assert chen.ask().status_code == 200


# tokens that are bound to the explorer's key


def test_bound_tokens_are_shown_with_a_proof_each_time(bound: Hub) -> None:
    with Visitor(bound) as visitor:
        visitor.sign_in()
        kept = held(bound, visitor)
        assert kept["scheme"] == "DPoP"
        assert [visitor.ask().status_code for _ in range(3)] == [200] * 3
        assert visitor.own("/explore/hub/catalogue.json").status_code == 200
        assert visitor.session()["signedIn"] is True
        stolen = {"authorization": f"Bearer {kept['token']}", "graphql-require-preflight": "1"}
        assert (
            httpx.get(bound.url, params={"query": "{ __typename }"}, headers=stolen, trust_env=False).status_code == 401
        )
        assert visitor.http.post(f"{bound.base}/explore/sign-out", headers=OWN).status_code == 204


def test_an_explorer_whose_key_is_not_the_registered_one_tells_the_person(
    explorer: Hub, serve: Any, tmp_path: Any
) -> None:
    from tests.portal.visitor import explored

    mine = Agency("explorer-of-another-key", "commerce-gd", binding=PLAIN.binding)
    with explored(serve, mine, tmp_path) as hub, Visitor(hub) as visitor:

        async def rotate() -> None:
            connection = await Database(hub.dsn).connect()
            key = Agency("x").registration().keys[0]
            await registry.rotate(connection, mine.client_id, key, datetime.datetime.now(datetime.UTC))
            await connection.close()

        asyncio.run(rotate())
        time.sleep(0.3)
        page = visitor.sign_in()
        assert (page.status_code, visitor.cookie) == (502, None)
        assert "联系管理员" in page.text
        assert "portal.key" in hub.log.read_text()
