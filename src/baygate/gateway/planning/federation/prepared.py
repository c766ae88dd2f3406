"""A request made ready: all that can be known of it before the first time that it is made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from baygate.gateway.planning.federation.document import Document, Part
from baygate.gateway.planning.federation.fetch_plan import Request
from baygate.gateway.planning.federation.resident import ResidentRequest


@dataclass(frozen=True)
class Asking:
    """What guards have to know of who asks: his attributes, and the keys of hashes."""

    attributes: Mapping[str, str]
    key: Callable[[str], bytes]


Guard = Callable[[Any, Asking], Any]
"""Returns what may leave of a value that a source answered."""


@dataclass(frozen=True)
class Prepared:
    """A request with its document, ready to be made many times.

    ``head`` is the body up to its variables' values; ``guards`` are those of the fetches in it. One to the hub's own
    source has no document, but ``resident`` statements.
    """

    request: Request
    document: Document
    head: bytes
    guards: tuple[Guard | None, ...]
    resident: ResidentRequest | None = None

    @classmethod
    def of(cls, request: Request, document: Document, guards: tuple[Guard | None, ...] = ()) -> "Prepared":
        """Return a request to a remote source prepared."""
        head = b'{"query":%s,"variables":' % orjson.dumps(document.text)
        return cls(request, document, head, guards or (None,) * len(document.parts))

    @classmethod
    def within(cls, request: Request, parts: tuple[Part, ...], resident: ResidentRequest) -> "Prepared":
        """Return a request to the hub's own source prepared."""
        return cls(request, Document("", {}, parts), b"", (None,) * len(parts), resident)
