"""Signing in to the explorer: authorization code with PKCE, and every way in which somebody could turn it."""

import html
import json
import re
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import httpx
import pytest
from tests.oauth.explorer import csrf
from tests.portal.visitor import COOKIE, OWN, Visitor
from tests.serving import Hub

from baygate.portal.sign_in import HOME, place

FLOW = "baygate-explorer-sign-in"


def asked(sent: httpx.Response) -> dict[str, str]:
    """Return what the explorer asks the authorization server for."""
    assert sent.status_code == 302, sent.text
    parts = urlsplit(sent.headers["location"])
    assert (parts.scheme, parts.netloc, parts.path) == ("", "", "/oauth/authorize")
    return dict(parse_qsl(parts.query))


def changed(callback: str, **other: str | None) -> str:
    """Return a callback with other parameters; None leaves one out."""
    path, _, query = callback.partition("?")
    said = dict(parse_qsl(query)) | other
    return f"{path}?{urlencode({name: each for name, each in said.items() if each is not None})}"


def refused(answer: httpx.Response, status: int, words: str) -> bool:
    """Whether it is a page in both languages that says what is wrong, and begins no session."""
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.status_code == status, answer.text
    assert '<span lang="en">' in answer.text
    assert "<script" not in answer.text
    assert not any(each.startswith(f"{COOKIE}=") for each in answer.headers.get_list("set-cookie"))
    return words in answer.text


OVER, ANOTHER_SITE = "Please sign in again", "Another site asked for this sign-in"


def test_a_person_signs_in_and_lands_on_a_page_of_this_site(someone: Visitor) -> None:
    page = someone.sign_in()
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.headers["refresh"] == "0; url=/#/explore"
    assert '<a href="/#/explore">' in page.text
    assert "<script" not in page.text
    assert someone.session()["signedIn"] is True


def test_the_explorer_asks_with_pkce_for_the_purpose_that_was_chosen(explorer: Hub, someone: Visitor) -> None:
    detail = {"purpose": "INVESTIGATION", "legalBasis": "海关法第六条", "caseNo": "粤关 2026/7"}
    said = asked(someone.begin(**detail))
    assert said["redirect_uri"] == f"{explorer.base}/explore/signed-in"
    assert (said["response_type"], said["code_challenge_method"]) == ("code", "S256")
    assert json.loads(said["authorization_details"]) == [{"type": "baygate_field_access", **detail}]
    again = asked(someone.begin())
    for each in ("state", "code_challenge"):
        assert len(said[each]) >= 32
        assert said[each] != again[each]


def test_purpose_basis_and_case_are_those_of_the_session(someone: Visitor) -> None:
    someone.sign_in(purpose="INVESTIGATION", legalBasis="海关法第六条", caseNo="粤关 2026/7")
    told = someone.session()
    assert (told["purpose"], told["legalBasis"], told["caseNo"]) == ("INVESTIGATION", "海关法第六条", "粤关 2026/7")


def test_the_cookie_of_a_sign_in_is_out_of_reach_of_scripts_and_for_ten_minutes(someone: Visitor) -> None:
    name, *attributes = someone.begin().headers["set-cookie"].split("; ")
    assert name.startswith(f"{FLOW}-")
    assert {each.lower() for each in attributes} == {"httponly", "max-age=600", "path=/", "samesite=lax"}


def test_the_purpose_is_changed_without_signing_in_again(chen: Visitor) -> None:
    sent = chen.begin("EXPORT_REFUND")
    back = chen.get(sent.headers["location"])
    assert chen.get(back.headers["location"].removeprefix(chen.hub.base)).status_code == 200
    assert chen.session()["purpose"] == "EXPORT_REFUND"


def test_sign_ins_of_several_tabs_do_not_disturb_each_other(someone: Visitor) -> None:
    begun = [someone.begin(purpose) for purpose in ("RISK_ASSESSMENT", "EXPORT_REFUND")]
    for sent, purpose in zip(begun, ("RISK_ASSESSMENT", "EXPORT_REFUND"), strict=True):
        assert someone.get(someone.authorized(sent)).status_code == 200
        assert someone.session()["purpose"] == purpose
    assert not [each for each in someone.http.cookies if each.startswith(FLOW)]


