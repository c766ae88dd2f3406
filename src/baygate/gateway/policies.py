"""Policies as one worker has them: what is in force, as the database has it, and what that gives whoever asks.

1. What is in force follows from the pinned root of the settings and the stored documents; each is verified again by
   this worker. New documents are taken in a thread, and take effect at once for all requests that come after.
2. A database whose documents are behind the heads that this hub has seen before grants nothing, until an operator has
   accepted that (``baygate policy accept-rollback``).
3. What is in force ends at its own moment, whether or not anybody hears of it. So do trust lists, which come by the
   same way; a database that lacks one is older, too, but one whose newest list fails is not: it recognises nobody.
"""

import asyncio
import contextlib
import datetime
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import asyncpg

from baygate.access.access import Access
from baygate.access.compile import Who, compiled, who
from baygate.access.documents import heads
from baygate.access.documents.heads import Heads, heads_of
from baygate.access.documents.in_force import in_force, nothing, recognising, unrecognising
from baygate.access.documents.library import remembered, stored_heads
from baygate.access.documents.refusal import Refused
from baygate.access.documents.rules import InForce
from baygate.access.documents.trust import TakenList, Trusted
from baygate.access.facts import Facts
from baygate.access.principal import Principal
from baygate.storage import documents
from baygate.storage.documents import DOCUMENTS_CHANGED, StoredDocument

log = logging.getLogger("baygate.policies")

_KEPT = 2_048
"""Principals whose access is kept; mostly few, since many share one class."""


