"""Which types can be relied on where a value could come from several subgraphs: those that all of them know.

A shared field promises the same value whichever subgraph is asked (``@shareable``). Where the members of a union or
the types of an interface differ between these subgraphs, only what is common to them is asked for, so that an answer
does not depend on the plan that was chosen.
"""

from collections.abc import Iterable
from dataclasses import replace

from baygate.sources.fetch import Selected, Selection
from baygate.sources.supergraph.model import Federation, Graph, Presence, fields_on

Graphs = frozenset[Graph]


class Common:
    """Reduces selections to what is common to all subgraphs that could answer them."""

    def __init__(self, federation: Federation) -> None:
        self._federation = federation
        self._partial = any(
            len({frozenset(each.possible) for each in presences if each.type == name and each.possible}) > 1
            for name, presences in federation.presences.items()
            if federation.abstract(name)
        )

    def root(self, selection: Selection) -> Selection:
        """Return what of an operation's selection can be relied on."""
        if not self._partial:
            return selection
        everywhere = frozenset(each.graph for each in self._federation.presences.get(selection.type, ()))
        return self._selection(selection, everywhere)

    def _selection(self, selection: Selection, graphs: Graphs) -> Selection:
        common = self._types(selection, graphs)
        return replace(
            selection,
            fields={
                owner: tuple(self._field(owner, each, graphs) for each in fields) if owner in common else ()
                for owner, fields in selection.fields.items()
            },
        )

    def _types(self, selection: Selection, graphs: Graphs) -> set[str]:
        """Return the types on which fields may be asked for, of a value that these subgraphs could give."""
        types = set(selection.fields)
        for presence in self._federation.presences.get(selection.type, ()):
            if presence.graph in graphs and presence.possible and self._federation.abstract(selection.type):
                types &= {*presence.possible, selection.type}
        return types

    def _field(self, owner: str, selected: Selected, graphs: Graphs) -> Selected:
        if selected.selection is None:
            return selected
        able = frozenset(
            each.graph
            for each in self._reachable(owner, graphs)
            if (there := each.fields.get(selected.field)) and (there.resolvable or there.requires)
        )
        return replace(selected, selection=self._selection(selected.selection, able or graphs))

    def _reachable(self, owner: str, graphs: Graphs) -> set[Presence]:
        """Return the presences of an object from which a field of it could come."""
        presences = self._federation.presences.get(owner, ())
        reached = {each for each in presences if each.graph in graphs}
        while True:
            more = {each for each in presences if each not in reached and self._entered(owner, each, reached)}
            if not more:
                return reached
            reached |= more

    def _entered(self, owner: str, presence: Presence, reached: Iterable[Presence]) -> bool:
        """Whether a subgraph can be moved to by a key that those already reached can give."""
        given = {name for each in reached for name, there in each.fields.items() if there.resolvable}
        return any(
            key.resolvable and all(each.field in given for each in fields_on(key.selection, owner, presence))
            for key in presence.keys
        )
