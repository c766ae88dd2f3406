"""What is served to a browser: the explorer's files and nothing beside them, each with what keeps the browser safe."""

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from tests.portal.visitor import OWN, Visitor, explored
from tests.serving import Hub, Serve

from baygate.portal.endpoint import ExplorerEndpoint
from baygate.portal.pages import Pages

ORIGIN = "http://testserver"
EVERYTHING = [
    ("GET", "/"), ("HEAD", "/"), ("OPTIONS", "/"), ("POST", "/"), ("GET", "/assets/none.js"), ("GET", "/assets/"),
    ("GET", "/explore"), ("GET", "/explore/"), ("GET", "/explore/none"), ("GET", "/explore/plain"),
    ("GET", "/explore/plain/"), ("GET", "/explore/plain/none.js"), ("GET", "/explore/session"),
    ("GET", "/explore/sign-in"), ("GET", "/explore/sign-in?purpose=RISK_ASSESSMENT"), ("GET", "/explore/signed-in"),
    ("POST", "/explore/sign-out"), ("GET", "/explore/sign-out"), ("POST", "/explore/graphql"),
    ("GET", "/explore/graphql"), ("GET", "/explore/hub/audit/head"), ("GET", "/explore/hub/none"),
    ("GET", "/explore/api/none"), ("TRACE", "/explore/session"),
    ("GET", "/explore/" + "x" * 5_000), ("GET", "/explore/%00"), ("GET", "/explore/%ff"),
    ("GET", "/explore/%0d%0aset-cookie:x"), ("GET", "/explore/hub/%0a"), ("GET", "/assets/%0a"), ("GET", "/assets"),
    ("GET", "/explore//session"), ("GET", "/explore%2fsession"), ("GET", "/favicon.ico"), ("GET", "/favicon.ico/none"),
]  # fmt: skip


def policy(answer: httpx.Response) -> dict[str, str]:
    (stated,) = answer.headers.get_list("content-security-policy")
    return dict(each.strip().partition(" ")[::2] for each in stated.split(";"))


def check(answer: httpx.Response) -> None:
    stated = policy(answer)
    assert stated["default-src"] == "'none'"
    assert stated["frame-ancestors"] == stated["base-uri"] == "'none'"
    assert stated["form-action"] == "'self'"
    for name, sources in stated.items():
        assert "unsafe-eval" not in sources
        assert "*" not in sources
        assert "http" not in sources, f"{name} lets something come from elsewhere"
    assert stated.get("script-src", "'self'") == "'self'"
    assert answer.headers.get_list("x-content-type-options") == ["nosniff"]
    assert answer.headers.get_list("referrer-policy") == ["no-referrer"]
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert "cache-control" in answer.headers
    assert "server" not in answer.headers


@pytest.mark.parametrize(("method", "path"), EVERYTHING)
@pytest.mark.parametrize("own", [True, False])
def test_every_response_has_what_keeps_the_browser_safe(someone: Visitor, method: str, path: str, own: bool) -> None:
    answer = someone.http.request(method, someone.hub.base + path, headers=OWN if own else {})
    check(answer)
    assert answer.status_code < 500


def test_so_have_the_answers_to_who_is_signed_in(chen: Visitor) -> None:
    for answer in (chen.ask(), chen.ask("{ nothing }"), chen.own("/explore/hub/catalogue.json"), chen.sign_in()):
        check(answer)


def test_what_nobody_foresaw_is_told_without_a_word_too_much(caplog: pytest.LogCaptureFixture) -> None:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    async def fail(_: Request) -> Response:
        raise RuntimeError("a secret")

    endpoint = ExplorerEndpoint([Route("/explore/api/x", fail), Route("/explore/x", fail)])
    client = TestClient(Starlette(routes=[endpoint]), base_url=ORIGIN)
    for path, kind in (("/explore/api/x", "application/json"), ("/explore/x", "text/html; charset=utf-8")):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (500, kind)
        assert "secret" not in answer.text
        assert answer.headers["content-security-policy"]
    assert "a secret" in caplog.text


# files


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Directories as they are when the page was built, and things around them that are nobody's business."""
    for name in ("static/index.html", "static/assets/index-B1.js", "static/assets/deep/a-1.css", "plain/index.html",
                 "plain/page.js", "plain/mark.svg", "secret.js", "static/.env.js", "static/assets/.hidden.js",
                 "static/assets/x.py", "static/assets/noext"):  # fmt: skip
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"this is {name}")
    return tmp_path


def serving(files: Path, *, built: bool = True, plain: bool = True) -> TestClient:
    nowhere = files / "nowhere"
    pages = Pages(ORIGIN, files / "static" if built else nowhere, files / "plain" if plain else nowhere)
    app = Starlette(routes=[ExplorerEndpoint(pages.routes())])
    return TestClient(app, base_url=ORIGIN, follow_redirects=False)


def test_the_page_as_built_is_served_and_asked_for_again(files: Path) -> None:
    answer = serving(files).get("/")
    assert (answer.text, answer.headers["cache-control"]) == ("this is static/index.html", "no-cache")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    check(answer)  # type: ignore[arg-type]


def test_assets_may_be_kept_for_good(files: Path) -> None:
    for name, kind in (("index-B1.js", "text/javascript"), ("deep/a-1.css", "text/css")):
        answer = serving(files).get(f"/assets/{name}")
        assert answer.text == f"this is static/assets/{name}"
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-type"] == f"{kind}; charset=utf-8"


