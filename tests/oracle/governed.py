"""The oracle under policies: rows that are not there are not found, and a field gives what the interpreter lets out.

What can be judged from the documents alone is judged when an object is entered, before any row is looked at: whether
the arguments read what is not given plainly, whether a field that may not be null could be, and whether a list would
only be a count where small counts are not told.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLNonNull,
    GraphQLObjectType,
    InlineFragmentNode,
    is_abstract_type,
)
from tests.access.interpreter import WITHHELD, Interpreter

from baygate.sources.binding import Binding, Column, Expression, ObjectBinding, One, Paged, Several
from baygate.sources.resident.canonical import json_value, kind_of

from .resolvers import Oracle
from .rows import Record, Rows

RELATED = object()
"""What stands for related objects in a record."""


class Governed:
    """What the interpreter says of the world's rows."""

    def __init__(self, interpreter: Interpreter, binding: Binding, providers: Iterable[str]) -> None:
        self.interpreter = interpreter
        self._binding = binding
        self._providers = tuple(providers)
        self._known: dict[tuple[str, ...], bool] = {}
        self._values: dict[tuple[str, int, str], Any] = {}

    def visible(self, record: Record) -> bool:
        return self.interpreter.visible(record.owner.name, _plain(record))

    def value(self, record: Record, name: str) -> Any:
        """Return what leaves of a field; None for what does not, and for NULL."""
        place = (record.owner.name, id(record.base), name)
        if place not in self._values:
            self._values[place] = self._value(record, name)
        return self._values[place]

    def _value(self, record: Record, name: str) -> Any:
        bound = record.owner.fields[name]
        plain = _plain(record)
        if isinstance(bound, Expression):
            if not all(self.interpreter.always_plain(record.owner.name, n, plain["provider"]) for n in bound.needs):
                return None
            plain[name] = bound.python(*(record.value(record.owner.column(need)) for need in bound.needs))
        elif not isinstance(bound, Column):
            plain[name] = RELATED
        value = self.interpreter.value(record.owner.name, name, plain)
        return None if value is WITHHELD else value

    def present(self, owner: ObjectBinding) -> list[str]:
        """Return the providers of which a row could be there."""
        providers = self._providers if owner.provider is not None else (owner.published_by,)
        return [each for each in providers if self._once("some_rows", owner.name, each)]

    def plainly_read(self, owner: ObjectBinding, name: str) -> bool:
        return all(self._once("always_plain", owner.name, name, each) for each in self.present(owner))

    def always_given(self, owner: ObjectBinding, name: str) -> bool:
        bound = owner.fields[name]
        needs = bound.needs if isinstance(bound, Expression) else ()
        return all(
            self._once("always_given", owner.name, name, provider)
            and all(self._once("always_plain", owner.name, need, provider) for need in needs)
            for provider in self.present(owner)
        )

    def _once(self, question: str, *about: str) -> bool:
        if (question, *about) not in self._known:
            self._known[question, *about] = getattr(self.interpreter, question)(*about)
        return self._known[question, *about]


