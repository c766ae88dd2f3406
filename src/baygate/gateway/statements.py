"""Statements run for one who asks: what they need is bound, cursors are opened before and sealed afterwards.

The facts in their texts are taken out and counted: what leaves here is JSON.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from baygate.access.principal import Principal
from baygate.gateway.cursor import Cursors
from baygate.gateway.seen import Seen
from baygate.sources.resident.binder import Bound, binder, columns
from baygate.sources.resident.dispatcher import Dispatcher
from baygate.sources.resident.pages import Page
from baygate.sources.resident.statement import CompiledFetch, Statement
from baygate.storage.keys import Keys


@dataclass(frozen=True)
class Asker:
    """One request: who asks, with which variables, under which access, and what he has been given so far."""

    principal: Principal
    variables: Mapping[str, Any]
    access_class: str
    seen: Seen = field(default_factory=Seen)


class Statements:
    """Runs compiled fetches on the hub's own records."""

    def __init__(self, dispatcher: Dispatcher, cursors: Cursors, keys: Keys) -> None:
        self._dispatcher = dispatcher
        self._cursors = cursors
        self._keys = keys

    async def one(self, fetch: CompiledFetch, asker: Asker) -> bytes:
        """Return the JSON text that a fetch from ``Query`` answers."""
        statement = fetch.statement
        values = fetch.bind(self._bound(statement.pages, asker))
        return self._plain(await self._dispatcher.answer(fetch, values), statement, asker)

    async def entities(
        self, statement: Statement, keys: Iterable[Sequence[Any]], asker: Asker
    ) -> list[tuple[int, bytes]]:
        """Return the JSON texts of those entities that are there, each with its place among ``keys``."""
        bind = binder(statement.slots)
        rows = [bind(self._bound(statement.pages, asker, each)) for each in keys]
        found = await self._dispatcher.rows(statement, columns(statement.slots, rows))
        return [(ordinality - 1, self._plain(text, statement, asker)) for ordinality, text in found]

    def _plain(self, text: bytes, statement: Statement, asker: Asker) -> bytes:
        text = asker.seen.take(text, statement.marks)
        if not statement.pages:
            return text
        return self._cursors.seal(text, statement.pages, asker.variables, asker.access_class)

    def _bound(self, pages: Sequence[Page], asker: Asker, representation: Sequence[Any] = ()) -> Bound:
        def place(page: int, cursor: str) -> Sequence[Any]:
            return self._cursors.open(cursor, pages[page], asker.variables, asker.access_class)

        return Bound(asker.variables, asker.principal.attributes, self._keys.derived, place, representation)
