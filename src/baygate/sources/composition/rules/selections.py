"""What ``@key``, ``@requires`` and ``@provides`` select: fields that are there, and that they may select."""

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import parse_value
from graphql.utilities import value_from_ast_untyped

from baygate.sources.composition.field_sets import FieldOf, FieldSet, OnType
from baygate.sources.composition.model import Field, Kind, SubgraphSchema, Type
from baygate.sources.composition.problems import Problem
from baygate.sources.composition.reach import TYPENAME
from baygate.sources.composition.usage import in_key

Wrong = tuple[str, str]
"""A code without its directive's prefix, and what is wrong."""


def selection_problems(schema: SubgraphSchema) -> Iterator[Problem]:
    """Yield what is wrong with a subgraph's field sets."""
    for type_ in schema.types.values():
        for key in type_.keys:
            yield from _problems(schema, "KEY", type_.name, type_, key.fields)
        for field in type_.fields.values():
            coordinate = f"{type_.name}.{field.name}"
            for name, selection in (("requires", field.requires), ("provides", field.provides)):
                if selection and type_.kind is Kind.INTERFACE:
                    message = f"@{name} cannot stand on a field of an interface; put it on the objects."
                    code = f"{name.upper()}_UNSUPPORTED_ON_INTERFACE"
                    yield Problem(code, coordinate, (schema.name,), message)
            yield from _problems(schema, "REQUIRES", coordinate, type_, field.requires)
            if field.provides:
                yield from _provided(schema, coordinate, field)


def _provided(schema: SubgraphSchema, coordinate: str, field: Field) -> Iterator[Problem]:
    returned = schema.types.get(field.type.name)
    if returned is None or not returned.composite:
        message = f"@provides stands on a field of type {field.type}, which has no fields; remove it."
        yield Problem("PROVIDES_ON_NON_OBJECT_FIELD", coordinate, (schema.name,), message)
    else:
        yield from _problems(schema, "PROVIDES", coordinate, returned, field.provides)


def _problems(
    schema: SubgraphSchema, directive: str, coordinate: str, owner: Type, selection: FieldSet
) -> Iterator[Problem]:
    for suffix, message in dict.fromkeys(_Walk(schema, directive).wrong(owner, selection, external=False)):
        yield Problem(f"{directive}_{suffix}", coordinate, (schema.name,), f"@{directive.lower()}: {message}")


@dataclass(frozen=True)
class _Walk:
    """One walk through a field set."""

    schema: SubgraphSchema
    directive: str

    def wrong(self, owner: Type, selection: FieldSet, *, external: bool) -> Iterator[Wrong]:
        """Yield what is wrong below a type; ``external`` if a field above is, and so all that it gives."""
        for each in selection:
            if isinstance(each, OnType):
                yield from self._fragment(owner, each, external=external)
            elif each.name != TYPENAME:
                yield from self._field(owner, each, external=external)

    def _fragment(self, owner: Type, fragment: OnType, *, external: bool) -> Iterator[Wrong]:
        condition = self.schema.types.get(fragment.type)
        if condition is None or not condition.composite:
            yield "INVALID_FIELDS", f"there is no type {fragment.type} that could be selected on."
            return
        possible = self.schema.possible
        if not possible.get(owner.name, frozenset()) & possible.get(condition.name, frozenset()):
            yield "INVALID_FIELDS", f"{owner.name} can never be {fragment.type}."
        yield from self.wrong(condition, fragment.below, external=external)

    def _field(self, owner: Type, each: FieldOf, *, external: bool) -> Iterator[Wrong]:
        field = owner.fields.get(each.name)
        if field is None:
            yield (
                "INVALID_FIELDS",
                f"{owner.name} has no field {each.name} in this subgraph; add it, or select another.",
            )
            return
        yield from self._arguments(owner, field, each)
        returned = self.schema.types.get(field.type.name)
        external = external or self._external(owner, each.name)
        if returned is not None and returned.composite:
            if self.directive == "KEY" and returned.kind is not Kind.OBJECT:
                message = f"{owner.name}.{each.name} is an {returned.kind}, which a key cannot compare."
                yield "FIELDS_SELECT_INVALID_TYPE", message
            if not each.below:
                yield "INVALID_FIELDS", f"{owner.name}.{each.name} is a {field.type.name}; select fields of it."
            yield from self.wrong(returned, each.below, external=external)
        elif each.below:
            yield "INVALID_FIELDS", f"{owner.name}.{each.name} has no fields to select."
        elif self.directive != "KEY" and self.schema.second and not external and not in_key(owner, each.name):
            message = (
                f"{owner.name}.{each.name} is this subgraph's own, so it need not be asked of another; "
                "mark it @external if another resolves it, or remove it from the selection."
            )
            yield "FIELDS_MISSING_EXTERNAL", message

    def _external(self, owner: Type, name: str) -> bool:
        """Whether a field is external: of an interface, if it is for one that implements it."""
        concrete = (self.schema.types[each] for each in self.schema.possible.get(owner.name, ()))
        return any(each.fields[name].external for each in (owner, *concrete) if name in each.fields)

    def _arguments(self, owner: Type, field: Field, each: FieldOf) -> Iterator[Wrong]:
        coordinate = f"{owner.name}.{each.name}"
        if self.directive != "REQUIRES":
            if field.arguments:
                yield "FIELDS_HAS_ARGS", f"{coordinate} has arguments; select a field that has none."
            return
        given = {name: value_from_ast_untyped(parse_value(value)) for name, value in each.arguments}
        for name in given.keys() - field.arguments.keys():
            yield "INVALID_FIELDS", f"{coordinate} has no argument {name}."
        for name, argument in field.arguments.items():
            if argument.demanded and given.get(name) is None:
                yield "INVALID_FIELDS", f"{coordinate} needs its argument {name}."
