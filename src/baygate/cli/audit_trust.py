"""What the audit log is believed by: the root document in force, and heads that were kept in files."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import asyncpg
import orjson

from baygate.access.documents.library import remembered
from baygate.access.documents.root import LogKey, RootDocument
from baygate.access.facts import Facts
from baygate.audit.heads import BadHead
from baygate.audit.heads_held import CertifiedHeads, Kept
from baygate.audit.keys import HEADS
from baygate.cli.console import Failure
from baygate.cli.policy_files import bytes_of, explained
from baygate.cli.policy_store import now
from baygate.settings import SettingsError, load
from baygate.storage import documents
from baygate.storage.documents import ROOT, StoredDocument

_NOTHING = Facts({}, frozenset())
"""A root document says nothing of types that would have to be known."""


def trusted_root(pinned: bytes, stored: Iterable[StoredDocument] = ()) -> RootDocument:
    """Return the newest root document that the pinned one leads to; raise Failure."""
    roots = [each for each in stored if each.kind == ROOT]
    trusted, _ = explained("The root document", lambda: remembered(pinned, roots, _NOTHING, now()))
    return trusted.root.document


async def head_keys(connection: asyncpg.Connection, pinned: bytes) -> Mapping[str, LogKey]:
    """Return the keys that heads are signed with, as the root document in force certifies them; raise Failure."""
    certified = trusted_root(pinned, await documents.every(connection)).log_keys(HEADS)
    if not certified:
        raise Failure(
            "The root document certifies no key that heads of the log are signed with: nothing could be proven.",
            "`baygate key show --use heads` prints what belongs into it (logKeys).",
        )
    return certified


def kept_heads(files: Iterable[Path], certified: Mapping[str, LogKey]) -> list[Kept]:
    """Read heads that were kept in files; raise Failure for what is none."""
    heads = CertifiedHeads(certified)
    kept = []
    for file in files:
        try:
            kept.append(Kept(f"the head in {file}", heads.read(_text(bytes_of(file)))))
        except BadHead as error:
            raise Failure(f"{file} holds no head of a log that could be trusted: {error}.") from None
    return kept


def settings_head(config: Path | None) -> list[Path]:
    """Return the file in which this machine keeps the newest head that it saw, if there are settings and the file."""
    try:
        file = load(config).audit.head
    except SettingsError:
        if config is not None:
            raise
        return []
    return [file] if file.exists() else []


def _text(body: bytes) -> str:
    """Return the JWS in a file: alone, or as the member ``head`` of an object, such as of evidence."""
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return body.decode(errors="replace").strip()
    return str(said.get("head")) if isinstance(said, dict) else ""
