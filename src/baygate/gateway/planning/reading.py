"""What an access lets a caller read: each field as it is decided for the providers whose rows are there for him.

The plan (``release.py``) and the schema that he sees (``gateway/visible.py``) ask the same here, so that he is shown
nothing that is withheld, and is withheld nothing that he is not told of.
"""

from dataclasses import dataclass

from graphql import GraphQLNonNull, GraphQLObjectType, GraphQLSchema

from baygate.access.access import Access
from baygate.access.decision import WITHHELD, ByProvider, Decision
from baygate.sources.binding import Binding, Expression, Relation, Verdict

QUERY = "Query"


@dataclass(frozen=True)
class Reading:
    """One access over the contract and its binding."""

    access: Access
    binding: Binding
    schema: GraphQLSchema

    def there(self, owner: str) -> bool:
        """Whether a row of a concrete type could be there."""
        return any(self.access.rows(owner).every())

    def decisions(self, owner: str, name: str) -> ByProvider[Decision]:
        """Return what is decided for the providers whose rows are there, folded to one if all agree."""
        asked, rows = self.access.decide(owner, name), self.access.rows(owner)
        needs = self._needs(owner, name)
        providers = {*asked.decided, *rows.decided, *(each for need in needs for each in need.decided)}
        decided = {
            each: _combined(asked.of(each), [need.of(each) for need in needs])
            for each in sorted(providers)  # whose reason is told does not depend on how a set is ordered
            if rows.of(each)
        }
        if rows.otherwise:
            otherwise = _combined(asked.otherwise, [need.otherwise for need in needs])
            return ByProvider(
                {each: decision for each, decision in decided.items() if decision != otherwise}, otherwise
            )
        distinct = set(decided.values())
        return ByProvider({}, distinct.pop()) if len(distinct) == 1 else ByProvider(decided, WITHHELD)

    def present(self, owner: str, decisions: ByProvider[Decision]) -> list[tuple[str, Decision]]:
        """Return the decisions of the providers whose rows are there, the rest under the empty name."""
        rows = self.access.rows(owner)
        present = [(each, decision) for each, decision in decisions.decided.items() if rows.of(each)]
        return [*present, ("", decisions.otherwise)] if rows.otherwise or not decisions.decided else present

    def plainly(self, owner: str, name: str) -> bool:
        """Whether the caller sees the field as it is in every row that is there; keys that the contract hides pass."""
        if name not in self._type(owner).fields or not self.there(owner):
            return True
        return all(each.plain for _, each in self.present(owner, self.decisions(owner, name)))

    def something(self, owner: str, name: str) -> bool:
        """Whether a field of a bound type gives something, were it of one row.

        It gives nothing at all if it may not be null and lacks to some rows, nor if it leads to objects and is
        transformed.
        """
        present = [each for _, each in self.present(owner, self.decisions(owner, name))]
        if self.required(owner, name) and any(each.lossy for each in present):
            return False
        known = self.binding.objects.get(owner)
        leads = known is not None and isinstance(known.fields.get(name), Relation)
        return any(not (leads and release.transform) for each in present for release in each.releases)

    def enters(self, name: str) -> bool:
        """Whether an entry point is open.

        A verdict must be granted. One to rows is open unless something closes it: what is there, their own decisions
        say.
        """
        entries = self.access.types.get(QUERY)
        decided = isinstance(self.binding.roots.get(name), Verdict) or (entries is not None and name in entries.fields)
        return not decided or all(each.plain for each in self.access.decide(QUERY, name).every())

    def required(self, owner: str, name: str) -> bool:
        """Whether the contract says that a field is never null."""
        return isinstance(self._type(owner).fields[name].type, GraphQLNonNull)

    def _needs(self, owner: str, name: str) -> list[ByProvider[Decision]]:
        known = self.binding.objects.get(owner)
        bound = known.fields.get(name) if known else None
        return [self.access.decide(owner, need) for need in bound.needs] if isinstance(bound, Expression) else []

    def _type(self, owner: str) -> GraphQLObjectType:
        type_ = self.schema.get_type(owner)
        assert isinstance(type_, GraphQLObjectType)  # noqa: S101 - a concrete type
        return type_


def _combined(own: Decision, needs: list[Decision]) -> Decision:
    """Return the decision for a value computed from others: plain if all are plain, else withheld."""
    lacking = [need for need in needs if not need.plain]
    return Decision((), lacking[0].withholding) if lacking else own
