"""A person at the explorer: a hub that has one, and the browser that he sits at."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from tests.agency import Agency
from tests.oauth.explorer import PEOPLE, browser, csrf, enrol
from tests.serving import Hub, Serve

OWN = {"baygate-explorer": "1"}
"""What the explorer's pages send along."""
COOKIE = "baygate-explorer"


@contextlib.contextmanager
def explored(
    serve: Serve, agency: Agency, directory: Path, *, registered: bool = True, **settings: Any
) -> Iterator[Hub]:
    """Run a hub with an explorer that is registered as ``agency``."""
    key = directory / f"{agency.client_id}.pem"
    key.write_bytes(agency.key.as_pem(private=True))
    key.chmod(0o600)
    said = {
        "oauth__people": json.dumps({"named": PEOPLE}),
        "portal": json.dumps({"client_id": agency.client_id, "key": str(key)}),
    }
    with serve("development", **(said | settings)) as hub:
        if registered:
            enrol(hub, agency, redirect_uris=(f"{hub.base}/explore/signed-in",))
        yield hub


class Visitor:
    """Somebody with a browser of his own, which follows redirects as he lets it."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.http = browser()

    def __enter__(self) -> "Visitor":
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.http.get(
            self.hub.base + path, headers={name.replace("_", "-"): each for name, each in headers.items()}
        )

    def own(self, path: str) -> httpx.Response:
        """GET as the explorer's pages do."""
        return self.http.get(self.hub.base + path, headers=OWN)

    def ask(self, query: str = "{ parties(first: 1) { totalCount } }", **headers: str | None) -> httpx.Response:
        """Ask GraphQL as the explorer's pages do; ``headers`` replace theirs, None leaves one out."""
        said = OWN | {"content-type": "application/json", "accept": "application/graphql-response+json"}
        said |= {name.replace("_", "-"): each for name, each in headers.items()}
        sent = {name: each for name, each in said.items() if each is not None}
        return self.http.post(f"{self.hub.base}/explore/graphql", json={"query": query}, headers=sent)

    def begin(self, purpose: str = "RISK_ASSESSMENT", **more: str) -> httpx.Response:
        """Press the explorer's button to sign in."""
        return self.http.get(f"{self.hub.base}/explore/sign-in", params={"purpose": purpose, **more})

    def authorized(self, sent: httpx.Response, subject: str = "chen-jing") -> str:
        """Go where the explorer sends him, sign in there if he has to; return the callback's address."""
        assert sent.status_code == 302, sent.text
        answer = self.get(sent.headers["location"])
        if answer.headers["location"] == "/oauth/sign-in":
            page = self.get("/oauth/sign-in")
            data = {"person": subject, "csrf": csrf(page)}
            answer = self.http.post(f"{self.hub.base}/oauth/sign-in", data=data)
            answer = self.get(answer.headers["location"])
        assert answer.status_code == 302, answer.text
        address = urlsplit(answer.headers["location"])
        assert f"{address.scheme}://{address.netloc}" == self.hub.base
        return f"{address.path}?{address.query}"

    def sign_in(self, subject: str = "chen-jing", purpose: str = "RISK_ASSESSMENT", **more: str) -> httpx.Response:
        """Sign in to the explorer; return the page that it ends on."""
        return self.get(self.authorized(self.begin(purpose, **more), subject))

    def session(self) -> dict[str, Any]:
        """Return what the explorer's page is told of the session."""
        answer = self.get("/explore/session")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    @property
    def cookie(self) -> str | None:
        """The session's cookie, as it is."""
        return self.http.cookies.get(COOKIE)

    def put(self, value: str) -> None:
        """Plant a cookie of a session."""
        self.http.cookies.delete(COOKIE) if COOKIE in self.http.cookies else None
        self.http.cookies.set(COOKIE, value, domain="127.0.0.1", path="/")
