"""What somebody tries who is up to no good: beside the hub, at the same machine, or signed in himself."""

import time

import pytest
from starlette.requests import Request
from starlette.responses import Response
from tests.portal.test_session import ADDRESSES, not_signed_in, until
from tests.portal.visitor import COOKIE, OWN, Visitor

from baygate.access.documents.draft import Unreadable, read_draft
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


# somebody who is signed in


def test_a_policy_that_says_one_of_very_many_things_twice_is_told_at_once() -> None:
    said = ",".join(f'"{number:x}":1' for number in (*range(25_000), 24_999))
    began = time.monotonic()
    with pytest.raises(Unreadable, match="it stands twice"):
        read_draft(f"{{{said}}}")
    assert time.monotonic() - began < 1
