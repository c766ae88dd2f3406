"""What a source answered: the body of a GraphQL response, read strictly.

1. It is one JSON object in UTF-8, of at most 100 levels: what walks its values need not mind the depth.
2. ``data`` is an object or null. Where there is none, there is an error (GraphQL specification, section 7.1).
3. ``errors`` is a list. Of an entry only ``message``, ``path`` and ``extensions`` are kept, each if it is what the
   specification (7.1.2) says; places in the document are those of a document that the caller never saw.
4. Everything else in it is ignored.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson

from baygate.sources.remote.failure import Kind, SourceFailed, of_status

_MEDIA_TYPES = frozenset({"application/graphql-response+json", "application/json"})
_DEEPEST = 100
_NO_BRACKETS = bytes(sorted(set(range(256)) - set(b"[]{}")))
UNSAID = "The source reported an error without a message."


@dataclass(frozen=True, slots=True)
class Reply:
    """Data, errors, or both."""

    data: dict[str, Any] | None
    errors: list[dict[str, Any]]


def is_json(content_type: str) -> bool:
    """Whether a body of this ``Content-Type`` may be a GraphQL response (GraphQL over HTTP, section 4.1)."""
    return content_type.partition(";")[0].strip().lower() in _MEDIA_TYPES


def read(source: str, status: int, body: bytes) -> Reply:
    """Read a body that came with this status; raise SourceFailed.

    Where the status tells of a failure, only errors count; without any, the status is all that was said.
    """
    if 200 <= status < 300:
        return _read(source, body)
    try:
        errors = _read(source, body).errors
    except SourceFailed:
        errors = []
    if not errors:
        raise of_status(source, status)
    return Reply(None, errors)


def _read(source: str, body: bytes) -> Reply:
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise SourceFailed(source, Kind.NOT_JSON, f"The answer of the source {source} is not JSON.") from error
    if not isinstance(answer, dict):
        raise _malformed(source, "it is not an object")
    if _is_deep(body, answer):
        raise _malformed(source, f"it has more than {_DEEPEST} levels")
    data, errors = answer.get("data"), answer.get("errors")
    if data is not None and not isinstance(data, dict):
        raise _malformed(source, "its data is neither an object nor null")
    if errors is None:
        errors = []
    elif not isinstance(errors, list):
        raise _malformed(source, "its errors are not a list")
    if data is None and not errors:
        raise _malformed(source, "it has neither data nor an error")
    return Reply(data, [_error(each) for each in errors] if errors else errors)


def _is_deep(body: bytes, answer: Any) -> bool:
    """Whether JSON has too many levels; told by its brackets in most cases, which takes a tenth of parsing it."""
    if body.count(b"{") + body.count(b"[") <= _DEEPEST:
        return False
    brackets = body.translate(None, _NO_BRACKETS)
    for _ in range(_DEEPEST):
        outer = brackets.replace(b"[]", b"").replace(b"{}", b"")
        if not outer:
            return False
        if len(outer) == len(brackets):  # some are in strings
            break
        brackets = outer
    level = [answer]
    for _ in range(_DEEPEST):
        level = [inner for each in level for inner in _inside(each)]
    return bool(level)


def _inside(value: Any) -> Iterable[Any]:
    inner = value.values() if isinstance(value, dict) else value
    return [each for each in inner if isinstance(each, dict | list)]


def _error(entry: Any) -> dict[str, Any]:
    if not isinstance(entry, dict):
        return {"message": UNSAID}
    message, path, extensions = entry.get("message"), entry.get("path"), entry.get("extensions")
    kept: dict[str, Any] = {"message": message if isinstance(message, str) else UNSAID}
    # a bool is an int in Python, and no step of a path
    if isinstance(path, list) and all(type(step) in {str, int} for step in path):
        kept["path"] = path
    if isinstance(extensions, dict):
        kept["extensions"] = extensions
    return kept


def _malformed(source: str, why: str) -> SourceFailed:
    return SourceFailed(source, Kind.MALFORMED, f"The answer of the source {source} is no GraphQL response: {why}.")
