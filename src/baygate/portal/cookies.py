"""The explorer's cookies: for the hub alone, out of scripts' reach, and each of a name that stands once."""

from dataclasses import dataclass
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response


@dataclass(frozen=True)
class Cookie:
    """A cookie; ``secure`` where the hub is reached by https."""

    name: str
    path: str
    same_site: Literal["lax", "strict"]
    secure: bool

    def value(self, request: Request) -> str | None:
        """Return its value; None if it stands twice: a site beside the hub may have planted the other."""
        prefix = f"{self.name}="
        values = [each.removeprefix(prefix) for each in cookies(request) if each.startswith(prefix)]
        return values[0] if len(values) == 1 else None

    def set(self, response: Response, value: str, lifetime: int) -> None:
        """Let a response set it."""
        response.set_cookie(
            self.name,
            value,
            max_age=lifetime,
            path=self.path,
            secure=self.secure,
            httponly=True,
            samesite=self.same_site,
        )

    def clear(self, response: Response) -> None:
        """Let a response remove it."""
        self.set(response, "", 0)


def cookies(request: Request) -> list[str]:
    """Return what a request carries, each as ``name=value``.

    What is around one is a space or a tab, as browsers have it (RFC 6265, section 5.2). Whoever took more for spaces
    would read ``__Host-`` where a browser read another name, which any site beside the hub may set.
    """
    fields = (value.decode("latin-1") for name, value in request.headers.raw if name == b"cookie")
    return [each.strip(" \t") for field in fields for each in field.split(";")]
