"""What somebody tries who is up to no good: beside the hub, at the same machine, or signed in himself."""

import json
import time
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient
from tests.agency import Agency
from tests.oauth import provider as providers
from tests.portal.conftest import PLAIN
from tests.portal.test_session import ADDRESSES, not_signed_in, until
from tests.portal.visitor import COOKIE, OWN, Visitor, explored
from tests.serving import Serve

from baygate.access.documents.draft import Unreadable, read_draft
from baygate.oauth.server import people_session
from baygate.portal.flow import Flow, Flows

# a site beside the hub, under a name that ends like the hub's: it can set cookies for both


@pytest.mark.parametrize("before", ["\xa0", "\x85"])
def test_a_cookie_whose_name_only_looks_like_the_session_s_is_none(chen: Visitor, before: str) -> None:
    """``__Host-`` protects the name as the browser reads it, which takes for a space only what RFC 6265 does."""
    with Visitor(chen.hub) as victim:
        planted = [*OWN.items(), ("cookie", f"{before}{COOKIE}={chen.cookie}".encode("latin-1"))]
        for path in ADDRESSES:
            assert not_signed_in(victim.http.get(chen.hub.base + path, headers=planted))
        planted[-1] = ("cookie", f"a=b;\t{COOKIE}={chen.cookie}".encode())
        assert victim.http.get(chen.hub.base + ADDRESSES[0], headers=planted).status_code != 401


def test_over_https_nobody_else_s_sign_in_can_be_planted() -> None:
    """Else he would sign a person in as himself: his sign-in's cookie, and the callback that answers it."""
    response = Response()
    Flows(b"s" * 32, secure=True).begin(_request(), response, Flow("/#/explore"))
    name, *attributes = response.headers["set-cookie"].split("; ")
    assert name.startswith("__Host-")
    assert {"Path=/", "Secure", "HttpOnly", "SameSite=lax"} <= set(attributes)


def test_planted_cookies_do_not_keep_anybody_from_signing_in(someone: Visitor) -> None:
    planted = "; ".join(f"baygate-explorer-sign-in-({number})=x" for number in range(9))
    assert someone.get("/explore/sign-in?purpose=RISK_ASSESSMENT", cookie=planted).status_code == 302


def test_a_cookie_whose_name_only_looks_like_the_hub_s_is_no_sign_in(chen: Visitor) -> None:
    planted = b"\xa0%s=%s" % (people_session.COOKIE.encode(), chen.http.cookies[people_session.COOKIE].encode())
    address = chen.begin().headers["location"]
    with Visitor(chen.hub) as victim:
        for cookie, leads in ((planted, "/oauth/sign-in"), (planted[1:], f"{chen.hub.base}/explore/signed-in?")):
            answer = victim.http.get(chen.hub.base + address, headers=[("cookie", cookie)])
            assert answer.headers["location"].startswith(leads)
            victim.http.cookies.clear()


def test_over_https_nobody_else_s_session_at_the_hub_can_be_planted() -> None:
    async def sign_in(request: Request) -> Response:
        people_session.Visit(request).sign_in({"subject": "a"}, "by name")
        return Response()

    route = Route("/oauth/sign-in", sign_in, middleware=people_session.sessions(b"s" * 32, secure=True))
    with TestClient(Starlette(routes=[route]), "https://hub.example") as client:
        name, *attributes = client.get("/oauth/sign-in").headers["set-cookie"].split("; ")
    assert name.startswith("__Host-")
    assert {"path=/", "secure", "httponly", "samesite=lax"} <= {each.lower() for each in attributes}


def _request() -> Request:
    return Request({"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []})


# whoever sits down at the machine afterwards


def test_who_has_signed_out_is_not_signed_in_again_by_another_tab(chen: Visitor) -> None:
    """A tab that renews its session by itself, or the next person who presses the button."""
    assert chen.http.post(f"{chen.hub.base}/explore/sign-out", headers=OWN).status_code == 204
    until(lambda: chen.get(chen.begin().headers["location"]).headers["location"] == "/oauth/sign-in")


def test_with_the_sign_out_end_the_sessions_of_purposes_before(chen: Visitor) -> None:
    with Visitor(chen.hub) as thief:
        thief.put(chen.cookie or "")
        assert chen.sign_in(purpose="EXPORT_REFUND").status_code == 200
        assert thief.ask().status_code == 200
        assert chen.http.post(f"{chen.hub.base}/explore/sign-out", headers=OWN).status_code == 204
        until(lambda: not_signed_in(thief.ask()))


def test_a_provider_is_to_ask_anew_who_it_is_once_somebody_has_signed_out(serve: Serve, tmp_path: Path) -> None:
    """It may know him for hours, and would let whoever sits there now be him."""
    with providers.serving({"sub": "1", "name": "王芳", "agency": "tax-gd"}) as provider:
        people = {
            "provider": provider.issuer,
            "client_id": providers.CLIENT_ID,
            "client_secret": providers.CLIENT_SECRET,
            "agencies": ["tax-gd"],
        }
        agency = Agency("explorer-of-a-provider", "commerce-gd", binding=PLAIN.binding)
        with explored(serve, agency, tmp_path, oauth__people=json.dumps(people)) as hub, Visitor(hub) as person:

            def asked() -> str | None:
                waits = person.get(person.begin().headers["location"])
                if waits.headers["location"] != "/oauth/sign-in":
                    return "signed in still"
                sent = person.get("/oauth/sign-in").headers["location"]
                return dict(parse_qsl(urlsplit(sent).query)).get("prompt")

            assert asked() is None
            begun = person.begin(to="#/trust")
            answer = person.http.get(hub.base + begun.headers["location"], follow_redirects=True)
            assert answer.headers["refresh"] == "0; url=/#/trust"
            assert person.http.post(f"{hub.base}/explore/sign-out", headers=OWN).status_code == 204
            until(lambda: asked() == "login")


# somebody who is signed in


def test_a_policy_that_says_one_of_very_many_things_twice_is_told_at_once() -> None:
    said = ",".join(f'"{number:x}":1' for number in (*range(20_000), 19_999))
    began = time.process_time()
    with pytest.raises(Unreadable, match="it stands twice"):
        read_draft(f"{{{said}}}")
    assert time.process_time() - began < 1


@pytest.mark.parametrize("value", ["1", "{}", '{"a":1}'])
def test_a_policy_of_very_many_mistakes_does_not_keep_the_worker(value: str) -> None:
    """They are found while nothing else of the worker runs."""
    began = time.process_time()
    with pytest.raises(Unreadable):
        read_draft(f'{{"grants":[{",".join([value] * (250_000 // (len(value) + 1)))}]}}')
    assert time.process_time() - began < 0.6
