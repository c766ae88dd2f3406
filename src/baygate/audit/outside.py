"""The head kept outside the database: the newest one that this machine saw, so that an older log is noticed.

A database restored from a backup looks sound to itself, and so does one whose log was written anew or cut. What it
lacks is told by a file that was not restored with it.

1. The first head that is seen is kept. From then on one takes its place only if the log begins with what was kept,
   which is proved with the database's own tiles; who passes another tree has no proof.
2. A database whose log is shorter, or another, is not to be used until an operator has said which one is right
   (``baygate audit accept``). He names the database's head, and what was kept before he said so counts no more.
3. All workers of a machine keep one file. It is replaced as a whole, and only by who has seen what he replaces.
"""

import asyncio
import contextlib
import fcntl
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import asyncpg
import orjson

from baygate.access import jose
from baygate.access.jose import BadToken, PublicKey
from baygate.audit import heads, statement, tiles
from baygate.audit.entry import moment
from baygate.audit.heads import BadHead, Head, read_head
from baygate.audit.merkle import consistency_path, root, verify_consistency
from baygate.audit.tiles import TreeDamaged
from baygate.errors import OperatorError

NO_HEAD = ""
"""What an operator accepts where the database's log has no head yet."""

_MEMBER = "head"
_LOG = "SELECT log, size FROM audit_log"
_ACCEPTED = "SELECT id, head, accepted_at FROM audit_override ORDER BY id DESC LIMIT 1"
_STATED = """
SELECT r.entry FROM audit_shard s JOIN audit_record r ON r.period = s.period AND r.shard = s.shard AND r.seq = 0
WHERE s.opened_at = $1
"""


class OutsideError(OperatorError):
    """The database's log is not held to be what this machine has seen of it."""


class BehindTheOutside(OutsideError):
    """The database's log ends before what was seen of it."""


class Inconsistent(OutsideError):
    """The database's log is another than the one that was seen, or was changed."""


class Unreadable(OutsideError):
    """What was kept cannot be read."""


