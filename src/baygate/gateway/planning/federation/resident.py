"""Requests to the hub's own source: what a plan asks of it, as selections that are compiled to SQL.

What the caller asked for has its decisions already. What the plan needs besides (keys, what fields of other sources
require) he may read plainly, else it would not be used on the way; so it is selected as it is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from baygate.access.access import Access, allowed
from baygate.access.decision import ByProvider, Rows
from baygate.gateway.planning.cost import Cost, cost_of
from baygate.gateway.planning.federation.fetch_plan import Asked, FederatedFetch, Node, Request
from baygate.sources.binding import Binding
from baygate.sources.fetch import TYPENAME, Fetch, Selected, Selection
from baygate.sources.resident.statement import CompiledFetch, Statement, entities
from baygate.storage.sources import HUB

_PLAIN = ByProvider({}, allowed("key"))
_TYPENAME = Selected(TYPENAME, TYPENAME, {}, None)


@dataclass(frozen=True)
class ResidentEntities:
    """Entities of the hub that a plan asks for: for each type a statement by one set of key fields, and its cost."""

    fetch: FederatedFetch
    statements: Mapping[str, tuple[tuple[str, ...], Statement, Cost]]


@dataclass(frozen=True)
class ResidentRequest:
    """All that one request asks of the hub: from ``Query``, or of entities."""

    root: CompiledFetch | None = None
    entities: tuple[ResidentEntities, ...] = field(default_factory=tuple)


def resident_request(request: Request, binding: Binding, access: Access, *, coalesces: bool) -> ResidentRequest:
    """Compile a request to the hub."""
    selections = _Selections(binding, access)
    of_entities = [each for each in request.fetches if each.of_entities]
    if of_entities:
        return ResidentRequest(entities=tuple(selections.entities(each) for each in of_entities))
    (fetch,) = request.fetches
    selection = selections.of(fetch.node, None)
    return ResidentRequest(CompiledFetch(Fetch(HUB, selection, merged=True), binding, coalesces=coalesces))


class _Selections:
    def __init__(self, binding: Binding, access: Access) -> None:
        self._binding = binding
        self._access = access

    def entities(self, fetch: FederatedFetch) -> ResidentEntities:
        statements = {}
        for owner, representation in fetch.representations.items():
            keys = tuple(each.field for each in representation.needs[: representation.keys])
            selection = self.of(replace(fetch.node, type=owner), None)
            statement = entities(Fetch(HUB, selection, keys, merged=True), self._binding)
            statements[owner] = (keys, statement, cost_of(selection, self._binding))
        return ResidentEntities(fetch, statements)

    def of(self, node: Node, asked_by: Selection | None) -> Selection:
        """Return what a node asks for, of each concrete type that its values can be and that the caller may meet."""
        concrete = self._concrete(node.type)
        typename = (_TYPENAME,) if node.typename else ()
        fields = {
            owner: (*typename, *(self._selected(each) for each in node.owner_types.get(owner, {}).values()))
            for owner in (concrete or list(node.owner_types))
        }
        if asked_by is not None and asked_by.rows:
            kept = {owner: each for owner, each in fields.items() if owner in asked_by.fields}
            return Selection(node.type, kept, asked_by.rows, asked_by.min_cell)
        rows = self._rows(concrete)
        return Selection(node.type, {owner: each for owner, each in fields.items() if not rows or owner in rows}, rows)

    def _concrete(self, name: str) -> list[str]:
        """Return the governed types that values of a type can be; none of one that only gives structure."""
        if name in self._binding.objects or name in self._binding.abstracts:
            return [each.name for each in self._binding.concrete(name)]
        return []

    def _rows(self, owners: Iterable[str]) -> dict[str, ByProvider[Rows]]:
        rows = {owner: self._access.rows(owner) for owner in owners}
        return {owner: each for owner, each in rows.items() if any(each.every())}

    def _selected(self, asked: Asked) -> Selected:
        selected = asked.selected
        below = None if asked.below is None else self.of(asked.below, selected.selection)
        return replace(selected, key=asked.name, selection=below, decisions=selected.decisions or _PLAIN)