def test_sign_ins_that_were_given_up_do_not_pile_up(someone: Visitor) -> None:
    for _ in range(40):
        someone.begin()
        assert len([each for each in someone.http.cookies if each.startswith(FLOW)]) <= 9


def test_another_person_may_sign_in_at_the_same_browser(chen: Visitor) -> None:
    sent = chen.begin(prompt="login")
    assert asked(sent)["prompt"] == "login"
    assert chen.get(sent.headers["location"]).headers["location"] == "/oauth/sign-in"
    page = chen.get("/oauth/sign-in")
    assert "何詠詩" in page.text
    assert chen.ask().status_code == 200, "until then nothing has changed"
    answer = chen.http.post(f"{chen.hub.base}/oauth/sign-in", data={"person": "ho-wing-sze", "csrf": csrf(page)})
    back = chen.get(answer.headers["location"])
    assert chen.get(back.headers["location"].removeprefix(chen.hub.base)).status_code == 200
    assert chen.session()["person"]["name"] == "何詠詩"


@pytest.mark.parametrize("prompt", ["none", "consent", "", "login consent"])
def test_no_other_prompt_is_passed_on(someone: Visitor, prompt: str) -> None:
    assert "prompt" not in asked(someone.begin(prompt=prompt))


# where it leads


@pytest.mark.parametrize(
    ("to", "leads"),
    [
        ("#/catalogue", "/#/catalogue"),
        ("/#/matrix?purpose=STATISTICS&q=%E7%A8%8E", "/#/matrix?purpose=STATISTICS&q=%E7%A8%8E"),
        ("/#/", "/#/"),
        ("/explore/plain/", "/explore/plain/"),
        ("/explore/plain/#/", "/explore/plain/#/"),
        ("/explore/plain/#/explore?purpose=STATISTICS", "/explore/plain/#/explore?purpose=STATISTICS"),
    ],
)
def test_it_leads_back_to_the_page_that_one_came_from(someone: Visitor, to: str, leads: str) -> None:
    page = someone.sign_in(to=to)
    assert page.headers["refresh"] == f"0; url={leads}"


ELSEWHERE = [
    "https://evil.example/", "//evil.example", "/\\evil.example", "/graphql", "javascript:alert(1)", "/%23/x", "/#x",
    "https://evil.example/#/explore", "//evil.example/#/explore", "/#/x\r\nset-cookie: a=b", "/#/x\n", "/#/x;url=//e",
    '/#/"><script>alert(1)</script>', "/#/x y",
    "/explore/plain", "//explore/plain/", "explore/plain/", "/EXPLORE/plain/", "/explore/plain//evil.example",
    "/explore/plain/../../graphql", "/explore/plain/%2e%2e/", "/explore/plain/plain.js", "/explore/plain/#",
    "/explore/plain/?to=//evil.example", "/explore/plain/\r\nset-cookie: a=b", "/explore/plain/\n",
    "/explore/plain/;url=//evil.example", "/explore/plain/#/;url=//e", "https://evil.example/explore/plain/",
    "//evil.example/explore/plain/", "/\\evil.example/explore/plain/", "/explore/plain/#/" + "x" * 501,
    "/#/\u2028", "data:text/html,#/", "/#/" + "x" * 501, "/#/'", "@evil#/",
]  # fmt: skip


@pytest.mark.parametrize("to", ELSEWHERE)
def test_it_leads_nowhere_else(someone: Visitor, to: str) -> None:
    assert place(to) == HOME
    page = someone.sign_in(to=to)
    assert page.headers["refresh"] == f"0; url={HOME}"
    assert {"a", "x-evil"}.isdisjoint(someone.http.cookies)
    assert "evil" not in page.text
    assert "alert" not in page.text


# who may begin one


@pytest.mark.parametrize("site", ["cross-site", "same-site", "evil"])
def test_no_other_site_chooses_a_purpose_for_a_person(chen: Visitor, site: str) -> None:
    answer = chen.get("/explore/sign-in?purpose=INVESTIGATION&caseNo=1&legalBasis=x", sec_fetch_site=site)
    assert refused(answer, 403, ANOTHER_SITE)
    assert "location" not in answer.headers
    assert chen.session()["purpose"] == "RISK_ASSESSMENT"


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_the_explorer_and_the_person_himself_begin_one(someone: Visitor, site: str) -> None:
    assert someone.get("/explore/sign-in?purpose=RISK_ASSESSMENT", sec_fetch_site=site).status_code == 302


