"""The query that asks for all that a schema shows."""

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_required_argument,
)

from baygate.gateway.limits import Limits

WIDE = Limits(
    **dict.fromkeys(("tokens", "depth", "nesting", "aliases", "fields", "compiled_fields", "cost", "rows"), 10**9)
)


class Question:
    """Asks every field of every concrete type of a schema once, lists by each condition and in each order."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self.variables: dict[str, Any] = {}
        self._declared: list[str] = []
        self._asked: set[str] = set()
        query: Any = schema.query_type
        body = self._selection(query)
        self.text = f"query ({', '.join(self._declared)}) {body}" if self._declared else body

    def _selection(self, type_: Any) -> str:
        if is_leaf_type(type_):
            return ""
        parts = ["__typename"]
        for each in self.schema.get_possible_types(type_) if is_abstract_type(type_) else [type_]:
            if each.name not in self._asked:
                self._asked.add(each.name)
                parts.append(f"... on {each.name} {{ __typename {' '.join(self._fields(each))} }}")
        return f"{{ {' '.join(parts)} }}"

    def _fields(self, type_: Any) -> Iterator[str]:
        for name, field in type_.fields.items():
            if (type_.name, name) != ("Query", "_nothing"):
                inside = self._selection(get_named_type(field.type))
                for number, arguments in enumerate(self._ways(field)):
                    yield f"{type_.name}_{name}_{number}: {name}{arguments} {inside}"
                    inside = inside and "{ __typename }"

    def _ways(self, field: Any) -> Iterator[str]:
        """Yield the ways to ask: in each order, also in none if there is a default, then by each condition."""
        given = {name: self._variable(each.type) for name, each in field.args.items() if is_required_argument(each)}
        if "first" in field.args:
            given["first"] = "1"
        order, where = field.args.get("orderBy"), field.args.get("where")
        orders = list(get_named_type(order.type).values) if order else []
        if not orders:
            yield _written(given)
        for each in orders:
            yield _written({**given, "orderBy": each})
        if order and not is_required_argument(order):
            yield _written(given)
        usual = {**given, "orderBy": orders[0]} if orders else given
        for name, condition in get_named_type(where.type).fields.items() if where else ():
            yield _written({**usual, "where": f"{{ {name}: {self._variable(condition.type)} }}"})

    def _variable(self, type_: Any) -> str:
        nullable, kind = get_nullable_type(type_), get_named_type(type_)
        value: Any = {"Int": 1, "Boolean": True}.get(kind.name, "x")
        if isinstance(kind, GraphQLEnumType):
            value = next(iter(kind.values))
        name = f"v{len(self.variables)}"
        self.variables[name] = [value] if is_list_type(nullable) else value
        self._declared.append(f"${name}: {nullable}!")
        return f"${name}"


def _written(arguments: Mapping[str, str]) -> str:
    return f"({', '.join(f'{name}: {each}' for name, each in arguments.items())})" if arguments else ""
