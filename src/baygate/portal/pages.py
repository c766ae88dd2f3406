"""The explorer's files: the page and its assets as built, and the plain page, which needs no building.

A file is served only if each part of its name is plain and its kind is known, so that nothing leads out of the two
directories, and nothing is served that is not meant to be.
"""

import re
from pathlib import Path
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from baygate.oauth.server.people_pages import Text, page, redirect
from baygate.portal.headers import POLICY, WITH_EDITOR
from baygate.portal.shown import NOT_HERE, Problem

BUILT = Path(__file__).parent / "static"
PLAIN = Path(__file__).parent / "plain"

_PART = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}", re.ASCII)
_KINDS = {
    ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".json": "application/json",
    ".svg": "image/svg+xml", ".png": "image/png", ".ico": "image/x-icon", ".woff2": "font/woff2", ".ttf": "font/ttf",
}  # fmt: skip
_FOR_A_YEAR = {"cache-control": "public, max-age=31536000, immutable"}
_ASKED_FOR_AGAIN = {"cache-control": "no-cache"}
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_NOT_BUILT = Text(
    "数据查询台的页面尚未构建：请在源代码目录运行 make portal，再重新载入本页。",
    "The explorer has not been built: run `make portal` in the source's directory, and load this page again.",
)


class Pages:
    """Serves what is in ``built`` and ``plain``, to browsers that know the hub as ``origin``."""

    def __init__(self, origin: str, built: Path = BUILT, plain: Path = PLAIN) -> None:
        self._origin = urlsplit(origin)
        self._built = built
        self._plain = plain

    def routes(self) -> list[Route]:
        """Return where they are."""
        return [
            Route("/", self.first, methods=["GET"]),
            Route("/assets/{name:path}", self.asset, methods=["GET"]),
            Route("/favicon.ico", self.icon, methods=["GET"]),
            Route("/explore", lambda _: redirect("/", 307), methods=["GET"]),
            Route("/explore/plain", lambda _: redirect("/explore/plain/", 307), methods=["GET"]),
            Route("/explore/plain/{name:path}", self.plain, methods=["GET"]),
        ]

    async def first(self, request: Request) -> Response:
        """Return the explorer."""
        if self._is_another_name(request):
            # cookies are set under the one, and would be missed under the other
            return redirect(f"{self._origin.scheme}://{self._origin.netloc}/", 307)
        for directory, policy in ((self._built, WITH_EDITOR), (self._plain, POLICY)):
            if (directory / "index.html").is_file():
                return _file(directory, "index.html", {**_ASKED_FOR_AGAIN, "content-security-policy": policy})
        return page(Text("baygate 数据查询台", "The explorer of baygate"), f"<p>{_NOT_BUILT.html()}</p>")

    async def asset(self, request: Request) -> Response:
        """Return a file of the built page: its name changes with what is in it."""
        return _file(self._built / "assets", request.path_params["name"], _FOR_A_YEAR)

    async def icon(self, _: Request) -> Response:
        """Return what browsers ask for of their own accord, for the pages that name no icon."""
        return _file(self._plain, "mark.svg", _ASKED_FOR_AGAIN)

    async def plain(self, request: Request) -> Response:
        """Return a file of the plain page."""
        return _file(self._plain, request.path_params["name"] or "index.html", _ASKED_FOR_AGAIN)

    def _is_another_name(self, request: Request) -> bool:
        """Whether the browser knows this machine by another of its own names than the hub does."""
        asked = urlsplit(f"//{request.headers.get('host', '')}").hostname
        known = self._origin.hostname
        return asked != known and {asked, known} <= _LOOPBACK


def _file(directory: Path, name: str, headers: dict[str, str]) -> Response:
    """Return a file; raise Problem if there is none of this name."""
    parts = name.split("/")
    file = directory.joinpath(*parts) if all(map(_PART.fullmatch, parts)) else directory
    kind = _KINDS.get(file.suffix)
    if kind is None or not file.is_file() or not file.resolve().is_relative_to(directory.resolve()):
        raise Problem(404, NOT_HERE)
    return FileResponse(file, headers=headers, media_type=kind)


def unset(_: Request) -> Response:
    """Say, in development, how the hub comes to have an explorer."""
    told = Text(
        "此服务未启用数据查询台：在设置中加入 [portal]（client_id、key）与 [oauth.people]，参见 docs/explorer.md；"
        "或运行 make demo。",
        "This hub has no explorer: add [portal] (client_id, key) and [oauth.people] to its settings, as "
        "docs/explorer.md shows; or run `make demo`.",
    )
    return page(Text("baygate", "A hub of baygate"), f"<p>{told.html()}</p>")
