"""The explorer as one ASGI application: each of its responses, errors too, has the headers that keep it safe."""

import logging
from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Router
from starlette.types import Message, Receive, Scope, Send

from baygate.portal.caller import Refused
from baygate.portal.headers import guarded
from baygate.portal.shown import FAILED, NOT_HERE, NOT_SO, Problem

log = logging.getLogger("baygate.explorer")

_PLACES = ([""], ["assets"], ["explore"], ["favicon.ico"])
_FOR_SCRIPTS = tuple(f"/explore/{each}" for each in ("api", "hub", "graphql", "samples", "session", "sign-out"))


class ExplorerEndpoint(BaseRoute):
    """Answers at the explorer's addresses: ``/``, ``/favicon.ico``, all below ``/assets`` and ``/explore``."""

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        self._router = Router(routes, redirect_slashes=False, default=_nowhere)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return whether a request is for the explorer."""
        first = scope["path"].split("/", 2)[1:2] if scope["type"] == "http" else None
        return (Match.FULL if first in _PLACES else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        began, safely = False, guarded(send)

        async def sent(message: Message) -> None:
            nonlocal began
            began = True
            await safely(message)

        try:
            await self._router(scope, receive, sent)
        except Exception as error:
            if began:
                raise
            await _answer(Request(scope), error)(scope, receive, sent)


async def _nowhere(*_: object) -> None:
    raise HTTPException(404)


def _answer(request: Request, error: Exception) -> Response:
    """Return what is told of an error: as JSON to the explorer's script, to a person as a page."""
    for_script = request.scope["path"].startswith(_FOR_SCRIPTS)
    match error:
        case Refused():
            return error.response
        case Problem():
            return error.page()
        case HTTPException():
            text = NOT_HERE if error.status_code == 404 else NOT_SO
            answer = (
                Refused(error.status_code, "not_found" if error.status_code == 404 else "not_allowed", text.en).response
                if for_script
                else Problem(error.status_code, text).page()
            )
            answer.headers.update(error.headers or {})
            return answer
    log.error("the explorer failed to answer in a way that nobody foresaw", exc_info=error)
    return Refused(500, "internal", FAILED.en).response if for_script else Problem(500, FAILED).page()
