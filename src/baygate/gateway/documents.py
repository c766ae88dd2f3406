"""Persisted operations: automatic ones, kept by their sha256 once they proved valid, and trusted ones from a file."""

import hashlib
import logging
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

import orjson

from baygate.gateway.cache import Bounded
from baygate.gateway.call import Call
from baygate.gateway.refusal import Refusal

log = logging.getLogger("baygate.documents")


class Trust(StrEnum):
    """What happens to a document that is not among the trusted: nothing, a line in the log, a refusal."""

    ANY = "any"
    LOG = "log"
    ONLY = "only"


class Documents:
    """Finds the text of a call's document.

    In trusted-documents-only mode nothing but the trusted is known: a text that comes with the request is the trusted
    text itself or refused, and so is a digest, since sending its text along would not help.
    """

    def __init__(self, trusted: Mapping[str, str], trust: Trust, size: int) -> None:
        self._trusted = trusted
        self._trust = trust
        self._kept: Bounded[str] = Bounded(size)

    def find(self, call: Call) -> tuple[str, str]:
        """Return the document's digest and text; raise Refusal if there is none, or none that may be used."""
        if call.query is None:
            assert call.digest is not None  # noqa: S101 - a call has one or the other
            digest = call.digest
            text = self._trusted.get(digest) or self._kept.get(digest)
        else:
            digest, text = digest_of(call.query), call.query
            if call.digest is not None and call.digest != digest:
                raise Refusal("PERSISTED_QUERY_MISMATCH", "The sha256 given is not that of the query.")
        self._admit(digest, known=text is not None)
        if text is None:
            # the message is the protocol's own: clients wait for it, word for word, to send the text
            advice = "No document of this digest is known here; send its text with the digest."
            raise Refusal("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound", advice=advice)
        return digest, text

    def trusts(self, digest: str) -> bool:
        """Whether a document is one of the trusted."""
        return digest in self._trusted

    def keep(self, call: Call, digest: str, text: str) -> None:
        """Keep a document that proved valid, if the caller asked for that by sending its digest along."""
        if call.query is not None and call.digest is not None and digest not in self._trusted:
            self._kept.keep(digest, text, 2 * len(text) + 200)

    def _admit(self, digest: str, *, known: bool) -> None:
        if self._trust is Trust.ANY or digest in self._trusted:
            return
        if self._trust is Trust.LOG:
            if not known:
                return
            log.warning("document %s is not trusted; it would be refused in trusted-documents-only mode", digest)
            return
        raise Refusal(
            "DOCUMENT_NOT_TRUSTED",
            "Only documents that were registered beforehand are answered here.",
            status=403,
        )


def digest_of(text: str) -> str:
    """Return the sha256 of a document's UTF-8 text, in lower-case hexadecimal."""
    try:
        return hashlib.sha256(text.encode()).hexdigest()
    except UnicodeEncodeError:
        raise Refusal("BAD_REQUEST", "The query holds a lone surrogate, which is no character.") from None


def trusted_documents(path: Path) -> Mapping[str, str]:
    """Read trusted documents: a JSON object from digest to text, or a directory of ``.graphql`` files.

    Raise ValueError naming a text that is not the one of its digest.
    """
    if path.is_dir():
        texts = (file.read_text(encoding="utf-8") for file in sorted(path.glob("**/*.graphql")))
        return {digest_of(text): text for text in texts}
    documents: dict[str, str] = orjson.loads(path.read_bytes())
    for digest, text in documents.items():
        if digest_of(text) != digest.removeprefix("sha256:"):
            raise ValueError(f"{path}: the text under {digest} has the sha256 {digest_of(text)}")
    return {digest.removeprefix("sha256:"): text for digest, text in documents.items()}
