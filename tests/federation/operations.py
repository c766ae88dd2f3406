"""Random operations over a schema: valid, with everything that GraphQL lets one say in them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_input_object_type,
    is_required_argument,
)
from hypothesis import strategies as st
from tests.federation.monolith import World

Draw = Callable[[st.SearchStrategy[Any]], Any]


@dataclass(frozen=True)
class Question:
    query: str
    variables: Mapping[str, Any]


@dataclass
class _Asking:
    """An operation in the making."""

    draw: Draw
    schema: GraphQLSchema
    identities: list[str]
    variables: dict[str, Any] = field(default_factory=dict)
    declared: list[str] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)
    """What each response key stands for, wherever it is, so that selections always merge."""
    fragments: dict[str, str] = field(default_factory=dict)
    spread: list[tuple[str, str]] = field(default_factory=list)
    """Names of finished fragments, with their types."""
    size: int = 40

    def chance(self, one_in: int) -> bool:
        return bool(self.draw(st.integers(0, one_in - 1)) == one_in - 1)

    def selection(self, on: Any, depth: int) -> str:
        wanted = self.draw(st.integers(1, 5))
        parts = [each for each in (self.part(on, depth) for _ in range(wanted)) if each]
        return "{ " + " ".join(parts or [self.typename()]) + " }"

    def part(self, on: Any, depth: int) -> str:
        self.size -= 1
        if self.chance(8):
            return self.typename()
        if depth and self.chance(4):
            return self.fragment(on, depth)
        fields = list(getattr(on, "fields", {}).items())
        fields = [
            each for each in fields if (depth and self.size > 0) or not is_composite_type(get_named_type(each[1].type))
        ]
        if not fields:
            return self.fragment(on, depth) if depth and self.size > 0 else ""
        deep = [each for each in fields if is_composite_type(get_named_type(each[1].type))]
        name, found = self.draw(st.sampled_from(fields + deep))
        return self.field(name, found, depth)

    def typename(self) -> str:
        return self.keyed("__typename", "String!", "__typename") + self.directives()

    def field(self, name: str, found: GraphQLField, depth: int) -> str:
        arguments = self.arguments(found)
        text = self.keyed(name, str(found.type), f"{name}{arguments}") + self.directives()
        of = get_named_type(found.type)
        return f"{text} {self.selection(of, depth - 1)}" if is_composite_type(of) else text

    def keyed(self, name: str, type_: str, asked: str) -> str:
        """A field under a response key that stands for nothing else in the operation."""
        key = self.draw(st.sampled_from((name, name, name, "a", "id", f"{name}_")))
        meaning = f"{asked}: {type_}"
        while self.keys.setdefault(key, meaning) != meaning:
            key += "_"
        return asked if key == name else f"{key}: {asked}"

    def fragment(self, on: Any, depth: int) -> str:
        of = self.draw(st.sampled_from(self.overlapping(on)))
        known = [name for name, type_ in self.spread if type_ == of.name]
        if known and self.chance(2):
            return f"...{self.draw(st.sampled_from(known))}{self.directives()}"
        directives = self.directives()
        body = self.selection(of, depth - (of is not on))
        if self.chance(3):
            name = f"part{len(self.fragments)}"
            self.fragments[name] = f"fragment {name} on {of.name} {body}"
            self.spread.append((name, of.name))
            return f"...{name}{directives}"
        return f"... {directives} {body}" if of is on and self.chance(2) else f"... on {of.name}{directives} {body}"

    def overlapping(self, on: Any) -> list[Any]:
        """The types that a fragment may be on, where a value is of a type."""
        possible = set(self.schema.get_possible_types(on)) if is_abstract_type(on) else {on}
        known = [each for each in self.schema.type_map.values() if is_composite_type(each) and each.name[:2] != "__"]
        others = [
            each
            for each in known
            if possible & (set(self.schema.get_possible_types(each)) if is_abstract_type(each) else {each})
        ]
        return [on, *(each for each in others if each is not on)]

    def directives(self) -> str:
        if not self.chance(8):
            return ""
        name = self.draw(st.sampled_from(("skip", "include")))
        value = (
            self.variable("Boolean!", st.booleans())
            if self.chance(2)
            else self.draw(st.sampled_from(("true", "false")))
        )
        return f" @{name}(if: {value})"

    def variable(self, type_: str, values: st.SearchStrategy[Any]) -> str:
        name = f"v{len(self.declared)}"
        value = self.draw(values)
        default = self.draw(st.sampled_from(("none", "given", "omitted")))
        text = f"${name}: {type_}"
        if default == "none":
            self.variables[name] = value
        else:
            text += f" = {literal(value)}"
            if default == "given":
                self.variables[name] = self.draw(values)
        self.declared.append(text)
        return f"${name}"

    def arguments(self, found: GraphQLField) -> str:
        said = []
        for name, argument in found.args.items():
            if is_required_argument(argument) or self.chance(2):
                values = self.values(argument.type, name)
                known = not _enumerated(argument.type) and self.chance(3)
                text = self.variable(str(argument.type), values) if known else literal(self.draw(values), argument.type)
                said.append(f"{name}: {text}")
        return f"({', '.join(said)})" if said else ""

    def values(self, of: GraphQLInputType, name: str) -> st.SearchStrategy[Any]:
        if isinstance(of, GraphQLNonNull):
            return self.values(of.of_type, name)
        if isinstance(of, GraphQLList):
            return st.lists(self.values(of.of_type, name), max_size=2)
        if is_input_object_type(of):
            return st.fixed_dictionaries(
                {}, optional={each: self.values(field.type, each) for each, field in of.fields.items()}
            )
        if isinstance(of, GraphQLEnumType):
            return st.sampled_from(sorted(of.values))
        if name == "id":
            return st.sampled_from([*self.identities, "none"])
        return {"Int": st.integers(0, 3), "Boolean": st.booleans()}.get(of.name, st.sampled_from(("x", 'y"')))


@st.composite
def questions(draw: Draw, world: World) -> Question:
    """An operation over the schema that clients see, with variables."""
    schema = world.distribution.api
    identities = sorted(identity for rows in world.rows.values() for identity in rows)
    asking = _Asking(draw, schema, identities)
    mutation = schema.mutation_type is not None and asking.chance(3)
    root: GraphQLObjectType | None = schema.mutation_type if mutation else schema.query_type
    body = asking.selection(root, 5)
    declared = f" ({', '.join(asking.declared)})" if asking.declared else ""
    query = f"{'mutation' if mutation else 'query'}{declared} {body}"
    return Question("\n".join([query, *asking.fragments.values()]), asking.variables)


def literal(value: Any, of: GraphQLInputType | None = None) -> str:
    """A value as GraphQL writes it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {literal(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(literal(each) for each in value) + "]"
    return str(value) if of is not None and _enumerated(of) else json.dumps(value)


def _enumerated(of: GraphQLInputType) -> bool:
    return isinstance(get_named_type(of), GraphQLEnumType)
