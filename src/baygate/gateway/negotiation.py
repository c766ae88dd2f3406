"""Content negotiation (RFC 9110, section 12; GraphQL over HTTP, sections 4 and 5)."""

import re
from dataclasses import dataclass
from functools import lru_cache

from baygate.gateway.refusal import Refusal

GRAPHQL_RESPONSE = b"application/graphql-response+json; charset=utf-8"
JSON = b"application/json; charset=utf-8"

_OFFERED = (("application/json", JSON), ("application/graphql-response+json", GRAPHQL_RESPONSE))
"""In the order in which a wildcard takes them: until 2025 a client that says nothing means application/json."""

_WEIGHT = re.compile(r"q=(0(\.\d{0,3})?|1(\.0{0,3})?)", re.ASCII)
_LONGEST = 4_096


@dataclass(frozen=True)
class _Range:
    """One media range of an Accept header, at its place there."""

    name: str
    quality: float
    place: int


@lru_cache(maxsize=256)
def accepted(header: bytes) -> bytes:
    """Return the media type to answer in; raise Refusal (406) if the client accepts none of the hub's two.

    The most specific range that takes a type gives its quality (RFC 9110, section 12.5.1), so ``q=0`` excludes what a
    wildcard would let in. Of two that are liked as much, the one named wins, then the one named first.
    """
    if not header:
        return JSON
    ranges = [_range(text, place) for place, text in enumerate(header[:_LONGEST].decode("latin-1").split(","))]
    best: tuple[float, int, int] = (0.0, 0, 0)
    answer: bytes | None = None
    for media, value in _OFFERED:
        for specific, name in ((2, media), (1, "application/*"), (0, "*/*")):
            found = next((each for each in ranges if each is not None and each.name == name), None)
            if found is None:
                continue
            rank = (found.quality, specific, -found.place)
            if found.quality > 0 and (answer is None or rank > best):
                best, answer = rank, value
            break
    if answer is None:
        raise Refusal(
            "NOT_ACCEPTABLE",
            "The hub answers in application/graphql-response+json or application/json, in UTF-8.",
            status=406,
        )
    return answer


def _range(text: str, place: int) -> _Range | None:
    """Return a media range, None if it is none that the hub could meet."""
    name, *parameters = (piece.strip().lower() for piece in text.split(";"))
    weights = [each for each in parameters if each.startswith("q=")]
    if not _utf8(parameters) or not all(map(_WEIGHT.fullmatch, weights)):
        return None
    return _Range(name, float(weights[-1][2:]) if weights else 1.0, place)


def _utf8(parameters: list[str]) -> bool:
    charsets = [each.removeprefix("charset=").strip('"') for each in parameters if each.startswith("charset=")]
    return all(charset in {"utf-8", "utf8"} for charset in charsets)


@lru_cache(maxsize=256)
def check_content_type(header: bytes, encoding: bytes) -> None:
    """Raise Refusal (415) unless the body is said to be JSON in UTF-8, as it is: neither packed nor encoded."""
    name, *parameters = (piece.strip().lower() for piece in header.decode("latin-1").split(";"))
    if name != "application/json" or not _utf8(parameters):
        raise Refusal(
            "UNSUPPORTED_MEDIA_TYPE",
            "The body of a POST is application/json in UTF-8; say so in Content-Type.",
            status=415,
            headers=[(b"accept-post", b"application/json")],
        )
    if encoding.strip().lower() not in {b"", b"identity"}:
        raise Refusal(
            "UNSUPPORTED_MEDIA_TYPE",
            "The body of a POST comes without Content-Encoding.",
            status=415,
            headers=[(b"accept-encoding", b"identity")],
        )
