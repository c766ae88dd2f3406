"""Content negotiation (RFC 9110, section 12; GraphQL over HTTP, sections 4 and 5)."""

from functools import lru_cache

from baygate.gateway.refusal import Refusal

GRAPHQL_RESPONSE = b"application/graphql-response+json; charset=utf-8"
JSON = b"application/json; charset=utf-8"

_OFFERED = (("application/json", JSON), ("application/graphql-response+json", GRAPHQL_RESPONSE))
"""In the order in which a wildcard takes them: until 2025 a client that says nothing means application/json."""


@lru_cache(maxsize=256)
def accepted(header: bytes | None) -> bytes:
    """Return the media type to answer in; raise Refusal (406) if the client accepts none of the hub's two."""
    if not header:
        return JSON
    best: tuple[float, int, bytes] | None = None
    for part in header.decode("latin-1").split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if not _utf8(parameters):
            continue
        quality = _quality(parameters)
        if quality <= 0:
            continue
        for media, value in _OFFERED:
            specific = {media: 2, "application/*": 1, "*/*": 0}.get(name)
            if specific is not None and (best is None or (quality, specific) > best[:2]):
                best = (quality, specific, value)
                break
    if best is None:
        raise Refusal(
            "NOT_ACCEPTABLE",
            "The hub answers in application/graphql-response+json or application/json, in UTF-8.",
            status=406,
        )
    return best[2]


def _utf8(parameters: list[str]) -> bool:
    charsets = [each.removeprefix("charset=").strip('"') for each in parameters if each.startswith("charset=")]
    return all(charset in {"utf-8", "utf8"} for charset in charsets)


def _quality(parameters: list[str]) -> float:
    for each in parameters:
        if each.startswith("q="):
            try:
                return float(each[2:])
            except ValueError:
                return 0.0
    return 1.0


@lru_cache(maxsize=256)
def check_content_type(header: bytes | None) -> None:
    """Raise Refusal (415) unless the body is said to be JSON in UTF-8."""
    name, *parameters = (piece.strip().lower() for piece in (header or b"").decode("latin-1").split(";"))
    if name != "application/json" or not _utf8(parameters):
        raise Refusal(
            "UNSUPPORTED_MEDIA_TYPE",
            "The body of a POST is application/json in UTF-8; say so in Content-Type.",
            status=415,
            headers=[(b"accept-post", b"application/json")],
        )
