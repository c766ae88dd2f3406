"""Keyed hashes of what may be compared but not kept: identity numbers, names, bank accounts."""

import hashlib
import hmac


def keyed_hash(key: bytes, text: str) -> str:
    """Return HMAC-SHA-256 (RFC 2104) of normalised ``text`` in lower-case hexadecimal; one key per use."""
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
