"""Variables: each one's JSON becomes the value its type says, by a function made once when the operation is prepared.

Errors name the variable and the place inside it, and never repeat the value: it may be personal.
"""

from collections.abc import Callable, Mapping
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLSchema,
    OperationDefinitionNode,
    ValueNode,
    type_from_ast,
)
from graphql.utilities import coerce_input_literal

from baygate.gateway.refusal import Refusal

Coercer = Callable[[Any], Any]

MISSING: Any = object()
_INT_MAX = 2**31 - 1
_INT_MIN = -(2**31)


class Unfit(Exception):
    """A value that does not fit its type; ``path`` leads to it from the variable."""

    def __init__(self, message: str, path: tuple[str | int, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.path = path

    def under(self, step: str | int) -> "Unfit":
        """Return the same complaint seen from one level up."""
        return Unfit(self.message, (step, *self.path))


class Variables:
    """The variables that an operation declares."""

    def __init__(self, schema: GraphQLSchema, definition: OperationDefinitionNode) -> None:
        self.types: dict[str, GraphQLInputType] = {}
        self._coercers: list[tuple[str, Coercer, bool, Any]] = []
        for node in definition.variable_definitions or ():
            name = node.variable.name.value
            type_: Any = type_from_ast(schema, node.type)
            self.types[name] = type_
            default = literal(node.default_value, type_) if node.default_value else MISSING
            required = isinstance(type_, GraphQLNonNull) and default is MISSING
            self._coercers.append((name, coercer(type_), required, default))

    def coerce(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values of the variables that are present; null ones are present as None.

        Raise Refusal for a value that does not fit, a required one that is missing. Variables that the operation does
        not declare are ignored, as the specification wants (6.1.2).
        """
        values = {}
        for name, coerce, required, default in self._coercers:
            value = given.get(name, MISSING)
            if value is MISSING:
                if default is not MISSING:
                    values[name] = default
                elif required:
                    raise self._refused(name, Unfit(f"is required (it is of type {self.types[name]})"))
                continue
            try:
                values[name] = coerce(value)
            except Unfit as unfit:
                raise self._refused(name, unfit) from None
        return values

    @staticmethod
    def _refused(name: str, unfit: Unfit) -> Refusal:
        place = "".join(f".{step}" if isinstance(step, str) else f"[{step}]" for step in unfit.path)
        return Refusal("BAD_USER_INPUT", f"Variable ${name}{place} {unfit.message}.", variable=f"{name}{place}")


def coercer(type_: GraphQLInputType) -> Coercer:
    """Return the function that turns JSON into a value of ``type_`` or raises Unfit (specification 3.12)."""
    if isinstance(type_, GraphQLNonNull):
        return _required(coercer(type_.of_type), str(type_))
    return _optional(_of_nullable(type_))


def _of_nullable(type_: Any) -> Coercer:
    if isinstance(type_, GraphQLList):
        return _list(coercer(type_.of_type))
    if isinstance(type_, GraphQLInputObjectType):
        return _object(type_)
    if isinstance(type_, GraphQLEnumType):
        return _enum(type_)
    return _SCALARS.get(type_.name) or _scalar(type_)


def _required(inner: Coercer, type_name: str) -> Coercer:
    def coerce(value: Any) -> Any:
        if value is None:
            raise Unfit(f"must not be null (it is of type {type_name})")
        return inner(value)

    return coerce


def _optional(inner: Coercer) -> Coercer:
    return lambda value: None if value is None else inner(value)


def _list(inner: Coercer) -> Coercer:
    def coerce(value: Any) -> list[Any]:
        if not isinstance(value, list):
            return [inner(value)]
        items = []
        for index, item in enumerate(value):
            try:
                items.append(inner(item))
            except Unfit as unfit:
                raise unfit.under(index) from None
        return items

    return coerce


def _object(type_: GraphQLInputObjectType) -> Coercer:
    fields: dict[str, tuple[Coercer, bool]] = {}

    def coerce(value: Any) -> dict[str, Any]:
        if not fields:  # made late: an input object may refer to itself
            for name, field in type_.fields.items():
                fields[name] = (coercer(field.type), isinstance(field.type, GraphQLNonNull))
        if not isinstance(value, dict):
            raise Unfit(f"must be an object (it is of type {type_.name})")
        unknown = next((name for name in value if name not in fields), None)
        if unknown is not None:
            raise Unfit(f"is not a field of {type_.name}", (unknown[:40],))
        lacking = next((name for name, (_, required) in fields.items() if required and name not in value), None)
        if lacking is not None:
            raise Unfit("is required", (lacking,))
        return {name: _field(name, fields[name][0], value[name]) for name in fields if name in value}

    return coerce


def _field(name: str, inner: Coercer, value: Any) -> Any:
    try:
        return inner(value)
    except Unfit as unfit:
        raise unfit.under(name) from None


def _enum(type_: GraphQLEnumType) -> Coercer:
    names = frozenset(type_.values)

    def coerce(value: Any) -> str:
        if not isinstance(value, str) or value not in names:
            raise Unfit(f"must be a value of the enum {type_.name}")
        return value

    return coerce


def _scalar(type_: GraphQLScalarType) -> Coercer:
    def coerce(value: Any) -> Any:
        try:
            return type_.coerce_input_value(value)
        except GraphQLError as error:
            raise Unfit(f"does not fit its type: {error.message.rstrip('.')}") from None

    return coerce


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise Unfit("must be a string")
    if "\0" in value:
        raise Unfit("contains the character U+0000, which no record can hold")
    return value


def _int(value: Any) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if type(value) is not int or not _INT_MIN <= value <= _INT_MAX:
        raise Unfit("must be a whole number of 32 bits")
    return value


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Unfit("must be true or false")
    return value


def _id(value: Any) -> str:
    return str(value) if type(value) is int else _string(value)


_SCALARS: Mapping[str, Coercer] = {"String": _string, "Int": _int, "Boolean": _boolean, "ID": _id}


def literal(node: ValueNode, type_: GraphQLInputType) -> Any:
    """Return the value of a literal without variables, which validation has found to fit; enums by name.

    Raise Refusal for the one thing that validation lets pass: a string with U+0000.
    """
    value = by_name(coerce_input_literal(node, type_))
    if _has_nul(value):
        line = node.loc.source.get_location(node.loc.start) if node.loc else None
        locations = [(line.line, line.column)] if line else []
        raise Refusal(
            "BAD_USER_INPUT",
            "A string contains the character U+0000, which no record can hold.",
            locations=locations,
        )
    return value


def by_name(value: Any) -> Any:
    """Return ``value`` with members of Python enums replaced by their names."""
    if isinstance(value, list):
        return [by_name(item) for item in value]
    if isinstance(value, dict):
        return {key: by_name(item) for key, item in value.items()}
    return getattr(value, "name", value) if hasattr(type(value), "__members__") else value


def _has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, list):
        return any(map(_has_nul, value))
    return isinstance(value, dict) and any(map(_has_nul, value.values()))
