"""What of a source's own words a caller of the hub may read.

1. A code (``extensions.code``) passes if it is a name and nothing longer; nothing else of the extensions does.
2. A message passes if there is a code with it that is the source's own: whoever gives one has written for a reader.
   What a framework says of an exception that nobody foresaw has no code, or one of the framework's, and quotes whatever
   failed: a statement, a host, a person's record.
3. A message that names an address passes in no case, nor does one that names the machine on which its source is.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from baygate.sources.supergraph.model import Graph

NO_CODE = "SOURCE_ERROR"
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_OF_FRAMEWORKS = frozenset(
    {NO_CODE, "INTERNAL_SERVER_ERROR", "DOWNSTREAM_SERVICE_ERROR", "GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED"}
)
_ADDRESS = re.compile(
    r"://|\b\d{1,3}(?:\.\d{1,3}){3}\b|\b[A-Za-z][\w.-]*:\d{2,5}\b|(?:[0-9A-Fa-f]{1,4}:){4}|::[0-9A-Fa-f]", re.ASCII
)
_LONGEST = 500


def code(error: Mapping[str, Any]) -> str:
    """Return the code of a source's error."""
    extensions = error.get("extensions")
    given = extensions.get("code") if isinstance(extensions, dict) else None
    return given if isinstance(given, str) and _CODE.fullmatch(given) else NO_CODE


def message(error: Mapping[str, Any], graph: Graph) -> str:
    """Return what is said of a source's error: its own words, if callers may read them."""
    said: str = error["message"]
    if code(error) in _OF_FRAMEWORKS or _ADDRESS.search(said) or (urlsplit(graph.url).hostname or "://") in said:
        return f"The source {graph.name} reported an error."
    return said if len(said) <= _LONGEST else said[:_LONGEST] + "..."
