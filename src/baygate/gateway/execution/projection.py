"""Completion made fast: for one selection a Python function is generated that does what ``Completer`` does.

It handles answers in which every value is as the schema promises, null where it may be, and gives up (``Unexpected``)
at the first that is not; the answer is then completed step by step, with the errors that belong to it. So it has no
rules of its own, and a caller cannot tell which of the two answered him. A generated function reads and checks a value
in a tenth of the time that walking the selection takes, which with hundreds of entities is most of a request.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from graphql import GraphQLEnumType, GraphQLList, GraphQLNonNull, GraphQLSchema, is_abstract_type

from baygate.sources.fetch import TYPENAME, Selected, Selection

Projection = Callable[[Mapping[str, Any]], dict[str, Any]]


class Unexpected(Exception):
    """A value that needs an error, or makes its surroundings null."""


def projection(schema: GraphQLSchema, selection: Selection) -> Projection:
    """Return the function that completes answers to an operation; it raises Unexpected."""
    writer = _Writer(schema)
    root = writer.object(selection.type, selection)
    source = "\n".join(writer.lines)
    exec(compile(source, "<projection>", "exec"), writer.names)  # noqa: S102 - made of names of the schema as literals
    function: Projection = writer.names[root]

    def project(answer: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return function(answer)
        except (AttributeError, TypeError, KeyError):
            raise Unexpected from None

    return project


class _Writer:
    """Writes the functions, one for each selection on each concrete type; ``names`` is what they can use."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._numbers = itertools.count()
        self._known: dict[tuple[int, str], str] = {}
        self.lines: list[str] = []
        self.names: dict[str, Any] = {"Unexpected": Unexpected, "text_of": _text_of, "number": frozenset({int, float})}

    def object(self, owner: str, selection: Selection) -> str:
        """Write the function for objects of one type; return its name."""
        known = (id(selection), owner)
        if known not in self._known:
            name = self._known[known] = f"object_{next(self._numbers)}"
            body = [line for each in selection.fields[owner] for line in self._field(owner, each)]
            items = ", ".join(f"{each.key!r}: v_{each.key}" for each in selection.fields[owner])
            self.lines += [f"def {name}(o):", *(f"    {line}" for line in body), f"    return {{{items}}}"]
        return self._known[known]

    def _field(self, owner: str, selected: Selected) -> Iterator[str]:
        variable = f"v_{selected.key}"
        if selected.field == TYPENAME:
            yield from self._typename(owner, variable)
            return
        if selected.field.startswith("__"):
            yield f"{variable} = o.get({selected.name!r})"
            return
        type_: Any = self._schema.get_type(owner).fields[selected.field].type  # type: ignore[union-attr]
        required = isinstance(type_, GraphQLNonNull)
        yield f"{variable} = o[{selected.name!r}]" if required else f"{variable} = o.get({selected.name!r})"
        yield from self._value(type_, selected, variable)

    def _typename(self, owner: str, variable: str) -> Iterator[str]:
        type_: Any = self._schema.get_type(owner)
        if not is_abstract_type(type_):
            yield f"{variable} = {owner!r}"
            return
        names = f"names_{next(self._numbers)}"
        self.names[names] = frozenset(each.name for each in self._schema.get_possible_types(type_))
        yield f"{variable} = o[{TYPENAME!r}]"
        yield f"if {variable} not in {names}: raise Unexpected"

    def _value(self, type_: Any, selected: Selected, variable: str) -> Iterator[str]:
        """Write what checks and completes the value in a variable."""
        if isinstance(type_, GraphQLNonNull):
            yield from self._present(type_.of_type, selected, variable)
            return
        lines = list(self._present(type_, selected, variable))
        if lines:
            yield f"if {variable} is not None:"
            yield from (f"    {line}" for line in lines)

    def _present(self, type_: Any, selected: Selected, variable: str) -> Iterator[str]:
        if isinstance(type_, GraphQLList):
            yield f"if {variable}.__class__ is not list: raise Unexpected"
            yield f"{variable} = {self._items(type_.of_type, selected, variable)}"
        elif selected.selection is None:
            yield from self._leaf(type_, variable)
        else:
            yield f"{variable} = {self._function(type_, selected.selection)}({variable})"

    def _items(self, type_: Any, selected: Selected, variable: str) -> str:
        """Write a list's items: a function of their own completes each, unless it is the object's."""
        if selected.selection is not None:
            inner = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
            if not isinstance(inner, GraphQLList):
                each = f"{self._function(inner, selected.selection)}(i)"
                return f"[{each if inner is not type_ else f'None if i is None else {each}'} for i in {variable}]"
        name = f"item_{next(self._numbers)}"
        lines = list(self._value(type_, selected, "i"))
        self.lines += [f"def {name}(i):", *(f"    {line}" for line in lines), "    return i"]
        return f"[{name}(i) for i in {variable}]"

    def _leaf(self, type_: Any, variable: str) -> Iterator[str]:
        if isinstance(type_, GraphQLEnumType):
            values = f"values_{next(self._numbers)}"
            self.names[values] = frozenset(type_.values)
            yield f"if {variable} not in {values}: raise Unexpected"
        elif type_.name == "ID":
            yield f"if {variable}.__class__ is not str: {variable} = text_of({variable})"
        elif type_.name == "Float":
            yield f"if {variable}.__class__ not in number: raise Unexpected"
        elif type_.name == "Int":
            yield (
                f"if {variable}.__class__ is not int or not -2147483648 <= {variable} < 2147483648: raise Unexpected"
            )
        elif type_.name in {"String", "Boolean"}:
            yield f"if {variable}.__class__ is not {'str' if type_.name == 'String' else 'bool'}: raise Unexpected"
        else:
            yield f"if {variable} is None: raise Unexpected"

    def _function(self, type_: Any, selection: Selection) -> str:
        """Return the name of the function for values of a composite type; of an abstract one, by what they say."""
        if not is_abstract_type(type_):
            return self.object(type_.name, selection)
        known = (id(selection), "")
        if known not in self._known:
            name = self._known[known] = f"any_{next(self._numbers)}"
            of_types = ", ".join(f"{owner!r}: {self.object(owner, selection)}" for owner in selection.fields)
            by_interface = self.object(type_.name, selection) if type_.name in selection.fields else "None"
            self.lines += [
                f"def {name}(o):",
                f"    return {name}_types.get(o.get({TYPENAME!r}), {by_interface})(o)",
                f"{name}_types = {{{of_types}}}",
            ]
        return self._known[known]


def _text_of(value: Any) -> str:
    if value.__class__ is not int:
        raise Unexpected
    return str(value)
