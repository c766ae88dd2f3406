"""How a person signs in and out: through the OpenID Connect provider, or, in the demo, as one of its named people."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from authlib.oauth2.rfc6749 import OAuth2Error
from starlette.requests import Request
from starlette.responses import Response

from baygate.oauth.server import people_pages as pages
from baygate.oauth.server.endpoints import UNREACHABLE, form_of
from baygate.oauth.server.metadata import Addresses
from baygate.oauth.server.people_pages import Shown, Text
from baygate.oauth.server.people_provider import Provider
from baygate.oauth.server.people_session import Ended, Visit
from baygate.oauth.server.request import parameters

if TYPE_CHECKING:
    from baygate.settings import PeopleSettings

log = logging.getLogger("baygate.people")

_BY_NAME = "by name"

_FOREIGN = Text(
    "此表单不属于您当前的会话，请返回重试。", "The form is not one of your session. Please go back and try again."
)
_NOT_A_FORM = Text("请求格式不正确。", "The request is not a form as this page sends it.")
_NOT_NOW = Text("服务暂时不可用，请稍后再试。", "The service is not available now. Please try again shortly.")
_NOBODY = Text("没有这个人。", "There is no such person.")


def shown(handler: Callable[[Any, Request], Awaitable[Response]]) -> Callable[[Any, Request], Awaitable[Response]]:
    """Answer what goes wrong in an endpoint with a page."""

    async def endpoint(self: Any, request: Request) -> Response:
        try:
            return await handler(self, request)
        except Shown as problem:
            return problem.page()
        except UNREACHABLE as error:
            log.warning("no page: %s", error)
            return Shown(503, _NOT_NOW).page()

    return endpoint


class SignIn:
    """The addresses where a person signs in and out."""

    def __init__(self, settings: "PeopleSettings", at: Addresses, ended: Ended) -> None:
        self._ended = ended
        self._provider = Provider(settings, at.endpoint("callback")) if settings.provider else None
        named = (each.model_dump() for each in settings.named)
        self._named = {each["subject"]: {**each, "roles": sorted(each["roles"])} for each in named}
        self._way = self._provider.issuer if self._provider else _BY_NAME

    def person(self, request: Request) -> Mapping[str, Any] | None:
        """Return who is signed in, and may still be by the settings as they are now."""
        visit = Visit(request)
        person = visit.person(self._way)
        if person is None or visit.session is None or self._ended.has(visit.session):
            return None
        admitted = (
            self._provider.admits(person) if self._provider else self._named.get(person["subject"]) == person
        )  # fmt: skip
        return person if admitted else None

    @shown
    async def begin(self, request: Request) -> Response:
        """Let a person sign in; say who is, if somebody is."""
        visit, person = Visit(request), self.person(request)
        if person is not None and not visit.another:
            return pages.signed_in(person, visit.csrf)
        if self._provider is not None:
            return pages.redirect(await self._provider.address(request, again=visit.another))
        return pages.choice(self._named.values(), visit.csrf, _redirect_uri(visit.waiting))

    @shown
    async def choose(self, request: Request) -> Response:
        """Sign in one of the demo's people."""
        form = await _own_form(request)
        person = self._named.get(form.get("person", "")) if self._provider is None else None
        if person is None:
            raise Shown(400, _NOBODY)
        return await self._onward(request, person)

    @shown
    async def callback(self, request: Request) -> Response:
        """Sign in whom the provider sends."""
        if self._provider is None:
            raise Shown(404, _NOBODY)
        return await self._onward(request, await self._provider.person(request))

    @shown
    async def sign_out(self, request: Request) -> Response:
        """End the session here; the provider's own is the provider's."""
        await _own_form(request)
        visit = Visit(request)
        if visit.session is not None:
            await self._ended.add(visit.session)
        visit.sign_out()
        return pages.signed_out()

    async def _onward(self, request: Request, person: Mapping[str, Any]) -> Response:
        """Go on with the request that waited; whoever was signed in at this browser is so no more.

        Only its query was kept, so that it leads nowhere else (RFC 9700, section 4.11).
        """
        visit = Visit(request)
        if visit.session is not None:
            await self._ended.add(visit.session)
        waited = visit.sign_in(person, self._way)
        return pages.redirect(f"/oauth/authorize?{waited}" if waited else "/oauth/sign-in")


async def _own_form(request: Request) -> Mapping[str, str]:
    try:
        form, _ = parameters(await form_of(request))
    except OAuth2Error as error:
        raise Shown(error.status_code, _NOT_A_FORM) from None
    if not Visit(request).came_from_here(form):
        raise Shown(403, _FOREIGN)
    return form


def _redirect_uri(query: str | None) -> str | None:
    """Return the client's address in a request that waits: it was found to be registered before that."""
    return parse_qs(query)["redirect_uri"][0] if query else None
