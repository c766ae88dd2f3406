"""What every response of the explorer says to the browser, whatever it is and whatever went wrong."""

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Content Security Policy 3: nothing from elsewhere, nothing inline, no frame around it."""

WITH_EDITOR = POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
"""The page with the editor, which writes its theme and its lines as inline style; of scripts the same is asked."""

ALWAYS = {
    "content-security-policy": POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}
"""A response may say otherwise of itself: the sign-in's pages have a stricter policy, assets may be kept."""


def guarded(send: Send) -> Send:
    """Return ``send`` with these headers on its response."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in ALWAYS.items():
                headers.setdefault(name, value)
        await send(message)

    return sent
