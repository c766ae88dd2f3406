"""Call: what a request asks, as GraphQL over HTTP says it (specification draft, "Request")."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import orjson

from baygate.gateway.limits import Limits
from baygate.gateway.refusal import LimitExceeded, Refusal

_NOT_ENCODED = re.compile(rb"%(?![0-9A-Fa-f]{2})|[^\x21-\x7e]")


@dataclass(frozen=True)
class Call:
    """A document or the digest of one, the operation in it, variables.

    ``reading`` says that it came by GET and may not change anything; ``traced`` that the answer is to tell how long it
    took (tracing.py).
    """

    query: str | None
    digest: str | None = None
    operation: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    reading: bool = False
    traced: bool = False


def from_body(body: bytes, limits: Limits) -> Call:
    """Return the call in a JSON body; raise Refusal for what is not one."""
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        message = f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        raise Refusal("BAD_REQUEST", message) from None
    if isinstance(parsed, list):
        raise Refusal("BATCHING_NOT_SUPPORTED", "A body holds one operation, not a list: send each by itself.")
    if not isinstance(parsed, dict):
        raise Refusal("BAD_REQUEST", "The body is not a JSON object with a query.")
    _check_variables(parsed.get("variables"), body, limits)
    return _call(parsed, reading=False)


def from_url(query_string: bytes, limits: Limits) -> Call:
    """Return the call in a URL's query; raise Refusal for what is not one."""
    if len(query_string) > limits.url:
        raise LimitExceeded("URL bytes", len(query_string), limits.url, status=414)
    try:
        if _NOT_ENCODED.search(query_string):
            raise ValueError
        given = dict(
            parse_qsl(query_string.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=20)
        )
        parsed: dict[str, Any] = {
            name: given[name] for name in ("query", "operationName", "documentId") if name in given
        }
        for name in ("variables", "extensions"):
            if given.get(name):
                parsed[name] = orjson.loads(given[name])
    except orjson.JSONDecodeError:
        raise Refusal("BAD_REQUEST", "The parameters variables and extensions are JSON objects.") from None
    except ValueError:
        raise Refusal("BAD_REQUEST", "The URL's query is not percent-encoded UTF-8.") from None
    _check_variables(parsed.get("variables"), query_string, limits)
    parsed["operationName"] = parsed.get("operationName") or None
    return _call(parsed, reading=True)


def _check_variables(variables: Any, text: bytes, limits: Limits) -> None:
    """Refuse variables that are nested too deeply or too large; ``text`` is the JSON, or the URL, that holds them."""
    if not isinstance(variables, dict):
        return
    if text.count(b"[") + text.count(b"{") + text.count(b"%") > limits.nesting:
        nesting = _nesting(variables)
        if nesting > limits.nesting:
            raise LimitExceeded("nesting of variables", nesting, limits.nesting)
    if len(text) > limits.variables:
        size = len(orjson.dumps(variables))
        if size > limits.variables:
            raise LimitExceeded("variables bytes", size, limits.variables, status=413)


def _nesting(value: Any) -> int:
    levels = 0
    level = [value]
    while level:
        levels += 1
        inner = (item for each in level for item in (each.values() if isinstance(each, dict) else each))
        level = [item for item in inner if isinstance(item, dict | list)]
    return levels


def _call(parsed: dict[str, Any], *, reading: bool) -> Call:
    query = _optional(parsed, "query", str, "a string")
    operation = _optional(parsed, "operationName", str, "a string")
    variables = _optional(parsed, "variables", dict, "an object")
    extensions = _optional(parsed, "extensions", dict, "an object")
    digest = _digest(parsed.get("documentId"), extensions or {})
    if query is None and digest is None:
        raise Refusal("BAD_REQUEST", 'The request has no "query": send a GraphQL document in it.')
    return Call(query or None if digest else query, digest, operation, variables or {}, reading)


def _optional(parsed: dict[str, Any], name: str, kind: type, described: str) -> Any:
    value = parsed.get(name)
    if value is not None and not isinstance(value, kind):
        raise Refusal("BAD_REQUEST", f'"{name}" must be {described}.')
    return value


def _digest(document_id: Any, extensions: Mapping[str, Any]) -> str | None:
    """Return the sha256 that stands for a document, from ``documentId`` or the persistedQuery extension."""
    if document_id is not None:
        if not isinstance(document_id, str):
            raise Refusal("BAD_REQUEST", '"documentId" must be a string.')
        return document_id.removeprefix("sha256:")
    persisted = extensions.get("persistedQuery")
    if persisted is None:
        return None
    if not isinstance(persisted, dict) or not isinstance(persisted.get("sha256Hash"), str):
        raise Refusal("BAD_REQUEST", "The extension persistedQuery names a document by its sha256Hash.")
    if persisted.get("version") != 1:
        advice = "Of the extension persistedQuery, version 1 is known."
        raise Refusal("PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported", advice=advice)
    return persisted["sha256Hash"]  # type: ignore[no-any-return]
