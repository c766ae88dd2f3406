"""Another person signs in where somebody is signed in; what was given in a session ends with it."""

import base64
import json
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from tests.agency import ASSERTION, Agency
from tests.oauth import provider as providers
from tests.oauth.explorer import PEOPLE, Explorer, browser, csrf, enrol, sign_in, told
from tests.oauth.provider import CLIENT_ID, CLIENT_SECRET
from tests.oauth.server.desk import eventually
from tests.serving import Hub, Serve

from baygate.oauth.clients import Binding

OWN = {"subject": "zhao-min", "name": "赵敏", "agency": "commerce-gd"}
"""Somebody of the client's own agency, which may ask about her tokens."""
BEARER = Agency("people-again", "commerce-gd", binding=Binding.BEARER)


@pytest.fixture(scope="module")
def demo(serve: Serve) -> Iterator[Hub]:
    """A hub where people sign in by their name."""
    with serve("development", oauth__people=json.dumps({"named": [*PEOPLE, OWN]})) as hub:
        enrol(hub, BEARER)
        yield hub


@pytest.fixture
def someone(demo: Hub) -> Iterator[httpx.Client]:
    """A browser at which 陈静 is signed in."""
    with browser() as client:
        sign_in(client, demo.base)
        yield client


def token(explorer: Explorer, client: httpx.Client) -> str:
    return str(explorer.redeem(explorer.code(client)).json()["access_token"])


def claims(text: str) -> dict[str, str]:
    payload = text.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))))


def status(hub: Hub, text: str) -> int:
    headers = {"authorization": f"Bearer {text}"}
    with browser() as client:
        return client.post(hub.url, json={"query": "{ __typename }"}, headers=headers).status_code


def until_refused(hub: Hub, text: str) -> None:
    assert eventually(lambda: status(hub, text) == 401)


def test_whoever_is_signed_in_is_asked_again_if_the_client_wants(demo: Hub, someone: httpx.Client) -> None:
    explorer = Explorer(demo.base, BEARER)
    assert explorer.ask(someone, prompt="login").headers["location"] == "/oauth/sign-in"
    page = someone.get(f"{demo.base}/oauth/sign-in")
    assert "何詠詩" in page.text
    answer = someone.post(f"{demo.base}/oauth/sign-in", data={"person": "ho-wing-sze", "csrf": csrf(page)})
    back = someone.get(demo.base + answer.headers["location"])
    given = explorer.redeem(told(back)["code"]).json()["access_token"]
    assert claims(given)["sub"] == "person:ho-wing-sze"


def test_until_somebody_has_signed_in_nothing_has_changed(demo: Hub, someone: httpx.Client) -> None:
    """A link of another site that asks for it signs nobody out."""
    Explorer(demo.base, BEARER).ask(someone, prompt="login")
    assert claims(token(Explorer(demo.base, BEARER), someone))["sub"] == "person:chen-jing"


def test_what_the_one_before_was_given_ends_when_another_signs_in(demo: Hub, someone: httpx.Client) -> None:
    before = token(Explorer(demo.base, BEARER), someone)
    assert status(demo, before) == 200
    Explorer(demo.base, BEARER).ask(someone, prompt="login")
    sign_in(someone, demo.base, "ho-wing-sze")
    until_refused(demo, before)
    assert status(demo, token(Explorer(demo.base, BEARER), someone)) == 200


def test_a_token_ends_when_the_person_signs_out(demo: Hub, someone: httpx.Client) -> None:
    with browser() as elsewhere:
        sign_in(elsewhere, demo.base)
        given, other = (token(Explorer(demo.base, BEARER), each) for each in (someone, elsewhere))
        page = someone.get(f"{demo.base}/oauth/sign-in")
        someone.post(f"{demo.base}/oauth/sign-out", data={"csrf": csrf(page)})
        until_refused(demo, given)
        assert status(demo, other) == 200, "another session of the same person is another matter"


def test_a_code_of_a_session_that_has_ended_gives_nothing_that_is_good(demo: Hub, someone: httpx.Client) -> None:
    explorer = Explorer(demo.base, BEARER)
    code = explorer.code(someone)
    page = someone.get(f"{demo.base}/oauth/sign-in")
    someone.post(f"{demo.base}/oauth/sign-out", data={"csrf": csrf(page)})
    until_refused(demo, explorer.redeem(code).json()["access_token"])


def test_what_of_a_session_has_ended_is_not_active(demo: Hub) -> None:
    with browser() as client:
        sign_in(client, demo.base, "zhao-min")
        given = token(Explorer(demo.base, BEARER), client)
        assert active(demo, given)
        page = client.get(f"{demo.base}/oauth/sign-in")
        client.post(f"{demo.base}/oauth/sign-out", data={"csrf": csrf(page)})
        assert not active(demo, given)


def active(hub: Hub, text: str) -> bool:
    form = {"token": text, "client_assertion": BEARER.assertion(hub.base), "client_assertion_type": ASSERTION}
    with browser() as client:
        told_of_it = client.post(f"{hub.base}/oauth/introspect", data=form).json()
    return bool(told_of_it["active"])


def test_the_name_of_a_session_in_a_token_opens_nothing(demo: Hub, someone: httpx.Client) -> None:
    """It is the digest of what is in the cookie."""
    sid = claims(token(Explorer(demo.base, BEARER), someone))["sid"]
    assert len(bytes.fromhex(sid)) == 32
    assert sid not in str(someone.cookies)


def test_the_provider_is_asked_again_too(serve: Serve, demo: Hub) -> None:
    with providers.serving({"sub": "1", "name": "王芳", "agency": "tax-gd"}) as provider:
        people = {
            "provider": provider.issuer,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "agencies": ["tax-gd"],
        }
        with serve("development", oauth__people=json.dumps(people)) as hub, browser() as client:
            for prompt in (None, "login"):
                Explorer(hub.base, BEARER).ask(client, prompt=prompt)
                sent = client.get(f"{hub.base}/oauth/sign-in").headers["location"]
                assert dict(parse_qsl(urlsplit(sent).query)).get("prompt") == prompt