@pytest.mark.parametrize("query", ["", "purpose=", "to=%23/matrix"])
def test_without_a_purpose_nobody_signs_in(someone: Visitor, query: str) -> None:
    page = someone.get(f"/explore/sign-in?{query}")
    assert refused(page, 400, "say for what purpose")
    assert not page.headers.get_list("set-cookie")


def test_who_names_no_purpose_is_asked_and_goes_on_as_he_began(someone: Visitor) -> None:
    page = someone.http.get(
        f"{someone.hub.base}/explore/sign-in", params={"to": "#/matrix", "prompt": "login", "x": '"><script>'}
    )
    links = [html.unescape(each) for each in re.findall(r'<a href="([^"]+)">', page.text)]
    purposes = [dict(parse_qsl(urlsplit(each).query))["purpose"] for each in links]
    assert purposes == ["EXPORT_REFUND", "RISK_ASSESSMENT"], "the registered ones that need no legal basis"
    assert asked(sent := someone.get(links[1]))["prompt"] == "login"
    assert someone.get(someone.authorized(sent)).headers["refresh"] == "0; url=/#/matrix"


@pytest.mark.parametrize("name", ["purpose", "to", "prompt", "caseNo"])
def test_nothing_stands_twice(someone: Visitor, name: str) -> None:
    assert refused(someone.get(f"/explore/sign-in?purpose=RISK_ASSESSMENT&{name}=a&{name}=b"), 400, OVER)


@pytest.mark.parametrize(
    ("purpose", "more", "words"),
    [
        ("STATISTICS", {}, "has not registered the purpose STATISTICS"),
        ("ANYTHING", {}, "not in the registry"),
        ("INVESTIGATION", {}, "needs a legalBasis"),
        ("INVESTIGATION", {"legalBasis": "x"}, "needs a caseNo"),
        ("RISK_ASSESSMENT\r\nset-cookie: a=b", {}, "text of 1 to"),
        ("RISK_ASSESSMENT", {"caseNo": "x\r\nlocation: //evil.example"}, "text of 1 to"),
        ("RISK_ASSESSMENT&redirect_uri=https://evil.example", {}, "not in the registry"),
        ('RISK_ASSESSMENT"}],"x":[{"a":"', {}, "not in the registry"),
        ("<script>alert(1)</script>", {}, "not in the registry"),
    ],
)
def test_for_what_the_client_may_not_ask_nobody_signs_in(
    chen: Visitor, purpose: str, more: dict[str, str], words: str
) -> None:
    sent = chen.begin(purpose, **more)
    assert asked(sent)["redirect_uri"] == f"{chen.hub.base}/explore/signed-in"
    page = chen.get(chen.authorized(sent))
    assert refused(page, 400, "invalid_authorization_details")
    assert words in page.text
    assert "a" not in chen.http.cookies
    assert chen.session()["purpose"] == "RISK_ASSESSMENT", "and the session is what it was"


@pytest.mark.parametrize("size", [3_000, 14_000])
def test_a_basis_that_is_too_long_is_told(someone: Visitor, size: int) -> None:
    page = someone.get(someone.authorized(someone.begin(legalBasis="x" * size)))
    assert refused(page, 400, "invalid_request")


# what comes back


def test_a_callback_of_another_browser_signs_nobody_in(someone: Visitor, other: Visitor) -> None:
    lure = other.authorized(other.begin(), "ho-wing-sze")
    assert refused(someone.get(lure), 400, OVER)
    someone.begin()
    assert refused(someone.get(lure), 400, OVER)
    assert someone.session()["signedIn"] is False


@pytest.mark.parametrize("state", ["guess", "", None, "x" * 5_000])
def test_a_callback_with_another_state_signs_nobody_in(someone: Visitor, state: str | None) -> None:
    callback = someone.authorized(someone.begin())
    assert refused(someone.get(changed(callback, state=state)), 400, OVER)


@pytest.mark.parametrize("iss", ["https://evil.example", "", None, "http://127.0.0.1"])
def test_a_callback_of_another_issuer_signs_nobody_in(someone: Visitor, iss: str | None) -> None:
    callback = someone.authorized(someone.begin())
    assert refused(someone.get(changed(callback, iss=iss)), 400, OVER)
    assert refused(someone.get(callback), 400, OVER), "and its sign-in is over"