class Outside:
    """The newest head that this machine saw, in a file; ``keys`` are those that sign heads, by their names."""

    def __init__(self, file: Path, keys: Mapping[str, PublicKey]) -> None:
        self._file = file
        self._keys = keys

    def kept(self) -> Head | None:
        """Return the head that is kept, if one is; raise Unreadable."""
        text = self._text()
        return None if text is None else self._read(text)

    async def advance(self, connection: asyncpg.Connection, head: Head | None) -> None:
        """Keep the database's newest head, none if it has none, unless a newer one of the same log is kept.

        Raise BehindTheOutside or Inconsistent if the log is not what was seen before, and no operator has accepted
        that it is not; Unreadable; OSError if it cannot be kept.
        """
        while True:
            text = self._text()
            kept = None if text is None else self._read(text)
            if kept is None and head is None:
                return
            if kept is not None:
                problem = await self._problem(connection, kept, head)
                if problem is not None and not await self._accepted(connection, kept, head):
                    raise problem
                if problem is None and (head is None or head.size <= kept.size):
                    return
            if await asyncio.to_thread(self._replace, text, head):
                return

    async def hold(self, connection: asyncpg.Connection) -> None:
        """Raise BehindTheOutside or Inconsistent unless the log, signed or not, begins with what is kept; Unreadable.

        An operator who has accepted another log has it signed: what it continues then is the head that he accepted.
        """
        kept = self.kept()
        if kept is None:
            return
        problem = await self._problem(connection, kept, None)
        if problem is not None and not await self._accepted(
            connection, kept, await heads.newest(connection, self._keys)
        ):
            raise problem

    async def _problem(self, connection: asyncpg.Connection, kept: Head, head: Head | None) -> OutsideError | None:
        """Return why the database's log is not what was seen of it, if it is not."""
        log, size = await connection.fetchrow(_LOG) or (None, 0)
        if log != kept.log or (head is not None and head.log != log):
            return self._inconsistent(f"it is the log {log}, and this machine has seen the log {kept.log}")
        if size < kept.size:
            return BehindTheOutside(
                f"The audit log in the database has {size} records, and this machine has seen {kept.size} of it "
                f"({self._file}, {kept.at:%Y-%m-%d %H:%M:%S} UTC): it was cut, or an older database was restored.",
                "Restore the newer database. If it is lost, run: baygate audit accept",
            )
        try:
            consistent = await _consistent(connection, kept, head)
        except TreeDamaged as damaged:
            return self._inconsistent(damaged.what)
        if not consistent:
            return self._inconsistent(f"its first {kept.size} records are not those that this machine has seen")
        return None

    def _inconsistent(self, why: str) -> Inconsistent:
        return Inconsistent(
            f"The audit log in the database is not the one of which {self._file} keeps a head: {why}.",
            "Look for the first record that was changed: baygate audit verify. If this log is the right one all the "
            "same, run: baygate audit accept",
        )

    async def _accepted(self, connection: asyncpg.Connection, kept: Head, head: Head | None) -> bool:
        """Whether an operator has accepted, since what was kept, this very head or one that it continues.

        A word from before that counts no more: it may have been restored together with the older log.
        """
        row = await connection.fetchrow(_ACCEPTED)
        if row is None or row["accepted_at"] <= kept.at or not await self._stated(connection, row):
            return False
        if head is None:
            return bool(row["head"] == NO_HEAD)
        with contextlib.suppress(BadHead, TreeDamaged):
            accepted = read_head(row["head"], self._keys)
            same = accepted.log == head.log and accepted.size <= head.size
            return same and await _consistent(connection, accepted, head)
        return False

    async def _stated(self, connection: asyncpg.Connection, row: asyncpg.Record) -> bool:
        """Whether the log has the operator's word, signed: a row by itself anybody can write who has the database."""
        expected = {
            "log": str(await connection.fetchval("SELECT log FROM audit_log")),
            "kind": statement.ACCEPT,
            "at": moment(row["accepted_at"]),
            "override": row["id"],
            "head": row["head"],
        }
        for entry in await connection.fetch(_STATED, row["accepted_at"]):
            told = self._signed(entry["entry"])
            said = told.get("said")
            if isinstance(said, dict) and {**said, **told}.items() >= expected.items():
                return True
        return False

    def _signed(self, entry: bytes) -> Mapping[str, Any]:
        """Return what is signed in a record by a key that signs heads; nothing if nothing is."""
        with contextlib.suppress(ValueError, BadToken):
            record = orjson.loads(entry)
            signed = record.get("signed") if isinstance(record, dict) else None
            token = jose.read(str(signed).encode(), statement.TYPE)
            kid = token.header.get("kid")
            if isinstance(kid, str) and kid in self._keys:
                return token.verify(self._keys[kid])
        return {}

    def _text(self) -> str | None:
        with contextlib.suppress(FileNotFoundError):
            return self._file.read_text(encoding="utf-8", errors="replace")
        return None

    def _read(self, text: str) -> Head:
        try:
            said = orjson.loads(text)
            if not isinstance(said, dict) or said.keys() != {_MEMBER} or not isinstance(said[_MEMBER], str):
                raise BadHead("it does not hold a head, and nothing else")
            return read_head(said[_MEMBER], self._keys)
        except (ValueError, BadHead) as error:
            raise Unreadable(
                f"{self._file} does not hold a head of the audit log: {error}.",
                "Restore it from your backup. If that is lost, see that the log is whole (baygate audit verify) and "
                "remove the file.",
            ) from None

    def _replace(self, before: str | None, head: Head | None) -> bool:
        """Keep a head in the place of what was there ``before``; return whether that was still there."""
        with self._alone():
            if self._text() != before:
                return False
            if head is None:
                self._file.unlink(missing_ok=True)
                return True
            draft = self._file.with_suffix(f".{os.getpid()}.new")
            with draft.open("wb") as opened:
                opened.write(orjson.dumps({_MEMBER: head.signed}))
                opened.flush()
                os.fsync(opened.fileno())
            draft.replace(self._file)
            self._make_durable()
        return True

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Let no other worker of this machine write."""
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._file.with_suffix(".lock").open("wb") as opened:
            fcntl.flock(opened, fcntl.LOCK_EX)
            yield

    def _make_durable(self) -> None:
        """Make the file's new content outlive the machine's fall: its name is in the directory."""
        directory = os.open(self._file.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


async def _consistent(connection: asyncpg.Connection, kept: Head, head: Head | None) -> bool:
    """Whether the tiles begin with what was kept, and with the database's head; raise TreeDamaged."""
    if head is None:
        return await tiles.computed(connection, lambda hashes: root(kept.size, hashes)) == kept.root
    older, newer = sorted((kept, head), key=lambda each: each.size)
    path, found = await tiles.computed(
        connection, lambda hashes: (consistency_path(older.size, newer.size, hashes), root(newer.size, hashes))
    )
    return found == newer.root and verify_consistency(older.size, newer.size, older.root, newer.root, path)
