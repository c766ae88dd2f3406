"""Completion: the merged answer becomes what the caller asked for, and nothing that its types do not allow.

Follows the specification's CompleteValue (6.4.3) and its handling of field errors (6.4.4): what is null though it must
not be makes null the nearest field above it that may; each such place has one error. A source that says something
else than its schema promises is not believed: that value is null, with an error.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
)

from baygate.sources.fetch import TYPENAME, Selected, Selection

Path = tuple[str | int, ...]
_INT = 2**31


class _Null(Exception):
    """A value that must not be null is."""


class Completer:
    """Completes one answer; ``errors`` are those of the sources, to which are added what is found wrong."""

    def __init__(self, schema: GraphQLSchema, errors: list[dict[str, Any]]) -> None:
        self._schema = schema
        self.errors = errors
        self._told: set[Path] | None = None

    def data(self, selection: Selection, answer: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the data of an answer; None if it is null all the way up."""
        try:
            return self._object(selection.type, selection.fields[selection.type], answer, ())
        except _Null:
            return None

    def _object(self, owner: str, fields: Iterable[Selected], value: Mapping[str, Any], path: Path) -> dict[str, Any]:
        return {each.key: self._field(owner, each, value, (*path, each.key)) for each in fields}

    def _field(self, owner: str, selected: Selected, value: Mapping[str, Any], path: Path) -> Any:
        if selected.field == TYPENAME:
            named = value.get(TYPENAME, owner)
            return owner if owner != named and not self._abstract(owner) else named
        if selected.field.startswith("__"):
            return value.get(selected.key)
        type_: Any = self._schema.get_type(owner)
        return self._value(type_.fields[selected.field].type, selected, value.get(selected.key), path)

    def _value(self, type_: Any, selected: Selected, value: Any, path: Path) -> Any:
        if isinstance(type_, GraphQLNonNull):
            completed = self._value(type_.of_type, selected, value, path)
            if completed is None:
                if value is None:
                    self._complain("must not be null, but is", path)
                raise _Null
            return completed
        if value is None:
            return None
        try:
            return self._present(type_, selected, value, path)
        except _Null:
            return None

    def _present(self, type_: Any, selected: Selected, value: Any, path: Path) -> Any:
        if isinstance(type_, GraphQLList):
            if not isinstance(value, list):
                return self._complain("must be a list", path)
            return [self._value(type_.of_type, selected, item, (*path, index)) for index, item in enumerate(value)]
        if selected.selection is None:
            if not leaf(type_)(value):
                return self._complain(f"must be of type {type_.name}", path)
            return str(value) if type_.name == "ID" else value
        if not isinstance(value, dict):
            return self._complain("must be an object", path)
        return self._composite(type_, selected.selection, value, path)

    def _composite(self, type_: Any, selection: Selection, value: dict[str, Any], path: Path) -> Any:
        owner = type_.name
        if is_abstract_type(type_):
            told = value.get(TYPENAME)
            owner = told if told in selection.fields else owner
        if owner not in selection.fields:
            return self._complain(f"must be of a type that {type_.name} can be, and its source did not say so", path)
        return self._object(owner, selection.fields[owner], value, path)

    def _abstract(self, name: str) -> bool:
        return is_abstract_type(self._schema.get_type(name))

    def _complain(self, message: str, path: Path) -> None:
        """Add an error about a place, unless there is one already there, below it, or on the list that it stands in."""
        if self._told is None:
            self._told = {tuple(each["path"][:end]) for each in self.errors if each.get("path") for end in _ends(each)}
        above = {path[:end] for end in range(1, len(path)) if isinstance(path[end], int)}
        if path not in self._told and not above & self._lists():
            self.errors.append(
                {
                    "message": f"The value at {'.'.join(map(str, path))} {message}.",
                    "path": list(path),
                    "extensions": {"code": "SOURCE_MISBEHAVED"},
                }
            )
            self._told |= {path[:end] for end in range(1, len(path) + 1)}

    def _lists(self) -> set[Path]:
        return {tuple(each["path"]) for each in self.errors if each.get("path")}


def _ends(error: Mapping[str, Any]) -> range:
    return range(1, len(error["path"]) + 1)


Check = Callable[[Any], bool]


def leaf(type_: Any) -> Check:
    """Return the check that a value of a scalar or an enum has to pass."""
    named = get_named_type(type_)
    if isinstance(named, GraphQLEnumType):
        values = frozenset(named.values)
        return lambda value: value.__class__ is str and value in values
    return _SCALARS.get(named.name, _anything)


def _anything(_: Any) -> bool:
    return True


_SCALARS: Mapping[str, Check] = {
    "String": lambda value: value.__class__ is str,
    "ID": lambda value: value.__class__ in {str, int},
    "Int": lambda value: value.__class__ is int and -_INT <= value < _INT,
    "Float": lambda value: value.__class__ in {float, int},
    "Boolean": lambda value: value.__class__ is bool,
}
