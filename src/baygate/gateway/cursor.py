"""Cursors: sealed on the way out, opened on the way in.

A cursor holds the keys of a row, which the caller may not be allowed to read, so it is encrypted and authenticated
(AES-SIV, RFC 5297: deterministic, the same row gives the same cursor). It is bound to the connection's field, order and
conditions and to the access class; elsewhere it does not open. Keys are padded, so that a cursor's length does not
tell theirs: it would say, for one, whose jurisdiction a party's identifier is of.
"""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from baygate.gateway.refusal import Refusal
from baygate.sources.fetch import resolved
from baygate.sources.resident.pages import CURSOR_MARK, Page

_MARK = CURSOR_MARK.encode()
_MARKED = re.compile(re.escape(_MARK) + rb'(\d+):"((?:[^"\\]|\\.)*)"')
_LONGEST = 2_048
_BLOCK = 128
"""Keys are padded to a multiple of so many bytes; those of most lists fit in one."""


class Cursors:
    """Seals and opens cursors under one key (64 bytes)."""

    def __init__(self, key: bytes) -> None:
        self._siv = AESSIV(key)

    def seal(self, text: bytes, pages: Sequence[Page], variables: Mapping[str, Any], access_class: str) -> bytes:
        """Return the answer with every place in it sealed."""
        if _MARK not in text:  # nobody asked for a cursor
            return text
        bindings = [binding_of(page, variables, access_class) for page in pages]

        def sealed(match: re.Match[bytes]) -> bytes:
            keys = orjson.loads(orjson.loads(b'"%b"' % match[2]))
            return b'"%b"' % self.token(keys, bindings[int(match[1])]).encode()

        return _MARKED.sub(sealed, text)

    def token(self, keys: Sequence[Any], binding: list[bytes]) -> str:
        """Return the cursor for the keys of a row."""
        text = orjson.dumps(keys)
        padded = text + b" " * (-len(text) % _BLOCK)
        return base64.urlsafe_b64encode(self._siv.encrypt(padded, binding)).rstrip(b"=").decode()

    def open(self, cursor: str, page: Page, variables: Mapping[str, Any], access_class: str) -> Sequence[Any]:
        """Return the keys in a cursor; raise Refusal (INVALID_CURSOR) if it is not of this list, order and caller."""
        try:
            if len(cursor) > _LONGEST:
                raise ValueError
            sealed = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
            keys = orjson.loads(self._siv.decrypt(sealed, binding_of(page, variables, access_class)))
        except (ValueError, binascii.Error, InvalidTag):
            raise Refusal(
                "INVALID_CURSOR",
                f"A cursor given to {page.coordinate} is not one of this list in this order, with these conditions and "
                "for this caller. Start again from the first page.",
                coordinate=page.coordinate,
            ) from None
        return keys  # type: ignore[no-any-return]


def binding_of(page: Page, variables: Mapping[str, Any], access_class: str) -> list[bytes]:
    """Return what a cursor of this page is bound to (the associated data of its encryption)."""
    where = {name: resolved(value, variables) for name, value in sorted(page.where.items())}
    return [
        page.coordinate.encode(),
        page.order.encode(),
        orjson.dumps(where, default=str),
        access_class.encode(),
    ]
