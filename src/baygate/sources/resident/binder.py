"""Binding a statement's slots to the values of one request: a function per slot, made once with the statement."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from baygate.sources.fetch import ListOf, Literal, Value, Variable, resolved
from baygate.sources.resident.canonical import TEXTS, Kind
from baygate.sources.resident.inputs import Attribute, Boundary, Given, KeyPart, Pad, Slot
from baygate.sources.resident.transform import padded
from baygate.storage.keys import keyed_hash


@dataclass(frozen=True)
class Bound:
    """What a request brings: variables, the subject's attributes, the hub's keys, the places behind its cursors."""

    variables: Mapping[str, Any]
    attributes: Mapping[str, str]
    key: Callable[[str], bytes]
    place: Callable[[int, str], Sequence[Any]]
    """From a page's number and a cursor to the values of its keys; raises Refusal for a cursor from elsewhere."""
    representation: Sequence[Any] = ()


Binder = Callable[[Bound], list[Any]]


def binder(slots: tuple[Slot, ...]) -> Binder:
    """Return the function that gives the values for ``$1``, ``$2`` ... in order."""
    readers = [_reader(slot) for slot in slots]
    return lambda bound: [read(bound) for read in readers]


def _reader(slot: Slot) -> Callable[[Bound], Any]:
    match slot.content:
        case Given(value=value, hashed=str(use)):
            given = _given(value)
            return lambda bound: keyed_hash(bound.key(use), given(bound.variables))
        case Given(value=value):
            given = _given(value)
            return lambda bound: given(bound.variables)
        case Attribute(name=name):
            kind = slot.kind
            return lambda bound: _attribute(bound.attributes.get(name), kind)
        case Boundary(page=page, cursor=cursor, position=position):
            given, read = _given(cursor), slot.kind.read
            return lambda bound: read(bound.place(page, given(bound.variables))[position])
        case Pad(use=use, outer=outer):
            return lambda bound: padded(bound.key(use), outer=outer)
        case KeyPart(position=position):
            return lambda bound: bound.representation[position]


def _attribute(text: str | None, kind: Kind) -> Any:
    """Return an attribute as the kind it is compared with; None, with which nothing holds, if it is not of it."""
    if text is None:
        return None
    try:
        match kind.name:
            case "text[]":
                return [text]
            case "int4":
                return int(text)
            case "bool":
                return {"true": True, "false": False}.get(text)
        return kind.read(text)
    except (ValueError, ArithmeticError):
        return None


def _given(value: Value) -> Callable[[Mapping[str, Any]], Any]:
    match value:
        case Literal(value=constant):
            return lambda _: constant
        case Variable(path=(name,)):
            return lambda variables: variables[name]
        case Variable(path=(name, key)):
            return lambda variables: variables[name][key]
        case ListOf(items=items):
            readers = [_given(item) for item in items]
            return lambda variables: [read(variables) for read in readers]
    return lambda variables: resolved(value, variables)


def columns(slots: tuple[Slot, ...], rows: Sequence[Sequence[Any]]) -> list[Any]:
    """Return many requests' values for the set form: one array a slot, or the one value of a slot that is constant.

    Lists travel as jsonb elements.
    """
    return [_column(slot, column) for slot, column in zip(slots, zip(*rows, strict=True), strict=True)]


def _column(slot: Slot, values: Sequence[Any]) -> Any:
    if slot.constant:
        return values[0]
    if slot.kind is TEXTS:
        return [None if item is None else orjson.dumps(list(item)).decode() for item in values]
    return values
