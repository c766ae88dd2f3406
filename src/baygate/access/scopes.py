"""The first gate on a field: the scopes that the contract demands for it (``@requiresScopes``), at its concrete type.

Rules:

1. A field's requirement is an OR of ANDs. It holds if the token has every scope of any one alternative.
2. Requirements add up (AND): of the field, of the same field in each interface of its type, of its type itself, and
   of the type that it gives. Asked through an interface or a fragment, a field stands on its concrete type all the
   same (the lesson of Apollo's GHSA-mx7m-j9xf-62hw, and of federation#3321, where merging turned OR into AND).
3. A field whose requirement does not hold is withheld, and names the scopes that are missing to the nearest
   alternative.
4. In schemas of remote sources ``@policy`` names roles that a caller must have, as the source's agency gives them out;
   ``@authenticated`` holds of everybody, since the hub answers nobody whom it does not know.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from graphql import (
    DirectiveNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    value_from_ast_untyped,
)

from baygate.access.access import Access, TypeAccess
from baygate.access.decision import ByProvider, Decision, Withholding

Requirement = frozenset[frozenset[str]]
"""Alternatives, each a set of scopes that are needed together; no alternative at all means no requirement."""

NOTHING: Requirement = frozenset()
POLICY = "role "
"""Before the name of a role that ``@policy`` demands; no scope has a space in it (RFC 6749, section 3.3)."""
_KEPT = 512


def requirements(schema: GraphQLSchema) -> Mapping[str, Mapping[str, Requirement]]:
    """Return what each field of each concrete type demands; fields that demand nothing are left out."""
    demanded: dict[str, dict[str, Requirement]] = {}
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__"):
            fields = {name: _demanded(type_, name, each) for name, each in type_.fields.items()}
            demanded[type_.name] = {name: each for name, each in fields.items() if each}
    return demanded


class Gates:
    """The scopes' gate before another access: what it gives, less the fields that the scopes do not open."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.demanded = requirements(schema)
        self.scopes = frozenset(
            scope
            for fields in self.demanded.values()
            for requirement in fields.values()
            for each in requirement
            for scope in each
        )
        self._made: dict[object, Access] = {}

    def behind(self, scopes: frozenset[str], access: Access, roles: frozenset[str] = frozenset()) -> Access:
        """Return ``access`` with the fields withheld for which ``scopes`` and ``roles`` do not suffice."""
        scopes = opening(scopes, roles)
        # the same rules may decide for longer, or again, once another document has ended or begun
        times = access.valid_from, access.valid_until
        key = (scopes & self.scopes, access.access_class, access.policy_version, *times)
        known = self._made.get(key)
        if known is None:
            if len(self._made) >= _KEPT:
                self._made.clear()
            known = self._made[key] = self._make(key[0], access)
        return known

    def _make(self, scopes: frozenset[str], access: Access) -> Access:
        types = dict(access.types)
        for name, fields in self.demanded.items():
            withheld = {
                field: _withheld(each, scopes)
                for field, each in fields.items()
                if not _holds(each, scopes) and not _closed(access.decide(name, field))
            }
            if withheld:
                known = access.types.get(name) or TypeAccess(access.rows(name))
                types[name] = replace(known, fields={**known.fields, **withheld})
        return Access(access.policy_version, types, access.unmentioned, access.valid_from, access.valid_until)


def _closed(decided: ByProvider[Decision]) -> bool:
    """Whether no scope would help: it is withheld for every provider, and that is the reason to give."""
    return all(each.withheld for each in decided.every())


def opening(scopes: frozenset[str], roles: frozenset[str]) -> frozenset[str]:
    """Return what somebody has that requirements can name: his scopes, and his roles (rule 4)."""
    return scopes | {f"{POLICY}{role}" for role in roles}


def missing(requirement: Requirement, scopes: frozenset[str]) -> tuple[str, ...]:
    """Return the scopes that lack to the alternative to which the fewest lack."""
    lacking = [tuple(sorted(each - scopes)) for each in requirement]
    return min(lacking, key=lambda each: (len(each), each), default=())


def _holds(requirement: Requirement, scopes: frozenset[str]) -> bool:
    return not requirement or any(each <= scopes for each in requirement)


def _withheld(requirement: Requirement, scopes: frozenset[str]) -> ByProvider[Decision]:
    return ByProvider({}, Decision((), Withholding(scopes=missing(requirement, scopes))))


def _demanded(owner: GraphQLObjectType, name: str, field: GraphQLField) -> Requirement:
    combined = NOTHING
    for each in (
        _of(field),
        *(_of(interface.fields[name]) for interface in owner.interfaces if name in interface.fields),
        _of(owner),
        *(_of(interface) for interface in owner.interfaces),
        _of(get_named_type(field.type)),
    ):
        combined = _both(combined, each)
    return combined


def _both(first: Requirement, second: Requirement) -> Requirement:
    if not first or not second:
        return first or second
    together = {one | other for one in first for other in second}
    # an alternative that another one is part of adds nothing
    return frozenset(each for each in together if not any(other < each for other in together))


def _of(definition: GraphQLField | GraphQLNamedType) -> Requirement:
    """Return what directives demand on a definition, as Strawberry or a source's SDL has them; all of them hold."""
    described = (definition.extensions or {}).get("strawberry-definition")
    nodes = [each for each in (definition.ast_node, *getattr(definition, "extension_ast_nodes", ())) if each]
    said = [
        *_directives(getattr(described, "directives", None) or ()),
        *(alternatives for node in nodes for alternatives in _written(node.directives or ())),
    ]
    combined = NOTHING
    for alternatives in said:
        combined = _both(combined, frozenset(frozenset(map(str, each)) for each in alternatives))
    return combined


def _written(directives: Iterable[DirectiveNode]) -> Iterator[Iterable[Iterable[str]]]:
    """Yield what is demanded by directives as SDL has them (rule 4)."""
    for each in directives:
        arguments = {given.name.value: value_from_ast_untyped(given.value) for given in each.arguments or ()}
        match each.name.value:
            case "requiresScopes":
                yield arguments["scopes"]
            case "policy":
                yield [[f"{POLICY}{name}" for name in alternative] for alternative in arguments["policies"]]


def _directives(given: Iterable[object]) -> Iterator[Iterable[Iterable[object]]]:
    for each in given:
        if type(each).__name__ == "RequiresScopes":
            yield each.scopes  # type: ignore[attr-defined]