def test_a_code_of_another_sign_in_signs_nobody_in(someone: Visitor, other: Visitor) -> None:
    theirs = dict(parse_qsl(urlsplit(other.authorized(other.begin(), "ho-wing-sze")).query))
    mine = someone.authorized(someone.begin())
    assert refused(someone.get(changed(mine, code=theirs["code"])), 400, OVER)
    assert someone.session()["signedIn"] is False


@pytest.mark.parametrize("code", ["guess", "", None, "x" * 5_000, "\u7801"])
def test_a_code_that_is_none_signs_nobody_in(someone: Visitor, code: str | None) -> None:
    callback = someone.authorized(someone.begin())
    page = someone.get(changed(callback, code=code))
    assert page.status_code == 400
    assert COOKIE not in someone.http.cookies


def test_a_callback_is_good_once_and_a_second_one_ends_what_the_first_gave(someone: Visitor) -> None:
    sent = someone.begin()
    planted = dict(someone.http.cookies)
    callback = someone.authorized(sent)
    assert someone.get(callback).status_code == 200
    assert refused(someone.get(callback), 400, OVER), "its cookie is gone"
    assert someone.ask().status_code == 200
    with Visitor(someone.hub) as thief:
        for name, value in planted.items():
            thief.http.cookies.set(name, value, domain="127.0.0.1", path="/")
        assert refused(thief.get(callback), 400, OVER), "who copied it comes with a code that was used"


@pytest.mark.parametrize("name", ["state", "iss", "code", "error"])
def test_a_callback_says_nothing_twice(someone: Visitor, name: str) -> None:
    callback = someone.authorized(someone.begin())
    assert refused(someone.get(f"{callback}&{name}=x&{name}=y"), 400, OVER)


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        ("access_denied", 403, "did not let you sign in"),
        ("temporarily_unavailable", 503, "try again shortly"),
        ("server_error", 400, "did not let you sign in"),
        ("<script>alert(1)</script>", 400, "&lt;script&gt;"),
    ],
)
def test_an_error_of_the_authorization_server_is_told(someone: Visitor, error: str, status: int, words: str) -> None:
    callback = someone.authorized(someone.begin(to="#/trust"))
    page = someone.get(changed(callback, code=None, error=error, error_description="<img src=x onerror=alert(2)>"))
    assert refused(page, status, words)
    assert "<img" not in page.text
    assert '<a href="/#/trust">' in page.text


def test_an_error_that_answers_nothing_is_not_shown(someone: Visitor) -> None:
    page = someone.get("/explore/signed-in?error=access_denied&error_description=Call+0800+EVIL&state=x&iss=y")
    assert refused(page, 400, OVER)
    assert "EVIL" not in page.text


# sessions that were there before


def test_a_cookie_that_was_planted_before_is_worth_nothing_after(someone: Visitor, other: Visitor) -> None:
    other.sign_in("ho-wing-sze")
    planted = other.cookie or ""
    someone.put(planted)
    someone.http.cookies.clear()
    someone.sign_in()
    assert someone.cookie != planted
    assert someone.session()["person"]["subject"] == "chen-jing"


def test_each_sign_in_begins_another_session(someone: Visitor) -> None:
    someone.sign_in()
    before = someone.cookie
    someone.sign_in()
    assert someone.cookie != before


def test_a_callback_needs_no_cookie_of_the_session(someone: Visitor) -> None:
    """A browser that comes from an identity provider does not send it (``SameSite=Strict``)."""
    callback = someone.authorized(someone.begin())
    assert someone.get(callback, sec_fetch_site="cross-site").status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
@pytest.mark.parametrize("path", ["/explore/sign-in", "/explore/signed-in"])
def test_one_signs_in_by_get_alone(chen: Visitor, method: str, path: str) -> None:
    answer = chen.http.request(method, f"{chen.hub.base}{path}?purpose=RISK_ASSESSMENT", headers=OWN)
    assert refused(answer, 405, "does not take such a request")
    assert "GET" in answer.headers["allow"]


def test_the_characters_of_a_basis_survive(someone: Visitor) -> None:
    said = "第六条 “甲”/100% & co = 'x' <b>"
    someone.sign_in(purpose="INVESTIGATION", legalBasis=said, caseNo=quote(said)[:100])
    assert someone.session()["legalBasis"] == said
