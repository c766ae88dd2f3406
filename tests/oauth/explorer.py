"""The explorer as tests play it: a client that acts for people, and the browser that one of them sits at."""

import asyncio
import html
import re
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
from tests.agency import Agency, b64url
from tests.oauth.server.desk import eventually
from tests.serving import Hub, plain

from baygate.oauth import registry
from baygate.storage.database import Database

CALLBACK = "http://127.0.0.1:9/signed-in"
"""Nobody listens there: whoever follows has gone too far."""
TOKEN = re.compile(r'name="csrf" value="([^"]+)"')

PEOPLE = [
    {"subject": "chen-jing", "name": "陈静", "agency": "tax-gd", "roles": ["auditor"]},
    {"subject": "ho-wing-sze", "name": "何詠詩", "agency": "hk-customs", "jurisdiction": "HK"},
]


@dataclass
class Explorer:
    """A client for people at one hub, in the middle of one sign-in."""

    base: str
    agency: Agency
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(40))
    state: str = field(default_factory=lambda: secrets.token_urlsafe(12))

    def query(self, **other: str | None) -> str:
        """Return an authorization request; ``other`` parameters replace its own, None leaves one out."""
        own: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.agency.client_id,
            "redirect_uri": CALLBACK,
            "state": self.state,
            "scope": "identity:read credit:read",
            "authorization_details": '[{"type":"baygate_field_access","purpose":"RISK_ASSESSMENT"}]',
            "code_challenge": b64url(sha256(self.verifier.encode()).digest()),
            "code_challenge_method": "S256",
        }
        return urlencode({name: each for name, each in (own | other).items() if each is not None})

    def ask(self, browser: httpx.Client, more: str = "", **other: str | None) -> httpx.Response:
        """Send the browser to the authorization endpoint."""
        return browser.get(f"{self.base}/oauth/authorize?{self.query(**other)}{more}")

    def code(self, browser: httpx.Client, **other: str | None) -> str:
        """Return a code for the person who is signed in at the browser."""
        given = told(self.ask(browser, **other))
        assert given.keys() == {"code", "state", "iss"}, given
        return given["code"]

    def redeem(self, code: str, /, **other: str | None) -> httpx.Response:
        """Change a code for a token."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": self.verifier,
            "authorization_details": None,
        }
        with plain() as client:
            return self.agency.ask_token(client, self.base, **(form | other))


def browser() -> httpx.Client:
    """A browser with nothing in it, that follows no redirect by itself."""
    return plain()


def told(answer: httpx.Response) -> dict[str, str]:
    """Return what a redirect tells the client."""
    assert answer.status_code == 302, answer.text
    address = answer.headers["location"]
    assert address.startswith(f"{CALLBACK}?"), address
    pairs = parse_qsl(urlsplit(address).query)
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def csrf(page: httpx.Response) -> str:
    """Return what the form of a page carries."""
    found = TOKEN.search(page.text)
    assert found, page.text
    return html.unescape(found[1])


def sign_in(browser: httpx.Client, base: str, subject: str = "chen-jing", **more: str) -> httpx.Response:
    """Press a button of the demo's sign-in page."""
    page = browser.get(f"{base}/oauth/sign-in")
    return browser.post(f"{base}/oauth/sign-in", data={"person": subject, "csrf": csrf(page), **more})


def enrol(hub: Hub, *agencies: Agency, redirect_uris: tuple[str, ...] = (CALLBACK,), **other: Any) -> None:
    """Register clients for people, and wait until the hub knows them."""

    async def add() -> None:
        connection = await Database(hub.dsn).connect()
        try:
            for each in agencies:
                await registry.add(connection, each.registration(redirect_uris=redirect_uris, **other))
        finally:
            await connection.close()

    asyncio.run(add())
    with browser() as nobody:
        for each in agencies:
            # whoever is unknown has no address that an answer could be sent to
            at = Explorer(hub.base, each)
            assert eventually(lambda at=at: at.ask(nobody, redirect_uri=redirect_uris[0]).status_code == 302)
