"""Plan: the fetches of an operation for one shape and one access, compiled, with all that is known beforehand."""

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any

import orjson
from graphql import GraphQLSchema, OperationDefinitionNode, SelectionSetNode

from baygate.access.access import Access
from baygate.access.decision import Withholding
from baygate.gateway.limits import Limits
from baygate.gateway.operation import Operation
from baygate.gateway.planning.cost import Cost, cost_of
from baygate.gateway.planning.decided import Decided, decided_in, decisions_of
from baygate.gateway.planning.federation.across import Across, across, touches
from baygate.gateway.planning.federation.selector import SourcesSelector
from baygate.gateway.planning.reading import Reading
from baygate.gateway.planning.release import Notice, Place, Releaser
from baygate.gateway.planning.selection import Problem, Selector
from baygate.gateway.refusal import Refusal
from baygate.observation import events
from baygate.sources.binding import Binding
from baygate.sources.fetch import TYPENAME, Fetch, Selected, Selection, Value, resolved
from baygate.sources.resident.statement import CompiledFetch, Statement, entities
from baygate.sources.supergraph.contributions import Contributions

RESIDENT = "resident"
ENTITIES = "_entities"
_MOST_ROWS_TO_COALESCE = 1_000
ERRORS = frozenset({"FIELD_WITHHELD", "BAD_USER_INPUT"})
"""Kinds of notices that are errors: something is not there."""
_TOLD = {"FIELD_MASKED", "FIELD_CONDITIONAL", "SMALL_CELL"}
"""Kinds of notices that are no errors."""


@dataclass(frozen=True)
class Supergraph:
    """What plans are made over: the composed schema, and the binding of its resident source."""

    schema: GraphQLSchema
    binding: Binding
    version: str
    contributed: Contributions | None = None
    """What remote sources add; the schema is extended by it."""


Group = tuple[str, tuple[str, ...]]
"""Representations that one statement answers: of one concrete type, by one set of key fields."""


@dataclass
class EntityFetch:
    """Fetches for ``_entities``: one statement for each group that has been met so far.

    Which groups there are is known with the request, so what a caller is told about a group is kept apart.
    """

    key: str
    representations: Value
    selections: Mapping[Group, Selection | None]
    notices: Mapping[Group, tuple[Notice, ...]]
    costs: Mapping[Group, Cost]
    binding: Binding
    _statements: dict[Group, Statement] = field(default_factory=dict)

    def given(self, variables: Mapping[str, Any]) -> list[Any]:
        """Return the representations that came with the request."""
        given = resolved(self.representations, variables)
        return given if isinstance(given, list) else []

    def statement(self, group: Group) -> Statement | None:
        """Return the statement for a group of representations; None if they are withheld."""
        selection = self.selections[group]
        if selection is None:
            return None
        if group not in self._statements:
            _, keys = group
            self._statements[group] = entities(Fetch(RESIDENT, selection, keys), self.binding)
        return self._statements[group]


@dataclass
class Plan:
    """All that a warm request needs.

    ``keys`` are the response keys in order; ``resident`` answers most, or what is ``across`` several sources;
    ``entities`` and ``local`` the rest.
    ``notices`` are the same for every request of this plan; ``tail`` is their text, which follows the data.
    ``decided`` is what becomes of each field asked for, for the tally; ``decisions`` the same by provider, as the audit
    log keeps it once for all requests of this plan.
    """

    keys: tuple[str, ...]
    resident: CompiledFetch | None
    entities: tuple[EntityFetch, ...]
    local: OperationDefinitionNode | None
    cost: Cost
    notices: tuple[Notice, ...]
    tail: bytes
    decided: tuple[Decided, ...]
    decisions: bytes
    access_class: str
    valid_from: datetime.datetime
    valid_until: datetime.datetime
    across: Across | None = None

    @cached_property
    def decisions_digest(self) -> bytes:
        """What records call the decisions: their SHA-256."""
        return sha256(self.decisions).digest()

    @property
    def weight(self) -> int:
        """An estimate of the plan's size in memory, in bytes; mostly its statements."""
        own = 4_000 + len(self.decisions) + 20_000 * len(self.entities)
        statements = 6 * len(self.resident.statement.sql) if self.resident else 0
        return own + statements + (self.across.weight if self.across else 0)

    @cached_property
    def outcomes(self) -> events.Decided:
        """What becomes of fields in an answer, for whoever observes: how many places of each outcome."""
        return events.Decided(Counter(outcome for _, _, outcome in self.decided))

    @property
    def passes_through(self) -> bool:
        """Whether the resident answer is the whole answer, and need not be parsed."""
        return self.resident is not None and not self.entities and self.local is None


