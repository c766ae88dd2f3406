"""Completion: the merged answer becomes what the caller asked for, and nothing that its types do not allow.

Follows the specification's CompleteValue (6.4.3) and its handling of field errors (6.4.4): what is null though it must
not be makes null the nearest field above it that may; each such place has one error. A source that says something
else than its schema promises is not believed: that value is null, with an error.
"""

import contextlib
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

from baygate.gateway.execution.objects import type_of
from baygate.gateway.execution.witness import Witness
from baygate.sources.fetch import TYPENAME, Selected, Selection

Path = tuple[str | int, ...]
Check = Callable[[Any], bool]
_INT = 2**31
MOST_ERRORS = 1_000
"""In one answer: a source can be wrong a million times in a few megabytes."""


class _Null(Exception):
    """A value that must not be null is."""


class Completer:
    """Completes one answer; ``errors`` are those of the sources, to which are added what is found wrong.

    A ``witness`` is shown each object, and forgets what became null.
    """

    def __init__(self, schema: GraphQLSchema, errors: list[dict[str, Any]], witness: Witness | None = None) -> None:
        self._schema = schema
        self._witness = witness
        self.errors = errors
        self._checks: dict[str, Check] = {}
        self._told: set[Path] | None = None
        self._said: set[Path] | None = None

    def data(self, selection: Selection, answer: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the data of an answer; None if it is null all the way up."""
        data = None
        with contextlib.suppress(_Null):
            data = self._object(selection.type, selection.fields[selection.type], answer, ())
        for each in self.errors:
            path = _within(data, each.pop("path", []))
            if path:
                each["path"] = path
        return data

    def _object(self, owner: str, fields: Iterable[Selected], value: Mapping[str, Any], path: Path) -> dict[str, Any]:
        if self._witness is None:
            return {each.key: self._field(owner, each, value, (*path, each.key)) for each in fields}
        around = self._witness.enter(owner, fields, value)
        try:
            return {each.key: self._field(owner, each, value, (*path, each.key)) for each in fields}
        finally:
            self._witness.leave(around)

    def _field(self, owner: str, selected: Selected, value: Mapping[str, Any], path: Path) -> Any:
        if selected.field == TYPENAME:
            return self._typename(owner, value, path)
        if selected.field.startswith("__"):
            return value.get(selected.name)
        if selected.withheld:
            return None
        type_: Any = self._schema.get_type(owner)
        return self._value(type_.fields[selected.field].type, selected, value.get(selected.name), path)

    def _value(self, type_: Any, selected: Selected, value: Any, path: Path) -> Any:
        if isinstance(type_, GraphQLNonNull):
            completed = self._value(type_.of_type, selected, value, path)
            if completed is None:
                if value is None:
                    self._absent(path)
                raise _Null
            return completed
        if value is None:
            return None
        seen = len(self._witness.facts) if self._witness else 0
        try:
            return self._present(type_, selected, value, path)
        except _Null:
            if self._witness:
                del self._witness.facts[seen:]
            return None

    def _present(self, type_: Any, selected: Selected, value: Any, path: Path) -> Any:
        if isinstance(type_, GraphQLList):
            if not isinstance(value, list):
                return self._complain("must be a list", path)
            return [self._value(type_.of_type, selected, item, (*path, index)) for index, item in enumerate(value)]
        if selected.selection is None:
            check = self._checks.get(type_.name)
            if check is None:
                check = self._checks[type_.name] = leaf(type_)
            if not check(value):
                return self._complain(f"must be of type {type_.name}", path)
            return str(value) if type_.name == "ID" else value
        if not isinstance(value, dict):
            return self._complain("must be an object", path)
        return self._composite(type_, selected.selection, value, path)

    def _composite(self, type_: Any, selection: Selection, value: dict[str, Any], path: Path) -> Any:
        owner = type_.name
        if is_abstract_type(type_):
            told = type_of(value)
            owner = told if told in selection.fields else owner
        if owner not in selection.fields:
            return self._complain(f"must be of a type that {type_.name} can be, and its source did not say so", path)
        return self._object(owner, selection.fields[owner], value, path)

    def _typename(self, owner: str, value: Mapping[str, Any], path: Path) -> str:
        """Return the name of a value's type: what its source says, where that is not known beforehand."""
        type_: Any = self._schema.get_type(owner)
        if not is_abstract_type(type_):
            return owner
        named = type_of(value)
        if named not in {each.name for each in self._schema.get_possible_types(type_)}:
            self._complain(f"must be the name of a type that {owner} can be", path)
            raise _Null
        return named

    def _absent(self, path: Path) -> None:
        """Add an error about a null that must not be, unless why it is null was said there, above or below."""
        if not any(path[:end] in self._places() for end in range(len(path))):
            self._complain("must not be null, but is", path)

    def _complain(self, message: str, path: Path) -> None:
        """Add an error about a place, unless there is one already there, below it, or on the list that it stands in."""
        if len(self.errors) >= MOST_ERRORS:
            return
        if self._told is None:
            self._told = {place[:end] for place in self._places() for end in range(1, len(place) + 1)}
        above = {path[:end] for end in range(1, len(path)) if isinstance(path[end], int)}
        if path in self._told or above & self._places():
            return
        self._told |= {path[:end] for end in range(1, len(path) + 1)}
        said = f"The value at {'.'.join(map(str, path))} {message}."
        self.errors.append({"message": said, "path": list(path), "extensions": {"code": "SOURCE_MISBEHAVED"}})

    def _places(self) -> set[Path]:
        """Return where sources said that something is wrong."""
        if self._said is None:
            self._said = {tuple(each["path"]) for each in self.errors if each.get("path")}
        return self._said


def _within(data: Any, path: list[str | int]) -> list[str | int]:
    """Return a path up to where the data end that it is said to lead through; below a null nobody can tell."""
    here = data
    for number, step in enumerate(path):
        if here is None:
            break
        if not (step in here if here.__class__ is dict else here.__class__ is list and _is_index(step, here)):
            return path[:number]
        here = here[step]
    return path


def _is_index(step: str | int, items: list[Any]) -> bool:
    return isinstance(step, int) and 0 <= step < len(items)


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
