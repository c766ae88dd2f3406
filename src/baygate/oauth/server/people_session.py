"""The session of a browser: a signed cookie that only the addresses under ``/oauth`` get, and no script.

It says who signed in, when and how, or which request waits until somebody has. Nothing in it opens anything elsewhere,
and nothing of it outlives a sign-in: who plants a cookie in a browser before has nothing after (session fixation).
Whoever copied a cookie has nothing after the sign-out: the session has an identifier, which is remembered as ended.
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

from baygate.oauth.server.grants import revoke
from baygate.storage.keys import keyed_hash

COOKIE = "baygate_session"
LONGEST = 8 * 3_600
"""Seconds that a person stays signed in, however busy he is."""


def sessions(secret: bytes, *, secure: bool) -> Middleware:
    """Return what gives a request its session; ``secure`` if the hub is reached by https."""
    return Middleware(
        SessionMiddleware,
        # a key of its own, so that no other cookie signed under this secret is taken for this one
        secret_key=keyed_hash(secret, COOKIE),
        session_cookie=COOKIE,
        max_age=LONGEST,
        path="/oauth",
        same_site="lax",
        https_only=secure,
    )


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
        """Let an authorization request wait; it is checked again when it is its turn."""
        for each in ("person", "way", "session"):
            self._kept.pop(each, None)
        self._kept["waiting"] = query
        self._kept.pop("another", None)

    @property
    def another(self) -> bool:
        """Whether the request that waits is for whoever signs in next, and not for who is signed in."""
        return bool(self._kept.get("another"))

    def wait_for_another(self, query: str) -> None:
        """Let an authorization request wait until somebody signs in; who is signed in stays so until then."""
        self._kept.update(waiting=query, another=True)
