"""The session of a browser: a signed cookie that only the addresses under ``/oauth`` look at, and no script.

It says who signed in, when and how, or which request waits until somebody has. Nothing in it opens anything elsewhere,
and nothing of it outlives a sign-in: who plants a cookie in a browser before has nothing after (session fixation).
Whoever copied a cookie has nothing after the sign-out: the session has an identifier, which is remembered as ended.
Over https no other site can set it (``__Host-``), not even one beside the hub, whose people would sign in as its own.
"""

import secrets
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from time import time
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from baygate.oauth.server.grants import revoke
from baygate.storage.keys import keyed_hash

COOKIE = "baygate_session"
LONGEST = 8 * 3_600
"""Seconds that a person stays signed in, however busy he is."""


def sessions(secret: bytes, *, secure: bool) -> list[Middleware]:
    """Return what gives a request its session; ``secure`` if the hub is reached by https."""
    session = Middleware(
        SessionMiddleware,
        # a key of its own, so that no other cookie signed under this secret is taken for this one
        secret_key=keyed_hash(secret, COOKIE),
        session_cookie=f"__Host-{COOKIE}" if secure else COOKIE,
        max_age=LONGEST,
        path="/" if secure else "/oauth",
        same_site="lax",
        https_only=secure,
    )
    return [Middleware(_PlainCookies), session]


class _PlainCookies:
    """Leaves cookies out that are not plain ASCII.

    What a browser takes for a part of a name, Starlette takes for a space before it: any site beside the hub could set
    a cookie that is read as ``__Host-``.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        headers = [(name, _plain(value) if name == b"cookie" else value) for name, value in scope["headers"]]
        await self._app({**scope, "headers": headers}, receive, send)


def _plain(cookies: bytes) -> bytes:
    return b";".join(each for each in cookies.split(b";") if each.isascii())


@dataclass(frozen=True)
class Ended:
    """Which sessions have ended: remembered beside the tokens that were revoked, so that every worker hears of it."""

    engine: AsyncEngine
    revoked: Callable[[bytes], bool]

    def has(self, session: bytes) -> bool:
        """Return whether a session has ended; raise OutOfTouch if that is not known."""
        return self.revoked(session)

    async def add(self, session: bytes) -> None:
        """End a session."""
        async with self.engine.begin() as connection:
            await connection.run_sync(lambda held: revoke(held, session, LONGEST))


class Visit:
    """What the session of a request says."""

    def __init__(self, request: Request) -> None:
        self._kept: MutableMapping[str, Any] = request.session

    @property
    def csrf(self) -> str:
        """What a form of this session carries, so that no other site can send it."""
        if "csrf" not in self._kept:
            self._kept["csrf"] = secrets.token_urlsafe(32)
        return str(self._kept["csrf"])

    def came_from_here(self, form: Mapping[str, str]) -> bool:
        """Whether a form is one of this session's own."""
        return compare_digest(self.csrf.encode(), form.get("csrf", "").encode())

    @property
    def session(self) -> bytes | None:
        """What the session of whoever signed in is remembered by."""
        identifier = self._kept.get("session")
        return sha256(f"session {identifier}".encode()).digest() if isinstance(identifier, str) else None

    def person(self, way: str) -> Mapping[str, Any] | None:
        """Return who signed in by ``way``, and not too long ago."""
        kept = self._kept
        if self.session is None or kept.get("way") != way or not 0 <= time() - kept["since"] < LONGEST:
            return None
        return dict(kept["person"])

    def sign_in(self, person: Mapping[str, Any], way: str) -> str | None:
        """Begin a new session for a person; return the request that waited."""
        waited = self.waiting
        self._kept.clear()
        self._kept.update(person=dict(person), way=way, since=int(time()), session=secrets.token_urlsafe(16))
        return waited

    def sign_out(self) -> None:
        """End the session in this browser."""
        self._kept.clear()

    @property
    def waiting(self) -> str | None:
        """The query of the authorization request that waits until somebody has signed in."""
        return self._kept.get("waiting")

    def wait(self, query: str) -> None:
        """Let an authorization request wait; it is checked again when it is its turn.

        Where somebody was signed in and is so no more, a person signs in anew: a provider that knows him still would
        let whoever sits there now be him.
        """
        if self.session is not None:
            self._kept["another"] = True
        for each in ("person", "way", "session"):
            self._kept.pop(each, None)
        self._kept["waiting"] = query

    @property
    def another(self) -> bool:
        """Whether whoever signs in next has to show who he is, and is not who is signed in, here or at a provider."""
        return bool(self._kept.get("another"))

    def wait_for_another(self, query: str) -> None:
        """Let an authorization request wait until somebody signs in; who is signed in stays so until then."""
        self._kept.update(waiting=query, another=True)