class Policies:
    """The policies of one worker."""

    def __init__(
        self,
        root: Path | None,
        kept_heads: Path,
        facts: Facts,
        clock: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.UTC),
        on_lists: Callable[[tuple[TakenList, ...]], None] = lambda _: None,
    ) -> None:
        self._root = root
        self._kept_heads = kept_heads
        self.facts = facts
        self._clock = clock
        self.on_lists = on_lists
        """Told of the trust lists that count, each time that what is in force has changed."""
        self._stale = True
        self._trusted: Trusted | None = None
        self._in_force = nothing("No policies were read yet: everything is withheld.")
        self._problems: tuple[str, ...] = ()
        self._decided: dict[object, tuple[Who, Access]] = {}
        self._authorised: dict[int, tuple[Principal, Principal, Access]] = {}

    @property
    def in_force(self) -> InForce:
        """What is in force now."""
        if self._trusted is not None and self._clock() >= self._in_force.valid_until:
            self._take(self._trusted)
        return self._in_force

    @property
    def lists(self) -> tuple[TakenList, ...]:
        """The trust lists that count now."""
        return () if self._trusted is None else recognising(self._trusted, self._clock())

    @property
    def fatal(self) -> str | None:
        """Why everything is withheld, if it is."""
        return next(iter(self.in_force.problems), None)

    @property
    def problems(self) -> tuple[str, ...]:
        """What stops some grants, or recognition by a trust list, in words for the operator."""
        lists = {} if self._trusted is None else unrecognising(self._trusted, self._clock())
        owners = (problem for owner in self.in_force.owners for problem in owner.problems)
        return (*self._problems, *owners, *lists.values())

    def take_facts(self, facts: Facts) -> None:
        """Read the documents by what the contract says now: other sources add to it, or none do any more."""
        self.facts = facts
        self._stale = True
        self._decided, self._authorised = {}, {}

    def asking(self, principal: Principal) -> Who:
        """Return what policies can name of a principal."""
        return self._decide(principal, self.in_force)[0]

    def authorise(self, principal: Principal) -> tuple[Principal, Access]:
        """Return the principal as the root document knows him, and what the policies in force give him."""
        in_force = self.in_force
        # one token's principal is one object, and kept here it stays the only one of its number
        before, known, access = self._authorised.get(id(principal), (None, principal, None))
        if before is not principal or access is None:
            asking, access = self._decide(principal, in_force)
            known = replace(principal, jurisdiction=asking.jurisdiction, attributes=asking.attributes)
            if len(self._authorised) >= _KEPT:
                self._authorised.clear()
            self._authorised[id(principal)] = principal, known, access
        return known, access

    def _decide(self, principal: Principal, in_force: InForce) -> tuple[Who, Access]:
        key = (
            principal.agency, principal.jurisdiction, principal.party, principal.roles, principal.scopes,
            principal.purpose, principal.assurance,
        )  # fmt: skip
        decided = self._decided.get(key)
        if decided is None:
            if len(self._decided) >= _KEPT:
                self._decided.clear()
            asking = who(principal, in_force)
            decided = self._decided[key] = asking, compiled(in_force, asking, self.facts)
        return decided

    @property
    def channels(self) -> Mapping[str, Callable[[str], None]]:
        """What to do with a word of new documents."""
        return {DOCUMENTS_CHANGED: self._changed}

    async def begin(self, connection: asyncpg.Connection) -> None:
        """Read all anew."""
        self._stale = True
        await self.refresh(connection)

    async def refresh(self, connection: asyncpg.Connection) -> None:
        """Read the documents if there are new ones."""
        if not self._stale:
            return
        self._stale = False
        await self._read_anew(connection)

    async def _read_anew(self, connection: asyncpg.Connection) -> None:
        if self._root is None:
            self._withhold("The settings name no root document (policies.root)")
            return
        stored = await documents.every(connection)
        accepted = await documents.accepted_rollback(connection)
        try:
            trusted, problems = await asyncio.to_thread(self._read, self._root, stored)
        except (OSError, Refused) as refused:
            self._withhold(f"The root document {self._root} is not taken: {refused}")
            return
        for problem in problems:
            log.warning("%s", problem)
        self._problems = problems
        self._hold_against_heads(trusted, stored, accepted)

    def _read(self, root: Path, stored: list[StoredDocument]) -> tuple[Trusted, tuple[str, ...]]:
        return remembered(root.read_bytes(), stored, self.facts, self._clock())

    def _hold_against_heads(self, trusted: Trusted, stored: list[StoredDocument], accepted: str | None) -> None:
        found, seen = heads_of(trusted), self._seen()
        behind = stored_heads(trusted, stored).behind(seen)
        if behind and accepted != found.text():
            self._trusted = None
            self._withhold(
                f"The database is older than what this hub has seen: {'; '.join(behind)}. Restore the newer one, or "
                "run: baygate policy accept-rollback"
            )
            return
        self._take(trusted)
        self._keep(found if behind else found.joined(seen))

    def _seen(self) -> Heads:
        with contextlib.suppress(FileNotFoundError):
            return heads.parse(self._kept_heads.read_text(encoding="utf-8"))
        return Heads()

    def _keep(self, seen: Heads) -> None:
        text = seen.text()
        with contextlib.suppress(FileNotFoundError):
            if self._kept_heads.read_text(encoding="utf-8") == text:
                return
        self._kept_heads.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self._kept_heads.with_suffix(f".{os.getpid()}.new")
        draft.write_text(text, encoding="utf-8")
        draft.replace(self._kept_heads)

    def _take(self, trusted: Trusted) -> None:
        self._trusted = trusted
        self._in_force = in_force(trusted, self._clock())
        self._decided, self._authorised = {}, {}
        for problem in (
            *self._in_force.problems,
            *(each for owner in self._in_force.owners for each in owner.problems),
        ):
            log.warning("%s", problem)
        self.on_lists(self.lists)

    def _withhold(self, problem: str) -> None:
        log.error("%s: everything is withheld", problem)
        self._trusted = None
        self._in_force = nothing(f"{problem}: everything is withheld.")
        self._decided, self._authorised = {}, {}
        self.on_lists(self.lists)

    def _changed(self, _: str) -> None:
        self._stale = True
