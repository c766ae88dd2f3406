"""Sample queries: what to try first. They come with the package, and each runs as it stands in the sample world."""

from functools import cache
from importlib.resources import files
from typing import Any

import orjson

_SAMPLES = files("baygate.portal") / "samples"


@cache
def samples() -> list[dict[str, Any]]:
    """Return the samples, each with its query."""
    listed = orjson.loads((_SAMPLES / "samples.json").read_bytes())
    return [{**each, "query": (_SAMPLES / f"{each['id']}.graphql").read_text(encoding="utf-8")} for each in listed]
