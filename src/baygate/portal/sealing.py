"""What the explorer's cookies hold is sealed: whoever has one can neither read nor change it.

JWE compact (RFC 7516), ``dir`` with A256GCM; joserfc takes no other spelling of the same bytes. Each use has a key of
its own, derived from the hub's ``session`` key (HMAC-SHA-256 of the use), so that
what was sealed for one is nothing for another.
"""

import hmac
import json
from collections.abc import Mapping
from time import time
from typing import Any

import orjson
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

LONGEST = 3_900
"""Bytes of what is sealed: a cookie has 4,096 with its name and attributes."""

_HEADER = {"alg": "dir", "enc": "A256GCM"}
_ALGORITHMS = ["dir", "A256GCM"]
_UNTIL = "exp"


class TooLong(Exception):
    """There is more to seal than a cookie takes."""


class Seal:
    """Seals for one ``use``."""

    def __init__(self, secret: bytes, use: str) -> None:
        self._key = OctKey.import_key(hmac.digest(secret, f"baygate explorer {use}".encode(), "sha256"))

    def seal(self, content: Mapping[str, Any], until: float) -> str:
        """Seal JSON that is good ``until`` a moment; raise TooLong."""
        plain = orjson.dumps({**content, _UNTIL: until})
        sealed = jwe.encrypt_compact(_HEADER, plain, self._key, algorithms=_ALGORITHMS)
        if len(sealed) > LONGEST:
            raise TooLong
        return sealed

    def open(self, sealed: str) -> Mapping[str, Any] | None:
        """Return what was sealed; None if it is over, or was not sealed here for this use."""
        try:
            if len(sealed) > LONGEST:
                return None
            opened = jwe.decrypt_compact(sealed, self._key, algorithms=_ALGORITHMS)
            content: dict[str, Any] = json.loads(opened.plaintext or b"")
        except (JoseError, ValueError):
            return None
        return content if time() < content.pop(_UNTIL) else None