def test_without_a_build_the_plain_page_is_served(files: Path) -> None:
    client = serving(files, built=False)
    assert client.get("/").text == "this is plain/index.html"
    missing = client.get("/assets/index-B1.js")
    assert (missing.status_code, missing.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "没有这个页面" in missing.text


def test_the_plain_page_is_always_at_its_own_address(files: Path) -> None:
    client = serving(files)
    assert client.get("/explore/plain/").text == "this is plain/index.html"
    assert client.get("/explore/plain/page.js").text == "this is plain/page.js"
    assert client.get("/explore/plain").headers["location"] == "/explore/plain/"


@pytest.mark.parametrize("built", [True, False])
def test_browsers_that_ask_for_a_pages_icon_of_their_own_accord_get_it(files: Path, *, built: bool) -> None:
    answer = serving(files, built=built).get("/favicon.ico")
    assert (answer.text, answer.headers["content-type"]) == ("this is plain/mark.svg", "image/svg+xml")
    check(answer)  # type: ignore[arg-type]


def test_the_icon_is_there_for_pages_that_name_none(someone: Visitor) -> None:
    assert "icon" not in someone.get("/oauth/sign-in").text
    icon = someone.get("/favicon.ico")
    assert (icon.status_code, icon.headers["content-type"]) == (200, "image/svg+xml")
    assert icon.text.startswith("<svg")


def test_without_either_a_page_says_how_to_come_by_it(files: Path) -> None:
    answer = serving(files, built=False, plain=False).get("/")
    assert answer.status_code == 200
    assert "make portal" in answer.text


@pytest.mark.parametrize("prefix", ["/assets/", "/explore/plain/", "/explore/"])
@pytest.mark.parametrize(
    "name",
    [
        "../secret.js", "..%2fsecret.js", "%2e%2e/%2e%2e/secret.js", "..%5csecret.js", "....//secret.js",
        "./../secret.js",
        "/secret.js", "%2fetc%2fpasswd", "deep/../../../secret.js", ".hidden.js", "../.env.js", "x.py", "noext", "deep",
        "deep/", "index-B1.js/", "index-B1.js%00", "index-B1.js%00.css", "index-B1.js%20", "%e2%80%ae.js", "~root/x.js",
        "index-B1.js;x", "INDEX-b1.js", "", "C:%5csecret.js", "a" * 5_000 + ".js",
    ],
)  # fmt: skip
def test_nothing_else_is_served(files: Path, prefix: str, name: str) -> None:
    if (prefix, name) == ("/explore/plain/", ""):
        pytest.skip("that is the plain page")
    status, text = as_it_stands(serving(files), prefix + name)
    assert (status, "this is" in text) == (404, False)


def as_it_stands(client: TestClient, path: str) -> tuple[int, str]:
    """GET a path that no client has tidied up."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": "GET", "path": unquote(path), "raw_path": path.encode(), "query_string": b"",
        "headers": [(b"host", b"testserver")], "http_version": "1.1", "scheme": "http", "server": ("testserver", 80),
    }  # fmt: skip
    asyncio.run(client.app(scope, receive, send))  # type: ignore[arg-type]
    body = b"".join(each.get("body", b"") for each in sent)
    return sent[0]["status"], body.decode()


def test_a_path_that_no_client_has_tidied_up_is_served_if_it_is_one(files: Path) -> None:
    assert as_it_stands(serving(files), "/assets/deep/a-1.css") == (200, "this is static/assets/deep/a-1.css")


def test_a_link_out_of_the_directory_is_not_followed(files: Path) -> None:
    (files / "static" / "assets" / "link.js").symlink_to(files / "secret.js")
    assert serving(files).get("/assets/link.js").status_code == 404


def test_who_knows_the_machine_by_another_name_is_led_to_its_own(explorer: Hub, someone: Visitor) -> None:
    """Cookies set under 127.0.0.1 are missed under localhost."""
    led = someone.get("/", host=f"localhost:{explorer.port}")
    assert (led.status_code, led.headers["location"]) == (307, f"{explorer.base}/")
    for host in ("evil.example", "evil.example:80", "127.0.0.1.evil.example", ""):
        answer = someone.get("/", host=host)
        assert "location" not in answer.headers


# hubs without one


def test_in_development_a_hub_without_an_explorer_says_how_to_have_one(hub: Hub) -> None:
    answer = hub.client.get(f"{hub.base}/")
    assert answer.status_code == 200
    assert "[portal]" in answer.text
    assert hub.client.get(f"{hub.base}/explore/session").status_code == 404


def test_in_production_it_says_nothing(production: Hub) -> None:
    assert production.client.get(f"{production.base}/").status_code == 404
    assert production.client.get(f"{production.base}/explore/session").status_code == 404


def test_over_https_all_cookies_are_for_https_alone(serve: Serve, tmp_path: Path) -> None:
    from tests.portal.conftest import PLAIN

    with (
        explored(serve, PLAIN, tmp_path, oauth__origin="https://localhost", registered=False) as hub,
        Visitor(hub) as visitor,
    ):
        (begun,) = visitor.begin().headers.get_list("set-cookie")
        out = visitor.http.post(f"{hub.base}/explore/sign-out", headers=OWN).headers["set-cookie"]
    assert begun.startswith("__Host-baygate-explorer-sign-in-")
    assert out.startswith("__Host-baygate-explorer=")
    for each in (begun, out):
        assert "secure" in each.lower().split("; ")