def plan(
    operation: Operation, variables: Mapping[str, Any], access: Access, supergraph: Supergraph, limits: Limits
) -> Plan:
    """Plan an operation for the shape of ``variables`` and for one access class. Pure: no I/O, no clock.

    Raise LimitExceeded if the operation unfolds into too much.
    """
    contributed = supergraph.contributed
    selector = (
        Selector(operation, supergraph.schema, variables, limits.compiled_fields)
        if contributed is None
        else SourcesSelector(operation, contributed, variables, limits)
    )
    asked = selector.root()
    releaser = Releaser(access, supergraph.binding, supergraph.schema, selector.problems, contributed)
    (fields,) = asked.fields.values()
    kept = tuple(each for each in fields if _of_sources(each.field, asked.type, supergraph))
    decided = releaser.root(Selection(asked.type, {asked.type: kept}))
    local = [each for each in fields if each not in kept and each.field != ENTITIES]
    cost = cost_of(decided, supergraph.binding, local, supergraph.schema, contributed)
    cost.check(variables, limits)
    references = tuple(
        _entities(each, access, supergraph, selector.problems) for each in fields if each.field == ENTITIES
    )
    notices = tuple(releaser.notices.values())
    goes_across = contributed is not None and touches(decided, contributed)
    reading = Reading(access, supergraph.binding, supergraph.schema)
    return Plan(
        keys=tuple(each.key for each in fields),
        resident=None if goes_across else _resident(decided, supergraph, cost),
        across=across(decided, access, reading, contributed, coalesces=_coalesces(cost))
        if contributed is not None and goes_across
        else None,
        entities=references,
        local=_only(operation.definition, local, selector) if local else None,
        cost=cost,
        notices=notices,
        tail=tail_of(notices),
        decided=decided_in(decided, notices),
        decisions=decisions_of(
            [decided, *(each for reference in references for each in reference.selections.values() if each)],
            [*notices, *(each for reference in references for told in reference.notices.values() for each in told)],
            contributed,
        ),
        access_class=access.access_class,
        valid_from=access.valid_from,
        valid_until=access.valid_until,
    )


def _resident(decided: Selection, supergraph: Supergraph, cost: Cost) -> CompiledFetch | None:
    (fields,) = decided.fields.values()
    if not fields:
        return None
    return CompiledFetch(Fetch(RESIDENT, decided), supergraph.binding, coalesces=_coalesces(cost))


def _coalesces(cost: Cost) -> bool:
    """Whether requests of a plan may be answered together: if each one's rows are few."""
    rows = cost.most_rows()
    return rows is not None and rows <= _MOST_ROWS_TO_COALESCE


def _of_sources(field: str, root: str, supergraph: Supergraph) -> bool:
    """Whether a root field is answered by sources, and not by the hub of itself."""
    if field in supergraph.binding.roots or field == TYPENAME:
        return True
    return supergraph.contributed is not None and supergraph.contributed.agency(root, field) is not None


def _entities(
    selected: Selected, access: Access, supergraph: Supergraph, problems: Mapping[int, Problem]
) -> EntityFetch:
    assert selected.selection is not None  # noqa: S101 - _entities is a list of a union
    decided: dict[Group, Selection | None] = {}
    notices: dict[Group, tuple[Notice, ...]] = {}
    place = Place((selected.key,), listed=True)
    for asked in _referable(selected.selection, supergraph.binding):
        for keys in entity_keys(supergraph.schema, asked.type):
            releaser = Releaser(access, supergraph.binding, supergraph.schema, problems)
            decided[asked.type, keys] = releaser.entity(asked, place, keys)
            notices[asked.type, keys] = tuple(releaser.notices.values())
    representations = selected.arguments.get("representations")
    if representations is None:
        raise Refusal("BAD_USER_INPUT", 'The argument "representations" must not be null.')
    assert not isinstance(representations, Mapping)  # noqa: S101 - it is a list
    nothing = Selection(selected.selection.type, {})
    costs = {group: cost_of(each or nothing, supergraph.binding) for group, each in decided.items()}
    return EntityFetch(selected.key, representations, decided, notices, costs, supergraph.binding)


