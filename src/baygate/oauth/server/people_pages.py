"""The pages that a person sees: Chinese and English, without script; nobody may frame them, keep them or learn of them.

Whatever did not come from this folder is escaped where it is put in.
"""

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import urlsplit

from starlette.responses import HTMLResponse, RedirectResponse, Response

_STYLE = (
    ":root{color-scheme:light dark;font:1rem/1.5 system-ui,sans-serif}"
    "main{max-width:30rem;margin:10vh auto;padding:0 1rem}"
    "h1{font-size:1.5rem;font-weight:600}[lang=en]{display:block;opacity:.8}"
    "button{display:block;width:100%;margin:.75rem 0;padding:.75rem 1rem;font:inherit;text-align:start;cursor:pointer}"
)
_STYLE_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_NOT_KEPT = {"cache-control": "no-store", "pragma": "no-cache", "referrer-policy": "no-referrer"}


@dataclass(frozen=True)
class Text:
    """The same in both languages; ``zh`` is simplified Chinese."""

    zh: str
    en: str

    def html(self) -> str:
        """Return it for the inside of an element."""
        return f'{escape(self.zh)} <span lang="en">{escape(self.en)}</span>'


class Shown(Exception):
    """Something went wrong that only the person can be told: with what status, and what to do about it."""

    def __init__(self, status: int, text: Text) -> None:
        super().__init__(text.en)
        self.status = status
        self.text = text

    def page(self) -> Response:
        """Return it as a page."""
        shown = page(Text("无法登录", "You cannot sign in"), _paragraph(self.text), status=self.status)
        if self.status == 503:
            shown.headers["retry-after"] = "5"
        if self.status == 408:
            shown.headers["connection"] = "close"
        return shown


def redirect(to: str, status: int = 303) -> Response:
    """Send the browser on; where it has been is nobody's business (RFC 9700, section 4.2.4)."""
    return RedirectResponse(to, status, _NOT_KEPT)


def choice(people: Iterable[Mapping[str, Any]], csrf: str, onward: str | None) -> Response:
    """Ask which of the demo's people it is; ``onward`` is the client's address to which the answer will lead."""
    buttons = "".join(
        f'<button name="person" value="{escape(each["subject"])}">'
        f"<bdi>{escape(each['name'])}</bdi> · {escape(each['agency'])} · {escape(each['jurisdiction'])}</button>"
        for each in people
    )
    explained = Text(
        "这是演示环境：选择一个身份即可登录，无需密码。", "This is a demo: choose who you are; there is no password."
    )
    return page(
        Text("登录 baygate", "Sign in to baygate"),
        _paragraph(explained),
        _form("/oauth/sign-in", csrf, buttons),
        form_targets=[onward] if onward else [],
    )


def signed_in(person: Mapping[str, Any], csrf: str) -> Response:
    """Say who is signed in, and let him sign out."""
    who = f"<p><bdi>{escape(person['name'])}</bdi> · {escape(person['agency'])}</p>"
    button = f"<button>{Text('退出登录', 'Sign out').html()}</button>"
    return page(Text("您已登录", "You are signed in"), who, _form("/oauth/sign-out", csrf, button))


def signed_out() -> Response:
    """Say that nobody is signed in."""
    again = f'<p><a href="/oauth/sign-in">{Text("重新登录", "Sign in again").html()}</a></p>'
    return page(Text("您已退出登录", "You are signed out"), again)


def page(title: Text, *parts: str, status: int = 200, form_targets: Sequence[str] = ()) -> Response:
    """Return a page of ``parts``, which are HTML.

    ``form_targets`` are addresses to which the answer to a form redirects: browsers hold ``form-action`` against each
    of them (Content Security Policy 3, section 6.4.1).
    """
    actions = " ".join(["'self'", *map(_source, form_targets)])
    policy = (
        f"default-src 'none'; style-src 'sha256-{_STYLE_DIGEST}'; form-action {actions}; "
        "frame-ancestors 'none'; base-uri 'none'"
    )
    html = (
        '<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title.zh)} {escape(title.en)}</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>{title.html()}</h1>{''.join(parts)}</main></body></html>\n"
    )
    headers = {**_NOT_KEPT, "content-security-policy": policy, "x-content-type-options": "nosniff"}
    return HTMLResponse(html, status, headers)


def _paragraph(text: Text) -> str:
    return f"<p>{text.html()}</p>"


def _form(action: str, csrf: str, inside: str) -> str:
    token = f'<input type="hidden" name="csrf" value="{escape(csrf)}">'
    return f'<form method="post" action="{action}">{token}{inside}</form>'


def _source(address: str) -> str:
    """Return an address as a source of the policy: its origin, or its scheme if it has no host."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:"
