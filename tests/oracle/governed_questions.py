"""Questions about governed types: filters, orders, keys, entities, fragments, aliases, made to meet the policies."""

import random
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_required_argument,
)

from baygate.sources.binding import Binding, Comparison, Paged

from .rows import Rows

ROOTS = (
    "parties", "party", "enterprise", "hongKongCompanyByCrNumber", "creditRatings", "creditRating", "declarations",
    "declaration", "licence", "_entities",
)  # fmt: skip
ENTITIES = {
    "MainlandEnterprise": ("id", "uscc"), "HongKongCompany": ("id",), "CreditRating": ("ratingNo",),
    "Declaration": ("declarationNo",),
}  # fmt: skip


@dataclass
class Asker:
    """Makes one question by chance; ``rows`` are the world's, where identifiers and values to filter by are found."""

    chance: random.Random
    schema: GraphQLSchema
    binding: Binding
    rows: Rows
    fragments: list[str] = field(default_factory=list)
    aliases: int = 0

    @cached_property
    def _of_one_type(self) -> frozenset[str]:
        """The fields that are of the same type wherever they are."""
        types: dict[str, set[str]] = {}
        for owner in self.schema.type_map.values():
            for name, each in getattr(owner, "fields", {}).items():
                types.setdefault(name, set()).add(str(each.type))
        return frozenset(name for name, found in types.items() if len(found) == 1)

    def question(self) -> str:
        """Return a document with one or two entry points."""
        asked = " ".join(self._root(self.chance.choice(ROOTS)) for _ in range(self.chance.randint(1, 2)))
        return f"{{ {asked} }} {' '.join(self.fragments)}"

    def _root(self, name: str) -> str:
        if name == "_entities":
            return self._entities()
        assert self.schema.query_type
        return self._field(name, self.schema.query_type.fields[name], None, 0)

    def _entities(self) -> str:
        given, selections = [], []
        for name in self.chance.sample(sorted(ENTITIES), 2):
            key = self.chance.choice(ENTITIES[name])
            values = [_text(self._value(name, key)) for _ in range(2)]
            given += [f"{{__typename: {_text(name)}, {key}: {value}}}" for value in values]
            selections.append(f"... on {name} {self._object(self._type(name), 1)}")
        return f"{self._alias()}: _entities(representations: [{', '.join(given)}]) {{ {' '.join(selections)} }}"

    def _field(self, name: str, definition: GraphQLField, owner: str | None, depth: int) -> str:
        type_ = get_named_type(definition.type)
        if is_leaf_type(type_):
            # one name may be of another type in each member, and then has to have another name in each (section 5.3.2)
            alone = name in self._of_one_type
            return name if alone and self.chance.random() < 0.7 else f"{self._alias()}: {name}"
        bound = self.binding.roots[name] if owner is None else self.binding.objects[owner].fields[name]
        arguments = self._arguments(definition, bound)
        selection = self._connection(bound.target, depth) if isinstance(bound, Paged) else self._object(type_, depth)
        return f"{self._alias()}: {name}{arguments} {selection}"

    def _connection(self, target: str, depth: int) -> str:
        inside = "" if self.chance.random() < 0.2 else self._object(self.schema.type_map[target], depth)
        parts = ["totalCount", "pageInfo { hasNextPage endCursor }"]
        parts = self.chance.sample(parts, self.chance.randint(0 if inside else 1, 2))
        if inside:
            listed = ("nodes", "edges { node", "edges { cursor node")
            way = self.chance.choice(listed)
            parts.append(f"{way} {inside}{' }' if '{' in way else ''}")
        return f"{{ {' '.join(parts)} }}"

    def _object(self, type_: Any, depth: int) -> str:
        """Select on an object: of an abstract type, through the type itself, its members, and named fragments."""
        parts = [self._some(type_, depth)] if hasattr(type_, "fields") else []
        if is_abstract_type(type_) and self.chance.random() < (0.7 if parts else 1):
            members = sorted(each.name for each in self.schema.get_possible_types(type_))
            chosen = self.chance.sample(members, self.chance.randint(1, len(members)))
            parts += [f"... on {name} {{ {self._some(self._type(name), depth)} }}" for name in chosen]
        elif parts and self.chance.random() < 0.2:
            self.aliases += 1
            self.fragments.append(f"fragment F{self.aliases} on {type_.name} {{ {parts.pop()} }}")
            parts.append(f"...F{self.aliases}")
        return f"{{ {' '.join(parts)} __typename }}"

    def _some(self, type_: Any, depth: int) -> str:
        concrete = type_.name if isinstance(type_, GraphQLObjectType) else self.binding.concrete(type_.name)[0].name
        leaves = [name for name, each in type_.fields.items() if is_leaf_type(get_named_type(each.type))]
        others = [name for name in type_.fields if name not in leaves]
        names = self.chance.sample(leaves, min(len(leaves), self.chance.randint(1, 7)))
        if depth < 2 and others:
            names += self.chance.sample(others, self.chance.randint(0, min(2 - depth, len(others))))
        return " ".join(self._field(each, type_.fields[each], concrete, depth + 1) for each in names)

    def _arguments(self, definition: GraphQLField, bound: Any) -> str:
        said = []
        for name, argument in definition.args.items():
            type_ = get_named_type(argument.type)
            if is_required_argument(argument):
                values = [self._value(each.name, bound.by[name]) for each in self.binding.concrete(bound.target)]
                said.append(f"{name}: {_text(self.chance.choice([each for each in values if each is not None]))}")
            elif name == "first":
                said.append(f"first: {self.chance.choice((1, 3, 30))}")
            elif name == "orderBy" and isinstance(type_, GraphQLEnumType) and self.chance.random() < 0.4:
                said.append(f"orderBy: {self.chance.choice(sorted(type_.values))}")
            elif name == "where" and isinstance(type_, GraphQLInputObjectType) and self.chance.random() < 0.4:
                said.append(f"where: {{{', '.join(self._conditions(type_, bound))}}}")
        return f"({', '.join(said)})" if said else ""

    def _conditions(self, type_: GraphQLInputObjectType, bound: Any) -> list[str]:
        said = []
        for name in self.chance.sample(sorted(type_.fields), self.chance.randint(1, 2)):
            filter_, argument = bound.filters[name], type_.fields[name].type
            owner = self.binding.concrete(bound.target)[0].name
            value = self._value(owner, filter_.field)
            if value is None and filter_.comparison is not Comparison.PRESENT:
                continue
            if filter_.comparison is Comparison.PRESENT:
                value = self.chance.random() < 0.5
            elif filter_.comparison is Comparison.STARTS_WITH:
                value = value[: self.chance.randint(1, 6)]
            elif filter_.comparison is Comparison.INCLUDES:
                value = self.chance.choice(value)
            text = value if isinstance(get_named_type(argument), GraphQLEnumType) else _text(value)
            said.append(f"{name}: {f'[{text}]' if is_list_type(argument) else text}")
        return said

    def _value(self, owner: str, name: str) -> Any:
        """Return a value that a field has somewhere; a hidden row's too."""
        bound = self.binding.objects[owner]
        records = list(self.rows.records(owner, {}))
        values = [each.value(bound.column(name)) for each in records]
        present = [each for each in values if each is not None and each != []]
        return self.chance.choice(present) if present else None

    def _type(self, name: str) -> GraphQLObjectType:
        type_ = self.schema.type_map[name]
        assert isinstance(type_, GraphQLObjectType)
        return type_

    def _alias(self) -> str:
        self.aliases += 1
        return f"a{self.aliases}"


def _text(value: Any) -> str:
    """Return a literal of GraphQL."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