def _referable(selection: Selection, binding: Binding) -> Iterator[Selection]:
    """Yield what is selected on each type that entities may be said to be of: concrete ones, and their interfaces."""
    for name, fields in selection.fields.items():
        yield Selection(name, {name: fields})
    for abstract in binding.abstracts.values():
        members = {each: selection.fields[each] for each in abstract.members.values() if each in selection.fields}
        if members:
            yield Selection(abstract.name, members)


def entity_keys(schema: GraphQLSchema, name: str) -> tuple[tuple[str, ...], ...]:
    """Return the sets of key fields by which entities of a type can be referred to (``@key``)."""
    definition = schema.get_type(name)
    strawberry_type = (definition.extensions if definition else {}).get("strawberry-definition")
    directives = getattr(strawberry_type, "directives", None) or ()
    return tuple(tuple(str(each.fields).split()) for each in directives if type(each).__name__ == "Key")


def _only(definition: OperationDefinitionNode, fields: list[Selected], selector: Selector) -> OperationDefinitionNode:
    """Return the operation reduced to what the hub itself answers: introspection, ``_service``, its control plane."""
    nodes = [node for each in fields for node in selector.nodes[each.key]]
    return OperationDefinitionNode(
        operation=definition.operation,
        variable_definitions=definition.variable_definitions,
        directives=(),
        selection_set=SelectionSetNode(selections=tuple(nodes)),
        loc=definition.loc,
    )


def tail_of(notices: Iterable[Notice], more_errors: Sequence[Any] = ()) -> bytes:
    """Return what follows the data: the errors, and in the extensions which places are not told in full."""
    notices = tuple(notices)
    errors = [*more_errors] + [_error(each) for each in notices if each.kind in ERRORS]
    masked = [_told(each) for each in notices if each.kind in _TOLD]
    parts = {"errors": errors, "extensions": {"access": masked} if masked else None}
    return b"".join(b',"%s":%s' % (name.encode(), orjson.dumps(part)) for name, part in parts.items() if part)


def _error(notice: Notice) -> dict[str, Any]:
    if notice.kind == "BAD_USER_INPUT":
        return {"message": notice.message, "path": notice.path, "extensions": {"code": notice.kind}}
    withholding = notice.withholding
    helps = {
        name: value for name, value in (("scopes", withholding.scopes), ("purposes", withholding.purposes)) if value
    }
    return {
        "message": f"{notice.coordinate} is withheld: {_reason(withholding)}.",
        "path": notice.path,
        "extensions": {
            "code": notice.kind,
            "coordinate": notice.coordinate,
            "providers": notice.providers,
            "policy": withholding.policy,
            "rule": withholding.rule,
            "helps": helps or None,
        },
    }


def _reason(withholding: Withholding) -> str:
    scopes, purposes = " and ".join(withholding.scopes), " or ".join(withholding.purposes)
    if withholding.policy is None:
        return f"the token lacks the scope {scopes}" if scopes else "no policy in force grants it"
    if withholding.rule:
        return f"{withholding.policy} denies it ({withholding.rule})"
    needed = [*([f"with the scope {scopes}"] if scopes else []), *([f"for the purpose {purposes}"] if purposes else [])]
    return f"{withholding.policy} grants it only {' and '.join(needed) or 'to others'}"


def _told(notice: Notice) -> dict[str, Any]:
    return {
        "path": notice.path,
        "code": notice.kind,
        "coordinate": notice.coordinate,
        "providers": notice.providers,
        "rules": sorted(set(notice.rules)),
        **({"message": notice.message} if notice.message else {}),
    }