class GovernedOracle(Oracle):
    """Executes documents over the rows that are there."""

    def __init__(self, oracle: Oracle, access_class: str, governed: Governed) -> None:
        self.__dict__.update(oracle.__dict__)
        self.rows = _Seen(oracle.rows, governed)
        self._access_class = access_class
        self.governed = governed

    def _resolve(self, source: Any, info: Any, **arguments: Any) -> Any:
        name = info.field_name
        if name == "_entities":
            return [self._entered(each, info) for each in arguments["representations"]]
        if isinstance(source, dict):
            return super()._resolve(source, info, **arguments)
        bound = source.owner.fields[name] if isinstance(source, Record) else self._binding.roots[name]
        if isinstance(source, Record):
            value = self.governed.value(source, name)
            if isinstance(bound, Column | Expression):
                return value if value is None or isinstance(value, str) else json_value(_kind(source, bound), value)
            if value is not RELATED:
                return None
        if isinstance(bound, One | Several | Paged) and not self._enterable(bound, info, arguments):
            return None
        found = super()._resolve(source, info, **arguments)
        if isinstance(bound, Paged) and found["totalCount"] < max(self._cells(bound).values(), default=0):
            found["totalCount"] = None
        return found

    def _entered(self, given: Mapping[str, Any], info: Any) -> Record | None:
        owner = self._binding.objects[given["__typename"]]
        keys = given.keys() - {"__typename"}
        readable = all(self.governed.plainly_read(owner, each) for each in keys)
        if not (readable and self.governed.present(owner) and self._whole(owner, info.field_nodes, info)):
            return None
        return self._entity(given)

    def _enterable(self, bound: One | Several | Paged, info: Any, arguments: Mapping[str, Any]) -> bool:
        targets = self._binding.concrete(bound.target)
        contract = info.schema.type_map
        for target in targets:
            for name in _read(bound, arguments):
                if name in contract[target.name].fields and not self.governed.plainly_read(target, name):
                    return False
        there = [each for each in targets if self.governed.present(each)]
        whole = all(self._whole(each, info.field_nodes, info) for each in there)
        return bool(there) and whole and (isinstance(bound, One) or not self._only_counts(bound, info))

    def _cells(self, bound: Several | Paged) -> dict[str, int]:
        """Return of which types that are there a count must not be small, and how large it must be."""
        there = [each for each in self._binding.concrete(bound.target) if self.governed.present(each)]
        cells = {each.name: self.governed.interpreter.smallest_count(each.name) for each in there}
        return {name: size for name, size in cells.items() if size}

    def _only_counts(self, bound: Several | Paged, info: Any) -> bool:
        """Say whether a list would tell how many rows there are by giving nothing of them."""
        nodes = list(info.field_nodes)
        if isinstance(bound, Paged):
            inside = [each for node in nodes for each in _selected(node.selection_set, None, info)]
            if not {each.name.value for each in inside} & {"edges", "nodes", "pageInfo"}:
                return False
            edges = [each for each in inside if each.name.value == "edges"]
            inside += [each for edge in edges for each in _selected(edge.selection_set, None, info)]
            nodes = [each for each in inside if each.name.value in {"nodes", "node"}]
        return any(not self._gives_of_each(self._binding.objects[name], nodes, info) for name in self._cells(bound))

    def _gives_of_each(self, owner: ObjectBinding, nodes: Iterable[FieldNode], info: Any) -> bool:
        type_ = info.schema.type_map[owner.name]
        selected = (each for node in nodes for each in _selected(node.selection_set, type_, info))
        values = [each.name.value for each in selected if each.selection_set is None]
        return any(name != "__typename" and self.governed.always_given(owner, name) for name in values)

    def _whole(self, owner: ObjectBinding, nodes: Iterable[FieldNode], info: Any) -> bool:
        """Say whether no field that may not be null could lack, of an object of one type that ``nodes`` select."""
        type_ = info.schema.type_map[owner.name]
        for each in (each for node in nodes for each in _selected(node.selection_set, type_, info)):
            name = each.name.value
            if name in {"edges", "node", "nodes"}:
                if not self._whole(owner, [each], info):
                    return False
            elif name in type_.fields:
                required = isinstance(type_.fields[name].type, GraphQLNonNull)
                if required and not self.governed.always_given(owner, name):
                    return False
        return True


class _Seen(Rows):
    """The rows that are there."""

    def __init__(self, rows: Rows, governed: Governed) -> None:
        self.__dict__.update(rows.__dict__)
        self._governed = governed
        self._seen: dict[int, bool] = {}

    def records(self, target: str, joined: Mapping[str, Any]) -> Iterator[Record]:
        for each in super().records(target, joined):
            if id(each.base) not in self._seen:
                self._seen[id(each.base)] = self._governed.visible(each)
            if self._seen[id(each.base)]:
                yield each


def _selected(selection_set: Any, type_: GraphQLObjectType | None, info: Any) -> Iterator[FieldNode]:
    """Yield the fields that are selected on an object of a concrete type, or on the connection that leads to it."""
    for each in selection_set.selections:
        if isinstance(each, FieldNode):
            yield each
            continue
        assert isinstance(each, InlineFragmentNode | FragmentSpreadNode)
        fragment = each if isinstance(each, InlineFragmentNode) else info.fragments[each.name.value]
        condition = (
            type_ if fragment.type_condition is None else info.schema.type_map[fragment.type_condition.name.value]
        )
        fits = info.schema.is_sub_type(condition, type_) if is_abstract_type(condition) else condition is type_
        if fits:
            yield from _selected(fragment.selection_set, type_, info)


def _read(bound: One | Several | Paged, arguments: Mapping[str, Any]) -> Iterator[str]:
    """Yield the fields of the target that arguments read: keys, filters, and what orders the list."""
    match bound:
        case One():
            yield from bound.by.values()
        case Several():
            yield from bound.order.fields
        case Paged():
            yield from (bound.filters[each].field for each in arguments.get("where") or {})
            yield from bound.orders[arguments["orderBy"]].fields


def _plain(record: Record) -> dict[str, Any]:
    owner = record.owner
    columns = {name: record.value(bound.column) for name, bound in owner.fields.items() if isinstance(bound, Column)}
    provider = record.base["provider"] if owner.provider is not None else owner.published_by
    return {**columns, "provider": provider}


def _kind(record: Record, bound: Column | Expression) -> Any:
    if isinstance(bound, Column):
        return kind_of(bound.column.type)
    return kind_of(bound.sql(*(record.owner.column(need) for need in bound.needs)).type)
